"""Invitations and password resets: how staff choose a password that nobody else knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ekc.core.audit import PUBLIC, record
from ekc.core.errors import Refusal
from ekc.core.outbox import Link, MailRule, queue
from ekc.core.transaction import writing
from ekc.people import mails
from ekc.people.access import PROGRAM, Visitor
from ekc.people.actions.accounts import NewAccount, add_account, ensure_administrator, lock_account, write_password
from ekc.people.invitations import LASTS, address_of, new_invitation, revoke_invitations
from ekc.people.models import Account, Invitation, Purpose
from ekc.people.passwords import Cost, hashed, refuse_weak
from ekc.people.queries import account_by_email, live_invitation, visitor_of_account, was_ever_activated
from ekc.workflow.vocabulary import N_

#: Mails about a forgotten password that one account gets in an hour, however often they are asked for.
MOST_AN_HOUR = 3


@dataclass(frozen=True, slots=True)
class ChosenPassword:
    """Whose password was chosen. `first`: they were never in before, so nothing else guards the account yet."""

    account_id: int
    first: bool


def open_by_invitation(
    session: Session, visitor: Visitor, at: datetime, new: NewAccount, base_url: str
) -> tuple[int, str | None]:
    """Open an account and invite its owner: its id, and the link. Raises Refusal as `open_account` does."""
    ensure_administrator(visitor)
    with writing(session):
        account = add_account(session, visitor, at, new)
        return account.id, send_invitation(session, visitor, at, account, base_url)


def invite(session: Session, visitor: Visitor, at: datetime, account_id: int, base_url: str) -> str | None:
    """Invite the owner of an account anew; the link if it may be shown, this once. What was sent before is dead."""
    ensure_administrator(visitor)
    with writing(session):
        account = lock_account(session, account_id)
        if visitor_of_account(session, account_id, at) is None:
            raise Refusal(N_("%(name)s cannot sign in any more. Open the account again first."), name=account.name)
        return send_invitation(session, visitor, at, account, base_url)


def send_invitation(session: Session, visitor: Visitor, at: datetime, account: Account, base_url: str) -> str | None:
    """The same, in the caller's transaction, for an account that is open.

    An administrator gets the link only as long as nobody was ever in: with it they would choose the password of
    somebody who may read cases. Whoever keeps the server gets it always.
    """
    revoke_invitations(session, at, account.id)
    link = _send(session, mails.INVITATION, at, account, Purpose.INVITATION, base_url, visitor.account_id)
    record(session, visitor.actor, at, "account.invited", account=account.id)
    return link if visitor is PROGRAM or not was_ever_activated(session, account.id) else None


def withdraw_invitation(session: Session, visitor: Visitor, at: datetime, account_id: int) -> None:
    """End the invitation of an account."""
    ensure_administrator(visitor)
    with writing(session):
        lock_account(session, account_id)
        if revoke_invitations(session, at, account_id):
            record(session, visitor.actor, at, "account.invitation_withdrawn", account=account_id)


def ask_new_password(session: Session, at: datetime, email: str, base_url: str) -> None:
    """Mail the owner of an account a way to choose a new password. Says nothing to whoever asked.

    Nothing is sent where there is no such account or no password (who comes in another way does not get one here),
    nor after `MOST_AN_HOUR`.
    """
    with writing(session):
        found = account_by_email(session, email)
        if found is not None and found.password_hash and visitor_of_account(session, found.id, at):
            recent = (Invitation.purpose == Purpose.FORGOTTEN, Invitation.made_at > at - timedelta(hours=1))
            asked = select(func.count()).select_from(Invitation).where(Invitation.account_id == found.id, *recent)
            if session.scalars(asked).one() < MOST_AN_HOUR:
                revoke_invitations(session, at, found.id, Purpose.FORGOTTEN)
                _send(session, mails.PASSWORD_FORGOTTEN, at, found, Purpose.FORGOTTEN, base_url)
        record(session, PUBLIC, at, "account.new_password_asked", **({"account": found.id} if found else {}))


def choose_password(
    session: Session, at: datetime, invitation_id: int, password: str, cost: Cost
) -> ChosenPassword | None:
    """Choose a password by invitation, which is used up; None if it does not work any more. Ends every sign-in.

    Raises Refusal for a weak password; the invitation then still works. A second factor stays as it is.
    """
    found = live_invitation(session, at, invitation_id=invitation_id)
    if found is None:
        return None
    refuse_weak(password, found.email, found.name)
    password_hash = hashed(password, cost)  # outside the transaction: it is slow on purpose
    with writing(session):
        unused = (Invitation.id == found.id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
        using = update(Invitation).where(*unused).values(used_at=at).returning(Invitation.id)
        owner = visitor_of_account(session, found.account_id, at)
        if owner is None or session.scalar(using) is None:
            return None
        lock_account(session, found.account_id)
        first = not was_ever_activated(session, found.account_id)
        write_password(session, owner, at, password_hash, tell=not first, by=found.purpose)
    return ChosenPassword(found.account_id, first)


def _send(
    session: Session,
    rule: MailRule,
    at: datetime,
    account: Account,
    purpose: Purpose,
    base_url: str,
    made_by: int | None = None,
) -> str:
    invitation_id, token = new_invitation(session, at, account.id, purpose, made_by)
    link = Link(address_of(base_url, token), at + LASTS[purpose])
    queue(session, rule, account.recipient, at, link=link, invitation=invitation_id)
    return link.address
