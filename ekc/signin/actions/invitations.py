"""Choosing a password by the link of an invitation or of a password reset."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import account_by_email, lock_account, visitor_of_account
from ekc.core.audit import PUBLIC, record
from ekc.core.outbox import Link, MailRule, queue
from ekc.core.transaction import writing
from ekc.signin import mails
from ekc.signin.actions.passwords import write_password
from ekc.signin.invitations import INVITATION_LIFETIME, invitation_url, new_invitation, revoke_invitations, stop_mails
from ekc.signin.models import Invitation, Purpose
from ekc.signin.passwords import Cost, ensure_strong, hash_password
from ekc.signin.queries import live_invitation, was_ever_activated

#: Password-reset mails to one account.
MAX_MAILS_PER_HOUR = 3


@dataclass(frozen=True, slots=True)
class ChosenPassword:
    """The account whose password was chosen. `first`: it never had a credential, so it has no second factor."""

    account_id: int
    first: bool


def ask_new_password(session: Session, at: datetime, email: str, base_url: str) -> None:
    """Mail the owner of an account a link to choose a new password.

    Returns nothing, so that the caller cannot reveal whether the account exists. Sends nothing if it does not exist,
    has no password (its owner signs in in another way), or got `MAX_MAILS_PER_HOUR` already.
    """
    with writing(session):
        found = account_by_email(session, email)
        if found is not None and found.password_hash and visitor_of_account(session, found.id, at):
            recent = (Invitation.purpose == Purpose.FORGOTTEN, Invitation.made_at > at - timedelta(hours=1))
            asked = select(func.count()).select_from(Invitation).where(Invitation.account_id == found.id, *recent)
            if session.scalars(asked).one() < MAX_MAILS_PER_HOUR:
                revoke_invitations(session, at, found.id, Purpose.FORGOTTEN)
                send_link(session, mails.PASSWORD_FORGOTTEN, at, found, Purpose.FORGOTTEN, base_url)
        record(session, PUBLIC, at, "account.new_password_asked", **({"account": found.id} if found else {}))


def choose_password(
    session: Session, at: datetime, token_hash: bytes, password: str, cost: Cost
) -> ChosenPassword | None:
    """Set the password by the invitation with this hashed token and use the invitation up; None if it no longer works.

    Ends every sign-in of the account and keeps its second factor. Raises Refusal for a weak password, after which the
    invitation still works.
    """
    found = live_invitation(session, at, token_hash)
    if found is None:
        return None
    ensure_strong(password, found.email, found.name)
    password_hash = hash_password(password, cost)  # outside the transaction: hashing is slow
    with writing(session):
        unused = (Invitation.id == found.id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        using = update(Invitation).where(*unused).values(used_at=at).returning(Invitation.id)
        owner = visitor_of_account(session, found.account_id, at)
        if owner is None or session.scalar(using) is None:
            return None
        stop_mails(session, at, [found.id])
        lock_account(session, found.account_id)
        first = not was_ever_activated(session, found.account_id)
        write_password(session, owner, at, password_hash, notify_owner=not first, by=found.purpose)
    return ChosenPassword(found.account_id, first)


def send_link(
    session: Session,
    rule: MailRule,
    at: datetime,
    account: Account,
    purpose: Purpose,
    base_url: str,
    made_by: int | None = None,
) -> str:
    """Create an invitation and queue the mail with its link; returns the link. Does not commit."""
    invitation_id, token = new_invitation(session, at, account.id, purpose, made_by)
    link = Link(invitation_url(base_url, token), at + INVITATION_LIFETIME[purpose])
    queue(session, rule, account.recipient, at, link=link, invitation=invitation_id)
    return link.address
