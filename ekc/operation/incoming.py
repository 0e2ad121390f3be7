"""Mails that come in: what each of them changes."""

from datetime import datetime
from enum import Enum, auto

from sqlalchemy.orm import Session

from ekc.core.bounces import calendar_reply, note_returned, returned_mail
from ekc.core.calendar_file import CalendarReply
from ekc.core.logs import failure, log
from ekc.meetings.actions.calendar_replies import ReplyOutcome, note_calendar_reply


class Incoming(Enum):
    """What a mail was."""

    RETURNED = auto()
    ANSWER = auto()
    EARLIER = auto()  # an answer for another date than that of the conference now
    OTHER = auto()


_OF_ANSWER = {
    ReplyOutcome.NOTED: Incoming.ANSWER,
    ReplyOutcome.EARLIER: Incoming.EARLIER,
    ReplyOutcome.NOTHING: Incoming.OTHER,
}


def take_in(session: Session, mail: bytes, at: datetime) -> Incoming:
    """Note what a mail says that came back, or in which a calendar answers. Any other one changes nothing.

    Only what the database refuses is raised: the mail is then read again the next time.
    """
    name, reply = _read(mail)
    if name is not None and note_returned(session, name, at):
        return Incoming.RETURNED
    return _OF_ANSWER[note_calendar_reply(session, reply, at)] if reply else Incoming.OTHER


def _read(mail: bytes) -> tuple[str | None, CalendarReply | None]:
    try:
        return returned_mail(mail), calendar_reply(mail)
    except Exception as error:  # whatever a stranger sends, the mails after it are read
        log.error("a mail could not be read: %s", failure(error))
        return None, None
