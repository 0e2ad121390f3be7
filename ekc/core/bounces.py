"""Mails that came back: reports of other mail servers that a mail of ours could not be delivered (RFC 3464).

A report is recognised by the Message-ID of our mail, which it quotes and which only its receivers knew.
"""

import mailbox
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from email import message_from_bytes, message_from_string
from email.message import EmailMessage, Message
from email.policy import default
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing


def read_mail(content: bytes) -> EmailMessage:
    """One mail, as a mail server pipes it."""
    return message_from_bytes(content, EmailMessage, policy=default)


def read_mailbox(path: Path) -> Iterator[EmailMessage]:
    """The mails of a file (mbox), or the new ones of a folder (Maildir), each marked as seen after its turn.

    Raises OSError if it cannot be read.
    """
    if not path.is_dir():
        with path.open("rb"), closing(mailbox.mbox(path, create=False)) as box:
            yield from (read_mail(box.get_bytes(key)) for key in box.iterkeys())
        return
    with closing(mailbox.Maildir(path, create=False)) as folder:
        for key, mail in folder.items():
            if mail.get_subdir() == "new":
                yield read_mail(folder.get_bytes(key))
                mail.set_subdir("cur")
                mail.add_flag("S")
                folder[key] = mail


def returned_mail(report: EmailMessage) -> str | None:
    """The name in the Message-ID of the mail that for good could not be delivered; None if this reports no such thing.

    A report of delay, or of a mailbox that is full for now, is none.
    """
    failed, name = False, None
    for part in report.walk():
        match part.get_content_type():
            case "message/delivery-status":
                failed = failed or any(map(_is_failure, part.get_payload()))
            case "message/rfc822":
                name = _name(part.get_payload(0))
            case "text/rfc822-headers":
                name = _name(message_from_string(part.get_content()))
    return name if failed else None


def note_returned(session: Session, name: str, at: datetime) -> bool:
    """Note that the mail with this name came back; False if we sent none with it."""
    with writing(session):
        sent = update(OutboxMessage).where(OutboxMessage.message_id == name, OutboxMessage.sent_at.is_not(None))
        noted = session.scalar(sent.values(returned_at=at).returning(OutboxMessage.id))
    return noted is not None


def _is_failure(fields: object) -> bool:
    """Whether one recipient's part of a delivery report says that the mail is not delivered, and will not be."""
    return (
        isinstance(fields, Message)
        and fields.get("Action", "").strip().lower() == "failed"
        and fields.get("Status", "").strip().startswith("5")
    )


def _name(mail: object) -> str | None:
    """What stands before the @ in the Message-ID."""
    if not isinstance(mail, Message):
        return None
    return mail.get("Message-ID", "").strip().strip("<>").partition("@")[0] or None
