"""Reading accounts and links. Nothing here writes or decides."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from ekc.core.audit import Actor, ActorKind
from ekc.people.access import DemoPerson, Visitor
from ekc.people.models import Account, AccountRole, PersonalLink, Region
from ekc.workflow.vocabulary import Role


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A personal link as it is shown: never its token, which nobody knows any more."""

    id: int
    participant_id: int
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None  # for the first time
    note: str | None  # how it was handed over

    def is_live(self, at: datetime) -> bool:
        """Whether it lets somebody in."""
        return self.revoked_at is None and self.expires_at > at


_account, _role = Account.__table__, AccountRole.__table__
_WITH_ROLES = (
    select(
        _account.c.name,
        _account.c.stamp,
        _account.c.language,
        _account.c.region_id.label("home_region"),
        _role.c.role,
        _role.c.region_id,
        _role.c.municipality,
    )
    .select_from(_account.outerjoin(_role, _role.c.account_id == _account.c.id))
    .where(_account.c.id == bindparam("account_id"), _account.c.active)
)


def visitor_of_account(session: Session, account_id: int, stamp: int | None = None) -> Visitor | None:
    """Who signed in with this account; None if it is closed, or its sessions were ended (`stamp` is an old one)."""
    rows = session.execute(_WITH_ROLES, {"account_id": account_id}).all()
    if not rows or (stamp is not None and rows[0].stamp != stamp):
        return None
    first = rows[0]
    return Visitor(
        actor=Actor(ActorKind.ACCOUNT, account_id, first.name),
        account_id=account_id,
        roles=frozenset(row.role for row in rows if row.role),
        regions=frozenset(row.region_id for row in rows if row.role is Role.REGIONAL_MANAGER),
        municipalities=frozenset(row.municipality for row in rows if row.role is Role.CARE_MANAGER),
        home_region=first.home_region,
        language=first.language,
    )


def live_link(session: Session, at: datetime, *, link_id: int = 0, token_hash: bytes = b"") -> PersonalLink | None:
    """The link with this id or this hashed token, if it is neither revoked nor expired."""
    wanted = PersonalLink.id == link_id if link_id else PersonalLink.token_hash == token_hash
    return session.scalar(
        select(PersonalLink).where(wanted, PersonalLink.revoked_at.is_(None), PersonalLink.expires_at > at)
    )


def links_of(session: Session, conference_id: int) -> list[LinkRow]:
    """All links that were ever made for a case, the latest first."""
    found = select(
        PersonalLink.id,
        PersonalLink.participant_id,
        PersonalLink.made_at,
        PersonalLink.expires_at,
        PersonalLink.revoked_at,
        PersonalLink.used_at,
        PersonalLink.note,
    ).where(PersonalLink.conference_id == conference_id)
    return [LinkRow(*row) for row in session.execute(found.order_by(PersonalLink.id.desc()))]


def account_by_email(session: Session, email: str) -> Account | None:
    """The open account with this address, in any case of letters."""
    return session.scalar(select(Account).where(Account.email == email.strip().lower(), Account.active))


def stamp_of(session: Session, account_id: int) -> int | None:
    """The stamp that sessions of this account carry now; None if there is no such open account."""
    return session.scalar(select(Account.stamp).where(Account.id == account_id, Account.active))


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
