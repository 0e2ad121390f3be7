"""Random tokens that grant access: creating and hashing them.

Used for sign-ins, invitations, known devices, personal links and their devices, and used nonces. Tokens have 256 random
bits (personal links 128, and a signature), so one round of SHA-256 is enough; only the hash is stored. Rows are looked
up by the hash, whose timing reveals nothing about the token, so no constant-time comparison is needed.
"""

import hashlib
import re
import secrets

_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A token of 256 random bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(_BYTES)


def is_token(text: str) -> bool:
    """Whether a text has the format of a token from `new_token`."""
    return _TOKEN.fullmatch(text) is not None


def hash_token(token: str | bytes) -> bytes:
    """The SHA-256 of a token."""
    return hashlib.sha256(token if isinstance(token, bytes) else token.encode(errors="replace")).digest()
