"""What steps do to the gathering, inside the step's own transaction. The case is locked by the caller."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.meetings.models import Arrangement, Meeting
from ekc.workflow.definition import Taking


def latest_meeting(session: Session, conference_id: int) -> Meeting | None:
    """The row of the current meeting, to be changed; None while nothing was arranged yet."""
    newest = select(Meeting).where(Meeting.conference_id == conference_id).order_by(Meeting.number.desc()).limit(1)
    return session.scalar(newest)


def ensure_meeting(session: Session, conference_id: int) -> Meeting:
    """The current meeting of a case; its first is made when it is first needed."""
    meeting = latest_meeting(session, conference_id)
    if meeting is None:
        meeting = Meeting(conference_id=conference_id, number=1)
        session.add(meeting)
        session.flush()
    return meeting


def start_meeting(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
    """The meeting starts now; one that started already keeps its time. The plan is made at a conference after all."""
    conference.without_conference = False
    meeting = ensure_meeting(session, conference.id)
    if meeting.started_at is None:
        meeting.started_at = at


def end_meeting(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
    """The meeting ends now, if one is under way."""
    meeting = latest_meeting(session, conference.id)
    if meeting and meeting.started_at is not None and meeting.ended_at is None:
        meeting.ended_at = at


def new_meeting(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """The next meeting, arranged as the one before it; on `taking.new_date`, or without a date yet."""
    end_meeting(session, conference, at, taking)
    former = latest_meeting(session, conference.id)
    if former is None:
        ensure_meeting(session, conference.id).starts_at = taking.new_date
        return
    meeting = Meeting(
        conference_id=conference.id,
        number=former.number + 1,
        starts_at=taking.new_date,
        expected_minutes=former.expected_minutes,
        venue_name=former.venue_name,
        venue_address=former.venue_address,
        venue_access=former.venue_access,
    )
    session.add(meeting)
    session.flush()
    for arranged in session.scalars(select(Arrangement).where(Arrangement.meeting_id == former.id)).all():
        session.add(
            Arrangement(meeting_id=meeting.id, kind=arranged.kind, not_needed=arranged.not_needed, text=arranged.text)
        )
