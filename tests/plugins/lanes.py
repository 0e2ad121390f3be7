"""Which tests are run: `--fast` takes those that answer soon, and a word after `-k` only the files it is about."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
#: What `--fast` leaves out: journeys through the whole product, and every route asked by everybody.
SLOW = ("stories/", "test_access_matrix.py")
#: These stand in the names of tests, not in the files.
DATABASES = ("sqlite", "postgresql")

_FILES = pytest.StashKey[set[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fast`."""
    parser.addoption(
        "--fast", action="store_true", help="on SQLite alone, without the browser, the stories and the matrix of access"
    )


def pytest_configure(config: pytest.Config) -> None:
    """After `-k word` without a path, read the files that are named so, or where none is, those that say the word.

    To import all of them takes longer than most tests. With a path, or with more than a word, pytest goes by itself.
    """
    word = config.getoption("keyword").lower()
    told_where = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if not re.fullmatch(r"\w+", word) or word in DATABASES or told_where:
        return
    files = set(TESTS.rglob("test_*.py"))
    named = {file for file in files if word in str(file.relative_to(TESTS)).lower()}
    config.stash[_FILES] = named or {file for file in files if word in file.read_text().lower()} or files


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what cannot be meant."""
    if collection_path.suffix != ".py" or not collection_path.is_relative_to(TESTS):
        return None
    if config.getoption("fast") and str(collection_path.relative_to(TESTS)).startswith(SLOW):
        return True
    return True if collection_path not in config.stash.get(_FILES, {collection_path}) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a browser, and leave out what is slow or looked at elsewhere.

    Pages look and act the same on both databases, and looking takes its time: a browser looks on SQLite alone; each
    story goes over HTTP on both.
    """
    fast = config.getoption("fast")
    kept, left = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        browser = "browser" in getattr(item, "fixturenames", ())
        if browser:
            item.add_marker("browser")
        postgresql = "postgresql" in item.name
        (left if (browser and postgresql) or (fast and (browser or postgresql)) else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
