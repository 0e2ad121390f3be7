"""Fields of more than one form: a line, somebody's words, people of the circle. Who can be chosen is handed in."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from ekc.core.language import lazy_gettext as _l
from ekc.plans.queries import CirclePerson

LINE = 300
PLACE = 160
WORDS = 1000

TOO_LONG = _l("Keep it under %(max)d characters.")


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


def line(label: str, missing: str = "", most: int = LINE) -> StringField:
    """One line of text, at most `most` characters; `missing` is said where it has to be filled in."""
    asked: list[Any] = [Length(max=most, message=TOO_LONG)]
    return StringField(label, filters=[_stripped], validators=[*([DataRequired(missing)] if missing else []), *asked])


def own_words(label: str) -> TextAreaField:
    """What somebody says, in their own words."""
    return TextAreaField(
        label,
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=WORDS, message=TOO_LONG)],
        render_kw={"rows": 2},
    )


def number(value: Any) -> int:
    """A person of a choice; 0 is nobody yet."""
    return int(value or 0)


def people_field(label: str, **more: Any) -> SelectMultipleField:
    """People of the circle, as chips. Whom one can choose is handed in: `offer_people`."""
    return SelectMultipleField(label, coerce=number, choices=[], **more)


def offer_people(field: SelectMultipleField, people: Iterable[CirclePerson]) -> None:
    """Whom one can choose in a field of people."""
    field.choices = [SelectChoice(person.id, person.name) for person in people]


def person_field(label: str) -> SelectField:
    """One person of the circle; 0 is nobody yet. Whom one can choose is handed in: `offer_person`."""
    return SelectField(label, coerce=number, choices=[])


def offer_person(field: SelectField, people: Iterable[CirclePerson], nobody: str = "") -> None:
    """Whom one can choose in a field of one person; `nobody`, if given, is said where no one is chosen."""
    none = [SelectChoice(0, nobody)] if nobody else []
    field.choices = [*none, *(SelectChoice(person.id, person.name) for person in people)]
