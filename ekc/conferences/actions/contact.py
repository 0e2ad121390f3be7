"""Being in touch: the contact log."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member, not_later
from ekc.conferences.entries import NewContact
from ekc.conferences.models import ContactEntry
from ekc.core.audit import record
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.workflow.vocabulary import Activity


def log_contact(session: Session, visitor: Visitor, at: datetime, conference_id: int, new: NewContact) -> int:
    """Add a line to the contact log; its id."""
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.LOG_CONTACT, at)
        if new.participant_id is not None:
            member(session, conference_id, new.participant_id)
        not_later(at, conference.timezone, new.on)
        entry = ContactEntry(conference_id=conference_id, written_at=at, **asdict(new))
        session.add(entry)
        session.flush()
        record(session, visitor.actor, at, "contact.logged", conference_id, channel=new.channel)
    return entry.id
