"""The circle as the workflow and the case page know it: names, parts, agencies, never how to reach somebody or views.

Each statement is built once and reads only the columns that are shown: most of what a page costs is making statements
and decrypting. The whole of a person: `case.py`.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam, case, exists, select
from sqlalchemy.orm import Session

from ekc.conferences.models import BottomLine, Consent, Participant, SafetyConcern
from ekc.workflow import independence
from ekc.workflow.independence import Agency, Tie
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS, Attends, Part


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the circle."""

    id: int
    name: str
    part: Part
    attends: Attends | None
    born: date | None
    informed_on: date | None
    needs_interpreter: bool
    organisation: str | None  # of referrer and professionals
    speaks_for: str | None  # so too
    sets_bottom_line: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    """A bottom line without its words."""

    id: int
    number: int
    shared_on: date | None


_people, _lines = Participant.__table__.c, BottomLine.__table__.c
_by_profession = _people.part.in_(PROFESSIONAL_PARTS)
_SETS_LINE = exists().where(_lines.conference_id == _people.conference_id, _lines.set_by == _people.id)
_MEMBERS: Select[*tuple[Any, ...]] = (
    select(
        *(_people[name] for name in ("id", "name", "part", "attends", "born", "informed_on", "needs_interpreter")),
        case((_by_profession, _people.organisation)),
        case((_by_profession, _people.speaks_for)),
        _SETS_LINE,
    )
    .where(_people.conference_id == bindparam("case"), _people.removed_at.is_(None))
    .order_by(_people.id)
)
_PROFESSIONALS: Select[*tuple[Any, ...]] = (
    select(*(_people[name] for name in ("conference_id", "part", "organisation", "speaks_for")), _SETS_LINE)
    .where(_people.conference_id.in_(bindparam("cases", expanding=True)), _people.removed_at.is_(None), _by_profession)
    .order_by(_people.conference_id, _people.id)
)
_consents = Consent.__table__.c
_CONSENTS = select(_consents.participant_id, _consents.scope).where(
    _consents.conference_id == bindparam("case"), _consents.withdrawn_on.is_(None)
)
_concerns = SafetyConcern.__table__.c
_CONCERNS = select(_concerns.participant_id, _concerns.arrangement).where(_concerns.conference_id == bindparam("case"))
_LINES = (
    select(*(_lines[name] for name in LineRow.__dataclass_fields__))
    .where(_lines.conference_id == bindparam("case"))
    .order_by(_lines.number)
)


def members(session: Session, conference_id: int) -> tuple[Member, ...]:
    """Everybody in the circle now, in the order in which they came into it."""
    return tuple(Member(*row) for row in session.execute(_MEMBERS, {"case": conference_id}))


def agencies(circle: Iterable[Member]) -> tuple[Agency, ...]:
    """The agencies of a case: for whom its referrer and professionals work or speak. An interpreter's is none."""
    return _agencies((one.part, one.organisation, one.speaks_for, one.sets_bottom_line) for one in circle)


def agencies_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, tuple[Agency, ...]]:
    """The agencies of several cases at once; a case without any is left out."""
    rows = session.execute(_PROFESSIONALS, {"cases": list(conference_ids)}).all()
    return {id_: _agencies(tuple(row)[1:] for row in of_one) for id_, of_one in groupby(rows, key=lambda row: row[0])}


def _agencies(told: Iterable[tuple[Any, ...]]) -> tuple[Agency, ...]:
    """Of parts, organisations, whom people speak for, and whether they set a bottom line."""
    return independence.agencies(
        (name, _tie(part, decides)) for part, *names, decides in told for name in names if name
    )


def _tie(part: Part, decides: bool) -> Tie:
    if part is Part.REFERRER:
        return Tie.REFERS
    return Tie.DECIDES if decides else Tie.HELPS


def consented(session: Session, conference_id: int) -> frozenset[int]:
    """Who said yes to the conference; a yes to keeping a file alone is none, nor is a withdrawn one."""
    rows = session.execute(_CONSENTS, {"case": conference_id})
    return frozenset(row.participant_id for row in rows if row.scope != "file")


def unmet_concerns(session: Session, conference_id: int) -> Counter[int]:
    """How many safety concerns of each person have no arrangement yet."""
    rows = session.execute(_CONCERNS, {"case": conference_id})
    return Counter(row.participant_id for row in rows if not row.arrangement)


def line_rows(session: Session, conference_id: int) -> tuple[LineRow, ...]:
    """The bottom lines, by number."""
    return tuple(LineRow(*row) for row in session.execute(_LINES, {"case": conference_id}))
