"""The outbox: mails to be sent, written in the same transaction as their cause. Sending: `mailer.py`.

Mails and text messages are a table: each feature has its rows (`MailRule`, `TextRule`) in its `mails.py`, which
`ekc/kinds.py` collects and checks. A message is unique by its key, so repeating an action sends nothing twice, and
has a job (`DELIVERY`). Subject and body are stored in the source language; the mailer translates them, and appends
who can be rung and the link, if any. A text message is stored as it is sent, and so is a mail that was written for its
reader (`Written`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    bindparam,
    delete,
    insert,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core import jobs
from ekc.core.crypto import SealedBytes, SealedColumn, SealedText, keyring_of
from ekc.core.db import Base, enum_column
from ekc.core.reading import one_of, read_rows

#: How long sending is attempted, as long as mail servers usually do; later a mail would be outdated.
DELIVERY_PERIOD = timedelta(days=4)
#: The kinds of job that send one mail, and one text message.
DELIVERY, TEXT_DELIVERY = "mail", "text"
#: A link is a secret, and none of it is needed any more.
_CLEARED = {"body": "", "link": None, "ring": None, "calendar": None}
_WAITS = "mails_wait"  # key in `session.info`: until when
_NOTHING_SENT = "mails_are_not_sent"
_RETURNED = text("returned_at is not null")  # rare, and looked for among the mails of all accounts


class Way(StrEnum):
    """How something is sent."""

    EMAIL = "email"
    TEXT = "text"  # message; the recipient is a telephone number


class Audience(StrEnum):
    """The recipients of a mail, which the sending feature looks up."""

    OWNER = "owner"  # owner of the account
    MANAGERS = "managers"  # regional managers of a region
    OVERSIGHT = "oversight"  # administrators and regional managers, except the person who acted
    COORDINATOR = "coordinator"  # current, former or asked coordinator of a case
    REQUESTER = "requester"  # the person who asked that coordinator, or who manages the case now
    CASE_STAFF = "case_staff"  # coordinator of a case, and the regional managers of its region
    CIRCLE = "circle"  # everybody in a circle with one of the rule's `parts`
    PARTICIPANT = "participant"  # one participant
    REGISTRANT = "registrant"  # whoever fills in a registration, at the address that they give


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRule:
    """A kind of mail. Subject and body are fixed sentences, because a mail names neither a person nor a case.

    Without a body it is written for each reader (`Written`); its subject is then only what the history calls it.

    A body may have several paragraphs, with an empty line between; each is a message of its own.

    `key`: pattern of the unique key. `{to}` is the recipient's id, `{at}` the instant (one mail each time), `{day}` the
    day (one mail a day), `{case}` the case; other fields are passed to `queue`.
    """

    name: str
    audience: Audience
    key: str
    subject: str
    body: str = ""
    parts: frozenset[str] = frozenset()  # parts in a circle, for `Audience.CIRCLE`
    opens: str = ""  # the activity of the page of the case to which it leads; who may not open that gets no such mail
    has_link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule:
    """A kind of text message with a link to a participant. It has room for one sentence, which names the link itself.

    `key`: as that of a mail. `subject`: what it is called in the history of the case; nobody else reads it.
    """

    name: str
    key: str
    subject: str
    words: str  # with the blanks %(address)s and %(day)s: the last day on which the link works
    opens: str
    audience: Audience = Audience.PARTICIPANT
    has_link: bool = True


class Recipient(NamedTuple):
    """The recipient of a mail. `id`: of the account or participant. An empty address means that nothing is sent."""

    id: int
    address: str
    language: str


class Written(NamedTuple):
    """What a mail or text message says that was written for its reader, in their language, and its calendar file."""

    body: str
    subject: str = ""  # of a mail
    calendar: bytes = b""


class Link(NamedTuple):
    """A link in a mail, and its expiry, after which the mail is not sent any more."""

    address: str
    until: datetime


def deliverable(address: str) -> str:
    """An address as every mail server takes it: its domain in ASCII (IDNA). Raises ValueError if it is none.

    Of what stands before the @ many servers take nothing but ASCII.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - its patterns take 20 ms to make

    try:
        found = validate_email(address, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError from None
    return str(found.ascii_email)


class OutboxMessage(Base):
    """One mail to one address, or text message to one number, which is never empty.

    Once it is sent or given up, `body` and `link` are emptied.

    `returned_at`: since when it is known that its address takes no mail, because the server refused it, or because the
    mail came back (`bounces.py`).
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index("ix_outbox_message_returned", "account_id", sqlite_where=_RETURNED, postgresql_where=_RETURNED),
        {"sqlite_autoincrement": True},  # the job of a deleted mail never finds another one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    way: Mapped[Way] = mapped_column(enum_column(Way))
    message_id: Mapped[str] = mapped_column(String(32), unique=True)  # a keyed hash of the key, before the @
    conference_id: Mapped[int | None] = mapped_column(ForeignKey("conference.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"), index=True)  # to whom: this one,
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)  # or this one
    recipient: Mapped[str] = mapped_column(SealedText("outbox_message.recipient"))
    subject: Mapped[str] = mapped_column(SealedText("outbox_message.subject"))
    body: Mapped[str] = mapped_column(SealedText("outbox_message.body"))
    link: Mapped[str | None] = mapped_column(SealedText("outbox_message.link"))  # the URL, usually with a secret
    ring: Mapped[str | None] = mapped_column(SealedText("outbox_message.ring"))  # who can be rung, and the number
    calendar: Mapped[bytes | None] = mapped_column(SealedBytes("outbox_message.calendar"))  # iCalendar, with a method
    language: Mapped[str] = mapped_column(String(8))  # of the recipient
    is_written: Mapped[bool] = mapped_column(default=False)  # for its reader, so it is not translated
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]


#: The audiences that are in the circle of a case; the others have accounts.
_IN_THE_CIRCLE = frozenset({Audience.CIRCLE, Audience.PARTICIPANT})
#: Neither sent nor given up.
UNSENT = (OutboxMessage.sent_at.is_(None), OutboxMessage.given_up_at.is_(None))


def queue(
    session: Session,
    rule: MailRule | TextRule,
    to: Recipient,
    at: datetime,
    *,
    case: int | None = None,
    link: Link | None = None,
    ring: str = "",
    written: Written | None = None,
    until: datetime | None = None,
    **fields: Any,
) -> bool:
    """Put a mail in the outbox, in the caller's transaction; False without an address, or if the key exists already.

    `fields`: further fields of the key; `ring`: who of the staff can be rung, with the number. `written`: the words of
    a text message, whose address is a telephone number as it is dialled abroad, or of a mail without words of its own.
    `until`: when it is of no use any more.

    Raises ValueError if the rule needs a link and has none, or words, or the reverse; KeyError for a missing field.
    """
    is_text = isinstance(rule, TextRule)
    if (isinstance(rule, TextRule) or not rule.body) != (written is not None):
        raise ValueError(f"the words of {rule.name} {'are its own' if written else 'are written for each reader'}")
    if rule.has_link != (link is not None):
        raise ValueError(f"the email {rule.name} {'needs a' if rule.has_link else 'has no'} link")
    values = _values(session, rule, to, at, case, fields)
    if not to.address or session.info.get(_NOTHING_SENT):
        return False
    if read_rows(session, _OF_KEY, {"which": values["key"]}):
        return False
    if written:
        values |= {"body": written.body, "is_written": True, "calendar": written.calendar or None}
        values |= {"way": Way.TEXT} if is_text else {"subject": written.subject}
    mail = OutboxMessage(**values, link=link.address if link and not is_text else None, ring=ring or None)
    session.add(mail)
    session.flush()
    useless_after = min(filter(None, (at + DELIVERY_PERIOD, link and link.until, until)))
    kind = TEXT_DELIVERY if is_text else DELIVERY
    jobs.add(session, kind, at, subject=mail.id, until=useless_after, due=session.info.get(_WAITS))
    return True


_OF_KEY = select(OutboxMessage.__table__.c.id).where(OutboxMessage.__table__.c.key == bindparam("which"))


def _values(
    session: Session,
    rule: MailRule | TextRule,
    to: Recipient,
    at: datetime,
    case: int | None,
    fields: Mapping[str, Any],
) -> dict[str, Any]:
    key = rule.key.format(to=to.id, at=at.isoformat(), day=at.date(), case=case, **fields)
    in_circle = rule.audience in _IN_THE_CIRCLE
    return {
        "key": key,
        "way": Way.EMAIL,
        "message_id": keyring_of(session).signature(f"{key} {at.isoformat()}".encode(), "message_id").hex(),
        "conference_id": case,
        "participant_id": to.id or None if in_circle else None,
        "account_id": None if in_circle else to.id or None,
        "recipient": to.address,
        "subject": rule.subject,
        "body": rule.body if isinstance(rule, MailRule) else "",
        "is_written": False,
        "language": to.language,
        "queued_at": at,
    }


_PARAGRAPH = "\n\n"


class CaseMail(NamedTuple):
    """A mail of many: to whom, about which case, and the further fields of its key.

    `items`: what it lists after the first paragraph of its rule, each a fixed sentence as well.
    """

    to: Recipient
    case: int
    fields: Mapping[str, Any]
    items: tuple[str, ...] = ()


def queue_many(session: Session, rule: MailRule, mails: Iterable[CaseMail], at: datetime) -> int:
    """Put mails of one kind without a link in the outbox, as `queue`, in a few statements; returns how many are new."""
    if rule.has_link:
        raise ValueError(f"the email {rule.name} needs a link")
    if session.info.get(_NOTHING_SENT):
        return 0
    wanted = {}
    for one in mails:
        values = _values(session, rule, one.to, at, one.case, one.fields)
        if one.to.address:
            first, *more = rule.body.split(_PARAGRAPH)
            wanted[values["key"]] = values | {"body": _PARAGRAPH.join([first, *one.items, *more])}
    for key in session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(wanted))):
        del wanted[key]
    if not wanted:
        return 0
    given = insert(OutboxMessage).returning(OutboxMessage.id, sort_by_parameter_order=True)
    ids = session.scalars(given, list(wanted.values())).all()
    jobs.add_many(session, DELIVERY, at, ids, until=at + DELIVERY_PERIOD)
    return len(ids)


@dataclass(frozen=True, slots=True)
class UnsentMail:
    """A mail or text message that is still to be sent."""

    id: int
    message_id: str
    conference_id: int | None
    language: str
    is_written: bool
    recipient: str
    subject: str
    body: str
    link: str | None
    ring: str | None
    calendar: bytes | None


_message = OutboxMessage.__table__.c
_PLAIN = ("id", "message_id", "conference_id", "language", "is_written")
_SEALED: dict[str, SealedColumn] = {
    name: _message[name].type  # type: ignore[misc]
    for name in ("recipient", "subject", "body", "link", "ring", "calendar")
}
_UNSENT = (
    select(*(_message[name] for name in _PLAIN))
    .add_columns(*(type_coerce(_message[name], LargeBinary).label(name) for name in _SEALED))
    .where(one_of(_message.id, "messages"), *UNSENT)
)


def unsent(session: Session, message_ids: list[int]) -> dict[int, Row[Any]]:
    """Those of these that are still to be sent, as they are stored: one that cannot be read holds up no other."""
    return {row.id: row for row in read_rows(session, _UNSENT, {"messages": message_ids})}


def opened(session: Session, stored: Row[Any]) -> UnsentMail:
    """One of `unsent`, decrypted. Raises Unreadable."""
    dialect = session.get_bind().dialect
    words = {name: kind.process_result_value(stored._mapping[name], dialect) for name, kind in _SEALED.items()}
    return UnsentMail(**{name: stored._mapping[name] for name in _PLAIN}, **words)


def note_sent(session: Session, message_ids: list[int], at: datetime) -> None:
    """Note that these were sent. Does not commit."""
    session.connection().execute(_SENT, {"messages": message_ids, "at": at})


_SENT = (
    update(OutboxMessage)
    .where(one_of(_message.id, "messages"))
    .values(sent_at=bindparam("at", type_=_message.sent_at.type), given_up_at=None, **_CLEARED)
)


def give_up(session: Session, message_id: int, at: datetime, *, returned: bool) -> None:
    """Send it no more. `returned`: because its address takes none. Does not commit."""
    late = update(OutboxMessage).where(OutboxMessage.id == message_id, *UNSENT)
    session.execute(late.values(given_up_at=at, returned_at=at if returned else None, **_CLEARED))


@contextmanager
def nothing_sent(session: Session) -> Iterator[None]:
    """Nothing is queued inside: what is entered happened long ago, and nobody waits for mails about it."""
    session.info[_NOTHING_SENT] = True
    try:
        yield
    finally:
        del session.info[_NOTHING_SENT]


@contextmanager
def waiting(session: Session, until: datetime) -> Iterator[None]:
    """Mails that are queued inside are not sent before `until`, so that they can be withdrawn."""
    session.info[_WAITS] = until
    try:
        yield
    finally:
        del session.info[_WAITS]


def give_up_unsent(session: Session, keys: Sequence[str], at: datetime) -> None:
    """Send no more what is not sent yet of these mails: its link no longer works. Does not commit."""
    ended = update(OutboxMessage).where(OutboxMessage.key.in_(keys), *UNSENT)
    session.execute(ended.values(given_up_at=at, **_CLEARED))


def give_up_to(session: Session, participant_id: int, way: Way, at: datetime) -> None:
    """Send somebody of a circle no more of what waits to go this way. Does not commit."""
    theirs = update(OutboxMessage).where(OutboxMessage.participant_id == participant_id, OutboxMessage.way == way)
    session.execute(theirs.where(*UNSENT).values(given_up_at=at, **_CLEARED))


def withdraw(session: Session, case: int, at: datetime, until: datetime) -> None:
    """Delete the mails about a case that were queued at `at` to wait `until` then. Does not commit."""
    queued = select(OutboxMessage.id).where(OutboxMessage.conference_id == case, OutboxMessage.queued_at == at)
    ids = jobs.take_out(session, DELIVERY, queued, until)
    session.execute(delete(OutboxMessage).where(OutboxMessage.id.in_(ids)))


def withdraw_unsent(session: Session, case: int) -> None:
    """Delete the mails to the circle of a case that were not sent yet, except those with a link. Does not commit."""
    unsent = (
        OutboxMessage.key.like(f"{case}:%"),
        *UNSENT,
        OutboxMessage.link.is_(None),
    )
    session.execute(delete(OutboxMessage).where(OutboxMessage.conference_id == case, *unsent))
