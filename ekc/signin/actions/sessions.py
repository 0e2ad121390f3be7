"""Sign-ins, which are our server-side sessions: beginning, refreshing and ending them. Audited."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.accounts.queries import visitor_of_account
from ekc.core.audit import record
from ekc.core.errors import Unknown
from ekc.core.tokens import hash_token, new_token
from ekc.core.transaction import writing
from ekc.signin.invitations import revoke_invitations
from ekc.signin.models import SINGLE_FACTOR, KnownDevice, Method, SignIn
from ekc.signin.queries import has_second_factor

#: Eight hours, because coordinators' devices are used by others too.
IDLE_TIMEOUT = timedelta(hours=8)
#: Staff sign in every day (ASVS 7.3.2).
ABSOLUTE_TIMEOUT = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The idle and absolute timeouts of a sign-in."""

    idle: timedelta = IDLE_TIMEOUT
    absolute: timedelta = ABSOLUTE_TIMEOUT
    shared: bool = False  # the device is shared


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """A new sign-in: its id, and the token for the session cookie, of which only the hash is stored."""

    id: int
    token: str = field(repr=False)


STAFF_LIFETIME = Lifetime()
#: How long a known device is kept after its last sign-in.
_DEVICE_LIFETIME = timedelta(days=365)
_TOUCH_INTERVAL = timedelta(minutes=1)  # avoids a write for each request


def sign_in_account(
    session: Session, at: datetime, account_id: int, method: Method, device: str = "", token: str = ""
) -> NewSignIn:
    """Sign in the owner of an account. `token` makes the browser a known device.

    Revokes open invitations, which are no longer needed. Raises Unknown if the account is closed, its last day has
    passed, or a second factor is missing.
    """
    with writing(session):
        owner = visitor_of_account(session, account_id, at)
        if owner is None or (method in SINGLE_FACTOR and has_second_factor(session, account_id)):
            raise Unknown
        revoke_invitations(session, at, account_id)
        begun = begin_sign_in(session, at, method, device, STAFF_LIFETIME, account_id=account_id)
        if token:
            _remember_device(session, at, account_id, token)
        record(session, owner.actor, at, "account.signed_in", method=method, device=device)
        return begun


def touch_sign_in(session: Session, at: datetime, sign_in_id: int, seen_at: datetime) -> None:
    """Store that a sign-in was used, at most once a minute. `seen_at`: the time stored last."""
    if at - seen_at >= _TOUCH_INTERVAL:
        note_use(session, at, sign_in_id)


def note_use(session: Session, at: datetime, sign_in_id: int) -> None:
    """Store that a sign-in was used, to the second: whoever changed something knows what came of it."""
    with writing(session):
        session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=at))


def end_sign_in(by: By, sign_in_id: int | None = None) -> None:
    """End a sign-in of the visitor's account, by default the current one. Raises Unknown for one of another account."""
    if by.visitor.account_id is None:
        raise Unknown
    ended = by.visitor.sign_in_id if sign_in_id is None else sign_in_id
    own = (SignIn.id == ended, SignIn.account_id == by.visitor.account_id, SignIn.ended_at.is_(None))
    with writing(by.session):
        if by.session.scalar(update(SignIn).where(*own).values(ended_at=by.at).returning(SignIn.id)) is None:
            raise Unknown
        if ended == by.visitor.sign_in_id:
            by.record("account.signed_out")
        else:
            by.record("account.sign_ins_ended", count=1)


def end_other_sign_ins(by: By) -> int:
    """End the visitor's sign-ins except the current one; returns how many. Raises Unknown without an account."""
    if by.visitor.account_id is None:
        raise Unknown
    with writing(by.session):
        count = end_sign_ins(by.session, by.at, by.visitor.account_id, except_id=by.visitor.sign_in_id)
        by.record("account.sign_ins_ended", count=count)
    return count


def end_sign_ins(session: Session, at: datetime, account_id: int, except_id: int | None = None) -> int:
    """End the sign-ins of an account, except `except_id`; returns how many. Does not commit."""
    ending = update(SignIn).where(
        SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.id != (except_id or 0)
    )
    return len(session.scalars(ending.values(ended_at=at).returning(SignIn.id)).all())


def begin_sign_in(
    session: Session, at: datetime, method: Method, device: str, lifetime: Lifetime, **whose: int | None
) -> NewSignIn:
    """Create a sign-in. `whose`: `account_id`, or `link_id` and `link_device_id`. Does not commit."""
    token = new_token()
    begun = SignIn(
        token_hash=hash_token(token),
        method=method,
        device=device,
        began_at=at,
        seen_at=at,
        idle_minutes=int(lifetime.idle.total_seconds()) // 60,
        ends_at=at + lifetime.absolute,
        shared=lifetime.shared,
        **whose,
    )
    session.add(begun)
    session.flush()
    return NewSignIn(begun.id, token)


def _remember_device(session: Session, at: datetime, account_id: int, token: str) -> None:
    """Store this browser as a known device of the account, and delete outdated ones."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())  # against duplicate rows
    session.execute(delete(KnownDevice).where(KnownDevice.seen_at < at - _DEVICE_LIFETIME))
    this = (KnownDevice.account_id == account_id, KnownDevice.token_hash == hash_token(token))
    known = session.scalar(select(KnownDevice).where(*this))
    if known is None:
        session.add(KnownDevice(account_id=account_id, token_hash=hash_token(token), seen_at=at))
    else:
        known.seen_at = at
