"""Giving and taking away roles. The last administrator keeps that role."""

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Office, has_left
from ekc.accounts.models import Account, AccountRole, Region
from ekc.accounts.queries import lock_account
from ekc.conferences.models import Conference
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.links.actions import ask_on_new_devices
from ekc.links.models import PersonalLink
from ekc.staff.actions.accounts import add_office, ensure_administrator, ensure_regions, municipality_of
from ekc.workflow.vocabulary import N_, Role


def give_role(by: By, account_id: int, office: Office) -> None:
    """Give an account a role. Raises Refusal for a role it has, and for the administrator's own account.

    Otherwise administrators could give themselves access to every case without a second person. Those who oversee
    accounts get a mail about each new regional manager.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        account = lock_account(by.session, account_id)
        by.check_form()
        if by.visitor.account_id == account_id:
            raise Refusal(N_("You cannot give yourself a role. Ask another administrator."))
        ensure_regions(by.session, office.region_id)
        wanted = (office.role, office.region_id, municipality_of(by, office))
        if any((held.role, held.region_id, held.municipality_id) == wanted for held in account.roles):
            raise Refusal(N_("%(name)s has this role already."), name=account.name)
        add_office(by, account, office)
        _record(by, "account.role_given", account_id, office)


def take_role(by: By, account_id: int, role_id: int) -> None:
    """Take a role away. Raises Refusal for an account's only role and for the last administrator, Unknown."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        lock_administrators(by.session)
        account = lock_account(by.session, account_id)
        held = next((one for one in account.roles if one.id == role_id), None)
        if held is None:
            raise Unknown
        if held.role is Role.ADMINISTRATOR:
            refuse_last_administrator(by.session, by.at, account)
        if len(account.roles) == 1:
            raise Refusal(N_("This is the only role of %(name)s. Close the account instead."), name=account.name)
        account.roles.remove(held)
        if held.role is Role.COORDINATOR:
            ask_on_new_devices(by.session, PersonalLink.made_by == account_id)
        if held.role is Role.REGIONAL_MANAGER:
            others = Conference.coordinator_id.is_distinct_from(account_id)
            of_region = select(Conference.id).where(Conference.region_id == held.region_id, others)
            theirs = PersonalLink.made_by == account_id
            ask_on_new_devices(by.session, and_(theirs, PersonalLink.conference_id.in_(of_region)))
        office = Office(held.role, held.region_id, held.municipality)
        _record(by, "account.role_taken", account_id, office)


def lock_administrators(session: Session) -> None:
    """Lock the accounts of all administrators, so that two of them cannot remove each other concurrently."""
    locked = select(Account.id).join(Account.roles).where(AccountRole.role == Role.ADMINISTRATOR)
    session.scalars(locked.order_by(Account.id).with_for_update()).all()


def refuse_last_administrator(session: Session, at: datetime, account: Account) -> None:
    """Raise Refusal if no other account is administrator. The caller has called `lock_administrators`."""
    others = session.execute(
        select(Account.leaves_on, Region.timezone)
        .join(Account.roles)
        .join(Region, Region.id == Account.region_id)
        .where(AccountRole.role == Role.ADMINISTRATOR, Account.active, Account.id != account.id)
    )
    if all(has_left(leaves_on, timezone, at) for leaves_on, timezone in others):
        raise Refusal(N_("%(name)s is the only administrator. Give somebody else that role first."), name=account.name)


def _record(by: By, action: str, account_id: int, office: Office) -> None:
    place = office.region_id or office.municipality or ""
    by.record(action, account=account_id, role=office.role, place=place)
