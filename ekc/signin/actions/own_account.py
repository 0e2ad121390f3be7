"""What owners change of their own account: language and phone."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.accounts.models import Account
from ekc.core.audit import record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing


def set_phone(session: Session, visitor: Visitor, at: datetime, phone: str) -> None:
    """Note by which phone the owner of an account is reached; empty: by none. The audit does not keep the number."""
    with writing(session):
        account = session.get(Account, visitor.account_id or 0)
        if account is None:
            raise Unknown
        account.phone = phone.strip() or None
        record(session, visitor.actor, at, "account.changed", account=account.id, fields="phone")


def choose_language(session: Session, visitor: Visitor, at: datetime, language: str) -> None:
    """Remember in which language the owner of an account reads."""
    if visitor.account_id is None:
        raise Unknown
    with writing(session):
        session.execute(update(Account).where(Account.id == visitor.account_id).values(language=language))
        record(session, visitor.actor, at, "account.language", account=visitor.account_id, language=language)
