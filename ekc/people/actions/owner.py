"""Telling the owner of an account that it was changed how they sign in."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.core.outbox import queue
from ekc.people.models import Account


def tell_owner(session: Session, at: datetime, account_id: int, what: str, subject: str, body: str) -> None:
    """Put a mail to the owner of an account in the outbox. Does not commit."""
    owner = session.get_one(Account, account_id)
    queue(
        session,
        f"account:{account_id}:{what}:{at.isoformat()}",
        recipient=owner.email,
        subject=subject,
        body=body,
        at=at,
        conference_id=None,
        language=owner.language,
    )
