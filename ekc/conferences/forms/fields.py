"""Field factories for the forms of a case, with error messages that say what to do."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from wtforms import (
    EmailField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from ekc.conferences.forms.days import read_day
from ekc.conferences.queries.circle import PersonRow
from ekc.core.errors import Unknown
from ekc.core.forms import AtMost, can_be_rung
from ekc.core.language import LANGUAGES, language, locale
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import ACCOUNT, MAIL, NAME, PASSAGE, WORD
from ekc.core.outbox import deliverable
from ekc.core.routes import MAX_ID, now
from ekc.names import alphabetical, by_surname, fold
from ekc.workflow.birth import Birth
from ekc.workflow.vocabulary import Labelled

#: Languages that families speak; shown by their names in the reader's language.
_CODES = (
    "nl en ar ary tr pl uk ru de fr es pt it ro bg hu cs sk sq sr hr bs el sv no da fi lt lv et fy pap srn hi ur pa bn "
    "ta ne ps fa prs ku ckb so ti am om sw ig yo ha ln rw zgh rif zh yue vi th id tl ja ko mi sm to"
)
SPOKEN = tuple(_CODES.split())
#: No plan can be printed in these: there is no date format or no font for them.
_NO_PAPER = "ary srn hi pa bn ta ne prs zgh zh yue th ja ko sm"
FROM_LIST: dict[str, Any] = {
    "invalid_choice_message": _l("Choose from the list."),
    "invalid_value_message": _l("Choose from the list."),
}
CHOOSE = _l("Choose")
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that are drawn as nothing
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _can_get_mail(_form: Any, field: Field) -> None:
    try:
        deliverable(field.data)
    except ValueError:
        before, at, _domain = (field.data or "").rpartition("@")
        if at and not before.isascii():
            raise ValidationError(
                _("Email does not reach an address with a letter such as é before the @. Ask for another one.")
            ) from None
        raise ValidationError(_("Write an email address such as name@example.org.")) from None


def tidy(text: str | None) -> str:
    """Normalise text: no surrounding whitespace, no control characters, "\n" as line end; empty if it shows nothing."""
    tidied = _UNWRITABLE.sub("", (text or "").replace("\r\n", "\n")).strip()
    return tidied if any(map(_is_seen, tidied)) else ""


def _is_seen(char: str) -> bool:
    """Whether a character shows something: not one that joins, parts or fills."""
    return unicodedata.category(char) not in {"Cf", "Mn", "Zs", "Zl", "Zp"} and char not in _FILLERS


def _on_one_line(text: str) -> str:
    return " ".join(text.splitlines())


def lines(text: str, commas: bool = False) -> tuple[str, ...]:
    """The non-empty lines of a text (or parts between commas or semicolons), without duplicates."""
    parts = re.split(r"[\n,;]" if commas else r"\n", text)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _rules(missing: Any, most: int) -> list[Any]:
    return [DataRequired(missing), AtMost(most)] if missing else [AtMost(most)]  # `tidy` removes blanks first


def line(
    label: Any,
    most: int = NAME,
    missing: Any = None,
    kind: Any = StringField,
    rules: Iterable[Any] = (),
    hint: Any = "",
) -> Any:
    """One line of text. `missing` makes it required and is its error message."""
    return kind(label, [*_rules(missing, most), *rules], filters=[tidy, _on_one_line], description=hint)


def phone_field(label: Any, missing: Any = None, hint: Any = "") -> Any:
    """A telephone number. `missing` as in `line`."""
    return line(label, WORD, missing, TelField, [can_be_rung], hint)


def mail(label: Any, missing: Any = None) -> Any:
    """An email address. `missing` as in `line`."""
    return line(label, MAIL, missing, EmailField, [_can_get_mail] if missing else [Optional(), _can_get_mail])


def passage(label: Any, missing: Any = None, most: int = ACCOUNT, rows: int = 3, hint: Any = "") -> Any:
    """Several lines of text."""
    look = {"rows": rows, "dir": "auto"}
    return TextAreaField(label, _rules(missing, most), filters=[tidy], render_kw=look, description=hint)


def address(rows: int) -> Any:
    """The address of somebody else or of a place, for which a browser offers not one's own."""
    field = passage(_l("Address"), most=PASSAGE, rows=rows)
    field.kwargs["render_kw"]["autocomplete"] = "off"
    return field


_OLDEST = 120  # years
ABOUT = r"about|around|circa|ca\.?|ongeveer|omstreeks|zo'n|rond|±"
_YEAR = re.compile(rf"(?:{ABOUT})?\s*(?P<year>(?:19|20)\d\d)", re.IGNORECASE)
_AGE = re.compile(
    rf"(?P<about>{ABOUT})?\s*"
    r"(?P<years>\d{1,3})\s*(?:years?(?: old)?|jaar(?: oud)?)?",
    re.IGNORECASE,
)


class BirthField(StringField):  # type: ignore[misc]
    """When somebody was born, as far as it is known: a day, a year, or about how old they are.

    Its form says what day it is (`today`). What stood there and was not touched stays as it was, whatever age it shows.
    """

    data: Birth | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._form = kwargs["_form"]

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return born_as_typed(self.data, self._form.today)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with what to do."""
        typed = tidy(valuelist[0] if valuelist else "")
        if typed == born_as_typed(self.object_data, self._form.today):
            self.data = self.object_data
            return
        self.data = read_birth(typed, self._form.today) if typed else None


class CountsAges:
    """A form that asks when somebody was born, which can be said as an age."""

    @property
    def today(self) -> date:
        """By which an age is counted."""
        return now().date()


def read_birth(typed: str, today: date) -> Birth:
    """When somebody was born, as it was typed. Raises ValueError with what to do."""
    try:
        if found := _YEAR.fullmatch(typed):
            year = int(found["year"])
            around = (date(year - 1, 1, 1), date(year + 1, 12, 31))
            return Birth.in_year(year) if found["year"] == typed else Birth(*around)
        if found := _AGE.fullmatch(typed):
            return _aged(int(found["years"]), today, about=bool(found["about"]))
        on = read_day(typed, today, whole=True)
        return Birth(on, on)
    except (ValueError, OverflowError):
        raise ValueError(_("Write a day (3-2-2015), a year (2015), or how old they are: 11, or about 11.")) from None


def _aged(years: int, today: date, about: bool) -> Birth:
    if years > _OLDEST:
        raise ValueError(years)
    return Birth.aged(years, today, about)


def born_as_typed(birth: Birth | None, today: date) -> str:
    """What the field shows, in the reader's language."""
    if birth is None:
        return ""
    if birth.is_day:
        return birth.first.strftime("%d-%m-%Y")
    if birth.year:
        return str(birth.year)
    if birth.youngest(today) == birth.oldest(today):  # as on the day that it was said: it is read again as it was
        return str(birth.youngest(today))
    return _("about %(age)s", age=birth.about(today))


def birth(label: Any) -> Any:
    """When somebody was born, as far as it is known."""
    hint = _l("A day (3-2-2015). Not known? Then the year, or how old they are: 2015, 11, or about 11.")
    return BirthField(
        label, [Optional(), AtMost(WORD)], description=hint, render_kw={"autocomplete": "off", "dir": "auto"}
    )


def choice(label: Any, choices: Iterable[SelectChoice], **more: Any) -> SelectField:
    """One choice from a list."""
    return SelectField(label, choices=list(choices), **FROM_LIST, **more)


def one_of(label: Any, words: Iterable[Labelled], blank: Any = None, **more: Any) -> SelectField:
    """One member of an enumeration; `blank` is the label of no choice."""
    none = [SelectChoice("", blank)] if blank else []
    return choice(label, [*none, *words_of(words)], **more)


def asked_of(label: Any, missing: Any, choices: Iterable[SelectChoice] = (), **more: Any) -> SelectField:
    """One choice from a list, in which nothing is chosen beforehand. `missing`: the error without a choice."""
    return SelectField(
        label, [InputRequired(missing)], choices=[SelectChoice("", CHOOSE), *choices], **FROM_LIST, **more
    )


def words_of(words: Iterable[Labelled]) -> list[SelectChoice]:
    """Choices from the members of an enumeration."""
    return [SelectChoice(word.value, _l(word.label)) for word in words]


def named_choices(choices: dict[str, str]) -> list[SelectChoice]:
    """Choices from a table of stored value and label."""
    return [SelectChoice(key, _l(name)) for key, name in choices.items()]


def id_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class RowIdField(IntegerField):  # type: ignore[misc]
    """The id of a row that a page sends by itself, or a button. Empty is None."""

    data: int | None
    widget = HiddenInput()

    def __init__(self, *validators: Any, **kwargs: Any) -> None:
        super().__init__(validators=validators or (Optional(),), **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it. Raises Unknown for what no row can have: no page sends that."""
        typed = valuelist[0] if valuelist else ""
        try:
            self.data = int(typed) if typed else None
        except ValueError:
            raise Unknown from None
        if abs(self.data or 0) > MAX_ID:
            raise Unknown


def person_field(label: Any, blank: Any = None, missing: Any = None) -> SelectField:
    """One person of the circle; the choices are added later with `person_choices`. `missing` as in `line`.

    With `missing` nobody is preset: what is written down is of whom somebody chose.
    """
    blank = _l("choose") if missing else blank
    none = [SelectChoice("", blank)] if blank else []
    rules = [DataRequired(missing)] if missing else []
    return SelectField(label, rules, choices=none, coerce=id_or_none, **FROM_LIST)


class NamedPersonField(StringField):  # type: ignore[misc]
    """One person of a large circle, whose name is typed; the page lists the names once (`PEOPLE`)."""

    data: int | None

    def offer(self, people: Mapping[str, int]) -> None:
        """Say who may be named, by label, and find who was."""
        named = {fold(label): id_ for label, id_ in people.items()}
        self.data = named.get(fold(tidy(self._value())))
        self.render_kw = {"list": PEOPLE, "dir": "auto", "autocomplete": "off"}

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else ""

    def pre_validate(self, form: Any) -> None:
        """A name that is typed is that of somebody."""
        if tidy(self._value()) and self.data is None:
            raise ValidationError(_("Nobody in the circle is called that. Choose a name from the list."))


#: The id of the list of names on the page.
PEOPLE = "people"


def people_field(label: Any) -> SelectMultipleField:
    """Several people of the circle; the choices are set later with `person_choices`."""
    return SelectMultipleField(label, choices=[], coerce=int, **FROM_LIST)


def person_choices(rows: Iterable[PersonRow], rank: Callable[[PersonRow], Any] = lambda _: 0) -> list[SelectChoice]:
    """The choices for these people, by rank and surname; of those of one name each with what tells them apart."""
    ordered = sorted(rows, key=lambda row: (rank(row), by_surname(row.name)))
    return [SelectChoice(str(row.id), row.label) for row in ordered]


def language_name(code: str, reader: str | None = None) -> str:
    """The name of a language in the language of its reader, or else of the page; the code itself if it has none."""
    if code == "prs":
        return _("Dari")  # missing in CLDR
    return str(locale(reader).languages.get(code, code))


def languages_of_paper() -> str:
    """In which languages paper is, said where one is chosen."""
    return _(
        "Our own sentences on paper are in: %(languages)s. With another language they are in that of the country. What "
        "people write is printed as it is.",
        languages=", ".join(map(language_name, LANGUAGES)),
    )


def language_choices(blank: Any, printed: bool = False) -> list[SelectChoice]:
    """Languages by name; `printed`: only those in which a plan can be printed."""
    unprinted = _NO_PAPER.split() if printed else ()
    named = [(code, name) for code, name in _languages_by_name(language()) if code not in unprinted]
    return [SelectChoice("", blank), *(SelectChoice(code, name) for code, name in named)]


@cache
def _languages_by_name(of_page: str) -> tuple[tuple[str, str], ...]:
    """Code and name of the languages that people speak, as the page lists them. Putting them in order takes a while."""
    named = [(code, name[:1].upper() + name[1:]) for code in SPOKEN for name in (language_name(code, of_page),)]
    return tuple(sorted(named, key=lambda one: alphabetical(one[1])))
