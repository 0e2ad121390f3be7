"""Reading accounts and regions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from ekc.core.audit import Actor, ActorKind
from ekc.people.access import DemoPerson, Visitor
from ekc.people.models import Account, AccountRole, Region
from ekc.workflow.vocabulary import Role

_account, _role = Account.__table__, AccountRole.__table__
#: What makes a visitor of an account: a row a role.
VISITOR = (
    _account.c.id.label("account_id"),
    _account.c.name,
    _account.c.language,
    _account.c.region_id.label("home_region"),
    _role.c.role,
    _role.c.region_id,
    _role.c.municipality,
)
WITH_ROLES = _account.outerjoin(_role, _role.c.account_id == _account.c.id)
_BY_ID = select(*VISITOR).select_from(WITH_ROLES).where(_account.c.id == bindparam("account_id"), _account.c.active)


def visitor_of_account(session: Session, account_id: int) -> Visitor | None:
    """Who the owner of this account is; None if there is no such open account."""
    return visitor_from(session.execute(_BY_ID, {"account_id": account_id}).all())


def visitor_from(rows: Sequence[Any], sign_in_id: int | None = None) -> Visitor | None:
    """The visitor whom rows with the columns `VISITOR` describe; None without rows."""
    if not rows:
        return None
    first = rows[0]
    return Visitor(
        actor=Actor(ActorKind.ACCOUNT, first.account_id, first.name),
        account_id=first.account_id,
        roles=frozenset(row.role for row in rows if row.role),
        regions=frozenset(row.region_id for row in rows if row.role is Role.REGIONAL_MANAGER),
        municipalities=frozenset(row.municipality for row in rows if row.role is Role.CARE_MANAGER),
        home_region=first.home_region,
        language=first.language,
        sign_in_id=sign_in_id,
    )


def account_by_email(session: Session, email: str) -> Account | None:
    """The open account with this address, in any case of letters."""
    return session.scalar(select(Account).where(Account.email == email.strip().lower(), Account.active))


def mail_of(session: Session, account_id: int) -> str:
    """The mail address of an account; empty if there is none."""
    return session.scalar(select(Account.email).where(Account.id == account_id)) or ""


def demo_accounts(session: Session) -> list[DemoPerson]:
    """Whom one can be in the demo: every open account that says in one line who it is; in the order they were made."""
    found = select(Account.id, Account.name, Account.introduction).where(Account.active, Account.introduction != "")
    return [DemoPerson(row.name, row.introduction, row.id) for row in session.execute(found.order_by(Account.id))]


def coordinators(session: Session, region_id: int) -> list[Row[tuple[int, str, str, str]]]:
    """The coordinators of a region: id, name, spoken (languages), introduction; by name."""
    return list(
        session.execute(
            select(Account.id, Account.name, Account.spoken, Account.introduction)
            .join(AccountRole, AccountRole.account_id == Account.id)
            .where(Account.region_id == region_id, Account.active, AccountRole.role == Role.COORDINATOR)
            .order_by(Account.name)
        )
    )


def regions(session: Session) -> list[Row[tuple[int, str]]]:
    """All regions: id, name; by name."""
    return list(session.execute(select(Region.id, Region.name).order_by(Region.name)))
