"""Many actions in one transaction: all of them or none, and the disk is waited for once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from ekc.core.transaction import writing


@contextmanager
def nested(session: Session) -> Iterator[Session]:
    """A session in which the transaction of each action is a savepoint within one of `session`."""
    with (
        writing(session),
        Session(session.connection(), expire_on_commit=False, join_transaction_mode="create_savepoint") as inside,
    ):
        yield inside
