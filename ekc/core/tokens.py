"""Random tokens that grant something: how they are made, and what is kept of one.

Invitations, the cookie of a known browser, personal links and used nonces share this. A token carries 256 random bits
(that of a personal link half of them, and a signature), so one round of SHA-256 is enough; only the hash is stored.
Rows are found by that hash: how long a look-up takes tells nothing about a token, so no comparison needs constant time.
"""

import hashlib
import re
import secrets

_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A token of 256 random bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(_BYTES)


def is_token(text: str) -> bool:
    """Whether this has the form of one."""
    return _TOKEN.fullmatch(text) is not None


def hash_token(token: str | bytes) -> bytes:
    """The SHA-256 of a token."""
    return hashlib.sha256(token if isinstance(token, bytes) else token.encode(errors="replace")).digest()
