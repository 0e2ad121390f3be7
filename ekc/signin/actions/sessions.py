"""Sign-ins (our sessions): a password is verified, a sign-in begins and ends. Audited, but never what was typed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.accounts.queries import visitor_of_account
from ekc.core.audit import record
from ekc.core.errors import Unknown
from ekc.core.tokens import hash_token
from ekc.core.transaction import writing
from ekc.signin.invitations import revoke_invitations
from ekc.signin.models import SINGLE_FACTOR, KnownDevice, Method, SignIn
from ekc.signin.queries import has_second_factor

#: Families and coordinators share devices.
IDLE_TIMEOUT = timedelta(hours=8)
#: Staff sign in each day (ASVS 7.3.2).
ABSOLUTE_TIMEOUT = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """When a sign-in ends: after so long without use, and after so long altogether."""

    idle: timedelta = IDLE_TIMEOUT
    absolute: timedelta = ABSOLUTE_TIMEOUT
    shared: bool = False  # others use the device too


STAFF_LIFETIME = Lifetime()
#: After so long without a sign-in, a browser is forgotten.
_DEVICE_LIFETIME = timedelta(days=365)
_TOUCH_INTERVAL = timedelta(minutes=1)  # not a write with every page


def sign_in_account(
    session: Session, at: datetime, account_id: int, method: Method, device: str = "", token: str = ""
) -> int:
    """Sign the owner of an account in; the id of the sign-in. Their browser is known from then on by its `token`.

    Whoever is in needs no invitation any more. Raises Unknown if the account is closed or they have left, and where a
    second factor is still to be shown.
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
        return begun.id


def touch_sign_in(session: Session, at: datetime, sign_in_id: int, seen_at: datetime) -> None:
    """Keep that a sign-in is in use; `seen_at` is when that was last kept."""
    if at - seen_at >= _TOUCH_INTERVAL:
        with writing(session):
            session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=at))


def end_sign_in(by: By, sign_in_id: int | None = None) -> None:
    """End a sign-in to one's account: this one, or another. Raises Unknown for one of somebody else."""
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
    """End all sign-ins of one's account but this one; how many. Raises Unknown for whoever has no account."""
    if by.visitor.account_id is None:
        raise Unknown
    with writing(by.session):
        count = end_sign_ins(by.session, by.at, by.visitor.account_id, except_id=by.visitor.sign_in_id)
        by.record("account.sign_ins_ended", count=count)
    return count


def end_sign_ins(session: Session, at: datetime, account_id: int, except_id: int | None = None) -> int:
    """End every sign-in of an account, or all but one; how many. Does not commit."""
    ending = update(SignIn).where(
        SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.id != (except_id or 0)
    )
    return len(session.scalars(ending.values(ended_at=at).returning(SignIn.id)).all())


def begin_sign_in(
    session: Session, at: datetime, method: Method, device: str, lifetime: Lifetime, **whose: int | None
) -> SignIn:
    """Begin a sign-in of an account or by a link, as `whose` says. Does not commit."""
    begun = SignIn(
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
    return begun


def _remember_device(session: Session, at: datetime, account_id: int, token: str) -> None:
    """Keep that this browser has signed in to this account, and forget those that have not for long."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())  # one at a time
    session.execute(delete(KnownDevice).where(KnownDevice.seen_at < at - _DEVICE_LIFETIME))
    this = (KnownDevice.account_id == account_id, KnownDevice.token_hash == hash_token(token))
    known = session.scalar(select(KnownDevice).where(*this))
    if known is None:
        session.add(KnownDevice(account_id=account_id, token_hash=hash_token(token), seen_at=at))
    else:
        known.seen_at = at
