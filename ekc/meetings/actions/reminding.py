"""Reminding coordinators, some days before a meeting, of what is still open for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import Conference
from ekc.conferences.queries.circle import circle
from ekc.core.clock import local_date
from ekc.core.outbox import CaseMail, Recipient, queue_many
from ekc.core.reading import one_of
from ekc.core.transaction import writing
from ekc.meetings.facts import read_meeting_facts
from ekc.meetings.mails import STILL_OPEN
from ekc.meetings.queries import cases_to_meet, current_meeting
from ekc.workflow.open_things import REMINDED, open_things, reminded_at
from ekc.workflow.vocabulary import Phase

#: Cases in one transaction, which is what costs most. Pages wait for it.
_AT_ONCE = 50


def remind_of_open_things(session: Session, at: datetime, region_id: int) -> int:
    """Mail the coordinators of a region what is open for meetings that are near, once at each stage; returns how many
    mails are new. Nothing while a case is paused, and nothing where all is arranged.
    """
    near = at + timedelta(days=max(REMINDED) + 2)  # there are regions where it is later
    ids = cases_to_meet(session, region_id, at, near)
    return sum(_remind(session, at, ids[n : n + _AT_ONCE]) for n in range(0, len(ids), _AT_ONCE))


def _remind(session: Session, at: datetime, conference_ids: Sequence[int]) -> int:
    coordinated = (
        select(Conference, Account)
        .join(Account, Account.id == Conference.coordinator_id)
        .where(one_of(Conference.id, "cases"), Account.active, Conference.phase == Phase.SETUP)
        .order_by(Conference.id)
        .with_for_update(of=Conference)
    )
    with writing(session):
        found = session.execute(coordinated, {"cases": conference_ids}).all()
        mails = [mail for case, account in found if (mail := _mail(session, at, case, account)) is not None]
        return queue_many(session, STILL_OPEN, mails, at)


def _mail(session: Session, at: datetime, case: Conference, account: Account) -> CaseMail | None:
    """What its coordinator hears tonight; None: nothing."""
    meeting = current_meeting(session, case.id)
    if meeting is None or meeting.starts_at is None or meeting.starts_at < at:
        return None
    on = local_date(meeting.starts_at, case.timezone)
    stage = reminded_at((on - local_date(at, case.timezone)).days)
    if stage is None:
        return None
    facts = read_meeting_facts(session, case.region_id, case.timezone, meeting, circle(session, case.id))
    things = open_things(facts)
    if not things:
        return None
    fields = {"meeting": meeting.id, "on": on, "days": stage}
    to = Recipient(account.id, account.email, account.language)
    return CaseMail(to, case.id, fields, tuple(one.sentence for one in things))
