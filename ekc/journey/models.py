"""The tables of steps taken, of the words that belong to them, of corrections and of registrations that look alike."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.audit import ActorKind
from ekc.core.crypto import SealedJSON, SealedText
from ekc.core.db import Base, enum_column
from ekc.workflow.vocabulary import Phase, Step, Variant


class PhaseChange(Base):
    """One step taken: from which phase to which, by whom. Its words: `StepWords`."""

    __tablename__ = "phase_change"
    __table_args__ = (UniqueConstraint("conference_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    number: Mapped[int]
    step: Mapped[Step] = mapped_column(enum_column(Step))
    source: Mapped[Phase] = mapped_column(enum_column(Phase, "source_phase"))
    target: Mapped[Phase] = mapped_column(enum_column(Phase, "target_phase"))
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(SealedText("phase_change.actor_name"))
    reason_code: Mapped[str | None] = mapped_column(String(32))


class StepTakenBack(Base):
    """When whoever took a step took it back. It counts no more, and the history names it."""

    __tablename__ = "step_taken_back"

    change_id: Mapped[int] = mapped_column(ForeignKey("phase_change.id"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class LookAlike(Base):
    """What a regional manager said of two registrations that look alike: the same conference, or two of them.

    `same`: `conference_id` was stopped, and goes on as `other_id`.
    """

    __tablename__ = "look_alike"

    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), primary_key=True, index=True)
    same: Mapped[bool]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # of the regional manager


class StepWords(Base):
    """What somebody wrote when they took a step: the reason, and the reason for each override. Deleted by "no plan"."""

    __tablename__ = "step_words"

    change_id: Mapped[int] = mapped_column(ForeignKey("phase_change.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str | None] = mapped_column(SealedText("phase_change.reason"))
    overrides: Mapped[Any] = mapped_column(SealedJSON("phase_change.overrides"), default=dict)  # guard -> reason


class Correction(Base):
    """A correction of what decides who sees a case and which rules hold: the values before and after."""

    __tablename__ = "correction"
    __table_args__ = (Index(None, "region_before", "at"), Index(None, "region_after", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who corrected it
    region_before: Mapped[int] = mapped_column(ForeignKey("region.id"))
    region_after: Mapped[int] = mapped_column(ForeignKey("region.id"))
    profile_before: Mapped[str] = mapped_column(String(16))
    profile_after: Mapped[str] = mapped_column(String(16))
    variant_before: Mapped[Variant] = mapped_column(enum_column(Variant, "variant_before"))
    variant_after: Mapped[Variant] = mapped_column(enum_column(Variant, "variant_after"))
    municipality_before: Mapped[str] = mapped_column(String(80))
    municipality_after: Mapped[str] = mapped_column(String(80))
    referrer_before: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))  # null: nobody
    referrer_after: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
