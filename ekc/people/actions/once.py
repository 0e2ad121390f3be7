"""Using something up that counts once: the challenge of a passkey, the state of a single sign-on.

The browser keeps it in its signed session. That alone would let a kept copy of the session use it again, so what was
used is remembered here for as long as it would have been good.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.people.models import Spent


@dataclass(frozen=True, slots=True)
class Once:
    """What counts once: random bytes, and until when they are good."""

    token: bytes
    until: datetime


def spend(session: Session, at: datetime, once: Once) -> bool:
    """Use it up; False if that was done before, or it is too late. Does not commit."""
    session.execute(delete(Spent).where(Spent.until < at))
    if once.until < at:
        return False
    try:
        with session.begin_nested():
            session.execute(insert(Spent).values(token=hashlib.sha256(once.token).digest(), until=once.until))
    except IntegrityError:
        return False
    return True
