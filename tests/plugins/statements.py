"""Which statements were sent to SQLite and by no test to PostgreSQL.

Tests of pages run on SQLite alone (`lanes.py`). After a whole run this counts what pages sent there only, and names the
first: mark one of the tests with `both_databases`. It does not fail yet, because some are left.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.plugins.lanes import is_whole

_SENT: dict[str, dict[str, str]] = {"sqlite": {}, "postgresql": {}}  # by dialect: the first test that sent it
_ALL = pytest.StashKey[dict[str, dict[str, str]]]()
_WANTING = pytest.StashKey[list[str]]()
#: How many of them are named, and with how many characters.
SHOWN, LONGEST = 3, 200

#: What the two write differently, and how it is written here: values and their casts, an empty list, lists of values,
#: names that are words of the language, true and false (a number would be a value), a limit, row locks.
_PLAIN = (
    (r"\s+", " "),
    (
        r"%\(\w+\)s(?:::(?:TIMESTAMP WITH(?:OUT)? TIME ZONE|INTEGER|BIGINT|SMALLINT|VARCHAR|BYTEA|DATE|BOOLEAN|NUMERIC|"
        r"FLOAT|TEXT|INTERVAL)(?:\(\d+\))?(?:\[\])?)?|%s",
        "?",
    ),
    (r"IN \(SELECT value FROM json_each\(\?\)\)", "= ANY (?)"),
    (r"\(SELECT 1 FROM \(SELECT 1\) WHERE 1!=1\)|\(NULL\) (?:AND \(1 != 1\)|OR \(1 = 1\))", "(?)"),
    (r"\(\?(?:, \?)+\)", "(?)"),
    (r"SELECT p0\b.* ORDER BY sen_counter", "VALUES (?)"),
    (r'"', ""),
    (r" = 1(?= |\)|$)", ""),
    (r"NOT (\w+\.\w+)|(?<=\w) = 0(?= |\)|$)", r"\1 IS false"),
    (r"IS 0", "IS false"),
    (r"IS 1", "IS true"),
    (r"IS NOT DISTINCT FROM", "IS"),
    (r"IS DISTINCT FROM", "IS NOT"),
    (r"%%", "%"),
    (r"group_concat", "string_agg"),
    (r" LIMIT (\?|-1) OFFSET \?", " LIMIT ?"),
    (r" FOR (?:NO KEY )?(?:UPDATE|SHARE).*$", ""),
)
_INSERT = re.compile(r"INSERT INTO (\w+) \((.*?)\) (?:VALUES \(\?\)(?:, \(\?\))*)?(.*?)(?: RETURNING .*)?")
_SET = re.compile(r"(?:^|, )(\w+)=(.*?)(?=, \w+=|$)")
_UPDATE = re.compile(r"UPDATE (\w+) SET (.*?)(?: WHERE (.*?))?(?: RETURNING .*)?")
_ASKS = re.compile(r"\(?(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_NOT_OURS = re.compile(r"alembic|sqlite_|pg_catalog")


def parts(statement: str) -> Iterator[str]:
    """What a statement asks, in words of neither dialect; of one that writes, each column for itself."""
    for written, plain in _PLAIN:
        statement = re.sub(written, plain, statement)
    if found := _INSERT.fullmatch(statement):
        yield from (f"INSERT {found[1]}.{column}" for column in found[2].split(", "))
        yield f"INSERT {found[1]}{found[3]}"
    elif found := _UPDATE.fullmatch(statement):
        yield from (f"UPDATE {found[1]}.{column}={value}" for column, value in _SET.findall(found[2]))
        yield f"UPDATE {found[1]} WHERE {found[3]}"
    else:
        yield re.sub(r" RETURNING .*", "", statement)


@pytest.fixture(scope="session")
def _statements_are_noted() -> None:
    from flask import has_request_context
    from sqlalchemy import Engine

    from tests.hearing import hear_always

    def note(_cursor: object, statement: str, *more: Any) -> None:
        dialect = more[-1].dialect.name
        sent = _SENT[dialect]
        if statement not in sent and (dialect != "sqlite" or has_request_context()):
            sent[statement] = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]

    hear_always(Engine, note)


def _noted() -> dict[str, dict[str, str]]:
    """What this process sent, in parts."""
    found: dict[str, dict[str, str]] = {}
    for dialect, sent in _SENT.items():
        asked = {one: test for one, test in sent.items() if _ASKS.match(one) and not _NOT_OURS.search(one)}
        found[dialect] = {part: test for one, test in asked.items() for part in parts(one)}
    return found


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker sent."""
    everything = node.config.stash.setdefault(_ALL, {"sqlite": {}, "postgresql": {}})
    for dialect, sent in getattr(node, "workeroutput", {}).get("statements", {}).items():
        everything[dialect] |= sent


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Compare the two after a whole run; a worker hands on what it sent."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["statements"] = _noted()
        return
    sent = config.stash.get(_ALL, None) or _noted()
    if is_whole(config) and not session.testsfailed:
        wanting = sorted((test, part) for part, test in sent["sqlite"].items() if part not in sent["postgresql"])
        config.stash[_WANTING] = [f"{test}: {part}" for test, part in wanting]


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the first tests to be marked, in few lines and before the other reports: at the end stands what failed."""
    if wanting := config.stash.get(_WANTING, []):
        terminalreporter.section("statements that PostgreSQL was not sent; mark a test with both_databases")
        for one in wanting[:SHOWN]:
            terminalreporter.line(one[:LONGEST])
        terminalreporter.line(f"{len(wanting)} in all")
