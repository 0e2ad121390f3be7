"""Reminders, sent once: found by the nightly job, queued under a unique key, some cases a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import managers_of
from ekc.conferences.models import Conference
from ekc.conferences.roles import open_until, still_open
from ekc.core.clock import local_date
from ekc.core.outbox import CaseMail, MailRule, OutboxMessage, Recipient, queue_many
from ekc.core.reading import one_of, read_rows
from ekc.core.transaction import writing
from ekc.evaluations.models import OPEN, FollowUp
from ekc.evaluations.queries import OpenDay, open_days
from ekc.journey.deadlines import Deadline, deadlines_of
from ekc.journey.mails import ACCESS_ENDS, DEADLINE_NEAR, DEADLINE_PASSED
from ekc.workflow.follow_ups import FOLLOW_UPS
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
    the region; returns how many mails. Those of a case that are new on one night are in one mail.

    Clocks run while a conference is prepared; later its follow-ups have days.
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
        days = [
            _DueDay(rows[id_], due.clock.code, due.clock.title, due) for id_, some in clocks.items() for due in some
        ]
        days += [
            _DueDay(rows[one.conference_id], f"{one.kind}-{one.id}", _LINES[one.kind], one)
            for one in open_days(session, list(rows))
            if one.conference_id in rows
        ]
        managers = [one.recipient for one in managers_of(session, region_id)]
        near: list[tuple[Recipient, _DueDay]] = []
        passed: list[tuple[Recipient, _DueDay]] = []
        for one in days:
            row, today = one.row, local_date(at, one.row.timezone)
            if one.due.late(today):
                passed += [(to, one) for to in managers]
            elif one.due.near(today) and row.account_active and still_open(row, at):
                near.append((Recipient(row.account_id, row.account_email, row.account_language), one))
        keys = read_rows(session, _KEYS, {"cases": list(rows)})
        return sum(
            queue_many(session, rule, _in_one_mail(rule, found, [row.key for row in keys]), at)
            for rule, found in ((DEADLINE_NEAR, near), (DEADLINE_PASSED, passed))
        )


class _DueDay(NamedTuple):
    """A deadline of a case: the code and the words by which it is mailed."""

    row: Row[Any]
    code: str
    title: str
    due: Deadline | OpenDay


_LINES = {rule.kind: rule.line for rule in FOLLOW_UPS}
_KEYS = select(OutboxMessage.key).where(
    one_of(OutboxMessage.conference_id, "cases"), OutboxMessage.key.startswith("deadline:")
)
#: So many codes fit into a key, which joins them by "+".
_IN_ONE = 3


def _in_one_mail(rule: MailRule, found: Iterable[tuple[Recipient, _DueDay]], keys: Iterable[str]) -> Iterator[CaseMail]:
    """To each of these people of each case one mail of what they were not mailed of before, or as many as it takes."""
    mailed = {
        ":".join((mail, case, code, *rest))
        for mail, case, codes, *rest in (one.split(":") for one in keys)
        for code in codes.split("+")
    }
    fresh: dict[tuple[Recipient, int], list[_DueDay]] = {}
    for to, day in found:
        if rule.key.format(case=day.row.id, codes=day.code, round=day.row.round, to=to.id) not in mailed:
            fresh.setdefault((to, day.row.id), []).append(day)
    for (to, case), some in fresh.items():
        for n in range(0, len(some), _IN_ONE):
            those = some[n : n + _IN_ONE]
            fields = {"codes": "+".join(day.code for day in those), "round": those[0].row.round}
            yield CaseMail(to, case, fields, tuple(day.title for day in those))
