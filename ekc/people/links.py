"""Personal links: making and revoking them, in the caller's transaction. Who may: `conferences/actions.py`.

Whoever has the link is let in, so it is a key of 256 bits that is never kept, only its hash.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.people.models import PersonalLink

DAYS = 60


def token_hash(token: str) -> bytes:
    """What is kept of a token. It is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def new_link(
    session: Session,
    at: datetime,
    *,
    conference_id: int,
    participant_id: int,
    made_by: int | None,
    days: int = DAYS,
    note: str | None = None,
) -> str:
    """Make a link; its token is known now and never again. `note` says how it is handed over. Does not commit."""
    token = secrets.token_urlsafe(32)
    link = PersonalLink(
        participant_id=participant_id,
        conference_id=conference_id,
        token_hash=token_hash(token),
        made_by=made_by,
        made_at=at,
        expires_at=at + timedelta(days=days),
        note=note,
    )
    session.add(link)
    session.flush()
    return token


def revoke(session: Session, at: datetime, *, link_id: int | None = None, participant_id: int | None = None) -> int:
    """End one link, or all links of a participant; how many were still open. Ends their sessions. Does not commit.

    The caller has made sure that they belong to the case. Raises ValueError unless told which.
    """
    if (link_id is None) == (participant_id is None):
        raise ValueError("say either which link or whose links")
    which = PersonalLink.id == link_id if link_id is not None else PersonalLink.participant_id == participant_id
    ended = session.scalars(
        update(PersonalLink)
        .where(which, PersonalLink.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(PersonalLink.id)
    ).all()
    return len(ended)
