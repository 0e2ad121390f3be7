"""Reading personal links, the devices verified for them, and who waits for approval."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from ekc.accounts.access import Visitor
from ekc.core.audit import Actor, ActorKind
from ekc.core.crypto import keyring_of
from ekc.core.outbox import OutboxMessage
from ekc.core.tokens import hash_token
from ekc.links.models import Confirmed, LinkDevice, PersonalLink, confirmed_by
from ekc.links.tokens import TRIES, WAITS, mail_key, read_token
from ekc.signin.models import SignIn
from ekc.signin.queries import OPEN, TIMES, CurrentSignIn, is_unexpired

_link, _device, _sign_in = PersonalLink.__table__, LinkDevice.__table__, SignIn.__table__
_OF_LINK = (
    select(_link.c.id, _link.c.participant_id, _link.c.conference_id, _sign_in.c.shared, *TIMES)
    .select_from(
        _sign_in.join(_link, _link.c.id == _sign_in.c.link_id).outerjoin(
            _device, _device.c.id == _sign_in.c.link_device_id
        )
    )
    .where(
        *OPEN,
        _link.c.revoked_at.is_(None),
        _link.c.expires_at > bindparam("at"),
        or_(_sign_in.c.link_device_id.is_(None), _device.c.ended_at.is_(None)),
    )
)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A personal link as it is shown: never its token, which nobody knows any more."""

    id: int
    participant_id: int
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None  # for the first time
    handed_over: tuple[str, ...]  # paper, mail, message
    question: str | None
    has_answer: bool
    tries: int
    tried_at: datetime | None

    def is_live(self, at: datetime) -> bool:
        """Whether it works: neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > at

    @property
    def is_locked(self) -> bool:
        """Whether so many wrong answers were given that the coordinator alone lets in."""
        return self.has_answer and self.tries >= TRIES

    @property
    def asks(self) -> Confirmed:
        """How a new device is confirmed."""
        return confirmed_by(self.question, self.has_answer)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device that was confirmed for a link, or waits to be. `in_use`: remembered, or somebody is signed in on it."""

    id: int
    link_id: int
    device: str
    asked_at: datetime
    number: int | None
    confirmed_at: datetime | None
    remembered: bool
    ended_at: datetime | None
    in_use: bool = False

    def waits(self, at: datetime) -> bool:
        """Whether it waits for the coordinator's approval."""
        return self.confirmed_at is None and self.ended_at is None and self.asked_at > at - WAITS

    def opens(self, at: datetime) -> bool:
        """Whether it signs in without verification: remembered, or approved a moment ago and not used yet."""
        if self.confirmed_at is None or self.ended_at is not None:
            return False
        return self.remembered or (self.number is not None and self.asked_at > at - WAITS)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits for the coordinator's approval."""

    id: int
    participant_id: int
    device: str
    asked_at: datetime
    number: int | None


def _live(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return PersonalLink.revoked_at.is_(None), PersonalLink.expires_at > at


def link_sign_in(session: Session, at: datetime, sign_in_id: int) -> CurrentSignIn | None:
    """A sign-in by personal link that goes on; None if it timed out or was ended, or its link or device was.

    Name and language of the participant are the circle's to know.
    """
    row = session.execute(_OF_LINK, {"id": sign_in_id, "at": at}).one_or_none()
    if row is None or not is_unexpired(row, at):
        return None
    left = min(timedelta(minutes=row.idle_minutes), row.ends_at - at)  # if it is used now and not again
    visitor = Visitor(
        Actor(ActorKind.PARTICIPANT, row.participant_id),
        conference_id=row.conference_id,
        participant_id=row.participant_id,
        sign_in_id=sign_in_id,
        leaves_in=int(left.total_seconds()) if row.shared else None,
    )
    return CurrentSignIn(visitor, row.method, row.began_at, row.seen_at)


def live_link(session: Session, at: datetime, link_id: int) -> PersonalLink | None:
    """The link with this number, if it is neither revoked nor expired."""
    return session.scalar(select(PersonalLink).where(PersonalLink.id == link_id, *_live(at)))


def link_of_token(session: Session, at: datetime, token: str, lock: bool = False) -> PersonalLink | None:
    """The link that a token opens: signed by us, of this case and person, neither revoked nor expired.

    `lock` for use inside `writing`: nobody else changes the link meanwhile.
    """
    bound = read_token(keyring_of(session), token)
    if bound is None:
        return None
    wanted = select(PersonalLink).where(
        PersonalLink.id == bound.link_id,
        PersonalLink.conference_id == bound.conference_id,
        PersonalLink.participant_id == bound.participant_id,
        PersonalLink.token_hash == hash_token(token),
        *_live(at),
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def links_of(session: Session, conference_id: int) -> list[LinkRow]:
    """All links that were ever made for a case, the latest first."""
    found = select(
        PersonalLink.id,
        PersonalLink.participant_id,
        PersonalLink.made_at,
        PersonalLink.expires_at,
        PersonalLink.revoked_at,
        PersonalLink.used_at,
        PersonalLink.handed_over,
        PersonalLink.question,
        PersonalLink.answer_hash.is_not(None),
        PersonalLink.tries,
        PersonalLink.tried_at,
    ).where(PersonalLink.conference_id == conference_id)
    return [
        LinkRow(*row[:6], tuple(filter(None, row.handed_over.split(","))), *row[7:])
        for row in session.execute(found.order_by(PersonalLink.id.desc()))
    ]


def unsent_mails(session: Session, conference_id: int) -> dict[int, bool]:
    """The links of a case whose mail did not leave: whether it was given up; it waits otherwise."""
    mails = select(OutboxMessage.key, OutboxMessage.given_up_at.is_not(None)).where(
        OutboxMessage.conference_id == conference_id, OutboxMessage.sent_at.is_(None)
    )
    given_up = {key: bool(is_so) for key, is_so in session.execute(mails)}
    links = session.scalars(select(PersonalLink.id).where(PersonalLink.conference_id == conference_id))
    return {one: given_up[mail_key(one)] for one in links if mail_key(one) in given_up}


def newest_link(session: Session, conference_id: int, participant_id: int) -> PersonalLink | None:
    """The link that was last made for somebody, whether it works or not."""
    theirs = (PersonalLink.conference_id == conference_id, PersonalLink.participant_id == participant_id)
    return session.scalar(select(PersonalLink).where(*theirs).order_by(PersonalLink.id.desc()).limit(1))


_DEVICE = (
    LinkDevice.id,
    LinkDevice.link_id,
    LinkDevice.device,
    LinkDevice.asked_at,
    LinkDevice.number,
    LinkDevice.confirmed_at,
    LinkDevice.remembered,
    LinkDevice.ended_at,
)


def device_of(session: Session, link_id: int, device_id: int | None) -> DeviceRow | None:
    """A device of this link, in whatever state; None if there is none of this number."""
    if device_id is None:
        return None
    found = select(*_DEVICE).where(LinkDevice.id == device_id, LinkDevice.link_id == link_id)
    row = session.execute(found).one_or_none()
    return DeviceRow(*row) if row else None


def devices_of(session: Session, conference_id: int, at: datetime) -> list[DeviceRow]:
    """The devices that were confirmed for the live links of a case, the first one first."""
    here = (PersonalLink.conference_id == conference_id, *_live(at), LinkDevice.confirmed_at.is_not(None))
    rows = session.execute(_with_link(select(*_DEVICE)).where(*here).order_by(LinkDevice.id)).all()
    used = select(SignIn.link_device_id, SignIn.seen_at, SignIn.idle_minutes, SignIn.ends_at).where(
        SignIn.link_device_id.in_([row.id for row in rows]), SignIn.ended_at.is_(None)
    )
    signed_in = {row.link_device_id for row in session.execute(used) if is_unexpired(row, at)}
    found = [DeviceRow(*row) for row in rows]
    return [replace(one, in_use=one.ended_at is None and (one.remembered or one.id in signed_in)) for one in found]


def waiting_of(session: Session, conference_id: int, at: datetime) -> list[Waiting]:
    """Who waits now to be let in to a case, the first one first."""
    found = select(
        LinkDevice.id, PersonalLink.participant_id, LinkDevice.device, LinkDevice.asked_at, LinkDevice.number
    )
    here = _with_link(found).where(PersonalLink.conference_id == conference_id, *device_waits(at), *_live(at))
    return [Waiting(*row) for row in session.execute(here.order_by(LinkDevice.id))]


def doors(session: Session, conference_ids: Collection[int], at: datetime) -> dict[int, int]:
    """Of these cases, those that ask for the coordinator: how many people wait to be let in by a personal link.

    None waits where too many wrong answers were given at a link, so that the coordinator alone opens it, and they
    have let nobody in since.
    """
    if not conference_ids:
        return {}
    asking = and_(LinkDevice.link_id == PersonalLink.id, *device_waits(at))
    let_in = aliased(LinkDevice)
    since = exists().where(let_in.link_id == PersonalLink.id, let_in.confirmed_at >= PersonalLink.tried_at)
    locked = and_(PersonalLink.answer_hash.is_not(None), PersonalLink.tries >= TRIES, ~since)
    found = (
        select(PersonalLink.conference_id, func.count(LinkDevice.id))
        .outerjoin(LinkDevice, asking)
        .where(PersonalLink.conference_id.in_(conference_ids), *_live(at), or_(LinkDevice.id.is_not(None), locked))
        .group_by(PersonalLink.conference_id)
    )
    return {row[0]: row[1] for row in session.execute(found)}


def somebody_waits(at: datetime) -> Select[tuple[int]]:
    """The cases at whose personal links somebody waits to be let in; to choose cases by."""
    return _with_link(select(PersonalLink.conference_id).select_from(LinkDevice)).where(*_live(at), *device_waits(at))


def device_waits(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """`DeviceRow.waits` as conditions of the database."""
    return LinkDevice.confirmed_at.is_(None), LinkDevice.ended_at.is_(None), LinkDevice.asked_at > at - WAITS


def _with_link(found: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return found.join(PersonalLink, PersonalLink.id == LinkDevice.link_id)
