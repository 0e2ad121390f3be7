"""Staff leave: on a day, or at once; an account that was closed is opened again. What becomes of cases: `matching`."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account, Region
from ekc.accounts.notifications import notify
from ekc.accounts.queries import lock_account
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import MailRule
from ekc.core.transaction import writing
from ekc.links.actions import ask_on_new_devices
from ekc.links.models import PersonalLink
from ekc.signin.actions.sessions import end_sign_ins
from ekc.signin.invitations import revoke_invitations
from ekc.signin.models import Identity, KnownDevice, Passkey
from ekc.staff import mails
from ekc.staff.actions.accounts import ensure_administrator
from ekc.staff.actions.inviting import send_invitation
from ekc.staff.actions.roles import lock_administrators, refuse_last_administrator
from ekc.workflow.vocabulary import N_, Role


def set_leaving(by: By, account_id: int, on: date | None) -> None:
    """Say on which day somebody works for the last time; None: they stay after all.

    After that day, counted in the time zone of their region, the account lets nobody in. Regional managers hear of a
    coordinator who leaves.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        account = lock_account(by.session, account_id)
        if not account.active:
            raise Unknown
        if on is not None and on < local_date(by.at, by.session.get_one(Region, account.region_id).timezone):
            raise Refusal(N_("This day is over. Choose today or a later day, or close the account."))
        if on == account.leaves_on:
            return
        account.leaves_on = on
        by.record("account.leaves", account=account_id, on=on.isoformat() if on else "stays")
        if on is not None:
            _notify_managers(by.session, mails.COORDINATOR_LEAVES, by.at, account, on=on)


def close_account(by: By, account_id: int) -> None:
    """Close an account at once: sign-ins and invitations end. What it did keeps its name.

    Conferences that are not handed over never hold this up: a laptop may have been stolen.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        lock_administrators(by.session)
        account = lock_account(by.session, account_id)
        if not account.active:
            raise Unknown
        if by.visitor.account_id == account_id:
            raise Refusal(N_("Nobody closes their own account. Ask another administrator."))
        if any(held.role is Role.ADMINISTRATOR for held in account.roles):
            refuse_last_administrator(by.session, by.at, account)
        account.active = False
        end_sign_ins(by.session, by.at, account_id)
        _delete_credentials(by.session, account_id)
        revoke_invitations(by.session, by.at, account_id)
        ask_on_new_devices(by.session, PersonalLink.made_by == account_id)
        by.record("account.closed", account=account_id)
        _notify_managers(by.session, mails.COORDINATOR_STOPPED, by.at, account)


def reopen_account(by: By, account_id: int, base_url: str) -> str | None:
    """Open a closed account again, with the roles it had, and invite its owner: the link if it may be shown.

    The old password is forgotten, as the other credentials were: who made closing necessary may have them.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        account = lock_account(by.session, account_id)
        if account.active:
            raise Unknown
        account.active, account.leaves_on, account.password_hash = True, None, None
        _delete_credentials(by.session, account_id)  # of an account that was closed when that kept some
        by.record("account.opened_again", account=account_id)
        return send_invitation(by, account, base_url)


def _delete_credentials(session: Session, account_id: int) -> None:
    """A laptop may have been stolen, or the account at a provider be somebody else's by now."""
    for kept in (KnownDevice, Passkey, Identity):
        session.execute(delete(kept).where(kept.account_id == account_id))


def _notify_managers(session: Session, rule: MailRule, at: datetime, account: Account, **fields: Any) -> None:
    """Write to the other regional managers of a coordinator's region."""
    if any(held.role is Role.COORDINATOR for held in account.roles):
        notify(session, rule, at, account.id, **fields)
