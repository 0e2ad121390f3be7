"""A short run of `bin/crash-test`: processes are killed while people work, and everything is done, once."""

import re
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT
from tests.machines.crashes import DATABASES


@pytest.mark.parametrize("database", DATABASES)
def test_whatever_is_killed_everything_is_done_once(database: str) -> None:
    """In a process of its own, because its processes are forks of it."""
    command = [sys.executable, "-m", "tests.machines.crashes", "--kills", "12", "--on", database, "--minutes", "1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")
    assert re.match(r"[1-9]\d* kills in \d+ s ", run.stdout)
