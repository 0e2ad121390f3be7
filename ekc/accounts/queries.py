"""Queries on accounts, roles and regions. Nothing here writes, except for row locks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from ekc.accounts.access import Visitor, has_left
from ekc.accounts.models import Account, AccountRole, Region
from ekc.core.audit import Actor, ActorKind
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.reading import one_of, read_rows
from ekc.names import alphabetical, by_surname
from ekc.workflow.vocabulary import Role


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """A role of an account. `place`: the region or municipality it is limited to; empty if it has none."""

    id: int
    role: Role
    place: str


@dataclass(frozen=True, slots=True)
class RecentManager:
    """An account that was recently made manager of a region, and so can read its cases."""

    name: str
    region: str
    since: date  # in the time zone of the region
    by: str  # the administrator who gave the role; empty: a command on the server


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose office shows them a case."""

    account_id: int
    name: str
    role: Role


#: How long a new regional manager is shown to others.
_RECENT = timedelta(days=30)
_account, _role, _region = Account.__table__, AccountRole.__table__, Region.__table__
#: The columns from which `visitor_from_rows` builds a visitor: one row for each role.
VISITOR_COLUMNS = (
    _account.c.id.label("account_id"),
    _account.c.name,
    _account.c.language,
    _account.c.region_id.label("home_region"),
    _account.c.leaves_on,
    _region.c.timezone,
    _role.c.role,
    _role.c.region_id,
    _role.c.municipality_id,
)
ACCOUNTS_WITH_ROLES = _account.join(_region, _region.c.id == _account.c.region_id).outerjoin(
    _role, _role.c.account_id == _account.c.id
)
_BY_ID = (
    select(*VISITOR_COLUMNS)
    .select_from(ACCOUNTS_WITH_ROLES)
    .where(_account.c.id == bindparam("account_id"), _account.c.active)
)


def visitor_of_account(session: Session, account_id: int, at: datetime | None = None) -> Visitor | None:
    """The visitor of an account; None if there is no such open account, or its last day had passed at `at`."""
    return visitor_from_rows(read_rows(session, _BY_ID, {"account_id": account_id}), at)


def visitor_from_rows(rows: Sequence[Any], at: datetime | None, sign_in_id: int | None = None) -> Visitor | None:
    """The visitor described by rows of `VISITOR_COLUMNS`; None without rows, or if the last day had passed at `at`."""
    if not rows:
        return None
    first = rows[0]
    if at is not None and has_left(first.leaves_on, first.timezone, at):
        return None
    return Visitor(
        actor=Actor(ActorKind.ACCOUNT, first.account_id, first.name),
        account_id=first.account_id,
        roles=frozenset(row.role for row in rows if row.role),
        regions=frozenset(row.region_id for row in rows if row.role is Role.REGIONAL_MANAGER),
        municipalities=frozenset(row.municipality_id for row in rows if row.role is Role.CARE_MANAGER),
        home_region=first.home_region,
        language=first.language,
        leaves_on=first.leaves_on,
        sign_in_id=sign_in_id,
    )


def account_by_email(session: Session, email: str) -> Account | None:
    """The open account with this mail address, ignoring case."""
    return session.scalar(select(Account).where(Account.email == email.strip().lower(), Account.active))


#: Whether an account is that of a coordinator, as a condition of statements.
COORDINATES = exists().where(AccountRole.account_id == Account.id, AccountRole.role == Role.COORDINATOR)
_COORDINATORS = (
    select(Account.id, Account.leaves_on, Region.timezone)
    .join(Region, Region.id == Account.region_id)
    .where(one_of(Account.id, "accounts"), Account.active, COORDINATES)
)
_MANAGERS = (
    select(Account)
    .where(
        Account.active,
        exists().where(
            AccountRole.account_id == Account.id,
            AccountRole.role == Role.REGIONAL_MANAGER,
            AccountRole.region_id == bindparam("region"),
        ),
    )
    .order_by(Account.id)
)


def who_can_coordinate(session: Session, account_ids: Collection[int | None], at: datetime) -> frozenset[int]:
    """Which of these can act as coordinator: their account is open, they are coordinator, and they have not left."""
    rows = read_rows(session, _COORDINATORS, {"accounts": [one for one in account_ids if one is not None]})
    return frozenset(row.id for row in rows if not has_left(row.leaves_on, row.timezone, at))


def managers_of(session: Session, region_id: int) -> list[Account]:
    """The regional managers of a region."""
    return list(session.scalars(_MANAGERS, {"region": region_id}))


def managers_but(session: Session, region_id: int, other_id: int) -> list[Account]:
    """The regional managers of a region who do not manage the other one."""
    others = {one.id for one in managers_of(session, other_id)}
    return [one for one in managers_of(session, region_id) if one.id not in others]


_HAS_PHONE = select(Account.phone.is_not(None)).where(Account.id == bindparam("account"))


def has_phone(session: Session, account_id: int) -> bool:
    """Whether somebody gave a phone number, for families to ring."""
    return session.scalar(_HAS_PHONE, {"account": account_id}) is True


def offices(session: Session, account_ids: Collection[int]) -> dict[int, tuple[OfficeRow, ...]]:
    """The roles of each of these accounts, in the order they were given."""
    found: dict[int, list[OfficeRow]] = {account_id: [] for account_id in account_ids}
    rows = session.execute(
        select(AccountRole.account_id, AccountRole.id, AccountRole.role, Region.name, AccountRole.municipality)
        .outerjoin(Region, Region.id == AccountRole.region_id)
        .where(AccountRole.account_id.in_(found))
        .order_by(AccountRole.id)
    )
    for account_id, id_, role, region, municipality in rows:
        found[account_id].append(OfficeRow(id_, role, region or municipality or ""))
    return {account_id: tuple(held) for account_id, held in found.items()}


def readers(session: Session, region_id: int, municipality_id: int | None = None) -> list[Reader]:
    """Who sees the cases of a region, and the dates of those of a municipality: open accounts, by role and name."""
    of_place = or_(
        and_(AccountRole.role == Role.REGIONAL_MANAGER, AccountRole.region_id == region_id),
        and_(AccountRole.role == Role.CARE_MANAGER, AccountRole.municipality_id == municipality_id),
    )
    rows = session.execute(
        select(Account.id, Account.name, AccountRole.role)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.active, of_place)
        .order_by(AccountRole.role.desc(), Account.id)
    )
    by_role = groupby((Reader(*row) for row in rows), key=lambda one: one.role)
    return [one for _, same in by_role for one in sorted(same, key=lambda one: by_surname(one.name))]


def phone_of(session: Session, account_id: int | None) -> str:
    """The phone number that circles see for the owner of an account; empty if unknown."""
    return session.scalar(select(Account.phone).where(Account.id == account_id)) or ""


def name_and_phone_of(session: Session, account_id: int | None) -> tuple[str, str]:
    """What the owner of an account is called, and the number that circles see; empty if unknown."""
    row = session.execute(select(Account.name, Account.phone).where(Account.id == account_id)).one_or_none()
    return (row.name, row.phone or "") if row else ("", "")


_giver = aliased(Account)
_RECENT_MANAGERS = (
    select(Account.name, Region.name.label("region"), Region.timezone, AccountRole.given_at, _giver.name.label("by"))
    .join(Account, Account.id == AccountRole.account_id)
    .join(Region, Region.id == AccountRole.region_id)
    .outerjoin(_giver, _giver.id == AccountRole.given_by)
    .where(AccountRole.role == Role.REGIONAL_MANAGER, AccountRole.given_at > bindparam("since"))
    .where(Account.active, Account.id != bindparam("but"))
    .order_by(AccountRole.given_at.desc(), AccountRole.id)
)
_RECENT_MANAGERS_OF_REGIONS = _RECENT_MANAGERS.where(one_of(AccountRole.region_id, "regions"))


def recent_managers(
    session: Session, at: datetime, excluded_id: int, region_ids: Collection[int] | None = None
) -> list[RecentManager]:
    """Accounts recently made regional manager of these regions (None: of any), newest first, without `excluded_id`."""
    found = _RECENT_MANAGERS if region_ids is None else _RECENT_MANAGERS_OF_REGIONS
    rows = read_rows(session, found, {"since": at - _RECENT, "but": excluded_id, "regions": list(region_ids or ())})
    return [RecentManager(row.name, row.region, local_date(row.given_at, row.timezone), row.by or "") for row in rows]


def regions(session: Session) -> list[Row[tuple[int, str]]]:
    """All regions: id, name; by name."""
    return sorted(session.execute(select(Region.id, Region.name)), key=lambda row: alphabetical(row.name))


def lock_account(session: Session, account_id: int) -> Account:
    """The row of an account with its roles, locked for writing. Raises Unknown."""
    account = session.scalar(
        select(Account)
        .where(Account.id == account_id)
        .options(selectinload(Account.roles))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if account is None:
        raise Unknown
    return account
