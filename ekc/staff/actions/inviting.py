"""The owner of an account is invited to choose a password."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, Visitor
from ekc.accounts.models import Account
from ekc.accounts.queries import lock_account, visitor_of_account
from ekc.core.audit import record
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.signin.actions.invitations import send_link
from ekc.signin.invitations import revoke_invitations
from ekc.signin.models import Purpose
from ekc.signin.queries import was_ever_activated
from ekc.staff import mails
from ekc.staff.actions.accounts import NewAccount, add_account, ensure_administrator
from ekc.workflow.vocabulary import N_


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
    link = send_link(session, mails.INVITATION, at, account, Purpose.INVITATION, base_url, visitor.account_id)
    record(session, visitor.actor, at, "account.invited", account=account.id)
    return link if visitor is PROGRAM or not was_ever_activated(session, account.id) else None


def withdraw_invitation(session: Session, visitor: Visitor, at: datetime, account_id: int) -> None:
    """End the invitation of an account."""
    ensure_administrator(visitor)
    with writing(session):
        lock_account(session, account_id)
        if revoke_invitations(session, at, account_id):
            record(session, visitor.actor, at, "account.invitation_withdrawn", account=account_id)
