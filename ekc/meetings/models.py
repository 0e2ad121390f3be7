"""Tables of the meetings. A round has one meeting; continuing on another day makes the next one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column
from ekc.workflow.vocabulary import (
    ArrangementKind,
    ArrangementState,
    DateFit,
    InformationKind,
    InterpreterWish,
    InvitationReply,
    InvitationWay,
    Part,
    PresentBy,
    SaidHow,
)


class Meeting(Base):
    """One meeting. The highest `number` is the current one."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("conference_id", "number"),
        Index(None, "starts_at"),
        Index(None, "started_at"),
        CheckConstraint("ended_at is null or started_at is not null", name="started_before_ended"),
        CheckConstraint("venue_cost >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    number: Mapped[int]
    round: Mapped[int] = mapped_column(default=1, server_default="1")  # of the case, to which it belongs
    set_aside: Mapped[bool] = mapped_column(default=False, server_default=false())  # of a round that was ended
    starts_at: Mapped[datetime | None]  # planned
    expected_minutes: Mapped[int | None]
    venue_name: Mapped[str] = mapped_column(SealedText("meeting.venue_name"), default="")
    venue_address: Mapped[str] = mapped_column(SealedText("meeting.venue_address"), default="")
    venue_access: Mapped[str] = mapped_column(SealedText("meeting.venue_access"), default="")
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)  # if its region knows it
    venue_secret: Mapped[bool] = mapped_column(default=False, server_default=false())  # where it is, to whoever comes
    venue_cost: Mapped[int | None]  # in cents
    joining: Mapped[str | None] = mapped_column(SealedText("meeting.joining"))  # how, by telephone or video
    started_at: Mapped[datetime | None]  # actual
    ended_at: Mapped[datetime | None]


class DateOption(Base):
    """A possible date that people were asked about."""

    __tablename__ = "date_option"
    __table_args__ = (UniqueConstraint("meeting_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    starts_at: Mapped[datetime]


class DateGuest(Base):
    """Somebody who is asked which possible dates suit them, or whose answer was noted.

    `asked_at`: by a message or on their own page; null: they were not, and told it themselves.
    """

    __tablename__ = "date_guest"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True, index=True)
    matters: Mapped[bool] = mapped_column(default=False)  # that they are there, for the question
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)  # since they were asked


class DateAnswer(Base):
    """Whether a possible date suits somebody, as they said last. Without an account: they said it on their own page."""

    __tablename__ = "date_answer"

    option_id: Mapped[int] = mapped_column(ForeignKey("date_option.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True, index=True)
    fits: Mapped[DateFit] = mapped_column(enum_column(DateFit))
    answered_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class DayMove(Base):
    """That the day of a meeting was moved, or taken back, and why."""

    __tablename__ = "day_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    was: Mapped[datetime]
    now: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(SealedText("day_move.reason"))
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class MeetingInvitation(Base):
    """How somebody was invited to a meeting last, for when, and what they answered.

    `starts_at`: when the meeting was to begin as they were invited; `before`: as they were invited before that, if it
    was another time; `replied_for`: as they answered.
    `uid`: of their calendar file, in all its versions; a secret, because it is all that an answer of a calendar has.
    `sequence`: how often they were invited after the first time.
    """

    __tablename__ = "meeting_invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    way: Mapped[InvitationWay] = mapped_column(enum_column(InvitationWay))
    starts_at: Mapped[datetime]
    before: Mapped[datetime | None]
    invited_at: Mapped[datetime]
    first_at: Mapped[datetime]  # when they were invited for the first time
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    mail_key: Mapped[str | None] = mapped_column(String(120), unique=True)  # in the outbox
    no_reminders: Mapped[bool] = mapped_column(default=False)  # they want none
    reply: Mapped[InvitationReply | None] = mapped_column(enum_column(InvitationReply))
    replied_at: Mapped[datetime | None]
    replied_for: Mapped[datetime | None]
    replied_how: Mapped[SaidHow | None] = mapped_column(enum_column(SaidHow))
    words: Mapped[str] = mapped_column(
        SealedText("meeting_invitation.words"), default=""
    )  # such as who speaks for them


class Arrangement(Base):
    """How far one thing around the meeting is arranged: how, by whom, and what it costs in cents.

    Who does it is somebody of the circle (`participant_id`), or is said in words (`who`).
    """

    __tablename__ = "arrangement"
    __table_args__ = (
        UniqueConstraint("meeting_id", "kind"),
        CheckConstraint("state <> 'not_needed' or (text is null and cost is null)", name="arranged_or_not_needed"),
        CheckConstraint("participant_id is null or who is null", name="one_person"),
        CheckConstraint("cost >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    kind: Mapped[ArrangementKind] = mapped_column(enum_column(ArrangementKind))
    state: Mapped[ArrangementState] = mapped_column(enum_column(ArrangementState))
    text: Mapped[str | None] = mapped_column(SealedText("arrangement.text"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    who: Mapped[str | None] = mapped_column(SealedText("arrangement.who"))
    cost: Mapped[int | None]
    wish: Mapped[InterpreterWish | None] = mapped_column(enum_column(InterpreterWish))
    no_tie: Mapped[bool] = mapped_column(default=False)  # of an interpreter: asked, and they have none to the network


class Stretch(Base):
    """A stretch of a meeting in which somebody was in the room; without `left_at` they are there.

    A row is never deleted. What is corrected stays with `corrected_at`, and counts no more.
    """

    __tablename__ = "stretch"
    __table_args__ = (
        CheckConstraint("left_at is null or left_at >= came_at", name="leaves_after_coming"),
        Index(None, "meeting_id"),
        Index(
            "uq_stretch_open",
            "participant_id",
            unique=True,
            sqlite_where=text("left_at is null and corrected_at is null"),
            postgresql_where=text("left_at is null and corrected_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    part: Mapped[Part] = mapped_column(enum_column(Part))  # as what they came
    how: Mapped[PresentBy] = mapped_column(enum_column(PresentBy))
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]


class InformationItem(Base):
    """Information given in the information phase. Without a participant: by the coordinator."""

    __tablename__ = "information_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    kind: Mapped[InformationKind] = mapped_column(enum_column(InformationKind))
    text: Mapped[str] = mapped_column(SealedText("information_item.text"))


class Reading(Base):
    """What somebody who was not there had to say was read out. Without a reader: by the coordinator."""

    __tablename__ = "reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))  # whose words
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    at: Mapped[datetime]


class Question(Base):
    """A question of the information phase, and its answer. Without a participant: of the family, in private time."""

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    text: Mapped[str] = mapped_column(SealedText("question.text"))
    answer: Mapped[str | None] = mapped_column(SealedText("question.answer"))
