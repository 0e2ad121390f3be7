"""Tables of matches (coordinators asked for a case), of waived conflicts, and of coordinators' profiles."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedJSON, SealedText
from ekc.core.db import Base, enum_column
from ekc.workflow.independence import Matter, Tie
from ekc.workflow.matching import LanguageLevel

_OPEN = text("ended_on is null")


class Match(Base):
    """One coordinator asked for one case. Of those not ended, at most one is accepted and one is pending."""

    __tablename__ = "match"
    __table_args__ = (
        CheckConstraint("accepted_on is null or declined_on is null", name="one_answer"),
        CheckConstraint("declined_on is null or ended_on is not null", name="declined_is_over"),
        *(
            Index(name, "conference_id", unique=True, sqlite_where=text(where), postgresql_where=text(where))
            for name, where in (
                ("uq_match_taken", "ended_on is null and accepted_on is not null"),
                ("uq_match_asked", "ended_on is null and accepted_on is null"),
            )
        ),
        Index("ix_match_open", "conference_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer_by: Mapped[date | None]  # the last day to answer; None: as long as it takes
    accepted_on: Mapped[date | None]
    declined_on: Mapped[date | None]
    independence: Mapped[str | None] = mapped_column(SealedText("match.independence"))  # in their own words
    answers: Mapped[Any | None] = mapped_column(SealedJSON("match.answers"))  # `before`: earlier declarations
    ended_on: Mapped[date | None]


class Waiver(Base):
    """A regional manager's decision that one conflict of a match is no obstacle. Everybody on the case can read it."""

    __tablename__ = "waiver"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("match.id"), index=True)
    matter: Mapped[Matter] = mapped_column(enum_column(Matter))
    about: Mapped[str] = mapped_column(SealedText("waiver.about"))  # the agency, or what was declared
    tie: Mapped[Tie | None] = mapped_column(enum_column(Tie))  # of an agency only
    reason: Mapped[str] = mapped_column(SealedText("waiver.reason"))
    waived_at: Mapped[datetime]
    waived_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class CoordinatorTurn(Base):
    """A coordinator who is asked for a case if those before them say no or do not answer in time; lowest id first."""

    __tablename__ = "coordinator_turn"
    __table_args__ = (UniqueConstraint("conference_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    days: Mapped[int | None]  # to answer; None: as long as it takes


class CoordinatorProfile(Base):
    """What a coordinator says of themselves, one row each; without a row nothing yet. Their one line: `account`."""

    __tablename__ = "coordinator_profile"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    gender: Mapped[str | None] = mapped_column(SealedText("coordinator_profile.gender"))
    background: Mapped[str] = mapped_column(SealedText("coordinator_profile.background"), default="")
    lives_in: Mapped[str] = mapped_column(SealedText("coordinator_profile.lives_in"), default="")
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"), index=True)
    travel_km: Mapped[int | None]  # at most, one way
    #: When they are free: the members of `Hours`.
    days: Mapped[bool] = mapped_column(default=False)
    evenings: Mapped[bool] = mapped_column(default=False)
    weekends: Mapped[bool] = mapped_column(default=False)
    load_wanted: Mapped[int | None]  # open cases at once
    training: Mapped[str] = mapped_column(SealedText("coordinator_profile.training"), default="")
    fee_cents: Mapped[int | None]  # for a conference


class CoordinatorLanguage(Base):
    """A language that a coordinator speaks."""

    __tablename__ = "coordinator_language"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    level: Mapped[LanguageLevel] = mapped_column(enum_column(LanguageLevel))


class CoordinatorRegion(Base):
    """A region in which a coordinator takes conferences, beside the one they work in."""

    __tablename__ = "coordinator_region"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True, index=True)


class CoordinatorAbsence(Base):
    """Days on which a coordinator is away, and who stands in: a colleague whom they asked."""

    __tablename__ = "coordinator_absence"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
