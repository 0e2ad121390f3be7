"""Passwords: which are good enough, how they are kept, and checking one. Who owns them: `actions`.

Argon2id. A check takes the same time whether there is such an account or not.
"""

import re
import unicodedata
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ekc.core.errors import Refusal
from ekc.workflow.vocabulary import N_

#: Passes, KiB of memory, lanes.
Cost = tuple[int, int, int]
DEFAULT_COST: Cost = (3, 65536, 4)
MIN_LENGTH = 12
MAX_LENGTH = 200  # beyond this a check costs us more than it protects anybody
_ESTIMATED_LENGTH = 24  # characters: what is strong so far is strong with more, and 48 of some kinds would take seconds
_MIN_SCORE = 3  # of 4: more than 10^8 guesses
#: What somebody who wants in here tries first (ASVS 6.2.11).
_PRODUCT_WORDS = ("own plan", "eigen kracht", "family group conference", "ekc")
#: What people here often choose, likeliest first: the lists of the library are of English words.
_COMMON_PASSWORDS = Path(__file__).with_name("often.txt")
_YEARS = range(2020, 2041)  # put behind a word; the library knows those before
_SEPARATORS = re.compile(r"(?<=\w)[\s._-]+(?=\w)")
_ZXCVBN_LOCK = Lock()  # the library keeps the words about somebody in a place that threads share


def ensure_strong(password: str, *about: str) -> None:
    """Raise Refusal for a password that is short, or easily guessed by who knows passwords and what is `about` one.

    No rules about kinds of characters (ASVS 6.2.5): they make passwords that are easy to guess and hard to keep.
    """
    if len(password) < MIN_LENGTH:
        raise Refusal(N_("Choose a password of at least %(shortest)s characters."), shortest=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise Refusal(N_("Choose a password of at most %(longest)s characters."), longest=MAX_LENGTH)
    score, ours = _estimate_strength(password, (*about, *_PRODUCT_WORDS))
    if score < _MIN_SCORE and ours:
        raise Refusal(N_("Choose a password without your name, your mail address or the name of this program."))
    if score < _MIN_SCORE:
        raise Refusal(
            N_("This password is easily guessed. Choose three or four words that have nothing to do with each other.")
        )


def _estimate_strength(password: str, about: tuple[str, ...]) -> tuple[int, bool]:
    """How hard it is to guess, from 0 to 4, and whether words about its owner or about us are part of it."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists of words are read where a password is chosen, not at the start

    theirs = {
        word.lower() for one in about for word in (one, "".join(one.split()), *re.split(r"\W+", one)) if len(word) > 2
    }
    often, together = _common_passwords()
    words = dict.fromkeys((*sorted(theirs), *often))
    with_year = [f"{word}{year}" for year in _YEARS for word in words]
    known = [*words, *together, *with_year]
    # What stands between words that are known here makes them no harder to guess; the library thinks it does.
    ways = dict.fromkeys((password, _SEPARATORS.sub("", password)))
    with _ZXCVBN_LOCK:
        read = [zxcvbn(way[:_ESTIMATED_LENGTH], known) for way in ways]
    apart, joined = read[0], read[-1]
    tells = any(part.get("dictionary_name") == "user_inputs" for part in joined["sequence"])
    found: dict[str, Any] = min(apart, joined, key=itemgetter("score")) if tells else apart
    theirs |= {f"{word}{year}" for year in _YEARS for word in theirs}
    return found["score"], any(part.get("matched_word") in theirs for part in found["sequence"])


@cache
def _common_passwords() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of `_OFTEN`: the words, and what belongs together, written as one word and as far as is looked at."""
    lines = [line for line in _COMMON_PASSWORDS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    together = ("".join(line.split())[:_ESTIMATED_LENGTH] for line in lines if " " in line)
    return tuple(line for line in lines if " " not in line), tuple(together)


def hash_password(password: str, cost: Cost) -> str:
    """What is kept of a password."""
    return _hasher(cost).hash(_normalized(password))


def verify_password(password: str, stored: str | None, cost: Cost) -> bool:
    """Whether this is the password. Without one to compare with, as much work is done all the same."""
    try:
        same = _hasher(cost).verify(stored or _dummy_hash(cost), _normalized(password))
    except (VerificationError, InvalidHashError):
        return False
    return same and stored is not None


def needs_rehash(stored: str, cost: Cost) -> bool:
    """Whether a hash was made at another cost than now, and should be made again."""
    return _hasher(cost).check_needs_rehash(stored)


def _normalized(password: str) -> bytes:
    # The same letters can be typed as different characters on different devices.
    return unicodedata.normalize("NFKC", password).encode(errors="replace")


@lru_cache(maxsize=4)
def _hasher(cost: Cost) -> PasswordHasher:
    passes, memory, lanes = cost
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=lanes)


@lru_cache(maxsize=4)
def _dummy_hash(cost: Cost) -> str:
    return _hasher(cost).hash(b"the password of nobody")
