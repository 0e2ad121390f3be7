"""The outbox: what has to reach somebody outside, written in the same transaction as its cause.

A row is unique by its key, so that doing a thing twice sends nothing twice. Subject and body are marked sentences in
the source language; whoever carries a row out translates them to the row's language, and puts the link, if there is
one, on a line of its own below. Carrying out: `carrier.py`.
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base

#: For so long a mail is tried: as long as mail servers do. Told later, it would rather confuse.
LASTS = timedelta(days=4)
_WAITING = text("sent_at is null and given_up_at is null")


class OutboxMessage(Base):
    """One mail to one address. Nobody's address means nobody: it is never NULL and never a list.

    It waits, until it is sent or given up; then `body` and `link` are emptied.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_waiting", "try_after", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

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
    tries: Mapped[int] = mapped_column(default=0)  # begun
    try_after: Mapped[datetime]
    useless_after: Mapped[datetime]  # then it is given up: too late to be told, or the key in it works no longer
    given_up_at: Mapped[datetime | None]


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
    until: datetime | None = None,
) -> bool:
    """Put a mail in the outbox, in the caller's transaction; False if one of this key is there already.

    `until`: when its link stops working, which is where trying to send it stops too.
    """
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
            try_after=at,
            useless_after=min(at + LASTS, until or at + LASTS),
        )
    )
    return True
