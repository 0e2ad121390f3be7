"""Mails to staff: about an account to its owner, its managers or those who oversee it; about a case to managers."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, Visitor
from ekc.accounts.models import Account, AccountRole
from ekc.core.outbox import Audience, MailRule, queue
from ekc.workflow.vocabulary import Role


def notify(
    session: Session,
    rule: MailRule,
    at: datetime,
    account_id: int,
    *,
    by: Visitor = PROGRAM,
    region_ids: Collection[int | None] | None = None,
    **fields: Any,
) -> None:
    """Queue a mail about an account for each member of the rule's audience. Does not commit.

    `Audience.OVERSIGHT` exists because an administrator acts without a second person's approval. It is all
    administrators and the managers of `region_ids` (None: the account's own region and the regions it manages),
    except the person who acted (`by`) and the owner of the account. Raises ValueError for any other audience.
    """
    account = session.get_one(Account, account_id)
    match rule.audience:
        case Audience.OWNER:
            readers = [account]
        case Audience.MANAGERS:
            readers = _active_accounts(session, _is_manager_of([account.region_id]) & (Account.id != account_id))
        case Audience.OVERSIGHT:
            watches = _is_manager_of(_account_regions(session, account_id) if region_ids is None else region_ids)
            watches |= Account.roles.any(AccountRole.role == Role.ADMINISTRATOR)
            readers = _active_accounts(session, watches & Account.id.not_in([account_id, by.account_id or 0]))
        case _:
            raise ValueError(f"the email {rule.name} is not about an account")
    for reader in readers:
        queue(session, rule, reader.recipient, at, account=account_id, **fields)


def notify_managers(
    session: Session,
    rule: MailRule,
    at: datetime,
    region_ids: Collection[int],
    case: int,
    *,
    by: Visitor,
    **fields: Any,
) -> None:
    """Queue a mail about a case for each manager of these regions, except whoever acted (`by`). Does not commit."""
    for reader in _active_accounts(session, _is_manager_of(region_ids) & (Account.id != (by.account_id or 0))):
        queue(session, rule, reader.recipient, at, case=case, **fields)


def notify_administrators(session: Session, rule: MailRule, at: datetime, case: int) -> None:
    """Queue a mail about a case for each administrator. Does not commit."""
    for reader in _active_accounts(session, Account.roles.any(AccountRole.role == Role.ADMINISTRATOR)):
        queue(session, rule, reader.recipient, at, case=case)


def notify_case_staff(
    session: Session,
    rule: MailRule,
    at: datetime,
    case: int,
    coordinator_id: int | None,
    region_id: int | None,
    **fields: Any,
) -> None:
    """Queue a mail about a case for its coordinator and the regional managers of its region; None: not for these.

    Does not commit.
    """
    whom = _is_manager_of([region_id or 0]) | (Account.id == (coordinator_id or 0))
    for reader in _active_accounts(session, whom):
        queue(session, rule, reader.recipient, at, case=case, **fields)


def _active_accounts(session: Session, whom: ColumnElement[bool]) -> list[Account]:
    return list(session.scalars(select(Account).where(Account.active, whom).order_by(Account.id)))


def _account_regions(session: Session, account_id: int) -> list[int | None]:
    """The account's own region, and the regions it manages."""
    home = select(Account.region_id).where(Account.id == account_id)
    held = select(AccountRole.region_id).where(AccountRole.account_id == account_id, AccountRole.region_id.is_not(None))
    return list(session.scalars(home.union(held)))


def _is_manager_of(region_ids: Collection[int | None]) -> ColumnElement[bool]:
    return Account.roles.any((AccountRole.role == Role.REGIONAL_MANAGER) & AccountRole.region_id.in_(region_ids))
