"""Migrations: the newest schema equals the models, and each migration works in both directions with data."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.schema import _config, downgrade, metadata, newest_revision, revision_of, upgrade
from tests import build
from tests.cast import Cast
from tests.clock import START
from tests.database import CONTENT_KEY, INDEX_KEY


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with make_sessions(engine)() as session:
        return {
            table.name: session.scalars(select(func.count()).select_from(table)).one()
            for table in metadata.sorted_tables
        }


def revisions() -> list[str]:
    """All revisions, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def test_the_newest_state_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_checks_and_partial_indexes_are_what_the_models_say(tmp_path: Path) -> None:
    """Alembic does not compare these."""

    def described(engine: Engine) -> tuple[object, object]:
        asked = (
            "select name, sql from sqlite_master where type = 'index' and tbl_name <> 'alembic_version' order by name"
        )
        with engine.connect() as connection:
            checks = inspect(connection).get_multi_check_constraints()
            found = {table: sorted(map(str, ones)) for (_, table), ones in checks.items() if ones}
            return connection.execute(text(asked)).all(), found

    keyring = Keyring([CONTENT_KEY], INDEX_KEY)
    migrated, modelled = (
        make_engine(f"sqlite:///{tmp_path / name}", keyring, create=True) for name in ("migrated", "modelled")
    )
    upgrade(migrated)
    metadata.create_all(modelled)
    assert described(migrated) == described(modelled)


def test_there_is_one_newest_state() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [newest_revision()]


def test_each_migration_goes_down_and_up_with_data(engine: Engine, db_session: Session, cast: Cast) -> None:
    build.closed_case(db_session, cast, START)
    db_session.close()
    before = rows(engine)
    latest, *older = revisions()
    for revision in older:  # all but the first: below that there are no tables to hold data
        downgrade(engine, revision)
        assert revision_of(engine) != newest_revision()
    upgrade(engine)
    assert (rows(engine), revision_of(engine)) == (before, newest_revision())
    assert latest == revisions()[0]


def test_all_the_way_down_leaves_nothing(engine: Engine, db_session: Session, cast: Cast) -> None:
    build.closed_case(db_session, cast, START)
    db_session.close()
    try:
        downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        assert revision_of(engine) != newest_revision()
    finally:
        upgrade(engine)
    assert revision_of(engine) == newest_revision()
    assert set(rows(engine).values()) == {0}
