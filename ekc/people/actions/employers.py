"""For whom staff work besides: a coordinator who works for an agency of a case is not independent in it."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.core.audit import record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.people.access import PROGRAM, Visitor
from ekc.people.models import Account
from ekc.workflow.vocabulary import Role


def set_employer(session: Session, visitor: Visitor, at: datetime, account_id: int, employer: str) -> None:
    """Note for whom the owner of an account works besides; empty: for nobody. All their cases are judged by it at once.

    By an administrator, or the regional manager of the region where they work, who hears of it; not by themselves.
    """
    with writing(session):
        account = session.get(Account, account_id)
        if account is None or not account.active:
            raise Unknown
        known = visitor is PROGRAM or Role.ADMINISTRATOR in visitor.roles or account.region_id in visitor.regions
        if not known or visitor.account_id == account_id:
            raise Unknown
        account.employer = employer.strip() or None
        record(session, visitor.actor, at, "account.employer", account=account_id, employer=employer.strip())
