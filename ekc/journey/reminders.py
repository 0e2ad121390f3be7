"""Reminders, sent once: found by the nightly job, queued under a unique key, some cases a transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import managers_of
from ekc.conferences.models import Conference
from ekc.conferences.roles import open_until, still_open
from ekc.core.clock import local_date
from ekc.core.outbox import CaseMail, Recipient, queue_many
from ekc.core.reading import one_of, read_rows
from ekc.core.transaction import writing
from ekc.evaluations.models import OPEN, FollowUp
from ekc.evaluations.queries import OpenDay, open_days
from ekc.journey.deadlines import Deadline, deadlines_of
from ekc.journey.mails import ACCESS_ENDS, DEADLINE_NEAR, DEADLINE_PASSED
from ekc.workflow.profiles import PROFILES, Profile
from ekc.workflow.vocabulary import Phase

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


_DEADLINES = (
    select(
        *(
            Conference.__table__.c[name]
            for name in ("id", "phase", "profile", "timezone", "registered_on", "no_bottom_lines_on", "round")
        ),
        *(Conference.__table__.c[name] for name in ("region_id", "tasks_ended_on", "coordinator_id")),
        *(Account.__table__.c[name].label(f"account_{name}") for name in ("id", "email", "language", "active")),
    )
    .outerjoin_from(Conference, Account, Account.id == Conference.coordinator_id)
    .where(one_of(Conference.id, "cases"), Conference.phase != Phase.CLOSED)
    .order_by(Conference.id)
    .with_for_update(of=Conference)
)


def warn_of_deadlines(session: Session, at: datetime, region_id: int) -> int:
    """Mail of each deadline once that it is near, to the coordinator, and once that it has passed, to the managers of
    the region; returns how many. Clocks run while a conference is prepared; later its follow-ups have days.
    """
    prepared = select(Conference.id).where(Conference.region_id == region_id, Conference.phase == Phase.SETUP)
    soon = at.date() + timedelta(days=2)  # there are regions where it is later
    due = select(FollowUp.conference_id).where(FollowUp.region_id == region_id, *OPEN, FollowUp.due_on <= soon)
    ids = sorted({*session.scalars(prepared), *session.scalars(due)})
    return sum(_warn(session, at, region_id, ids[n : n + _AT_ONCE]) for n in range(0, len(ids), _AT_ONCE))


def _warn(session: Session, at: datetime, region_id: int, conference_ids: Sequence[int]) -> int:
    with writing(session):
        rows = {row.id: row for row in read_rows(session, _DEADLINES, {"cases": conference_ids})}
        clocks = deadlines_of(session, list(rows.values()), at)
        days: list[tuple[Row[Any], str, Deadline | OpenDay]] = [
            (rows[id_], due.clock.code, due) for id_, some in clocks.items() for due in some
        ]
        days += [
            (rows[one.conference_id], f"{one.kind}-{one.id}", one)
            for one in open_days(session, list(rows))
            if one.conference_id in rows
        ]
        near: list[CaseMail] = []
        passed: list[CaseMail] = []
        managers = managers_of(session, region_id)
        for row, code, due in days:
            today, fields = local_date(at, row.timezone), {"clock": code, "round": row.round}
            if due.late(today):
                passed += [CaseMail(one.recipient, row.id, fields) for one in managers]
            elif due.near(today) and row.account_active and still_open(row, at):
                to = Recipient(row.account_id, row.account_email, row.account_language)
                near.append(CaseMail(to, row.id, fields))
        return queue_many(session, DEADLINE_NEAR, near, at) + queue_many(session, DEADLINE_PASSED, passed, at)
