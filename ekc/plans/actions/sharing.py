"""Sharing the plan: the family decides what a referrer or professional sees of it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member
from ekc.core.audit import record
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.plans.queries import decides_alone
from ekc.workflow.vocabulary import N_, PROFESSIONAL_PARTS, Activity, Attends, PlanSharing


def share_plan(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, choices: Mapping[int, PlanSharing]
) -> None:
    """Decide what each of these participants sees of the plan from now on; one audit line for each that changes.

    A main person decides, or the coordinator notes what the family said. Whoever is too young to consent on their own
    does not decide it on their own either.
    """
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.SHARE_PLAN, at)
        if not decides_alone(session, conference, visitor, local_date(at, conference.timezone)):
            raise Refusal(N_("Decide this together with your family. Your coordinator writes down what you say."))
        for participant_id, sharing in choices.items():
            person = member(session, conference_id, participant_id)
            if person.part not in PROFESSIONAL_PARTS or person.attends is Attends.EXCLUDED:
                raise Unknown
            if person.plan_sharing is not sharing:
                person.plan_sharing = sharing
                record(
                    session, visitor.actor, at, "plan.shared", conference_id, name=person.name, sharing=sharing.value
                )
