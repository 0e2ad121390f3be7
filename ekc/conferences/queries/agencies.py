"""The agencies of a case: for whom its referrer and professionals work or speak."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Participant
from ekc.conferences.queries.members import BY_PROFESSION, SETS_LINE, Member
from ekc.conferences.queries.rows import by_case
from ekc.workflow import independence
from ekc.workflow.independence import Agency, Tie
from ekc.workflow.vocabulary import Part

_people = Participant.__table__.c
_PROFESSIONALS: Select[*tuple[Any, ...]] = (
    select(*(_people[name] for name in ("conference_id", "part", "organisation", "speaks_for")), SETS_LINE)
    .where(_people.conference_id.in_(bindparam("cases", expanding=True)), _people.removed_at.is_(None), BY_PROFESSION)
    .order_by(_people.conference_id, _people.id)
)


def agencies(circle: Iterable[Member]) -> tuple[Agency, ...]:
    """The agencies of a case: for whom its referrer and professionals work or speak. Interpreters have none."""
    return _agencies((one.part, one.organisation, one.speaks_for, one.sets_bottom_line) for one in circle)


def agencies_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, tuple[Agency, ...]]:
    """The agencies of several cases at once; a case without any is left out."""
    found = by_case(session, _PROFESSIONALS, conference_ids)
    return {id_: _agencies(tuple(row)[1:] for row in rows) for id_, rows in found.items()}


def _agencies(rows: Iterable[tuple[Any, ...]]) -> tuple[Agency, ...]:
    """Agencies of tuples of part, organisation, represented organisation, and whether they set a bottom line."""
    return independence.agencies(
        (name, _tie(part, decides)) for part, *names, decides in rows for name in names if name
    )


def _tie(part: Part, decides: bool) -> Tie:
    if part is Part.REFERRER:
        return Tie.REFERS
    return Tie.DECIDES if decides else Tie.HELPS
