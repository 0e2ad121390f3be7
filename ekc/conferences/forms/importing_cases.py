"""Reading a table of registrations: each row is one, judged by the form of the pages (`registering.py`)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ekc.conferences.entries import NewCase
from ekc.conferences.forms.languages import code_of_language
from ekc.conferences.forms.registering import Offered, RegisterForm
from ekc.conferences.forms.tables import (
    Cells,
    FoundInFile,
    KeepRowsForm,
    Problem,
    headed,
    in_each_language,
    in_order,
    word_of,
)
from ekc.conferences.queries.registration import OpenCase
from ekc.core.language import gettext as _
from ekc.core.sheets import SheetError, SheetRow
from ekc.names import fold, nearly_same, plain
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Labelled, LegalContext, Part, Variant

#: So many are registered in one request and one transaction, in which nobody else can save anything.
MOST_CASES = 100
_MAIN = "main_persons-0-"
#: Of a table of registrations: the fields of the form, the label of each, and what else its heading may be.
CASES: dict[str, tuple[str, str]] = {
    _MAIN + "name": (N_("Main person"), "name; naam; naam hoofdpersoon"),
    _MAIN + "relation": (N_("Relation or role"), "relation; relatie"),
    _MAIN + "phone": (N_("Phone"), "telephone; mobile; telefoon; mobiel"),
    _MAIN + "email": (N_("Email"), "e-mail; mail; e-mailadres; mailadres"),
    _MAIN + "said_yes_on": (N_("Said yes to a conference on"), "said yes on; zei ja op"),
    "main_persons-1-name": (N_("Second main person"), "tweede hoofdpersoon"),
    "variant": (N_("Kind of conference"), "kind; variant; soort"),
    "legal_context": (N_("Voluntary or under pressure"), "voluntary; vrijwillig; kader"),
    "reason": (N_("Why now"), "reason; reden; aanleiding"),
    "question": (N_("The question, as you would put it today"), "question; vraag; de vraag"),
    "topics": (N_("Topics"), "subjects"),
    "registered_by": (N_("Who registers"), "wie meldt aan"),
    "registrant_name": (N_("Referrer"), "registered by name; name of the referrer; naam aanmelder"),
    "registrant_organisation": (N_("Organisation"), "organisation of the referrer; organisatie aanmelder"),
    "registrant_relation": (N_("What they are to the people it is about"), "relatie aanmelder"),
    "registrant_phone": (N_("Phone of the referrer"), "telefoon aanmelder"),
    "registrant_email": (N_("Email of the referrer"), "e-mail aanmelder; mail aanmelder"),
    "municipality": (N_("Municipality, council or area"), "municipality; council; area; gemeente; gebied"),
    "region_id": (N_("Region"), ""),
    "profile": (N_("Country"), ""),
    "wishes": (N_("Wishes for the coordinator"), "wishes; wensen"),
    "language": (N_("Language of the letters and the plan"), "language; taal"),
    "title": (N_("Title of the case"), "title; titel"),
    "registered_on": (N_("Registered on"), "date of registration; date; aanmelddatum; datum"),
}
_NEEDED = (_MAIN + "name", "variant", "legal_context", "reason", "municipality")


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A registration that a table would make. `known`: the case, or the row above, that seems to be the same."""

    row: int
    case: NewCase
    known: str = ""

    @property
    def names(self) -> str:
        """Its main persons."""
        return ", ".join(one.name for one in self.case.main_persons)


@dataclass(frozen=True, slots=True)
class CasesFound(FoundInFile):
    """What a table of registrations says: which it would make, what is wrong, which columns mean nothing here."""

    cases: tuple[FoundCase, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def in_order(self) -> tuple[str, ...]:
        """Those in whose rows nothing is wrong."""
        return tuple(one.names for one in self.cases)


def read_cases(rows: Sequence[SheetRow], offered: Offered, known: Collection[OpenCase]) -> CasesFound:
    """Which registrations a table would make, with all that is wrong in it. Raises SheetError."""
    sheet = headed(rows, CASES, _NEEDED)
    if not sheet.rows:
        raise SheetError(_("There is nothing below the headings."))
    if len(sheet.rows) > MOST_CASES:
        raise SheetError(
            _(
                "These are %(count)s registrations. At most %(most)s are registered at once: make several files of it.",
                count=len(sheet.rows),
                most=MOST_CASES,
            )
        )
    problems = list(sheet.problems)
    found: list[FoundCase] = []
    before = list(known)
    for number, said in sheet.rows:
        cells = Cells(number, dict(said), sheet, CASES)
        case = _case(cells, offered)
        problems += cells.problems
        if case is not None:
            same = next((one.number for one in before if _may_be(case, one)), "")
            found.append(FoundCase(number, case, same))
            names = tuple(person.name for person in case.main_persons)
            before.append(OpenCase(_("row %(row)s", row=number), case.municipality, names))
    return CasesFound(tuple(found), in_order(problems), sheet.unread)


def _may_be(case: NewCase, other: OpenCase) -> bool:
    if plain(case.municipality) != plain(other.municipality):
        return False
    return any(nearly_same(one.name, name) for one in case.main_persons for name in other.main_persons)


def _case(cells: Cells, offered: Offered) -> NewCase | None:
    said = cells.said
    read = {
        "variant": cells.take("variant", _word(Variant)),
        "legal_context": cells.take("legal_context", _word(LegalContext)),
        "registered_by": cells.take("registered_by", _word((Part.MAIN_PERSON, Part.NETWORK, Part.REFERRER))),
        "language": cells.take("language", code_of_language),
        "region_id": cells.take("region_id", _named({str(id_): (name,) for id_, name in offered.regions.items()})),
        "profile": cells.take("profile", _named(_countries(offered))),
    }
    by_others = Part.REFERRER.value if said.get("registrant_name") else Part.MAIN_PERSON.value
    read["registered_by"] = read["registered_by"] or by_others
    answers = tuple((name, value or "") for name, value in {**said, **read}.items())
    form = RegisterForm(answers, offered, by_staff=True)
    for name in ("region_id", "profile"):
        if name not in form:  # there is only one
            cells.said.pop(name, None)
    if not form.validate():
        for field in form.asked():
            for error in field.errors:
                cells.wrong(_column_of(field.name), str(error))
    return None if cells.problems else form.to_new_case()


def _column_of(name: str) -> str:
    """The column of a field of the form; one that has none is said where its row begins."""
    return name if name in CASES else _MAIN + "name"


def _word(words: Any) -> Callable[[str], str]:
    every: list[Labelled] = list(words)

    def read(typed: str) -> str:
        if not typed:
            return ""
        if found := word_of(typed, every):
            return found
        known = ", ".join(_(word.label) for word in every)
        raise ValueError(_("Write one of these: %(known)s.", known=known))

    return read


def _named(known: dict[str, tuple[str, ...]]) -> Callable[[str], str]:
    """Reads the value of one of these names; where there is only one, of none too."""

    def read(typed: str) -> str:
        for value, names in known.items():
            if typed and fold(typed) in {fold(name) for name in (value, *names)}:
                return value
        if typed:
            shown = ", ".join(names[0] for names in known.values())
            raise ValueError(_("Write one of these: %(known)s.", known=shown))
        return ""

    return read


def _countries(offered: Offered) -> dict[str, tuple[str, ...]]:
    return {code: (_(PROFILES[code].name), *in_each_language(PROFILES[code].name)) for code in offered.countries}


class KeepCasesForm(KeepRowsForm):
    """Registering the rows of a table that was looked at: all but those that are left out, or none."""

    def __init__(self, found: CasesFound, **kwargs: Any) -> None:
        super().__init__(((one.row, one.names) for one in found.cases), **kwargs)
        self._found = found

    def to_new_cases(self) -> tuple[NewCase, ...]:
        """Those that are registered."""
        return tuple(one.case for one in self._found.cases if self.keeps(one.row))
