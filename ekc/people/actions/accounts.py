"""Accounts of staff: opened and changed by an administrator, and what their owner changes."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from ekc.core.audit import record
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import Recipient, queue
from ekc.core.transaction import writing
from ekc.people import mails
from ekc.people.access import PROGRAM, Visitor
from ekc.people.actions.offices import Office, add_office
from ekc.people.actions.sessions import end_sign_ins, reauthenticate
from ekc.people.actions.telling import notify
from ekc.people.invitations import revoke_invitations
from ekc.people.models import Account, KnownDevice, Region
from ekc.people.passwords import COST, Cost, hashed, refuse_weak
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.vocabulary import N_

_ADDRESS = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetails:
    """What is kept of somebody of staff, beside their roles."""

    name: str
    email: str
    region_id: int
    spoken: tuple[str, ...] = ()  # language codes
    introduction: str = ""
    employer: str = ""  # for whom a coordinator works besides; several with ; between
    phone: str = ""  # shown to the circles of whom they are coordinator
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount(AccountDetails):
    """An account as it is opened. Without a password its owner is invited to choose one; the demonstration gives it."""

    roles: tuple[Office, ...]
    password: str | None = field(default=None, repr=False)


def open_account(session: Session, visitor: Visitor, at: datetime, new: NewAccount, cost: Cost = COST) -> int:
    """Open an account. Raises Refusal for a taken or impossible address, a weak password, an unknown region."""
    ensure_administrator(visitor)
    if new.password is not None:
        refuse_weak(new.password, new.email, new.name)
    password_hash = None if new.password is None else hashed(new.password, cost)
    with writing(session):
        return add_account(session, visitor, at, new, password_hash).id


def add_account(
    session: Session, visitor: Visitor, at: datetime, new: NewAccount, password_hash: str | None = None
) -> Account:
    """The same, in the caller's transaction; the caller has looked at the visitor and the password."""
    ensure_regions(session, new.region_id, *(office.region_id for office in new.roles))
    account = Account(password_hash=password_hash, created_at=at, roles=[])
    _write(session, account, new)
    session.add(account)
    _flush(session, account)
    for office in new.roles:
        add_office(session, visitor, at, account, office)
    roles = ", ".join(sorted(office.role for office in new.roles))
    record(session, visitor.actor, at, "account.opened", account=account.id, roles=roles)
    return account


def change_account(session: Session, visitor: Visitor, at: datetime, account_id: int, details: AccountDetails) -> None:
    """Write the details of an account anew. Raises Refusal as opening does, and for one's own employer.

    A new mail address ends what was sent to the old one, which hears of it.
    """
    ensure_administrator(visitor)
    with writing(session):
        account = lock_account(session, account_id)
        ensure_regions(session, details.region_id)
        before = account.email
        note_employer(session, visitor, at, account, details.employer)
        changed = _write(session, account, details)
        _flush(session, account)
        if changed:
            record(session, visitor.actor, at, "account.changed", account=account_id, fields=", ".join(changed))
        if "email" in changed:
            revoke_invitations(session, at, account_id)
            former = Recipient(account_id, before, account.language)
            queue(session, mails.ADDRESS_CHANGED, former, at, account=account_id)
            notify(session, mails.ADDRESS_OF_ANOTHER_CHANGED, at, account_id, by=visitor)


def set_password(
    session: Session, visitor: Visitor, at: datetime, account_id: int, password: str, cost: Cost = COST
) -> None:
    """Give one's own account another password; every other sign-in of it ends. Raises Refusal for a weak one."""
    about = session.execute(select(Account.email, Account.name).where(Account.id == account_id)).one_or_none()
    if about is None or visitor.account_id != account_id:
        raise Unknown
    refuse_weak(password, *about)
    password_hash = hashed(password, cost)
    with writing(session):
        write_password(session, visitor, at, password_hash)


def write_password(
    session: Session, owner: Visitor, at: datetime, password_hash: str, *, tell: bool = True, by: str = ""
) -> None:
    """Write the password of an account, in the caller's transaction: what the old one opened is ended.

    The sign-in by which the owner is here stays. `by`: the way in which they came to it, for the audit.
    """
    account_id = owner.account_id or 0
    session.execute(update(Account).where(Account.id == account_id).values(password_hash=password_hash))
    session.execute(delete(KnownDevice).where(KnownDevice.account_id == account_id))
    revoke_invitations(session, at, account_id)
    end_sign_ins(session, at, account_id, but=owner.sign_in_id)
    record(session, owner.actor, at, "account.password_set", account=account_id, by=by)
    if tell:
        notify(session, mails.PASSWORD_CHANGED, at, account_id)


def change_password(session: Session, visitor: Visitor, at: datetime, present: str, new: str, cost: Cost) -> None:
    """The owner of an account chooses another password. Raises Refusal for a wrong present one, or a weak new one."""
    account_id = reauthenticate(session, visitor, at, present, cost)
    set_password(session, visitor, at, account_id, new, cost)


def end_all_sign_ins(session: Session, visitor: Visitor, at: datetime, account_id: int) -> None:
    """End every sign-in of an account, for an administrator."""
    ensure_administrator(visitor)
    with writing(session):
        lock_account(session, account_id)
        ended = end_sign_ins(session, at, account_id)
        record(session, visitor.actor, at, "account.sign_ins_ended", account=account_id, ended=ended)


def set_employer(session: Session, visitor: Visitor, at: datetime, account_id: int, employer: str) -> None:
    """Note for whom the owner of an account works besides; empty: for nobody. All their cases are judged by it at once.

    By an administrator, or the regional manager of the region where they work, who hears of it. Raises Refusal.
    """
    with writing(session):
        account = session.get(Account, account_id)
        if account is None or not account.active:
            raise Unknown
        theirs = has_duty(Duty.ACCOUNTS, visitor.roles) or account.region_id in visitor.regions
        if visitor is not PROGRAM and not (has_duty(Duty.EMPLOYERS, visitor.roles) and theirs):
            raise Unknown
        note_employer(session, visitor, at, account, employer)


def note_employer(session: Session, visitor: Visitor, at: datetime, account: Account, employer: str) -> None:
    """The same, in the caller's transaction. Raises Refusal for one's own: nobody decides how independent they are."""
    noted = employer.strip() or None
    if noted == account.employer:
        return
    if visitor.account_id == account.id:
        raise Refusal(N_("Nobody notes for whom they work themselves. Ask another administrator or your manager."))
    account.employer = noted
    record(session, visitor.actor, at, "account.employer", account=account.id, employer=noted or "")


def set_phone(session: Session, visitor: Visitor, at: datetime, phone: str) -> None:
    """Note by which phone the owner of an account is reached; empty: by none. The audit does not keep the number."""
    with writing(session):
        account = session.get(Account, visitor.account_id or 0)
        if account is None:
            raise Unknown
        account.phone = phone.strip() or None
        record(session, visitor.actor, at, "account.changed", account=account.id, fields="phone")


def choose_language(session: Session, visitor: Visitor, at: datetime, language: str) -> None:
    """Remember in which language the owner of an account reads."""
    if visitor.account_id is None:
        raise Unknown
    with writing(session):
        session.execute(update(Account).where(Account.id == visitor.account_id).values(language=language))
        record(session, visitor.actor, at, "account.language", account=visitor.account_id, language=language)


def ensure_administrator(visitor: Visitor) -> None:
    """The program's commands and administrators."""
    if visitor is not PROGRAM and not has_duty(Duty.ACCOUNTS, visitor.roles):
        raise Unknown


def ensure_regions(session: Session, *region_ids: int | None) -> None:
    """Raise Refusal unless there are all of these regions."""
    wanted = {region_id for region_id in region_ids if region_id is not None}
    if len(session.scalars(select(Region.id).where(Region.id.in_(wanted))).all()) < len(wanted):
        raise Refusal(N_("There is no such region. Add it first."))


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


def _write(session: Session, account: Account, details: AccountDetails) -> tuple[str, ...]:
    """Put the details into the row; the names of those that are new."""
    email = details.email.strip().lower()
    if not _ADDRESS.fullmatch(email):
        raise Refusal(N_("%(email)s is not a mail address."), email=email)
    with session.no_autoflush:
        taken = session.scalar(select(Account.id).where(Account.email == email))
    if taken is not None and taken != account.id:
        raise _taken(email)
    written = {
        "name": details.name.strip(),
        "email": email,
        "region_id": details.region_id,
        "spoken": " ".join(details.spoken),
        "introduction": details.introduction,
        "employer": details.employer.strip() or None,
        "phone": details.phone.strip() or None,
        "language": details.language,
    }
    changed = tuple(name for name, value in written.items() if getattr(account, name) != value)
    for name in changed:
        setattr(account, name, written[name])
    return changed


def _flush(session: Session, account: Account) -> None:
    email = account.email
    try:
        session.flush()
    except IntegrityError:
        raise _taken(email) from None  # by somebody at this moment


def _taken(email: str) -> Refusal:
    return Refusal(N_("There is an account with the address %(email)s already."), email=email)
