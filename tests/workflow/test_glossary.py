"""The glossary says what the program says."""

import ast

from ekc.workflow.glossary import glossary, terms
from tests.architecture.sources import ROOT, modules


def test_the_document_is_written_from_the_tables() -> None:
    written = (ROOT / "docs/glossary.md").read_text()
    assert written == glossary(), "write it again: .venv/bin/python -m ekc.workflow.glossary > docs/glossary.md"


def test_every_term_is_there_once_and_has_a_meaning() -> None:
    named = [(bool(term.dutch), term.english) for term in terms()]
    assert len(named) == len(set(named))
    assert [term.english for term in terms() if not term.meaning.endswith(".")] == []


def test_what_a_term_points_to_is_there() -> None:
    classes = {
        node.name
        for module in modules()
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.ClassDef)
    }
    named = {name for term in terms() if term.where for name in term.where.split(", ")}
    assert {name for name in named if name not in classes and not (ROOT / name).exists()} == set()
