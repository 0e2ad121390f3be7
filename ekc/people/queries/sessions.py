"""Reading who is signed in where."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from ekc.core.audit import Actor, ActorKind
from ekc.core.tokens import hash_token
from ekc.people.access import Visitor
from ekc.people.models import Account, KnownDevice, LinkDevice, Method, PersonalLink, SignIn
from ekc.people.queries.accounts import VISITOR, WITH_ROLES, visitor_from


@dataclass(frozen=True, slots=True)
class SignInRow:
    """A device on which somebody is signed in."""

    id: int
    method: Method
    device: str
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class CurrentSignIn:
    """Who is signed in, by which method, since when, and when that was last used."""

    visitor: Visitor
    method: Method
    began_at: datetime
    seen_at: datetime


_account, _sign_in = Account.__table__, SignIn.__table__
_link, _device = PersonalLink.__table__, LinkDevice.__table__
_LASTING = (
    _sign_in.c.id.label("sign_in_id"),
    _sign_in.c.method,
    _sign_in.c.began_at,
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


def visitor_of_sign_in(session: Session, at: datetime, sign_in_id: int, by_link: bool) -> CurrentSignIn | None:
    """A sign-in that goes on; None if it timed out or was ended.

    Of a participant, name and language are the circle's to know.
    """
    rows = session.execute(_OF_LINK if by_link else _OF_ACCOUNT, {"id": sign_in_id, "at": at}).all()
    if not rows or not is_unexpired(rows[0], at):
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
        return CurrentSignIn(visitor, first.method, first.began_at, first.seen_at)
    found = visitor_from(rows, at, sign_in_id)
    return CurrentSignIn(found, first.method, first.began_at, first.seen_at) if found else None


def is_unexpired(row: Any, at: datetime) -> bool:
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
    return [SignInRow(*row[:5]) for row in rows if is_unexpired(row, at)]


def known_device(session: Session, token: str, *, email: str = "", account_id: int = 0) -> int | None:
    """The id by which the browser with this token is known to an account; None if it never signed in to it."""
    whose = Account.id == account_id if account_id else Account.email == email
    found = select(KnownDevice.id).join(Account, Account.id == KnownDevice.account_id)
    return session.scalar(found.where(whose, KnownDevice.token_hash == hash_token(token)))
