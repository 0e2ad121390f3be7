"""`bin/run` refuses invalid arguments with one sentence, before it installs or starts anything."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.signin.device import free_port


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--frob"], "bin/run does not know '--frob'. See bin/run --help.\n"),
        (["--port"], "--port needs a value. See bin/run --help.\n"),
        (["--port", "http"], "--port takes a number from 1 to 65535, not 'http'.\n"),
        (["--port=70000"], "--port takes a number from 1 to 65535, not '70000'.\n"),
        (
            ["--bind", "10.0.0.1"],
            "The demonstration lets anybody in, so it listens on this machine only. "
            "Use --empty with --bind 10.0.0.1.\n",
        ),
        (
            ["--bind", "127.example.org"],
            "The demonstration lets anybody in, so it listens on this machine only. "
            "Use --empty with --bind 127.example.org.\n",
        ),
    ],
)
def test_a_wrong_option_is_refused(arguments: list[str], sentence: str) -> None:
    result = subprocess.run([ROOT / "bin" / "run", *arguments], check=False, capture_output=True, text=True)

    assert (result.returncode, result.stdout, result.stderr) == (2, "", sentence)


def test_help_names_every_option() -> None:
    result = subprocess.run([ROOT / "bin" / "run", "--help"], check=True, capture_output=True, text=True)

    named = [line.split()[0] for line in result.stdout.splitlines() if line.startswith("  --")]
    assert named == ["--empty", "--port", "--bind", "--database", "--help"]


def test_an_empty_service_says_how_its_first_account_is_made(tmp_path: Path) -> None:
    """Nobody could sign in, and neither the program nor a page said what to do."""
    port = free_port()
    command = [str(ROOT / "bin" / "run"), "--empty", "--port", str(port)]
    environ = os.environ | {"EKC_INSTANCE": str(tmp_path)}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
        assert run.stderr is not None
        told = next((line for line in run.stderr if "open-account" in line), "")
        os.killpg(run.pid, signal.SIGKILL)

    assert told.startswith(f"  EKC_BASE_URL=http://127.0.0.1:{port} bin/ekc open-account ")
