"""The effect of agreeing a plan: follow-ups are planned. Run in the transaction of the step."""

from datetime import date, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.clock import from_local, local_date
from ekc.evaluations.models import OPEN, FollowUp
from ekc.plans.draft import from_json
from ekc.plans.models import PlanVersion
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.ends.rows import ENDS
from ekc.workflow.engine import OPEN_FOLLOW_UPS_RULES
from ekc.workflow.follow_ups import FOLLOW_UPS, OPEN_FOLLOW_UPS, FollowUpKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Phase

#: Reasons that the program gives itself, to be translated when shown.
OWN_REASONS = frozenset(
    {rule.reason for rule in OPEN_FOLLOW_UPS if rule.reason} | {rule.reason for rule in ENDS if rule.reason}
)


def plan_follow_ups(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Plan the follow-ups that this step plans for the version in force; give up those that it replaces."""
    number = conference.plan_number
    version = session.execute(
        select(PlanVersion.agreed_on, PlanVersion.content).where(
            PlanVersion.conference_id == conference.id, PlanVersion.number == number
        )
    ).one()
    rules = {rule.kind: rule for rule in FOLLOW_UPS if taking.step in rule.planned_by}
    known = session.scalars(select(FollowUp).where(FollowUp.conference_id == conference.id)).all()
    for old in known:
        if old.kind in rules and old.version_number < number and old.held_on is None and old.given_up_on is None:
            old.given_up_on = local_date(at, conference.timezone)
            old.given_up_reason = OPEN_FOLLOW_UPS_RULES[taking.step].reason
    there = {row.kind for row in known if row.version_number == number}
    agreed = from_json(version.content).evaluation
    for kind, rule in rules.items():
        if kind in there:
            continue
        if rule.clock:
            profile = PROFILES[conference.profile]
            clock = profile.clock(rule.clock)
            due, latest = profile.due(clock, version.agreed_on), profile.latest(clock, version.agreed_on)
            session.add(_planned(conference, kind, due_on=due, latest_on=latest))
        elif agreed.at is not None:
            day = agreed.at.date()
            meeting = _planned(conference, kind, due_on=day, latest_on=day)
            meeting.starts_at = from_local(agreed.at, conference.timezone)
            meeting.place = agreed.place
            session.add(meeting)
    update_tasks_ended(session, conference, at)


def give_up_open(session: Session, conference: Conference, at: datetime, reason: str) -> None:
    """Give up every open follow-up of a case. `reason`: why it ended, a sentence of the table of ends."""
    for row in session.scalars(select(FollowUp).where(FollowUp.conference_id == conference.id, *OPEN)):
        row.given_up_on, row.given_up_reason = local_date(at, conference.timezone), reason


def move_follow_ups(session: Session, conference: Conference) -> None:
    """Give the follow-ups the region of their case, after it was changed."""
    of_case = update(FollowUp).where(FollowUp.conference_id == conference.id)
    session.execute(of_case.values(region_id=conference.region_id))


_ANY_OPEN = select(FollowUp.id).where(FollowUp.conference_id == bindparam("case"), *OPEN).limit(1)


def update_tasks_ended(session: Session, conference: Conference, at: datetime, phase: Phase | None = None) -> None:
    """Set the day on which the last follow-up was settled, or clear it while one is open.

    The coordinator's access ends some days after it. A later correction does not move the day. In a new round the last
    task lies ahead, whatever was settled. `phase`: to which the case goes, if it leaves the one in which it is.
    """
    session.flush()
    if session.scalar(_ANY_OPEN, {"case": conference.id}):
        conference.tasks_ended_on = None
    elif conference.tasks_ended_on is None and (phase or conference.phase) is Phase.EVALUATION:
        conference.tasks_ended_on = local_date(at, conference.timezone)


def _planned(conference: Conference, kind: FollowUpKind, **days: date) -> FollowUp:
    return FollowUp(
        conference_id=conference.id,
        region_id=conference.region_id,
        version_number=conference.plan_number,
        kind=kind,
        **days,
    )
