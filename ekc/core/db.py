"""SQLAlchemy's declarative base, column types, and engines for SQLite and PostgreSQL. No Flask."""

import errno
import os
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Enum, MetaData, PoolProxiedConnection, create_engine, event, make_url
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from ekc.core.crypto import Keyring, attach_keyring

#: Execution option of a transaction that writes: SQLite then locks at its beginning, instead of failing at the write.
WRITE_OPTION = "ekc_writes"


#: Nothing waits for ever: not for a lock of somebody else, nor for a server that does not answer.
_LOCK_MILLISECONDS = 10_000
#: Settings of libpq. A server whose machine, or the way to it, is gone without a word is given up after twenty seconds;
#: the system itself would wait for a quarter of an hour.
_PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
#: `synchronous=FULL`: a power cut takes back nothing that was answered, such as a link that was revoked.
#: `recursive_triggers`: REPLACE fires the triggers that refuse deletion.
_PRAGMAS = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    f"busy_timeout={_LOCK_MILLISECONDS}",
    "synchronous=FULL",
    "recursive_triggers=ON",
)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite does not store the time zone, so it is restored."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC. Raises ValueError without a time zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Restore UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """As `process_result_value`; of SQLite, which stores a text, in one call: a page reads hundreds."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        read = datetime.fromisoformat

        def process(value: str | None) -> datetime | None:
            return None if value is None else read(value + "+00:00")

        return process


def enum_column(words: type[StrEnum], name: str | None = None) -> Enum:
    """A column type for an enumeration: a string with a CHECK. `name`: of the CHECK, if a table has two of one type."""
    return Enum(
        words,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        name=name or words.__name__.lower(),
        values_callable=lambda _: [word.value for word in words],
    )


class Base(DeclarativeBase):
    """Base class of all models."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant()}  # noqa: RUF012 - SQLAlchemy's own name


def make_engine(url: str, keyring: Keyring, create: bool = False, statement_limit: timedelta = timedelta(0)) -> Engine:
    """An engine for a database URL, with the keyring for its encrypted columns.

    `statement_limit`: after which PostgreSQL ends a statement, so that a page does not wait for ever; 0: never.

    `create`: make the file of a SQLite database if there is none. Otherwise connecting fails, also when the file of a
    running program was moved or replaced: an empty database would take what is written, and a moved one lose it.
    """
    # hide_parameters keeps personal data out of error messages.
    address = make_url(url)
    options: dict[str, Any] = {}
    if address.get_backend_name() == "postgresql":
        options = {name: value for name, value in _PATIENCE.items() if name not in address.query}
    is_sqlite = address.get_backend_name() == "sqlite"
    engine = create_engine(address, pool_pre_ping=not is_sqlite, hide_parameters=True, connect_args=options)
    attach_keyring(engine.dialect, keyring)
    if engine.dialect.name == "sqlite":
        if not create:
            event.listen(engine, "do_connect", _require_file)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "checkout", _require_same_file)
        _begin_at_once(engine.dialect)
    else:
        event.listen(engine, "connect", partial(_prepare_postgresql, statement_limit))
    return engine


def _require_file(_dialect: Dialect, _record: object, given: list[Any], _options: object) -> None:
    if not Path(given[0]).exists():
        raise sqlite3.OperationalError(f"there is no file {given[0]}. Put it back, or make it with: bin/ekc migrate")


def _require_same_file(connection: Any, record: Any, _proxy: object) -> None:
    """Refuse a pooled connection whose file is no longer at its path."""
    path = record.info.get("path")
    if path is None:
        [(_, _, path)] = connection.execute("PRAGMA database_list").fetchall()[:1]
        record.info["path"] = path
    try:
        found = os.stat(path).st_ino  # noqa: PTH116 - at each checkout, and Path takes as long again
    except FileNotFoundError:
        found = None
    if record.info.setdefault("inode", found) != found:
        raise DisconnectionError
    record.info[WRITE_OPTION] = False


def autocommit_reads(engine: Engine) -> Engine:
    """An engine on which PostgreSQL reads run in autocommit, without a transaction around them.

    This saves two round trips for each request. Results are the same, because under READ COMMITTED each statement sees
    what was committed before it. Writes begin a transaction with `transaction.writing`.
    """
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


def disk_is_full(error: Exception) -> bool:
    """Whether the database, or a file, could not be written because there is no room."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    orig, full = getattr(error, "orig", None), sqlite3.SQLITE_FULL  # PostgreSQL: disk_full
    return getattr(orig, "sqlite_errorcode", None) == full or getattr(orig, "sqlstate", None) == "53100"


def options_for_writing(dialect: Dialect) -> dict[str, Any]:
    """The execution options of a transaction that writes."""
    return {WRITE_OPTION: True} if dialect.name == "sqlite" else {"isolation_level": "READ COMMITTED"}


def options_for_reading(dialect: Dialect) -> dict[str, Any]:
    """The execution options of a connection that reads again after it wrote."""
    return {WRITE_OPTION: False} if dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}


class OneConnection(Session):
    """A session of a request, which keeps its first connection until it is closed.

    Others take one for each transaction: a page has three, and PostgreSQL is asked each time whether it is still there.
    """

    _kept: Connection | None = None

    def get_bind(self, *_args: Any, **_more: Any) -> Engine | Connection:
        """The connection."""
        if self._kept is None or self._kept.closed:
            bind = super().get_bind()
            self._kept = bind.connect() if isinstance(bind, Engine) else bind
        return self._kept

    def close(self) -> None:
        """Give the connection back."""
        super().close()
        if self._kept is not None and self._kept is not self.bind:
            self._kept.close()


def make_sessions(engine: Engine, **info: Any) -> sessionmaker[Session]:
    """The session factory. Objects stay loaded after a commit. `info`: what each session carries."""
    return sessionmaker(engine, expire_on_commit=False, info=info)


def request_sessions(engine: Engine, **info: Any) -> sessionmaker[Session]:
    """The same, of sessions that keep one connection."""
    return sessionmaker(engine, class_=OneConnection, expire_on_commit=False, info=info)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own transaction handling is off
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(statement_limit: timedelta, connection: Any, _record: object) -> None:
    """Switch off compiling statements: PostgreSQL does so for a second before it reads some rows of a large table.

    And wait for a lock as long as SQLite does, not for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute("set jit = off")
        cursor.execute(f"set lock_timeout = {_LOCK_MILLISECONDS}")
        cursor.execute(f"set statement_timeout = {statement_limit // timedelta(milliseconds=1)}")
    connection.commit()


def _begin_at_once(dialect: Dialect) -> None:
    """Let a SQLite transaction begin with the lock that its `WRITE_OPTION` asks for.

    Not by a listener to SQLAlchemy's `begin`: an engine with any listener to its connections asks for all kinds of them
    at each statement, and BEGIN is then a statement like others. Both take a third less without.
    """
    set_options = dialect.set_connection_execution_options

    def note(connection: Connection, options: Mapping[str, Any]) -> None:
        if WRITE_OPTION in options:
            connection.info[WRITE_OPTION] = options[WRITE_OPTION]
        set_options(connection, options)

    def begin(connection: PoolProxiedConnection) -> None:
        connection.cursor().execute("BEGIN IMMEDIATE" if connection.info.get(WRITE_OPTION) else "BEGIN")

    ours: Any = dialect
    ours.set_connection_execution_options, ours.do_begin = note, begin
