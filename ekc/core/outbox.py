"""The outbox: mails that wait to be sent, written in the same transaction as their cause. Sending: `mailer.py`.

What can be mailed is a table: each feature has its rows (`MailRule`) in its `mails.py`; `ekc/kinds.py` gathers and
checks them. A message is unique by its key, so that doing a thing twice sends nothing twice. Subject and body are kept
in the source language; the mailer translates them, and puts the link, if any, on a line of its own below.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base

#: For so long a mail is tried: as long as mail servers do. Told later, it would rather confuse.
DELIVERY_PERIOD = timedelta(days=4)
_PENDING = text("sent_at is null and given_up_at is null")


class Audience(StrEnum):
    """Who gets a mail. Who these are in the case at hand, the feature looks up that sends it."""

    OWNER = "owner"  # of the account that it is about
    MANAGERS = "managers"  # the regional managers of the region where that account works
    OVERSIGHT = "oversight"  # administrators and regional managers, but for whoever did it
    COORDINATOR = "coordinator"  # who is, was, or is asked to be coordinator of a case
    REQUESTER = "requester"  # who asked for that coordinator
    CIRCLE = "circle"  # everybody in a circle with one of the row's `parts`
    PARTICIPANT = "participant"  # one person in a circle


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRule:
    """A kind of mail. Subject and body are fixed sentences: a mail names neither a person nor a case.

    `key` makes the message unique. `{to}` in it is the recipient's id, `{at}` the instant (a mail each time), `{day}`
    the day (one a day), `{case}` the case; other fields are passed to `queue`.
    """

    name: str
    audience: Audience
    key: str
    subject: str
    body: str
    parts: frozenset[str] = frozenset()  # of a circle
    has_link: bool = False


class Recipient(NamedTuple):
    """To whom a mail goes. `id`: of the account or participant. Without an address it goes to nobody."""

    id: int
    address: str
    language: str


class Link(NamedTuple):
    """A link in a mail, and when it stops working: from then on the mail is not sent any more."""

    address: str
    until: datetime


class OutboxMessage(Base):
    """One mail to one address. Nobody's address means nobody: it is never NULL and never a list.

    It waits, until it is sent or given up; then `body` and `link` are emptied.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_waiting", "try_after", sqlite_where=_PENDING, postgresql_where=_PENDING),
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
    rule: MailRule,
    to: Recipient,
    at: datetime,
    *,
    case: int | None = None,
    link: Link | None = None,
    **fields: Any,
) -> bool:
    """Put a mail in the outbox, in the caller's transaction; False if one of this key is there already.

    `fields` fill the key. Raises ValueError where link and row do not agree, KeyError for a field that is missing.
    """
    if rule.has_link != (link is not None):
        raise ValueError(f"the mail {rule.name} {'needs a' if rule.has_link else 'has no'} link")
    key = rule.key.format(to=to.id, at=at.isoformat(), day=at.date(), case=case, **fields)
    if not to.address or session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)):
        return False
    session.add(
        OutboxMessage(
            key=key,
            conference_id=case,
            recipient=to.address,
            subject=rule.subject,
            body=rule.body,
            link=link.address if link else None,
            language=to.language,
            queued_at=at,
            try_after=at,
            useless_after=min(at + DELIVERY_PERIOD, link.until) if link else at + DELIVERY_PERIOD,
        )
    )
    return True
