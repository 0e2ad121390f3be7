"""The queue in its stores: what somebody waits for is handed out first; a store that is gone keeps no page waiting."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import Settings
from ekc.core.jobs import JobRule, Rank
from ekc.core.logs import Seldom
from ekc.core.queue import Queue
from tests.machines.redis import redis_server

RULES = {rank.name: JobRule(name=rank.name, title=rank.name, work=print, rank=rank) for rank in Rank}


@pytest.fixture(params=["file", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "redis":
        with redis_server() as server:
            yield server.url
    else:
        yield f"sqlite:///{tmp_path / 'queue.sqlite'}"


@pytest.fixture
def settings() -> Settings:
    return Settings(
        database_url="", secret_key="signs", content_keys=(bytes(32),), index_key=bytes(32), instance=Path("/nowhere")
    )


def test_what_somebody_waits_for_is_handed_out_first(url: str, settings: Settings) -> None:
    queue = Queue(replace(settings, queue_url=url), RULES)
    for number, kind in enumerate(("SLOW", "SOON", "AT_ONCE", "SLOW", "AT_ONCE")):
        queue.send(SimpleNamespace(id=number, kind=kind))

    assert (queue.size(), queue.problem()) == (5, "")
    assert [queue.huey.dequeue().args[0] for _ in range(5)] == [2, 4, 1, 0, 3]
    queue.huey.storage.close()
    if url.startswith("redis"):
        queue.huey.storage.pool.disconnect()


def test_a_store_that_is_gone_is_told_and_left_alone_for_a_while(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    queue = Queue(replace(settings, queue_url="redis://127.0.0.1:1/0"), RULES)

    for number in range(100):
        queue.send(SimpleNamespace(id=number, kind="SOON"))

    assert [line.getMessage() for line in caplog.records] == ["queue not reached"]
    assert queue.problem() == "cannot be reached (ConnectionError)"


def test_a_worker_without_its_queue_says_so_once_in_a_while() -> None:
    seldom = Seldom(30)
    line = logging.makeLogRecord({"msg": "Error reading from queue"})

    assert [seldom.filter(line) for _ in range(3)] == [True, False, False]
    assert seldom.filter(logging.makeLogRecord({"msg": "Error reading schedule."}))
