"""The mailer: sends the mails of the outbox through a mail server, one by one, in the language of each recipient.

A mail is claimed in a short transaction that postpones its next attempt, sent outside any transaction, and then marked
as sent. So two mailers never send it at the same time, no transaction waits for the mail server, and an interrupted
attempt is repeated: delivery is at least once. All attempts have the same Message-ID, so duplicates can be detected.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from config import ConfigError, MailServer
from ekc.core.crypto import keyring_of
from ekc.core.language import LANGUAGES, Wording, gettext, in_words, translate, using
from ekc.core.logs import log_event
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing

#: The delay after the first attempt; it triples with each further attempt, up to the maximum.
RETRY_DELAY, MAX_RETRY_DELAY = timedelta(minutes=5), timedelta(days=1)
#: Seconds for each reply of the mail server. A mail takes four replies, together less than the first delay.
SMTP_TIMEOUT = 60

_PENDING = (OutboxMessage.sent_at.is_(None), OutboxMessage.given_up_at.is_(None))
_CLEARED = {"body": "", "link": None, "ring": None}  # a link is a secret, and neither is needed any more


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The number of mails sent and given up in this run, and of mails still waiting."""

    sent: int
    given_up: int
    waiting: int


#: In which words a mail about a case is written.
WordingOf = Callable[[Session, int], Wording | None]


def deliver(
    session: Session, clock: Callable[[], datetime], to: MailServer | None, words: WordingOf = lambda *_: None
) -> DeliveryResult:
    """Send the mails that are due. Raises ConfigError without a usable mail server; no attempt is counted then."""
    if to is None:
        raise ConfigError("No mail server is set, so mails wait. Set EKC_MAIL_URL and EKC_MAIL_FROM.")
    given_up, sent = _give_up(session, clock()), 0
    while _has_due(session, clock()):
        with _smtp_connection(to) as server:
            while (mail_id := _claim(session, clock())) is not None:
                if not _send(session, clock, server, to, mail_id, words):
                    break  # with a new connection: this one may be of no use any more
                sent += 1
    waiting = session.scalars(select(func.count()).select_from(OutboxMessage).where(*_PENDING)).one()
    return DeliveryResult(sent, given_up, waiting)


def _give_up(session: Session, at: datetime) -> int:
    with writing(session):
        late = update(OutboxMessage).where(*_PENDING, OutboxMessage.useless_after <= at)
        found = session.scalars(late.values(given_up_at=at, **_CLEARED).returning(OutboxMessage.id)).all()
    for mail_id in sorted(found):
        log_event("mail given up", mail=mail_id)
    return len(found)


def _has_due(session: Session, at: datetime) -> bool:
    found = session.scalar(select(OutboxMessage.id).where(*_PENDING, OutboxMessage.try_after <= at).limit(1))
    session.rollback()
    return found is not None


def _claim(session: Session, at: datetime) -> int | None:
    """Claim the mail that is due longest, and postpone its next attempt; returns its id, None if there is none."""
    due = select(OutboxMessage.id, OutboxMessage.tries).where(*_PENDING, OutboxMessage.try_after <= at)
    first = due.order_by(OutboxMessage.try_after, OutboxMessage.id).limit(1)
    with writing(session):
        mail = session.execute(first.with_for_update(skip_locked=True)).one_or_none()
        if mail is None:
            return None
        taken = update(OutboxMessage).where(OutboxMessage.id == mail.id)
        pause = min(RETRY_DELAY * 3**mail.tries, MAX_RETRY_DELAY)
        session.execute(taken.values(tries=mail.tries + 1, try_after=at + pause))
    return int(mail.id)


def _send(
    session: Session,
    clock: Callable[[], datetime],
    server: smtplib.SMTP,
    to: MailServer,
    mail_id: int,
    words: WordingOf,
) -> bool:
    """Send a mail; returns whether it worked. Logs any error, so that the other mails are still sent."""
    table = OutboxMessage.__table__
    try:
        mail = session.execute(select(*table.c).where(table.c.id == mail_id, *_PENDING)).one_or_none()
        wording = words(session, mail.conference_id) if mail is not None and mail.conference_id else None
        session.rollback()
        if mail is None:
            return False  # deleted, because its link was revoked, or given up
        name = keyring_of(session).signature(f"{mail.key} {mail.queued_at.isoformat()}".encode(), "message_id").hex()
        with in_words(wording):
            message = _message(mail, to, name, clock())
        server.send_message(message, to.sender.addr_spec, [mail.recipient])
    except Exception as error:
        log_event("mail not sent", mail=mail_id, why=type(error).__name__, code=_smtp_code(error))
        return False
    with writing(session):
        sent = update(OutboxMessage).where(OutboxMessage.id == mail_id)
        session.execute(sent.values(sent_at=clock(), given_up_at=None, **_CLEARED))
    return True


def _message(mail: Row[Any], to: MailServer, name: str, at: datetime) -> EmailMessage:
    """The mail as a message. `name`: for its Message-ID. Raises ValueError unless the recipient is a valid address."""
    language = mail.language if mail.language in LANGUAGES else "en"
    with using(language):
        subject, body = translate(mail.subject), "\n\n".join(map(translate, mail.body.split("\n\n")))
        ring = gettext("You can ring: %(who)s.", who=mail.ring) if mail.ring else ""
    message = EmailMessage(policy=SMTP)
    message["From"] = to.sender
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = subject
    message["Date"] = at
    message["Message-ID"] = f"<{name}@{to.sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(part for part in (body, ring, mail.link, to.sender.display_name) if part) + "\n")
    message["Content-Language"] = language
    return message


@contextmanager
def _smtp_connection(to: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server. Raises ConfigError with a message without secrets."""
    server: smtplib.SMTP | None = None
    tls = ssl.create_default_context()
    try:
        if to.security == "tls":
            server = smtplib.SMTP_SSL(to.host, to.port, to.sender.domain, timeout=SMTP_TIMEOUT, context=tls)
        else:
            server = smtplib.SMTP(to.host, to.port, to.sender.domain, timeout=SMTP_TIMEOUT)
        if to.security == "starttls":
            server.starttls(context=tls)  # raises if the server does not support it, so nothing is sent unencrypted
        if to.user:
            server.login(to.user, to.password)
        server.ehlo_or_helo_if_needed()  # here, so that a mail takes only four replies
    except OSError as error:
        if server is not None:
            server.close()
        raise ConfigError(f"The mail server cannot be used: {_error_reason(error)}. The mails wait.") from None
    try:
        yield server
    finally:
        with suppress(OSError):
            server.quit()
        server.close()


def _smtp_code(error: Exception) -> int | None:
    """The reply code of the mail server. Its text is not logged, because it may contain an address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _error_reason(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPException):
        return " ".join(str(part) for part in (type(error).__name__, _smtp_code(error)) if part)
    return error.strerror or type(error).__name__
