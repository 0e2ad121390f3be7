"""OpenID Connect sign-in: authenticating an identity, and linking it to an account the first time."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.notifications import notify
from ekc.accounts.queries import visitor_of_account
from ekc.core.audit import PUBLIC, Actor, ActorKind, record
from ekc.core.transaction import writing
from ekc.signin import mails
from ekc.signin.actions.nonces import Nonce, consume
from ekc.signin.models import Identity
from ekc.signin.oidc import OIDCError, OIDCIdentity


def authenticate_by_oidc(session: Session, at: datetime, claimed: OIDCIdentity, nonce: Nonce) -> int | None:
    """The account of an identity that a provider asserts; None if there is none, and the audit records why.

    It is the account linked to the identity, whatever its mail address is now; the first time, the open account with
    the verified address. So a reassigned mail address does not give access to its former owner's account.
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


def _authenticate(session: Session, at: datetime, claimed: OIDCIdentity, nonce: Nonce) -> Identity:
    """Use the nonce up and return the linked identity. Raises OIDCError."""
    if not consume(session, at, nonce):
        raise OIDCError("used")
    return _linked_identity(session, at, claimed) or _link_account(session, at, claimed)


def _linked_identity(session: Session, at: datetime, claimed: OIDCIdentity) -> Identity | None:
    """The identity if it is linked already; None for a new one. Raises OIDCError if its account is closed."""
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
