"""The Nu HTML checker reads the pages that tests opened, in one start of Java after a whole run, and fails it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.lanes import is_whole

_FOLDERS = pytest.StashKey[set[Path]]()
#: What it found; `reasons.py` says it.
FAULTS = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def pages_folder(run_folder: Path, request: pytest.FixtureRequest) -> Path:
    """Where the pages of this run are kept."""
    folder = run_folder / "pages"
    folder.mkdir(exist_ok=True)
    request.config.stash[_FOLDERS] = {folder}
    return folder


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over where a worker kept its pages."""
    folders = node.config.stash.setdefault(_FOLDERS, set())
    folders.update(map(Path, getattr(node, "workeroutput", {}).get("pages", ())))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Check the pages after a whole run that came to its end; a worker says where they are."""
    config = session.config
    folders = config.stash.get(_FOLDERS, set())
    if hasattr(config, "workeroutput"):
        config.workeroutput["pages"] = [str(folder) for folder in folders]
    elif is_whole(config) and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        from tests.nu import faults

        try:
            found = [fault for folder in folders for fault in faults(folder)] if folders else ["No test opened a page."]
        except (OSError, subprocess.CalledProcessError, ValueError) as error:  # Java was not there, or ended early
            found = [f"It did not run: {error}: {str(getattr(error, 'stderr', ''))[-500:]}"]
        config.stash[FAULTS] = found
        if found:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
