"""Cases at each phase, made through the product's own actions with good defaults. Who acts is in `tests/cast.py`."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.actions import register_case
from ekc.conferences.entries import NewCase, PersonDetails
from ekc.conferences.queries import circle
from ekc.workflow.vocabulary import Part
from tests.cast import MUNICIPALITY, Cast


@dataclass(frozen=True)
class Made:
    """A case as it was made: its id, and the participant ids of its people by first name in lower case."""

    id: int
    people: dict[str, int] = field(default_factory=dict)


def registered_case(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """A family conference that Karim of youth protection registered for Marieke; nobody is asked yet."""
    new = NewCase(
        municipality=MUNICIPALITY,
        region_id=cast.north,
        title="Family De Wit - El Amrani",
        question="How do we see to it together that the children can live at home safely?",
        reason="Two nights on which the children were alone.",
        topics=("parenting", "school absence"),
        wishes=("speaks Dutch and understands Moroccan Arabic", "preferably a woman"),
        registered_by=Part.REFERRER,
        main_persons=(
            PersonDetails(name="Marieke de Wit", part=Part.MAIN_PERSON, relation="mother", email="marieke@example.org"),
        ),
        referrer=PersonDetails(
            name="Karim Jansen", part=Part.REFERRER, organisation="Youth protection", email="karim@example.org"
        ),
    )
    new = replace(new, **changes)  # type: ignore[arg-type]
    return look_at(session, register_case(session, cast.nobody, at, new))


def look_at(session: Session, conference_id: int) -> Made:
    """The case with all who are in its circle now."""
    return Made(conference_id, {row.name.split()[0].lower(): row.id for row in circle(session, conference_id)})
