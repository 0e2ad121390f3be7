"""OpenID Connect sign-in: an identity is authenticated, linked to an account the first time, and unlinked."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, Actor, ActorKind, record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.people import mails
from ekc.people.access import Visitor
from ekc.people.actions.accounts import ensure_administrator
from ekc.people.actions.nonces import Nonce, consume
from ekc.people.actions.sessions import end_sign_ins
from ekc.people.actions.telling import notify
from ekc.people.models import Account, Identity
from ekc.people.oidc import OIDCError, OIDCIdentity
from ekc.people.queries import visitor_of_account


def authenticate_by_oidc(session: Session, at: datetime, claimed: OIDCIdentity, nonce: Nonce) -> int | None:
    """The account of an identity that a provider vouches for; None for any reason why not, which is audited.

    It is the account linked to the identity, whatever the mail address is now; the first time, the open account with
    the verified address. So nobody takes over an account by being given an address that was somebody else's.
    """
    with writing(session):
        try:
            identity = _authenticate(session, at, claimed, nonce)
        except OIDCError as error:
            record(
                session,
                PUBLIC,
                at,
                "account.sign_in_refused",
                way="provider",
                why=str(error),
                issuer=claimed.issuer,
                subject=claimed.subject,
                email=claimed.email or "",
            )
            return None
        identity.used_at = at
        return identity.account_id


def forget_identity(session: Session, visitor: Visitor, at: datetime, account_id: int, identity_id: int) -> None:
    """Unlink an identity, which ends the sign-ins of the account. The next time, the mail address decides again."""
    ensure_administrator(visitor)
    with writing(session):
        forgetting = delete(Identity).where(Identity.id == identity_id, Identity.account_id == account_id)
        issuer = session.scalar(forgetting.returning(Identity.issuer))
        if issuer is None:
            raise Unknown
        end_sign_ins(session, at, account_id)
        record(session, visitor.actor, at, "account.identity_forgotten", account=account_id, issuer=issuer)
        notify(session, mails.IDENTITY_FORGOTTEN, at, account_id)


def _authenticate(session: Session, at: datetime, claimed: OIDCIdentity, nonce: Nonce) -> Identity:
    """The linked identity of whoever signs in. Raises OIDCError."""
    if not consume(session, at, nonce):
        raise OIDCError("used")
    return _linked_identity(session, at, claimed) or _link_account(session, at, claimed)


def _linked_identity(session: Session, at: datetime, claimed: OIDCIdentity) -> Identity | None:
    """The identity as it was linked before; None for a new one. Raises OIDCError if the account is closed."""
    identity = session.scalar(
        select(Identity).where(Identity.issuer == claimed.issuer, Identity.subject == claimed.subject)
    )
    if identity and visitor_of_account(session, identity.account_id, at) is None:
        raise OIDCError("closed")
    return identity


def _link_account(session: Session, at: datetime, claimed: OIDCIdentity) -> Identity:
    """Link a new identity to the account with its mail address. Raises OIDCError."""
    wanted = select(Account).where(Account.email == claimed.email, Account.active)
    account = session.scalar(wanted.with_for_update()) if claimed.email else None
    if account is None or visitor_of_account(session, account.id, at) is None:
        raise OIDCError("unknown")
    linked = session.scalar(
        select(Identity).where(Identity.account_id == account.id, Identity.issuer == claimed.issuer)
    )
    if linked and linked.subject == claimed.subject:
        return linked  # by a concurrent sign-in
    if linked:
        raise OIDCError("another")
    linked = Identity(account_id=account.id, issuer=claimed.issuer, subject=claimed.subject, tied_at=at, used_at=at)
    session.add(linked)
    actor = Actor(ActorKind.ACCOUNT, account.id, account.name)
    record(session, actor, at, "account.identity_tied", issuer=claimed.issuer)
    notify(session, mails.IDENTITY_TIED, at, account.id)
    return linked
