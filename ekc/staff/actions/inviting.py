"""Inviting the owner of an account to choose a password."""

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import Account
from ekc.accounts.queries import lock_account, visitor_of_account
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.signin.actions.invitations import send_link
from ekc.signin.invitations import revoke_invitations
from ekc.signin.models import Purpose
from ekc.signin.queries import was_ever_activated
from ekc.staff import mails
from ekc.staff.actions.accounts import NewAccount, add_account, ensure_administrator
from ekc.workflow.vocabulary import N_


def open_by_invitation(by: By, new: NewAccount, base_url: str) -> tuple[int, str | None]:
    """Open an account and invite its owner; returns its id and the link. Raises Refusal as `open_account` does."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        by.check_form()
        account = add_account(by, new)
        return account.id, send_invitation(by, account, base_url)


def invite(by: By, account_id: int, base_url: str) -> str | None:
    """Invite the owner of an account again, and revoke earlier invitations; returns the link if it may be shown.

    Raises Refusal if the account is closed or its last day has passed.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        account = lock_account(by.session, account_id)
        if visitor_of_account(by.session, account_id, by.at) is None:
            raise Refusal(N_("%(name)s cannot sign in any more. Open the account again first."), name=account.name)
        return send_invitation(by, account, base_url)


def send_invitation(by: By, account: Account, base_url: str) -> str | None:
    """As `invite`, in the caller's transaction, for an open account.

    An administrator gets the link only if the owner never had a credential: with the link they could set the password
    of a person who may read cases. A command on the server always gets it.
    """
    revoke_invitations(by.session, by.at, account.id)
    link = send_link(by.session, mails.INVITATION, by.at, account, Purpose.INVITATION, base_url, by.visitor.account_id)
    by.record("account.invited", account=account.id)
    return link if by.visitor is PROGRAM or not was_ever_activated(by.session, account.id) else None


def withdraw_invitation(by: By, account_id: int) -> None:
    """Revoke the open invitation of an account."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        lock_account(by.session, account_id)
        if revoke_invitations(by.session, by.at, account_id):
            by.record("account.invitation_withdrawn", account=account_id)
