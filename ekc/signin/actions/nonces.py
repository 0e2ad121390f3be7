"""Nonces: the challenge of a passkey, the state of an OpenID Connect sign-in.

The browser holds them in its session cookie. A copy of the cookie could replay one, so used nonces are stored until
they expire.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.core.tokens import hash_token
from ekc.signin.models import UsedNonce


@dataclass(frozen=True, slots=True)
class Nonce:
    """A random value that is accepted once, until it expires."""

    value: bytes
    expires_at: datetime


def consume(session: Session, at: datetime, nonce: Nonce) -> bool:
    """Mark a nonce as used; False if it was used before or has expired. Does not commit."""
    session.execute(delete(UsedNonce).where(UsedNonce.until < at))
    if nonce.expires_at < at:
        return False
    try:
        with session.begin_nested():
            session.execute(insert(UsedNonce).values(token=hash_token(nonce.value), until=nonce.expires_at))
    except IntegrityError:
        return False
    return True
