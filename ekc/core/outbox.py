"""The outbox: what has to reach somebody outside, written in the same transaction as its cause.

A row is unique by its key, so that doing a thing twice sends nothing twice. Subject and body are marked sentences in
the source language; whoever carries a row out translates them to the row's language, and puts the link, if there is
one, on a line of its own below. Carrying out is not done here.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base


class OutboxMessage(Base):
    """One mail to one address. Nobody's address means nobody: it is never NULL and never a list."""

    __tablename__ = "outbox_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    conference_id: Mapped[int | None] = mapped_column(ForeignKey("conference.id"), index=True)
    recipient: Mapped[str] = mapped_column(SealedText("outbox_message.recipient"))
    subject: Mapped[str] = mapped_column(SealedText("outbox_message.subject"))
    body: Mapped[str] = mapped_column(SealedText("outbox_message.body"))
    link: Mapped[str | None] = mapped_column(SealedText("outbox_message.link"))  # whole, and often a key
    language: Mapped[str] = mapped_column(String(8))  # of the recipient
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def queue(
    session: Session,
    key: str,
    *,
    recipient: str,
    subject: str,
    body: str,
    at: datetime,
    conference_id: int | None,
    language: str = "en",
    link: str | None = None,
) -> bool:
    """Put a mail in the outbox, in the caller's transaction; False if one of this key is there already."""
    if not recipient or session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)):
        return False
    session.add(
        OutboxMessage(
            key=key,
            conference_id=conference_id,
            recipient=recipient,
            subject=subject,
            body=body,
            link=link,
            language=language,
            queued_at=at,
        )
    )
    return True
