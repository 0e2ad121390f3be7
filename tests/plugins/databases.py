"""Fixtures for databases, SQLite and PostgreSQL, fresh for each test.

The schema is made by the migrations, once for each worker and kind. Tests without these fixtures do not import or use a
database.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.plugins.postgresql import server_address

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from tests.cast import Cast
    from tests.database import Database

_MEMORY = Path("/dev/shm")  # noqa: S108 - every commit waits for the disk, which tests need not


@pytest.fixture(scope="session")
def _statements_are_noticed() -> None:
    from tests.database import notice_statements

    notice_statements()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest,
    run_folder: Path,
    _statements_are_noticed: None,
    _statements_are_noted: None,
) -> Iterator[Database]:
    """The database of this worker, of either kind. Tests ask for `engine`, `db_session`, `app` or `client` instead."""
    from tests.database import PostgreSQL, SQLite

    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    saved = run_folder / f"stages-{request.param}"
    saved.mkdir(exist_ok=True)
    made: Database
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
            made = SQLite(Path(folder), saved)
            yield made
            made.close()
    else:
        made = PostgreSQL(server_address(request.config), f"ekc_test_{worker}", saved)
        yield made
        made.close()


@pytest.fixture
def _fresh(database: Database) -> None:
    database.reset()


@pytest.fixture
def database_url(database: Database, _fresh: None) -> Iterator[str]:
    """The address of a fresh, migrated database, for another process too."""
    database.eager = True
    database.settle()
    yield database.url
    database.eager = False
    database.written()  # another process may have


@pytest.fixture
def engine(database: Database, _fresh: None) -> Engine:
    """An engine on a fresh, migrated database."""
    return database.engine


@pytest.fixture
def db_session(engine: Engine) -> Iterator[Session]:
    """A session on a fresh database; what is not committed is gone after the test."""
    from ekc.core.db import make_sessions

    with make_sessions(engine)() as session:
        yield session


@pytest.fixture
def cast(engine: Engine) -> Cast:
    """The people of `tests/cast.py`, on a fresh database."""
    from ekc.core.db import make_sessions
    from tests.cast import make_cast

    with make_sessions(engine)() as session:
        return make_cast(session)
