"""Actions after the plan: recording, giving up and planning follow-ups, ticking off tasks, costs.

Each locks the case, checks, writes and audits in one transaction.
"""

from dataclasses import asdict, dataclass, field
from datetime import date

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.entries import refuse_future, refuse_past
from ekc.conferences.effects import give_notice
from ekc.conferences.models import Conference, Notice
from ekc.conferences.queries.members import members
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.evaluations import queries
from ekc.evaluations.effects import update_tasks_ended
from ekc.evaluations.models import (
    ActionCheck,
    ActionTick,
    AvoidedCost,
    CostSheet,
    FollowUp,
    FollowUpPresence,
    GoalScore,
    Mark,
)
from ekc.plans.models import PlanVersion
from ekc.workflow.blocker import about_evaluation
from ekc.workflow.engine import FOLLOW_UP_RULES, sees
from ekc.workflow.follow_ups import FINDINGS, FollowUpKind, FormSection, findings
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, ActionState, Activity, CasePart, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpReport:
    """The result of a follow-up.

    `actions` by key of the action, `goals` by number of the goal (-2 to 2), `marks` (0 to 10) by participant,
    `unnamed_marks` of family members without a name. Each kind has its own sections (`FollowUpRule`).
    """

    held_on: date
    held_by: str = ""
    found: str = ""
    actions: dict[str, ActionState] = field(default_factory=dict)
    present: frozenset[int] = frozenset()
    goals: dict[int, int] = field(default_factory=dict)
    marks: dict[int, int] = field(default_factory=dict)
    unnamed_marks: tuple[int, ...] = ()
    decision: str = ""
    wants_new_version: bool = False
    unsafe: bool = False  # somebody does not feel safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The costs of a conference: effort in minutes, money in cents of the case's currency. None: not known."""

    coordinator_minutes: int | None = None
    family_minutes: int | None = None
    professional_minutes: int | None = None
    fee: int | None = None
    venue_and_food: int | None = None
    interpreter: int | None = None
    travel: int | None = None
    childcare: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAvoidedCost:
    """A cost that is said to have been avoided: `amount` in cents of the case's currency, `basis` its source."""

    what: str
    amount: int
    basis: str


def record_follow_up(by: By, conference_id: int, follow_up_id: int, report: FollowUpReport) -> None:
    """Record a follow-up, or correct it: the former report is replaced as a whole. The convenor only their own.

    Raises Unknown, or Refusal for a day in the future or before the plan, a section that this kind does not have, or a
    number outside its scale.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.FOLLOW_UP)
        row = _follow_up(by, conference, roles, follow_up_id)
        refuse_future(by.at, conference.timezone, held_on=report.held_on)
        _check_against_plan(by.session, row, report)
        corrected = row.held_on is not None
        row.written_by = row.written_by if corrected else by.visitor.participant_id
        row.held_on, row.held_by, row.found = report.held_on, report.held_by, report.found
        row.decision, row.wants_new_version, row.unsafe = report.decision, report.wants_new_version, report.unsafe
        row.given_up_on = row.given_up_reason = None
        for table in (ActionCheck, FollowUpPresence, GoalScore, Mark):
            by.session.execute(delete(table).where(table.follow_up_id == row.id))
        by.session.add_all(ActionCheck(follow_up_id=row.id, action_key=k, state=s) for k, s in report.actions.items())
        by.session.add_all(FollowUpPresence(follow_up_id=row.id, participant_id=id_) for id_ in sorted(report.present))
        by.session.add_all(GoalScore(follow_up_id=row.id, goal=goal, score=s) for goal, s in report.goals.items())
        by.session.add_all(Mark(follow_up_id=row.id, participant_id=i, value=v) for i, v in report.marks.items())
        by.session.add_all(Mark(follow_up_id=row.id, value=value) for value in report.unnamed_marks)
        update_tasks_ended(by.session, conference, by.at)
        _leave_findings(by, conference, row, report)
        event = "follow_up.corrected" if corrected else "follow_up.held"
        by.record(event, conference_id, follow_up=row.id, kind=row.kind)


def _leave_findings(by: By, conference: Conference, row: FollowUp, report: FollowUpReport) -> None:
    """Leave what cannot wait for whom it concerns, once; a correction takes back what was not found after all.

    Nobody of the circle takes back that somebody does not feel safe: staff speak with them first.
    """
    states = tuple(report.actions.values())
    found = findings(unsafe=report.unsafe, wants_new_version=report.wants_new_version, actions=states)
    of_case = (Notice.conference_id == conference.id, Notice.kind.in_(FINDINGS))
    about = str(row.id)
    left = {one.kind: one for one in by.session.scalars(select(Notice).where(*of_case)) if one.now == about}
    stays = {NoticeKind.UNSAFE} if by.visitor.account_id is None else set()
    for kind in left.keys() - found - stays:
        by.session.delete(left[kind])
    for kind in sorted(found - left.keys()):
        give_notice(by.session, conference, by.at, kind, now=about, account_id=by.visitor.account_id)


def give_up(by: By, conference_id: int, follow_up_id: int, reason: str) -> None:
    """Record that a follow-up will not be held, and why."""
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.FOLLOW_UP)
        row = _follow_up(by, conference, roles, follow_up_id)
        if row.held_on is not None:
            raise Refusal(N_("This follow-up was held, so it cannot be given up. You can correct what was written."))
        if not reason.strip():
            raise Refusal(N_("Say in a few words why it is given up."))
        row.written_by = by.visitor.participant_id
        row.given_up_on, row.given_up_reason = local_date(by.at, conference.timezone), reason
        update_tasks_ended(by.session, conference, by.at)
        by.record("follow_up.given_up", conference_id, follow_up=row.id, reason=reason)


def plan_evaluation(by: By, conference_id: int, due_on: date, place: str = "") -> int:
    """Plan another evaluation of the version in force; returns its id. Refused beyond the limit of the country."""
    with writing(by.session):
        conference, _roles = lock_case(by, conference_id, Activity.FOLLOW_UP)
        today = local_date(by.at, conference.timezone)
        refuse_past(by.at, conference.timezone, due_on=due_on)
        people = [row.facts(today, {}) for row in members(by.session, conference_id)]
        for late in about_evaluation(PROFILES[conference.profile], today, due_on, people):
            raise Refusal(late.message, **late.params).at("due_on")
        row = FollowUp(
            conference_id=conference_id,
            region_id=conference.region_id,
            version_number=conference.plan_number,
            kind=FollowUpKind.EVALUATION,
            due_on=due_on,
            latest_on=due_on,
            place=place,
        )
        by.session.add(row)
        update_tasks_ended(by.session, conference, by.at)
        by.record("follow_up.planned", conference_id, follow_up=row.id)
        return row.id


_TICKED = select(ActionTick).where(
    ActionTick.conference_id == bindparam("conference_id"),
    ActionTick.version_number == bindparam("version_number"),
    ActionTick.action_key == bindparam("action_key"),
    ActionTick.participant_id == bindparam("participant_id"),
)


def tick(by: By, conference_id: int, action_key: str, state: ActionState) -> None:
    """Set the progress of one's own task in the plan in force. The last value counts."""
    with writing(by.session):
        conference, _roles = lock_case(by, conference_id, Activity.TICK_OFF)
        if by.visitor.participant_id is None:
            raise Unknown
        participant_id = by.visitor.participant_id
        if not queries.has_task(by.session, conference_id, participant_id, action_key):
            raise Unknown
        which = {
            "conference_id": conference_id,
            "version_number": conference.plan_number,
            "action_key": action_key,
            "participant_id": participant_id,
        }
        said = by.session.scalar(_TICKED, which)
        if said is None:
            said = ActionTick(**which)
            by.session.add(said)
        said.state, said.ticked_at = state, by.at
        by.record("task.ticked", conference_id, task=action_key, state=state)


def record_costs(by: By, conference_id: int, costs: Costs) -> None:
    """Record the costs of the conference. None: not known."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.RECORD_COSTS)
        sheet = by.session.get(CostSheet, conference_id) or CostSheet(conference_id=conference_id)
        for name, value in asdict(costs).items():
            setattr(sheet, name, value)
        sheet.changed_at = by.at
        by.session.add(sheet)
        known = {name: value for name, value in asdict(costs).items() if value is not None}
        by.record("costs.recorded", conference_id, **known)


def add_avoided_cost(by: By, conference_id: int, new: NewAvoidedCost) -> int:
    """Add a cost that is said to have been avoided; returns its id."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.RECORD_COSTS)
        row = AvoidedCost(conference_id=conference_id, what=new.what, amount=new.amount, basis=new.basis)
        by.session.add(row)
        by.session.flush()
        by.record("avoided_cost.added", conference_id, what=new.what, amount=new.amount)
        return row.id


def remove_avoided_cost(by: By, conference_id: int, avoided_id: int) -> None:
    """Delete an avoided cost."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.RECORD_COSTS)
        row = by.session.scalar(
            select(AvoidedCost).where(AvoidedCost.id == avoided_id, AvoidedCost.conference_id == conference_id)
        )
        if row is None:
            raise Unknown
        by.record("avoided_cost.removed", conference_id, what=row.what, amount=row.amount)
        by.session.delete(row)


def _follow_up(by: By, conference: Conference, roles: frozenset[Role], follow_up_id: int) -> FollowUp:
    """A follow-up that the visitor may write down or correct: all, or for who sees only their own, those."""
    of_case = FollowUp.conference_id == conference.id
    row = by.session.scalar(select(FollowUp).where(FollowUp.id == follow_up_id, of_case))
    whole = sees(CasePart.FOLLOW_UPS, conference.phase, roles, conference.in_force) is Scope.ALL
    if row is None or not (whole or queries.is_own(row, by.visitor.participant_id)):
        raise Unknown
    return row


def _check_against_plan(session: Session, row: FollowUp, report: FollowUpReport) -> None:
    """Check that a report fits its version of the plan and its kind. Raises Unknown or Refusal."""
    goals = queries.goals_of(session, row.conference_id, row.version_number)
    of_version = (PlanVersion.conference_id == row.conference_id, PlanVersion.number == row.version_number)
    if report.held_on < session.execute(select(PlanVersion.agreed_on).where(*of_version)).scalar_one():
        early = N_("This day lies before the plan was agreed. Choose the day on which it was held.")
        raise Refusal(early).at("held_on")
    keys = {action.key for goal in goals for action in goal.actions}
    named = report.present | report.marks.keys()
    known = queries.people(session, row.conference_id).keys()
    if report.actions.keys() - keys or report.goals.keys() - set(range(1, len(goals) + 1)) or named - known:
        raise Unknown
    answered = {
        FormSection.GOALS: report.goals,
        FormSection.PEOPLE: named or report.unnamed_marks,
        FormSection.NEW_VERSION: report.wants_new_version,
    }
    if {section for section, answer in answered.items() if answer} - FOLLOW_UP_RULES[row.kind].sections:
        raise Refusal(N_("Something was filled in that this follow-up does not ask. Leave it out."))
    for score in report.goals.values():
        _check_scale(score, -2, 2)
    for mark in (*report.marks.values(), *report.unnamed_marks):
        _check_scale(mark, 0, 10)


def _check_scale(value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refusal(N_("Choose a number from %(least)s to %(most)s."), least=least, most=most)
