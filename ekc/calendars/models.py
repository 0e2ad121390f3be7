"""The table of the private addresses at which a calendar is read."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.db import Base


class CalendarFeed(Base):
    """The private address of one account's calendar. Whoever has the address reads it; only its hash is stored."""

    __tablename__ = "calendar_feed"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256
    with_names: Mapped[bool]  # whether families are named
    made_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]  # last, to the minute
