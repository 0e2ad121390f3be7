"""The circle as the workflow and the case page know it: names and parts, never how to reach somebody or their views.

Each statement is built once and reads only the columns that are shown: most of what a page costs is making statements
and decrypting. The whole of a person: `case.py`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.models import BottomLine, Consent, Participant, SafetyConcern
from ekc.workflow.vocabulary import Attends, Part


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


@dataclass(frozen=True, slots=True)
class LineRow:
    """A bottom line without its words."""

    id: int
    number: int
    shared_on: date | None


_people = Participant.__table__.c
_MEMBERS = (
    select(*(_people[name] for name in Member.__dataclass_fields__))
    .where(_people.conference_id == bindparam("case"), _people.removed_at.is_(None))
    .order_by(_people.id)
)
_consents = Consent.__table__.c
_CONSENTS = select(_consents.participant_id, _consents.scope).where(
    _consents.conference_id == bindparam("case"), _consents.withdrawn_on.is_(None)
)
_concerns = SafetyConcern.__table__.c
_CONCERNS = select(_concerns.participant_id, _concerns.arrangement).where(_concerns.conference_id == bindparam("case"))
_lines = BottomLine.__table__.c
_LINES = (
    select(*(_lines[name] for name in LineRow.__dataclass_fields__))
    .where(_lines.conference_id == bindparam("case"))
    .order_by(_lines.number)
)


def members(session: Session, conference_id: int) -> tuple[Member, ...]:
    """Everybody in the circle now, in the order in which they came into it."""
    return tuple(Member(*row) for row in session.execute(_MEMBERS, {"case": conference_id}))


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
