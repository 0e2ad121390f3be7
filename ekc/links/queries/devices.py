"""The devices of links, and those that wait to be let in."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from ekc.core.reading import one_of, read_rows
from ekc.core.tokens import hash_token
from ekc.links.models import Confirmed, LinkDevice, PersonalLink
from ekc.links.queries.life import NOT_REVOKED, case_table
from ekc.links.tokens import APPROVAL_LIFETIME, MAX_ATTEMPTS
from ekc.signin.models import SignIn
from ekc.signin.queries import is_unexpired
from ekc.workflow.vocabulary import Phase

_DEVICE_COLUMNS = (
    LinkDevice.id,
    LinkDevice.link_id,
    LinkDevice.device,
    LinkDevice.asked_at,
    LinkDevice.number,
    LinkDevice.confirmed_at,
    LinkDevice.how,
    LinkDevice.remembered,
    LinkDevice.ended_at,
)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A verified or pending device of a link. `in_use`: remembered, or with a current sign-in."""

    id: int
    link_id: int
    device: str
    asked_at: datetime
    number: int | None
    confirmed_at: datetime | None
    how: Confirmed | None
    remembered: bool
    ended_at: datetime | None
    in_use: bool = False

    def is_pending(self, at: datetime) -> bool:
        """Whether it waits to be let in."""
        return awaits_approval(self, at)

    def is_trusted(self, at: datetime) -> bool:
        """Whether it signs in without verification: remembered, or just approved and not used yet."""
        if self.confirmed_at is None or self.ended_at is not None:
            return False
        return self.remembered or (self.number is not None and self.asked_at > at - APPROVAL_LIFETIME)


def device_of(session: Session, link_id: int, token: str) -> DeviceRow | None:
    """The device of this link with this token, in any state."""
    if not token:
        return None
    found = select(*_DEVICE_COLUMNS).where(LinkDevice.token_hash == hash_token(token), LinkDevice.link_id == link_id)
    row = session.execute(found).one_or_none()
    return DeviceRow(*row) if row else None


def _with_link(found: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return found.join(PersonalLink, PersonalLink.id == LinkDevice.link_id)


_OF_CASE = (
    _with_link(select(*_DEVICE_COLUMNS))
    .where(PersonalLink.conference_id == bindparam("case"), NOT_REVOKED, LinkDevice.confirmed_at.is_not(None))
    .order_by(LinkDevice.id)
)
_SIGN_INS = select(SignIn.link_device_id, SignIn.seen_at, SignIn.idle_minutes, SignIn.ends_at).where(
    one_of(SignIn.link_device_id, "devices"), SignIn.ended_at.is_(None)
)


def devices_of(session: Session, conference_id: int, at: datetime) -> list[DeviceRow]:
    """The verified devices of the links of a case that are not revoked, oldest first."""
    rows = session.execute(_OF_CASE, {"case": conference_id}).all()
    used = session.execute(_SIGN_INS, {"devices": [row.id for row in rows]})
    signed_in = {row.link_device_id for row in used if is_unexpired(row, at)}
    found = [DeviceRow(*row) for row in rows]
    return [replace(one, in_use=one.ended_at is None and (one.remembered or one.id in signed_in)) for one in found]


@dataclass(frozen=True, slots=True)
class PendingDevice:
    """A device that waits to be let in: by the coordinator, or in private time by the family in the room."""

    id: int
    participant_id: int
    device: str
    asked_at: datetime
    number: int | None

    @property
    def until(self) -> datetime:
        """When it stops waiting."""
        return self.asked_at + APPROVAL_LIFETIME


def awaits_approval(device: DeviceRow | LinkDevice, at: datetime) -> bool:
    """Whether a device waits for the coordinator's approval; `is_pending` is the same condition for statements."""
    return device.confirmed_at is None and device.ended_at is None and device.asked_at > at - APPROVAL_LIFETIME


def is_pending(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions for a device that waits for approval."""
    unanswered = (LinkDevice.confirmed_at.is_(None), LinkDevice.ended_at.is_(None))
    return *unanswered, LinkDevice.asked_at > at - APPROVAL_LIFETIME


#: The same, of statements that are built once: these ask for `pending_since`.
_IS_PENDING = (
    LinkDevice.confirmed_at.is_(None),
    LinkDevice.ended_at.is_(None),
    LinkDevice.asked_at > bindparam("pending_since"),
)
_PENDING = (
    _with_link(
        select(LinkDevice.id, PersonalLink.participant_id, LinkDevice.device, LinkDevice.asked_at, LinkDevice.number)
    )
    .where(PersonalLink.conference_id == bindparam("case"), *_IS_PENDING, NOT_REVOKED)
    .order_by(LinkDevice.id)
)


def pending_since(at: datetime) -> datetime:
    """Devices that asked until then do not wait any more."""
    return at - APPROVAL_LIFETIME


def pending_devices(session: Session, conference_id: int, at: datetime) -> list[PendingDevice]:
    """The devices that wait for approval in a case, oldest first."""
    asked = {"case": conference_id, "pending_since": pending_since(at)}
    return [PendingDevice(*row) for row in read_rows(session, _PENDING, asked)]


_let_in = aliased(LinkDevice)
_works = or_(
    PersonalLink.expires_at > bindparam("at"),
    exists().where(case_table.c.id == PersonalLink.conference_id, case_table.c.phase != Phase.CLOSED),
)
_locked = and_(
    PersonalLink.tries >= MAX_ATTEMPTS,
    ~exists().where(_let_in.link_id == PersonalLink.id, _let_in.confirmed_at >= PersonalLink.tried_at),
    _works,
)
_REQUESTS = (
    select(PersonalLink.conference_id, func.count(LinkDevice.id), func.min(LinkDevice.asked_at))
    .outerjoin(LinkDevice, and_(LinkDevice.link_id == PersonalLink.id, *_IS_PENDING))
    .where(
        one_of(PersonalLink.conference_id, "cases"),
        NOT_REVOKED,
        or_(LinkDevice.id.is_not(None), _locked),
    )
    .group_by(PersonalLink.conference_id)
)
#: The ids of the cases with pending devices, for use as a subquery.
CASES_AWAITING_APPROVAL = _with_link(select(PersonalLink.conference_id).select_from(LinkDevice)).where(
    NOT_REVOKED, *_IS_PENDING
)


def approval_requests(
    session: Session, conference_ids: Collection[int], at: datetime
) -> dict[int, tuple[int, datetime | None]]:
    """The cases among these that need the coordinator: the number of pending devices, and since when, by case.

    The number is 0 if only a locked link (too many wrong answers) needs attention: no device of it was approved since.
    """
    if not conference_ids:
        return {}
    asked = {"cases": list(conference_ids), "at": at, "pending_since": pending_since(at)}
    return {row[0]: (row[1], row[2]) for row in read_rows(session, _REQUESTS, asked)}
