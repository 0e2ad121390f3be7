"""The table of counted attempts."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.db import Base


class Attempt(Base):
    """An attempt that counts against a limit: a wrong password, a wrong code. Names nobody."""

    __tablename__ = "counted_try"
    __table_args__ = (Index(None, "key", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))  # HMAC of what is counted
    until: Mapped[datetime] = mapped_column(index=True)  # so long it counts
