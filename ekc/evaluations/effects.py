"""What agreeing a plan brings about here: call and evaluation are planned. Run by the step, in its transaction."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.clock import from_local, local_date
from ekc.evaluations.models import FollowUp
from ekc.plans.draft import from_json
from ekc.plans.models import PlanVersion
from ekc.workflow.profiles import PROFILES
from ekc.workflow.taking import Taking
from ekc.workflow.vocabulary import N_, FollowUpKind, Step

#: Why an open follow-up of an older version is not held any more.
NEW_VERSION = N_("A new version of the plan was agreed")


def plan_follow_ups(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Plan the call (EK4, EK5: the profile's clock) and the evaluation (the plan's own date) of the version in force.

    A round gets one call: a revised version plans a new evaluation alone. What is open and planned anew is given up.
    """
    number = conference.plan_number
    version = session.execute(
        select(PlanVersion.agreed_on, PlanVersion.content).where(
            PlanVersion.conference_id == conference.id, PlanVersion.number == number
        )
    ).one()
    kinds = {FollowUpKind.EVALUATION} if taking.step is Step.REVISE_PLAN else set(FollowUpKind)
    known = session.scalars(select(FollowUp).where(FollowUp.conference_id == conference.id)).all()
    for old in known:
        if old.kind in kinds and old.version_number < number and old.held_on is None and old.given_up_on is None:
            old.given_up_on = local_date(at, conference.timezone)
            old.given_up_reason = NEW_VERSION
    kinds -= {row.kind for row in known if row.version_number == number}
    if FollowUpKind.CALL in kinds:
        clock = next(clock for clock in PROFILES[conference.profile].clocks if clock.code == "call")
        due, latest = clock.due(version.agreed_on), clock.latest(version.agreed_on)
        session.add(_planned(conference, FollowUpKind.CALL, due_on=due, latest_on=latest))
    agreed = from_json(version.content).evaluation
    if FollowUpKind.EVALUATION in kinds and agreed.at is not None:
        day = agreed.at.date()
        meeting = _planned(conference, FollowUpKind.EVALUATION, due_on=day, latest_on=day)
        meeting.starts_at = from_local(agreed.at, conference.timezone)
        meeting.place = agreed.place
        session.add(meeting)
    note_tasks(session, conference, at)


def note_tasks(session: Session, conference: Conference, at: datetime) -> None:
    """Keep the day on which the last follow-up was settled, from which the coordinator's access ends; or that none was.

    What is corrected later moves no day.
    """
    session.flush()
    still_open = (FollowUp.held_on.is_(None), FollowUp.given_up_on.is_(None))
    if session.scalar(select(FollowUp.id).where(FollowUp.conference_id == conference.id, *still_open).limit(1)):
        conference.tasks_ended_on = None
    elif conference.tasks_ended_on is None:
        conference.tasks_ended_on = local_date(at, conference.timezone)


def _planned(conference: Conference, kind: FollowUpKind, **days: date) -> FollowUp:
    return FollowUp(
        conference_id=conference.id,
        region_id=conference.region_id,
        version_number=conference.plan_number,
        kind=kind,
        **days,
    )
