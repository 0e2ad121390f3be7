"""Restoring a backup, and what follows: what it would let in again is ended, and what is lost since is listed.

Nothing is destroyed: a SQLite database that is there is moved aside together with its log, and on PostgreSQL the
database has to be empty.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import ConfigError, Settings
from ekc import schema
from ekc.conferences.models import Conference
from ekc.core.audit import SYSTEM, AuditHead, read_set_down, record
from ekc.core.crypto import Keyring, Unreadable
from ekc.core.db import make_engine, make_sessions
from ekc.core.keys import FOREIGN, LACKING, recognise_keys
from ekc.core.tokens import new_token
from ekc.core.transaction import writing
from ekc.journey.jobs import audit_heads
from ekc.operation.audit_lines import audit_lines
from ekc.operation.backup import Manifest, opened_backup
from ekc.operation.ending import end_all_access
from ekc.operation.postgresql_tools import BackupError, run_tool
from ekc.signin.passwords import hash_password

_WITH = ("", "-wal", "-shm")  # a SQLite database and its log, which would be replayed over another file of its name


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was restored. `before`: the database that it replaced; `ended`: how many of what."""

    made_at: datetime
    ended: dict[str, int]
    before: str | None
    lost: tuple[str, ...]


def restore_backup(
    settings: Settings, file: Path, identity: Path | None, at: datetime, *, is_complete: bool, before: str | None
) -> Restored:
    """Put a backup in the place of the database, and bring it up to date.

    `is_complete`: nothing was written since it was made, so nothing is ended or lost. `before`: the address of the
    database that it replaces, if it can still be read. Raises BackupError or ConfigError, and then leaves all as it is.
    """
    keyring = Keyring(settings.content_keys, settings.index_key)
    engine = make_engine(settings.database_url, keyring, create=True)
    try:
        home = Path(engine.url.database or "").parent if engine.dialect.name == "sqlite" else settings.instance
        with (
            TemporaryDirectory(dir=home, prefix=".ekc-restore-") as working,
            opened_backup(file, identity, Path(working)) as (manifest, dump),
        ):
            _ensure_ours(manifest, engine, keyring)
            if engine.dialect.name == "sqlite":
                before = _replace_sqlite(engine, dump, at) or before
            else:
                _fill_postgresql(engine, dump)
        schema.upgrade(engine)
        with make_sessions(engine)() as session:
            recognise_keys(session)
            lost = () if is_complete else tuple(_lost(settings, session, keyring, manifest, before))
            nobodys_hash = hash_password(new_token(), settings.password_cost)
            ended = _follow_up(session, at, manifest, None if is_complete else nobodys_hash)
    finally:
        engine.dispose()
    if not is_complete:
        _set_aside(audit_heads(settings), at)
    return Restored(manifest.instant, ended, before, lost)


def _follow_up(session: Session, at: datetime, manifest: Manifest, nobodys_hash: str | None) -> dict[str, int]:
    with writing(session):
        ended = {} if nobodys_hash is None else end_all_access(session, at, nobodys_hash)
        record(session, SYSTEM, at, "service.restored", made_at=manifest.made_at, complete=int(nobodys_hash is None))
    return ended


def _ensure_ours(manifest: Manifest, engine: Engine, keyring: Keyring) -> None:
    """Raises unless the backup belongs to this kind of database, these keys, and this or an older version."""
    if manifest.database != engine.dialect.name:
        raise BackupError(f"This backup is one of {manifest.database}; EKC_DATABASE_URL names {engine.dialect.name}.")
    schema.refuse_newer(manifest.revision)
    if keyring.index_fingerprint.hex() not in manifest.keys:
        raise ConfigError(FOREIGN)
    ours = {mark.hex() for mark in (keyring.index_fingerprint, *keyring.content_fingerprints)}
    if set(manifest.keys) - ours:
        raise ConfigError(LACKING)
    if not manifest.is_signed(keyring):
        raise BackupError("This backup was not made by this service, or was changed since. Take another copy of it.")


def _replace_sqlite(engine: Engine, dump: Path, at: datetime) -> str | None:
    """Move the database that is there aside, with its log; returns its address."""
    with closing(sqlite3.connect(dump)) as checked:
        [(said,)] = checked.execute("PRAGMA integrity_check(1)").fetchall()
    if said != "ok":
        raise BackupError(f"The database in this backup is damaged: {said}.")
    file = Path(engine.url.database or "")
    aside = file.with_name(f"{file.name}.before-{at:%Y%m%dT%H%M%SZ}")
    there = file.exists()
    for ending in _WITH:
        if (part := file.with_name(file.name + ending)).exists():
            part.replace(aside.with_name(aside.name + ending))
    dump.chmod(0o600)
    with dump.open("rb") as written:
        os.fsync(written.fileno())
    dump.replace(file)
    return f"sqlite:///{aside}" if there else None


def _fill_postgresql(engine: Engine, dump: Path) -> None:
    if inspect(engine).get_table_names():
        raise BackupError(
            "The database that EKC_DATABASE_URL names is not empty. Make a new one, name it in EKC_DATABASE_URL, and "
            "restore into that; the other one stays as it is."
        )
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    run_tool(engine.url, "pg_restore", *options, str(dump))


def _lost(
    settings: Settings, session: Session, keyring: Keyring, manifest: Manifest, before: str | None
) -> Iterator[str]:
    """What was done after the backup, as far as anything still tells of it."""
    if before is not None:
        yield from _events_of(before, keyring, manifest)
    try:
        kept = read_set_down(keyring, audit_heads(settings)) or {}
    except ValueError:
        kept = {}
    now = {head.chain: head.seq for head in session.scalars(select(AuditHead))}
    numbers = {f"case:{row.id}": row.number for row in session.execute(select(Conference.id, Conference.number))}
    for chain, head in sorted(kept.items()):
        if (missing := head.seq - now.get(chain, 0)) > 0:
            yield f"{numbers.get(chain, chain)}: at least {missing} lines of the audit are lost"


def _events_of(before: str, keyring: Keyring, manifest: Manifest) -> Iterator[str]:
    engine = make_engine(before, keyring)
    try:
        with make_sessions(engine)() as session:
            yield from audit_lines(session, since=manifest.instant)
    except (SQLAlchemyError, Unreadable):
        yield f"The database before ({engine.url.database}) cannot be read, so it does not tell what is lost"
    finally:
        engine.dispose()


def _set_aside(file: Path, at: datetime) -> None:
    """Heads of the audit that are newer than the database say no more than that; the next night sets down new ones."""
    if file.exists():
        file.replace(file.with_name(f"{file.name}.before-{at:%Y%m%dT%H%M%SZ}"))
