"""Passwords: which are good enough, how they are kept, and checking one. Who owns them: `actions.py`.

Argon2id. A check takes the same time whether there is such an account or not.
"""

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ekc.core.errors import Refusal
from ekc.workflow.vocabulary import N_

#: Passes, KiB of memory, lanes.
Cost = tuple[int, int, int]
COST: Cost = (3, 65536, 4)
SHORTEST = 12
LONGEST = 200  # beyond this a check costs us more than it protects anybody


def refuse_weak(password: str, email: str) -> None:
    """Raise Refusal for a password that is easily guessed: short, or the address itself."""
    if len(password) < SHORTEST:
        raise Refusal(N_("Choose a password of at least %(shortest)s characters."), shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refusal(N_("Choose a password of at most %(longest)s characters."), longest=LONGEST)
    if password.strip().lower() == email.strip().lower():
        raise Refusal(N_("Choose a password that is not your mail address."))


def hashed(password: str, cost: Cost) -> str:
    """What is kept of a password."""
    return _hasher(cost).hash(_bytes(password))


def matches(password: str, stored: str | None, cost: Cost) -> bool:
    """Whether this is the password. Without one to compare with, as much work is done all the same."""
    try:
        same = _hasher(cost).verify(stored or _nobodys(cost), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return same and stored is not None


def is_outdated(stored: str, cost: Cost) -> bool:
    """Whether a hash was made at another cost than now, and should be made again."""
    return _hasher(cost).check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    # The same letters can be typed as different characters on different devices.
    return unicodedata.normalize("NFKC", password).encode(errors="replace")


@lru_cache(maxsize=4)
def _hasher(cost: Cost) -> PasswordHasher:
    passes, memory, lanes = cost
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=lanes)


@lru_cache(maxsize=4)
def _nobodys(cost: Cost) -> str:
    return _hasher(cost).hash(b"the password of nobody")
