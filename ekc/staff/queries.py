"""Queries on accounts and regions for the administrator."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from ekc.accounts.access import has_left
from ekc.accounts.models import Account, AccountRole, Region
from ekc.accounts.queries import OfficeRow, offices
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.core.outbox import OutboxMessage
from ekc.matching.queries.coordinators import open_cases
from ekc.names import alphabetical, by_surname, has_words, words
from ekc.signin.models import Identity, Invitation, Passkey, Purpose, SignIn
from ekc.signin.queries import sign_ins_of
from ekc.workflow.vocabulary import N_, Labelled, Phase, Role

PAGE_SIZE = 50


class AccountState(Labelled):
    """The state of an account. Derived, never stored."""

    INVITED = "invited", N_("invited")  # invited, without a password yet
    UNINVITED = "uninvited", N_("invitation no longer works")  # never signed in, and no invitation that can be used
    OPEN = "open", N_("open")
    LEAVING = "leaving", N_("leaving")  # open, with a last day
    LEFT = "left", N_("has left")  # the last day has passed
    CLOSED = "closed", N_("closed")


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """A filter of the list: words of name or mail address, and a state. LEAVING includes LEFT."""

    words: str = ""
    state: AccountState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account in the list."""

    id: int
    name: str
    email: str
    state: AccountState
    leaves_on: date | None
    timezone: str  # of the region
    last_sign_in: datetime | None
    offices: tuple[OfficeRow, ...]
    under_way: int  # number of open cases of which they are coordinator

    @property
    def handed_over(self) -> bool:
        """Whether the account has a last day and no open cases, so it can be closed."""
        return self.leaves_on is not None and not self.under_way


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(AccountRow):
    """One account as its own page shows it."""

    elsewhere: int  # of these open cases, the number in another region than the one they work in
    region_id: int
    language: str
    introduction: str
    employer: str  # other employers
    phone: str
    invited_at: datetime | None  # newest invitation that still works
    invited_until: datetime | None
    sign_ins: int  # current ones
    sole_roles: tuple[OfficeRow, ...]  # roles that no other account without a last day has
    without_cases: frozenset[int]  # roles of a municipality from which no conference was ever registered


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region, the number of its available coordinators, the names of its managers, and whether anything is in it."""

    id: int
    name: str
    timezone: str
    coordinators: int
    managers: tuple[str, ...]
    in_use: bool


_pending_invitation = and_(
    Invitation.account_id == Account.id,
    Invitation.purpose == Purpose.INVITATION,
    Invitation.used_at.is_(None),
    Invitation.revoked_at.is_(None),
    Invitation.expires_at > bindparam("at", type_=Invitation.expires_at.type),
)
_invited = and_(Account.password_hash.is_(None), exists().where(_pending_invitation).correlate(Account))
_uninvited = and_(
    Account.password_hash.is_(None),
    ~exists().where(_pending_invitation).correlate(Account),
    ~exists().where(Passkey.account_id == Account.id).correlate(Account),
    ~exists().where(Identity.account_id == Account.id).correlate(Account),
)
_last_sign_in = (
    select(func.max(SignIn.began_at)).where(SignIn.account_id == Account.id).correlate(Account).scalar_subquery()
)
_STATES: dict[AccountState, ColumnElement[bool]] = {
    AccountState.INVITED: and_(Account.active, Account.leaves_on.is_(None), _invited),
    AccountState.UNINVITED: and_(Account.active, Account.leaves_on.is_(None), _uninvited),
    AccountState.OPEN: and_(Account.active, Account.leaves_on.is_(None), ~_invited, ~_uninvited),
    AccountState.LEAVING: and_(Account.active, Account.leaves_on.is_not(None)),
    AccountState.CLOSED: ~Account.active,
}


def _account_query() -> Select[*tuple[Any, ...]]:
    return select(
        Account.id,
        Account.name,
        Account.email,
        Account.active,
        Account.leaves_on,
        Region.timezone,
        _last_sign_in.label("last_sign_in"),
        _invited.label("invited"),
        _uninvited.label("uninvited"),
    ).join(Region, Region.id == Account.region_id)


def accounts(
    session: Session, at: datetime, wanted: AccountFilter, after: int | None = None, limit: int = PAGE_SIZE
) -> tuple[AccountRow, ...]:
    """A page of the accounts by surname, beginning after the account with the id `after`.

    Each of the words begins a word of the name, or stands in the mail address.
    """
    every = select(Account.id, Account.name, Account.email)
    if wanted.state is not None:
        every = every.where(or_(_STATES[wanted.state], Account.id == after))
    known = [(by_surname(row.name), row.id, row) for row in session.execute(every, {"at": at})]
    known.sort(key=lambda one: one[:2])
    began = next((n for n, (_, id_, _row) in enumerate(known, 1) if id_ == after), 0)
    asked = wanted.words.split()
    ids = islice((id_ for _, id_, row in known[began:] if all(_is_found(row, word) for word in asked)), limit)
    order = {id_: n for n, id_ in enumerate(ids)}
    found = sorted(
        session.execute(_account_query().where(Account.id.in_(order)), {"at": at}).all() if order else (),
        key=lambda row: order[row.id],
    )
    held, busy = offices(session, [row.id for row in found]), open_cases(session, [row.id for row in found])
    return tuple(AccountRow(**_row(row, at), offices=held[row.id], under_way=busy.get(row.id, 0)) for row in found)


def _is_found(row: Row[int, str, str], word: str) -> bool:
    of_name = words(word) if "@" not in word else ()
    return word.casefold() in row.email or bool(of_name and has_words(row.name, of_name))


def account_page(session: Session, at: datetime, account_id: int) -> AccountPage | None:
    """One account; None if there is none with this id."""
    kept = ("region_id", "language", "introduction", "employer", "phone")
    own = [getattr(Account, name) for name in kept]
    row = session.execute(_account_query().add_columns(*own).where(Account.id == account_id), {"at": at}).one_or_none()
    if row is None:
        return None
    invited = session.execute(
        select(Invitation.made_at, Invitation.expires_at)
        .join(Account, Account.id == Invitation.account_id)
        .where(_pending_invitation, Account.id == account_id)
        .order_by(Invitation.id.desc())
        .limit(1),
        {"at": at},
    ).one_or_none()
    held = offices(session, [account_id])[account_id]
    sole = _sole_roles(session, account_id)
    return AccountPage(
        **_row(row, at),
        offices=held,
        under_way=open_cases(session, [account_id]).get(account_id, 0),
        elsewhere=_open_elsewhere(session, account_id, row.region_id),
        region_id=row.region_id,
        language=row.language,
        introduction=row.introduction,
        employer=row.employer or "",
        phone=row.phone or "",
        invited_at=invited.made_at if invited else None,
        invited_until=invited.expires_at if invited else None,
        sign_ins=len(sign_ins_of(session, at, account_id)),
        sole_roles=tuple(office for office in held if office.id in sole),
        without_cases=_roles_without_cases(session, account_id),
    )


@dataclass(frozen=True, slots=True)
class UnreachableAccount:
    """Somebody of staff whose email address takes no mail, as far as the last mail to it tells."""

    account_id: int
    name: str
    phone: str
    since: date  # by the clock of their region


_later = aliased(OutboxMessage)
_RETURNED = (
    select(Account.id, Account.name, Account.email, Account.phone, Region.timezone)
    .add_columns(OutboxMessage.recipient, OutboxMessage.returned_at)
    .select_from(OutboxMessage)
    .join(Account, Account.id == OutboxMessage.account_id)
    .join(Region, Region.id == Account.region_id)
    .where(OutboxMessage.returned_at.is_not(None), Account.active)
    .where(
        ~exists().where(
            _later.account_id == OutboxMessage.account_id,
            _later.id > OutboxMessage.id,
            _later.sent_at.is_not(None),
            _later.returned_at.is_(None),
        )
    )
    .order_by(OutboxMessage.id)
)


def unreachable_accounts(session: Session) -> dict[int, UnreachableAccount]:
    """Whose present address takes no mail, by account: no invitation, no forgotten password, no warning gets there."""
    found: dict[int, UnreachableAccount] = {}
    for row in session.execute(_RETURNED):
        if row.recipient == row.email:
            since = local_date(row.returned_at, row.timezone)
            found.setdefault(row.id, UnreachableAccount(row.id, row.name, row.phone or "", since))
    return found


def region_rows(session: Session) -> tuple[RegionRow, ...]:
    """All regions, by name."""
    stays = (Account.active, Account.leaves_on.is_(None))
    counted = (
        select(Account.region_id, func.count())
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(AccountRole.role == Role.COORDINATOR, *stays)
        .group_by(Account.region_id)
    )
    busy: dict[int, int] = {row[0]: row[1] for row in session.execute(counted)}
    managing = select(AccountRole.region_id, Account.name).join(Account, Account.id == AccountRole.account_id)
    managing = managing.where(AccountRole.role == Role.REGIONAL_MANAGER, *stays)
    managers: dict[int | None, list[str]] = {}
    for region_id, name in session.execute(managing):
        managers.setdefault(region_id, []).append(name)
    places = (Account.region_id, AccountRole.region_id, Conference.region_id)
    in_use = or_(*(exists().where(place == Region.id) for place in places))
    rows = session.execute(select(Region.id, Region.name, Region.timezone, in_use.label("in_use")))
    return tuple(
        RegionRow(
            row.id,
            row.name,
            row.timezone,
            busy.get(row.id, 0),
            tuple(sorted(managers.get(row.id, ()), key=by_surname)),
            row.in_use,
        )
        for row in sorted(rows, key=lambda row: alphabetical(row.name))
    )


def _row(row: Row[Any], at: datetime) -> dict[str, Any]:
    known = {one.name: getattr(row, one.name) for one in fields(AccountRow) if hasattr(row, one.name)}
    return {**known, "state": _state(row, at)}


def _state(row: Row[Any], at: datetime) -> AccountState:
    if not row.active:
        return AccountState.CLOSED
    if row.leaves_on is not None:
        left = has_left(row.leaves_on, row.timezone, at)
        return AccountState.LEFT if left else AccountState.LEAVING
    if row.uninvited:
        return AccountState.UNINVITED
    return AccountState.INVITED if row.invited else AccountState.OPEN


def _open_elsewhere(session: Session, account_id: int, region_id: int) -> int:
    """The number of open cases that they coordinate in another region than the one they work in."""
    own = (Conference.coordinator_id == account_id, Conference.phase != Phase.CLOSED, Conference.region_id != region_id)
    return session.scalar(select(func.count()).select_from(Conference).where(*own)) or 0


def _roles_without_cases(session: Session, account_id: int) -> frozenset[int]:
    found = select(AccountRole.id).where(AccountRole.account_id == account_id, AccountRole.municipality_id.is_not(None))
    of_it = Conference.municipality_id == AccountRole.municipality_id
    return frozenset(session.scalars(found.where(~exists().where(of_it))))


def _sole_roles(session: Session, account_id: int) -> set[int]:
    """The ids of the account's roles, except coordinator, that no other account without a last day has."""
    other, whose = aliased(AccountRole), aliased(Account)
    same = (
        other.role == AccountRole.role,
        other.region_id.is_not_distinct_from(AccountRole.region_id),
        other.municipality_id.is_not_distinct_from(AccountRole.municipality_id),
        other.account_id != AccountRole.account_id,
    )
    stays = (whose.id == other.account_id, whose.active, whose.leaves_on.is_(None))
    found = select(AccountRole.id).where(AccountRole.account_id == account_id, AccountRole.role != Role.COORDINATOR)
    return set(session.scalars(found.where(~exists().where(*same, *stays))))
