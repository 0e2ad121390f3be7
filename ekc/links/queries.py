"""Queries on personal links, their devices, and requests for approval."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Row, Select, and_, column, exists, func, or_, select, table
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from ekc.accounts.access import Visitor, has_left
from ekc.accounts.models import Account, Region
from ekc.accounts.queries import managers_of, who_can_coordinate
from ekc.core.audit import Actor, ActorKind
from ekc.core.clock import local_date
from ekc.core.crypto import keyring_of
from ekc.core.db import Instant
from ekc.core.language import language_of
from ekc.core.outbox import OutboxMessage
from ekc.core.tokens import hash_token
from ekc.links.models import Confirmed, LinkDevice, PersonalLink, confirmation_method
from ekc.links.tokens import APPROVAL_LIFETIME, MAX_ATTEMPTS, mail_key, read_token
from ekc.signin.models import SignIn
from ekc.signin.queries import NOT_ENDED, SIGN_IN_COLUMNS, CurrentSignIn, is_unexpired
from ekc.workflow.link_life import LinkFacts, LinkLife, link_life
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    INSIDE_PARTS,
    Agreed,
    Part,
    Phase,
    Role,
    TraceKind,
    Variant,
    VoiceMatter,
)

#: Of features that stand above, read by name: the case of a link, its owner, and the follow-ups.
_case = table(
    "conference",
    *map(column, ("id", "profile", "timezone", "coordinator_id", "region_id", "phase", "round", "plan_number")),
    *(column(name, Date) for name in ("tasks_ended_on", "closed_on")),
)
_owner = table("participant", column("id"), column("part"), column("tasks_until", Date))
_follow_up = table(
    "follow_up",
    *map(column, ("conference_id", "version_number", "written_by")),
    column("wants_new_version", Boolean),
    *(column(name, Date) for name in ("due_on", "held_on", "given_up_on")),
)
_said = table("voice", *map(column, ("participant_id", "matter", "about", "answer", "spoken_at")))
_match = table("match", column("id"), column("ended_on", Date))
_concern = table("safety_concern", *map(column, ("participant_id", "said_at", "arrangement")))
_answered = table("trace", column("participant_id"), column("kind"), column("at", Instant()))
#: What the owner of a link wished for and nobody answered yet: to stop or to come together again, another coordinator,
#: a new version of the plan.
_WISH_WAITS = or_(
    exists().where(
        _said.c.participant_id == _owner.c.id,
        _said.c.matter.in_((VoiceMatter.STOPPING, VoiceMatter.AGAIN)),
        _said.c.about == _case.c.round,
        _said.c.answer == Agreed.YES,
        _said.c.spoken_at.is_(None),
    ),
    exists()
    .where(_said.c.participant_id == _owner.c.id, _said.c.matter == VoiceMatter.COORDINATOR)
    .where(_said.c.answer == Agreed.NO, _match.c.id == _said.c.about, _match.c.ended_on.is_(None)),
    exists().where(
        _follow_up.c.written_by == _owner.c.id,
        _follow_up.c.version_number == _case.c.plan_number,
        _follow_up.c.wants_new_version,
        _follow_up.c.held_on.is_not(None),
    ),
)
_SAFETY_WAITS = exists().where(
    _concern.c.participant_id == _owner.c.id, _concern.c.said_at.is_not(None), _concern.c.arrangement.is_(None)
)
_ANSWERED_AT = (
    select(func.max(_answered.c.at))
    .where(
        _answered.c.participant_id == _owner.c.id,
        _answered.c.kind.in_((TraceKind.ANSWERED, TraceKind.SAFETY_ANSWERED)),
    )
    .scalar_subquery()
)
_REPLACED_ON = (
    select(func.max(_match.c.ended_on))
    .where(_said.c.participant_id == _owner.c.id, _said.c.matter == VoiceMatter.COORDINATOR)
    .where(_said.c.answer == Agreed.NO, _match.c.id == _said.c.about)
    .scalar_subquery()
)
_NOT_REVOKED = PersonalLink.revoked_at.is_(None)
#: What decides how long each link works (`ekc/workflow/link_life.py`).
_LIFE = (
    select(
        PersonalLink.id.label("link_id"),
        *(_case.c[name] for name in ("phase", "profile", "timezone", "tasks_ended_on", "closed_on")),
        _owner.c.part,
        _owner.c.tasks_until,
        select(func.max(_follow_up.c.due_on))
        .where(
            _follow_up.c.conference_id == _case.c.id,
            _follow_up.c.held_on.is_(None),
            _follow_up.c.given_up_on.is_(None),
        )
        .scalar_subquery()
        .label("open_follow_up"),
        _WISH_WAITS.label("wish_waits"),
        _SAFETY_WAITS.label("safety_waits"),
        _ANSWERED_AT.label("answered_at"),
        _REPLACED_ON.label("replaced_on"),
    )
    .join(_case, _case.c.id == PersonalLink.conference_id)
    .join(_owner, _owner.c.id == PersonalLink.participant_id)
    .subquery()
)

# links ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A personal link as it is shown, without its token, which is not stored."""

    id: int
    participant_id: int
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None  # first use
    handed_over: tuple[str, ...]  # paper, mail, message
    question: str | None
    has_answer: bool
    tries: int
    tried_at: datetime | None
    made_by: int | None  # account
    facts: LinkFacts
    timezone: str

    def life(self, at: datetime) -> LinkLife:
        """How long it works, unless it is revoked."""
        return link_life(self.facts, local_date(at, self.timezone))

    def is_live(self, at: datetime) -> bool:
        """Whether it works: it is not revoked, and its owner's last task is not longer ago than that."""
        return self.revoked_at is None and local_date(at, self.timezone) <= self.life(at).until

    @property
    def is_locked(self) -> bool:
        """Whether too many wrong answers were given, so that new devices need the coordinator's approval.

        Also after another coordinator took over, who has no answer or code of it: somebody has to ask its owner.
        """
        return self.tries >= MAX_ATTEMPTS

    @property
    def asks(self) -> Confirmed:
        """How a new device is verified."""
        return confirmation_method(self.question, self.has_answer)


#: Of a link: it was printed.
ON_PAPER = PersonalLink.handed_over.contains("paper")


def live_link(session: Session, at: datetime, link_id: int) -> PersonalLink | None:
    """The link with this id; None if it was revoked or has ended."""
    link = session.scalar(select(PersonalLink).where(PersonalLink.id == link_id, _NOT_REVOKED))
    return link if link is not None and _lives(session, at, link.id, link.expires_at) else None


def link_of_token(session: Session, at: datetime, token: str, lock: bool = False) -> PersonalLink | None:
    """The link of a token; None if the signature is wrong, or the link was revoked or has ended.

    `lock`: lock the row, for use inside `writing`.
    """
    bound = read_token(keyring_of(session), token)
    if bound is None:
        return None
    its = (
        PersonalLink.id == bound.link_id,
        PersonalLink.conference_id == bound.conference_id,
        PersonalLink.participant_id == bound.participant_id,
        PersonalLink.token_hash == hash_token(token),
        _NOT_REVOKED,
    )
    # First what decides, in one statement that decrypts nothing: whatever is wrong with a link, it costs the same.
    lives = select(PersonalLink.expires_at, _LIFE).join(_LIFE, _LIFE.c.link_id == PersonalLink.id).where(*its)
    row = session.execute(lives).one_or_none()
    if row is None or not _works(row, row.expires_at, at):
        return None
    wanted = select(PersonalLink).where(*its)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return without_former_codes(session, at, session.scalar(wanted))


def without_former_codes(session: Session, at: datetime, link: PersonalLink | None) -> PersonalLink | None:
    """The link, without code or answer if its maker, who knows it, no longer coordinates the case at `at`.

    New devices then need the coordinator's approval. Nothing is written: `ekc nightly` deletes what is unused.
    """
    if link is not None and link.answer_hash is not None and link.made_by is not None:
        access = select(_case.c.profile, _case.c.timezone, _case.c.tasks_ended_on, _case.c.coordinator_id)
        case = session.execute(access.where(_case.c.id == link.conference_id)).one()
        left = select(Account.leaves_on, Region.timezone).join(Region, Region.id == Account.region_id)
        maker = session.execute(left.where(Account.id == link.made_by)).one()
        over = case.coordinator_id == link.made_by and _is_over(case, at)
        if has_left(maker.leaves_on, maker.timezone, at) or over:
            set_committed_value(link, "question", None)
            set_committed_value(link, "answer_hash", None)
    return link


def links_of(session: Session, conference_id: int) -> list[LinkRow]:
    """All links of a case, also revoked ones and those that have ended, newest first."""
    return _link_rows(session, PersonalLink.conference_id == conference_id)


def links_of_participant(session: Session, participant_id: int) -> list[LinkRow]:
    """All links of a participant, newest first."""
    return _link_rows(session, PersonalLink.participant_id == participant_id)


def links_without_code(session: Session, at: datetime, conference_id: int, visitor: Visitor) -> list[LinkRow]:
    """The valid links that somebody else made and that ask for approval, so that the visitor knows no code of them.

    In the order of the circle. Without those that are locked: a new code would unlock them unasked.
    """
    live = (row for row in links_of(session, conference_id) if row.is_live(at) and not row.is_locked)
    theirs = (row for row in live if row.asks is Confirmed.COORDINATOR and row.made_by != visitor.account_id)
    return sorted(theirs, key=lambda row: row.participant_id)


_FACTS = tuple(one.name for one in _LIFE.c if one.name != "link_id")
_STORED = tuple(one.name for one in fields(LinkRow) if one.name not in {"has_answer", "facts", "timezone"})


def _link_rows(session: Session, which: ColumnElement[bool]) -> list[LinkRow]:
    shown = [getattr(PersonalLink, name) for name in _STORED]
    found = select(*shown, PersonalLink.answer_hash, *(_LIFE.c[name] for name in _FACTS))
    rows = session.execute(
        found.join(_LIFE, _LIFE.c.link_id == PersonalLink.id).where(which).order_by(PersonalLink.id.desc())
    )
    return [_link_row(row) for row in rows]


def _link_row(row: Row[*tuple[Any, ...]]) -> LinkRow:
    stored: dict[str, Any] = {name: getattr(row, name) for name in _STORED}
    stored["handed_over"] = tuple(filter(None, row.handed_over.split(",")))
    facts = _facts(row, row.expires_at)
    return LinkRow(**stored, has_answer=row.answer_hash is not None, facts=facts, timezone=row.timezone)


def _facts(row: Row[*tuple[Any, ...]], expires_at: datetime) -> LinkFacts:
    answered = local_date(row.answered_at, row.timezone) if row.answered_at else None
    return LinkFacts(
        phase=Phase(row.phase),
        profile=row.profile,
        part=Part(row.part),
        promised_until=local_date(expires_at, row.timezone),
        open_follow_up=row.open_follow_up,
        tasks_until=row.tasks_until,
        ended_on=max(filter(None, (row.tasks_ended_on, row.closed_on)), default=None),
        wish_waits=bool(row.wish_waits),
        safety_waits=bool(row.safety_waits),
        answered_on=max(filter(None, (answered, row.replaced_on)), default=None),
    )


def _lives(session: Session, at: datetime, link_id: int, expires_at: datetime) -> bool:
    """Whether a link that is not revoked works. The day that was promised is asked first: mostly that is enough."""
    return expires_at > at or _works(
        session.execute(select(_LIFE).where(_LIFE.c.link_id == link_id)).one(), expires_at, at
    )


def _works(row: Row[*tuple[Any, ...]], expires_at: datetime, at: datetime) -> bool:
    today = local_date(at, row.timezone)
    return today <= link_life(_facts(row, expires_at), today).until


def unsent_mails(session: Session, conference_id: int) -> dict[int, bool]:
    """The links of a case whose mail was not sent: True if it was given up, False if it is still queued."""
    mails = select(OutboxMessage.key, OutboxMessage.given_up_at.is_not(None)).where(
        OutboxMessage.conference_id == conference_id, OutboxMessage.sent_at.is_(None)
    )
    given_up = {key: bool(is_so) for key, is_so in session.execute(mails)}
    links = session.scalars(select(PersonalLink.id).where(PersonalLink.conference_id == conference_id))
    return {one: given_up[mail_key(one)] for one in links if mail_key(one) in given_up}


def newest_link(session: Session, at: datetime, conference_id: int, participant_id: int) -> PersonalLink | None:
    """The newest link of a participant, also if it was revoked or has ended."""
    theirs = (PersonalLink.conference_id == conference_id, PersonalLink.participant_id == participant_id)
    found = session.scalar(select(PersonalLink).where(*theirs).order_by(PersonalLink.id.desc()).limit(1))
    return without_former_codes(session, at, found)


# who lets in ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Door:
    """Who can let somebody in on a new device, and a number to ring; None and "": the service alone.

    `rings`: whose number it is: that of a regional manager too, where a coordinator who lets in gave none. Without a
    name: the link may have been found by a stranger.
    """

    role: Role | None = None
    phone: str = ""
    rings: Role | None = None


def door(session: Session, conference_id: int, at: datetime) -> Door:
    """The coordinator while their access lasts, else a regional manager; and the number of whoever of them has one."""
    case = session.execute(select(_case).where(_case.c.id == conference_id)).one()
    coordinator = session.get(Account, case.coordinator_id or 0)
    if coordinator is not None and not _is_over(case, at) and who_can_coordinate(session, [coordinator.id], at):
        lets_in = Role.COORDINATOR
        if coordinator.phone:
            return Door(lets_in, coordinator.phone, lets_in)
    else:
        lets_in = Role.REGIONAL_MANAGER
    managers = managers_of(session, case.region_id)
    if lets_in is Role.REGIONAL_MANAGER and (
        not managers or coordinator is None or case.phase == Phase.PRIVATE_TIME  # then they let nobody in
    ):
        return Door()
    phone = next((one.phone for one in managers if one.phone), "")
    return Door(lets_in, phone, Role.REGIONAL_MANAGER if phone else None)


def _is_over(case: Row[*tuple[Any, ...]], at: datetime) -> bool:
    """Whether the coordinator's access has ended."""
    ended = case.tasks_ended_on
    return ended is not None and local_date(at, case.timezone) > PROFILES[case.profile].open_until(ended)


# private time ---------------------------------------------------------------------------------------------------------

#: Tables of features that stand above, read by name: the phase of the case, whose link it is, and who is in the room.
_conference = table(
    "conference", column("id"), column("phase"), column("phase_since", Instant()), column("language"), column("variant")
)
_participant = table("participant", column("id"), column("part"), column("came_as_professional", Boolean))
_stretch = table("stretch", *map(column, ("participant_id", "part", "left_at", "corrected_at")))


@dataclass(frozen=True, slots=True)
class PrivateTime:
    """The private time that runs: since when, the language in which words are compared, and the kind of conference."""

    since: datetime
    language: str
    variant: Variant

    def knows(self, device: "DeviceRow | None") -> bool:
        """Whether a device was verified before it began, or let in by the family since.

        One that ended meanwhile was signed out on the device itself: nobody outside ends devices in private time.
        """
        if device is None or device.confirmed_at is None:
            return False
        ended_before = device.ended_at is not None and device.ended_at <= self.since
        return not ended_before and (device.confirmed_at <= self.since or device.how is Confirmed.FAMILY)


def private_time(session: Session, link: PersonalLink) -> PrivateTime | None:
    """The private time in which this link leads into the room; None outside private time and for links of others."""
    running = (
        select(_conference.c.phase_since, _conference.c.language, _conference.c.variant)
        .select_from(_conference.join(_participant, _participant.c.id == link.participant_id))
        .where(
            _conference.c.id == link.conference_id,
            _conference.c.phase == Phase.PRIVATE_TIME,
            _participant.c.part.in_(INSIDE_PARTS),
            ~_participant.c.came_as_professional,
        )
    )
    row = session.execute(running).one_or_none()
    return PrivateTime(row.phase_since, language_of(row.language), Variant(row.variant)) if row else None


def family_is_in(session: Session, conference_id: int, at: datetime) -> bool:
    """Whether somebody of the family who is in the room is signed in on a device, and so can let others in."""
    there = exists().where(
        _stretch.c.participant_id == PersonalLink.participant_id,
        _stretch.c.part.in_(FAMILY_PARTS),
        _stretch.c.left_at.is_(None),
        _stretch.c.corrected_at.is_(None),
    )
    signed_in = (
        select(SignIn.seen_at, SignIn.idle_minutes, SignIn.ends_at)
        .join(PersonalLink, PersonalLink.id == SignIn.link_id)
        .where(PersonalLink.conference_id == conference_id, SignIn.ended_at.is_(None), _NOT_REVOKED, there)
    )
    return any(is_unexpired(row, at) for row in session.execute(signed_in))


# sign-ins by link -----------------------------------------------------------------------------------------------------

_link, _device, _sign_in = PersonalLink.__table__, LinkDevice.__table__, SignIn.__table__
_LINK_SIGN_IN = (
    select(
        _link.c.id,
        _link.c.participant_id,
        _link.c.conference_id,
        _link.c.expires_at,
        _sign_in.c.shared,
        *SIGN_IN_COLUMNS,
    )
    .select_from(
        _sign_in.join(_link, _link.c.id == _sign_in.c.link_id).outerjoin(
            _device, _device.c.id == _sign_in.c.link_device_id
        )
    )
    .where(
        *NOT_ENDED,
        _link.c.revoked_at.is_(None),
        or_(_sign_in.c.link_device_id.is_(None), _device.c.ended_at.is_(None)),
    )
)


def link_sign_in(session: Session, at: datetime, token: str) -> CurrentSignIn | None:
    """The sign-in by personal link with this token; None if it timed out or was ended, or its link or device was.

    Without name and language of the participant, which belong to the circle (`conferences`).
    """
    row = session.execute(_LINK_SIGN_IN, {"token_hash": hash_token(token)}).one_or_none()
    if row is None or not is_unexpired(row, at) or not _lives(session, at, row.id, row.expires_at):
        return None
    left = min(timedelta(minutes=row.idle_minutes), row.ends_at - at)
    visitor = Visitor(
        Actor(ActorKind.PARTICIPANT, row.participant_id),
        conference_id=row.conference_id,
        participant_id=row.participant_id,
        sign_in_id=row.sign_in_id,
        expires_in=int(left.total_seconds()) if row.shared else None,
    )
    return CurrentSignIn(visitor, row.method, row.began_at, row.seen_at)


# devices --------------------------------------------------------------------------------------------------------------

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


def devices_of(session: Session, conference_id: int, at: datetime) -> list[DeviceRow]:
    """The verified devices of the links of a case that are not revoked, oldest first."""
    here = (PersonalLink.conference_id == conference_id, _NOT_REVOKED, LinkDevice.confirmed_at.is_not(None))
    rows = session.execute(_with_link(select(*_DEVICE_COLUMNS)).where(*here).order_by(LinkDevice.id)).all()
    used = select(SignIn.link_device_id, SignIn.seen_at, SignIn.idle_minutes, SignIn.ends_at).where(
        SignIn.link_device_id.in_([row.id for row in rows]), SignIn.ended_at.is_(None)
    )
    signed_in = {row.link_device_id for row in session.execute(used) if is_unexpired(row, at)}
    found = [DeviceRow(*row) for row in rows]
    return [replace(one, in_use=one.ended_at is None and (one.remembered or one.id in signed_in)) for one in found]


def _with_link(found: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return found.join(PersonalLink, PersonalLink.id == LinkDevice.link_id)


# requests for approval ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PendingDevice:
    """A device that waits to be let in: by the coordinator, or in private time by the family in the room."""

    id: int
    participant_id: int
    device: str
    asked_at: datetime
    number: int | None


def awaits_approval(device: DeviceRow | LinkDevice, at: datetime) -> bool:
    """Whether a device waits for the coordinator's approval; `is_pending` is the same condition for statements."""
    return device.confirmed_at is None and device.ended_at is None and device.asked_at > at - APPROVAL_LIFETIME


def is_pending(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions for a device that waits for approval."""
    unanswered = (LinkDevice.confirmed_at.is_(None), LinkDevice.ended_at.is_(None))
    return *unanswered, LinkDevice.asked_at > at - APPROVAL_LIFETIME


def pending_devices(session: Session, conference_id: int, at: datetime) -> list[PendingDevice]:
    """The devices that wait for approval in a case, oldest first."""
    found = select(
        LinkDevice.id, PersonalLink.participant_id, LinkDevice.device, LinkDevice.asked_at, LinkDevice.number
    )
    here = _with_link(found).where(PersonalLink.conference_id == conference_id, *is_pending(at), _NOT_REVOKED)
    return [PendingDevice(*row) for row in session.execute(here.order_by(LinkDevice.id))]


def approval_requests(session: Session, conference_ids: Collection[int], at: datetime) -> dict[int, int]:
    """The cases among these that need the coordinator: the number of pending devices, by case.

    The number is 0 if only a locked link (too many wrong answers) needs attention: no device of it was approved since.
    """
    if not conference_ids:
        return {}
    asking = and_(LinkDevice.link_id == PersonalLink.id, *is_pending(at))
    let_in = aliased(LinkDevice)
    since = exists().where(let_in.link_id == PersonalLink.id, let_in.confirmed_at >= PersonalLink.tried_at)
    works = or_(
        PersonalLink.expires_at > at,
        exists().where(_case.c.id == PersonalLink.conference_id, _case.c.phase != Phase.CLOSED),
    )
    locked = and_(PersonalLink.tries >= MAX_ATTEMPTS, ~since, works)
    found = (
        select(PersonalLink.conference_id, func.count(LinkDevice.id))
        .outerjoin(LinkDevice, asking)
        .where(PersonalLink.conference_id.in_(conference_ids), _NOT_REVOKED, or_(LinkDevice.id.is_not(None), locked))
        .group_by(PersonalLink.conference_id)
    )
    return {row[0]: row[1] for row in session.execute(found)}


def cases_awaiting_approval(at: datetime) -> Select[tuple[int]]:
    """Select the ids of the cases with pending devices, for use as a subquery."""
    return _with_link(select(PersonalLink.conference_id).select_from(LinkDevice)).where(_NOT_REVOKED, *is_pending(at))
