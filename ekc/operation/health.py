"""Whether this process can answer, and what is wrong with what it needs. Machines read it; it names nobody."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from config import ConfigError, Settings
from ekc import schema
from ekc.core.db import disk_is_full
from ekc.core.heartbeat import is_anybody_there, last_beat
from ekc.core.keys import recognise_keys
from ekc.core.logs import sql_code
from ekc.worker import queue_problem

#: Below this SQLite cannot write its log, and the program no backup.
LEAST_ROOM = 100 * 2**20
OK = "ok"


@dataclass(frozen=True, slots=True)
class Health:
    """What is in order. Without what `needed` names no page works; without the rest, work waits in the database."""

    needed: dict[str, str]
    rest: dict[str, str]

    @property
    def is_ready(self) -> bool:
        """Whether pages can be answered."""
        return all(said == OK for said in self.needed.values())


def health(sessions: sessionmaker[Session], settings: Settings, at: datetime) -> Health:
    """Look at everything that this process needs."""
    needed, rest = {"database": OK, "migrations": OK, "keys": OK}, {"worker": OK}
    try:
        with sessions() as session:
            engine = session.get_bind().engine
            session.execute(text("select 1"))
            try:
                schema.ensure_current(engine)
            except ConfigError:
                needed["migrations"] = f"the database is of revision {schema.revision_of(engine)}"
            else:
                needed["keys"] = _keys(session)
                rest["worker"] = worker_problem(session, at) or OK
    except SQLAlchemyError as error:
        needed["database"] = "the disk is full" if disk_is_full(error) else f"cannot be used {sql_code(error)}".strip()
        needed["migrations"] = needed["keys"] = rest["worker"] = "unknown"
    needed["disk"] = room_problem(settings, sessions.kw["bind"].engine) or OK
    rest["queue"] = queue_problem(settings) or OK
    return Health(needed, rest)


def _keys(session: Session) -> str:
    try:
        recognise_keys(session)
    except ConfigError:
        return "not those of the database"
    return OK


def worker_problem(session: Session, at: datetime) -> str:
    """What is wrong with the workers; nothing if one was there a moment ago."""
    if is_anybody_there(session, at):
        return ""
    seen = last_beat(session)
    return f"none was there for {'a day' if seen is None else f'{int((at - seen).total_seconds())} seconds'}"


def room_problem(settings: Settings, engine: Engine) -> str:
    """Which disk has no room left; nothing if all have."""
    folders = [settings.instance]
    if engine.dialect.name == "sqlite":
        folders.append(Path(engine.url.database or "").parent)
    for folder in folders:
        if folder.exists() and shutil.disk_usage(folder).free < LEAST_ROOM:
            return f"less than {LEAST_ROOM // 2**20} MB left"
    return ""
