"""What people are afraid of, and what was arranged for it."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member, write_over
from ekc.conferences.entries import Concern
from ekc.conferences.models import SafetyConcern
from ekc.core.audit import record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.workflow.vocabulary import Activity


def add_concern(session: Session, visitor: Visitor, at: datetime, conference_id: int, new: Concern) -> int:
    """Write down what somebody is afraid of; the id of the concern."""
    with writing(session):
        lock_case(session, visitor, conference_id, Activity.CHANGE_CIRCLE, at)
        somebody = member(session, conference_id, new.participant_id)
        concern = SafetyConcern(conference_id=conference_id)
        write_over(concern, new, Concern)
        session.add(concern)
        session.flush()
        record(session, visitor.actor, at, "safety.added", conference_id, name=somebody.name)
    return concern.id


def change_concern(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, concern_id: int, new: Concern
) -> None:
    """Write a concern or its arrangement anew."""
    with writing(session):
        lock_case(session, visitor, conference_id, Activity.CHANGE_CIRCLE, at)
        concern = _concern(session, conference_id, concern_id)
        somebody = member(session, conference_id, new.participant_id)
        write_over(concern, new, Concern)
        record(session, visitor.actor, at, "safety.changed", conference_id, name=somebody.name)


def remove_concern(session: Session, visitor: Visitor, at: datetime, conference_id: int, concern_id: int) -> None:
    """Take a concern away; what it said stays in the audit."""
    with writing(session):
        lock_case(session, visitor, conference_id, Activity.CHANGE_CIRCLE, at)
        concern = _concern(session, conference_id, concern_id)
        record(session, visitor.actor, at, "safety.removed", conference_id, concern=concern.concern)
        session.delete(concern)


def _concern(session: Session, conference_id: int, concern_id: int) -> SafetyConcern:
    found = session.get(SafetyConcern, concern_id)
    if found is None or found.conference_id != conference_id:
        raise Unknown
    return found
