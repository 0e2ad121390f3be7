"""The database of a command: opened with the settings, and closed again."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from config import Settings, load_settings
from ekc import schema
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.keys import recognise_keys
from ekc.worker import sending


@contextmanager
def open_database() -> Iterator[tuple[Settings, Session]]:
    """The settings, and a database session. Raises ConfigError for an outdated schema, or other keys than its own."""
    settings = load_settings()
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
    try:
        schema.ensure_current(engine)
        with make_sessions(engine, **sending(settings))() as session:
            recognise_keys(session)
            yield settings, session
    finally:
        engine.dispose()
