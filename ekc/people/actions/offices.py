"""A role across the organisation is written down, and whoever ought to know of it hears of it. Who may: `roles.py`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.people import mails
from ekc.people.access import Visitor
from ekc.people.actions.telling import notify
from ekc.people.models import Account, AccountRole
from ekc.workflow.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Office:
    """A role across the organisation, and the region (managers) or municipality (care managers) for which it holds."""

    role: Role
    region_id: int | None = None
    municipality: str | None = None


def add_office(session: Session, visitor: Visitor, at: datetime, account: Account, office: Office) -> None:
    """Give a role, in the caller's transaction, to an account that is in the database."""
    held = AccountRole(role=office.role, region_id=office.region_id, municipality=office.municipality)
    held.given_at, held.given_by = at, visitor.account_id
    account.roles.append(held)
    if office.role is Role.REGIONAL_MANAGER:
        region = office.region_id
        notify(session, mails.READS_REGION, at, account.id, by=visitor, region_ids={region}, region=region)
