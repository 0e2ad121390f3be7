"""Setting the last day of an account, closing it, and reopening it. Handing over its cases: `matching`."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account, Region
from ekc.accounts.notifications import notify
from ekc.accounts.queries import lock_account
from ekc.calendars.models import CalendarFeed
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown, WrongDay
from ekc.core.outbox import MailRule
from ekc.core.transaction import writing
from ekc.links.actions import ask_on_new_devices
from ekc.links.models import PersonalLink
from ekc.matching.actions.profile import forget_profile
from ekc.signin.actions.sessions import end_sign_ins
from ekc.signin.invitations import revoke_invitations
from ekc.signin.models import Identity, KnownDevice, Passkey
from ekc.staff import mails
from ekc.staff.actions.accounts import ensure_administrator
from ekc.staff.actions.inviting import send_invitation
from ekc.staff.actions.roles import lock_administrators, refuse_last_administrator
from ekc.workflow.vocabulary import N_, Role


def set_leaving(by: By, account_id: int, on: date | None) -> None:
    """Set the last day of an account; None removes it.

    After that day, in the time zone of its region, nobody can sign in to the account. Regional managers get a mail if
    a coordinator leaves. Raises Refusal for a day in the past, Unknown for a closed account.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        account = lock_account(by.session, account_id)
        by.check_form()
        if not account.active:
            raise Unknown
        if on is not None and on < local_date(by.at, by.session.get_one(Region, account.region_id).timezone):
            over = N_("This day is over. Choose today or a later day, or close the account.")
            raise WrongDay(over).at("leaves_on")
        if on == account.leaves_on:
            return
        account.leaves_on = on
        by.record("account.leaves", account=account_id, on=on.isoformat() if on else "stays")
        if on is not None:
            _notify_managers(by.session, mails.COORDINATOR_LEAVES, by.at, account, on=on)


def close_account(by: By, account_id: int) -> None:
    """Close an account: end its sign-ins and invitations, and delete its known devices, passkeys, identities and the
    address of its calendar.

    What its owner said of themselves as coordinator is deleted as well.

    Open cases do not prevent this, because a laptop may have been stolen. Raises Refusal for the visitor's own account
    and for the last administrator.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        lock_administrators(by.session)
        account = lock_account(by.session, account_id)
        if not account.active:
            raise Unknown
        if by.visitor.account_id == account_id:
            raise Refusal(N_("You cannot close your own account. Ask another administrator."))
        if any(held.role is Role.ADMINISTRATOR for held in account.roles):
            refuse_last_administrator(by.session, by.at, account)
        account.active = False
        end_sign_ins(by.session, by.at, account_id)
        _delete_credentials(by.session, account_id)
        forget_profile(by.session, account_id)
        revoke_invitations(by.session, by.at, account_id)
        ask_on_new_devices(by.session, PersonalLink.made_by == account_id)
        by.record("account.closed", account=account_id)
        _notify_managers(by.session, mails.COORDINATOR_STOPPED, by.at, account)


def reopen_account(by: By, account_id: int, base_url: str) -> str | None:
    """Reopen a closed account with its former roles, and invite its owner; returns the link if it may be shown.

    Also deletes the password, because the credentials may have been stolen. Raises Unknown if the account is open.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        account = lock_account(by.session, account_id)
        if account.active:
            raise Unknown
        account.active, account.leaves_on, account.password_hash = True, None, None
        _delete_credentials(by.session, account_id)  # earlier versions kept some when closing
        by.record("account.opened_again", account=account_id)
        return send_invitation(by, account, base_url)


def _delete_credentials(session: Session, account_id: int) -> None:
    """Delete known devices, passkeys, identities and the address of the calendar: stolen, they would give access."""
    for kept in (KnownDevice, Passkey, Identity, CalendarFeed):
        session.execute(delete(kept).where(kept.account_id == account_id))


def _notify_managers(session: Session, rule: MailRule, at: datetime, account: Account, **fields: Any) -> None:
    """Notify the other regional managers of the region, if the account is a coordinator's."""
    if any(held.role is Role.COORDINATOR for held in account.roles):
        notify(session, rule, at, account.id, **fields)
