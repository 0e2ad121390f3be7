"""Two versions of the program: side by side on one database, and an update with the way back."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from config import load_settings
from ekc.accounts.access import By
from ekc.cli import main
from ekc.core import jobs
from ekc.core.clock import utc_now
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine
from ekc.core.heartbeat import WorkerSign
from ekc.core.jobs import Job, JobState
from ekc.core.transaction import writing
from ekc.schema import NEWER, OUTDATED
from ekc.staff.actions.inviting import invite
from ekc.worker import prepare_queue
from tests.architecture.sources import ROOT
from tests.build import case_in_setup
from tests.cast import Cast
from tests.clock import START
from tests.core.mailserver import mail_server
from tests.database import CONTENT_KEY, INDEX_KEY, empty_beside, postgresql_tools, refreshed
from tests.demo.command import write_keys
from tests.machines.release import KIND, VERSION, newer_release
from tests.machines.waiting import until

pytestmark = pytest.mark.processes
Environment = Mapping[str, str]
Told = Callable[..., tuple[int, str]]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EKC_")}
    path = f"{postgresql_tools()}:{kept['PATH']}"
    return kept | {"EKC_INSTANCE": str(tmp_path), "EKC_DATABASE_URL": database_url, "PATH": path}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """The status and the words of a command of a release: this one runs here, another in a process of its own."""

    def told(release: Path, environment: Environment, *command: str) -> tuple[int, str]:
        if release == ROOT:
            capsys.readouterr()
            with monkeypatch.context() as patch:
                for name in {name for name in os.environ if name.startswith("EKC_")} - environment.keys():
                    patch.delenv(name)
                for name, value in environment.items():
                    patch.setenv(name, value)
                status = main(command)
            return status, "".join(capsys.readouterr())
        run = subprocess.run(
            [sys.executable, "-m", "ekc.cli", *command],
            cwd=release,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return run.returncode, run.stdout

    return told


@contextmanager
def working(release: Path, environment: Environment) -> Iterator[None]:
    """A worker of this release."""
    command = [sys.executable, "-m", "ekc.cli", "worker", "--processes", "1"]
    process = subprocess.Popen(command, cwd=release, env=environment, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait() == 0


def test_a_kind_that_the_older_does_not_know_waits_for_the_newer(
    environment: dict[str, str], told: Told, db_session: Session, cast: Cast, tmp_path: Path
) -> None:
    newer = newer_release(tmp_path, migrates=False)

    def state() -> JobState | None:
        return refreshed(db_session).scalar(select(Job.state).where(Job.kind == KIND))

    def workers() -> int:
        return len(refreshed(db_session).scalars(select(WorkerSign)).all())

    with ExitStack() as stack, mail_server() as server:
        environment |= {"EKC_MAIL_URL": f"smtp://localhost:{server.port}", "EKC_MAIL_FROM": "Plan <plan@example.org>"}
        prepare_queue(load_settings(environment))
        with writing(db_session):
            jobs.add(db_session, KIND, utc_now())
        invite(By(db_session, cast.bas, utc_now()), cast.noor.account_id or 0, "http://localhost")
        stack.enter_context(working(ROOT, environment))
        until(lambda: len(server.mails) == 1)
        assert (workers(), state()) == (1, JobState.WAITING)
        assert KIND in told(ROOT, environment, "jobs")[1]

        stack.enter_context(working(newer, environment))
        until(lambda: state() is JobState.DONE)
        until(lambda: workers() == 2)
        # Each mail is carried once, by whichever of them.
        for person in (cast.denise, cast.iris, cast.mila, cast.ruud):
            invite(By(db_session, cast.bas, utc_now()), person.account_id or 0, "http://localhost")
        until(lambda: len(server.mails) == 5, 90)
    assert set(Counter(mail["To"] for mail in server.mails).values()) == {1}


def test_an_update_and_the_way_back(
    environment: dict[str, str], told: Told, db_session: Session, cast: Cast, database_url: str, tmp_path: Path
) -> None:
    case_in_setup(db_session, cast, START)
    db_session.close()
    newer = newer_release(tmp_path, migrates=True)
    [backup] = _backups(told, environment, tmp_path)

    with (
        empty_beside(database_url, tmp_path, "updated") as updated,
        empty_beside(database_url, tmp_path, "back") as back,
    ):
        here = environment | {"EKC_DATABASE_URL": updated}
        assert told(ROOT, here, "restore", str(backup), "--complete")[0] == 0
        # The newer one begins with no older database; once it has migrated, the older one begins with that no more.
        assert told(newer, here, "worker") == (1, f"{OUTDATED}\n")
        assert told(newer, here, "migrate")[0] == 0
        assert f"Own Plan {VERSION}, for a database of revision 0002" in told(newer, here, "version")[1]
        assert told(newer, here, "check")[0] == 0
        assert _accounts(updated) == (6, 6)
        for command in ("worker", "migrate"):
            assert told(ROOT, here, command) == (1, f"{NEWER}\n")

        here = environment | {"EKC_DATABASE_URL": back}
        assert told(ROOT, here, "restore", str(backup), "--complete")[0] == 0
        assert told(ROOT, here, "check")[0] == 0


def _backups(told: Told, environment: Environment, folder: Path) -> list[Path]:
    (folder / "backups").mkdir()
    assert told(ROOT, environment, "check")[0] == 0  # the keys are known from here on
    assert told(ROOT, environment, "backup", str(folder / "backups"))[0] == 0
    return list((folder / "backups").iterdir())


def _accounts(url: str) -> tuple[int, int]:
    """How many there are, and were when the newer version migrated."""
    engine = make_engine(url, Keyring([CONTENT_KEY], INDEX_KEY))
    try:
        with engine.connect() as line:
            counted = line.execute(text("SELECT (SELECT count(*) FROM account), accounts FROM newer_table")).one()
    finally:
        engine.dispose()
    return counted[0], counted[1]
