"""The bottom lines of a case, with their text and without."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.models import BottomLine, Participant
from ekc.conferences.queries.rows import by_case, columns_of, of_cases, to_dataclass
from ekc.workflow.vocabulary import CasePart, Scope

_lines = BottomLine.__table__.c


@dataclass(frozen=True, slots=True)
class BottomLineRow:
    """A bottom line with the name of the person who set it."""

    id: int
    number: int
    text: str
    ground: str
    set_by: int
    set_by_name: str
    shared_on: date | None


@dataclass(frozen=True, slots=True)
class BottomLineState:
    """A bottom line without its text."""

    id: int
    number: int
    shared_on: date | None


_LINES = (
    select(_lines.conference_id, *(_lines[name] for name in BottomLineState.__dataclass_fields__))
    .where(of_cases(_lines.conference_id))
    .order_by(_lines.conference_id, _lines.number)
)


_WITH_TEXT = (
    select(*columns_of(BottomLineRow, BottomLine))
    .join(Participant, Participant.id == BottomLine.set_by)
    .where(BottomLine.conference_id == bindparam("case"))
    .order_by(BottomLine.number)
)


def bottom_lines(session: Session, conference_id: int) -> tuple[BottomLineRow, ...]:
    """The bottom lines, by number."""
    rows = session.execute(_WITH_TEXT, {"case": conference_id})
    return tuple(to_dataclass(BottomLineRow, row) for row in rows)


def visible_bottom_lines(session: Session, case: Case) -> tuple[BottomLineRow, ...]:
    """The bottom lines that the visitor sees, by number: all, or only those shared with the family."""
    scope = case.sees(CasePart.BOTTOM_LINES)
    lines = bottom_lines(session, case.id) if scope else ()
    return lines if scope is Scope.ALL else tuple(line for line in lines if line.shared_on is not None)


def bottom_line_states(session: Session, conference_id: int) -> tuple[BottomLineState, ...]:
    """The bottom lines without text, by number."""
    return bottom_line_states_of_cases(session, [conference_id]).get(conference_id, ())


def bottom_line_states_of_cases(
    session: Session, conference_ids: Collection[int]
) -> dict[int, tuple[BottomLineState, ...]]:
    """The bottom lines of several cases at once; a case without any is left out."""
    return {
        id_: tuple(BottomLineState(*tuple(row)[1:]) for row in rows)
        for id_, rows in by_case(session, _LINES, conference_ids).items()
    }
