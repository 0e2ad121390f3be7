"""The second factor of an account: an authenticator app (TOTP), and recovery codes for when it is lost.

Every change needs the password and is audited. The owner gets a mail, except for new recovery codes.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.notifications import notify
from ekc.accounts.queries import lock_account
from ekc.core.audit import PUBLIC, Actor, ActorKind, record
from ekc.core.errors import Refusal, TooMany, Unknown
from ekc.core.transaction import writing
from ekc.signin import mails, totp
from ekc.signin.actions.passwords import reauthenticate
from ekc.signin.actions.sessions import end_sign_ins
from ekc.signin.actions.throttle import CODES, begin_attempt, discard_attempt, throttle_keys
from ekc.signin.devices import UNKNOWN_CALLER, Caller
from ekc.signin.models import SINGLE_FACTOR, Authenticator, Method, RecoveryCode, SignIn
from ekc.signin.passwords import Cost, hash_password, verify_password
from ekc.signin.queries import has_second_factor, known_device
from ekc.workflow.vocabulary import N_

#: OWASP's minimum for Argon2id: recovery codes are random, and ten are hashed at a time.
_RECOVERY_CODE_COST: Cost = (2, 19456, 1)


def add_authenticator(by: By, secret: str, code: str, password: str, cost: Cost) -> list[str]:
    """Set up an authenticator app, in place of an earlier one; returns new recovery codes, which are stored hashed.

    Ends the visitor's other sign-ins. Raises Refusal for a wrong password or a code that does not match the secret.
    """
    account_id = reauthenticate(by, password, cost)
    step = totp.matching_step(secret, code, by.at)
    if step is None:
        raise Refusal(
            N_("This code is not right. Type the newest one. Does the clock of the phone show the right time?")
        )
    made = _new_recovery_codes(cost)
    with writing(by.session):
        lock_account(by.session, account_id)
        by.session.execute(delete(Authenticator).where(Authenticator.account_id == account_id))
        by.session.add(Authenticator(account_id=account_id, secret=secret, added_at=by.at, last_step=step))
        _replace_recovery_codes(by.session, account_id, made)
        # A single-factor sign-in now has both factors.
        here = (SignIn.id == by.visitor.sign_in_id, SignIn.account_id == account_id, SignIn.method.in_(SINGLE_FACTOR))
        by.session.execute(update(SignIn).where(*here).values(method=Method.CODE))
        end_sign_ins(by.session, by.at, account_id, except_id=by.visitor.sign_in_id)
        by.record("account.second_factor_added", account=account_id)
        notify(by.session, mails.SECOND_FACTOR_ADDED, by.at, account_id)
    return [code for code, _ in made]


def remove_authenticator(by: By, password: str, cost: Cost, required: bool) -> None:
    """Remove the second factor. Raises Refusal for a wrong password, and where a second factor is `required`."""
    if required:
        raise Refusal(N_("Here everybody signs in with a second step. You can set up another phone instead."))
    account_id = reauthenticate(by, password, cost)
    with writing(by.session):
        lock_account(by.session, account_id)
        delete_second_factor(by.session, account_id)
        by.record("account.second_factor_removed", account=account_id)
        notify(by.session, mails.SECOND_FACTOR_REMOVED, by.at, account_id)


def renew_recovery_codes(by: By, password: str, cost: Cost) -> list[str]:
    """Replace the recovery codes by ten new ones. Raises Refusal for a wrong password, Unknown without an app."""
    account_id = reauthenticate(by, password, cost)
    made = _new_recovery_codes(cost)
    with writing(by.session):
        lock_account(by.session, account_id)
        if not has_second_factor(by.session, account_id):
            raise Unknown
        _replace_recovery_codes(by.session, account_id, made)
        by.record("account.recovery_codes_made", account=account_id)
    return [code for code, _ in made]


def check_code(
    session: Session, at: datetime, account_id: int, typed: str, cost: Cost, caller: Caller = UNKNOWN_CALLER
) -> bool:
    """Use up a one-time or recovery code; False if it is not valid. Raises TooMany.

    The caller has verified the password, so too many wrong codes mean that somebody may know it: the owner gets a mail.
    """
    device = known_device(session, caller.token, account_id=account_id)
    try:
        attempt = begin_attempt(session, at, *throttle_keys(CODES, str(account_id), device, caller))
    except TooMany:
        with writing(session):
            lock_account(session, account_id)
            notify(session, mails.CODES_REFUSED, at, account_id)
        raise
    use = _use_totp if totp.is_totp(typed) else _use_recovery_code
    if use(session, at, account_id, totp.digits(typed), cost):
        discard_attempt(session, attempt)
        return True
    with writing(session):
        record(session, PUBLIC, at, "account.code_refused", account=account_id)
    return False


def _use_totp(session: Session, at: datetime, account_id: int, code: str, _cost: Cost) -> bool:
    with writing(session):
        app = session.scalar(select(Authenticator).where(Authenticator.account_id == account_id).with_for_update())
        step = totp.matching_step(app.secret, code, at) if app else None
        if app is None or step is None or step <= app.last_step:
            return False
        app.last_step = step
    return True


def _use_recovery_code(session: Session, at: datetime, account_id: int, code: str, cost: Cost) -> bool:
    unused = (RecoveryCode.account_id == account_id, RecoveryCode.mark == code[:1], RecoveryCode.used_at.is_(None))
    found = session.execute(select(RecoveryCode.id, RecoveryCode.code_hash).where(*unused)).one_or_none()
    # Outside the transaction, because it is slow; with a dummy hash for unknown codes, as for passwords.
    good = verify_password(code, found.code_hash if found else None, min(cost, _RECOVERY_CODE_COST))
    if found is None or not good:
        return False
    with writing(session):
        using = update(RecoveryCode).where(RecoveryCode.id == found.id, RecoveryCode.used_at.is_(None))
        if session.scalar(using.values(used_at=at).returning(RecoveryCode.id)) is None:
            return False  # used by a concurrent request
        record(session, Actor(ActorKind.ACCOUNT, account_id), at, "account.recovery_code_used", account=account_id)
        notify(session, mails.RECOVERY_CODE_USED, at, account_id)
    return True


def _new_recovery_codes(cost: Cost) -> list[tuple[str, str]]:
    """New codes with their hashes. Called outside transactions, because hashing is slow."""
    return [(code, hash_password(code, min(cost, _RECOVERY_CODE_COST))) for code in totp.new_recovery_codes()]


def _replace_recovery_codes(session: Session, account_id: int, made: list[tuple[str, str]]) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.add_all(RecoveryCode(account_id=account_id, mark=code[0], code_hash=kept) for code, kept in made)


def delete_second_factor(session: Session, account_id: int) -> None:
    """Delete the authenticator app and recovery codes of an account. Does not commit."""
    for of in (Authenticator, RecoveryCode):
        session.execute(delete(of).where(of.account_id == account_id))
