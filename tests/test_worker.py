"""The keeper of a worker: what it does stays its own while it is alive, and not for longer than its kind may take."""

import platform
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config import Settings
from ekc import worker
from ekc.core.attempts import perform
from ekc.core.db import make_sessions
from ekc.core.heartbeat import WorkerSign, beat, last_beat
from ekc.core.jobs import HOLD, Job, add
from ekc.core.queue import Queue
from ekc.core.transaction import writing
from ekc.kinds import JOB_RULES
from ekc.worker import HoldKeeper, sweep
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.hearing import hearing


@pytest.fixture
def queue_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'queue.sqlite'}"


def test_it_gives_signs_for_its_job_while_that_may_take_so_long(
    engine: Engine, db_session: Session, settings: Settings, clock: FrozenClock, queue_url: str
) -> None:
    def held_until() -> object:
        return refreshed(db_session).scalar(select(Job.held_until))

    settings = replace(settings, queue_url=queue_url)
    keeper = HoldKeeper(make_sessions(engine), settings, Queue(settings, JOB_RULES))
    with writing(db_session):
        add(db_session, "drafts", START)
    told: list[object] = []

    def work(run: Any) -> None:
        for minutes in (1, 2):
            clock.set(START + timedelta(minutes=minutes))
            keeper.sign(for_worker=False)
            told.append(held_until())
        clock.set(START + timedelta(minutes=3))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(time, "monotonic", lambda: float("inf"))  # its time is over
            keeper.sign(for_worker=False)
        told.append(held_until())

    with make_sessions(engine)() as session:
        perform(session, settings, {"drafts": replace(JOB_RULES["drafts"], work=work)}, 1, START, keeper.hold)

    first, second = START + timedelta(minutes=1) + HOLD, START + timedelta(minutes=2) + HOLD
    assert told == [first, second, second]
    keeper.sign(for_worker=False)
    assert held_until() is None


def test_a_worker_that_cannot_get_jobs_does_not_say_that_it_is_there(
    engine: Engine, db_session: Session, settings: Settings, clock: FrozenClock, queue_url: str
) -> None:
    for url, seen in (("postgresql://nobody@127.0.0.1:1/nowhere", None), (queue_url, START)):
        settings = replace(settings, queue_url=url)
        HoldKeeper(make_sessions(engine), settings, Queue(settings, JOB_RULES)).sign(for_worker=True)
        assert last_beat(refreshed(db_session)) == seen


def test_what_has_waited_long_goes_first_however_much_paper_is_ordered(
    engine: Engine,
    db_session: Session,
    settings: Settings,
    clock: FrozenClock,
    queue_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = replace(settings, queue_url=queue_url)
    queue = Queue(settings, JOB_RULES)
    with writing(db_session):
        for kind in ("mail", "mail", "paper"):
            add(db_session, kind, START)
    clock.set(START + timedelta(minutes=3))

    sweep(make_sessions(engine), settings, queue)

    def handed_out() -> list[int]:
        queue.send(SimpleNamespace(id=99, kind="paper"))
        found = [queue.huey.dequeue().args[0] for _ in range(queue.size())]
        return [job for job in found if job in {1, 2, 3, 99}]

    assert handed_out() == [3, 1, 99, 2]
    monkeypatch.setattr(worker, "_AT_ONCE", 4)  # as a thousand of real life
    for _ in range(4):
        queue.send(SimpleNamespace(id=0, kind="mail"))
    sweep(make_sessions(engine), settings, queue)
    assert handed_out() == [3, 1, 99]
    queue.huey.storage.close()


def test_two_processes_of_a_worker_give_their_first_sign_at_once(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("there one waits for the other before it looks")
    writes = Event()

    def note(_cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO worker_sign"):
            writes.set()

    def second() -> None:
        with make_sessions(engine)() as session:
            beat(session, 7, START)

    with make_sessions(engine)() as session, ThreadPoolExecutor() as pool, ExitStack() as until_the_end:
        with writing(session):
            session.add(WorkerSign(name=f"{platform.node()[:64]}:7", seen_at=START))
            session.flush()
            until_the_end.enter_context(hearing(engine, note))
            waiting = pool.submit(second)
            assert writes.wait(60)
        waiting.result(60)

        assert session.scalars(select(WorkerSign.seen_at)).all() == [START]
