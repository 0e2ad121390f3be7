"""Finding a case by a name, which is a way of reading it."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.queries import Found, search
from ekc.core.audit import record
from ekc.core.transaction import writing
from ekc.people.access import Visitor


def look_for(session: Session, visitor: Visitor, at: datetime, asked: str) -> tuple[Found, ...]:
    """Search, and note in the audit who looked for what.

    A title or a name that was found has been read: each case that was found gets a line of it, for its people to read.
    """
    with writing(session):
        found = search(session, visitor, asked, at)
        roles = " ".join(sorted(visitor.roles))
        for conference_id in sorted({one.conference_id for one in found}):  # in order: searches never block each other
            record(session, visitor.actor, at, "case.found", conference_id, roles=roles)
        record(session, visitor.actor, at, "case.searched", asked=asked, found=len(found))
    return found
