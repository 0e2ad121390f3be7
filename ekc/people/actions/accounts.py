"""What is done with regions and accounts: one verb each, in one transaction. Passwords: `passwords.py`."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.core.audit import record
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.people.access import PROGRAM, Visitor
from ekc.people.actions.entering import end_sign_ins
from ekc.people.actions.owner import ensure_own_password, tell_owner
from ekc.people.models import Account, AccountRole, KnownDevice, Region
from ekc.people.passwords import COST, Cost, hashed, refuse_weak
from ekc.workflow.vocabulary import N_, Role

_ADDRESS = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Office:
    """A role across the organisation, and the region (managers) or municipality (care managers) for which it holds."""

    role: Role
    region_id: int | None = None
    municipality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account as it is opened. Without a password its owner cannot sign in by themselves."""

    name: str
    email: str
    region_id: int
    roles: tuple[Office, ...]
    spoken: tuple[str, ...] = ()  # language codes
    introduction: str = ""
    language: str = "en"
    password: str | None = field(default=None, repr=False)


def add_region(session: Session, visitor: Visitor, at: datetime, name: str) -> int:
    """Add a region. Raises Refusal if there is one of this name."""
    ensure_administrator(visitor)
    with writing(session):
        if session.scalar(select(Region.id).where(Region.name == name)):
            raise Refusal(N_("There is a region %(name)s already."), name=name)
        region = Region(name=name)
        session.add(region)
        session.flush()
        record(session, visitor.actor, at, "region.added", region=name)
    return region.id


def open_account(session: Session, visitor: Visitor, at: datetime, new: NewAccount, cost: Cost = COST) -> int:
    """Open an account. Raises Refusal for a taken or impossible address, a weak password, an unknown region."""
    ensure_administrator(visitor)
    email = new.email.strip().lower()
    if not _ADDRESS.fullmatch(email):
        raise Refusal(N_("%(email)s is not a mail address."), email=email)
    if new.password is not None:
        refuse_weak(new.password, email, new.name)
    password_hash = None if new.password is None else hashed(new.password, cost)
    with writing(session):
        if session.scalar(select(Account.id).where(Account.email == email)):
            raise Refusal(N_("There is an account with the address %(email)s already."), email=email)
        wanted = {new.region_id} | {office.region_id for office in new.roles if office.region_id is not None}
        if len(session.scalars(select(Region.id).where(Region.id.in_(wanted))).all()) < len(wanted):
            raise Refusal(N_("There is no such region. Add it first."))
        account = Account(
            email=email,
            name=new.name.strip(),
            password_hash=password_hash,
            language=new.language,
            spoken=" ".join(new.spoken),
            introduction=new.introduction,
            region_id=new.region_id,
            created_at=at,
            roles=[AccountRole(role=o.role, region_id=o.region_id, municipality=o.municipality) for o in new.roles],
        )
        session.add(account)
        session.flush()
        roles = ", ".join(sorted(office.role for office in new.roles))
        record(session, visitor.actor, at, "account.opened", account=account.id, roles=roles)
    return account.id


def set_password(
    session: Session, visitor: Visitor, at: datetime, account_id: int, password: str, cost: Cost = COST
) -> None:
    """Give an account another password; every other sign-in of it ends. Raises Refusal for a weak one."""
    ensure_administrator(visitor, account_id)
    about = session.execute(select(Account.email, Account.name).where(Account.id == account_id)).one_or_none()
    if about is None:
        raise Unknown
    refuse_weak(password, *about)
    password_hash = hashed(password, cost)
    with writing(session):
        session.execute(update(Account).where(Account.id == account_id).values(password_hash=password_hash))
        session.execute(delete(KnownDevice).where(KnownDevice.account_id == account_id))
        end_sign_ins(session, at, account_id, but=visitor.sign_in_id)
        record(session, visitor.actor, at, "account.password_set", account=account_id)
        tell_owner(
            session,
            at,
            account_id,
            "password-changed",
            N_("Your password was changed"),
            N_("Sign in with the new one. If you did not change it, tell your administrator at once."),
        )


def change_password(session: Session, visitor: Visitor, at: datetime, present: str, new: str, cost: Cost) -> None:
    """The owner of an account chooses another password. Raises Refusal for a wrong present one, or a weak new one."""
    account_id = ensure_own_password(session, visitor, at, present, cost)
    set_password(session, visitor, at, account_id, new, cost)


def close_account(session: Session, visitor: Visitor, at: datetime, account_id: int) -> None:
    """Close an account; its sessions end. What it did keeps its name."""
    ensure_administrator(visitor)
    with writing(session):
        closing = update(Account).where(Account.id == account_id, Account.active)
        closed = session.scalar(closing.values(active=False).returning(Account.id))
        if closed is None:
            raise Unknown
        end_sign_ins(session, at, account_id)
        record(session, visitor.actor, at, "account.closed", account=account_id)


def choose_language(session: Session, visitor: Visitor, at: datetime, language: str) -> None:
    """Remember in which language the owner of an account reads."""
    if visitor.account_id is None:
        raise Unknown
    with writing(session):
        session.execute(update(Account).where(Account.id == visitor.account_id).values(language=language))
        record(session, visitor.actor, at, "account.language", account=visitor.account_id, language=language)


def ensure_administrator(visitor: Visitor, own: int = 0) -> None:
    """The program's commands and administrators; for some things the owner of the account."""
    if visitor is PROGRAM or Role.ADMINISTRATOR in visitor.roles or (own and visitor.account_id == own):
        return
    raise Unknown
