"""One transaction per action, or one around many: all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from ekc.core.db import options_for_reading, options_for_writing
from ekc.core.errors import OnlyShown

_ONLY_SHOWS, _AS_ONE = "only_shows", "as_one"  # in the information of a session


@contextmanager
def writing(session: Session) -> Iterator[None]:
    """Begin a transaction that writes; commit it at the end of the block, roll it back on any exception.

    Objects read before are read again inside, so that no decision is based on an older state. Raises OnlyShown instead
    of committing inside `not_saving`.
    """
    if session.info.get(_AS_ONE):
        session.expire_all()
    else:
        session.rollback()
    bind = session.get_bind()
    within = isinstance(bind, Connection) and bind.in_transaction()  # a savepoint of `nested`, whose options are set
    try:
        session.connection(execution_options={} if within else options_for_writing(bind.dialect))
        yield
        _refuse_if_only_shown(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        if isinstance(bind, Connection) and not within and not bind.invalidated:
            bind.execution_options(**options_for_reading(bind.dialect))


def _refuse_if_only_shown(session: Session) -> None:
    if session.info.get(_ONLY_SHOWS):
        raise OnlyShown


@contextmanager
def not_saving(session: Session) -> Iterator[None]:
    """Let nothing be saved in this block: an action that would save something, and has found nothing against it, raises
    OnlyShown instead.
    """
    session.info[_ONLY_SHOWS] = True
    try:
        yield
    finally:
        del session.info[_ONLY_SHOWS]


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


@contextmanager
def as_one(session: Session) -> Iterator[Session]:
    """Many actions as if they were one: what ends one of them with an exception undoes all, also where it is caught.

    Yields a session that has no savepoint for each action, which take a fifth of the time of short ones. `session`: of
    `nested`.
    """
    connection, info = session.connection(), {**session.info, _AS_ONE: True}
    with Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only", info=info) as one:
        yield one
    session.commit()
