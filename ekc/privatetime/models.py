"""The table of private time: begin, end, and the family's reason. It has no column for any content."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column
from ekc.workflow.vocabulary import Step


class PrivateRound(Base):
    """One round of private time. At most one of a case is open."""

    __tablename__ = "private_round"
    __table_args__ = (
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended_how"),
        CheckConstraint("ended_at is null or ended_at >= began_at", name="ends_after_it_began"),
        Index(
            "uq_private_round_open",
            "conference_id",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
        Index(None, "conference_id", "began_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    began_at: Mapped[datetime]
    why: Mapped[str | None] = mapped_column(SealedText("private_round.why"))  # why the family went back in
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[Step | None] = mapped_column(enum_column(Step))
    ended_for: Mapped[str | None] = mapped_column(SealedText("private_round.ended_for"))  # why the family came out
