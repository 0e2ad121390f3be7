"""Alembic's environment: one connection, all tables, one transaction for all migrations."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import create_engine

from ekc import schema
from ekc.core.crypto import SealedColumn
from ekc.core.db import Instant


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our column types as those of the database, so that a migration does not change when our code does."""
    if kind == "type" and isinstance(item, SealedColumn):
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
    # alembic -x url=sqlite:///some.sqlite revision --autogenerate -m "What changes"
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as connection:
        run(connection)
