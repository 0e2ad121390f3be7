"""Tables of the meetings. A round has one meeting; continuing on another day makes the next one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column
from ekc.workflow.vocabulary import ArrangementKind, InformationKind


class Meeting(Base):
    """One meeting. The highest `number` is the current one."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("conference_id", "number"),
        CheckConstraint("ended_at is null or started_at is not null", name="started_before_ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    number: Mapped[int]
    round: Mapped[int] = mapped_column(default=1, server_default="1")  # of the case, to which it belongs
    starts_at: Mapped[datetime | None]  # planned
    expected_minutes: Mapped[int | None]
    venue_name: Mapped[str] = mapped_column(SealedText("meeting.venue_name"), default="")
    venue_address: Mapped[str] = mapped_column(SealedText("meeting.venue_address"), default="")
    venue_access: Mapped[str] = mapped_column(SealedText("meeting.venue_access"), default="")
    started_at: Mapped[datetime | None]  # actual
    ended_at: Mapped[datetime | None]


class DateOption(Base):
    """A possible date that people were asked about."""

    __tablename__ = "date_option"
    __table_args__ = (UniqueConstraint("meeting_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    starts_at: Mapped[datetime]


class Arrangement(Base):
    """How one thing around the meeting is arranged, or that it is not needed."""

    __tablename__ = "arrangement"
    __table_args__ = (
        UniqueConstraint("meeting_id", "kind"),
        CheckConstraint("not_needed = (text is null)", name="arranged_or_not_needed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    kind: Mapped[ArrangementKind] = mapped_column(enum_column(ArrangementKind))
    not_needed: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str | None] = mapped_column(SealedText("arrangement.text"))


class Attendance(Base):
    """That somebody came to a meeting, and when they left. Without `left_at` they are in the room."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class InformationItem(Base):
    """Information given in the information phase. Without a participant: by the coordinator."""

    __tablename__ = "information_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    kind: Mapped[InformationKind] = mapped_column(enum_column(InformationKind))
    text: Mapped[str] = mapped_column(SealedText("information_item.text"))


class Question(Base):
    """A question of the information phase, and its answer."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    text: Mapped[str] = mapped_column(SealedText("question.text"))
    answer: Mapped[str | None] = mapped_column(SealedText("question.answer"))
