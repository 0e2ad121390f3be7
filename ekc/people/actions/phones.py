"""By which phone staff are reached: the circle reads it under "your coordinator" and on the slips."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.core.audit import record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.people.models import Account


def set_phone(session: Session, visitor: Visitor, at: datetime, phone: str) -> None:
    """Note by which phone the owner of an account is reached; empty: by none. The audit does not keep the number."""
    with writing(session):
        account = session.get(Account, visitor.account_id or 0)
        if account is None:
            raise Unknown
        account.phone = phone.strip() or None
        record(session, visitor.actor, at, "account.changed", account=account.id, fields="phone")
