"""Writes `docs/glossary.md`: terms of the field and of this program, and the words of the workflow in both languages.

`python -m ekc.workflow.glossary > docs/glossary.md` writes it again. Terms are rows of `glossary.csv`; those without
Dutch are terms of this program. The words of the workflow come from its own tables and the compiled Dutch catalogue.
"""

import csv
import gettext
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import ekc.workflow.check  # every table, so that no word is missing
import ekc.workflow.line_hints
import ekc.workflow.matching  # noqa: F401
from ekc.workflow.definition.rows import PHASES, STEPS
from ekc.workflow.vocabulary import Labelled

_INTRODUCTION = """\
# Glossary

Written by `python -m ekc.workflow.glossary` from `ekc/workflow/glossary.csv` and the workflow; do not edit it here.
Who may do what in which phase is in [workflow.md](workflow.md)."""

#: Not terms but sentences: what a step does, when a deadline starts, where something can be put right.
_SENTENCES = frozenset({"Effect", "Event", "Remedy"})


class Term(NamedTuple):
    """A row of the table. `where`: names in the code, or a file or folder; empty where there is none."""

    dutch: str
    english: str
    meaning: str
    where: str


def terms() -> list[Term]:
    """The rows of the table."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return [Term(**row) for row in csv.DictReader(file)]


def glossary() -> str:
    """The whole glossary as Markdown."""
    rows = sorted(terms(), key=lambda term: (term.dutch or term.english).casefold())
    parts = [
        _INTRODUCTION,
        "## Terms of the field",
        _table(("Dutch", "English", "meaning", "code"), ((*term[:3], _code(term)) for term in rows if term.dutch)),
        "## Terms of this program",
        _table(("term", "meaning", "code"), ((*term[1:3], _code(term)) for term in rows if not term.dutch)),
        "## Words of the workflow",
        "As they are stored, and as pages show them in English and in Dutch.",
        *_words("Phase", "Where a case stands.", {rule.phase: rule.title for rule in PHASES}),
        *_words("Step", "A move that a person makes with a case.", {rule.step: rule.title for rule in STEPS}),
    ]
    for kind in sorted(Labelled.__subclasses__(), key=lambda kind: kind.__name__):
        if kind.__module__.startswith("ekc.workflow.") and kind.__name__ not in _SENTENCES:
            about = " ".join((inspect.getdoc(kind) or "").split())
            parts += _words(kind.__name__, about, {word: word.label for word in kind})
    return "\n\n".join(parts) + "\n"


def _words(name: str, about: str, names: Mapping[StrEnum, str]) -> Iterator[str]:
    dutch = gettext.translation("messages", Path(__file__).parents[1] / "translations", ["nl"])
    yield f"### {name}"
    yield about
    yield _table(
        ("stored", "English", "Dutch"),
        ((f"`{word.value}`", english, dutch.gettext(english)) for word, english in names.items()),
    )


def _code(term: Term) -> str:
    return ", ".join(f"`{name}`" for name in term.where.split(", ")) if term.where else "-"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows))


if __name__ == "__main__":
    sys.stdout.write(glossary())
