"""The database: the declarative base, column types, engines for SQLite and PostgreSQL. No Flask."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum, MetaData, create_engine, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from ekc.core.crypto import Keyring, attach_keyring

#: Marks a transaction that writes: SQLite then takes its lock at once, instead of failing half way.
WRITES = "ekc_writes"


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Only moments with a zone go in."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """They come out in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code(words: type[StrEnum], name: str | None = None) -> Enum:
    """A column for one word of an enumeration: a string with a CHECK. `name` where a table has two of one kind."""
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
    """All tables."""

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


def make_engine(url: str, keyring: Keyring) -> Engine:
    """An engine for this address, with the keys for its encrypted columns."""
    # Errors of the database never repeat what was to be written.
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)
    attach_keyring(engine.dialect, keyring)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def reading(engine: Engine) -> Engine:
    """The engine for sessions that mostly read: on PostgreSQL a statement of theirs is not wrapped in a transaction.

    That saves two round trips a request, and changes nothing that is seen: there each statement sees what was
    committed before it, within a transaction too. What writes begins one, by `transaction.writing`.
    """
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


def options_for_writing(engine: Engine | Connection) -> dict[str, Any]:
    """With which options a connection begins a transaction that writes; one that has begun goes on as it is."""
    if isinstance(engine, Connection):
        return {}
    return {WRITES: True} if engine.dialect.name == "sqlite" else {"isolation_level": "READ COMMITTED"}


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """The maker of sessions. What was read stays readable after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # Python's driver would begin transactions of its own, and leak commits
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
