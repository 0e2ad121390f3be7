"""A real worker: it carries a mail away at once, does the night's work, and makes up for one that was killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from config import Settings, load_settings
from ekc.accounts.access import By
from ekc.core.clock import utc_now
from ekc.core.db import make_sessions
from ekc.core.jobs import SEND, Job, JobState
from ekc.staff.actions.inviting import invite
from ekc.worker import prepare_queue, sending
from tests.architecture.sources import ROOT
from tests.cast import Cast
from tests.core.mailserver import mail_server
from tests.database import CONTENT_KEY, refreshed
from tests.demo.command import write_keys
from tests.machines.redis import redis_server
from tests.machines.waiting import until

_QUEUE_TABLES = ("huey_kv", "huey_schedule", "huey_task", "huey_counter")


@pytest.fixture(params=["beside", "redis"])
def queue_url(request: pytest.FixtureRequest, database_url: str) -> Iterator[str]:
    """The queue beside the database: in a file (which needs no address), or in the same server; or in Redis."""
    if request.param == "redis":
        with redis_server() as server:
            yield server.url
    else:
        yield database_url if database_url.startswith("postgresql") else ""


@pytest.fixture
def environment(database_url: str, queue_url: str, tmp_path: Path, db_session: Session) -> Iterator[dict[str, str]]:
    """The settings of the worker; the queue is in a file, in the database, or in Redis."""
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EKC_")}
    queue = {"EKC_QUEUE_URL": queue_url} if queue_url else {}
    yield (
        kept
        | queue
        | {
            "EKC_INSTANCE": str(tmp_path),
            "EKC_DATABASE_URL": database_url,
            "EKC_MAIL_FROM": "Own Plan <plan@example.org>",
        }
    )
    if queue_url == database_url:
        for table in _QUEUE_TABLES:
            db_session.execute(text(f"drop table if exists {table}"))
        db_session.commit()


def worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ekc.cli", "worker", "--processes", "1"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)


def close(storage: Any) -> None:
    """Close the connection of a queue; those of Redis are in a pool."""
    storage.pool.disconnect() if hasattr(storage, "pool") else storage.close()


def jobs(session: Session, *kinds: str) -> list[Job]:
    return list(refreshed(session).scalars(select(Job).where(Job.kind.in_(kinds)).order_by(Job.id)))


def test_a_mail_leaves_though_its_worker_was_killed_in_the_middle(
    environment: dict[str, str], db_session: Session, cast: Cast
) -> None:
    with mail_server() as server:
        environment["EKC_MAIL_URL"] = f"smtp://localhost:{server.port}"
        settings: Settings = load_settings(environment)
        prepare_queue(settings)
        first = worker(environment)
        until(lambda: any(job.state is JobState.DONE for job in jobs(db_session, "audit")))
        server.on_mail = lambda: os.killpg(first.pid, signal.SIGKILL)
        carrying = sending(settings)
        with make_sessions(db_session.get_bind(), **carrying)() as session:  # type: ignore[arg-type]
            invite(By(session, cast.bas, utc_now()), cast.noor.account_id or 0, "http://localhost")
        close(carrying[SEND].__self__.huey.storage)
        first.wait()

        (mail,) = jobs(db_session, "mail")
        assert (len(server.mails), mail.state, mail.tries) == (1, JobState.RUNNING, 1)
        db_session.execute(text("update job set held_until = due where kind = 'mail'"))  # its time is over
        db_session.commit()
        second = worker(environment)
        until(lambda: len(server.mails) == 2)
        until(lambda: jobs(db_session, "mail")[0].state is JobState.DONE)
        second.terminate()

        assert second.wait() == 0
        assert server.mails[0]["Message-ID"] == server.mails[1]["Message-ID"]
    assert {job.state for job in jobs(db_session, "access_ends", "codes", "form_numbers", "old_jobs")} == {
        JobState.DONE
    }
