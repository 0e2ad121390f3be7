"""Reminders, sent once: found by the nightly job, queued under a unique key, some cases a transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import Conference
from ekc.conferences.roles import open_until
from ekc.core.clock import local_date
from ekc.core.outbox import CaseMail, Recipient, queue_many
from ekc.core.reading import one_of, read_rows
from ekc.core.transaction import writing
from ekc.journey.mails import ACCESS_ENDS
from ekc.workflow.profiles import PROFILES, Profile

#: Cases in one transaction, which is what costs most. Pages wait for it.
_AT_ONCE = 100


def remind_before_access_ends(session: Session, at: datetime, region_id: int) -> int:
    """Queue a mail to each coordinator whose access to a case of a region ends within days; returns how many."""
    near = or_(*(_is_near(code, profile, at.date()) for code, profile in PROFILES.items()))
    candidates = select(Conference.id).where(Conference.region_id == region_id, near).order_by(Conference.id)
    ids = session.scalars(candidates).all()
    return sum(_remind(session, at, ids[n : n + _AT_ONCE]) for n in range(0, len(ids), _AT_ONCE))


def _is_near(code: str, profile: Profile, today: date) -> ColumnElement[bool]:
    """Whether access ends within the days of the warning; a day more on both sides, because days are those of UTC."""
    ends_today = today - timedelta(days=profile.access_days)
    warned = timedelta(days=profile.access_warning_days)
    return (Conference.profile == code) & Conference.tasks_ended_on.between(
        ends_today - timedelta(days=1), ends_today + warned + timedelta(days=1)
    )


_CANDIDATES = (
    select(
        *(Conference.__table__.c[name] for name in ("id", "profile", "timezone", "tasks_ended_on")),
        *(Account.__table__.c[name].label(f"account_{name}") for name in ("id", "email", "language")),
    )
    .join_from(Conference, Account, Account.id == Conference.coordinator_id)
    .where(one_of(Conference.id, "cases"), Account.active)
    .order_by(Conference.id)
    .with_for_update(of=Conference)
)


def _remind(session: Session, at: datetime, conference_ids: Sequence[int]) -> int:
    with writing(session):
        found = read_rows(session, _CANDIDATES, {"cases": conference_ids})
        return queue_many(session, ACCESS_ENDS, (_mail(row) for row in found if _is_warned(row, at)), at)


def _is_warned(row: Row[Any], at: datetime) -> bool:
    until = open_until(row)
    if until is None:  # a task was opened meanwhile
        return False
    left = until - local_date(at, row.timezone)
    return timedelta(0) <= left <= timedelta(days=PROFILES[row.profile].access_warning_days)


def _mail(row: Row[Any]) -> CaseMail:
    to = Recipient(row.account_id, row.account_email, row.account_language)
    return CaseMail(to, row.id, {"ended_on": row.tasks_ended_on})
