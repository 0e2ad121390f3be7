"""`docs/security/asvs.md`: it has every requirement once and in order, its references exist, its counts are right.

After a change of the rows, update the counts with `EKC_WRITE=1 bin/test -k security_book`.
"""

import ast
import os
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import ekc.schema  # noqa: F401 - imported so that all tables are known
from ekc.core.db import Base
from tests.architecture.sources import ROOT

BOOK = ROOT / "docs" / "security" / "asvs.md"
#: ASVS 5.0.0: how many requirements of levels 1 and 2 each section has. In every section they come first, and number
#: 6.7 has none. V17, which does not apply, has the other seven of the 253 that the standard counts.
SECTIONS = {
    **{"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2},
    **{"2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1},
    **{"3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2},
    **{"4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4},
    **{"5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3},
    **{"6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4},
    **{"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2},
    **{"8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1},
    **{"9.1": 3, "9.2": 4},
    **{"10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3},
    **{"11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1},
    **{"12.1": 3, "12.2": 2, "12.3": 4},
    **{"13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5},
    **{"14.1": 2, "14.2": 4, "14.3": 3},
    **{"15.1": 3, "15.2": 3, "15.3": 7},
    **{"16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3},
}
STATES = ("met", "does not apply", "not met", "the operator's")
NO_TEST = "–"
_COUNTS = re.compile(r"(<!-- counts -->\n).*?(<!-- /counts -->)", re.DOTALL)
_ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|")
_FILE = re.compile(r"`([\w.-]+/[\w./-]*|config\.py|wsgi\.py|pyproject\.toml|requirements\.lock)`")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@dataclass(frozen=True)
class Row:
    """One requirement and its row."""

    chapter: str  # V1
    number: str
    asks: str
    state: str
    where: str
    test: str


def rows(book: str) -> list[Row]:
    """The rows of the tables, each under the heading of its chapter. Raises AssertionError for one that is no row."""
    found, chapter = [], ""
    for line in book.splitlines():
        if heading := re.match(r"## (V\d+) ", line):
            chapter = heading[1]
        elif re.match(r"\| *\d", line):
            cells = _ROW.fullmatch(line)
            assert cells, f"this is no row: {line}"
            found.append(Row(chapter, *cells.groups()))
    return found


def wrong(row: Row) -> list[str]:
    """What is wrong or missing in a row."""
    told = []
    files = [*_FILE.findall(row.where), *_FILE.findall(row.test)]
    told += [f"there is no {name}" for name in files if not (ROOT / name).exists()]
    told += [f"{name} has no {test}" for name, test in _TEST.findall(row.test) if test not in names_of_tests(name)]
    if row.state not in STATES:
        told.append(f"{row.state!r} is no state")
    if row.state == "met" and not _FILE.search(row.where):
        told.append("met, but no file is named")
    if row.state == "the operator's" and "`docs/operations.md`" not in row.where:
        told.append("the operator's, but docs/operations.md is not named")
    if row.state == "not met" and row.test != NO_TEST:
        told.append("not met, yet tested")
    if row.test != NO_TEST and not (_TEST.search(row.test) or _FILE.search(row.test)):
        told.append(f"{row.test!r} is no test")
    return [f"{row.number}: {one}" for one in told]


@cache
def names_of_tests(name: str) -> frozenset[str]:
    """The tests of a file, by name."""
    if not (ROOT / name).is_file():
        return frozenset()
    tree = ast.parse((ROOT / name).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def counts(found: list[Row]) -> str:
    """The table at the top of the book."""
    chapters = list(dict.fromkeys(row.chapter for row in found))
    lines = ["| chapter | " + " | ".join(STATES) + " | all |", "|---" * (len(STATES) + 2) + "|"]
    for name in [*chapters, "all"]:
        each = Counter(row.state for row in found if name in (row.chapter, "all"))
        lines.append(f"| {name} | " + " | ".join(str(each[state]) for state in STATES) + f" | {each.total()} |")
    untested = [row.number for row in found if row.state == "met" and row.test == NO_TEST]
    lines += ["", f"Met, but shown by no test ({len(untested)}): {', '.join(untested)}."]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def book() -> str:
    return BOOK.read_text()


def test_every_requirement_stands_there_once_and_in_order(book: str) -> None:
    wanted = [f"{section}.{n + 1}" for section, many in SECTIONS.items() for n in range(many)]

    assert len(wanted) + 7 == 253
    assert [row.number for row in rows(book)] == wanted
    assert [row.number for row in rows(book) if row.chapter != f"V{row.number.partition('.')[0]}"] == []


def test_what_the_book_names_exists(book: str) -> None:
    assert [one for row in rows(book) for one in wrong(row)] == []


@pytest.mark.parametrize("page", sorted(BOOK.parent.glob("*.md")), ids=lambda page: page.stem)
def test_what_a_page_of_security_names_exists(page: Path) -> None:
    text = page.read_text()
    named = [ROOT / name for name in _FILE.findall(text)]
    linked = [page.parent / name for name in re.findall(r"\]\(([^)#:]+)\)", text)]

    assert [str(path) for path in [*named, *linked] if not path.exists()] == []


def test_the_counts_are_true(book: str) -> None:
    written = _COUNTS.sub(lambda found: found[1] + counts(rows(book)) + found[2], book)
    if os.environ.get("EKC_WRITE"):
        BOOK.write_text(written)
    assert BOOK.read_text() == written


def test_what_is_not_so_is_seen() -> None:
    told = [
        Row("V1", "1.1.1", "x", "met", "`ekc/nowhere.py`", "`tests/core/test_crypto.py::test_nothing`"),
        Row("V1", "1.1.2", "x", "nearly met", "by care", "a look"),
        Row("V1", "1.2.1", "x", "met", "by care", NO_TEST),
        Row("V1", "1.2.2", "x", "the operator's", "`ekc/app.py`", NO_TEST),
        Row("V1", "1.2.3", "x", "not met", "nothing", "`tests/core/test_crypto.py::test_keys_rotate`"),
        Row("V1", "1.2.4", "x", "met", "`ekc/app.py`", "`tests/core/test_crypto.py::test_keys_rotate`, `bin/test`"),
    ]

    assert [one for row in told for one in wrong(row)] == [
        "1.1.1: there is no ekc/nowhere.py",
        "1.1.1: tests/core/test_crypto.py has no test_nothing",
        "1.1.2: 'nearly met' is no state",
        "1.1.2: 'a look' is no test",
        "1.2.1: met, but no file is named",
        "1.2.2: the operator's, but docs/operations.md is not named",
        "1.2.3: not met, yet tested",
    ]


def test_every_table_stands_in_what_is_kept() -> None:
    """ASVS 14.1.1: the stored data is documented for each table."""
    rows_of_tables = re.findall(r"^\| (`.+?) \|", (BOOK.parent / "what-is-kept.md").read_text(), re.MULTILINE)
    told = [name for cell in rows_of_tables for name in re.findall(r"`(\w+)`", cell)]

    assert sorted(told) == sorted(Base.metadata.tables)


def test_every_package_has_its_reason() -> None:
    """ASVS 15.1.2: ADR 11 lists the direct dependencies, each with its purpose."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {re.match(r"[\w-]+", line)[0].lower() for line in project["dependencies"]}  # type: ignore[index]
    table = (ROOT / "docs" / "adr" / "0011-dependencies.md").read_text()
    named = {name.lower() for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE) for name in row.split(", ")}

    assert asked <= named, sorted(asked - named)


def packages(lock: str) -> dict[str, str]:
    """The packages of a lock, with their versions."""
    return dict(re.findall(r"^([\w-]+)(?:\[[^\]]*\])?==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_a_server_gets_no_tools_of_the_tests() -> None:
    """ASVS 15.2.3: `bin/setup` installs this lock alone, and the lock of the tests adds to it."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    tools = {re.match(r"[\w-]+", line)[0].lower() for line in groups["dev"]}  # type: ignore[index]
    server, tests = packages("requirements.lock"), packages("requirements-test.lock")

    assert tools <= tests.keys()
    assert tools & server.keys() == set()
    assert server.items() <= tests.items()
