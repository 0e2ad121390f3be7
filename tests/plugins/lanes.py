"""Selection of tests: `--fast` excludes slow ones, and a word after `-k` limits collection to the matching files."""

import os
import re
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
#: Excluded by `--fast`: stories and walks through the whole product, and the tests that request every route, open every
#: page or send every form.
SLOW = (
    "stories/",
    "journey/test_walk.py",
    "test_access_matrix.py",
    "test_pages_in_dutch.py",
    "test_words_of_kinds.py",
    "security/test_days.py",
    "security/test_forms_never_break.py",
    "security/test_older_pages.py",
    "security/test_other_cases.py",
    "security/test_unknown_or_forbidden.py",
    "security/test_what_is_shown_opens.py",
    "security/test_who_sees_what.py",
)
#: Whoever asks for one of these tests pages.
PAGES = {"app", "client", "someone", "demo_app"}
#: These stand in the names of tests, not in the files.
DATABASES = ("sqlite", "postgresql")

_FILES = pytest.StashKey[set[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fast` and `--dear`."""
    parser.addoption(
        "--fast",
        action="store_true",
        help="on SQLite alone, without the browser, processes, the stories, and what asks everything as everybody",
    )
    parser.addoption("--dear", action="store_true", help="also what takes too long for each run")


def pytest_configure(config: pytest.Config) -> None:
    """After `-k word` without a path, collect only files with the word in their name, or else in their content.

    Importing all files takes longer than most tests. With a path or a longer expression, pytest collects as usual.
    """
    word = config.getoption("keyword").lower()
    told_where = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    if not re.fullmatch(r"\w+", word) or word in DATABASES or told_where:
        return
    files = set(TESTS.rglob("test_*.py"))
    named = {file for file in files if word in str(file.relative_to(TESTS)).lower()}
    config.stash[_FILES] = named or {file for file in files if word in file.read_text().lower()} or files


def is_whole(config: pytest.Config) -> bool:
    """Whether all tests run, on both databases and with the browser."""
    options = ("keyword", "markexpr", "deselect", "lf", "fast", "collectonly")
    chosen = any(config.getoption(name, None) for name in options)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One worker more than there are processors, because browser tests wait for the browser."""
    return None if config.getoption("fast") else (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Import the tests in another order in each worker: each then compiles other files, and finds the rest compiled."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1 or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    files = [file for file in sorted(TESTS.rglob("test_*.py")) if not pytest_ignore_collect(file, session.config)]
    first = len(files) * int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) // workers
    for file in (*files[first:], *files[:first]):
        with suppress(Exception):  # collecting says what is wrong
            import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore files that do not match."""
    if collection_path.suffix != ".py" or not collection_path.is_relative_to(TESTS):
        return None
    if config.getoption("fast") and str(collection_path.relative_to(TESTS)).startswith(SLOW):
        return True
    return True if collection_path not in config.stash.get(_FILES, {collection_path}) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests that need a browser, and deselect slow or redundant ones.

    Pages are the same on both databases, so tests of pages run on SQLite only. Stories, what is below the pages, and
    tests marked `both_databases` run on both; `statements.py` names the statements that only SQLite was sent.
    """
    fast, dear = config.getoption("fast"), config.getoption("dear")
    kept, left = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        given = set(getattr(item, "fixturenames", ()))
        browser = "browser" in given
        if browser:
            item.add_marker("browser")
        postgresql = "postgresql" in item.name
        both = "stories/" in item.nodeid or item.get_closest_marker("both_databases")
        redundant = postgresql and (browser or (given & PAGES and not both))
        too_dear = item.get_closest_marker("dear") and not dear
        slow = browser or postgresql or item.get_closest_marker("processes")
        (left if redundant or too_dear or (fast and slow) else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
    items[:] = _spread(kept)


def _spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same, with those that wait for a browser spread among the others on SQLite, so that no two wait at once."""
    waiting = [item for item in items if item.get_closest_marker("browser")]
    others = [item for item in items if not item.get_closest_marker("browser")]
    first = next((place for place, item in enumerate(others) if "postgresql" in item.name), len(others))
    for number, item in enumerate(waiting):
        others.insert(number + number * first // len(waiting), item)
    return others
