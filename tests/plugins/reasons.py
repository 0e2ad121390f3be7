"""Why a run failed: tests, and what the Nu checker found. `bin/test` says it again after all else that is printed.

It reads the file that EKC_REASONS names. A run can also fail after its summary, for something that was left open or a
process that was killed: then nothing stands in that file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.nu import FAULTS

#: So that all of them stand among the last thirty lines.
MOST, LONGEST = 8, 300


def reasons(failed: list[str], faults: list[str]) -> Iterator[str]:
    """In lines, few enough to be seen together."""
    for found, what in ((failed, "tests failed"), (faults, "kinds of faults found by the Nu HTML checker")):
        if found:
            yield f"{what}: {len(found)}"
            yield from (f"  {' '.join(one.split())}"[:LONGEST] for one in found[:MOST])
            if len(found) > MOST:
                yield f"  and {len(found) - MOST} more"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say them, and keep them for `bin/test`."""
    failed = [str(one.nodeid) for kind in ("failed", "error") for one in terminalreporter.getreports(kind)]
    faults = config.stash.get(FAULTS, [])
    if faults:
        terminalreporter.section("what the Nu HTML checker found in pages")
        for one in faults:
            terminalreporter.line(one)
    if file := os.environ.get("EKC_REASONS"):
        Path(file).write_text("".join(f"{line}\n" for line in reasons(failed, faults)))
