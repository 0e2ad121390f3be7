"""Reminders, sent once: found by the nightly job, queued under a unique key, one transaction a case."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import Conference
from ekc.conferences.roles import open_until
from ekc.core.clock import local_date
from ekc.core.outbox import queue
from ekc.core.transaction import writing
from ekc.journey.mails import ACCESS_ENDS
from ekc.workflow.profiles import PROFILES, Profile


def remind_before_access_ends(session: Session, at: datetime, region_id: int) -> int:
    """Queue a mail to each coordinator whose access to a case of a region ends within days; returns how many."""
    near = or_(*(_is_near(code, profile, at.date()) for code, profile in PROFILES.items()))
    candidates = select(Conference.id).where(Conference.region_id == region_id, near).order_by(Conference.id)
    return sum(_remind(session, at, conference_id) for conference_id in session.scalars(candidates).all())


def _is_near(code: str, profile: Profile, today: date) -> ColumnElement[bool]:
    """Whether access ends within the days of the warning; a day more on both sides, because days are those of UTC."""
    ends_today = today - timedelta(days=profile.access_days)
    warned = timedelta(days=profile.access_warning_days)
    return (Conference.profile == code) & Conference.tasks_ended_on.between(
        ends_today - timedelta(days=1), ends_today + warned + timedelta(days=1)
    )


def _remind(session: Session, at: datetime, conference_id: int) -> bool:
    with writing(session):
        asked = select(Conference, Account).join(Account, Account.id == Conference.coordinator_id)
        found = session.execute(asked.where(Conference.id == conference_id, Account.active)).one_or_none()
        if found is None:
            return False
        conference, account = found
        until = open_until(conference)
        if until is None:
            return False
        left = until - local_date(at, conference.timezone)
        if not timedelta(0) <= left <= timedelta(days=PROFILES[conference.profile].access_warning_days):
            return False
        ended_on = conference.tasks_ended_on
        return queue(session, ACCESS_ENDS, account.recipient, at, case=conference.id, ended_on=ended_on)
