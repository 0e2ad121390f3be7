"""The state of a sign-in between its two requests: kept in the session cookie, for ten minutes, usable once."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import session

from ekc.core.routes import now
from ekc.signin.actions.nonces import Nonce

_LIFETIME = timedelta(minutes=10)
_BYTES = 32


def begin_flow(name: str, **data: Any) -> bytes:
    """Begin a flow, in place of an earlier one of this name; the nonce that the second request must bring back."""
    value = secrets.token_bytes(_BYTES)
    session[name] = {**data, "token": value, "until": (now() + _LIFETIME).timestamp()}
    return value


def finish_flow(name: str) -> tuple[Nonce, dict[str, Any]] | None:
    """Take the flow of this name out of the session: its nonce and data; None if there is none, or it has expired."""
    data = session.pop(name, None)
    if not isinstance(data, dict):
        return None
    nonce = Nonce(data.pop("token"), datetime.fromtimestamp(data.pop("until"), UTC))
    return (nonce, data) if now() <= nonce.expires_at else None
