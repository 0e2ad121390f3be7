"""All tables in one place, and the way from one state of the database to the next. Migrations and start-up ask here."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import ekc.conferences.models
import ekc.core.audit
import ekc.core.outbox
import ekc.evaluations.models
import ekc.journey.models
import ekc.matching.models
import ekc.meetings.models
import ekc.people.models
import ekc.plans.models
import ekc.privatetime.models  # noqa: F401 - imported so that their tables are known
from ekc.core.db import Base

metadata = Base.metadata
#: Said by whatever will not work on such a database.
BEHIND = "The database is not up to date with this program. Bring it up to date with: bin/ekc migrate"
_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision, by default the newest; on any error it stays as it was."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the database back to an older revision; `base` empties it."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Whether the database has all migrations of this program, and no others."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(_config()).get_heads())
