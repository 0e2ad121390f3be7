"""Reading which cases need another coordinator, because theirs leaves, has left or is away."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from ekc.accounts.access import has_left
from ekc.accounts.models import Account, Region
from ekc.accounts.queries import COORDINATES
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.core.reading import one_of
from ekc.evaluations.models import OPEN, FollowUp
from ekc.matching.models import CoordinatorAbsence, Match
from ekc.matching.queries.match import match_history
from ekc.matching.queries.profile import AbsenceRow, absences
from ekc.meetings.models import Meeting
from ekc.names import by_surname
from ekc.workflow.vocabulary import Phase, Variant


@dataclass(frozen=True, slots=True)
class Leaver:
    """A coordinator who leaves, has left or is away, with the number of their cases that are open here."""

    account_id: int
    name: str
    leaves_on: date | None
    gone: bool  # so these cases have no active coordinator
    cases: int
    away: AbsenceRow | None = None  # of somebody who stays


#: So long somebody who was asked has to answer, before whoever asked rings them.
TIME_TO_ANSWER = timedelta(days=2)
_SOON = timedelta(days=7)
#: So long before somebody is away it is offered to hand over their cases.
_BEFORE_ABSENCE = timedelta(weeks=2)


@dataclass(frozen=True, slots=True)
class UnansweredRequest:
    """A case under way that a coordinator is asked to take over, without an answer yet."""

    conference_id: int
    title: str
    timezone: str
    asked: str  # the name of the coordinator
    phone: str | None  # their number
    asked_at: datetime
    next_on: date | None  # as of `CaseToHandOver`

    def is_urgent(self, at: datetime) -> bool:
        """Whether it waits for two days, and the case has a day within a week."""
        soon = self.next_on is not None and self.next_on <= local_date(at + _SOON, self.timezone)
        return soon and self.asked_at <= at - TIME_TO_ANSWER


@dataclass(frozen=True, slots=True)
class HandingOver:
    """Leavers, absent coordinators and unanswered requests in a manager's regions; those who have left come first."""

    leavers: tuple[Leaver, ...] = ()
    away: tuple[Leaver, ...] = ()
    unanswered: tuple[UnansweredRequest, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.leavers or self.away or self.unanswered)


@dataclass(frozen=True, slots=True)
class Takeover:
    """What whoever is asked reads first: who asks, why, instead of whom, and what comes next."""

    asker: str
    phone: str
    reason: str
    coordinator: str  # empty where there is none yet
    next: "CaseToHandOver"


@dataclass(frozen=True, slots=True)
class CaseToHandOver:
    """A case that needs another coordinator, its next meeting or follow-up, and who is asked."""

    id: int
    number: str
    title: str
    phase: Phase
    region_id: int
    timezone: str
    starts_at: datetime | None
    due_on: date | None
    asked_id: int | None
    asked: str | None  # the name of the coordinator who is asked
    variant: Variant

    @property
    def next_on(self) -> date | None:
        """The day of the coming conference or first open follow-up; `date.min` while a conference is in progress."""
        if self.phase in {Phase.REGISTRATION, Phase.SETUP}:
            return local_date(self.starts_at, self.timezone) if self.starts_at else None
        return (
            self.due_on if self.phase is Phase.EVALUATION else date.min
        )  # in the phases between the conference is in progress


_gone = or_(~Account.active, ~COORDINATES.correlate(Account))
_leaving = or_(_gone, Account.leaves_on.is_not(None))


_open_here = and_(one_of(Conference.region_id, "regions"), Conference.phase != Phase.CLOSED)
_count = select(func.count()).where(Conference.coordinator_id == Account.id, _open_here).correlate(Account)
#: Accounts with the number of open cases in these regions that they coordinate, if they leave or have left.
_COORDINATORS = select(
    Account.id,
    Account.name,
    Account.active,
    Account.leaves_on,
    Account.region_id,
    Region.timezone,
    _gone.label("gone"),
    _count.scalar_subquery().label("cases"),
).join(Region, Region.id == Account.region_id)
_LEAVERS = _COORDINATORS.where(_leaving)
_has_cases = exists().where(Conference.coordinator_id == Account.id, _open_here).correlate(Account)
_LEAVERS_WITH_CASES = _LEAVERS.where(_has_cases)
_soon_away = exists().where(
    CoordinatorAbsence.account_id == Account.id,
    CoordinatorAbsence.last_day >= bindparam("today"),
    CoordinatorAbsence.first_day <= bindparam("soon"),
)
_AWAY_WITH_CASES = _COORDINATORS.where(~_leaving, _soon_away, _has_cases)
_AWAY_HERE = _COORDINATORS.where(~_leaving, _soon_away, or_(one_of(Account.region_id, "regions"), _has_cases))
_UNANSWERED = (
    select(Conference.id, Conference.title, Conference.timezone, Account.name, Account.phone, Match.asked_at)
    .join(Match, and_(Match.conference_id == Conference.id, Match.ended_on.is_(None), Match.accepted_on.is_(None)))
    .join(Account, Account.id == Match.account_id)
    .where(_open_here, Conference.phase != Phase.REGISTRATION)
    .order_by(Match.asked_at, Conference.id)
)


def handing_over(session: Session, at: datetime, regions: Collection[int]) -> HandingOver:
    """Leavers and unanswered requests for the manager of these regions."""
    here = {"regions": list(regions)}
    leavers = [_leaver(row, at) for row in session.execute(_LEAVERS_WITH_CASES, here)]
    leavers.sort(key=lambda one: (not one.gone, one.leaves_on or date.min, by_surname(one.name)))
    away = _away(session, at, _AWAY_WITH_CASES, here)
    asked = session.execute(_UNANSWERED, here).all()
    ids = [row.id for row in asked]
    days = {one.id: one.next_on for one in _cases_to_hand_over(session, Conference.id.in_(ids))} if ids else {}
    unanswered = tuple(UnansweredRequest(*row, next_on=days[row.id]) for row in asked)
    return HandingOver(tuple(leavers), away, unanswered)


def leaver(session: Session, at: datetime, regions: Collection[int], account_id: int) -> Leaver | None:
    """One coordinator who leaves, has left or is away soon; None if not, or if they have nothing to do with these
    regions.
    """
    here = {"regions": list(regions)}
    row = session.execute(_LEAVERS.where(Account.id == account_id), here).one_or_none()
    if row is None:
        return next(iter(_away(session, at, _AWAY_HERE.where(Account.id == account_id), here)), None)
    colleague = row.region_id in regions and (row.leaves_on is not None or not row.active)
    return _leaver(row, at) if row.cases or colleague else None


def _away(
    session: Session, at: datetime, statement: Select[*tuple[Any, ...]], here: Mapping[str, Any]
) -> tuple[Leaver, ...]:
    """Who is away now or within two weeks, by the first day."""
    today = at.date()  # a day more or less where they are does not matter
    days = {"today": today, "soon": today + _BEFORE_ABSENCE}
    rows = session.execute(statement, {**here, **days}).all()
    if not rows:
        return ()
    known = absences(session, [row.id for row in rows], today, days["soon"])
    found = [Leaver(row.id, row.name, None, False, row.cases, known[row.id][0]) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.away.first_day if one.away else today, by_surname(one.name))))


def cases_to_hand_over(session: Session, regions: Collection[int], account_id: int) -> tuple[CaseToHandOver, ...]:
    """The cases of a coordinator still to be handed over: those with the nearest date first, without one last."""
    found = _cases_to_hand_over(session, _open_here, Conference.coordinator_id == account_id, regions=regions)
    return tuple(sorted(found, key=lambda one: one.next_on or date.max))


def case_to_hand_over(session: Session, conference_id: int) -> CaseToHandOver:
    """One case for which somebody is asked."""
    return _cases_to_hand_over(session, Conference.id == conference_id)[0]


def takeover(session: Session, conference_id: int) -> Takeover:
    """The request that waits for an answer."""
    asked = next(event for event in match_history(session, conference_id) if event.action == "asked")
    asker = aliased(Account)
    pending = (Match.conference_id == conference_id, Match.ended_on.is_(None), Match.accepted_on.is_(None))
    row = session.execute(
        select(asker.name, asker.phone, Account.name.label("coordinator"))
        .select_from(Match)
        .join(Conference, Conference.id == Match.conference_id)
        .outerjoin(asker, asker.id == Match.asked_by)
        .outerjoin(Account, Account.id == Conference.coordinator_id)
        .where(*pending)
    ).one()
    comes = case_to_hand_over(session, conference_id)
    return Takeover(row.name or asked.actor, row.phone or "", asked.reason, row.coordinator or "", comes)


def _cases_to_hand_over(
    session: Session, *which: ColumnElement[bool], regions: Collection[int] = ()
) -> list[CaseToHandOver]:
    of_case = (Meeting.conference_id == Conference.id, Meeting.set_aside.is_(False))
    latest = select(func.max(Meeting.number)).where(*of_case).correlate(Conference)
    due = select(func.min(FollowUp.due_on)).where(FollowUp.conference_id == Conference.id, *OPEN)
    shown: tuple[Any, ...] = (
        Conference.id,
        Conference.number,
        Conference.title,
        Conference.phase,
        Conference.region_id,
        Conference.timezone,
        Meeting.starts_at,
        due.correlate(Conference).scalar_subquery(),
        Conference.asked_coordinator_id,
        Account.name,
        Conference.variant,
    )
    rows = session.execute(
        select(*shown)
        .outerjoin(Account, Account.id == Conference.asked_coordinator_id)
        .outerjoin(Meeting, and_(Meeting.conference_id == Conference.id, Meeting.number == latest.scalar_subquery()))
        .where(*which)
        .order_by(Conference.id),
        {"regions": list(regions)},
    )
    return [CaseToHandOver(*row) for row in rows]


def _leaver(row: Row[*tuple[Any, ...]], at: datetime) -> Leaver:
    gone = row.gone or has_left(row.leaves_on, row.timezone, at)
    return Leaver(row.id, row.name, row.leaves_on, gone, row.cases)
