"""Saves what many tests build in the same way, once for each run, and restores it for each of them.

    @stage
    def case_in_setup(session: Session, cast: Cast, at: datetime) -> Made: ...

A stage builds with the product's own actions. The first call on a known content of the database saves the result;
later calls with the same arguments on the same content restore it. After any other write it builds as usual.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.database import Database

P = ParamSpec("P")
R = TypeVar("R")


def stage(build: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that takes a session first, commits what it builds, and returns plain values."""

    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> R:
        session, *others = args
        assert isinstance(session, Session)
        database = _database_of(session)
        if database is None or database.state is None or session.new or session.dirty or session.deleted:
            return build(*args, **kwargs)
        session.rollback()  # what was read before is read again
        state = (*database.state, f"{build.__module__}.{build.__qualname__}{others}{sorted(kwargs.items())}")
        with database.making(state):  # nobody else builds the same meanwhile
            if database.has(state):
                result: R = database.restore(state)
                return result
            result = build(*args, **kwargs)
            session.rollback()
            database.save(state, result)
            return result

    return built


def _database_of(session: Session) -> Database | None:
    bind = session.get_bind()
    if not isinstance(bind, Engine):
        return None  # within a transaction that will be undone
    return Database.known.get(bind.url.render_as_string(hide_password=False))
