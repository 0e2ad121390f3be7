"""Sign-ins (our sessions): a password is verified, a sign-in begins and ends. Audited, but never what was typed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, Actor, ActorKind, record
from ekc.core.errors import Refusal, Unknown
from ekc.core.tokens import hash_token
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.people.actions.throttle import PASSWORDS, begin_attempt, discard_attempt, throttle_keys
from ekc.people.devices import UNKNOWN_CALLER, Caller
from ekc.people.invitations import revoke_invitations
from ekc.people.links import end_devices
from ekc.people.models import SINGLE_FACTOR, Account, KnownDevice, LinkDevice, Method, PersonalLink, SignIn
from ekc.people.passwords import Cost, hashed, is_outdated, matches
from ekc.people.queries import account_by_email, has_second_factor, known_device, live_link, visitor_of_account
from ekc.workflow.vocabulary import N_

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


STAFF = Lifetime()
#: A phone or computer that a participant alone uses.
OWN_DEVICE = Lifetime(absolute=timedelta(days=30))
#: A tablet on the table, a computer in the library.
SHARED_DEVICE = Lifetime(timedelta(minutes=15), timedelta(hours=2), shared=True)
#: After so long without a sign-in, a browser is forgotten.
_DEVICE_LIFETIME = timedelta(days=365)
_TOUCH_INTERVAL = timedelta(minutes=1)  # not a write with every page


def check_password(
    session: Session, at: datetime, email: str, password: str, cost: Cost, caller: Caller = UNKNOWN_CALLER
) -> int | None:
    """The account that this password opens; None for any reason why not, which is audited. Raises TooMany."""
    whom = email.strip().lower()
    attempt = begin_attempt(
        session, at, *throttle_keys(PASSWORDS, whom, known_device(session, caller.token, email=whom), caller)
    )
    account = account_by_email(session, email)
    account_id, stored = None, None
    if account is not None and visitor_of_account(session, account.id, at) is not None:
        account_id, stored = account.id, account.password_hash
    # Outside the transaction: it is slow on purpose, and would hold up everybody who writes.
    good = matches(password, stored, cost)
    renewed = hashed(password, cost) if good and stored and is_outdated(stored, cost) else None
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


def reauthenticate(session: Session, visitor: Visitor, at: datetime, password: str, cost: Cost) -> int:
    """The account whose owner typed its password just now. Raises Refusal for a wrong one, TooMany, Unknown."""
    account_id = visitor.account_id
    if account_id is None:
        raise Unknown
    attempt = begin_attempt(session, at, (PASSWORDS, f"own {account_id}"))
    stored = session.scalar(select(Account.password_hash).where(Account.id == account_id))
    if not matches(password, stored, cost):
        with writing(session):
            record(session, visitor.actor, at, "account.password_refused", account=account_id)
        raise Refusal(N_("This is not the password you have now. Type it again. Nothing was changed."))
    discard_attempt(session, attempt)
    return account_id


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
        begun = _begin(session, at, method, device, STAFF, account_id=account_id)
        if token:
            _remember_device(session, at, account_id, token)
        record(session, owner.actor, at, "account.signed_in", method=method, device=device)
        return begun.id


def sign_in_by_link(session: Session, at: datetime, method: Method, device: str, link_id: int) -> int | None:
    """Sign a participant in without being asked for anything, as the demo does; None if the link is unknown or dead."""
    with writing(session):
        link = live_link(session, at, link_id)
        return None if link is None else start_link_sign_in(session, at, link, method, device, OWN_DEVICE)


def start_link_sign_in(
    session: Session,
    at: datetime,
    link: PersonalLink,
    method: Method,
    device: str,
    lifetime: Lifetime,
    on: LinkDevice | None = None,
) -> int:
    """Sign in the participant of a link that works; the id of the sign-in. The first use is kept. Does not commit."""
    link.used_at = link.used_at or at
    begun = _begin(session, at, method, device, lifetime, link_id=link.id, link_device_id=on.id if on else None)
    actor = Actor(ActorKind.PARTICIPANT, link.participant_id)
    how = on.how if on and on.how else method
    record(session, actor, at, "link.entered", link.conference_id, link=link.id, device=device, how=how)
    return begun.id


def touch_sign_in(session: Session, at: datetime, sign_in_id: int, seen_at: datetime) -> None:
    """Keep that a sign-in is in use; `seen_at` is when that was last kept."""
    if at - seen_at >= _TOUCH_INTERVAL:
        with writing(session):
            session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=at))


def end_sign_in(session: Session, visitor: Visitor, at: datetime, sign_in_id: int | None = None) -> None:
    """End a sign-in: this one, or another of the same account. Raises Unknown for one of somebody else."""
    ended = visitor.sign_in_id if sign_in_id is None else sign_in_id
    own = SignIn.id == visitor.sign_in_id
    if visitor.account_id is not None:
        own = SignIn.account_id == visitor.account_id
    with writing(session):
        ending = update(SignIn).where(SignIn.id == ended, own, SignIn.ended_at.is_(None))
        columns = (SignIn.shared, SignIn.link_device_id)
        found = session.execute(ending.values(ended_at=at).returning(*columns)).one_or_none()
        if found is None:
            raise Unknown
        if found.shared and found.link_device_id is not None:
            end_devices(session, at, [found.link_device_id])
        if ended != visitor.sign_in_id:
            record(session, visitor.actor, at, "account.sign_ins_ended", count=1)
            return
        action = "link.left" if visitor.account_id is None else "account.signed_out"
        record(session, visitor.actor, at, action, visitor.conference_id)


def end_other_sign_ins(session: Session, visitor: Visitor, at: datetime) -> int:
    """End all sign-ins of one's account but this one; how many. Raises Unknown for whoever has no account."""
    if visitor.account_id is None:
        raise Unknown
    with writing(session):
        count = end_sign_ins(session, at, visitor.account_id, but=visitor.sign_in_id)
        record(session, visitor.actor, at, "account.sign_ins_ended", count=count)
    return count


def end_sign_ins(session: Session, at: datetime, account_id: int, but: int | None = None) -> int:
    """End every sign-in of an account, or all but one; how many. Does not commit."""
    ending = update(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
    return len(session.scalars(ending.values(ended_at=at).returning(SignIn.id)).all())


def _begin(
    session: Session, at: datetime, method: Method, device: str, lifetime: Lifetime, **whose: int | None
) -> SignIn:
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
