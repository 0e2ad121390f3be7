"""Mails that come in: reports that a mail of ours could not be delivered (RFC 3464), and answers of calendars.

A report is recognised by the Message-ID of our mail, which it quotes and which only its receivers knew; an answer
(RFC 6047) by the UID of the event. Anybody can send mail to that address: of one that cannot be read nothing is known,
and the ones after it are read all the same.
"""

import mailbox
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from sqlalchemy import func, literal, update
from sqlalchemy.orm import Session

from ekc.core.calendar_file import TYPE, CalendarReply, read_reply
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing

#: Bytes of a mail that are looked at: the returned mail comes at the end of a report, and is cut.
LARGEST = 2**20
_NAME = re.compile("<([0-9a-f]{1,32})@.*>")  # as `outbox.py` gives it


def read_mailbox(path: Path) -> Iterator[bytes]:
    """The mails of a file (mbox), or the new ones of a folder (Maildir), each marked as seen after its turn.

    Raises OSError if it cannot be read.
    """
    if not path.is_dir():
        with path.open("rb"), closing(mailbox.mbox(path, create=False)) as box:
            for key in box.iterkeys():
                with closing(box.get_file(key)) as mail:
                    yield mail.read(LARGEST)
        return
    for file in sorted((path / "new").iterdir()):
        with file.open("rb") as mail:
            yield mail.read(LARGEST)
        file.replace(path / "cur" / f"{file.name}:2,S")


def returned_mail(mail: bytes) -> str | None:
    """The name in the Message-ID of the mail that for good could not be delivered; None if this reports no such thing.

    A report of delay, or of a mailbox that is full for now, is none.
    """
    # The older of Python's two parsers: the other one takes headers apart, and breaks, or takes minutes, over some.
    failed, name = False, None
    try:
        for part in message_from_bytes(mail[:LARGEST]).walk():
            match part.get_content_type():
                case "message/delivery-status":
                    failed = failed or any(map(_is_failure, _parts(part)))
                case "message/rfc822":
                    name = next(map(_name, _parts(part)), None)
                case "text/rfc822-headers":
                    name = _name(message_from_bytes(part.get_payload(decode=True) or b""))  # type: ignore[arg-type]
    except RecursionError:  # a mail in a mail in a mail, a thousand times
        return None
    return name if failed else None


def calendar_reply(mail: bytes) -> CalendarReply | None:
    """The answer of a calendar that a mail holds; None if it holds none. Who sent it is not known from the mail."""
    try:
        for part in message_from_bytes(mail[:LARGEST]).walk():
            if part.get_content_type() in _CALENDARS:
                told = part.get_payload(decode=True)
                if isinstance(told, bytes) and (reply := read_reply(told)):
                    return reply
    except RecursionError:
        return None
    return None


#: As a part, in which calendars send it, and as the file that some send instead.
_CALENDARS = frozenset({TYPE, "application/ics"})


def note_returned(session: Session, name: str, at: datetime) -> bool:
    """Note that the mail with this name came back; False if we sent none with it."""
    with writing(session):
        sent = update(OutboxMessage).where(OutboxMessage.message_id == name, OutboxMessage.sent_at.is_not(None))
        since = func.coalesce(OutboxMessage.returned_at, literal(at, OutboxMessage.returned_at.type))  # read again
        noted = session.scalar(sent.values(returned_at=since).returning(OutboxMessage.id))
    return noted is not None


def _parts(part: Message) -> list[Message]:
    """The mails, or groups of fields, in a part; none if it was not written as its type says."""
    held = part.get_payload()
    return [one for one in held if isinstance(one, Message)] if isinstance(held, list) else []


def _is_failure(fields: Message) -> bool:
    """Whether one recipient's part of a delivery report says that the mail is not delivered, and will not be."""
    return _header(fields, "Action").lower() == "failed" and _header(fields, "Status").startswith("5")


def _name(mail: Message) -> str | None:
    """What stands before the @ in the Message-ID, if we may have given it."""
    found = _NAME.fullmatch(_header(mail, "Message-ID"))
    return found[1] if found else None


def _header(mail: Message, name: str) -> str:
    return str(mail.get(name, "")).strip()
