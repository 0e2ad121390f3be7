"""How Alembic reaches the database: one connection, all tables, one transaction for the whole way."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine

from ekc import schema
from ekc.core.crypto import _Sealed
from ekc.core.db import Instant


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our column types as what the database has, so that a migration never changes when our code does."""
    if kind == "type" and isinstance(item, _Sealed):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=schema.metadata,
        render_item=render_item,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.config.get_main_option("sqlalchemy.url") or "sqlite://"
    with create_engine(url).connect() as connection:
        run(connection)
