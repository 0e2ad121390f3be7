"""Effects of steps on the meeting, in the step's transaction. The caller has locked the case."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core import jobs
from ekc.core.clock import from_local, to_local
from ekc.core.outbox import UNSENT, OutboxMessage, give_up_unsent
from ekc.meetings.models import (
    Arrangement,
    DateOption,
    InformationItem,
    Meeting,
    MeetingInvitation,
    Question,
    Reading,
    Stretch,
)
from ekc.workflow.definition.kinds import Taking

#: Of an arrangement, what stays for another day of the same round.
_KEPT = ("kind", "state", "text", "participant_id", "who", "wish", "no_tie")
_LATEST = (
    select(Meeting)
    .where(Meeting.conference_id == bindparam("case"), Meeting.set_aside.is_(False))
    .order_by(Meeting.number.desc())
    .limit(1)
)


def latest_meeting(session: Session, conference_id: int) -> Meeting | None:
    """The row of the current meeting, to be changed; None if there is none yet."""
    return session.scalar(_LATEST, {"case": conference_id})


def ensure_meeting(session: Session, conference_id: int) -> Meeting:
    """The current meeting of a case; creates the first one if there is none."""
    meeting = latest_meeting(session, conference_id)
    if meeting is None:
        number = session.scalar(select(Conference.round).where(Conference.id == conference_id)) or 1
        meeting = Meeting(conference_id=conference_id, number=_next_number(session, conference_id), round=number)
        session.add(meeting)
        session.flush()
    return meeting


def _next_number(session: Session, conference_id: int) -> int:
    return (session.scalar(select(func.max(Meeting.number)).where(Meeting.conference_id == conference_id)) or 0) + 1


def start_meeting(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
    """Start the meeting now, unless it has started. The plan is then made at a conference after all."""
    conference.without_conference = False
    meeting = ensure_meeting(session, conference.id)
    if meeting.started_at is None:
        meeting.started_at = at


def unstart_meeting(session: Session, conference: Conference, at: datetime) -> None:
    """Let the meeting that was started at `at` lie ahead again."""
    meeting = latest_meeting(session, conference.id)
    if meeting and meeting.started_at == at:
        meeting.started_at = None


def keep_local_times(session: Session, conference: Conference, former_zone: str) -> None:
    """Move what is still planned so that it stands at the same local time in the new time zone of the case.

    Not what invitations said: in calendars it stands at the former moment, so everybody is invited anew.
    """

    def moved(instant: datetime) -> datetime:
        return from_local(to_local(instant, former_zone).replace(tzinfo=None), conference.timezone)

    planned = select(Meeting).where(Meeting.conference_id == conference.id, Meeting.started_at.is_(None))
    for meeting in session.scalars(planned).all():
        if meeting.starts_at is not None:
            meeting.starts_at = moved(meeting.starts_at)
        of_meeting = select(DateOption).where(DateOption.meeting_id == meeting.id).order_by(DateOption.starts_at)
        options = list(session.scalars(of_meeting))
        if options and moved(options[0].starts_at) > options[0].starts_at:
            options.reverse()
        for option in options:  # one by one, from the side to which they move: no two are ever at the same moment
            option.starts_at = moved(option.starts_at)
            session.flush()


def end_meeting(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
    """End the meeting now, if one is in progress; whoever is in the room then leaves it."""
    meeting = latest_meeting(session, conference.id)
    if meeting and meeting.started_at is not None and meeting.ended_at is None:
        meeting.ended_at = at
        still_there = (Stretch.meeting_id == meeting.id, Stretch.left_at.is_(None), Stretch.corrected_at.is_(None))
        session.execute(update(Stretch).where(*still_there).values(left_at=at))


def iso(starts_at: datetime | None) -> str:
    """A planned day as notices keep it; empty: none."""
    return starts_at.isoformat() if starts_at else ""


def planned_day(session: Session, conference_id: int) -> str:
    """The day of the current meeting as notices keep it; empty: none."""
    meeting = latest_meeting(session, conference_id)
    return iso(meeting.starts_at) if meeting else ""


def ask_question(session: Session, conference: Conference, _at: datetime, taking: Taking) -> None:
    """Make what the family came out for a question of this day, without an answer yet."""
    meeting = ensure_meeting(session, conference.id)
    session.add(Question(meeting_id=meeting.id, participant_id=None, text=taking.reason.strip()))


def unask_question(session: Session, conference: Conference, _at: datetime) -> None:
    """Delete the last question with which the family came out."""
    meeting = ensure_meeting(session, conference.id)
    of_family = (Question.meeting_id == meeting.id, Question.participant_id.is_(None))
    last = select(func.max(Question.id)).where(*of_family).scalar_subquery()
    session.execute(delete(Question).where(Question.id == last))


def new_meeting(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Create the next meeting, on `taking.new_date` or without a date.

    In the same round with the place and the arrangements of the last, but not with what these cost: another day is
    paid for again. In a new round all is made anew.
    """
    end_meeting(session, conference, at, taking)
    former = latest_meeting(session, conference.id)
    if former is None:
        ensure_meeting(session, conference.id).starts_at = taking.new_date
        return
    meeting = Meeting(
        conference_id=conference.id,
        number=_next_number(session, conference.id),
        round=conference.round,
        starts_at=taking.new_date,
        expected_minutes=former.expected_minutes,
    )
    session.add(meeting)
    session.flush()
    if former.round != conference.round:
        return
    for name in ("venue_name", "venue_address", "venue_access", "venue_id", "venue_secret", "joining"):
        setattr(meeting, name, getattr(former, name))
    for arranged in session.scalars(select(Arrangement).where(Arrangement.meeting_id == former.id)).all():
        kept = {name: getattr(arranged, name) for name in _KEPT}
        session.add(Arrangement(meeting_id=meeting.id, **kept))


#: So long a day can be set again, or the step taken back, before calendars hear that it is off.
_SECOND_THOUGHTS = timedelta(minutes=10)
#: The job that takes a day out of the calendars of those who were invited to it.
CALL_OFF = "call_off"


def is_invited(session: Session, meeting_id: int) -> bool:
    """Whether anybody was invited to a meeting."""
    return (
        session.scalar(select(MeetingInvitation.id).where(MeetingInvitation.meeting_id == meeting_id).limit(1))
        is not None
    )


def forget_date(session: Session, conference: Conference, at: datetime) -> None:
    """Take away the date of a meeting that was planned and will not be held."""
    meeting = latest_meeting(session, conference.id)
    if meeting and meeting.started_at is None:
        give_up_invitations(session, meeting, at)
        meeting.starts_at = None
        call_off(session, meeting, at)


def give_up_invitations(session: Session, meeting: Meeting, at: datetime) -> None:
    """Let no invitation and no reminder leave that waits, for the morning or the mail server, and says a former day."""
    for about in ("invited", "day"):
        _give_up(session, at, meeting.conference_id, f"{about}-{meeting.id}-")


def give_up_reminders(session: Session, meeting_id: int, conference_id: int, at: datetime, participant_id: int) -> None:
    """Let no reminder leave that waits for the morning, to somebody who does not come or wants none."""
    _give_up(session, at, conference_id, f"day-{meeting_id}-", OutboxMessage.participant_id == participant_id)


def _give_up(session: Session, at: datetime, conference_id: int, about: str, *whose: ColumnElement[bool]) -> None:
    of_case = (OutboxMessage.conference_id == conference_id, OutboxMessage.key.startswith(f"{conference_id}:{about}"))
    give_up_unsent(session, session.scalars(select(OutboxMessage.key).where(*of_case, *UNSENT, *whose)).all(), at)


def call_off(session: Session, meeting: Meeting, at: datetime) -> None:
    """Have the day of a meeting that has none any more taken out of calendars, in the caller's transaction."""
    if is_invited(session, meeting.id):
        jobs.add(session, CALL_OFF, at, subject=meeting.id, due=at + _SECOND_THOUGHTS)


def set_aside(session: Session, conference: Conference) -> None:
    """Let the meetings of this round count no more: the current one is that at which the plan in force was made."""
    of_round = (Meeting.conference_id == conference.id, Meeting.round == conference.round)
    session.execute(update(Meeting).where(*of_round).values(set_aside=True))


def destroy_said(session: Session, conference: Conference) -> None:
    """Delete what was told, asked and read out at the meetings of this round."""
    of_round = select(Meeting.id).where(Meeting.conference_id == conference.id, Meeting.round == conference.round)
    for table in (InformationItem, Question, Reading):
        session.execute(delete(table).where(table.meeting_id.in_(of_round)))
