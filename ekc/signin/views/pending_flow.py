"""The state between the two requests of a sign-in flow: in the session cookie, for ten minutes, usable once."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import session

from ekc.core.routes import now
from ekc.signin.actions.nonces import Nonce

_LIFETIME = timedelta(minutes=10)
_BYTES = 32


def begin_flow(name: str, **data: Any) -> bytes:
    """Store a flow in the session, replacing one of this name; returns the nonce the second request must present."""
    value = secrets.token_bytes(_BYTES)
    session[name] = {**data, "token": value, "until": (now() + _LIFETIME).timestamp()}
    return value


def finish_flow(name: str) -> tuple[Nonce, dict[str, Any]] | None:
    """Remove a flow from the session; returns its nonce and data. None if there is none, or it has expired."""
    data = session.pop(name, None)
    if not isinstance(data, dict):
        return None
    nonce = Nonce(data.pop("token"), datetime.fromtimestamp(data.pop("until"), UTC))
    return (nonce, data) if now() <= nonce.expires_at else None
