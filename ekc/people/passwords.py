"""Passwords: which are good enough, how they are kept, and checking one. Who owns them: `actions`.

Argon2id. A check takes the same time whether there is such an account or not.
"""

import re
import unicodedata
from functools import lru_cache
from threading import Lock
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ekc.core.errors import Refusal
from ekc.workflow.vocabulary import N_

#: Passes, KiB of memory, lanes.
Cost = tuple[int, int, int]
COST: Cost = (3, 65536, 4)
SHORTEST = 12
LONGEST = 200  # beyond this a check costs us more than it protects anybody
_LOOKED_AT = 24  # characters: what is strong so far is strong with more, and 48 of some kinds would take seconds
_STRONG = 3  # of 4: more than 10^8 guesses
#: What somebody who wants in here tries first (ASVS 6.2.11).
_OURS = ("own plan", "eigen kracht", "family group conference", "ekc")
_ONE_AT_A_TIME = Lock()  # the library keeps the words about somebody in a place that threads share


def refuse_weak(password: str, *about: str) -> None:
    """Raise Refusal for a password that is short, or easily guessed by who knows passwords and what is `about` one.

    No rules about kinds of characters (ASVS 6.2.5): they make passwords that are easy to guess and hard to keep.
    """
    if len(password) < SHORTEST:
        raise Refusal(N_("Choose a password of at least %(shortest)s characters."), shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refusal(N_("Choose a password of at most %(longest)s characters."), longest=LONGEST)
    score, ours = _guessed(password, (*about, *_OURS))
    if score < _STRONG and ours:
        raise Refusal(N_("Choose a password without your name, your mail address or the name of this program."))
    if score < _STRONG:
        raise Refusal(
            N_("This password is easily guessed. Choose three or four words that have nothing to do with each other.")
        )


def _guessed(password: str, about: tuple[str, ...]) -> tuple[int, bool]:
    """How hard it is to guess, from 0 to 4, and whether words about its owner or about us are part of it."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists of words are read where a password is chosen, not at the start

    words = {word for one in about for word in (one, "".join(one.split()), *re.split(r"\W+", one)) if len(word) > 2}
    with _ONE_AT_A_TIME:
        found: dict[str, Any] = zxcvbn(password[:_LOOKED_AT], sorted(words))
    return found["score"], any(part.get("dictionary_name") == "user_inputs" for part in found["sequence"])


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
