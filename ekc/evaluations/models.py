"""Tables of follow-ups, tasks and costs. Money in cents of the case's currency, effort in minutes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Row, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import N_, ActionState, Labelled


class FollowUpState(Labelled):
    """The state of a follow-up on a day. Not stored: derived from its dates."""

    PLANNED = "planned", N_("planned")
    DUE = "due", N_("due")
    LATE = "late", N_("late")
    HELD = "held", N_("held")
    GIVEN_UP = "given_up", N_("given up")


_IS_OPEN = text("held_on is null and given_up_on is null")
_IS_HELD = text("held_on is not null")


class FollowUp(Base):
    """A follow-up of a plan: planned, then held or given up with a reason."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("held_on is null or given_up_on is null", name="held_or_given_up"),
        CheckConstraint("(given_up_on is null) = (given_up_reason is null)", name="given_up_has_reason"),
        Index(None, "conference_id", "due_on"),
        Index(None, "region_id", "due_on", "id"),
        Index("ix_follow_up_open", "region_id", "due_on", "id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("ix_follow_up_held", "region_id", "held_on", sqlite_where=_IS_HELD, postgresql_where=_IS_HELD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))  # of the case, so that lists need no join
    version_number: Mapped[int]  # of the plan it looks at
    kind: Mapped[FollowUpKind] = mapped_column(enum_column(FollowUpKind))
    due_on: Mapped[date]
    latest_on: Mapped[date]  # the last day that still counts as in time
    starts_at: Mapped[datetime | None]  # of an evaluation meeting
    place: Mapped[str] = mapped_column(SealedText("follow_up.place"), default="")
    held_on: Mapped[date | None]
    written_by: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))  # the convenor; None: staff
    held_by: Mapped[str | None] = mapped_column(SealedText("follow_up.held_by"))
    found: Mapped[str | None] = mapped_column(SealedText("follow_up.found"))
    decision: Mapped[str | None] = mapped_column(SealedText("follow_up.decision"))
    wants_new_version: Mapped[bool] = mapped_column(default=False)
    unsafe: Mapped[bool] = mapped_column(default=False, server_default=false())  # somebody does not feel safe
    given_up_on: Mapped[date | None]
    given_up_reason: Mapped[str | None] = mapped_column(SealedText("follow_up.given_up_reason"))


#: Neither held nor given up.
OPEN = (FollowUp.held_on.is_(None), FollowUp.given_up_on.is_(None))


def state_on(today: date, row: FollowUp | Row[Any]) -> FollowUpState:
    """The state on the local day `today` of a follow-up, or of a row with its date columns."""
    if row.held_on is not None:
        return FollowUpState.HELD
    if row.given_up_on is not None:
        return FollowUpState.GIVEN_UP
    if today > row.latest_on:
        return FollowUpState.LATE
    return FollowUpState.DUE if today >= row.due_on else FollowUpState.PLANNED


class FollowUpPresence(Base):
    """Who attended an evaluation meeting."""

    __tablename__ = "follow_up_presence"

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True)


class ActionCheck(Base):
    """The progress of an action at a follow-up. `action_key` is its key in the plan."""

    __tablename__ = "action_check"

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    action_key: Mapped[str] = mapped_column(String(16), primary_key=True)
    state: Mapped[ActionState] = mapped_column(enum_column(ActionState))


class ActionTick(Base):
    """The progress of a task as reported by somebody who does it, between follow-ups. The last value counts."""

    __tablename__ = "action_tick"
    __table_args__ = (UniqueConstraint("conference_id", "version_number", "action_key", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    version_number: Mapped[int]
    action_key: Mapped[str] = mapped_column(String(16))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    state: Mapped[ActionState] = mapped_column(enum_column(ActionState))
    ticked_at: Mapped[datetime]


class GoalScore(Base):
    """Goal attainment in the family's eyes: -2 much less than hoped, 0 as hoped, +2 much more."""

    __tablename__ = "goal_score"
    __table_args__ = (CheckConstraint("score between -2 and 2", name="scale"),)

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    goal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # number of the goal in the plan
    score: Mapped[int]


class Mark(Base):
    """A mark from 0 to 10. Without participant: by a family member who stays unnamed."""

    __tablename__ = "mark"
    __table_args__ = (CheckConstraint("value between 0 and 10", name="scale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    value: Mapped[int]


class CostSheet(Base):
    """The costs of a conference: money in cents, effort in minutes. None: not known."""

    __tablename__ = "cost_sheet"
    __table_args__ = (
        CheckConstraint(
            "coordinator_minutes >= 0 and family_minutes >= 0 and professional_minutes >= 0"
            " and fee >= 0 and venue_and_food >= 0 and interpreter >= 0 and travel >= 0 and childcare >= 0",
            name="not_negative",
        ),
    )

    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), primary_key=True, autoincrement=False)
    coordinator_minutes: Mapped[int | None]
    family_minutes: Mapped[int | None]
    professional_minutes: Mapped[int | None]
    fee: Mapped[int | None]
    venue_and_food: Mapped[int | None]
    interpreter: Mapped[int | None]
    travel: Mapped[int | None]
    childcare: Mapped[int | None]
    changed_at: Mapped[datetime]


class AvoidedCost(Base):
    """A cost that is said to have been avoided; `basis`: the source of the amount."""

    __tablename__ = "avoided_cost"
    __table_args__ = (CheckConstraint("amount >= 0", name="not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    what: Mapped[str] = mapped_column(SealedText("avoided_cost.what"))
    amount: Mapped[int]
    basis: Mapped[str] = mapped_column(SealedText("avoided_cost.basis"))
