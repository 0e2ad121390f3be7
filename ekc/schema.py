"""The schema: metadata with all tables, migrations, and re-encryption under a new key.

Alembic is imported where it is used, so that web processes do not load it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, LargeBinary, Table, column, func, inspect, select, table, text, update
from sqlalchemy.orm import Session

import ekc.accounts.models
import ekc.calendars.models
import ekc.conferences.models
import ekc.core.audit
import ekc.core.demo_clock
import ekc.core.form_numbers
import ekc.core.heartbeat
import ekc.core.jobs
import ekc.core.keys
import ekc.core.outbox
import ekc.core.postbox
import ekc.directory.models
import ekc.drafts.models
import ekc.evaluations.models
import ekc.journey.models
import ekc.links.models
import ekc.matching.models
import ekc.meetings.models
import ekc.orders.models
import ekc.plans.models
import ekc.privatetime.models
import ekc.signin.models
import ekc.venues.models  # noqa: F401 - registers their tables
from config import ConfigError
from ekc.core.audit import DETAIL_CONTEXT
from ekc.core.crypto import KEY_ID_BYTES, Keyring, SealedColumn, Unreadable, keyring_of
from ekc.core.db import Base, make_engine
from ekc.core.keys import KnownKey
from ekc.core.transaction import writing

if TYPE_CHECKING:
    from alembic.config import Config

metadata = Base.metadata
#: The error message for an outdated database.
OUTDATED = "The database is not up to date with this program. Bring it up to date with: bin/ekc migrate"
NEWER = (
    "The database is newer than this program: a newer version has migrated it. Install that version again, or restore "
    "the backup from before."
)
#: Triggers refuse changes in these tables, so they keep the key they were written with.
APPEND_ONLY = ("audit_event", "issued_document", "phase_change", "plan_version")
_BATCH = 500  # rows in each transaction
_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


@contextmanager
def _migrating(engine: Engine) -> Iterator["Config"]:
    """Alembic on one connection and in one transaction.

    SQLite alters a table by copying it and dropping the old one, which foreign keys to it would forbid; so they are off
    during the migration and checked at the end.
    """
    config = _config()
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        driver: Any = connection.connection.driver_connection
        if sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")  # without effect once the transaction has begun
        try:
            yield config
            if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("A migration left rows that refer to nothing. The database is as it was.")
            connection.commit()
        finally:
            connection.rollback()
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest revision; on any error it stays as it was. Raises ConfigError if it is newer."""
    from alembic import command  # noqa: PLC0415

    refuse_newer(revision_of(engine))
    with _migrating(engine) as config:
        command.upgrade(config, "head")


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the database back to an older revision; `base` empties it."""
    from alembic import command  # noqa: PLC0415

    with _migrating(engine) as config:
        command.downgrade(config, revision)


def revision_of(engine: Engine) -> str | None:
    """The revision of a database; None if it has none yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def refuse_newer(revision: str | None) -> None:
    """Raises ConfigError for a revision that this program does not know."""
    if revision is not None and revision not in _revisions():
        raise ConfigError(NEWER)


def ensure_current(engine: Engine) -> None:
    """Raises ConfigError unless the database is at the newest revision."""
    revision = revision_of(engine)
    refuse_newer(revision)
    if revision != newest_revision():
        raise ConfigError(OUTDATED)


def is_in_use(url: str) -> bool:
    """Whether a database was written under keys. Needs none itself, as it holds for whoever has lost them."""
    engine = make_engine(url, Keyring([bytes(32)], bytes(32)))
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            return False
        with engine.connect() as connection:
            known = inspect(connection).has_table(KnownKey.__tablename__)
            return known and connection.scalar(select(func.count()).select_from(KnownKey)) != 0
    finally:
        engine.dispose()


def newest_revision() -> str:
    """The newest revision, which is the number at the beginning of its file name."""
    return max(_revisions())


def _revisions() -> set[str]:
    return {file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")}


def encrypted_columns(known: Table) -> dict[str, str]:
    """The encrypted columns of a table: encryption context by name."""
    return {one.name: one.type.context for one in known.columns if isinstance(one.type, SealedColumn)}


def open_one_of_each(session: Session) -> int:
    """Decrypt one value of each encrypted column under each key; returns how many. Raises Unreadable."""
    count = 0
    for known in metadata.sorted_tables:
        contexts = encrypted_columns(known)
        if known.name == "audit_event":
            contexts["detail"] = DETAIL_CONTEXT  # encrypts a column by itself
        for name, context in contexts.items():
            raw = column(name, LargeBinary)
            key, rows = func.substr(raw, 1, KEY_ID_BYTES), select(raw).select_from(table(known.name))
            for mark in session.scalars(rows.with_only_columns(key).where(raw.is_not(None)).distinct()).all():
                count += _opens(session, known.name, session.scalar(rows.where(key == mark).limit(1)), context)
    return count


def _opens(session: Session, name: str, value: bytes | None, context: str) -> bool:
    if not value:
        return False  # emptied, not encrypted
    try:
        keyring_of(session).open(bytes(value), context)
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}") from None
    return True


def reencrypt(session: Session) -> int:
    """Encrypt all content under the first content key. Returns the number of rows that were under an older key."""
    tables = [known for known in metadata.sorted_tables if encrypted_columns(known) and known.name not in APPEND_ONLY]
    return sum(_reencrypt(session, known) for known in tables)


def _reencrypt(session: Session, known: Table) -> int:
    """Re-encrypt a table in batches, one transaction each. Returns the number of rows that were under an older key."""
    keyring, contexts = keyring_of(session), encrypted_columns(known)
    [key] = known.primary_key
    raw = table(known.name, column(key.name), *(column(name, LargeBinary) for name in contexts))
    number, last, count = raw.c[key.name], 0, 0
    while True:
        with writing(session):
            batch = select(raw).where(number > last).order_by(number).limit(_BATCH).with_for_update()
            rows = session.execute(batch).mappings().all()
            for row in rows:
                old = {name: row[name] for name in contexts if row[name] and not keyring.is_newest(row[name])}
                new = {name: keyring.seal(keyring.open(old[name], contexts[name]), contexts[name]) for name in old}
                if new:
                    session.execute(update(raw).where(number == row[key.name]).values(new))
                    count += 1
        if not rows:
            return count
        last = rows[-1][key.name]
