"""The tables of orders and of the files that were made for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedBytes, SealedJSON
from ekc.core.db import Base


class FileOrder(Base):
    """A paper or an export that one person asked for. Nobody else gets it; its job (`queries.key_of`) says how far it
    is.
    """

    __tablename__ = "file_order"
    __table_args__ = ({"sqlite_autoincrement": True},)  # the address of an order never leads to another one

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))  # as a row of the documents or exports is called
    whose: Mapped[str] = mapped_column(String(32), index=True)  # `SignedInUser.person`
    conference_id: Mapped[int | None] = mapped_column(ForeignKey("conference.id"), index=True)
    same: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed hash of kind, case and what was asked
    content: Mapped[Any] = mapped_column(SealedJSON("file_order.content"))  # as `queries.Order` has it
    ordered_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)  # after this it is not handed out any more
    made_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(default=0)  # bytes
    parts: Mapped[int] = mapped_column(default=0)  # pages or rows


class FilePiece(Base):
    """A piece of a file, so that neither who makes it nor who hands it out holds all of it."""

    __tablename__ = "file_piece"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("file_order.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(SealedBytes("file_piece.content"))
