"""The effect of an end on a request to a coordinator. Run in the transaction of the step."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.core.outbox import OutboxMessage, queue
from ekc.matching.mails import WITHDRAWN
from ekc.matching.models import CoordinatorTurn, Match
from ekc.workflow.definition.kinds import Taking


def end_request(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
    """As `withdraw_request`. While a conference is held, another coordinator can be asked anew."""
    withdraw_request(session, conference, at)


def ask_again(session: Session, conference: Conference, at: datetime) -> None:
    """Let the request that was ended at `at` wait for its answer again. Its mail, not sent yet, says which it is."""
    told = select(OutboxMessage.key).where(OutboxMessage.conference_id == conference.id, OutboxMessage.queued_at == at)
    keys = set(session.scalars(told))
    withdrawn = (Match.conference_id == conference.id, Match.accepted_on.is_(None), Match.declined_on.is_(None))
    for match in session.scalars(select(Match).where(*withdrawn)):
        if WITHDRAWN.key.format(match=match.id) in keys:
            match.ended_on = None
            conference.asked_coordinator_id = match.account_id


_FORGET_TURNS = delete(CoordinatorTurn).where(CoordinatorTurn.conference_id == bindparam("case"))


def forget_turns(session: Session, conference_id: int) -> None:
    """Nobody is asked next any more."""
    session.execute(_FORGET_TURNS, {"case": conference_id})


def withdraw_request(session: Session, conference: Conference, at: datetime) -> None:
    """End the request to a coordinator who has not answered, and tell them; nobody is asked next either."""
    conference.asked_coordinator_id = None
    forget_turns(session, conference.id)
    waits = (Match.conference_id == conference.id, Match.ended_on.is_(None), Match.accepted_on.is_(None))
    match = session.scalar(select(Match).where(*waits))
    if match is None:
        return
    match.ended_on = local_date(at, conference.timezone)
    asked = session.get_one(Account, match.account_id)
    queue(session, WITHDRAWN, asked.recipient, at, case=conference.id, match=match.id)
