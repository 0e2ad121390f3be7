"""The post box of the demonstration: what would have left, as its receiver sees it. Elsewhere nothing is put in it."""

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base


class PostboxItem(Base):
    """A mail that arrived in the post box."""

    __tablename__ = "postbox_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(SealedText("postbox_item.recipient"))
    subject: Mapped[str] = mapped_column(SealedText("postbox_item.subject"))
    text: Mapped[str] = mapped_column(SealedText("postbox_item.text"))
    language: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]


def put(session: Session, arrived: list[PostboxItem], at: datetime) -> None:
    """Put these in. Does not commit."""
    for item in arrived:
        item.at = at
    session.add_all(arrived)


def items(session: Session, limit: int) -> list[PostboxItem]:
    """What arrived, the latest first."""
    return list(
        session.scalars(select(PostboxItem).order_by(PostboxItem.at.desc(), PostboxItem.id.desc()).limit(limit))
    )
