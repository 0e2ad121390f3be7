"""Throttling: counting attempts against limits, shared by all processes through the database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import cast

from sqlalchemy import Table, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from ekc.core.crypto import keyring_of
from ekc.core.errors import TooMany
from ekc.core.reading import read_rows
from ekc.core.transaction import writing
from ekc.signin.devices import Caller
from ekc.signin.models import Attempt
from ekc.workflow.vocabulary import N_

# Built once: every sign-in and every refused request asks them.
_attempt = cast(Table, Attempt.__table__)
_COUNT = (
    select(_attempt.c.key, func.count().label("number"))
    .where(_attempt.c.key.in_(bindparam("keys", expanding=True)), _attempt.c.until > bindparam("at"))
    .group_by(_attempt.c.key)
)
_FORGET = delete(_attempt).where(_attempt.c.until <= bindparam("at"))
_ADD = insert(_attempt).returning(_attempt.c.id)


def attempts_by_key(session: Session, at: datetime, keys: Collection[bytes]) -> dict[bytes, int]:
    """The number of attempts that still count, by key; keys without attempts are missing."""
    rows = read_rows(session, _COUNT, {"keys": list(keys), "at": at})
    return {row.key: row.number for row in rows}


def retry_after(session: Session, at: datetime, key: bytes, max_attempts: int) -> datetime:
    """When fewer than `max_attempts` will count, if none is added."""
    newest = select(Attempt.until).where(Attempt.key == key, Attempt.until > at).order_by(Attempt.until.desc())
    return session.scalar(newest.offset(max_attempts - 1).limit(1)) or at


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `max_attempts` failed attempts within a sliding window. `name` separates the keys of limits."""

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
DEAD_LINKS = Limit("dead link", 1, timedelta(days=1))  # for one link: audit events about it
#: How many times as many attempts count from the /48 of an IPv6 network as from a /64.
WIDE = 5
#: A limit, and the account, network or other subject it applies to.
ThrottleKey = tuple[Limit, str]


def begin_attempt(session: Session, at: datetime, *keys: ThrottleKey) -> tuple[int, ...]:
    """Count an attempt before it is made; returns the value that `discard_attempt` takes if it succeeds.

    Counting comes first, so that concurrent attempts cannot exceed the limit. Raises TooMany; the refused attempt is
    not counted, so that continued attempts do not extend the lockout of the owner.
    """
    limits = _limits(session, keys)
    _ensure_below_limits(session, at, limits, more=1)  # refuses most excess attempts without a write
    with writing(session):
        attempt = _add_attempts(session, at, limits)
    try:
        _ensure_below_limits(session, at, limits)
    except TooMany:
        discard_attempt(session, attempt)
        raise
    return attempt


def _limits(session: Session, keys: Iterable[ThrottleKey]) -> dict[bytes, Limit]:
    """The limits by the key under which attempts are counted; of IPv6 networks the wider ones too."""
    keyring = keyring_of(session)
    every = (one for key in keys for one in (key, *_wider(key)))
    return {keyring.fingerprint(f"{limit.name}:{whom}"): limit for limit, whom in every}


def _wider(key: ThrottleKey) -> tuple[ThrottleKey, ...]:
    """The limit for the /48 of an IPv6 network: whoever rents one has 65,536 of /64."""
    limit, whom = key
    if not whom.endswith("/64"):
        return ()
    wide = replace(limit, name=f"{limit.name} wide", max_attempts=limit.max_attempts * WIDE)
    return ((wide, str(ip_network(whom).supernet(new_prefix=48))),)


def count_attempt(session: Session, at: datetime, limit: Limit, whom: str) -> None:
    """Count an attempt in the caller's transaction. Raises TooMany, which rolls it back."""
    limits = _limits(session, [(limit, whom)])
    _add_attempts(session, at, limits)
    _ensure_below_limits(session, at, limits)


def discard_attempt(session: Session, attempt: tuple[int, ...]) -> None:
    """Stop counting an attempt, because it succeeded."""
    with writing(session):
        session.execute(delete(Attempt).where(Attempt.id.in_(attempt)))


def throttle_keys(limit: Limit, whom: str, device: int | None, caller: Caller) -> tuple[ThrottleKey, ...]:
    """The limits for an attempt to sign in to an account.

    A known device has a count of its own, so that an attacker, elsewhere or in the same network, cannot lock the owner
    out.
    """
    if device is not None:
        return ((limit, f"{whom} on {device}"),)
    return ((limit, whom), (BY_NETWORK, caller.network)) if caller.network else ((limit, whom),)


def _add_attempts(session: Session, at: datetime, limits: Mapping[bytes, Limit]) -> tuple[int, ...]:
    connection = session.connection()
    connection.execute(_FORGET, {"at": at})
    rows = [{"key": key, "until": at + limit.window} for key, limit in limits.items()]
    return tuple(connection.execute(_ADD, rows).scalars())


def _ensure_below_limits(session: Session, at: datetime, limits: Mapping[bytes, Limit], more: int = 0) -> None:
    so_far = attempts_by_key(session, at, limits)
    full = {key: limit.max_attempts for key, limit in limits.items() if so_far.get(key, 0) + more > limit.max_attempts}
    if full:
        until = max(retry_after(session, at, key, most) for key, most in full.items())
        minutes = max(2, -((at - until) // timedelta(minutes=1)))  # rounded up; at least 2, as the message is plural
        raise TooMany(N_("Wait %(minutes)s minutes, then try again."), minutes=minutes)
