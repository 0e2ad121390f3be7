"""SQLite survives a power cut and is not begun in silence; nothing waits for ever; instants and numbers on both."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.orm import Session

from ekc.core.crypto import Keyring
from ekc.core.db import autocommit_reads, make_engine, make_sessions, options_for_writing, request_sessions
from ekc.core.reading import one_of, read_rows
from ekc.core.transaction import as_one, nested, writing
from ekc.signin.models import Attempt

KEYS = Keyring([bytes(32)], bytes(32))
_ATTEMPTS = select(func.count()).select_from(Attempt)


def test_what_is_written_is_on_the_disk(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'made.sqlite'}", KEYS, create=True)
    with engine.connect() as connection:
        assert connection.scalar(text("pragma synchronous")) == 2
    engine.dispose()


def test_a_database_is_made_only_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "made.sqlite"
    with pytest.raises(OperationalError, match="there is no file"):
        make_engine(f"sqlite:///{file}", KEYS).connect()
    assert not file.exists()


def test_a_file_that_is_gone_takes_nothing_more(tmp_path: Path) -> None:
    file = tmp_path / "made.sqlite"
    make_engine(f"sqlite:///{file}", KEYS, create=True).connect().close()
    engine = make_engine(f"sqlite:///{file}", KEYS)
    with engine.begin() as connection:
        connection.execute(text("create table one (id integer)"))

    file.rename(tmp_path / "moved.sqlite")
    with pytest.raises(OperationalError, match="there is no file"):
        engine.connect()
    assert not file.exists()

    (tmp_path / "moved.sqlite").rename(file)
    with engine.connect() as connection:
        assert connection.execute(text("select * from one")).all() == []
    engine.dispose()


def test_actions_as_one_are_all_undone_where_one_fails_even_if_that_is_caught(db_session: Session) -> None:
    def write(session: Session, number: int) -> None:
        with writing(session):
            session.add(Attempt(key=bytes([number]) * 32, until=datetime(2026, 3, 2, tzinfo=UTC)))
            session.flush()
            if number == 4:
                raise ValueError("the fourth fails")

    def fail_and_go_on(session: Session) -> None:
        with nested(session) as inside, as_one(inside) as one:
            write(one, 3)
            with suppress(ValueError):
                write(one, 4)
            write(one, 5)

    with nested(db_session) as inside, as_one(inside) as one:
        for number in (1, 2):
            write(one, number)
    assert db_session.scalar(_ATTEMPTS) == 2

    with pytest.raises(InvalidRequestError):
        fail_and_go_on(db_session)
    assert db_session.scalar(_ATTEMPTS) == 2


def test_instants_are_read_in_utc_with_their_fractions(db_session: Session) -> None:
    at = datetime(2026, 3, 2, 9, 30, 0, 120, tzinfo=timezone(timedelta(hours=1)))
    for instant in (at, at.replace(microsecond=0)):
        db_session.add(Attempt(key=bytes(32), until=instant))
    db_session.commit()

    found = read_rows(db_session, select(Attempt.until).order_by(Attempt.id), {})
    assert [row.until for row in found] == [at, at.replace(microsecond=0)]
    assert {row.until.tzinfo for row in found} == {UTC}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_cannot_be_written_now_can_be_read_at_once(engine: Engine, database_url: str) -> None:
    """On the one connection of a request, while somebody else writes for longer than it waits."""
    with make_engine(database_url, KEYS).connect() as other, engine.connect() as connection:
        begin = other.execution_options(**options_for_writing(other.dialect)).begin
        connection.exec_driver_sql("pragma busy_timeout = 0")
        connection.commit()
        session = make_sessions(engine)(bind=connection)
        with begin(), pytest.raises(OperationalError, match="locked"), writing(session):
            pass
        with begin():
            assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_a_connection_that_wrote_locks_nothing_when_it_is_used_to_read(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'made.sqlite'}", KEYS, create=True)
    with engine.connect() as connection:
        wrote = connection.connection.driver_connection
        with connection.execution_options(**options_for_writing(engine.dialect)).begin():
            connection.execute(text("create table one (id integer)"))

    with engine.connect() as reads, reads.begin(), engine.connect() as other:
        assert reads.connection.driver_connection is wrote
        other.exec_driver_sql("pragma busy_timeout = 0")
        other.commit()
        with other.execution_options(**options_for_writing(engine.dialect)).begin():
            other.execute(text("insert into one values (1)"))
    engine.dispose()


def test_no_statement_is_slowed_by_listeners(tmp_path: Path) -> None:
    """SQLAlchemy asks for all kinds of them at each statement of an engine that has one to its connections."""
    engine = make_engine(f"sqlite:///{tmp_path / 'made.sqlite'}", KEYS, create=True)
    other = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nowhere", KEYS)
    assert "_has_events" not in {**vars(engine), **vars(other)}


@pytest.mark.parametrize("several", [[], [1], [3, 1], list(range(1, 40_000))])
def test_several_numbers_are_one_parameter(db_session: Session, several: list[int]) -> None:
    for key in (b"a", b"b", b"c"):
        db_session.add(Attempt(key=key, until=datetime(2026, 3, 2, tzinfo=UTC)))
    db_session.flush()
    first = db_session.scalar(select(func.min(Attempt.id))) or 0
    asked = select(Attempt.key).where(one_of(Attempt.id - first + 1, "several")).order_by(Attempt.id)

    found = read_rows(db_session, asked, {"several": several})
    assert [row.key for row in found] == [key for number, key in enumerate((b"a", b"b", b"c"), 1) if number in several]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nothing_waits_for_ever_for_postgresql(database_url: str) -> None:
    engine = make_engine(database_url, KEYS, statement_limit=timedelta(seconds=60))
    try:
        with engine.connect() as connection:
            shown = {name: connection.scalar(text(f"show {name}")) for name in ("lock_timeout", "statement_timeout")}
    finally:
        engine.dispose()

    assert shown == {"lock_timeout": "10s", "statement_timeout": "1min"}


def test_postgresql_compiles_no_statement_of_ours(engine: Engine) -> None:
    """It would do so for a second before it reads some rows of a large table."""
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite compiles nothing")
    url = engine.url.update_query_dict({"options": "-c jit=on"}).render_as_string(hide_password=False)
    ours = make_engine(url, KEYS)
    with ours.connect() as connection:
        assert connection.scalar(text("show jit")) == "off"
    ours.dispose()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("when", ["before", "within", "at the end", "nested"])
def test_a_request_whose_connection_was_killed_saves_nothing_and_the_next_reads_as_before(
    database_url: str, when: str
) -> None:
    engine = make_engine(database_url, KEYS)
    sessions = request_sessions(autocommit_reads(engine))

    def kill(session: Session) -> None:
        pid = session.scalar(text("select pg_backend_pid()"))
        with engine.connect() as other:
            other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    def write(session: Session) -> None:
        if when == "before":
            kill(session)
        with nested(session) if when == "nested" else writing(session):
            session.add(Attempt(key=b"lost", until=datetime(2026, 3, 2, tzinfo=UTC)))
            session.flush()
            if when != "before":
                kill(session)
            if when == "within":
                session.scalar(_ATTEMPTS)

    with sessions() as session:
        with pytest.raises(OperationalError):
            write(session)
        assert session.scalar(_ATTEMPTS) == 0
    with sessions() as session:
        with writing(session):
            session.add(Attempt(key=b"kept", until=datetime(2026, 3, 2, tzinfo=UTC)))
        assert session.scalar(_ATTEMPTS) == 1
        driver: Any = session.connection().connection.driver_connection
        assert driver.autocommit
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    engine.dispose()
