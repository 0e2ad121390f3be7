"""Telling staff by mail what was done with an account: its owner, and others who ought to know."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ekc.core.outbox import queue
from ekc.people.access import Visitor
from ekc.people.models import Account, AccountRole
from ekc.workflow.vocabulary import Role


def mail_to(
    session: Session,
    at: datetime,
    reader: Account,
    key: str,
    subject: str,
    body: str,
    conference_id: int | None = None,
    link: str | None = None,
    until: datetime | None = None,
) -> bool:
    """Put a mail to somebody of staff in the outbox, in their language; the rest as `queue` has it. Does not commit."""
    return queue(
        session,
        key,
        recipient=reader.email,
        subject=subject,
        body=body,
        at=at,
        conference_id=conference_id,
        language=reader.language,
        link=link,
        until=until,
    )


def tell_owner(
    session: Session, at: datetime, account_id: int, what: str, subject: str, body: str, once_a_day: bool = False
) -> None:
    """Put a mail to the owner of an account in the outbox. Does not commit."""
    when = at.date() if once_a_day else at.isoformat()
    owner = session.get_one(Account, account_id)
    mail_to(session, at, owner, f"account:{account_id}:{what}:{when}", subject, body)


def tell_managers(session: Session, at: datetime, account: Account, what: str, subject: str, body: str) -> None:
    """The same, to the other regional managers of the region where somebody works."""
    others = _manages(account.region_id) & (Account.id != account.id)
    _tell(session, at, others, f"account:{account.id}:{what}", subject, body)


def tell_others(
    session: Session,
    visitor: Visitor,
    at: datetime,
    account_id: int,
    what: str,
    subject: str,
    body: str,
    region_ids: Collection[int | None],
) -> None:
    """The same, to administrators and managers of these regions, but neither to who did it nor whom it is about.

    What an administrator does alone, others hear of: nobody else has a hand in it.
    """
    others = Account.id.not_in([account_id, visitor.account_id or 0])
    watches = Account.roles.any(AccountRole.role == Role.ADMINISTRATOR) | _manages(*region_ids)
    _tell(session, at, others & watches, f"account:{account_id}:{what}:{at.isoformat()}", subject, body)


def regions_of(session: Session, account_id: int) -> list[int | None]:
    """The region where somebody works, and those whose cases they read."""
    home = select(Account.region_id).where(Account.id == account_id)
    held = select(AccountRole.region_id).where(AccountRole.account_id == account_id, AccountRole.region_id.is_not(None))
    return list(session.scalars(home.union(held)))


def _manages(*region_ids: int | None) -> ColumnElement[bool]:
    return Account.roles.any((AccountRole.role == Role.REGIONAL_MANAGER) & AccountRole.region_id.in_(region_ids))


def _tell(session: Session, at: datetime, whom: ColumnElement[bool], key: str, subject: str, body: str) -> None:
    for reader in session.scalars(select(Account).where(Account.active, whom).order_by(Account.id)):
        mail_to(session, at, reader, f"{key}:{reader.id}", subject, body)
