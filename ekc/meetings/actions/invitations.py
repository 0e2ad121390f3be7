"""Invitations: inviting people to the day that was chosen, what they answer, reminding them, and calling it off."""

import secrets
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.accounts.models import Account
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import chosen_members, member, note_attends
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.consents import who_wants_no
from ekc.conferences.roles import coordinator_with_access
from ekc.core.audit import Actor, ActorKind
from ekc.core.clock import from_local, local_date, to_local
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import Link, MailRule, Recipient, TextRule, queue, waiting
from ekc.core.texter import international
from ekc.core.transaction import writing
from ekc.meetings.actions.arranging import lock_meeting, refuse_started
from ekc.meetings.document.invitation import Host, Service, reply_token
from ekc.meetings.effects import give_up_reminders, latest_meeting
from ekc.meetings.mails import (
    DAY_OFF,
    DAY_REMINDER,
    DAY_REMINDER_TEXT,
    INVITATION_MAIL,
    INVITATION_TEXT,
    REMIND_BY_HAND,
)
from ekc.meetings.models import Meeting, MeetingInvitation
from ekc.meetings.queries import cases_to_meet
from ekc.workflow.birth import Birth
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    MESSAGES,
    N_,
    TAKES_PART,
    Activity,
    Attends,
    InvitationReply,
    InvitationWay,
    Part,
    Phase,
    SaidHow,
)

#: So many days before the meeting whoever comes is reminded; our default.
REMINDED_BEFORE = (7, 2)
#: From when until when on a day messages leave: nobody is woken by one.
_FROM, _UNTIL = time(9), time(20)
#: How somebody takes part after their answer; who said yes and comes for a part of it, or by video, still does.
_ATTENDS: dict[InvitationReply, Attends | None] = {
    InvitationReply.COMES: Attends.IN_PERSON,
    InvitationReply.PHONE: Attends.PHONE,
    InvitationReply.SPOKESPERSON: Attends.SPOKESPERSON,
    InvitationReply.LETTER: Attends.LETTER,
    InvitationReply.UNKNOWN: None,
    InvitationReply.NO: Attends.NO,
}
#: How somebody takes part of whom "comes" says nothing new.
_COMES_SO = frozenset({Attends.IN_PERSON, Attends.PART, Attends.VIDEO})


_DAY_CHANGED = N_("The day has changed since this invitation. You get another one, or you are rung.")
#: The page at the address says it as well, in more languages.
NEWER = N_("There is a newer invitation than this one. Answer that one, or ring.")


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answers to an invitation. `words`: such as who speaks for them; `how`: how they said it."""

    reply: InvitationReply
    words: str = ""
    how: SaidHow = SaidHow.OWN_PAGE


class SentInvitation(NamedTuple):
    """An invitation as it was sent: its row, and its number."""

    invitation_id: int
    sequence: int


def invite(by: By, conference_id: int, ways: Mapping[int, InvitationWay], service: Service) -> dict[InvitationWay, int]:
    """Invite these people to the day that was chosen, each in a way; returns how many in each.

    Mails and text messages are sent; letters are printed afterwards. Whoever was invited before gets the same anew,
    with the day from which it was moved. Raises Refusal without a date, or where this way does not reach somebody.
    """
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        refuse_started(meeting)
        starts_at = _day(meeting)
        if starts_at <= by.at:
            raise Refusal(N_("The day of the conference has passed. Choose another one first."))
        if not ways:
            raise Refusal(N_("Choose whom to invite."))
        rows, host = invitations_of(by.session, meeting), Host(by.session, service, conference, meeting)
        no_texts = (
            who_wants_no(by.session, conference_id, "text message") if InvitationWay.TEXT in ways.values() else ()
        )
        count = dict.fromkeys(InvitationWay, 0)
        for person in chosen_members(by.session, conference_id, ways):
            _refuse_not_invited(person)
            way = ways[person.id]
            row = rows.get(person.id)
            if row is None:
                row = _new(by, meeting, person, way)
            else:
                row.sequence += 1
                if row.starts_at != starts_at:
                    row.before, row.starts_at = row.starts_at, starts_at
                row.way, row.invited_at, row.account_id, row.mail_key = way, by.at, by.visitor.account_id, None
            by.session.flush()
            _send(by, host, person, row, no_texts)
            count[way] += 1
        by.record("meeting.invited", conference_id, people=len(ways))
        return count


def answer_for(by: By, conference_id: int, participant_id: int, answered: Answered) -> None:
    """Note what somebody told whoever rang them. Also of whoever was not invited by the program."""
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        refuse_started(meeting)
        person = member(by.session, conference_id, participant_id)
        _refuse_not_invited(person)
        row = invitation_to(by.session, meeting, person.id)
        if row is None:
            row = _new(by, meeting, person, InvitationWay.TOLD)
        _answer(by, conference, meeting, person, row, answered)


def answer_invitation(by: By, conference_id: int, answered: Answered, asked: SentInvitation | None = None) -> None:
    """Answer one's own invitation, on one's own page, or one that was sent (`asked`).

    Raises Unknown for whoever was not invited, Refusal where it was for another day or another meeting.
    """
    with writing(by.session):
        conference = _lock_to_answer(by, conference_id, asked)
        meeting = latest_meeting(by.session, conference_id)
        person = by.session.get(Participant, by.visitor.participant_id)
        row = invitation_to(by.session, meeting, person.id) if person else None
        if meeting is None or person is None or row is None:
            raise Unknown
        if asked and asked.invitation_id != row.id:
            raise Refusal(_DAY_CHANGED)
        if why := why_not_answered(row, meeting, asked.sequence if asked else row.sequence):
            raise Refusal(why)
        _answer(by, conference, meeting, person, row, answered)


def _lock_to_answer(by: By, conference_id: int, sent: SentInvitation | None) -> Conference:
    """The case, locked for answering. Raises Unknown or NotNow.

    An interpreter has no page and no role in the case, and answers the mail that they got, as long as others can.
    """
    try:
        return lock_case(by, conference_id, Activity.ANSWER_INVITATION)[0]
    except Unknown:
        person = by.session.get(Participant, by.visitor.participant_id or 0)
        conference = by.session.get(Conference, conference_id)
        interprets = person is not None and person.part is Part.INTERPRETER and person.conference_id == conference_id
        if sent is None or conference is None or person is None or not interprets:
            raise
        if person.removed_at or person.attends is Attends.EXCLUDED or conference.phase is not Phase.SETUP:
            raise
        return conference


def why_not_answered(row: MeetingInvitation, meeting: Meeting, sequence: int) -> str:
    """Why an invitation that was sent with this number is not answered any more; empty: it is.

    Only the last one is, because one before may have gone to an address that was wrong.
    """
    if meeting.starts_at != row.starts_at:
        return _DAY_CHANGED
    if sequence != row.sequence:
        return _DAY_CHANGED if row.before else NEWER
    return ""


def stop_reminders(by: By, conference_id: int, stop: bool) -> None:
    """Send the visitor no reminders of this meeting any more, or again."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.ANSWER_INVITATION)
        meeting = latest_meeting(by.session, conference_id)
        row = invitation_to(by.session, meeting, by.visitor.participant_id)
        if row is None:
            raise Unknown
        row.no_reminders = stop
        if stop:
            give_up_reminders(by.session, row.meeting_id, conference_id, by.at, row.participant_id)
        by.record("meeting.no_reminders", conference_id, stop=int(stop))


def remind_who_comes(session: Session, at: datetime, region_id: int, service: Service) -> int:
    """Remind those of a region who come, a week and two days before, in the way in which they were invited.

    Where no mail and no text message reaches them so, the coordinator gets a mail that somebody is to be rung. Nobody
    while the case is paused. What is queued by night, where they are, leaves in the morning. Returns how many messages
    are new.
    """
    until = at + timedelta(days=max(REMINDED_BEFORE) + 1)
    return sum(_remind(session, at, id_, service) for id_ in cases_to_meet(session, region_id, at, until))


def _remind(session: Session, at: datetime, conference_id: int, service: Service) -> int:
    with writing(session):
        conference = session.get_one(Conference, conference_id, with_for_update=True, populate_existing=True)
        meeting = latest_meeting(session, conference_id)
        if meeting is None or meeting.starts_at is None or conference.paused_at or conference.phase is not Phase.SETUP:
            return 0
        today = local_date(at, conference.timezone)
        left = (local_date(meeting.starts_at, conference.timezone) - today).days
        days = next((one for one in sorted(REMINDED_BEFORE) if left <= one), None)
        if days is None or left < 1:
            return 0
        due = today + timedelta(days=left - days)
        rows, host = invitations_of(session, meeting), Host(session, service, conference, meeting)
        no_texts = who_wants_no(session, conference_id, "text message")
        count, by_hand, sequence = 0, False, 0
        for person in (one for one in host.people if one.attends in TAKES_PART):
            row = rows.get(person.id)
            if row is not None and (row.no_reminders or row.invited_at > at - timedelta(days=1)):
                continue
            current = row is not None and row.starts_at == meeting.starts_at
            if row is not None and current and local_date(row.invited_at, conference.timezone) >= due:
                continue  # invited when this reminder was due, or later: it would tell nothing new
            sequence = max(sequence, row.sequence if row else 0)
            way = row.way if row is not None and current else InvitationWay.TOLD
            if row is not None and way in MESSAGES and not _why_unreached(conference, person, way, no_texts):
                count += _queue(session, at, host, person, row, days=days)
            else:
                by_hand = True
        coordinator = coordinator_with_access(conference, at)
        if by_hand and coordinator is not None:
            staff = session.get_one(Account, coordinator)
            to = Recipient(staff.id, staff.email, staff.language)
            about: dict[str, Any] = {"meeting": meeting.id, "sequence": sequence, "days": days}
            count += queue(session, REMIND_BY_HAND, to, at, case=conference_id, **about)
        return count


def call_off(session: Session, at: datetime, meeting_id: int, service: Service) -> int:
    """Take the day out of the calendars of those who were invited to it by mail, where the meeting has none any more.

    Returns how many mails are new. Those who were taken out of the circle or stay away get none: they are told.
    """
    with writing(session):
        meeting = session.get(Meeting, meeting_id)
        if meeting is None or (meeting.starts_at is not None and not meeting.set_aside):
            return 0
        conference = session.get_one(Conference, meeting.conference_id, with_for_update=True, populate_existing=True)
        host, rows, count = Host(session, service, conference, meeting), invitations_of(session, meeting), 0
        for person in host.people:
            row = rows.get(person.id)
            by_mail = row is not None and row.way is InvitationWay.EMAIL and person.email
            if row is None or not by_mail or person.attends is Attends.EXCLUDED:
                continue
            row.sequence += 1
            values = host.invited(person, row)
            written = host.off(values, row, person.email, at)
            to = Recipient(person.id, person.email, values.language)
            fields: dict[str, Any] = {"meeting": meeting.id, "sequence": row.sequence}
            count += queue(session, DAY_OFF, to, at, case=conference.id, written=written, **fields)
        return count


def visitor_of(person: Participant) -> Visitor:
    """Whoever has the address in an invitation, as the person to whom it was sent."""
    actor = Actor(ActorKind.PARTICIPANT, person.id, person.name)
    return Visitor(actor, conference_id=person.conference_id, participant_id=person.id)


def invitation_of(session: Session, token: str) -> tuple[MeetingInvitation, int] | None:
    """The invitation with this address, and which one of those to this person it is; None: there is none.

    Raises nothing for whatever stands in an address.
    """
    number, _, _ = token.partition("-")
    row = session.get(MeetingInvitation, int(number)) if number.isdecimal() and len(number) < 10 else None
    if row is None:
        return None
    every = range(row.sequence, -1, -1)
    given = token.encode()
    return next(
        ((row, one) for one in every if secrets.compare_digest(reply_token(session, row, one).encode(), given)), None
    )


def invitations_of(session: Session, meeting: Meeting) -> dict[int, MeetingInvitation]:
    """The invitations to a meeting, by participant."""
    rows = session.scalars(select(MeetingInvitation).where(MeetingInvitation.meeting_id == meeting.id))
    return {row.participant_id: row for row in rows}


def invitation_to(session: Session, meeting: Meeting | None, participant_id: int | None) -> MeetingInvitation | None:
    """The invitation of one person to a meeting; None: they were not invited, or there is none."""
    if meeting is None or participant_id is None:
        return None
    theirs = (MeetingInvitation.meeting_id == meeting.id, MeetingInvitation.participant_id == participant_id)
    return session.scalar(select(MeetingInvitation).where(*theirs))


def _refuse_not_invited(person: Participant) -> None:
    """Raise Unknown for whoever stays away, as was decided."""
    if person.attends is Attends.EXCLUDED:
        raise Unknown


def _day(meeting: Meeting) -> datetime:
    if meeting.starts_at is None:
        raise Refusal(N_("Choose a date first: nobody can be invited without one."))
    return meeting.starts_at


def _new(by: By, meeting: Meeting, person: Participant, way: InvitationWay) -> MeetingInvitation:
    """A first invitation. Raises Refusal without a date."""
    row = MeetingInvitation(
        meeting_id=meeting.id,
        participant_id=person.id,
        uid=secrets.token_hex(16),
        sequence=0,
        way=way,
        starts_at=_day(meeting),
        invited_at=by.at,
        first_at=by.at,
        account_id=by.visitor.account_id,
        no_reminders=False,
    )
    by.session.add(row)
    return row


def _send(by: By, host: Host, person: Participant, row: MeetingInvitation, no_texts: Collection[int]) -> None:
    """Queue the mail or text message of an invitation. Raises Refusal at the person's field where they have none.

    `no_texts`: who wants no text messages.
    """
    at = f"{person.id}-way"
    if row.way in MESSAGES:
        if why := _why_unreached(host.conference, person, row.way, no_texts):
            raise Refusal(why, name=person.name).at(at)
        _queue(by.session, by.at, host, person, row)
    elif row.way is InvitationWay.LETTER:
        birth = Birth.of(person.born, person.born_until)
        if birth is not None and birth.cannot_read(local_date(by.at, host.conference.timezone)):
            raise Refusal(N_("%(name)s cannot read yet: tell them in person."), name=person.name).at(at)


def _why_unreached(conference: Conference, person: Participant, way: InvitationWay, no_texts: Collection[int]) -> str:
    """Why no mail, or no text message, reaches somebody; empty: it does. `no_texts`: who wants no text messages."""
    if way is InvitationWay.EMAIL:
        return "" if person.email else N_("There is no email address of %(name)s.")
    if person.id in no_texts:
        return N_("%(name)s wants no text messages any more. Ring them.")
    return (
        "" if _number(conference, person) else N_("There is no telephone number of %(name)s that takes text messages.")
    )


def _number(conference: Conference, person: Participant) -> str:
    return international(person.phone, PROFILES[conference.profile].calling_code)


def _queue(
    session: Session,
    at: datetime,
    host: Host,
    person: Participant,
    row: MeetingInvitation,
    *,
    days: int | None = None,
) -> bool:
    """Queue the message in the way of the invitation; `days`: a reminder so many days before. False: it was before."""
    conference, meeting = host.conference, host.meeting
    values = host.invited(person, row, reminder=days is not None)
    fields: dict[str, Any] = {"meeting": meeting.id, "sequence": row.sequence}
    if days is not None:
        fields["days"] = days
    is_mail = row.way is InvitationWay.EMAIL
    rules: dict[tuple[bool, bool], MailRule | TextRule] = {
        (True, False): INVITATION_MAIL,
        (True, True): DAY_REMINDER,
        (False, False): INVITATION_TEXT,
        (False, True): DAY_REMINDER_TEXT,
    }
    rule = rules[is_mail, days is not None]
    to = Recipient(person.id, person.email if is_mail else _number(conference, person), values.language)
    written = host.mail(values, row, to.address, at) if is_mail else host.text(values)
    ends = meeting.starts_at or at
    link = None if is_mail else Link(values.address, ends)
    morning = None if is_mail and days is None else _morning(at, person.timezone or conference.timezone)
    with waiting(session, morning) if morning else nullcontext():
        new = queue(session, rule, to, at, case=conference.id, link=link, written=written, until=ends, **fields)
    if new and days is None:
        row.mail_key = rule.key.format(case=conference.id, to=person.id, **fields)
    return new


def _morning(at: datetime, timezone: str) -> datetime | None:
    """When a message that could wake somebody leaves that is queued by night; None by day: at once."""
    local = to_local(at, timezone)
    if _FROM <= local.time() < _UNTIL:
        return None
    day = local.date() + timedelta(days=local.time() >= _UNTIL)
    return from_local(datetime.combine(day, _FROM), timezone)


def _answer(
    by: By, conference: Conference, meeting: Meeting, person: Participant, row: MeetingInvitation, answered: Answered
) -> None:
    row.reply, row.replied_at, row.replied_for = answered.reply, by.at, meeting.starts_at
    row.replied_how, row.words = answered.how, answered.words
    attends, known = _ATTENDS[answered.reply], person.attends_lately
    if answered.reply is InvitationReply.COMES and known in _COMES_SO:
        attends = known
    if attends not in TAKES_PART:
        give_up_reminders(by.session, meeting.id, conference.id, by.at, person.id)
    note_attends(by, conference, person, attends)
    by.record("meeting.answered", conference.id, name=person.name, reply=answered.reply)
