"""Reading who is signed in where, and what was tried how often."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from ekc.core.audit import Actor, ActorKind
from ekc.people.access import Visitor
from ekc.people.links import token_hash as hash_of
from ekc.people.models import Account, KnownDevice, LinkDevice, Method, PersonalLink, SignIn, Try
from ekc.people.queries.accounts import VISITOR, WITH_ROLES, visitor_from


@dataclass(frozen=True, slots=True)
class SignInRow:
    """A device on which somebody is signed in."""

    id: int
    method: Method
    device: str
    began_at: datetime
    seen_at: datetime


_account, _sign_in = Account.__table__, SignIn.__table__
_link, _device = PersonalLink.__table__, LinkDevice.__table__
_LASTING = (
    _sign_in.c.id.label("sign_in_id"),
    _sign_in.c.method,
    _sign_in.c.seen_at,
    _sign_in.c.idle_minutes,
    _sign_in.c.ends_at,
)
_WANTED = (_sign_in.c.id == bindparam("id"), _sign_in.c.ended_at.is_(None))
_OF_ACCOUNT = (
    select(*VISITOR, *_LASTING)
    .select_from(WITH_ROLES.join(_sign_in, _sign_in.c.account_id == _account.c.id))
    .where(*_WANTED, _account.c.active)
)
_OF_LINK = (
    select(_link.c.id, _link.c.participant_id, _link.c.conference_id, _sign_in.c.shared, *_LASTING)
    .select_from(
        _sign_in.join(_link, _link.c.id == _sign_in.c.link_id).outerjoin(
            _device, _device.c.id == _sign_in.c.link_device_id
        )
    )
    .where(
        *_WANTED,
        _link.c.revoked_at.is_(None),
        _link.c.expires_at > bindparam("at"),
        or_(_sign_in.c.link_device_id.is_(None), _device.c.ended_at.is_(None)),
    )
)


def visitor_of_sign_in(
    session: Session, at: datetime, sign_in_id: int, by_link: bool
) -> tuple[Visitor, datetime, Method] | None:
    """Who is signed in, when that was last used, and how they came in; None if it ended by itself or was ended.

    Of a participant, name and language are the circle's to know.
    """
    rows = session.execute(_OF_LINK if by_link else _OF_ACCOUNT, {"id": sign_in_id, "at": at}).all()
    if not rows or not still_lasts(rows[0], at):
        return None
    first = rows[0]
    if by_link:
        actor = Actor(ActorKind.PARTICIPANT, first.participant_id)
        visitor = Visitor(
            actor,
            conference_id=first.conference_id,
            participant_id=first.participant_id,
            sign_in_id=sign_in_id,
            leaves_in=_left(first, at) if first.shared else None,
        )
        return visitor, first.seen_at, first.method
    found = visitor_from(rows, at, sign_in_id)
    return (found, first.seen_at, first.method) if found else None


def still_lasts(row: Any, at: datetime) -> bool:
    """Whether a sign-in with these times goes on."""
    return bool(at < row.ends_at and at <= row.seen_at + timedelta(minutes=row.idle_minutes))


def _left(row: Any, at: datetime) -> int:
    """Seconds until a sign-in ends, if it is used now and not again."""
    return int(min(timedelta(minutes=row.idle_minutes), row.ends_at - at).total_seconds())


def sign_ins_of(session: Session, at: datetime, account_id: int) -> list[SignInRow]:
    """Where the owner of an account is signed in now, the last used first."""
    found = select(
        SignIn.id, SignIn.method, SignIn.device, SignIn.began_at, SignIn.seen_at, SignIn.idle_minutes, SignIn.ends_at
    ).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.ends_at > at)
    rows = session.execute(found.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()
    return [SignInRow(*row[:5]) for row in rows if still_lasts(row, at)]


def known_device(session: Session, token: str, *, email: str = "", account_id: int = 0) -> int | None:
    """The id by which the browser with this token is known to an account; None if it never signed in to it."""
    whose = Account.id == account_id if account_id else Account.email == email
    found = select(KnownDevice.id).join(Account, Account.id == KnownDevice.account_id)
    return session.scalar(found.where(whose, KnownDevice.token_hash == hash_of(token)))


def tries_so_far(session: Session, at: datetime, keys: Collection[bytes]) -> dict[bytes, int]:
    """How many tries still count, by key; a key without any is left out."""
    counted = select(Try.key, func.count().label("number")).where(Try.key.in_(keys), Try.until > at).group_by(Try.key)
    return {row.key: row.number for row in session.execute(counted)}


def room_again(session: Session, at: datetime, key: bytes, most: int) -> datetime:
    """When fewer than so many tries will count, if none is added."""
    newest = select(Try.until).where(Try.key == key, Try.until > at).order_by(Try.until.desc())
    return session.scalar(newest.offset(most - 1).limit(1)) or at
