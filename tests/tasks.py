"""The tasks of somebody in the plan in force, as their own page has them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.evaluations.queries import OwnTask, tasks_of
from ekc.plans.models import PlanVersion


def own_tasks(session: Session, conference_id: int, participant_id: int) -> tuple[OwnTask, ...]:
    """None where no plan is in force."""
    number = session.scalars(select(Conference.plan_number).where(Conference.id == conference_id)).one()
    found = select(PlanVersion).where(PlanVersion.conference_id == conference_id, PlanVersion.number == number)
    plan = session.scalar(found)
    return tasks_of(session, plan, participant_id) if plan else ()
