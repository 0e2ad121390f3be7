"""Passkeys: adding, removing, and signing in with one."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.accounts.models import Account
from ekc.accounts.notifications import notify
from ekc.accounts.queries import visitor_of_account
from ekc.core.audit import PUBLIC, record
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.signin import mails
from ekc.signin.actions.nonces import Nonce, consume
from ekc.signin.actions.sessions import end_sign_ins
from ekc.signin.models import SINGLE_FACTOR, Method, Passkey, SignIn
from ekc.signin.passkeys import Assertion, InvalidPasskeyError, NewPasskey, RelyingParty, is_cloned, verify_assertion
from ekc.signin.queries import credentials_of
from ekc.workflow.vocabulary import N_

#: For each account.
MAX_PASSKEYS = 20


def add_passkey(by: By, new: NewPasskey, name: str, nonce: Nonce) -> int:
    """Store a new passkey; returns its id. Raises Refusal if it is stored already, or for more than `MAX_PASSKEYS`."""
    with writing(by.session):
        owner = _lock_own_account(by.session, by.visitor)
        if credentials_of(by.session, owner).passkeys >= MAX_PASSKEYS:
            raise Refusal(N_("You have %(most)s passkeys. First remove one that you do not use."), most=MAX_PASSKEYS)
        taken = by.session.scalar(select(Passkey.id).where(Passkey.credential_id == new.credential_id))
        if taken or not consume(by.session, by.at, nonce):
            raise Refusal(N_("This passkey is there already. Have your device make another one."))
        passkey = Passkey(
            account_id=owner,
            credential_id=new.credential_id,
            public_key=new.public_key,
            handle=new.handle,
            sign_count=new.sign_count,
            name=name,
            made_at=by.at,
        )
        by.session.add(passkey)
        by.session.flush()
        # A single-factor sign-in now has both factors.
        here = (SignIn.id == by.visitor.sign_in_id, SignIn.method.in_(SINGLE_FACTOR))
        by.session.execute(update(SignIn).where(*here).values(method=Method.PASSKEY))
        by.record("account.passkey_added", passkey=passkey.id, name=name)
        notify(by.session, mails.PASSKEY_ADDED, by.at, owner)
    return passkey.id


def remove_passkey(by: By, passkey_id: int) -> None:
    """Remove one of the visitor's passkeys and end their other sign-ins, because the device may be stolen.

    Raises Unknown for a passkey of another account, Refusal if it is the last credential.
    """
    with writing(by.session):
        owner = _lock_own_account(by.session, by.visitor)
        passkey = by.session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == owner))
        if passkey is None:
            raise Unknown
        if credentials_of(by.session, owner).count == 1:
            raise Refusal(N_("This is your only way to sign in. First make another passkey."))
        by.session.delete(passkey)
        end_sign_ins(by.session, by.at, owner, except_id=by.visitor.sign_in_id)
        by.record("account.passkey_removed", passkey=passkey_id, name=passkey.name)
        notify(by.session, mails.PASSKEY_REMOVED, by.at, owner)


def authenticate_by_passkey(
    session: Session, at: datetime, party: RelyingParty, answer: Assertion, nonce: Nonce
) -> int | None:
    """The account that a passkey authenticates; None if it does not, and the audit records why."""
    with writing(session):
        known = select(Passkey).where(Passkey.credential_id == answer.credential_id)
        passkey = session.scalar(known.with_for_update())
        try:
            return _authenticate(session, at, party, answer, nonce, passkey)
        except InvalidPasskeyError as error:
            whose = {"account": passkey.account_id, "passkey": passkey.id} if passkey else {}
            record(session, PUBLIC, at, "account.sign_in_refused", way="passkey", why=str(error), **whose)
            return None


def _authenticate(
    session: Session, at: datetime, party: RelyingParty, answer: Assertion, nonce: Nonce, passkey: Passkey | None
) -> int:
    """The account of a passkey whose assertion is valid. Raises InvalidPasskeyError."""
    if passkey is None:
        raise InvalidPasskeyError("unknown")
    if visitor_of_account(session, passkey.account_id, at) is None:
        raise InvalidPasskeyError("closed")
    if passkey.handle != answer.handle:
        raise InvalidPasskeyError("handle")
    sign_count = verify_assertion(party, nonce.value, passkey.public_key, answer)
    if is_cloned(passkey.sign_count, sign_count):
        raise InvalidPasskeyError("copied")
    if not consume(session, at, nonce):
        raise InvalidPasskeyError("used")
    passkey.sign_count, passkey.used_at = sign_count, at
    return passkey.account_id


def _lock_own_account(session: Session, visitor: Visitor) -> int:
    """Lock the visitor's own account; returns its id. Raises Unknown."""
    owner = session.scalar(select(Account.id).where(Account.id == visitor.account_id, Account.active).with_for_update())
    if owner is None:
        raise Unknown
    return owner
