"""Reading a table of people for a circle: what each column means, what is wrong in which cell, whom it would add."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from ekc.conferences.entries import PersonDetails
from ekc.conferences.forms.adding import LineForm, alike, by_age, is_among, read_needs, with_relation
from ekc.conferences.forms.circle import may_be_a_child
from ekc.conferences.forms.fields import FROM_LIST, born_as_typed, language_choices, lines, passage
from ekc.conferences.forms.languages import code_of_language
from ekc.conferences.forms.places import zone_called
from ekc.conferences.forms.tables import Cells, FoundInFile, KeepRowsForm, Problem, headed, in_order, word_of, yes_or_no
from ekc.conferences.queries.circle import PersonRow
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import PASSAGE
from ekc.core.sheets import SheetError, SheetRow
from ekc.directory.queries import KnownNames
from ekc.names import fold, nearly_same, same
from ekc.workflow.relations import guessed_part
from ekc.workflow.vocabulary import N_, Part, PersonNeed

#: Of a table of people: the fields, the label of each, and what else its heading may be, in English or Dutch.
PEOPLE: dict[str, tuple[str, str]] = {
    "name": (N_("Name"), ""),
    "relation": (N_("Relation"), "relation or role; relatie of rol"),
    "part": (N_("Role in the circle"), "role; part; rol; rol in de kring"),
    "child": (N_("Child"), "kind; is a child; is een kind; jonger dan 18"),
    "phone": (N_("Phone"), "telephone; mobile; phone number; telefoon; mobiel; tel"),
    "email": (N_("Email"), "e-mail; mail; email address; e-mailadres; mailadres; emailadres"),
    "born": (
        N_("Born on"),
        "geboortedatum; date of birth; born; birthday; year of birth; age; geboortejaar; geboren; leeftijd",
    ),
    "language": (N_("Language"), "speaks; spreekt; moedertaal"),
    "second_language": (N_("Also speaks"), "second language; tweede taal"),
    "side": (N_("Side"), "partij; zijde"),
    "organisation": (N_("Organisation"), "organization; employer; instelling; werkgever"),
    "needs": (N_("Needs"), "needs to take part; behoeften; bijzonderheden"),
    "address": (N_("Address"), ""),
    "timezone": (N_("Time zone"), "is in; abroad; country; land; tijdzone; is nu in"),
}


class PersonOfSheetForm(LineForm):
    """Somebody in a table. The texts of its cells are looked at as those of the page are."""

    second_language = SelectField(_l("Also speaks"), **FROM_LIST)
    address = passage(_l("Address"), most=PASSAGE)
    on_paper = frozenset()  # of many rows it is said once

    def __init__(self, today: date, **kwargs: Any) -> None:
        self._today = today
        super().__init__(**kwargs)
        self.language.choices = language_choices("")
        self.second_language.choices = language_choices("")

    @property
    def today(self) -> date:
        """The day where the case is."""
        return self._today


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Somebody whom a table would add. `guessed`: their role is a guess by the relation. `known`: who in the circle, or
    above in the table, has the same name; `near`: nearly the same; `phone_of`: another name and the same number;
    `left_out`: unless somebody says otherwise.
    """

    row: int
    details: PersonDetails
    born: str = ""  # in words
    guessed: bool = False
    known: str = ""
    near: str = ""
    phone_of: str = ""
    left_out: bool = False

    @property
    def needs_in_words(self) -> str:
        """All that they need, in the language of the page."""
        named = [_("interpreter")] if self.details.needs_interpreter else []
        named += [_(PersonNeed(value).label) for value in self.details.need_kinds]
        return ", ".join([*named, *self.details.needs])


@dataclass(frozen=True, slots=True)
class PeopleFound(FoundInFile):
    """What a table of people says: whom it would add, what is wrong, which columns mean nothing here."""

    people: tuple[FoundPerson, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def in_order(self) -> tuple[str, ...]:
        """The names of those in whose rows nothing is wrong."""
        return tuple(one.details.name for one in self.people)


def read_people(
    rows: Sequence[SheetRow],
    circle: Sequence[PersonRow],
    sides: tuple[str, ...],
    organisations: KnownNames,
    today: date,
    phones: Mapping[int, str] = MappingProxyType({}),
) -> PeopleFound:
    """Whom a table would add to this circle, with all that is wrong in it. `phones`: of the circle, by id.

    Raises SheetError.
    """
    sheet = headed(rows, PEOPLE, ["name"])
    if not sheet.rows:
        raise SheetError(_("There is nobody below the headings."))
    problems = list(sheet.problems)
    people: list[FoundPerson] = []
    known = [_Known(row.name, row.relation, phones.get(row.id, "")) for row in circle]
    for number, said in sheet.rows:
        cells = Cells(number, dict(said), sheet, PEOPLE)
        one = _person(cells, sides, organisations, today)
        problems += cells.problems
        if one is not None:
            people.append(_compared(one, known))
            known.append(_Known(one.details.name, one.details.relation, one.details.phone))
    return PeopleFound(tuple(people), in_order(problems), sheet.unread)


class _Known(NamedTuple):
    """Somebody who is in the circle, or above in the table."""

    name: str
    relation: str
    phone: str


def _compared(one: FoundPerson, known: Sequence[_Known]) -> FoundPerson:
    """With who of these has the same name, or nearly, or the same number. Left out is whoever has the same name and no
    other relation, and whoever has nearly the same and the same number.
    """
    name = one.details.name
    ringing = [other for other in known if _same_number(one.details.phone, other.phone)]
    if there := alike(name, [(other.name, other.relation) for other in known]):
        rung = any(same(name, other.name) for other in ringing)
        return replace(one, known=with_relation(there), left_out=rung or is_among(one.details.relation, there))
    if near := next((other for other in (*ringing, *known) if nearly_same(name, other.name)), None):
        return replace(one, near=near.name, left_out=near in ringing)
    return replace(one, phone_of=ringing[0].name if ringing else "")


#: So many digits at the end of a number say whose it is, with or without the code of its country.
_OWN_DIGITS = 9


def _same_number(one: str, other: str) -> bool:
    ends = {re.sub(r"\D", "", number)[-_OWN_DIGITS:] for number in (one, other)}
    return len(ends) == 1 and len(ends.pop()) == _OWN_DIGITS


def _person(cells: Cells, sides: tuple[str, ...], organisations: KnownNames, today: date) -> FoundPerson | None:
    said = cells.said
    if re.fullmatch(r"[1-9]\d{8}", said.get("phone", "")):
        cells.wrong("phone", _("Is a 0 missing at its beginning? Write the number in the cell as text."))
    side = cells.take("side", lambda typed: _side(typed, sides))
    child = cells.take("child", yes_or_no)
    languages = {name: cells.take(name, code_of_language) for name in ("language", "second_language")}
    own_zone = cells.take("timezone", zone_called)
    needs = read_needs(lines(said.pop("needs", ""), commas=True))
    chosen, guess = _chosen_part(cells, child)
    chosen_of_list = {"part": chosen, "side": side, **languages}
    typed = MultiDict({**said, **{name: value or "" for name, value in chosen_of_list.items()}})
    if child is False or said.get("born"):  # which says how old they are
        typed["of_age"] = "y"
    form = PersonOfSheetForm(today, formdata=typed)
    form.organisation.offer(organisations)
    form.side.choices = [("", ""), *((side, side) for side in sides)]
    if not form.validate():
        for one in form:
            for error in one.errors:
                if one.short_name == "part" and form.asks_age:
                    cells.wrong("child", _("Is this a child? Write yes or no."))
                else:
                    cells.wrong("organisation" if one.short_name == "for_themselves" else one.short_name, str(error))
    if cells.problems:
        return None
    born = form.born.data
    if guess is not None and child is None and born:
        form.part.data = (by_age(guess, born, today) or guess).value
    elif guess is None and child is None and may_be_a_child(Part(form.part.data), form.relation.data, born, today):
        cells.wrong("child", _("Is this a child? Write yes or no."))
        return None
    details = replace(
        form.to_details(),
        second_language=form.second_language.data or "",
        address=form.address.data,
        timezone=own_zone or "",
        **needs,
    )
    return FoundPerson(cells.row, details, born_as_typed(born, today), guessed=guess is not None)


def _chosen_part(cells: Cells, child: bool | None) -> tuple[str, Part | None]:
    """The role that a row says, or the one that its relation suggests; and that, if it is a guess."""
    said = cells.said
    part = cells.take("part", _part)
    guess = None if part or child else guessed_part(said.get("relation", ""))
    if child and part not in (None, Part.CHILD.value):
        cells.wrong("child", _("Their role is another: %(role)s. Which is right?", role=_(Part(part).label)))
    if guess is Part.CHILD and child is False:
        guess = Part.FAMILY
    elif guess is Part.CHILD and not said.get("born"):
        cells.wrong("child", _("Is this a child? Write yes or no."))
    return (Part.CHILD.value if child else part or (guess and guess.value) or ""), guess


def _side(typed: str, sides: tuple[str, ...]) -> str:
    found = next((side for side in sides if fold(side) == fold(typed)), "")
    if typed and not sides:
        raise ValueError(_("This conference has no sides."))
    if typed and not found:
        raise ValueError(_("We do not know this side. Write one of these: %(known)s.", known=", ".join(sides)))
    return found


def _part(typed: str) -> str | None:
    if not typed:
        return None
    if found := word_of(typed, Part):
        return found
    known = ", ".join(_(part.label) for part in Part)
    raise ValueError(_("We do not know this role. Write one of these: %(known)s.", known=known))


class KeepPeopleForm(KeepRowsForm):
    """Adding the people of a table that was looked at: all but those that are left out, or nobody."""

    nothing = _l("Every row is left out: there is nobody to add.")
    why = passage(_l("Why they have another role now"), most=PASSAGE, rows=2)

    def __init__(self, found: PeopleFound, **kwargs: Any) -> None:
        super().__init__(((one.row, one.details.name) for one in found.people), **kwargs)
        self._found = found

    def to_details(self) -> tuple[PersonDetails, ...]:
        """Those who are added."""
        return tuple(one.details for one in self._found.people if self.keeps(one.row))
