"""Counting the SQL statements of a request."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Engine, event

from ekc.core.routes import Runtime


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the app sends within the block."""
    runtime: Runtime = app.extensions["ekc"]
    engine: Engine = runtime.sessions.kw["bind"]
    sent: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", hear)
