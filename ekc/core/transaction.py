"""One transaction per action, or one around many: all of it or nothing."""

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


@contextmanager
def nested(session: Session) -> Iterator[Session]:
    """Many actions in one transaction: all of them or none, and the disk is waited for once.

    Yields a session in which the transaction of each action is a savepoint within one of `session`.
    """
    with (
        writing(session),
        Session(session.connection(), expire_on_commit=False, join_transaction_mode="create_savepoint") as inside,
    ):
        yield inside
