"""What is done with passkeys: one is added, removed, or lets its owner in."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, record
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.people import mails
from ekc.people.access import Visitor
from ekc.people.actions.entering import end_sign_ins
from ekc.people.actions.once import Once, spend
from ekc.people.actions.telling import notify
from ekc.people.models import PROVES_ONE_THING, Account, Method, Passkey, SignIn
from ekc.people.passkeys import Answer, NewPasskey, NotTrue, Party, count_of, is_copied
from ekc.people.queries import signed_in_lately, visitor_of_account, ways_in
from ekc.workflow.vocabulary import N_

#: Of one account; nobody has so many devices.
MOST = 20


def add_passkey(session: Session, visitor: Visitor, at: datetime, new: NewPasskey, name: str, once: Once) -> int:
    """Keep a passkey that was just made. Raises Refusal if too long after signing in, or if it is kept already."""
    with writing(session):
        owner = _changing(session, visitor, at)
        if ways_in(session, owner).passkeys >= MOST:
            raise Refusal(N_("You have %(most)s passkeys. First remove one that you do not use."), most=MOST)
        taken = session.scalar(select(Passkey.id).where(Passkey.credential_id == new.credential_id))
        if taken or not spend(session, at, once):
            raise Refusal(N_("This passkey is there already. Have your device make another one."))
        passkey = Passkey(
            account_id=owner,
            credential_id=new.credential_id,
            public_key=new.public_key,
            handle=new.handle,
            sign_count=new.sign_count,
            name=name,
            made_at=at,
        )
        session.add(passkey)
        session.flush()
        # What was begun with one thing alone has now been given both.
        here = (SignIn.id == visitor.sign_in_id, SignIn.method.in_(PROVES_ONE_THING))
        session.execute(update(SignIn).where(*here).values(method=Method.PASSKEY))
        record(session, visitor.actor, at, "account.passkey_added", passkey=passkey.id, name=name)
        notify(session, mails.PASSKEY_ADDED, at, owner)
    return passkey.id


def remove_passkey(session: Session, visitor: Visitor, at: datetime, passkey_id: int) -> None:
    """Remove a passkey of one's own; every other sign-in ends, because the device may be in other hands.

    Raises Unknown for one of somebody else, Refusal if it is the last way in or too long after signing in.
    """
    with writing(session):
        owner = _changing(session, visitor, at)
        passkey = session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == owner))
        if passkey is None:
            raise Unknown
        if ways_in(session, owner).count == 1:
            raise Refusal(N_("This is the only way in that you have. First make another passkey."))
        session.delete(passkey)
        end_sign_ins(session, at, owner, but=visitor.sign_in_id)
        record(session, visitor.actor, at, "account.passkey_removed", passkey=passkey_id, name=passkey.name)
        notify(session, mails.PASSKEY_REMOVED, at, owner)


def enter_by_passkey(session: Session, at: datetime, party: Party, answer: Answer, once: Once) -> int | None:
    """The account that a passkey opens; None for any reason why not, which is audited."""
    with writing(session):
        known = select(Passkey).where(Passkey.credential_id == answer.credential_id)
        passkey = session.scalar(known.with_for_update())
        try:
            return _believe(session, at, party, answer, once, passkey)
        except NotTrue as error:
            whose = {"account": passkey.account_id, "passkey": passkey.id} if passkey else {}
            record(session, PUBLIC, at, "account.sign_in_refused", way="passkey", why=str(error), **whose)
            return None


def _believe(session: Session, at: datetime, party: Party, answer: Answer, once: Once, passkey: Passkey | None) -> int:
    """The account of a passkey that proves itself. Raises NotTrue."""
    if passkey is None:
        raise NotTrue("unknown")
    if visitor_of_account(session, passkey.account_id, at) is None:
        raise NotTrue("closed")
    if passkey.handle != answer.handle:
        raise NotTrue("handle")
    said = count_of(party, once.token, passkey.public_key, answer)
    if is_copied(passkey.sign_count, said):
        raise NotTrue("copied")
    if not spend(session, at, once):
        raise NotTrue("used")
    passkey.sign_count, passkey.used_at = said, at
    return passkey.account_id


def ensure_signed_in_lately(session: Session, visitor: Visitor, at: datetime) -> None:
    """Whoever changes how they sign in, shows first that it is them. Raises Refusal."""
    if not signed_in_lately(session, at, visitor):
        raise Refusal(N_("You signed in a while ago. Sign in once more, so that we know it is you."))


def _changing(session: Session, visitor: Visitor, at: datetime) -> int:
    """The account whose owner changes how they sign in, locked."""
    owner = session.scalar(select(Account.id).where(Account.id == visitor.account_id, Account.active).with_for_update())
    if owner is None:
        raise Unknown
    ensure_signed_in_lately(session, visitor, at)
    return owner
