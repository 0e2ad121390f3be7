"""A table whose first row names its columns: the file, which field each column means, in any language of the pages, and
what is wrong in which cell. The fields themselves: `importing.py`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import FileField, SelectMultipleField

from ekc.conferences.forms.fields import FROM_LIST
from ekc.core.forms import PlainForm
from ekc.core.language import LANGUAGES, using
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.sheets import FAILED, LARGEST, SheetError, SheetRow, column_name, read_sheet
from ekc.names import fold
from ekc.workflow.vocabulary import Labelled

_YES = frozenset(["yes", "y", "true", "ja", "j", "waar", "x", "1"])
_NO = frozenset(["no", "n", "false", "nee", "onwaar", "0", "-"])
_FORMULA = re.compile(r"[=@]")


class KeepRowsForm(PlainForm):
    """Keeping the rows of a table that was looked at: all but those that are left out, or none."""

    nothing = _l("Every row is left out: there is nothing to register.")
    leave_out = SelectMultipleField(_l("Leave out"), coerce=int, **FROM_LIST)

    def __init__(self, rows: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.leave_out.choices = list(rows)

    def keeps(self, row: int) -> bool:
        """Whether this row is not left out."""
        return row not in (self.leave_out.data or ())

    def validate(self, extra_validators: Any = None) -> bool:
        """Something is left to keep."""
        good = super().validate(extra_validators)
        if good and not any(self.keeps(row) for row, _name in self.leave_out.choices):
            self.form_errors = [*self.form_errors, str(self.nothing)]
            return False
        return bool(good)


class FileForm(PlainForm):
    """A file with a table."""

    file = FileField(_l("File (CSV or XLSX)"))

    def rows(self) -> list[SheetRow]:
        """The rows of the file. Raises SheetError."""
        sent = self.file.data  # a text, if no form of ours sent it
        return read_sheet(sent.read(LARGEST + 1) if isinstance(sent, FileStorage) else b"")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file: in which row and column (empty: the whole row), and what to do."""

    row: int
    column: str
    said: str

    @property
    def place(self) -> str:
        """Row and column in words."""
        return (
            _("Row %(row)s, column %(column)s", row=self.row, column=self.column)
            if self.column
            else _("Row %(row)s", row=self.row)
        )


#: So many things are listed; how many more there are is said.
MOST_TOLD = 50


class FoundInFile:
    """What was found in a file, as it is listed."""

    __slots__ = ()
    problems: tuple[Problem, ...]

    @property
    def in_order(self) -> tuple[str, ...]:
        """What the other rows would make."""
        raise NotImplementedError

    @property
    def told(self) -> tuple[Problem, ...]:
        """The first of the problems."""
        return self.problems[:MOST_TOLD]

    @property
    def more(self) -> int:
        """How many more problems there are."""
        return len(self.problems) - len(self.told)

    @property
    def names_in_order(self) -> str:
        """The first of those that are in order."""
        return ", ".join(self.in_order[:MOST_TOLD]) + (" …" if len(self.in_order) > MOST_TOLD else "")


@dataclass(frozen=True, slots=True)
class Headed:
    """A table whose columns are known: the rows as texts by field, the letter and heading of each column."""

    rows: tuple[tuple[int, Mapping[str, str]], ...]
    columns: Mapping[str, str]
    unread: tuple[str, ...]  # columns that mean nothing here
    problems: tuple[Problem, ...]

    def column(self, name: str, label: str) -> str:
        """How a column is named to people; one that is not there by its label."""
        return self.columns.get(name) or _(label)


def headed(rows: Sequence[SheetRow], known: Mapping[str, tuple[str, str]], needed: Iterable[str]) -> Headed:
    """Take the first row as headings. Raises SheetError if a column that is needed is not there."""
    meant = _meanings(known)
    columns: dict[str, str] = {}
    places: dict[int, str] = {}
    unread, problems = [], []
    for place, text in enumerate(rows[0].cells):
        shown = f"{column_name(place)} ({text})"
        name = meant.get(_plain(text))
        if name is None:
            unread += [shown] if text else []
        elif name in columns:
            problems.append(Problem(rows[0].number, shown, _("Another column has the same meaning.")))
        else:
            columns[name], places[place] = shown, name
    if missing := [_(known[name][0]) for name in needed if name not in columns]:
        raise SheetError(
            _(
                "The first row has to name the columns. Missing: %(names)s.",
                names=", ".join(missing),
            )
        )
    read = []
    for row in rows[1:]:
        said = {name: row.cells[place] for place, name in places.items() if place < len(row.cells)}
        for place, text in enumerate(row.cells):
            if place in places:
                problems += [Problem(row.number, columns[places[place]], why) for why in _unreadable(text)]
            elif text and place >= len(rows[0].cells):
                problems.append(Problem(row.number, column_name(place), _("This column has no heading.")))
        if any(said.values()):
            read.append((row.number, said))
    return Headed(tuple(read), columns, tuple(unread), tuple(problems))


def _unreadable(text: str) -> Iterable[str]:
    if text.upper() in FAILED:
        yield _("The formula in this cell failed. Write what is meant.")
    elif _FORMULA.match(text):
        yield _("This is a formula. Write what it shows.")


def _plain(heading: str) -> str:
    return fold(re.sub(r"\s*[(*:].*", "", heading)).strip()


def _meanings(known: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The field by heading, in each language of the pages."""
    found: dict[str, str] = {}
    for name, (label, others) in known.items():
        for one in (name.replace("_", " "), *others.split(";"), *in_each_language(label)):
            found.setdefault(_plain(one), name)
    found.pop("", None)
    return found


def in_each_language(label: str) -> list[str]:
    """A label in every language of the pages."""
    said = []
    for code in LANGUAGES:
        with using(code):
            said.append(_(label))
    return said


def word_of(typed: str, words: Iterable[Labelled]) -> str | None:
    """The value of a word as people type it, in any language of the pages; None: there is none.

    What explains a word after a colon need not be typed.
    """
    asked = fold(typed)
    for word in words:
        labels = [said for label in in_each_language(word.label) for said in (label, label.partition(":")[0])]
        if asked in {fold(one) for one in (word.value, word.value.replace("_", " "), *labels)}:
            return str(word.value)
    return None


def yes_or_no(typed: str) -> bool | None:
    """What a cell of yes and no says. Raises ValueError."""
    if not typed:
        return None
    if typed.casefold() in _YES | _NO:
        return typed.casefold() in _YES
    raise ValueError(_("Write yes or no."))


@dataclass(slots=True)
class Cells:
    """One row while it is read: its texts, and what is wrong in which."""

    row: int
    said: dict[str, str]
    sheet: Headed
    known: Mapping[str, tuple[str, str]]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, name: str, said: str) -> None:
        """Note what is wrong in the cell of this field."""
        self.problems.append(Problem(self.row, self.sheet.column(name, self.known[name][0]), said))

    def take(self, name: str, read: Callable[[str], Any]) -> Any:
        """The value of a cell, read; where that fails the reason is noted."""
        try:
            return read(self.said.pop(name, ""))
        except ValueError as why:
            self.wrong(name, str(why))
            return None


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems from row to row and column to column, of each cell the first."""
    first: dict[tuple[int, int, str], Problem] = {}
    for one in problems:
        letters = one.column.partition(" ")[0] if "(" in one.column else ""
        first.setdefault((one.row, len(letters) or 9, one.column), one)
    return tuple(first[place] for place in sorted(first))
