"""Coming in and leaving: a password is checked, a sign-in begins and ends. Audited, but never what was typed."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, Actor, ActorKind, record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.people.invitations import revoke_invitations
from ekc.people.models import Account, Method, PersonalLink, SignIn
from ekc.people.passwords import Cost, hashed, is_outdated, matches
from ekc.people.queries import account_by_email, live_link, visitor_of_account

#: Without use for this long, a sign-in ends. Families and coordinators share devices.
IDLE = timedelta(hours=8)
#: However much it is used, it ends: staff sign in each day (ASVS 7.3.2).
LASTS = timedelta(hours=16)
_SEEN_AGAIN = timedelta(minutes=1)  # a line written with every page would be waste


def check_password(session: Session, at: datetime, email: str, password: str, cost: Cost) -> int | None:
    """The account that this password opens; None for any reason why not, which is audited."""
    found = account_by_email(session, email)
    account = found if found and visitor_of_account(session, found.id, at) else None
    stored = account.password_hash if account else None
    # Outside the transaction: it is slow on purpose, and would hold up everybody who writes.
    good = matches(password, stored, cost)
    renewed = hashed(password, cost) if good and stored and is_outdated(stored, cost) else None
    if account is None or not good:
        with writing(session):
            tried = {"account": found.id} if found else {}
            record(session, PUBLIC, at, "account.sign_in_refused", **tried)
        return None
    if renewed:
        with writing(session):
            same = (Account.id == account.id, Account.password_hash == stored)
            session.execute(update(Account).where(*same).values(password_hash=renewed))
    return account.id


def begin_by_account(session: Session, at: datetime, account_id: int, method: Method, device: str = "") -> int:
    """Sign the owner of an account in; the id of the sign-in. Raises Unknown if it is closed, or they have left.

    Whoever is in needs no invitation any more.
    """
    with writing(session):
        owner = visitor_of_account(session, account_id, at)
        if owner is None:
            raise Unknown
        revoke_invitations(session, at, account_id)
        begun = _begin(session, at, method, device, account_id=account_id)
        record(session, owner.actor, at, "account.signed_in", method=method, device=device)
        return begun.id


def begin_by_link(
    session: Session,
    at: datetime,
    method: Method = Method.LINK,
    device: str = "",
    *,
    token_hash: bytes = b"",
    link_id: int = 0,
) -> int | None:
    """Sign a participant in by personal link; the id of the sign-in, or None if the link is unknown or dead.

    The first use is kept.
    """
    with writing(session):
        link: PersonalLink | None = live_link(session, at, token_hash=token_hash, link_id=link_id)
        if link is None:
            return None
        link.used_at = link.used_at or at
        begun = _begin(session, at, method, device, link_id=link.id)
        actor = Actor(ActorKind.PARTICIPANT, link.participant_id)
        record(session, actor, at, "link.entered", link.conference_id, link=link.id)
        return begun.id


def note_use(session: Session, at: datetime, sign_in_id: int, seen_at: datetime) -> None:
    """Keep that a sign-in is in use; `seen_at` is when that was last kept."""
    if at - seen_at >= _SEEN_AGAIN:
        with writing(session):
            session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=at))


def end_sign_in(session: Session, visitor: Visitor, at: datetime, sign_in_id: int | None = None) -> None:
    """End one's own sign-in: this one, or another of the same account. Raises Unknown for one of somebody else."""
    ended = sign_in_id or visitor.sign_in_id
    own = SignIn.id == visitor.sign_in_id
    if visitor.account_id is not None:
        own = SignIn.account_id == visitor.account_id
    with writing(session):
        ending = update(SignIn).where(SignIn.id == ended, own, SignIn.ended_at.is_(None))
        if session.scalar(ending.values(ended_at=at).returning(SignIn.id)) is None:
            raise Unknown
        action = "link.left" if visitor.account_id is None else "account.signed_out"
        record(session, visitor.actor, at, action, visitor.conference_id)


def end_sign_ins(session: Session, at: datetime, account_id: int, but: int | None = None) -> int:
    """End every sign-in of an account, or all but one; how many. Does not commit."""
    ending = update(SignIn).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.id != (but or 0))
    return len(session.scalars(ending.values(ended_at=at).returning(SignIn.id)).all())


def _begin(session: Session, at: datetime, method: Method, device: str, **whose: int) -> SignIn:
    begun = SignIn(
        method=method,
        device=device,
        began_at=at,
        seen_at=at,
        idle_minutes=int(IDLE.total_seconds()) // 60,
        ends_at=at + LASTS,
        **whose,
    )
    session.add(begun)
    session.flush()
    return begun
