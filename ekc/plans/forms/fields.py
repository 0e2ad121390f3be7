"""Fields of the forms of a plan. The caller passes the people to choose from."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from ekc.conferences.forms.fields import passage
from ekc.core.forms import AtMost
from ekc.core.lengths import PASSAGE
from ekc.plans.queries.circle import CirclePerson


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


def one_line(label: str, missing: str = "", most: int = PASSAGE) -> StringField:
    """A sentence or some on one line; `missing` makes it required and is its error message."""
    asked: list[Any] = [DataRequired(missing)] if missing else []
    return StringField(label, filters=[_stripped], validators=[*asked, AtMost(most)])


def own_words(label: str) -> Any:
    """A text in somebody's own words."""
    return passage(label, most=PASSAGE, rows=2)


def _number(value: Any) -> int:
    """The id of a chosen person; 0: nobody yet."""
    return int(value or 0)


def people_field(label: str, **more: Any) -> SelectMultipleField:
    """Several people of the circle. Choices: `offer_people`."""
    return SelectMultipleField(label, coerce=_number, choices=[], **more)


def offer_people(field: SelectMultipleField, people: Iterable[CirclePerson]) -> None:
    """Set the choices of a field of people."""
    field.choices = [SelectChoice(person.id, person.name) for person in people]


def person_field(label: str) -> SelectField:
    """One person of the circle; 0: nobody yet. Choices: `offer_person`."""
    return SelectField(label, coerce=_number, choices=[])


def offer_person(field: SelectField, people: Iterable[CirclePerson], nobody: str) -> None:
    """Set the choices of a field of one person; `nobody` is the label of no choice; empty: there is none."""
    none = [SelectChoice(0, nobody)] if nobody else []
    field.choices = [*none, *(SelectChoice(person.id, person.name) for person in people)]
