"""The lists of cases on home pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import who_can_coordinate
from ekc.conferences.models import IS_OPEN, Conference, ContactEntry, Notice, Participant
from ekc.conferences.queries.rows import of_cases
from ekc.conferences.roles import open_until, still_open
from ekc.core.outbox import OutboxMessage
from ekc.core.reading import one_of, read_rows
from ekc.evaluations.models import OPEN, FollowUp
from ekc.links.models import PersonalLink
from ekc.links.queries.devices import CASES_AWAITING_APPROVAL, pending_since
from ekc.meetings.models import Meeting
from ekc.signin.models import SignIn
from ekc.workflow.ends.kinds import EndRule
from ekc.workflow.ends.rows import end_of
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS, TAKES_PART, TOOK_PART, Outcome, Part, Phase, StopReason, Variant

_MOST = 50  # cases in one list of the home page
_A_DAY = timedelta(days=1)
_MOST_CLOSED = 10  # closed cases in the list of a coordinator


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. `starts_at` is that of its current meeting."""

    id: int
    number: str
    title: str
    phase: Phase
    phase_since: datetime
    timezone: str
    municipality: str
    registered_on: date
    coordinator_id: int | None
    asked_coordinator_id: int | None
    variant: Variant
    profile: str
    presentation: int
    round: int
    plan_number: int
    question_agreed_on: date | None
    no_bottom_lines_on: date | None
    without_conference: bool
    starts_at: datetime | None
    outcome: Outcome | None
    stop_reason: StopReason | None
    closed_on: date | None
    tasks_ended_on: date | None
    coordinator: str  # name; empty while there is none
    venue: str
    not_informed: int = 0

    @property
    def open_until(self) -> date | None:
        """The last day of the coordinator's access, once their last task is done."""
        return open_until(self)

    @property
    def in_force(self) -> bool:
        """Whether a plan is in force: one was agreed."""
        return self.plan_number > 0

    @property
    def end(self) -> EndRule | None:
        """How a closed case ended; None before that."""
        return end_of(self.outcome, self.stop_reason, self.in_force)


_SHOWN = tuple(CaseRow.__dataclass_fields__)[:23]  # the fields that are columns of their own name
_case = Conference.__table__.c
#: Those that the table of cases does not hold.
_ELSEWHERE: dict[str, Any] = {"starts_at": Meeting.starts_at, "municipality": Conference.municipality}
_latest = (
    select(func.max(Meeting.number))
    .where(Meeting.conference_id == _case.id, Meeting.set_aside.is_(False))
    .correlate(Conference.__table__)
    .scalar_subquery()
)
#: Built once, as are the lists below: home shows most of them.
_CASES: Select[*tuple[Any, ...]] = (
    select(
        *(_ELSEWHERE[name] if name in _ELSEWHERE else _case[name] for name in _SHOWN),
        Account.name.label("coordinator"),
        Meeting.venue_name,
    )
    .outerjoin_from(Conference.__table__, Meeting, (Meeting.conference_id == _case.id) & (Meeting.number == _latest))
    .outerjoin(Account, Account.id == _case.coordinator_id)
)
_IN_REGIONS = _CASES.where(one_of(_case.region_id, "regions"))


def _row(row: Row[*tuple[Any, ...]], not_informed: int = 0) -> CaseRow:
    *head, coordinator, venue = row[: len(_SHOWN) + 2]
    return CaseRow(*[*head, coordinator or "", venue or "", not_informed])


_SPOKEN_SINCE = exists().where(
    ContactEntry.conference_id == Notice.conference_id,
    ContactEntry.participant_id.is_not(None),
    ContactEntry.from_list.is_(False),
    ContactEntry.written_at > Notice.at,
    ContactEntry.on > func.date(Notice.at),  # of the same day `owed/` says exactly, where the case is
)
#: Somebody did not feel safe, a follow-up found, and nobody spoke with anybody since.
_UNSAFE = exists().where(
    Notice.conference_id == Conference.id, Notice.kind == NoticeKind.UNSAFE, ~_SPOKEN_SINCE.correlate(Notice)
)
_UNSAFE_FIRST = case((_UNSAFE, 0), else_=1)  # however many others there are
#: No private time takes so long: its end was not written down.
_LONG = timedelta(days=1)


def still_private(row: CaseRow, at: datetime) -> bool:
    """Whether private time should have ended long ago."""
    return row.phase is Phase.PRIVATE_TIME and row.phase_since <= at - _LONG


_FOLLOW_UP_DUE = exists().where(
    FollowUp.conference_id == _case.id, *OPEN, FollowUp.due_on <= bindparam("tomorrow", type_=Date)
)
#: How a coordinator's cases are ordered: where somebody is not safe, then a conference that is ahead or being held, or
#: a follow-up that is due, then those whose plan goes on by itself.
_PRESSING = case((_UNSAFE, 0), (or_(_case.phase != Phase.EVALUATION, _FOLLOW_UP_DUE), 1), else_=2)
_MINE = _case.coordinator_id == bindparam("account")
#: Not long ago enough to end the access of their coordinator; what is left of them the profile says (`still_open`).
_LATELY = or_(_case.tasks_ended_on.is_(None), _case.tasks_ended_on >= bindparam("since"))
_OPEN_OF_COORDINATOR = _CASES.where(
    or_(and_(_MINE, IS_OPEN, _LATELY), and_(_case.asked_coordinator_id == bindparam("account"), IS_OPEN))
).limit(_MOST + 1)
#: The same, a page of those of whoever has more of them than one page shows.
_PRESSING_OF_COORDINATOR = (
    _OPEN_OF_COORDINATOR.add_columns(_PRESSING.label("pressing"))
    .where(
        or_(
            bindparam("pressing") < _PRESSING,
            and_(bindparam("pressing") == _PRESSING, _case.id < bindparam("below")),
        )
    )
    .order_by(_PRESSING, _case.id.desc())
)
_CLOSED_OF_COORDINATOR = (
    _CASES.where(_MINE, _case.phase == Phase.CLOSED, _LATELY).order_by(_case.id.desc()).limit(_MOST_CLOSED)
)
_LONGEST_ACCESS = timedelta(days=max(profile.access_days for profile in PROFILES.values()) + 1)  # wherever it is


class CaseList(StrEnum):
    """The lists of home that go on, on pages of their own."""

    MINE = "mine"
    REGISTRATIONS = "registrations"
    REGIONAL = "regional"


class After(NamedTuple):
    """The last case of a page of a list. What follows it is on the next one."""

    pressing: int
    id: int


FIRST_PAGE = After(-1, 0)


@dataclass(frozen=True, slots=True)
class CaseListPage:
    """A page of cases, newest first. `last`: where the next one begins; None if there is none."""

    rows: tuple[CaseRow, ...]
    last: After | None


def cases_of_coordinator(session: Session, account_id: int, at: datetime, after: After = FIRST_PAGE) -> CaseListPage:
    """A page of the open cases of a coordinator or for which they are asked: those that press are on the first.

    The last page has at most `_MOST_CLOSED` closed ones too. Cases to which the coordinator's access has ended are left
    out.
    """
    asked: dict[str, Any] = {"account": account_id, "since": at.date() - _LONGEST_ACCESS}
    found = read_rows(session, _OPEN_OF_COORDINATOR, asked) if after == FIRST_PAGE else ()
    if after != FIRST_PAGE or len(found) > _MOST:
        tomorrow = at.date() + _A_DAY  # which it may be where the case is
        page = {"tomorrow": tomorrow, "pressing": after.pressing, "below": after.id}
        found = read_rows(session, _PRESSING_OF_COORDINATOR, asked | page)
    open_ones = sorted(found[:_MOST], key=lambda row: row.id, reverse=True)
    last = After(found[_MOST - 1].pressing, found[_MOST - 1].id) if len(found) > _MOST else None
    closed = () if last else read_rows(session, _CLOSED_OF_COORDINATOR, asked)
    not_informed = _not_informed_counts(session, [row.id for row in open_ones])
    # A case for which they are asked is shown, whatever the access of its current coordinator.
    seen = (row for row in (*open_ones, *closed) if row.coordinator_id != account_id or still_open(row, at))
    return CaseListPage(tuple(_row(row, not_informed=not_informed.get(row.id, 0)) for row in seen), last)


_REGISTRATIONS = (
    _IN_REGIONS.where(_case.phase == Phase.REGISTRATION, _case.id > bindparam("after"))
    .order_by(_case.id)
    .limit(_MOST + 1)
)
_STILL_PRIVATE = and_(_case.phase == Phase.PRIVATE_TIME, _case.phase_since <= bindparam("long_ago"))
#: How the cases of a region are ordered: where somebody is not safe, where private time was not ended, and the rest.
_WORRYING = case((_UNSAFE, 0), (_STILL_PRIVATE, 1), else_=2)
_UNDER_WAY = (
    _IN_REGIONS.add_columns(_WORRYING.label("pressing"))
    .where(
        _case.phase.not_in([Phase.REGISTRATION, Phase.CLOSED]),
        or_(
            bindparam("pressing") < _WORRYING,
            and_(bindparam("pressing") == _WORRYING, _case.id < bindparam("below")),
        ),
    )
    .order_by(_WORRYING, _case.id.desc())
    .limit(_MOST + 1)
)
_ENDED = _IN_REGIONS.where(_case.phase == Phase.CLOSED, _case.closed_on >= bindparam("since")).order_by(
    _case.closed_on.desc(), _case.id.desc()
)


def registrations(session: Session, regions: Collection[int], after: After = FIRST_PAGE) -> CaseListPage:
    """A page of the cases of regions that no coordinator has taken on yet, oldest first."""
    rows = read_rows(session, _REGISTRATIONS, {"regions": list(regions), "after": after.id})
    last = After(0, rows[_MOST - 1].id) if len(rows) > _MOST else None
    return CaseListPage(tuple(map(_row, rows[:_MOST])), last)


def cases_of_regions(
    session: Session, regions: Collection[int], at: datetime, after: After = FIRST_PAGE
) -> CaseListPage:
    """A page of the cases under way in regions: first those that worry. On a page the newest come first."""
    page = {"pressing": after.pressing, "below": after.id, "long_ago": at - _LONG}
    rows = read_rows(session, _UNDER_WAY, {"regions": list(regions), **page})
    last = After(rows[_MOST - 1].pressing, rows[_MOST - 1].id) if len(rows) > _MOST else None
    shown = sorted(rows[:_MOST], key=lambda row: row.id, reverse=True)
    return CaseListPage(tuple(map(_row, shown)), last)


def ended_cases(session: Session, regions: Collection[int], since: date) -> tuple[CaseRow, ...]:
    """The cases of these regions that were closed on `since` or later, the last one first."""
    return tuple(map(_row, read_rows(session, _ENDED, {"regions": list(regions), "since": since})))


def _not_told() -> ColumnElement[bool]:
    """Whether somebody whom the end of a case may concern has no sign since that they heard. `owed/` says exactly."""
    of_person = cast(Conference.id, String) + ":%:" + cast(Participant.id, String)
    since = Conference.phase_since
    signs = (
        exists().where(
            ContactEntry.conference_id == Conference.id,
            ContactEntry.participant_id == Participant.id,
            ContactEntry.on >= Conference.closed_on,
        ),
        exists().where(
            OutboxMessage.conference_id == Conference.id,
            OutboxMessage.key.like(of_person),
            OutboxMessage.sent_at >= since,
            OutboxMessage.returned_at.is_(None),
        ),
        exists().where(
            PersonalLink.participant_id == Participant.id, SignIn.link_id == PersonalLink.id, SignIn.seen_at >= since
        ),
    )
    concerns = Participant.part.in_(PROFESSIONAL_PARTS | {Part.MAIN_PERSON}) | func.coalesce(
        Participant.attends, Participant.attends_before
    ).in_(TOOK_PART)
    person = (Participant.conference_id == Conference.id, Participant.removed_at.is_(None), concerns)
    return exists().where(*person, *(~sign.correlate(Conference, Participant) for sign in signs))


_ENDED_UNTOLD = (
    _IN_REGIONS.where(_case.phase == Phase.CLOSED, or_(_not_told(), _UNSAFE))
    .order_by(_UNSAFE_FIRST, _case.id.desc())
    .limit(_MOST)
)


def ended_untold(session: Session, regions: Collection[int]) -> tuple[CaseRow, ...]:
    """The closed cases of these regions in which somebody is not safe, or may not have heard of the end; last first."""
    return tuple(map(_row, read_rows(session, _ENDED_UNTOLD, {"regions": list(regions)})))


_UNATTENDED = _IN_REGIONS.where(_case.id.in_(CASES_AWAITING_APPROVAL), _case.coordinator_id.is_not(None))


def cases_with_unattended_links(session: Session, regions: Collection[int], at: datetime) -> tuple[CaseRow, ...]:
    """Cases of these regions with somebody waiting at a personal link, whose coordinator cannot act."""
    asked = {"regions": list(regions), "pending_since": pending_since(at)}
    rows = read_rows(session, _UNATTENDED, asked)
    able = who_can_coordinate(session, {row.coordinator_id for row in rows}, at) if rows else ()
    return tuple(_row(row) for row in rows if row.coordinator_id not in able or not still_open(row, at))


_NOT_INFORMED = (
    select(Participant.conference_id, func.count())
    .where(
        of_cases(Participant.conference_id),
        Participant.removed_at.is_(None),
        Participant.informed_on.is_(None),
        Participant.part != Part.INTERPRETER,
        Participant.attends.in_(TAKES_PART),
    )
    .group_by(Participant.conference_id)
)


def _not_informed_counts(session: Session, ids: Collection[int]) -> dict[int, int]:
    """How many people who take part have not been informed yet, by case; cases without any are left out."""
    rows = read_rows(session, _NOT_INFORMED, {"cases": list(ids)})
    return {conference_id: count for conference_id, count in rows}  # noqa: C416 - mypy does not take rows for pairs
