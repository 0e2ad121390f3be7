"""When workers were last there: a row for each, written every half minute."""

import platform
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core.db import Base
from ekc.core.jobs import HOLD
from ekc.core.transaction import writing

#: As long as a job is held for a worker that says no more: two of three words may be late.
_ABSENT_AFTER = HOLD
_KEPT = timedelta(days=1)


class WorkerSign(Base):
    """A worker, by machine and process."""

    __tablename__ = "worker_sign"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    seen_at: Mapped[datetime]


def beat(session: Session, process: int, at: datetime) -> None:
    """Note that this worker is there, and forget those of days ago."""
    name = f"{platform.node()[:64]}:{process}"
    with suppress(IntegrityError), writing(session):  # another process of this worker was first
        session.execute(delete(WorkerSign).where(WorkerSign.seen_at < at - _KEPT))
        session.merge(WorkerSign(name=name, seen_at=at))


def last_beat(session: Session) -> datetime | None:
    """When a worker was last there; None if none was for a day."""
    return session.scalar(select(func.max(WorkerSign.seen_at)))


def is_anybody_there(session: Session, at: datetime) -> bool:
    """Whether a worker runs, as far as one can know."""
    seen = last_beat(session)
    return seen is not None and at - seen < _ABSENT_AFTER
