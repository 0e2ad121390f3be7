"""Tests of the fixtures: a fresh database for each test, a clock that tests set, and no network access."""

import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.audit import SYSTEM, AuditEvent, AuditHead, record
from ekc.core.db import make_sessions
from ekc.core.outbox import OutboxMessage, Recipient, queue
from ekc.schema import newest_revision, revision_of
from ekc.signin.mails import PASSWORD_CHANGED
from tests.build import case_in_setup
from tests.cast import make_cast
from tests.clock import START, FrozenClock
from tests.database import Database
from tests.plugins.network import OutsideWorld


def test_a_fresh_database_is_empty_and_counts_from_one(database: Database, db_session: Session) -> None:
    for _ in range(2):
        assert revision_of(database.engine) == newest_revision()
        assert [db_session.scalar(select(func.count()).select_from(t)) for t in (OutboxMessage, AuditEvent)] == [0, 0]
        queue(db_session, PASSWORD_CHANGED, Recipient(0, "riet@example.org", "en"), START, account=1)
        record(db_session, SYSTEM, START, "test.ran")
        db_session.commit()
        assert db_session.scalars(select(OutboxMessage.id)).all() == [1]
        assert db_session.scalars(select(AuditHead.seq)).all() == [1]
        db_session.close()
        database.reset()


def test_of_what_is_built_one_after_the_other_the_last_is_there(database: Database, db_session: Session) -> None:
    """It is put there late, when the first statement comes."""
    for _ in range(2):  # built, then restored
        database.reset()
        cast = make_cast(db_session)
        case_in_setup(db_session, cast, START)
        assert db_session.scalar(select(func.count()).select_from(Conference)) == 1
        db_session.close()
        database.reset()
        assert db_session.scalar(select(func.count()).select_from(Conference)) == 0
        db_session.close()


def test_for_another_program_it_is_there_at_once(database: Database, db_session: Session, database_url: str) -> None:
    make_cast(db_session)
    with make_sessions(database.engine)() as session:
        session.execute(delete(OutboxMessage))  # some other content
        session.commit()
    database.reset()
    make_cast(db_session)

    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as line:
            found = line.execute("SELECT count(*) FROM account").fetchone()
    else:
        with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
            found = connection.execute("SELECT count(*) FROM account").fetchone()
    assert found == (6,)


def test_the_clock_goes_only_when_told(clock: FrozenClock) -> None:
    assert (clock(), clock()) == (START, START)
    assert clock.advance(days=1, minutes=5) == START + timedelta(days=1, minutes=5)
    clock.set(datetime(2026, 7, 11, 14, 0, tzinfo=timezone(timedelta(hours=2))))
    assert clock() == datetime(2026, 7, 11, 12, 0, tzinfo=UTC)


def test_another_machine_cannot_be_reached() -> None:
    with socket.socket() as line, pytest.raises(OutsideWorld):
        line.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideWorld):
        socket.getaddrinfo("example.org", 443)
