"""Hears each statement before it is sent.

By listeners to the dialect. One to a connection costs each statement as much again as the listener itself, also when it
was taken away: an engine that ever had one asks for listeners of all kinds.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

_KINDS = ("do_execute", "do_executemany", "do_execute_no_params")
#: Gets the cursor, the statement, what is given to it (not where nothing is), and last SQLAlchemy's context.
Hear = Callable[..., None]


def hear_always(engine: Engine | type[Engine], hear: Hear) -> None:
    """Call `hear` before each statement of this engine, or of all, from now on."""
    for kind in _KINDS:
        event.listen(engine, kind, hear)


@contextmanager
def hearing(engine: Engine | type[Engine], hear: Hear) -> Iterator[None]:
    """Call `hear` before each statement inside the block."""
    hear_always(engine, hear)
    try:
        yield
    finally:
        for kind in _KINDS:
            event.remove(engine, kind, hear)


def given_to(more: tuple[Any, ...]) -> Any:
    """What is given to a statement, of what `Hear` gets after it."""
    return more[0] if len(more) > 1 else ()
