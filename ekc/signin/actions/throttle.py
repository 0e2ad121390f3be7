"""Reading how often something was attempted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ekc.core.crypto import keyring_of
from ekc.core.errors import TooMany
from ekc.core.transaction import writing
from ekc.signin.devices import Caller
from ekc.signin.models import Attempt
from ekc.workflow.vocabulary import N_


def attempts_by_key(session: Session, at: datetime, keys: Collection[bytes]) -> dict[bytes, int]:
    """How many attempts still count, by key; a key without any is left out."""
    live = (Attempt.key.in_(keys), Attempt.until > at)
    counted = select(Attempt.key, func.count().label("number")).where(*live).group_by(Attempt.key)
    return {row.key: row.number for row in session.execute(counted)}


def retry_after(session: Session, at: datetime, key: bytes, max_attempts: int) -> datetime:
    """When fewer than so many attempts will count, if none is added."""
    newest = select(Attempt.until).where(Attempt.key == key, Attempt.until > at).order_by(Attempt.until.desc())
    return session.scalar(newest.offset(max_attempts - 1).limit(1)) or at


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many failed attempts within a sliding window. `name` keeps it apart from other limits."""

    name: str
    max_attempts: int
    window: timedelta


PASSWORDS = Limit("password", 10, timedelta(minutes=15))  # for one account
CODES = Limit("code", 5, timedelta(minutes=15))  # for one account
BY_NETWORK = Limit("caller", 60, timedelta(hours=1))  # from one network address
PASSKEYS = Limit("passkey", 300, timedelta(hours=1))  # from one network address: a signature cannot be guessed
PROVIDERS = Limit("provider", 300, timedelta(hours=1))  # a whole town hall may have one network address
PASSWORD_RESETS = Limit("forgotten", 5, timedelta(hours=1))  # for one mail address
PASSWORD_RESETS_BY_NETWORK = Limit("forgotten from", 20, timedelta(hours=1))  # from one network address
#: Answers at personal links, from one network address: a whole circle may open theirs by the same Wi-Fi.
LINK_ANSWERS = Limit("entrance", 100, timedelta(hours=1))
DEAD_LINKS = Limit("dead link", 1, timedelta(days=1))  # for one link: what is told of it in the file
#: Under which limit an attempt counts, and for whom or what.
ThrottleKey = tuple[Limit, str]


def begin_attempt(session: Session, at: datetime, *keys: ThrottleKey) -> tuple[int, ...]:
    """Count an attempt before it is made; what `discard_attempt` takes if it succeeds. Raises TooMany.

    Counting comes first, so that concurrent attempts get no further than consecutive ones. One that is refused here
    does not count: whoever goes on trying locks nobody out for longer.
    """
    keyring = keyring_of(session)
    limits = {keyring.fingerprint(f"{limit.name}:{whom}"): limit for limit, whom in keys}
    _ensure_below_limits(session, at, limits, more=1)  # most of what is too much then costs one look
    with writing(session):
        attempt = _add_attempts(session, at, limits)
    try:
        _ensure_below_limits(session, at, limits)
    except TooMany:
        discard_attempt(session, attempt)
        raise
    return attempt


def count_attempt(session: Session, at: datetime, limit: Limit, whom: str) -> None:
    """Count one more, in the caller's transaction, which TooMany rolls back."""
    limits = {keyring_of(session).fingerprint(f"{limit.name}:{whom}"): limit}
    _add_attempts(session, at, limits)
    _ensure_below_limits(session, at, limits)


def discard_attempt(session: Session, attempt: tuple[int, ...]) -> None:
    """Stop counting an attempt: it succeeded."""
    with writing(session):
        session.execute(delete(Attempt).where(Attempt.id.in_(attempt)))


def throttle_keys(limit: Limit, whom: str, device: int | None, caller: Caller) -> tuple[ThrottleKey, ...]:
    """The limits for an attempt to sign in to an account.

    A browser that has signed in to it before is counted by itself alone: whoever guesses elsewhere, or beside it in the
    same office, does not lock the owner out.
    """
    if device is not None:
        return ((limit, f"{whom} on {device}"),)
    return ((limit, whom), (BY_NETWORK, caller.network)) if caller.network else ((limit, whom),)


def _add_attempts(session: Session, at: datetime, limits: Mapping[bytes, Limit]) -> tuple[int, ...]:
    session.execute(delete(Attempt).where(Attempt.until <= at))
    made = [Attempt(key=key, until=at + limit.window) for key, limit in limits.items()]
    session.add_all(made)
    session.flush()
    return tuple(one.id for one in made)


def _ensure_below_limits(session: Session, at: datetime, limits: Mapping[bytes, Limit], more: int = 0) -> None:
    so_far = attempts_by_key(session, at, limits)
    full = {key: limit.max_attempts for key, limit in limits.items() if so_far.get(key, 0) + more > limit.max_attempts}
    if full:
        until = max(retry_after(session, at, key, most) for key, most in full.items())
        minutes = max(2, -((at - until) // timedelta(minutes=1)))  # to the whole minute above; never "1 minutes"
        raise TooMany(N_("Wait %(minutes)s minutes, then try again."), minutes=minutes)
