"""The list of follow-ups over all cases of a manager: dates and states, never a name or a text.

Reads no encrypted column. When a family comes together again, the open follow-ups of its plan stay listed until another
plan replaces them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from ekc.accounts.access import By, Visitor
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.directory.models import Municipality
from ekc.evaluations.models import OPEN, FollowUp, FollowUpState, state_on
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.profiles import area_word
from ekc.workflow.vocabulary import Phase, Variant

PAGE = 50
OPEN_STATES = frozenset({FollowUpState.PLANNED, FollowUpState.DUE, FollowUpState.LATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpFilter:
    """The filter of the list. `states` empty: every state."""

    municipality: str = ""  # as its row is called
    variant: Variant | None = None
    states: frozenset[FollowUpState] = frozenset()
    due_until: date | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One follow-up, as a manager sees it."""

    id: int
    number: str
    municipality: str
    variant: Variant
    phase: Phase
    kind: FollowUpKind
    due_on: date
    state: FollowUpState


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are due and late today, and were held in this calendar month."""

    due: int
    late: int
    held: int


def today_for(by: By) -> date:
    """The local day of the visitor's cases: all in one time zone, as a manager works in one country."""
    zone = by.session.scalar(select(Conference.timezone).where(_scope(by.visitor, Conference.region_id)).limit(1))
    return local_date(by.at, zone or "UTC")


def municipalities(session: Session, visitor: Visitor) -> tuple[str, ...]:
    """The municipalities of the visitor's cases, by name."""
    theirs = select(Conference.municipality_id).where(_scope(visitor, Conference.region_id))
    found = select(Municipality.name).where(Municipality.id.in_(theirs))
    return tuple(session.scalars(found.order_by(Municipality.name)))


def area(session: Session, visitor: Visitor) -> str:
    """What the municipalities of the visitor's cases are called, by country."""
    found = select(Conference.profile).where(_scope(visitor, Conference.region_id)).distinct()
    return area_word(session.scalars(found).all())


def follow_ups(
    session: Session,
    visitor: Visitor,
    wanted: FollowUpFilter,
    today: date,
    after: tuple[date, int] | None = None,
    limit: int | None = None,
) -> tuple[ReportRow, ...]:
    """The follow-ups after the given (due_on, id), by date; all of them without `limit`."""
    rows = _filtered(
        select(
            FollowUp.id,
            Conference.number,
            Conference.municipality,
            Conference.variant,
            Conference.phase,
            FollowUp.kind,
            FollowUp.due_on,
            FollowUp.latest_on,
            FollowUp.held_on,
            FollowUp.given_up_on,
        ),
        visitor,
        wanted,
    )
    if wanted.states:
        rows = rows.where(or_(*(_state_condition(state, today) for state in wanted.states)))
        if wanted.states <= OPEN_STATES:
            rows = rows.where(*OPEN)  # said once for all of them, the partial index of open ones serves
    if wanted.due_until:
        rows = rows.where(FollowUp.due_on <= wanted.due_until)
    if after:
        rows = rows.where(tuple_(FollowUp.due_on, FollowUp.id) > tuple_(*after))
    found = session.execute(rows.order_by(FollowUp.due_on, FollowUp.id).limit(limit))
    return tuple(
        ReportRow(
            row.id,
            row.number,
            row.municipality,
            row.variant,
            row.phase,
            row.kind,
            row.due_on,
            state_on(today, row),
        )
        for row in found
    )


def counts(session: Session, visitor: Visitor, wanted: FollowUpFilter, today: date) -> Counts:
    """The counts above the list, for the same municipality and variant."""
    month = today.replace(day=1)
    following = (month + timedelta(days=31)).replace(day=1)
    held = and_(FollowUp.held_on.is_not(None), FollowUp.held_on >= month, FollowUp.held_on < following)
    conditions = (_state_condition(FollowUpState.DUE, today), _state_condition(FollowUpState.LATE, today), held)
    # One statement each, because each reads another index.
    numbers = (_filtered(select(func.count()), visitor, wanted).where(condition) for condition in conditions)
    return Counts(*session.execute(select(*(number.scalar_subquery() for number in numbers))).one())


def _filtered(rows: Select[*tuple[Any, ...]], visitor: Visitor, wanted: FollowUpFilter) -> Select[*tuple[Any, ...]]:
    rows = rows.select_from(FollowUp).join(Conference, Conference.id == FollowUp.conference_id)
    rows = rows.where(_scope(visitor, FollowUp.region_id))
    if wanted.municipality:
        row = select(Municipality.id).where(Municipality.name == wanted.municipality)
        rows = rows.where(Conference.municipality_id == row.scalar_subquery())
    if wanted.variant:
        rows = rows.where(Conference.variant == wanted.variant)
    return rows


def _scope(visitor: Visitor, region_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The cases of the regions and municipalities that the visitor manages."""
    parts: list[ColumnElement[bool]] = []
    if visitor.regions:
        parts.append(region_id.in_(visitor.regions))
    if visitor.municipalities:
        parts.append(Conference.municipality_id.in_(visitor.municipalities))
    return or_(*parts) if parts else false()


def _state_condition(state: FollowUpState, today: date) -> ColumnElement[bool]:
    """`state_on` as an SQL condition."""
    match state:
        case FollowUpState.HELD:
            return FollowUp.held_on.is_not(None)
        case FollowUpState.GIVEN_UP:
            return and_(FollowUp.given_up_on.is_not(None), FollowUp.held_on.is_(None))
        case FollowUpState.LATE:
            return and_(*OPEN, FollowUp.latest_on < today)
        case FollowUpState.DUE:
            return and_(*OPEN, FollowUp.due_on <= today, FollowUp.latest_on >= today)
        case FollowUpState.PLANNED:
            return and_(*OPEN, FollowUp.due_on > today, FollowUp.latest_on >= today)
