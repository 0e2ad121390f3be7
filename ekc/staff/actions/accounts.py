"""Opening and changing accounts."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Office, Visitor
from ekc.accounts.models import Account, AccountRole, Region
from ekc.accounts.notifications import notify
from ekc.accounts.queries import lock_account
from ekc.conferences.effects import number_changed
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import Recipient, deliverable, queue
from ekc.core.transaction import writing
from ekc.directory.actions import list_organisations, row_of
from ekc.directory.models import Listing
from ekc.matching.actions.independence import note_employer
from ekc.matching.actions.profile import note_languages
from ekc.signin.invitations import revoke_invitations
from ekc.signin.passwords import DEFAULT_COST, Cost, ensure_strong, hash_password
from ekc.staff import mails
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.independence import named_in
from ekc.workflow.vocabulary import N_, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetails:
    """The details of an account, without its roles."""

    name: str
    email: str
    region_id: int
    introduction: str = ""
    employer: str = ""  # other employers of a coordinator, separated by ;
    phone: str = ""  # shown to the circles of the coordinator
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount(AccountDetails):
    """A new account. Without a password (always, except in the demo) its owner is invited to choose one."""

    roles: tuple[Office, ...]
    spoken: tuple[str, ...] = ()  # by a coordinator: language codes
    password: str | None = field(default=None, repr=False)


def open_account(by: By, new: NewAccount, cost: Cost = DEFAULT_COST) -> int:
    """Open an account; returns its id. Raises Refusal for a taken or invalid address, weak password, unknown region."""
    ensure_administrator(by.visitor)
    if new.password is not None:
        ensure_strong(new.password, new.email, new.name)
    password_hash = None if new.password is None else hash_password(new.password, cost)
    with writing(by.session):
        return add_account(by, new, password_hash).id


def add_account(by: By, new: NewAccount, password_hash: str | None = None) -> Account:
    """As `open_account`, in the caller's transaction; the caller has checked visitor and password."""
    ensure_regions(by.session, new.region_id, *(office.region_id for office in new.roles))
    account = Account(password_hash=password_hash, created_at=by.at, roles=[])
    _write(by.session, account, new)
    list_organisations(by, named_in(new.employer))
    by.session.add(account)
    _flush(by.session, account)
    for office in new.roles:
        add_office(by, account, office)
    note_languages(by.session, account.id, new.spoken)
    roles = ", ".join(sorted(office.role for office in new.roles))
    by.record("account.opened", account=account.id, roles=roles)
    return account


def change_account(by: By, account_id: int, details: AccountDetails) -> None:
    """Change the details of an account. Raises Refusal as `open_account` does, and for the visitor's own employer.

    A new mail address revokes open invitations; the former address and those who oversee the account get a mail.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        account = lock_account(by.session, account_id)
        by.check_form()
        ensure_regions(by.session, details.region_id)
        before, number = account.email, account.phone
        note_employer(by, account, details.employer)
        changed = _write(by.session, account, details)
        _flush(by.session, account)
        if changed:
            by.record("account.changed", account=account_id, fields=", ".join(changed))
        if "phone" in changed:
            number_changed(by.session, account, by.at, number)
        if "email" in changed:
            revoke_invitations(by.session, by.at, account_id)
            former = Recipient(account_id, before, account.language)
            queue(by.session, mails.ADDRESS_CHANGED, former, by.at, account=account_id)
            notify(by.session, mails.ADDRESS_OF_ANOTHER_CHANGED, by.at, account_id, by=by.visitor)


def set_phone(by: By, phone: str) -> None:
    """Set the visitor's own phone number; empty: none. The audit does not record the number. Raises Unknown."""
    with writing(by.session):
        account = by.session.get(Account, by.visitor.account_id or 0, with_for_update=True)
        if account is None:
            raise Unknown
        by.check_form()
        before, account.phone = account.phone, phone.strip() or None
        number_changed(by.session, account, by.at, before)
        by.record("account.changed", account=account.id, fields="phone")


def ensure_administrator(visitor: Visitor) -> None:
    """Raise Unknown unless the visitor is an administrator or the program itself (a command)."""
    if visitor is not PROGRAM and not has_duty(Duty.ACCOUNTS, visitor.roles):
        raise Unknown


def ensure_regions(session: Session, *region_ids: int | None) -> None:
    """Raise Refusal unless all of these regions exist."""
    wanted = {region_id for region_id in region_ids if region_id is not None}
    if len(session.scalars(select(Region.id).where(Region.id.in_(wanted))).all()) < len(wanted):
        raise Refusal(N_("There is no such region. Add it first."))


def _write(session: Session, account: Account, details: AccountDetails) -> tuple[str, ...]:
    """Write the details to the row; returns the names of the changed columns."""
    email = details.email.strip().lower()
    try:
        deliverable(email)
    except ValueError:
        raise Refusal(N_("Email does not reach %(email)s."), email=email) from None
    with session.no_autoflush:
        taken = session.execute(select(Account.id, Account.name).where(Account.email == email)).one_or_none()
    if taken is not None and taken.id != account.id:
        raise Refusal(N_("%(name)s has an account with the address %(email)s already."), name=taken.name, email=email)
    written = {
        "name": details.name.strip(),
        "email": email,
        "region_id": details.region_id,
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
        taken = N_("There is an account with the address %(email)s already.")
        raise Refusal(taken, email=email) from None  # taken by a concurrent request


def municipality_of(by: By, office: Office) -> int | None:
    """The row of the municipality to which a role is limited, in the caller's transaction."""
    return row_of(by, Listing.MUNICIPALITIES, office.municipality) if office.municipality else None


def add_office(by: By, account: Account, office: Office) -> None:
    """Give a role to an account that is flushed already, in the caller's transaction; notify of new readers."""
    held = AccountRole(role=office.role, region_id=office.region_id, municipality_id=municipality_of(by, office))
    held.given_at, held.given_by = by.at, by.visitor.account_id
    account.roles.append(held)
    if office.role is Role.REGIONAL_MANAGER:
        region = office.region_id
        notify(by.session, mails.READS_REGION, by.at, account.id, by=by.visitor, region_ids={region}, region=region)
