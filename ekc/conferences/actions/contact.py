"""Being in touch: the contact log, the personal links by which people come in, and finding a case by a name."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member, not_later
from ekc.conferences.entries import NewContact
from ekc.conferences.models import ContactEntry
from ekc.conferences.queries import Found, search
from ekc.core.audit import record
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.people import links
from ekc.people.access import Visitor
from ekc.workflow.vocabulary import N_, ROLE_OF_PART, Activity, Attends


def log_contact(session: Session, visitor: Visitor, at: datetime, conference_id: int, new: NewContact) -> int:
    """Add a line to the contact log; its id."""
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.LOG_CONTACT)
        if new.participant_id is not None:
            member(session, conference_id, new.participant_id)
        not_later(at, conference.timezone, new.on)
        entry = ContactEntry(conference_id=conference_id, written_at=at, **asdict(new))
        session.add(entry)
        session.flush()
        record(session, visitor.actor, at, "contact.logged", conference_id, channel=new.channel)
    return entry.id


def make_link(
    session: Session,
    visitor: Visitor,
    at: datetime,
    conference_id: int,
    participant_id: int,
    days: int = links.DAYS,
) -> str:
    """Make a personal link that lives for `days`; its token, known now and never again. Ends their earlier links."""
    with writing(session):
        lock_case(session, visitor, conference_id, Activity.MAKE_LINKS)
        somebody = member(session, conference_id, participant_id)
        if ROLE_OF_PART[somebody.part] is None or somebody.attends is Attends.EXCLUDED:
            raise Refusal(N_("There is no page for %(name)s, so there is no link either."), name=somebody.name)
        links.revoke(session, at, participant_id=participant_id)
        token = links.new_link(
            session,
            at,
            conference_id=conference_id,
            participant_id=participant_id,
            made_by=visitor.account_id,
            days=days,
        )
        record(session, visitor.actor, at, "link.made", conference_id, name=somebody.name, days=days)
    return token


def revoke_links(session: Session, visitor: Visitor, at: datetime, conference_id: int, participant_id: int) -> None:
    """End all personal links of somebody; whoever is in by one is out."""
    with writing(session):
        lock_case(session, visitor, conference_id, Activity.MAKE_LINKS)
        somebody = member(session, conference_id, participant_id)
        links.revoke(session, at, participant_id=participant_id)
        record(session, visitor.actor, at, "link.revoked", conference_id, name=somebody.name)


def look_for(session: Session, visitor: Visitor, at: datetime, asked: str) -> tuple[Found, ...]:
    """Search, and note in the audit who looked for what: a name that was found has been read."""
    with writing(session):
        found = search(session, visitor, asked, at)
        record(session, visitor.actor, at, "case.searched", asked=asked, found=len(found))
    return found
