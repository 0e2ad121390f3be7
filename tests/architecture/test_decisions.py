"""Every decision in docs/adr has a number, a date and a status, in one form."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

FOLDER = ROOT / "docs" / "adr"
FILES = sorted(FOLDER.iterdir())
BY = r"\[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\)"
HEAD = re.compile(
    r"# (?P<number>\d+)\. \S.*\n\n"
    r"- Date: \d{4}-(0\d|1[0-2])-[0-3]\d\n"
    rf"- Status: (accepted|superseded by (?P<superseded>{BY})|amended by (?P<amended>{BY}(, {BY})*))\n\n"
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_decision_has_a_date_and_a_status(file: Path) -> None:
    head = HEAD.match(file.read_text())
    assert head, (
        f"{file.name} begins with a title, `- Date: 2026-11-23` and `- Status: accepted` (or superseded, amended)"
    )
    assert re.fullmatch(rf"{int(head['number']):04}-[a-z0-9-]+\.md", file.name)
    for number, name in re.findall(r"\[(\d{4})\]\(([^)]+)\)", head["superseded"] or head["amended"] or ""):
        assert (FOLDER / name).is_file()
        assert name.startswith(number)
        assert name > file.name, "a decision is changed by a later one"


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(file.name[:4]) for file in FILES] == list(range(1, len(FILES) + 1))
