"""Forms of adding people to the circle: one after the other, or a pasted list that is looked at before it is kept."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from wtforms import BooleanField, FieldList, FormField, SelectField
from wtforms.validators import InputRequired

from ekc.conferences.entries import PersonDetails
from ekc.conferences.forms.circle import (
    FOR_THEMSELVES,
    NAME_MISSING,
    OF_AGE,
    ask_age,
    days_of_birth,
    may_be_a_child,
    offer_sides,
)
from ekc.conferences.forms.fields import (
    ABOUT,
    FROM_LIST,
    SPOKEN,
    CountsAges,
    birth,
    language_choices,
    language_name,
    line,
    lines,
    mail,
    one_of,
    passage,
    phone_field,
    read_birth,
    tidy,
)
from ekc.conferences.forms.names import listed
from ekc.conferences.forms.tables import word_of
from ekc.conferences.queries.circle import PersonRow
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import language
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import ACCOUNT, PASSAGE
from ekc.core.routes import now
from ekc.directory.queries import KnownNames
from ekc.names import fold, same
from ekc.workflow.birth import OF_WHOM, Birth
from ekc.workflow.facts import OF_AGE as GROWN_UP
from ekc.workflow.relations import GUESSES, guessed_part, is_organisation, part_in_name
from ekc.workflow.vocabulary import FAMILY_PARTS, PROFESSIONAL_PARTS, Part, PersonNeed

#: How many people a pasted list may hold; a circle is seldom half as large.
MOST_LINES = 60
_PHONE = re.compile(r"\+?[\d ()./-]{6,}")
#: A phone number with what belongs to it, such as when to ring: six digits or more, which no need has.
_DIGITS = re.compile(r"(?:\D*\d){6,}\D*")
_IN_BRACKETS = re.compile(r"(?P<name>[^()]+?)\s*\((?P<relation>[^()]+)\)")
_INTERPRETER = frozenset(("interpreter", "needs an interpreter", "tolk", "een tolk"))
#: What certainly says when somebody was born; an age only with its unit, as a bare number may be anything.
_BIRTH = re.compile(
    rf"\d{{1,2}}([-/.])\d{{1,2}}\1(?:19|20)\d\d|(?:19|20)\d\d(?:-\d\d-\d\d)?|"
    rf"(?:{ABOUT})?\s*\d{{1,3}}\s*(?:years?(?: old)?|jaar(?: oud)?)",
    re.IGNORECASE,
)
#: A dash that stands between two pieces, as a comma does; in a phone number there are digits at both sides of it.
_DASH = re.compile(r"(?<!\d)\s+[-–—]\s+|\s+[-–—]\s+(?!\d)")


class OneForm(PlainForm):
    """Somebody who is added: a name and a part are enough; the part is guessed from the relation, and asked."""

    on_paper = frozenset({"name"})

    name = line(_l("Name"), missing=NAME_MISSING)
    relation = line(_l("Relation"))
    part = one_of(
        _l("Role in the circle"), Part, blank=_l("choose"), validators=[InputRequired(_l("Choose their role."))]
    )
    of_age = BooleanField(OF_AGE)
    phone = phone_field(_l("Phone"))
    organisation = listed(_l("Organisation"))
    for_themselves = BooleanField(FOR_THEMSELVES)
    side = SelectField(_l("Side"), **FROM_LIST)
    asks_age = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Without a part the one that the relation suggests is asked about, or without that the name; so is whoever may
        be a child by their relation.
        """
        relation = self.relation.data
        guess = None if self.part.data else guessed_part(relation) if relation else part_in_name(self.name.data)
        if guess is not None:
            self.part.data = guess.value
        good = super().validate(extra_validators)
        if guess is not None:
            self.part.errors = [
                _("Is this right, by what you wrote: %(role)s? Then add them; if not, choose.", role=_(guess.label))
            ]
            return False
        born = self.born.data if "born" in self else None
        if good and may_be_a_child(Part(self.part.data), self.relation.data, born, now().date()):
            return ask_age(self, born)
        return bool(good)

    def to_details(self) -> PersonDetails:
        return PersonDetails(
            name=self.name.data,
            part=Part(self.part.data),
            relation=self.relation.data,
            phone=self.phone.data,
            organisation=self.organisation.data,
            for_themselves=self.for_themselves.data,
            side=self.side.data if "side" in self else "",
        )


class AddPersonForm(OneForm):
    """Adding somebody; the rest can follow later."""

    why = passage(_l("Why they have another role now"), most=PASSAGE, rows=2)

    def __init__(self, sides: tuple[str, ...], organisations: KnownNames, *, next_one: str = "", **kwargs: Any) -> None:
        """`next_one`: who was added last, where the form comes back for the next: the name is then typed at once."""
        super().__init__(**kwargs)
        self.organisation.offer(organisations)
        offer_sides(self, sides)
        guesses = json.dumps([[part or "", words] for part, words in GUESSES])
        self.part.render_kw = {"data-guesses": guesses, "data-of-whom": OF_WHOM.pattern}
        if next_one:
            self.name.render_kw = {"autofocus": True}
            self.name.description = _("%(name)s is in the circle. Who is next?", name=next_one)


class PasteForm(PlainForm):
    """A list of people, one a line; nothing of it is kept before it was looked at."""

    on_paper = frozenset({"people"})

    people = passage(
        _l("One person on each line"),
        _l("Write at least one name."),
        most=ACCOUNT,
        rows=5,
        hint=_l(
            "Name, relation. Then, each after a semicolon, what else you know: phone, email, day of birth, language, "
            "needs. For example: Linda de Wit, aunt of Daan; 06 12345678; Arabic; hearing loop"
        ),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """A list that one can look through."""
        if not super().validate(extra_validators):
            return False
        if (count := len(lines(self.people.data))) > MOST_LINES:
            said = _("These are %(count)s lines. Paste at most %(most)s at once.", count=count, most=MOST_LINES)
            self.people.errors = [said]
        return not self.people.errors

    def to_lines(self, circle: Sequence[PersonRow], sides: Sequence[str]) -> list[dict[str, Any]]:
        """What each line says, as the form that is looked at takes it.

        Left out is whoever seems to be in the circle or above: of the same name, and of no other relation.
        """
        read: list[dict[str, Any]] = []
        known = [(row.name, row.relation) for row in circle]
        for text in filter(tidy, lines(self.people.data)):
            one = read_line(text, sides)
            one["leave_out"] = is_among(one["relation"], alike(one["name"], known))
            known.append((one["name"], one["relation"]))
            read.append(one)
        return read


def read_line(text: str, sides: Sequence[str] = ()) -> dict[str, Any]:
    """A pasted line: name, relation or organisation, then phone, mail, birth, language, side and needs in any order.

    The part is guessed from the relation, which may also stand in brackets behind the name, and from the age.
    """
    text, *others = (piece.strip() for piece in _DASH.sub(", ", text).replace("\t", ",").split(";"))
    name, *more = (piece.strip() for piece in text.split(","))
    said: dict[str, Any] = {"name": name, "born": None, "language": "", "side": ""}
    if (found := _IN_BRACKETS.fullmatch(name)) and guessed_part(found["relation"]):
        said["name"] = found["name"]
        more.insert(0, found["relation"])
    contact: list[str] = []
    words = [piece for piece in others if piece and not _is_certain(piece, said, contact, sides, _DIGITS)]
    pieces = [piece for piece in more if piece and not _is_certain(piece, said, contact, sides, _PHONE)]
    said["email"] = next((piece for piece in contact if "@" in piece), "")
    said["phone"] = " ".join(piece for piece in contact if piece != said["email"])
    relation = ", ".join(pieces) or (words.pop(0) if words else "")
    said["relation"], said["needs"] = relation, "\n".join(need for piece in words for need in lines(piece, commas=True))
    guess = guessed_part(relation) if relation else part_in_name(said["name"])
    part = by_age(guess, said["born"], now().date()) if said["born"] else guess
    said["part"] = part and part.value
    if is_organisation(relation):
        said |= {"part": Part.PROFESSIONAL.value, "relation": "", "organisation": relation}
    return said


def by_age(guess: Part | None, born: Birth, today: date) -> Part | None:
    """A guessed part, with what the age says: of the family nobody under 18 is guessed to be anything but a child."""
    if guess is not None and guess not in FAMILY_PARTS:
        return guess
    if born.youngest(today) < GROWN_UP:
        return Part.CHILD
    return Part.FAMILY if guess is Part.CHILD else guess


def _is_certain(
    piece: str, said: dict[str, Any], contact: list[str], sides: Sequence[str], phone: re.Pattern[str]
) -> bool:
    """Whether it is certain what a piece of a line is; if so, it is added to what the line said, or to `contact`."""
    if (born := _read_birth(piece)) is not None:
        said["born"] = born
    elif code := _languages(language()).get(fold(piece)):
        said["language"] = code
    elif side := next((one for one in sides if fold(one) == fold(piece)), ""):
        said["side"] = side
    elif "@" in piece or phone.fullmatch(piece):
        contact.append(piece)
    else:
        return False
    return True


def read_needs(typed: Iterable[str]) -> dict[str, Any]:
    """What somebody needs, as details: what has a name, what is in words, and whether an interpreter is among it."""
    every = {piece: word_of(piece, PersonNeed) for piece in typed if fold(piece) not in _INTERPRETER}
    return {
        "need_kinds": tuple(dict.fromkeys(value for value in every.values() if value)),
        "needs": tuple(piece for piece, value in every.items() if not value),
        "needs_interpreter": any(fold(piece) in _INTERPRETER for piece in typed),
    }


def _read_birth(piece: str) -> Birth | None:
    """When somebody was born, if a piece of a line certainly says so: a day, a year, or an age with its unit."""
    try:
        return read_birth(piece, now().date()) if _BIRTH.fullmatch(piece) else None
    except ValueError:
        return None


@cache
def _languages(reader: str) -> dict[str, str]:
    """The code of each language by its name, folded: in the language of the reader, and in those of staff."""
    return {fold(language_name(code, named_in)): code for named_in in ("en", "nl", reader) for code in SPOKEN}


def alike(name: str, others: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of these people, with name and relation, those whose name is the same words."""
    return [other for other in others if same(name, other[0])]


def is_among(relation: str, namesakes: Iterable[tuple[str, str]]) -> bool:
    """Whether somebody of this relation seems to be one of these, of the same name: none has another relation."""
    relations = {fold(one) for _name, one in namesakes}
    return bool(relations) and (not fold(relation) or not relations.isdisjoint({"", fold(relation)}))


def with_relation(people: Iterable[tuple[str, str]]) -> str:
    """Names, each with the relation behind it."""
    return ", ".join(f"{name} ({relation})" if relation else name for name, relation in people)


class LineForm(CountsAges, OneForm):
    """A line of the list."""

    email = mail(_l("Email"))
    born = birth(_l("Born on"))
    language = SelectField(_l("Language"), default="", **FROM_LIST)
    needs = passage(_l("Needs"), rows=2)
    leave_out = BooleanField(_l("Leave this line out"))
    called = ""  # the row, where its errors are listed

    def validate(self, extra_validators: Any = None) -> bool:
        """A line that is left out may say anything."""
        return self.leave_out.data or super().validate(extra_validators)

    def to_details(self) -> PersonDetails:
        said: dict[str, Any] = {"email": self.email.data, "language": self.language.data}
        said |= read_needs(lines(self.needs.data)) | days_of_birth(self.born.data)
        return replace(super().to_details(), **said)

    @property
    def asks_organisation(self) -> bool:
        """Whether they may come for one."""
        return self.part.data in {"", None, *PROFESSIONAL_PARTS} or bool(self.organisation.data)

    @property
    def may_be_child(self) -> bool:
        """Whether their relation says so, so that it is asked whether they are of age, where that is not known."""
        return self.born.data is None and may_be_a_child(Part.FAMILY, self.relation.data or "", None, self.today)


class CheckForm(PlainForm):
    """The people of a list, each with what was read and guessed: corrected, and then kept whole or not at all."""

    rows = FieldList(FormField(LineForm), max_entries=MOST_LINES)
    why = passage(_l("Why they have another role now"), most=PASSAGE, rows=2)

    def __init__(
        self, circle: Sequence[PersonRow], sides: tuple[str, ...], organisations: KnownNames, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        before = [(row.name, row.relation) for row in circle]
        languages = language_choices(_l("the language of the case"))
        for number, entry in enumerate(self.rows, 1):
            row = entry.form
            row.called = f"{number}. {row.name.data or _('no name')}"
            row.organisation.offer(organisations)
            offer_sides(row, sides)
            row.language.choices = languages
            if there := alike(row.name.data or "", before):
                row.leave_out.description = _(
                    "Is this the same person as %(name)s, who is there already?", name=with_relation(there)
                )
            before.append((row.name.data or "", row.relation.data or ""))

    def validate(self, extra_validators: Any = None) -> bool:
        """Somebody is left to add."""
        good = super().validate(extra_validators)
        if good and not self.to_details():
            self.form_errors = [*self.form_errors, _("Every line is left out: there is nobody to add.")]
            return False
        return bool(good)

    def to_details(self) -> tuple[PersonDetails, ...]:
        """The people, in the order of the lines."""
        return tuple(entry.form.to_details() for entry in self.rows if not entry.form.leave_out.data)
