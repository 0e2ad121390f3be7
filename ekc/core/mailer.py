"""The mailer: sends a mail of the outbox through a mail server, in the language of its recipient.

It is the work of a job (`jobs.py`), which says when a mail is tried again and when it is given up. No transaction waits
for the mail server, and an interrupted attempt is repeated: delivery is at least once. All attempts have the same
Message-ID, so duplicates can be detected. In the demonstration mails go into the post box, and nowhere else.
"""

import re
import smtplib
import ssl
from binascii import b2a_qp
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from socket import socket
from typing import Any, NamedTuple, cast

from sqlalchemy import Row
from sqlalchemy.orm import Session

from config import MailServer
from ekc.core import outbox
from ekc.core.jobs import Final, JobRun, NotDone, Unavailable
from ekc.core.language import SentenceWording, WordingsOf, gettext, in_words, language_of, translate, using
from ekc.core.postbox import PostboxItem, put

#: Of the connection in `JobRun.kept`.
_LINE = "mail server"
#: How the status begins (RFC 3463) with which a server does not let us send, whatever the address; and with which it
#: says of the address that it takes no mail, at whichever command.
_NOT_US, _NO_ADDRESS = "5.7.", "5.1."
#: What the calendar of a mail asks for.
_METHOD = re.compile(rb"^METHOD:([A-Z]+)", re.MULTILINE)
_STATUS = re.compile(rb"[45]\.\d{1,3}\.\d{1,3}(?!\d)")


class MailRead(NamedTuple):
    """What is read of a mail: as it is stored, and the words of the kind of conference that it is about."""

    stored: Row[Any]
    wording: SentenceWording | None


def read(session: Session, message_ids: list[int], words: WordingsOf = lambda *_: {}) -> dict[int, MailRead]:
    """Those of these mails that are still to be sent."""
    mails = outbox.unsent(session, message_ids)
    wordings = words(session, {mail.conference_id for mail in mails.values()} - {None})
    return {id_: MailRead(mail, wordings.get(mail.conference_id)) for id_, mail in mails.items()}


def deliver(run: JobRun) -> None:
    """Send a mail, if it is still to be sent. Raises Unavailable without a mail server, NotDone if that refuses."""
    to, found = run.settings.mail, run.found
    if to is None:
        raise Unavailable("NoMailServer")
    if found is None:
        return  # sent already, or deleted, because its link was revoked
    mail = outbox.opened(run.session, found.stored)
    recipient = _as_sent(mail.recipient)
    with in_words(found.wording):
        letter = _letter(mail, to, run.settings.contact)
    if to.security == "postbox":
        said = {"subject": letter.subject, "text": letter.text, "language": letter.language}
        run.at_end.append((put, PostboxItem(recipient=mail.recipient, **said)))
    else:
        _send(run, _message(letter, mail.message_id, recipient, to, run.at), recipient, to)
    run.at_end.append((outbox.note_sent, mail.id))


def give_up(session: Session, mail_id: int, at: datetime, code: str) -> None:
    """Send this mail no more. `code`: why the last attempt failed. Does not commit."""
    refused = code.startswith(smtplib.SMTPRecipientsRefused.__name__) and f" {_NOT_US}" not in code
    refused = refused or f" {_NO_ADDRESS}" in code
    outbox.give_up(session, mail_id, at, returned=refused)


@dataclass
class _Line:
    """A connection to the mail server, kept for the mails in a row. Opening one takes as long as ten mails."""

    server: smtplib.SMTP

    def close(self) -> None:
        """Say goodbye, unless the server is gone."""
        with suppress(OSError):
            self.server.quit()
        self.server.close()


def _send(run: JobRun, message: bytes, recipient: str, to: MailServer) -> None:
    """Hand a mail to the server. Raises NotDone if it refuses the mail, Unavailable if it takes none of ours."""
    line = run.kept.get(_LINE)
    is_new = line is None
    if line is None:
        line = run.kept[_LINE] = _Line(_connect(to))
    try:
        line.server.sendmail(to.sender.addr_spec, [recipient], message)
    except OSError as error:  # its text may contain an address
        is_closed = line.server.sock is None  # smtplib closes its side too
        if is_closed:
            del run.kept[_LINE]
        if _is_timeout(error):
            raise NotDone(_error_reason(error)) from None  # it may be about this mail, at which a scanner looks
        if is_closed and not is_new:
            return _send(run, message, recipient, to)  # the server takes so many mails on one connection
        if isinstance(error, smtplib.SMTPSenderRefused):
            raise Unavailable(_error_reason(error)) from None  # the sender is that of all mails
        refused = Final if _is_final(error) else NotDone
        raise refused(_error_reason(error)) from None


class _Letter(NamedTuple):
    """A mail in the language of its recipient."""

    language: str
    subject: str
    text: str
    calendar: bytes = b""


def _letter(mail: outbox.UnsentMail, to: MailServer, contact: str) -> _Letter:
    """What the mail says. `contact`: how to reach the service, where nobody else can be rung."""
    language = language_of(mail.language)
    with using(language):
        if mail.is_written:
            body = f"{mail.body}\n\n{to.sender.display_name}".rstrip()
            return _Letter(mail.language, mail.subject, body, mail.calendar or b"")
        subject, body = translate(mail.subject), "\n\n".join(map(translate, mail.body.split("\n\n")))
        ring = gettext("You can ring: %(who)s.", who=mail.ring) if mail.ring else ""
        if contact and not mail.ring:
            ring = gettext("You can also reach the service itself: %(contact)s.", contact=contact)
    said = (body, ring, mail.link, to.sender.display_name)
    return _Letter(language, subject, "\n\n".join(part for part in said if part))


def _message(letter: _Letter, name: str, recipient: str, to: MailServer, at: datetime) -> bytes:
    """The mail as it is sent, in ASCII. `name`: before the @ of its Message-ID."""
    own = {
        "To": recipient,
        "Date": format_datetime(at),
        "Message-ID": f"<{name}@{to.sender.domain}>",
    }
    if letter.calendar:
        return _with_calendar(letter, {"From": str(to.sender), "Subject": letter.subject, **own})
    lines = "".join(f"{header}: {value}\r\n" for header, value in own.items()).encode("ascii")
    text = "\r\n".join([*letter.text.splitlines(), ""]).encode()
    return _head(str(to.sender), letter.subject, letter.language) + lines + b"\r\n" + b2a_qp(text)


def _with_calendar(letter: _Letter, headers: dict[str, str]) -> bytes:
    """A mail with an appointment: as a part of the mail, in which calendars move it, and as a file for the others."""
    method = _METHOD.search(letter.calendar)
    message = EmailMessage(policy=SMTP)
    for name, value in {**headers, "Auto-Submitted": "auto-generated", "Content-Language": letter.language}.items():
        message[name] = value
    message.set_content(letter.text, cte="quoted-printable")
    params = {"method": method[1].decode() if method else "REQUEST", "charset": "utf-8"}
    message.add_alternative(letter.calendar, maintype="text", subtype="calendar", params=params)
    message.add_attachment(letter.calendar, maintype="application", subtype="ics", filename="calendar.ics")
    return bytes(message)


@lru_cache(maxsize=256)
def _head(sender: str, subject: str, language: str) -> bytes:
    """The headers that are the same for all: `EmailMessage` takes as long for them as the mail server for the mail."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = 'text/plain; charset="utf-8"'
    message["Content-Transfer-Encoding"] = "quoted-printable"
    return bytes(message).removesuffix(b"\r\n")


def _as_sent(address: str) -> str:
    """An address in letters that each server takes. Raises ValueError that says what is wrong with it."""
    try:
        return outbox.deliverable(address)
    except ValueError:
        Address(addr_spec=address)  # raises what is wrong
        raise


def _connect(to: MailServer) -> smtplib.SMTP:
    """A connection to the mail server. Raises Unavailable with a code without secrets."""
    server: smtplib.SMTP | None = None
    tls = ssl.create_default_context() if to.security in ("tls", "starttls") else None  # reading it takes 20 ms
    try:
        name, patience = to.client or None, to.connect_timeout
        if to.security == "tls":
            server = smtplib.SMTP_SSL(to.host, to.port, local_hostname=name, timeout=patience, context=tls)
        else:
            server = smtplib.SMTP(to.host, to.port, local_hostname=name, timeout=patience)
        cast(socket, server.sock).settimeout(to.timeout)
        if to.security == "starttls":
            server.starttls(context=tls)  # raises if the server does not support it, so nothing is sent unencrypted
        if to.user:
            server.login(to.user, to.password)
        server.ehlo_or_helo_if_needed()  # here, so that a mail takes only four replies
    except OSError as error:
        if server is not None:
            server.close()
        raise Unavailable(_error_reason(error)) from None
    return server


def try_to_connect(to: MailServer) -> None:
    """Connect to the mail server and sign in, without sending anything. Raises Unavailable."""
    if to.security != "postbox":
        _Line(_connect(to)).close()


def _is_final(error: OSError) -> bool:
    """Whether the address takes no mail: not where the server lets us send none to it, which its operator can mend."""
    code, status = _reply(error)
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return status.startswith(_NO_ADDRESS)
    return (code or 0) >= 500 and not status.startswith(_NOT_US)


def _reply(error: Exception) -> tuple[int | None, str]:
    """The reply code of the mail server and its enhanced status code (RFC 3463), if it gave one.

    The rest of the reply is not logged, because it may contain an address.
    """
    code: int | None
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (None, b""))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    else:
        return None, ""
    status = _STATUS.match(text if isinstance(text, bytes) else text.encode())
    return code, status[0].decode() if status else ""


def _is_timeout(error: OSError) -> bool:
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _error_reason(error: OSError) -> str:
    if _is_timeout(error):
        return TimeoutError.__name__
    if isinstance(error, smtplib.SMTPException):
        return " ".join(str(part) for part in (type(error).__name__, *_reply(error)) if part)
    return error.strerror or type(error).__name__
