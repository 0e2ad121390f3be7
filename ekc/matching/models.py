"""The table of coordinators asked for a case."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base


class Match(Base):
    """One coordinator asked for one case. At most one match of a case is not ended."""

    __tablename__ = "match"
    __table_args__ = (
        CheckConstraint("accepted_on is null or declined_on is null", name="one_answer"),
        CheckConstraint("confirmed_on is null or accepted_on is not null", name="accepted_first"),
        Index(
            "uq_match_current",
            "conference_id",
            unique=True,
            sqlite_where=text("ended_on is null"),
            postgresql_where=text("ended_on is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    accepted_on: Mapped[date | None]
    declined_on: Mapped[date | None]
    independence: Mapped[str | None] = mapped_column(SealedText("match.independence"))
    conflict_open: Mapped[bool] = mapped_column(default=False)
    confirmed_on: Mapped[date | None]  # by the main person
    ended_on: Mapped[date | None]
