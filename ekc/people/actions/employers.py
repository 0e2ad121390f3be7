"""For whom staff work besides: a coordinator who works for an agency of a case is not independent in it."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.core.audit import record
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.people.access import PROGRAM, Visitor
from ekc.people.models import Account
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.vocabulary import N_


def set_employer(session: Session, visitor: Visitor, at: datetime, account_id: int, employer: str) -> None:
    """Note for whom the owner of an account works besides; empty: for nobody. All their cases are judged by it at once.

    By an administrator, or the regional manager of the region where they work, who hears of it. Raises Refusal.
    """
    with writing(session):
        account = session.get(Account, account_id)
        if account is None or not account.active:
            raise Unknown
        theirs = has_duty(Duty.ACCOUNTS, visitor.roles) or account.region_id in visitor.regions
        if visitor is not PROGRAM and not (has_duty(Duty.EMPLOYERS, visitor.roles) and theirs):
            raise Unknown
        note_employer(session, visitor, at, account, employer)


def note_employer(session: Session, visitor: Visitor, at: datetime, account: Account, employer: str) -> None:
    """The same, in the caller's transaction. Raises Refusal for one's own: nobody decides how independent they are."""
    noted = employer.strip() or None
    if noted == account.employer:
        return
    if visitor.account_id == account.id:
        raise Refusal(N_("Nobody notes for whom they work themselves. Ask another administrator or your manager."))
    account.employer = noted
    record(session, visitor.actor, at, "account.employer", account=account.id, employer=noted or "")
