"""What is known of open cases, to which registrations of a file are compared."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, Participant
from ekc.core.reading import one_of, read_rows
from ekc.workflow.vocabulary import Part, Phase


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case, as far as a registration can be it: its number, municipality and main persons."""

    number: str
    municipality: str
    main_persons: tuple[str, ...]


_OPEN = (
    select(Conference.number, Conference.municipality.label("municipality"), Participant.name)
    .join(Participant, Participant.conference_id == Conference.id)
    .where(one_of(Conference.region_id, "regions"), Conference.phase.in_([p for p in Phase if p is not Phase.CLOSED]))
    .where(Participant.part == Part.MAIN_PERSON, Participant.removed_at.is_(None))
    .order_by(Conference.id, Participant.id)
)


def open_cases(session: Session, regions: Collection[int]) -> list[OpenCase]:
    """The open cases of these regions."""
    rows = read_rows(session, _OPEN, {"regions": list(regions)}) if regions else ()
    return [
        OpenCase(*case, tuple(row.name for row in people))
        for case, people in groupby(rows, lambda row: (row.number, row.municipality))
    ]
