"""Reading follow-ups, own tasks and costs. Nothing here writes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.names import names
from ekc.core.reading import one_of, read_rows
from ekc.evaluations.models import (
    OPEN,
    ActionCheck,
    ActionTick,
    AvoidedCost,
    CostSheet,
    FollowUp,
    FollowUpPresence,
    FollowUpState,
    GoalScore,
    Mark,
    state_on,
)
from ekc.meetings.queries import meeting_costs
from ekc.names import told_apart
from ekc.plans.draft import Action, Goal, actions, from_json
from ekc.plans.models import PlanVersion
from ekc.plans.queries.versions import IS_IN_FORCE
from ekc.workflow.engine import FOLLOW_UP_RULES
from ekc.workflow.follow_ups import FollowUpKind, FormSection
from ekc.workflow.vocabulary import N_, ActionState, ArrangementKind, Attends, CasePart, Part, Phase, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRow:
    """A follow-up and its state. `latest_on` is the last day that still counts as in time."""

    id: int
    conference_id: int
    kind: FollowUpKind
    version_number: int
    due_on: date
    latest_on: date
    starts_at: datetime | None
    place: str
    state: FollowUpState
    held_on: date | None
    written_by: int | None  # the participant who wrote it; None: staff
    held_by: str | None
    found: str | None
    decision: str | None
    wants_new_version: bool
    unsafe: bool
    given_up_on: date | None
    given_up_reason: str | None

    @property
    def is_open(self) -> bool:
        """Neither held nor given up."""
        return self.held_on is None and self.given_up_on is None


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """A follow-up that is late, as a manager's list of cases tells it."""

    conference_id: int
    kind: FollowUpKind
    due_on: date
    latest_on: date


@dataclass(frozen=True, slots=True)
class OpenDay:
    """The day of a follow-up that was neither held nor given up."""

    id: int
    conference_id: int
    kind: FollowUpKind
    due_on: date
    latest_on: date

    def near(self, today: date) -> bool:
        """Whether it is done today or tomorrow, or may still be done in time."""
        return self.due_on - timedelta(days=1) <= today <= self.latest_on

    def late(self, today: date) -> bool:
        """Whether its last day has passed."""
        return today > self.latest_on


_STORED = tuple(column.name for column in fields(FollowUpRow) if column.name != "state")


@dataclass(frozen=True, slots=True)
class FollowUpRecord:
    """What was recorded at one follow-up. `marks` by participant, `unnamed` of family without names."""

    actions: dict[str, ActionState] = field(default_factory=dict)
    present: tuple[int, ...] = ()
    goals: dict[int, int] = field(default_factory=dict)
    marks: dict[int, int] = field(default_factory=dict)
    unnamed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUpPerson:
    """Somebody of the circle; `name` tells them from others of the same name. `left`: removed or excluded.

    `marks`: whether they are asked what mark they give the plan.
    """

    id: int
    name: str
    left: bool
    marks: bool


@dataclass(frozen=True, slots=True)
class FollowUpStatus:
    """What the guards need of the follow-ups of the round. `kinds`: kinds of which none is open."""

    kinds: frozenset[FollowUpKind] = frozenset()
    evaluation_held: bool = False  # an evaluation of the version in force
    wants_new_version: bool = False


@dataclass(frozen=True, slots=True)
class OwnTask:
    """An action of the plan in force that somebody does, and the progress that they reported."""

    number: str
    action: Action
    state: ActionState | None


_columns = [FollowUp.__table__.c[name] for name in _STORED]
_FOLLOW_UPS = select(*_columns).where(FollowUp.conference_id == bindparam("case"))
_WITH_IN_FORCE = _FOLLOW_UPS.add_columns(Conference.plan_number).join_from(
    FollowUp, Conference, Conference.id == FollowUp.conference_id
)
_DUE = (
    select(*_columns)
    .join_from(FollowUp, Conference, Conference.id == FollowUp.conference_id)
    .where(
        Conference.coordinator_id == bindparam("coordinator"),
        Conference.phase.not_in([Phase.PRIVATE_TIME, Phase.CLOSED]),
        *OPEN,
        FollowUp.due_on <= bindparam("until"),
    )
    .order_by(FollowUp.due_on, FollowUp.id)
)
_OVERDUE = (
    select(FollowUp.conference_id, FollowUp.kind, FollowUp.due_on, FollowUp.latest_on)
    .join_from(FollowUp, Conference, Conference.id == FollowUp.conference_id)
    .where(
        one_of(FollowUp.region_id, "regions"),
        Conference.phase.not_in([Phase.PRIVATE_TIME, Phase.CLOSED]),
        *OPEN,
        FollowUp.due_on < bindparam("day"),  # never after the last day in time: so the index serves
        FollowUp.latest_on < bindparam("day"),
    )
    .order_by(FollowUp.due_on, FollowUp.id)
)


def follow_ups(session: Session, conference_id: int, today: date) -> tuple[FollowUpRow, ...]:
    """All follow-ups of a case, with their state on the local day `today`: open ones first, by date."""
    rows = [_row(found, today) for found in read_rows(session, _FOLLOW_UPS, {"case": conference_id})]
    return tuple(sorted(rows, key=lambda row: (not row.is_open, row.due_on, row.id)))


def visible_follow_ups(session: Session, case: Case, today: date) -> tuple[FollowUpRow, ...]:
    """The follow-ups whose record the visitor may read: all; or the meetings still open, and those they wrote down."""
    rows, scope = follow_ups(session, case.id, today), case.sees(CasePart.FOLLOW_UPS)
    return rows if scope is Scope.ALL else tuple(row for row in rows if is_own(row, case.visitor.participant_id))


def is_own(row: FollowUp | FollowUpRow, participant_id: int | None) -> bool:
    """Whether somebody who sees their own follow-ups sees this one: to be written down, or written by them."""
    is_open = row.held_on is None and row.given_up_on is None
    written = row.written_by is not None and row.written_by == participant_id
    return FOLLOW_UP_RULES[row.kind].is_meeting and (is_open or written)


def follow_up_records(session: Session, follow_up_ids: Iterable[int]) -> dict[int, FollowUpRecord]:
    """What was recorded at each of these follow-ups; an empty record before that."""
    ids = list(follow_up_ids)
    actions: dict[int, dict[str, ActionState]] = {id_: {} for id_ in ids}
    goals: dict[int, dict[int, int]] = {id_: {} for id_ in ids}
    marks: dict[int, dict[int, int]] = {id_: {} for id_ in ids}
    present: dict[int, list[int]] = {id_: [] for id_ in ids}
    unnamed: dict[int, list[int]] = {id_: [] for id_ in ids}
    for check in session.scalars(select(ActionCheck).where(ActionCheck.follow_up_id.in_(ids))):
        actions[check.follow_up_id][check.action_key] = check.state
    for score in session.scalars(select(GoalScore).where(GoalScore.follow_up_id.in_(ids)).order_by(GoalScore.goal)):
        goals[score.follow_up_id][score.goal] = score.score
    for was in session.scalars(select(FollowUpPresence).where(FollowUpPresence.follow_up_id.in_(ids))):
        present[was.follow_up_id].append(was.participant_id)
    for mark in session.scalars(select(Mark).where(Mark.follow_up_id.in_(ids)).order_by(Mark.id)):
        if mark.participant_id is None:
            unnamed[mark.follow_up_id].append(mark.value)
        else:
            marks[mark.follow_up_id][mark.participant_id] = mark.value
    return {
        id_: FollowUpRecord(actions[id_], tuple(sorted(present[id_])), goals[id_], marks[id_], tuple(unnamed[id_]))
        for id_ in ids
    }


_CONTENT = select(PlanVersion.content).where(
    PlanVersion.conference_id == bindparam("case"), PlanVersion.number == bindparam("number")
)


def goals_of(session: Session, conference_id: int, number: int) -> tuple[Goal, ...]:
    """The goals and actions of one version of the plan."""
    content = session.scalar(_CONTENT, {"case": conference_id, "number": number})
    return tuple(from_json(content).goals) if content is not None else ()


def people(session: Session, conference_id: int) -> dict[int, FollowUpPerson]:
    """Everybody who is or was in the circle, by id."""
    rows = session.execute(
        select(
            Participant.id,
            Participant.name,
            Participant.relation,
            Participant.organisation,
            Participant.removed_at,
            Participant.attends,
            Participant.part,
        )
        .where(Participant.conference_id == conference_id)
        .order_by(Participant.id)
    ).all()
    return {
        row.id: FollowUpPerson(
            row.id,
            name,
            left=row.removed_at is not None or row.attends is Attends.EXCLUDED,
            marks=row.part is not Part.INTERPRETER,
        )
        for row, name in zip(rows, told_apart(rows), strict=True)
    }


def main_person_phones(session: Session, case: Case) -> tuple[tuple[str, str], ...]:
    """Name and phone of the main persons who have one, for visitors who see contact details; else empty."""
    if not case.sees(CasePart.CONTACT):
        return ()
    rows = session.execute(
        select(Participant.id, Participant.phone)
        .where(
            Participant.conference_id == case.id,
            Participant.part == Part.MAIN_PERSON,
            Participant.removed_at.is_(None),
        )
        .order_by(Participant.id)
    )
    called = names(session, case.id)
    return tuple((called[row.id], row.phone) for row in rows if row.phone)


_TICKS = (
    select(ActionTick.action_key, ActionTick.participant_id, ActionTick.state)
    .where(ActionTick.conference_id == bindparam("case"), ActionTick.version_number == bindparam("number"))
    .order_by(ActionTick.id)
)
_PLAN_IN_FORCE = (
    select(PlanVersion.conference_id, PlanVersion.number, PlanVersion.content)
    .join(Conference, IS_IN_FORCE)
    .where(Conference.id == bindparam("case"))
)


def task_ticks(session: Session, conference_id: int, number: int) -> dict[str, dict[int, ActionState]]:
    """The progress that people reported of their own tasks, by key of the action, then by participant."""
    said: dict[str, dict[int, ActionState]] = {}
    for key, participant_id, state in read_rows(session, _TICKS, {"case": conference_id, "number": number}):
        said.setdefault(key, {})[participant_id] = state
    return said


def tasks_of(session: Session, plan: PlanVersion | Row[Any], participant_id: int) -> tuple[OwnTask, ...]:
    """The actions of this version of a plan that this participant does, in the order of the plan."""
    said = task_ticks(session, plan.conference_id, plan.number)
    return tuple(
        OwnTask(f"{g}.{a}", action, said.get(action.key, {}).get(participant_id))
        for g, goal in enumerate(from_json(plan.content).goals, 1)
        for a, action in enumerate(goal.actions, 1)
        if participant_id in action.who
    )


def has_task(session: Session, conference_id: int, participant_id: int, action_key: str) -> bool:
    """Whether this participant does this action of the plan in force."""
    plan = session.execute(_PLAN_IN_FORCE, {"case": conference_id}).one_or_none()
    found = actions(from_json(plan.content)) if plan else ()
    return any(action.key == action_key and participant_id in action.who for action in found)


def follow_up_status(session: Session, conference_id: int) -> FollowUpStatus:
    """The status for the guards. A round begins with the last version that planned a once-a-round follow-up.

    A kind that the round did not plan, because its plan is older than the kind, has nothing open.
    """
    rows = read_rows(session, _WITH_IN_FORCE, {"case": conference_id})
    began = max((row.version_number for row in rows if FOLLOW_UP_RULES[row.kind].once_a_round), default=0)
    this_round = [row for row in rows if row.version_number >= began]
    held = [
        row
        for row in this_round
        if FormSection.NEW_VERSION in FOLLOW_UP_RULES[row.kind].sections
        and row.held_on is not None
        and row.version_number == row.plan_number
    ]
    still_open = {row.kind for row in this_round if row.held_on is None and row.given_up_on is None}
    return FollowUpStatus(
        kinds=frozenset(FollowUpKind) - still_open if this_round else frozenset(),
        evaluation_held=bool(held),
        wants_new_version=any(row.wants_new_version for row in held),
    )


def due_follow_ups(session: Session, account_id: int, today: date) -> tuple[FollowUpRow, ...]:
    """The follow-ups that are due or late in the cases of one coordinator, the oldest first."""
    rows = read_rows(session, _DUE, {"coordinator": account_id, "until": today})
    return tuple(_row(row, today) for row in rows)


def overdue(session: Session, regions: Collection[int], day: date) -> tuple[OverdueRow, ...]:
    """The follow-ups in these regions that were neither held nor given up in time, before this day, oldest first."""
    rows = read_rows(session, _OVERDUE, {"regions": list(regions), "day": day}) if regions else ()
    return tuple(OverdueRow(*row) for row in rows)


_OPEN_DAYS = (
    select(*(getattr(FollowUp, one.name) for one in fields(OpenDay)))
    .where(one_of(FollowUp.conference_id, "cases"), *OPEN)
    .order_by(FollowUp.id)
)


def open_days(session: Session, conference_ids: Collection[int]) -> tuple[OpenDay, ...]:
    """The days of the open follow-ups of these cases."""
    rows = read_rows(session, _OPEN_DAYS, {"cases": list(conference_ids)}) if conference_ids else ()
    return tuple(OpenDay(*row) for row in rows)


def cost_sheet(session: Session, conference_id: int) -> CostSheet | None:
    """Hours and money of a case; None before they are recorded."""
    return session.get(CostSheet, conference_id)


#: Where in the cost sheet what was arranged for a meeting belongs.
_SHEET = {
    ArrangementKind.FOOD: "venue_and_food",
    ArrangementKind.INTERPRETER: "interpreter",
    ArrangementKind.TRAVEL: "travel",
    ArrangementKind.CHILDCARE: "childcare",
}


def proposed_costs(session: Session, conference_id: int) -> dict[str, list[tuple[str, int]]]:
    """What the meetings say that belongs in the cost sheet: by its column what for (to be translated) and how much."""
    venue, arranged = meeting_costs(session, conference_id)
    found: dict[str, list[tuple[str, int]]] = {} if venue is None else {"venue_and_food": [(N_("place"), venue)]}
    for kind, column in _SHEET.items():
        if kind in arranged:
            found.setdefault(column, []).append((kind.label, arranged[kind]))
    return found


def avoided_costs(session: Session, conference_id: int) -> tuple[AvoidedCost, ...]:
    """Costs that are said to have been avoided, in the order of entry."""
    of_case = select(AvoidedCost).where(AvoidedCost.conference_id == conference_id)
    return tuple(session.scalars(of_case.order_by(AvoidedCost.id)))


def _row(row: Row[Any], today: date) -> FollowUpRow:
    return FollowUpRow(state=state_on(today, row), **dict(zip(_STORED, row, strict=True)))
