"""Migrations: the newest state is what the models say, and each one goes up and down with data in the tables."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session

from ekc.core.db import make_sessions
from ekc.schema import _config, downgrade, is_current, metadata, newest, upgrade
from tests import build
from tests.cast import Cast
from tests.clock import START


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


def test_there_is_one_newest_state() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [newest()]


def test_each_migration_goes_down_and_up_with_data(engine: Engine, db_session: Session, cast: Cast) -> None:
    build.closed_case(db_session, cast, START)
    db_session.close()
    before = rows(engine)
    latest, *older = revisions()
    for revision in older:  # all but the first: below that there are no tables to hold data
        downgrade(engine, revision)
        assert not is_current(engine)
    upgrade(engine)
    assert (rows(engine), is_current(engine)) == (before, True)
    assert latest == revisions()[0]


def test_all_the_way_down_leaves_nothing(engine: Engine) -> None:
    try:
        downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
    finally:
        upgrade(engine)
