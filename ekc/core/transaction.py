"""One transaction per action: all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from ekc.core.db import options_for_writing


@contextmanager
def writing(session: Session) -> Iterator[None]:
    """Begin a transaction that writes; commit it at the end of the block, roll it back on any exception.

    Objects read before are read again inside, so that no decision is based on an older state.
    """
    session.rollback()
    session.connection(execution_options=options_for_writing(session.get_bind()))
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
