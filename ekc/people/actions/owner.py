"""Knowing that it is the owner of an account who changes how they sign in."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.core.audit import record
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.people.actions.tries import PASSWORDS, begin_try, forget_try
from ekc.people.models import Account
from ekc.people.passwords import Cost, matches
from ekc.workflow.vocabulary import N_


def ensure_own_password(session: Session, visitor: Visitor, at: datetime, password: str, cost: Cost) -> int:
    """The account of somebody who typed its password just now. Raises Refusal for a wrong one, TooMany, Unknown."""
    account_id = visitor.account_id
    if account_id is None:
        raise Unknown
    tried = begin_try(session, at, (PASSWORDS, f"own {account_id}"))
    stored = session.scalar(select(Account.password_hash).where(Account.id == account_id))
    if not matches(password, stored, cost):
        with writing(session):
            record(session, visitor.actor, at, "account.password_refused", account=account_id)
        raise Refusal(N_("This is not the password you have now. Type it again. Nothing was changed."))
    forget_try(session, tried)
    return account_id
