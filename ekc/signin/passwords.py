"""Password policy and hashing (Argon2id). Changing the password of an account: `actions/passwords.py`.

Verifying takes the same time whether the account exists or not.
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

#: Argon2 parameters: passes, KiB of memory, lanes.
Cost = tuple[int, int, int]
DEFAULT_COST: Cost = (3, 65536, 4)
MIN_LENGTH = 12
MAX_LENGTH = 200  # limits the cost of hashing
_ESTIMATED_LENGTH = 24  # characters given to zxcvbn, which takes seconds for some strings of 48
_MIN_SCORE = 3  # of 4 in zxcvbn: more than 10^8 guesses
#: Context-specific words (ASVS 6.2.11).
_PRODUCT_WORDS = ("own plan", "eigen kracht", "family group conference", "ekc")
#: Common Dutch passwords, most common first; the lists of zxcvbn are English.
_COMMON_PASSWORDS = Path(__file__).with_name("often.txt")
_YEARS = range(2020, 2041)  # as a suffix of a word; zxcvbn knows earlier years
_SEPARATORS = re.compile(r"(?<=\w)[\s._-]+(?=\w)")
_ZXCVBN_LOCK = Lock()  # zxcvbn keeps user inputs in a global


def ensure_strong(password: str, *about: str) -> None:
    """Raise Refusal for a password that is too short, too long or easily guessed.

    `about`: name and mail address of the owner, which must not be part of it. There are no rules about kinds of
    characters (ASVS 6.2.5), because they lead to passwords that are easy to guess and hard to remember.
    """
    if len(password) < MIN_LENGTH:
        raise Refusal(N_("Choose a password of at least %(shortest)s characters."), shortest=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise Refusal(N_("Choose a password of at most %(longest)s characters."), longest=MAX_LENGTH)
    score, ours = _estimate_strength(password, (*about, *_PRODUCT_WORDS))
    if score < _MIN_SCORE and ours:
        raise Refusal(N_("Choose a password without your name, your email address or the name of this program."))
    if score < _MIN_SCORE:
        raise Refusal(
            N_("This password is easily guessed. Choose three or four words that have nothing to do with each other.")
        )


def _estimate_strength(password: str, about: tuple[str, ...]) -> tuple[int, bool]:
    """The zxcvbn score (0 to 4), and whether a word of `about` is part of the password."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - it loads large word lists

    theirs = {
        word.lower() for one in about for word in (one, "".join(one.split()), *re.split(r"\W+", one)) if len(word) > 2
    }
    often, together = _common_passwords()
    words = dict.fromkeys((*sorted(theirs), *often))
    with_year = [f"{word}{year}" for year in _YEARS for word in words]
    known = [*words, *together, *with_year]
    # zxcvbn rates known words higher when separators stand between them, so both spellings are rated.
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
    """The single words of the list, and its phrases joined into one word and cut to `_ESTIMATED_LENGTH`."""
    lines = [line for line in _COMMON_PASSWORDS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    together = ("".join(line.split())[:_ESTIMATED_LENGTH] for line in lines if " " in line)
    return tuple(line for line in lines if " " not in line), tuple(together)


def hash_password(password: str, cost: Cost) -> str:
    """The Argon2id hash of a password, as it is stored."""
    return _hasher(cost).hash(_normalized(password))


def verify_password(password: str, stored: str | None, cost: Cost) -> bool:
    """Whether the password matches the stored hash. Without a hash, a dummy is verified so the time is the same."""
    try:
        same = _hasher(cost).verify(stored or _dummy_hash(cost), _normalized(password))
    except (VerificationError, InvalidHashError):
        return False
    return same and stored is not None


def needs_rehash(stored: str, cost: Cost) -> bool:
    """Whether a hash was made with other parameters, so the password should be hashed again."""
    return _hasher(cost).check_needs_rehash(stored)


def _normalized(password: str) -> bytes:
    # Devices encode the same letters differently.
    return unicodedata.normalize("NFKC", password).encode(errors="replace")


@lru_cache(maxsize=4)
def _hasher(cost: Cost) -> PasswordHasher:
    passes, memory, lanes = cost
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=lanes)


@lru_cache(maxsize=4)
def _dummy_hash(cost: Cost) -> str:
    return _hasher(cost).hash(b"the password of nobody")
