"""SQLite: what is written survives a power cut, and no database is begun in silence."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ekc.core.crypto import Keyring
from ekc.core.db import make_engine

KEYS = Keyring([bytes(32)], bytes(32))


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
