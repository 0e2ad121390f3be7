"""What a browser keeps between the two halves of a sign-in elsewhere: in its signed session, for ten minutes, once."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import session

from ekc.core.routes import now
from ekc.people.actions import Once

_LASTS = timedelta(minutes=10)
_BYTES = 32


def depart(name: str, **luggage: Any) -> bytes:
    """Begin one, in place of an earlier one of this name; the random bytes that must come back."""
    token = secrets.token_bytes(_BYTES)
    session[name] = {**luggage, "token": token, "until": (now() + _LASTS).timestamp()}
    return token


def arrive(name: str) -> tuple[Once, dict[str, Any]] | None:
    """End the one of this name, and what it took along; None if there is none, or it took too long."""
    luggage = session.pop(name, None)
    if not isinstance(luggage, dict):
        return None
    once = Once(luggage.pop("token"), datetime.fromtimestamp(luggage.pop("until"), UTC))
    return (once, luggage) if now() <= once.until else None
