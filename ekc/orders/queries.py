"""Reading orders: only by the person who asked, and only as long as they are kept."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, sessionmaker

from ekc.core.crypto import keyring_of
from ekc.core.jobs import HEARTBEAT, HOLD, Job, JobState
from ekc.orders.entries import Ordering
from ekc.orders.models import FileOrder, FilePiece


@dataclass(frozen=True, slots=True)
class Order:
    """An order. `address`: where it is handed out; `back`: the page on which it was asked for."""

    id: int
    kind: str
    case: int | None
    same: bytes = field(repr=False)
    address: str
    back: str
    asked: tuple[Any, ...] = field(repr=False)
    is_made: bool
    size: int
    parts: int


#: A worker that was not heard of for so long was killed, or cannot reach the database.
_SILENT_AFTER = 3 * HEARTBEAT


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the job of an order is. `parts`: 0 where nobody knows how many there will be."""

    state: JobState
    due: datetime
    done: int
    parts: int
    error: str
    held_until: datetime | None

    def is_interrupted(self, at: datetime) -> bool:
        """Whether its worker seems to be gone; another one begins it again."""
        return self.held_until is not None and at - (self.held_until - HOLD) > _SILENT_AFTER


def key_of(order_id: int) -> str:
    """The key of the job of an order."""
    return f"order:{order_id}"


def same_as(session: Session, ordering: Ordering) -> bytes:
    """The keyed hash by which an order for the same is known again."""
    asked = [ordering.kind, ordering.case, ordering.asked]
    return keyring_of(session).fingerprint(f"order {json.dumps(asked, sort_keys=True)}")


def theirs(whose: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which orders this person can still get."""
    return FileOrder.whose == whose, FileOrder.until > at


def order_of(session: Session, at: datetime, whose: str, order_id: int) -> Order | None:
    """An order of this person."""
    row = session.scalar(select(FileOrder).where(FileOrder.id == order_id, *theirs(whose, at)))
    return _order(row) if row is not None else None


def order_to_make(session: Session, order_id: int) -> Order | None:
    """An order, for the worker; None if it was cancelled, or forgotten."""
    row = session.get(FileOrder, order_id)
    return _order(row) if row is not None else None


def _order(row: FileOrder) -> Order:
    said = row.content
    return Order(
        id=row.id,
        kind=row.kind,
        case=row.conference_id,
        same=row.same,
        address=said["address"],
        back=said["back"],
        asked=tuple(said["asked"]),
        is_made=row.made_at is not None,
        size=row.size,
        parts=row.parts,
    )


def progress(session: Session, order_id: int) -> Progress | None:
    """How far an order is; None if its job is forgotten."""
    found = select(Job.state, Job.due, Job.parts_done, Job.parts, Job.error, Job.held_until)
    row = session.execute(found.where(Job.key == key_of(order_id))).one_or_none()
    if row is None:
        return None
    return Progress(row.state, row.due, row.parts_done, row.parts, row.error or "", row.held_until)


def content(session: Session, order: Order) -> bytes:
    """The whole file."""
    pieces = select(FilePiece.content).where(FilePiece.order_id == order.id).order_by(FilePiece.number)
    return b"".join(session.scalars(pieces))


def pieces(sessions: sessionmaker[Session], order: Order) -> Iterator[bytes]:
    """The file, piece by piece. Each is read in a session of its own: no connection waits for a slow reader.

    Raises LookupError if it is forgotten meanwhile.
    """
    with sessions() as session:
        many = session.scalar(select(func.count()).where(FilePiece.order_id == order.id)) or 0
    for number in range(many):
        with sessions() as session:
            wanted = (FilePiece.order_id == order.id, FilePiece.number == number)
            piece = session.scalar(select(FilePiece.content).where(*wanted))
        if piece is None:
            raise LookupError("the file is forgotten")
        yield piece
