"""Ordering, making and forgetting files. Not audited: what is handed out is, by the page that does."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from ekc.core import jobs
from ekc.core.errors import Refusal
from ekc.core.jobs import Job, JobState, Superseded
from ekc.core.transaction import writing
from ekc.orders.entries import Ordering, Piece
from ekc.orders.models import FileOrder, FilePiece
from ekc.orders.queries import Order, key_of, same_as, theirs
from ekc.workflow.vocabulary import N_

#: How many files somebody can have made at once, and how many that were made are kept for them.
_MOST = 20
_PLAINLY = {"synchronize_session": False}


def order(session: Session, at: datetime, whose: str, ordering: Ordering) -> int:
    """Have something made; returns the order, or the one for the same that is being made. Raises Refusal."""
    same = same_as(session, ordering)
    with writing(session):
        going_on = _going_on(session, at, whose)
        if same in going_on:
            return going_on[same]
        if len(going_on) >= _MOST:
            raise Refusal(N_("Much that you asked for is still being made. Wait for that first, then ask again."))
        said = {"address": ordering.address, "back": ordering.back, "asked": ordering.asked}
        new = FileOrder(
            kind=ordering.kind,
            whose=whose,
            conference_id=ordering.case,
            same=same,
            content=said,
            ordered_at=at,
            until=at + ordering.kept,
        )
        session.add(new)
        session.flush()
        _forget_older(session, at, whose)
        jobs.add(session, ordering.job, at, subject=new.id, until=new.until, key=key_of(new.id))
    return new.id


def _forget_older(session: Session, at: datetime, whose: str) -> None:
    """Forget the oldest files of this person: a page that is loaded again and again orders one each time."""
    made = (FileOrder.whose == whose, FileOrder.made_at.is_not(None))
    kept = select(FileOrder.id).where(*made).order_by(FileOrder.id.desc()).limit(_MOST)
    _forget(session, at, *made, FileOrder.id.not_in(kept))


def _going_on(session: Session, at: datetime, whose: str) -> dict[bytes, int]:
    """The orders of this person that are still being made."""
    unmade = select(FileOrder.id, FileOrder.same).where(*theirs(whose, at), FileOrder.made_at.is_(None))
    found = {key_of(row.id): row for row in session.execute(unmade)}
    still = (JobState.WAITING, JobState.RUNNING)
    keys = session.scalars(select(Job.key).where(Job.key.in_(found), Job.state.in_(still))).all()
    return {found[key].same: found[key].id for key in keys if key}


def cancel(session: Session, at: datetime, whose: str, order_id: int) -> None:
    """Forget an order, and let its job stop."""
    with writing(session):
        _forget(session, at, FileOrder.id == order_id, *theirs(whose, at))


def store(session: Session, order: Order, at: datetime, pieces: Iterable[Piece], tell: Callable[[int], None]) -> None:
    """Store the file of an order, each piece in a transaction of its own; what a former attempt left goes first.

    `tell` hears after each piece how many parts are stored. Raises Superseded if the order is gone.
    """
    with writing(session):
        session.execute(delete(FilePiece).where(FilePiece.order_id == order.id), execution_options=_PLAINLY)
    size = parts = 0
    for number, (piece, more) in enumerate(pieces):
        with writing(session):
            _lock(session, order)
            session.add(FilePiece(order_id=order.id, number=number, content=piece))
        session.expunge_all()  # else each piece stays in memory
        size, parts = size + len(piece), parts + more
        tell(parts)
    with writing(session):
        made = _lock(session, order)
        made.made_at, made.size, made.parts = at, size, parts


def _lock(session: Session, order: Order) -> FileOrder:
    found = session.get(FileOrder, order.id, with_for_update=True)
    if found is None:
        raise Superseded
    return found


def forget_orders(session: Session, at: datetime) -> None:
    """Forget what is not handed out any more."""
    with writing(session):
        _forget(session, at, FileOrder.until <= at)


def forget_orders_of_case(session: Session, conference_id: int, at: datetime) -> None:
    """Forget all orders about a case, made or not. Does not commit."""
    _forget(session, at, FileOrder.conference_id == conference_id)


def _forget(session: Session, at: datetime, *which: ColumnElement[bool]) -> None:
    ids = session.scalars(delete(FileOrder).where(*which).returning(FileOrder.id), execution_options=_PLAINLY).all()
    jobs.cancel(session, [key_of(one) for one in ids], at)
