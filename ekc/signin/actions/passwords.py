"""Checking and changing passwords. Both are audited, without the typed password."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.accounts.models import Account
from ekc.accounts.notifications import notify
from ekc.accounts.queries import account_by_email, visitor_of_account
from ekc.core.audit import PUBLIC, record
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.signin import mails
from ekc.signin.actions.sessions import end_sign_ins
from ekc.signin.actions.throttle import PASSWORDS, begin_attempt, discard_attempt, throttle_keys
from ekc.signin.devices import UNKNOWN_CALLER, Caller
from ekc.signin.invitations import revoke_invitations
from ekc.signin.models import KnownDevice
from ekc.signin.passwords import DEFAULT_COST, Cost, ensure_strong, hash_password, needs_rehash, verify_password
from ekc.signin.queries import known_device
from ekc.workflow.vocabulary import N_


def check_password(
    session: Session, at: datetime, email: str, password: str, cost: Cost, caller: Caller = UNKNOWN_CALLER
) -> int | None:
    """The account with this address and password; None if there is none, which is audited. Raises TooMany."""
    address = email.strip().lower()
    attempt = begin_attempt(
        session, at, *throttle_keys(PASSWORDS, address, known_device(session, caller.token, email=address), caller)
    )
    account = account_by_email(session, email)
    account_id, stored = None, None
    if account is not None and visitor_of_account(session, account.id, at) is not None:
        account_id, stored = account.id, account.password_hash
    # Outside the transaction: hashing is slow and would block other writers.
    good = verify_password(password, stored, cost)
    renewed = hash_password(password, cost) if good and stored and needs_rehash(stored, cost) else None
    if account_id is None or not good:
        with writing(session):
            whose = {"account": account.id} if account else {}
            record(session, PUBLIC, at, "account.sign_in_refused", **whose)
        return None
    discard_attempt(session, attempt)
    if renewed:
        with writing(session):
            same = (Account.id == account_id, Account.password_hash == stored)
            session.execute(update(Account).where(*same).values(password_hash=renewed))
    return account_id


def reauthenticate(by: By, password: str, cost: Cost) -> int:
    """Check the visitor's current password; returns the account id. Raises Refusal if it is wrong, TooMany, Unknown."""
    account_id = by.visitor.account_id
    if account_id is None:
        raise Unknown
    attempt = begin_attempt(by.session, by.at, (PASSWORDS, f"own {account_id}"))
    stored = by.session.scalar(select(Account.password_hash).where(Account.id == account_id))
    if not verify_password(password, stored, cost):
        with writing(by.session):
            by.record("account.password_refused", account=account_id)
        raise Refusal(N_("This is not the password you have now. Type it again. Nothing was changed."))
    discard_attempt(by.session, attempt)
    return account_id


def set_password(by: By, account_id: int, password: str, cost: Cost = DEFAULT_COST) -> None:
    """Set the password of the visitor's own account and end its other sign-ins.

    Raises Refusal for a weak password, Unknown for another account.
    """
    about = by.session.execute(select(Account.email, Account.name).where(Account.id == account_id)).one_or_none()
    if about is None or by.visitor.account_id != account_id:
        raise Unknown
    ensure_strong(password, *about)
    password_hash = hash_password(password, cost)
    with writing(by.session):
        write_password(by.session, by.visitor, by.at, password_hash)


def write_password(
    session: Session, owner: Visitor, at: datetime, password_hash: str, *, notify_owner: bool = True, by: str = ""
) -> None:
    """Write a password hash, in the caller's transaction, and end what the old password gave access to.

    These are known devices, invitations and sign-ins, except the owner's current one. `by`: for the audit, the purpose
    of the invitation that was used.
    """
    account_id = owner.account_id or 0
    session.execute(update(Account).where(Account.id == account_id).values(password_hash=password_hash))
    session.execute(delete(KnownDevice).where(KnownDevice.account_id == account_id))
    revoke_invitations(session, at, account_id)
    end_sign_ins(session, at, account_id, except_id=owner.sign_in_id)
    record(session, owner.actor, at, "account.password_set", account=account_id, by=by)
    if notify_owner:
        notify(session, mails.PASSWORD_CHANGED, at, account_id)


def change_password(by: By, present: str, new: str, cost: Cost) -> None:
    """Change the visitor's password. Raises Refusal for a wrong present or weak new password, TooMany, Unknown."""
    account_id = reauthenticate(by, present, cost)
    set_password(by, account_id, new, cost)
