"""The clock of the demonstration: one row says how far it is ahead. Elsewhere that row moves nothing (ADR 36)."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import Settings
from ekc.core.db import Base


class DemoClock(Base):
    """How far the clock of the demonstration is ahead."""

    __tablename__ = "demo_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), CheckConstraint("ahead >= 0", name="forward"))

    id: Mapped[int] = mapped_column(primary_key=True)
    ahead: Mapped[int]  # seconds


_AHEAD = select(DemoClock.ahead)


def clock_time(session: Session, settings: Settings) -> datetime:
    """The instant that it is now, for whoever uses this database."""
    real = settings.clock()
    return real + timedelta(seconds=session.scalar(_AHEAD) or 0) if settings.demo else real


def is_set(session: Session) -> bool:
    """Whether this database holds a demonstration: its clock was set when it was made."""
    return session.scalar(_AHEAD) is not None


def set_clock(session: Session, settings: Settings, to: datetime) -> None:
    """Let it be `to` now, in the demonstration. Raises ValueError for going back, or elsewhere. Does not commit."""
    if not settings.demo or to < clock_time(session, settings):
        raise ValueError("only the clock of the demonstration moves, and only forward")
    session.merge(DemoClock(id=1, ahead=-((settings.clock() - to) // timedelta(seconds=1))))
    session.flush()
