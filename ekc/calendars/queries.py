"""What stands in the calendar of somebody of staff, and their private address. Nothing here writes.

The entries are those of the cases that their home page shows, as far as they have a day.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select, union
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.accounts.models import Account, Region
from ekc.calendars.models import CalendarFeed
from ekc.conferences.models import IS_OPEN, Conference
from ekc.conferences.roles import roles_in
from ekc.core.clock import local_date
from ekc.core.reading import one_of, read_row, read_rows
from ekc.core.tokens import hash_token
from ekc.evaluations.models import OPEN, FollowUp
from ekc.matching.models import Match
from ekc.meetings.models import Meeting
from ekc.names import by_surname
from ekc.workflow.engine import may
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import N_, Activity, Labelled, Phase, Role


class EntryKind(Labelled):
    """What stands in a calendar."""

    CONFERENCE = "conference", N_("conference")
    CALL = FollowUpKind.CALL.value, FollowUpKind.CALL.label
    EVALUATION = FollowUpKind.EVALUATION.value, FollowUpKind.EVALUATION.label
    REQUEST = "request", N_("answer whether you take it")


class EntryPage(StrEnum):
    """The page to which an entry leads."""

    CASE = "journey.case"
    COORDINATOR = "matching.coordinator"
    FOLLOW_UP = "evaluations.follow_up"
    FOLLOW_UPS = "evaluations.follow_ups"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One thing on one day, or at an instant of it. `on`: the day where the case is."""

    kind: EntryKind
    id: int  # of the meeting, the follow-up or the match
    conference_id: int
    number: str
    title: str  # empty for whoever has not taken it on
    timezone: str
    on: date
    starts_at: datetime | None = None
    minutes: int | None = None
    over: bool = False  # it was held
    coordinator: str = ""
    page: EntryPage | None = None  # None: none that opens


@dataclass(frozen=True, slots=True)
class FeedRow:
    """The private address of an account, as far as it is stored."""

    account_id: int
    with_names: bool
    made_at: datetime
    fetched_at: datetime | None


_case = Conference.__table__.c
#: Those from which `roles_in` and `may` say who opens what, and those that are shown.
_OF_CASE = (
    *("id", "number", "title", "phase", "timezone", "region_id", "coordinator_id", "asked_coordinator_id"),
    *("tasks_ended_on", "profile", "plan_number"),
)
_SHOWN = (*(_case[name].label(f"case_{name}" if name == "id" else name) for name in _OF_CASE), Account.name)


def _with_case(rows: Select[*tuple[Any, ...]], of: type[Meeting] | type[FollowUp]) -> Select[*tuple[Any, ...]]:
    found = rows.add_columns(*_SHOWN).join_from(of, Conference.__table__, _case.id == of.conference_id)
    return found.outerjoin(Account, Account.id == _case.coordinator_id)


_MINE = _case.coordinator_id == bindparam("account")
_BEGUN, _PLANNED = (
    when.between(bindparam("since"), bindparam("until")) for when in (Meeting.started_at, Meeting.starts_at)
)
_MEETINGS = _with_case(
    select(Meeting.id, Meeting.starts_at, Meeting.expected_minutes, Meeting.started_at, Meeting.ended_at), Meeting
).where(
    Meeting.set_aside.is_(False),
    or_(Meeting.started_at.is_not(None), IS_OPEN),
)
_follow_up = select(FollowUp.id, FollowUp.kind, FollowUp.due_on, FollowUp.starts_at, FollowUp.held_on)
#: As in the lists of follow-ups: not while a family has private time.
_NOT_PRIVATE = _case.phase != Phase.PRIVATE_TIME
_TO_DO = _with_case(_follow_up, FollowUp).where(
    *OPEN, IS_OPEN, _NOT_PRIVATE, FollowUp.due_on.between(bindparam("first"), bindparam("last"))
)
_HELD = _with_case(_follow_up, FollowUp).where(
    _NOT_PRIVATE, FollowUp.held_on.between(bindparam("first"), bindparam("last"))
)
_IN_REGIONS = one_of(FollowUp.region_id, "regions")
#: Built once. One statement for each index: whoever has three cases reads no others.
_OF_COORDINATOR = (_TO_DO.where(_MINE), _HELD.where(_MINE))
_OF_MANAGER = (_TO_DO.where(_IN_REGIONS), _HELD.where(_IN_REGIONS))
_MEETINGS_OF_COORDINATOR = _MEETINGS.where(_MINE, or_(_BEGUN, _PLANNED))
#: From the days, of which there are few, to the cases of a region, which become more each year.
_MEETINGS_OF_MANAGER = _MEETINGS.where(
    one_of(_case.region_id, "regions"),
    Meeting.id.in_(union(select(Meeting.id).where(_PLANNED), select(Meeting.id).where(_BEGUN))),
)
_REQUESTS = (
    select(Match.id, Match.answer_by, *_SHOWN)
    .join_from(Match, Conference.__table__, _case.id == Match.conference_id)
    .outerjoin(Account, Account.id == _case.coordinator_id)
    .where(
        Match.account_id == bindparam("account"),
        Match.accepted_on.is_(None),
        Match.ended_on.is_(None),
        Match.answer_by.between(bindparam("first"), bindparam("last")),
    )
)
_DAY = timedelta(days=1)
_Found = tuple[Row[*tuple[Any, ...]], dict[str, Any]]  # a row, and what an entry of its kind has


def entries(
    session: Session, who: Visitor, at: datetime, first: date, last: date, coordinator: int | None = None
) -> tuple[CalendarEntry, ...]:
    """What stands on these days, in order. `coordinator`: of the cases of this coordinator alone."""
    coordinates, manages = Role.COORDINATOR in who.roles, Role.REGIONAL_MANAGER in who.roles
    asked = {
        "account": who.account_id,
        "regions": list(who.regions),
        "first": first,
        "last": last,
        # Wherever the case is, its day begins within a day of that in UTC.
        "since": datetime.combine(first - _DAY, time(), UTC),
        "until": datetime.combine(last + 2 * _DAY, time(), UTC),
    }
    found: list[_Found] = []
    for holds, meetings, follow_ups in (
        (coordinates, _MEETINGS_OF_COORDINATOR, _OF_COORDINATOR),
        (manages, _MEETINGS_OF_MANAGER, _OF_MANAGER),
    ):
        if holds:
            found += map(_of_meeting, read_rows(session, meetings, asked))
            found += (_of_follow_up(row) for statement in follow_ups for row in read_rows(session, statement, asked))
    if coordinates:
        found += map(_of_request, read_rows(session, _REQUESTS, asked))
    seen = {(entry.kind, entry.id): entry for entry in _opening(found, who, at, coordinator)}
    there = (entry for entry in seen.values() if first <= entry.on <= last)
    return tuple(sorted(there, key=lambda one: (one.on, one.starts_at is not None, one.starts_at or at, one.id)))


def _of_meeting(row: Row[*tuple[Any, ...]]) -> _Found:
    at = row.started_at or row.starts_at
    return row, {
        "kind": EntryKind.CONFERENCE,
        "on": local_date(at, row.timezone),
        "starts_at": at,
        "minutes": row.expected_minutes,
        "over": row.ended_at is not None,
    }


def _of_follow_up(row: Row[*tuple[Any, ...]]) -> _Found:
    held = row.held_on is not None
    starts_at = None if held else row.starts_at
    on = local_date(starts_at, row.timezone) if starts_at else row.held_on or row.due_on
    return row, {"kind": EntryKind(row.kind.value), "on": on, "starts_at": starts_at, "over": held}


def _of_request(row: Row[*tuple[Any, ...]]) -> _Found:
    return row, {"kind": EntryKind.REQUEST, "on": row.answer_by}


def _opening(found: Iterable[_Found], who: Visitor, at: datetime, coordinator: int | None) -> Iterator[CalendarEntry]:
    """Those of cases in which the visitor has a role, each with the page that opens for them."""
    for row, of_kind in found:
        roles = roles_in(who, row, None, at)
        if not roles or coordinator not in (None, row.coordinator_id):
            continue
        is_request = of_kind["kind"] is EntryKind.REQUEST
        if is_request and Role.ASKED_COORDINATOR not in roles:
            continue
        yield CalendarEntry(
            **of_kind,
            id=row.id,
            conference_id=row.case_id,
            number=row.number,
            title="" if is_request else row.title,
            timezone=row.timezone,
            coordinator=row.name or "",
            page=_page(of_kind["kind"], row.phase, roles, row.plan_number > 0),
        )


_OF_A_FOLLOW_UP = ((Activity.FOLLOW_UP, EntryPage.FOLLOW_UP), (Activity.SEE_FOLLOW_UPS, EntryPage.FOLLOW_UPS))
_OF_A_CASE = (
    (Activity.SEE_CASE, EntryPage.CASE),
    (Activity.ASK_COORDINATOR, EntryPage.COORDINATOR),
    (Activity.ANSWER_MATCH, EntryPage.COORDINATOR),
)


def _page(kind: EntryKind, phase: Phase, roles: frozenset[Role], in_force: bool) -> EntryPage | None:
    """The first page that opens for these roles in this phase."""
    of_kind = _OF_A_FOLLOW_UP if kind in (EntryKind.CALL, EntryKind.EVALUATION) else ()
    opens = (page for activity, page in (*of_kind, *_OF_A_CASE) if may(activity, phase, roles, in_force))
    return next(opens, None)


_COORDINATORS = (
    select(Account.id, Account.name)
    .where(Account.id.in_(select(_case.coordinator_id).where(one_of(_case.region_id, "regions"), IS_OPEN)))
    .order_by(Account.id)
)


def coordinators(session: Session, who: Visitor) -> tuple[tuple[int, str], ...]:
    """Who coordinates open cases in the regions of a manager, by surname."""
    rows = read_rows(session, _COORDINATORS, {"regions": list(who.regions)}) if who.regions else ()
    return tuple((row.id, row.name) for row in sorted(rows, key=lambda row: by_surname(row.name)))


_ZONE = select(Region.timezone).where(Region.id == bindparam("region"))


def zone_of(session: Session, who: Visitor) -> str:
    """The time zone in which the visitor works."""
    row = read_row(session, _ZONE, {"region": who.home_region})
    return row.timezone if row else "UTC"


_feed = CalendarFeed.__table__.c
_FEED = select(*(_feed[name] for name in FeedRow.__dataclass_fields__))
_OF_ACCOUNT = _FEED.where(_feed.account_id == bindparam("account"))
_OF_TOKEN = _FEED.where(_feed.token_hash == bindparam("hash"))


def feed_of(session: Session, account_id: int) -> FeedRow | None:
    """The private address of an account; None while it has none."""
    row = read_row(session, _OF_ACCOUNT, {"account": account_id})
    return FeedRow(*row) if row else None


def feed_at(session: Session, token: str) -> FeedRow | None:
    """The private address with this token; None if it is nobody's."""
    row = read_row(session, _OF_TOKEN, {"hash": hash_token(token)})
    return FeedRow(*row) if row else None
