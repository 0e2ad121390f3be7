"""Asking a coordinator by mail how it goes with a case that is silent or takes long."""

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.access import lock_case
from ekc.conferences.roles import coordinator_with_access
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.core.outbox import queue
from ekc.core.transaction import writing
from ekc.journey.mails import HOW_IT_GOES
from ekc.workflow.vocabulary import N_, Activity


def ask_how(by: By, conference_id: int) -> str:
    """Queue the mail, at most one a day; returns the name of the coordinator. Raises Refusal where nobody can act."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.ASK_HOW)
        coordinator = by.session.get(Account, coordinator_with_access(conference, by.at) or 0)
        if coordinator is None or not coordinator.active:
            raise Refusal(N_("Nobody coordinates this conference now: ask somebody to take it over."))
        if coordinator.id == by.visitor.account_id:
            raise Refusal(N_("You coordinate this conference yourself."))
        queue(by.session, HOW_IT_GOES, coordinator.recipient, by.at, case=conference_id)
        conference.asked_how_on = local_date(by.at, conference.timezone)
        by.record("case.asked_how", conference_id, coordinator=coordinator.name)
        return coordinator.name
