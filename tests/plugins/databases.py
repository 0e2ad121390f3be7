"""Databases for tests: each test that asks for one runs on SQLite and on PostgreSQL, every time from a fresh state.

The schema is made by the migrations, once a worker and kind. The product's actions open and commit transactions of
their own, so nothing is wrapped in a savepoint: SQLite's file is replaced by a copy, PostgreSQL's filled tables are
emptied.
Tests that ask for none of these fixtures never touch a database.
"""

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.schema import upgrade
from tests.plugins.postgresql import server_address

CONTENT_KEY = bytes(range(32))
INDEX_KEY = bytes(range(32, 64))


class Database(ABC):
    """One migrated database, and every engine that is connected to it."""

    def __init__(self, url: URL) -> None:
        self.url = url.render_as_string(hide_password=False)
        self.engine = make_engine(self.url, Keyring([CONTENT_KEY], INDEX_KEY))
        self.engines = [self.engine]
        upgrade(self.engine)

    @abstractmethod
    def reset(self) -> None:
        """Make it as the migrations left it."""

    def close(self) -> None:
        """Let go of all connections."""
        for engine in self.engines:
            engine.dispose()


class SQLite(Database):
    """A file; its state after migration is kept beside it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "test.sqlite"
        self.template = folder / "template.sqlite"
        super().__init__(URL.create("sqlite", database=str(self.file)))
        self.close()  # the last connection to go writes everything into the one file
        self.file.rename(self.template)
        self.reset()

    def reset(self) -> None:
        self.close()
        for leftover in (self.file, *(self.file.with_name(self.file.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(self.template, self.file)


class PostgreSQL(Database):
    """A database of this worker on the server of the run."""

    def __init__(self, server: str, name: str) -> None:
        with create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        super().__init__(make_url(server).set(database=name))
        with self.engine.connect() as connection:
            self.tables = [
                f'"{table}"'
                for table in connection.scalars(
                    text(
                        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                    )
                )
            ]
            seeded = self._filled(connection)
        assert seeded == [], f"the migrations fill {seeded}; emptying these tables would not be a fresh start"

    def reset(self) -> None:
        with self.engine.begin() as connection:
            if filled := self._filled(connection):
                # A transaction that a test left open would make this wait for ever.
                connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                # Switches off the triggers that keep the audit from being emptied.
                connection.execute(text("SET LOCAL session_replication_role = replica"))
                connection.execute(text(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE"))

    def _filled(self, connection: Connection) -> list[str]:
        """The tables with a row in them: asking all is far faster than emptying all."""
        if not self.tables:
            return []
        asked = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in self.tables)  # noqa: S608
        return list(connection.scalars(text(asked)))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of this worker, of either kind. Tests ask for `engine`, `db_session`, `app` or `client` instead."""
    made: Database
    if request.param == "sqlite":
        made = SQLite(tmp_path_factory.mktemp("sqlite"))
    else:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
        made = PostgreSQL(server_address(request.config), f"ekc_test_{worker}")
    yield made
    made.close()


@pytest.fixture
def database_url(database: Database) -> str:
    """The address of a fresh, migrated database."""
    database.reset()
    return database.url


@pytest.fixture
def engine(database: Database, database_url: str) -> Engine:
    """An engine on a fresh, migrated database."""
    return database.engine


@pytest.fixture
def db_session(engine: Engine) -> Iterator[Session]:
    """A session on a fresh database; what is not committed is gone after the test."""
    with make_sessions(engine)() as session:
        yield session
