"""Answers of calendars to invitations. Whoever sent the mail, an answer counts by the secret UID and the address."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Participant
from ekc.core.calendar_file import CalendarReply, Partstat
from ekc.core.errors import Refusal
from ekc.core.outbox import deliverable
from ekc.core.transaction import nested, writing
from ekc.meetings.actions.invitations import Answered, SentInvitation, answer_invitation, visitor_of
from ekc.meetings.models import MeetingInvitation
from ekc.signin.actions.nonces import Nonce, consume
from ekc.workflow.vocabulary import Attends, InvitationReply, SaidHow

#: So long the same answer counts once, however often a mailbox is read.
_KNOWN_FOR = timedelta(days=365)
_UID = re.compile("[0-9a-f]{32}")
#: What a yes is of those who take part from where they are: it does not bring them there.
_COMES: dict[Attends | None, InvitationReply] = {
    Attends.PHONE: InvitationReply.PHONE,
    Attends.SPOKESPERSON: InvitationReply.SPOKESPERSON,
    Attends.LETTER: InvitationReply.LETTER,
}


class ReplyOutcome(StrEnum):
    """What an answer of a calendar changed."""

    NOTED = "noted"
    EARLIER = "earlier"  # nothing: it is for an earlier date, or comes too late
    NOTHING = "nothing"  # nobody was invited so, or it was noted before


def note_calendar_reply(session: Session, reply: CalendarReply, at: datetime) -> ReplyOutcome:
    """Note what somebody's calendar answers to the invitation with this UID, which was sent to this address."""
    found = _invited(session, reply)
    if found is None:
        return ReplyOutcome.NOTHING
    person, row = found
    answered = _answer_of(reply, person, row)
    with nested(session) as inside:
        said = f"{reply.uid} {reply.sequence} {reply.partstat} {reply.stamp} {reply.comment}".encode()
        with writing(inside):
            is_new = consume(inside, at, Nonce(said, at + _KNOWN_FOR))
        if not is_new:
            return ReplyOutcome.NOTHING
        by, asked = By(inside, visitor_of(person), at), SentInvitation(row.id, min(reply.sequence, row.sequence))
        try:
            answer_invitation(by, person.conference_id, answered, asked)
        except Refusal:
            return ReplyOutcome.EARLIER
    return ReplyOutcome.NOTED


def _invited(session: Session, reply: CalendarReply) -> tuple[Participant, MeetingInvitation] | None:
    if not _UID.fullmatch(reply.uid):
        return None
    theirs = select(Participant, MeetingInvitation).join(
        MeetingInvitation, MeetingInvitation.participant_id == Participant.id
    )
    found = session.execute(theirs.where(MeetingInvitation.uid == reply.uid)).one_or_none()
    if found is None or _invited_at(found[0]) != reply.attendee:
        return None
    return found[0], found[1]


def _invited_at(person: Participant) -> str | None:
    """The address in their invitation, in small letters."""
    try:
        return deliverable(person.email or "").lower()
    except ValueError:
        return None


def _answer_of(reply: CalendarReply, person: Participant, row: MeetingInvitation) -> Answered:
    match reply.partstat:
        case Partstat.ACCEPTED:
            says = _COMES.get(person.attends_lately, InvitationReply.COMES)
        case Partstat.TENTATIVE:
            says = InvitationReply.UNKNOWN
        case Partstat.DECLINED:
            says = InvitationReply.NO
    words = reply.comment or (row.words if row.reply is says else "")
    return Answered(says, words, SaidHow.MESSAGE)
