"""Counting what may be tried only so often, for all processes and machines together. What is counted is kept as a keyed
hash and only for as long as it counts, so the table names nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ekc.core.crypto import keyring_of
from ekc.core.errors import TooMany
from ekc.core.transaction import writing
from ekc.people.devices import Place
from ekc.people.models import Try
from ekc.people.queries import room_again, tries_so_far
from ekc.workflow.vocabulary import N_


@dataclass(frozen=True, slots=True)
class Limit:
    """So many wrong tries at most, in any stretch of time so long. `name` keeps it apart from other limits."""

    name: str
    most: int
    within: timedelta


PASSWORDS = Limit("password", 10, timedelta(minutes=15))  # for one account
CODES = Limit("code", 5, timedelta(minutes=15))  # for one account
CALLERS = Limit("caller", 60, timedelta(hours=1))  # from one network address
PASSKEYS = Limit("passkey", 300, timedelta(hours=1))  # from one network address: a signature cannot be guessed
PROVIDERS = Limit("provider", 300, timedelta(hours=1))  # a whole town hall may have one network address
FORGOTTEN = Limit("forgotten", 5, timedelta(hours=1))  # for one mail address
FORGOTTEN_CALLERS = Limit("forgotten from", 20, timedelta(hours=1))  # from one network address
#: At personal links, from one network address: a whole circle may open theirs by the same Wi-Fi.
ENTRANCES = Limit("entrance", 100, timedelta(hours=1))
DEAD_LINKS = Limit("dead link", 1, timedelta(days=1))  # for one link: what is told of it in the file
#: What is counted: under which limit, and for whom or what.
Counted = tuple[Limit, str]


def begin_try(session: Session, at: datetime, *counted: Counted) -> tuple[int, ...]:
    """Count a try, before it is made; what `forget_try` is to be given if it was right. Raises TooMany.

    Counting comes first, so that many tries at one moment are no more than many after each other. One that is refused
    here does not count: somebody who goes on trying locks nobody out for longer.
    """
    keyring = keyring_of(session)
    limits = {keyring.fingerprint(f"{limit.name}:{whom}"): limit for limit, whom in counted}
    _ensure_few(session, at, limits, more=1)  # most of what is too much then costs one look
    with writing(session):
        tried = _keep(session, at, limits)
    try:
        _ensure_few(session, at, limits)
    except TooMany:
        forget_try(session, tried)
        raise
    return tried


def count_try(session: Session, at: datetime, limit: Limit, whom: str) -> None:
    """Count one more, in the caller's transaction: with it goes what was to be done. Raises TooMany."""
    limits = {keyring_of(session).fingerprint(f"{limit.name}:{whom}"): limit}
    _keep(session, at, limits)
    _ensure_few(session, at, limits)


def forget_try(session: Session, tried: tuple[int, ...]) -> None:
    """Count a try no more: it was right."""
    with writing(session):
        session.execute(delete(Try).where(Try.id.in_(tried)))


def counted_for(limit: Limit, whom: str, device: int | None, place: Place) -> tuple[Counted, ...]:
    """What counts when somebody tries to get into an account.

    A browser that has signed in to it before is counted by itself alone: whoever guesses elsewhere, or beside it in the
    same office, does not lock the owner out.
    """
    if device is not None:
        return ((limit, f"{whom} on {device}"),)
    return ((limit, whom), (CALLERS, place.network)) if place.network else ((limit, whom),)


def _keep(session: Session, at: datetime, limits: Mapping[bytes, Limit]) -> tuple[int, ...]:
    session.execute(delete(Try).where(Try.until <= at))
    made = [Try(key=key, until=at + limit.within) for key, limit in limits.items()]
    session.add_all(made)
    session.flush()
    return tuple(one.id for one in made)


def _ensure_few(session: Session, at: datetime, limits: Mapping[bytes, Limit], more: int = 0) -> None:
    so_far = tries_so_far(session, at, limits)
    full = {key: limit.most for key, limit in limits.items() if so_far.get(key, 0) + more > limit.most}
    if full:
        until = max(room_again(session, at, key, most) for key, most in full.items())
        minutes = max(2, -((at - until) // timedelta(minutes=1)))  # to the whole minute above; never "1 minutes"
        raise TooMany(N_("Wait %(minutes)s minutes, then try again."), minutes=minutes)
