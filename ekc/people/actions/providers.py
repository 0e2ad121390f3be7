"""Whom a provider of single sign-on knows: they come in, are tied to an account at the first time, and untied."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, Actor, ActorKind, record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.people import mails
from ekc.people.access import Visitor
from ekc.people.actions.accounts import ensure_administrator
from ekc.people.actions.entering import end_sign_ins
from ekc.people.actions.once import Once, spend
from ekc.people.actions.telling import notify
from ekc.people.models import Account, Identity
from ekc.people.providers import Known, NotBelieved
from ekc.people.queries import visitor_of_account


def enter_by_provider(session: Session, at: datetime, known: Known, once: Once) -> int | None:
    """The account of somebody whom a provider knows; None for any reason why not, which is audited.

    It is the one that is tied to them, whatever their mail address is now; at the first time, the open account with the
    address that the provider vouches for. So nobody comes in by being given an address that was somebody else's.
    """
    with writing(session):
        try:
            identity = _believe(session, at, known, once)
        except NotBelieved as error:
            record(
                session,
                PUBLIC,
                at,
                "account.sign_in_refused",
                way="provider",
                why=str(error),
                issuer=known.issuer,
                subject=known.subject,
                email=known.email or "",
            )
            return None
        identity.used_at = at
        return identity.account_id


def forget_identity(session: Session, visitor: Visitor, at: datetime, account_id: int, identity_id: int) -> None:
    """Untie somebody from a provider, which ends their sign-ins. The next time, their mail address counts again."""
    ensure_administrator(visitor)
    with writing(session):
        forgetting = delete(Identity).where(Identity.id == identity_id, Identity.account_id == account_id)
        issuer = session.scalar(forgetting.returning(Identity.issuer))
        if issuer is None:
            raise Unknown
        end_sign_ins(session, at, account_id)
        record(session, visitor.actor, at, "account.identity_forgotten", account=account_id, issuer=issuer)
        notify(session, mails.IDENTITY_FORGOTTEN, at, account_id)


def _believe(session: Session, at: datetime, known: Known, once: Once) -> Identity:
    """As whom somebody comes in. Raises NotBelieved."""
    if not spend(session, at, once):
        raise NotBelieved("used")
    return _identity(session, at, known) or _tied(session, at, known)


def _identity(session: Session, at: datetime, known: Known) -> Identity | None:
    """The identity of somebody who was here before. Raises NotBelieved where they have left."""
    identity = session.scalar(
        select(Identity).where(Identity.issuer == known.issuer, Identity.subject == known.subject)
    )
    if identity and visitor_of_account(session, identity.account_id, at) is None:
        raise NotBelieved("closed")
    return identity


def _tied(session: Session, at: datetime, known: Known) -> Identity:
    """The identity of somebody who is here for the first time, tied to their account. Raises NotBelieved."""
    wanted = select(Account).where(Account.email == known.email, Account.active)
    account = session.scalar(wanted.with_for_update()) if known.email else None
    if account is None or visitor_of_account(session, account.id, at) is None:
        raise NotBelieved("unknown")
    tied = session.scalar(select(Identity).where(Identity.account_id == account.id, Identity.issuer == known.issuer))
    if tied and tied.subject == known.subject:
        return tied  # they came in twice at one moment
    if tied:
        raise NotBelieved("another")
    tied = Identity(account_id=account.id, issuer=known.issuer, subject=known.subject, tied_at=at, used_at=at)
    session.add(tied)
    actor = Actor(ActorKind.ACCOUNT, account.id, account.name)
    record(session, actor, at, "account.identity_tied", issuer=known.issuer)
    notify(session, mails.IDENTITY_TIED, at, account.id)
    return tied
