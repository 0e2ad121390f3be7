"""The possible dates: offering them, asking people which suit them, noting what they say, and choosing one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import chosen_members, member
from ekc.conferences.effects import recipient, to_ring
from ekc.conferences.models import Conference, Participant
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import queue
from ekc.core.transaction import writing
from ekc.links.queries.links import links_of
from ekc.meetings.actions.arranging import add_option, lock_meeting, options_of, refuse_started, remove_option, set_date
from ekc.meetings.effects import latest_meeting
from ekc.meetings.mails import DATES_ASKED, DATES_REMINDER
from ekc.meetings.models import DateAnswer, DateGuest, DateOption, Meeting
from ekc.workflow.vocabulary import N_, NOT_THERE, Activity, Attends, DateFit, Part, Phase

#: Many more than a family is asked about, and few enough for a page.
MOST_DATES = 30
#: How often somebody who has not answered is reminded, and after how long each time; our default.
_REMINDED, _SILENCE = 2, timedelta(days=3)


@dataclass(frozen=True, slots=True)
class DatesOffered:
    """The dates that a page showed as possible ones, and those that are possible now: all in UTC."""

    shown: frozenset[datetime]
    possible: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class DatesSaid:
    """What somebody says of the possible dates, by option. A date that is not named stays as it was answered.

    `matters`: whether it matters for the question that they are there; None: that is not said here.
    """

    fits: Mapping[int, DateFit]
    matters: bool | None = None


@dataclass(frozen=True, slots=True)
class DatesAsked:
    """What asking people about dates came to: how many got a mail, and whom neither a mail nor a page can ask."""

    mailed: int
    to_ring: frozenset[int]


def offer_dates(by: By, conference_id: int, offered: DatesOffered) -> None:
    """Make these the possible dates among those that were shown, with the answers to the ones that stay.

    Raises Refusal for a date that has passed, and for too many.
    """
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        refuse_started(meeting)
        options = options_of(by, meeting)
        for starts_at in sorted(offered.shown - set(offered.possible)):
            if option := options.pop(starts_at, None):
                remove_option(by, conference, option)
        new = [one for one in offered.possible if one not in options]
        if len(options) + len(new) > MOST_DATES:
            raise Refusal(N_("At most %(most)s dates. Choose those that are likeliest."), most=MOST_DATES)
        for starts_at in new:
            add_option(by, conference, meeting, starts_at, "slots")


def ask_about_dates(by: By, conference_id: int, participant_ids: Collection[int]) -> DatesAsked:
    """Ask these people which possible dates suit them: on their own page, and by mail.

    Raises Unknown for somebody who is not in the circle, Refusal where there is nothing to ask, or nobody.
    """
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        refuse_started(meeting)
        if conference.phase is not Phase.SETUP:
            raise Refusal(N_("People can answer only while the conference is being prepared. Ring them."))
        if meeting.starts_at is not None:
            raise Refusal(N_("The date has been set meanwhile, so nobody is asked any more."))
        if not any(starts_at > by.at for starts_at in options_of(by, meeting)):
            raise Refusal(N_("There is no possible date ahead yet. Choose some first."))
        if not participant_ids:
            raise Refusal(N_("Choose whom to ask.")).at("people")
        mailed, reached, ring = 0, set[int](), to_ring(by.session, conference, by.at)
        linked = {link.participant_id for link in links_of(by.session, conference_id) if link.is_live(by.at)}
        for person in chosen_members(by.session, conference_id, participant_ids):
            _refuse_not_asked(person)
            guest = _guest(by, meeting, person.id)
            guest.asked_at, guest.reminded_at, guest.reminders = by.at, None, 0
            if person.email or person.id in linked:
                reached.add(person.id)
            to = recipient(conference, person)
            mailed += queue(by.session, DATES_ASKED, to, by.at, case=conference_id, ring=ring, meeting=meeting.id)
        by.record("meeting.dates_asked", conference_id, people=len(participant_ids))
        return DatesAsked(mailed, frozenset(participant_ids) - reached)


def note_dates(by: By, conference_id: int, participant_id: int, answers: DatesSaid) -> None:
    """Note what somebody told which dates suit them, as by telephone. Raises Unknown for whoever is not asked."""
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        refuse_started(meeting)
        person = member(by.session, conference_id, participant_id)
        _refuse_not_asked(person)
        guest = _guest(by, meeting, person.id)
        if answers.matters is not None:
            guest.matters = answers.matters
        _answer(by, conference, meeting, person, answers.fits)


def answer_dates(by: By, conference_id: int, answers: DatesSaid) -> None:
    """Say on one's own page which dates suit. Raises Refusal once the day was chosen."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.ANSWER_DATES)
        meeting = latest_meeting(by.session, conference_id)
        person = by.session.get(Participant, by.visitor.participant_id)
        if meeting is None or person is None:
            raise Unknown
        if meeting.starts_at is not None:
            raise Refusal(N_("The day has been chosen meanwhile: it is on your page. Can you not come? Say it there."))
        _guest(by, meeting, person.id)
        _answer(by, conference, meeting, person, answers.fits)


def choose_from_answers(by: By, conference_id: int, option_id: int) -> int:
    """Set the date that was asked about; whoever said yes to it, or if needed, comes. Returns how many come.

    Of those who said no it is not known any more whether they take part. Raises Unknown for an option that is gone,
    Refusal where people were invited to another date: that is moved with a reason.
    """
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        refuse_started(meeting)
        option = by.session.get(DateOption, option_id)
        if option is None or option.meeting_id != meeting.id:
            raise Unknown
        return set_date(by, conference, meeting, option.starts_at)


_newer = Meeting.__table__.alias("newer")
_IS_CURRENT = ~exists().where(_newer.c.conference_id == Meeting.conference_id, _newer.c.number > Meeting.number)
_HAS_ANSWER = (
    exists()
    .where(DateAnswer.option_id == DateOption.id, DateAnswer.participant_id == DateGuest.participant_id)
    .correlate(DateOption, DateGuest)
)
_UNANSWERED = exists().where(DateOption.meeting_id == DateGuest.meeting_id, ~_HAS_ANSWER)


def remind_about_dates(session: Session, at: datetime, region_id: int) -> int:
    """Mail those of a region who were asked about dates and have not answered about each, twice at most.

    Nobody any more once the date is set, or while the case is paused; nor whoever does not come. Returns how many
    mails are new.
    """
    silent = (
        select(DateGuest, Conference, Participant)
        .join(Meeting, Meeting.id == DateGuest.meeting_id)
        .join(Conference, Conference.id == Meeting.conference_id)
        .join(Participant, Participant.id == DateGuest.participant_id)
        .where(Conference.region_id == region_id, Conference.phase == Phase.SETUP, Meeting.starts_at.is_(None))
        .where(Conference.paused_at.is_(None), Participant.part != Part.INTERPRETER)
        .where(Meeting.set_aside.is_(False), _IS_CURRENT, Participant.removed_at.is_(None))
        .where(
            DateGuest.reminders < _REMINDED, func.coalesce(DateGuest.reminded_at, DateGuest.asked_at) <= at - _SILENCE
        )
        .where(_UNANSWERED.where(DateOption.starts_at > at))
        .order_by(Conference.id, Participant.id)
    )
    with writing(session):
        found = [row for row in session.execute(silent).all() if row.Participant.attends not in NOT_THERE]
        count = 0
        for guest, conference, person in found:
            guest.reminded_at, guest.reminders = at, guest.reminders + 1
            fields: dict[str, Any] = {
                "meeting": guest.meeting_id,
                "asked": f"{guest.asked_at:%Y%m%d%H%M}",
                "number": guest.reminders,
            }
            to, ring = recipient(conference, person), to_ring(session, conference, at)
            count += queue(session, DATES_REMINDER, to, at, case=conference.id, ring=ring, **fields)
        return count


def _refuse_not_asked(person: Participant) -> None:
    """Raise Unknown for whoever stays away by decision, or interprets."""
    if person.attends is Attends.EXCLUDED or person.part is Part.INTERPRETER:
        raise Unknown


def _guest(by: By, meeting: Meeting, participant_id: int) -> DateGuest:
    guest = by.session.get(DateGuest, (meeting.id, participant_id))
    if guest is None:
        guest = DateGuest(meeting_id=meeting.id, participant_id=participant_id)
        by.session.add(guest)
    return guest


def _answer(by: By, conference: Conference, meeting: Meeting, person: Participant, fits: Mapping[int, DateFit]) -> None:
    offered = {option.id for option in options_of(by, meeting).values()}
    if not fits.keys() <= offered:
        raise Refusal(N_("One of these dates is not asked about any more. Look at the dates again."))
    by.session.execute(
        delete(DateAnswer).where(DateAnswer.participant_id == person.id, DateAnswer.option_id.in_(list(fits)))
    )
    by.session.add_all(
        DateAnswer(
            option_id=option_id,
            participant_id=person.id,
            fits=fit,
            answered_at=by.at,
            account_id=by.visitor.account_id,
        )
        for option_id, fit in fits.items()
    )
    by.record("meeting.dates_answered", conference.id, name=person.name)
