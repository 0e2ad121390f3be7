"""Fields of more than one form: a line, somebody's words, people of the circle. Who can be chosen is handed in."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from ekc.plans.queries import CirclePerson

LINE = 300
PLACE = 160
WORDS = 1000

TOO_LONG = _l("Keep it under %(max)d characters.")


def _stripped(text: str | None) -> str:
    return " ".join((text or "").split())


def line(label: str, missing: str = "", most: int = LINE) -> StringField:
    asked: list[Any] = [Length(max=most, message=TOO_LONG)]
    return StringField(label, filters=[_stripped], validators=[*([DataRequired(missing)] if missing else []), *asked])


def own_words(label: str) -> TextAreaField:
    return TextAreaField(
        label,
        filters=[lambda text: (text or "").strip()],
        validators=[Length(max=WORDS, message=TOO_LONG)],
        render_kw={"rows": 2},
    )


def number(value: Any) -> int:
    """A person of a choice; 0 is nobody yet."""
    return int(value or 0)


class PeopleField(SelectMultipleField):  # type: ignore[misc]
    """People of the circle, as chips."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, coerce=number, choices=[], validate_choice=True, **more)

    def offer(self, people: Iterable[CirclePerson]) -> None:
        """Whom one can choose."""
        self.choices = [SelectChoice(person.id, person.name) for person in people]


class PersonField(SelectField):  # type: ignore[misc]
    """One person of the circle, or nobody yet."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, coerce=number, choices=[], **more)

    def offer(self, people: Iterable[CirclePerson], nobody: str) -> None:
        """Whom one can choose; `nobody` is said where no one is chosen."""
        self.choices = [SelectChoice(0, nobody), *(SelectChoice(person.id, person.name) for person in people)]

    def chosen(self) -> int | None:
        """Who was chosen."""
        return self.data or None
