"""`bin/run` refuses invalid arguments with one sentence, and makes what is missing before it listens."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from ekc.cli import main
from ekc.demo.people import PASSWORD
from tests.architecture.sources import ROOT
from tests.ports import free_port


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


@pytest.mark.processes
def test_the_first_start_makes_what_is_missing_and_the_next_one_nothing(tmp_path: Path) -> None:
    assert _said_until_it_listens(tmp_path) == [
        f"The keys are in {tmp_path}/keys.json. Keep a copy in a safe place: without them nothing can be read.\n",
        "The database is up to date.\n",
        f'The demonstration is made. Everybody in it can sign in with the password "{PASSWORD}".\n',
    ]
    assert _said_until_it_listens(tmp_path) == []


def _said_until_it_listens(instance: Path) -> list[str]:
    command = [str(ROOT / "bin" / "run"), "--port", str(free_port())]
    with subprocess.Popen(
        command,
        env=os.environ | {"EKC_INSTANCE": str(instance)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        address = run.stdout.readline()
        os.killpg(run.pid, signal.SIGKILL)
        said = run.stderr.readlines()
    assert address.startswith("Open http://127.0.0.1:"), said
    return said


@pytest.mark.processes
def test_a_database_that_holds_anything_takes_no_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the demonstration anybody signs in as anybody."""
    database = f"sqlite:///{tmp_path / 'real.sqlite'}"
    monkeypatch.setenv("EKC_INSTANCE", str(tmp_path))
    monkeypatch.setenv("EKC_DATABASE_URL", database)
    for command in (["init-keys"], ["migrate"], ["add-region", "North"]):
        assert main(command) == 0

    command = [str(ROOT / "bin" / "run"), "--port", str(free_port()), "--database", database]
    result = subprocess.run(command, check=False, capture_output=True, text=True)

    refusal = "This database is not empty. Make the demonstration in a new one.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", refusal)


@pytest.mark.processes
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
