"""Whether the service lives and is ready: told to machines, with what is wrong, and nothing about anybody."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from ekc.core.crypto import Keyring
from ekc.core.db import make_engine
from ekc.core.heartbeat import beat
from ekc.operation import health
from ekc.schema import newest_revision, upgrade
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.database import CONTENT_KEY, INDEX_KEY
from tests.plugins.web import MakeApp

READY = {"ready": True, "database": "ok", "migrations": "ok", "keys": "ok", "disk": "ok", "queue": "ok", "worker": "ok"}


def ready(client: PageClient) -> tuple[int, dict[str, object]]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.get_json()


@pytest.mark.both_databases
def test_a_service_in_order_is_ready(client: PageClient, db_session: Session, clock: FrozenClock) -> None:
    assert client.get("/health/live").get_json() == {"live": True}
    assert ready(client)[1]["worker"] == "none was there for a day"

    beat(db_session, 7, clock())
    assert ready(client) == (200, READY)

    beat(db_session, 7, clock() - timedelta(seconds=80))
    assert ready(client) == (200, READY)

    beat(db_session, 7, clock() - timedelta(seconds=90))
    assert ready(client) == (200, {**READY, "worker": "none was there for 90 seconds"})


@pytest.mark.both_databases
def test_a_database_of_another_version_is_not_ready(client: PageClient, engine: Engine) -> None:
    def at(revision: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :revision"), {"revision": revision})

    at("9999")
    try:
        status, told = ready(client)
    finally:
        at(newest_revision())
    assert (status, told["ready"], told["migrations"]) == (503, False, "the database is of revision 9999")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_its_database_it_lives_and_is_not_ready(make_app: MakeApp, tmp_path: Path) -> None:
    file = tmp_path / "moved.sqlite"
    made = make_engine(f"sqlite:///{file}", Keyring([CONTENT_KEY], INDEX_KEY), create=True)
    upgrade(made)
    made.dispose()
    client = make_app(database_url=f"sqlite:///{file}").test_client()
    file.rename(tmp_path / "elsewhere.sqlite")

    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")

    assert (answer.status_code, answer.get_json()["database"].split(" ")[:3]) == (503, ["cannot", "be", "used"])


def test_a_queue_that_cannot_be_reached_is_told_while_pages_work(make_app: MakeApp, clock: FrozenClock) -> None:
    client = make_app(queue_url="postgresql://nobody@127.0.0.1:1/nowhere").test_client()

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.get_json()["queue"]) == (200, "cannot be reached (OperationalError)")


def test_a_disk_without_room_is_not_ready(client: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_ROOM", 2**60)  # no disk is so large

    status, told = ready(client)

    assert (status, told["disk"]) == (503, f"less than {2**40} MB left")
