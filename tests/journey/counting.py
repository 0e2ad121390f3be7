"""Counting the SQL statements of a request."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Engine

from ekc.core.routes import Runtime
from tests.hearing import hearing


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the app sends within the block."""
    runtime: Runtime = app.extensions["ekc"]
    engine: Engine = runtime.sessions.kw["bind"]
    sent: list[str] = []

    def hear(_cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    with hearing(engine, hear):
        yield sent
