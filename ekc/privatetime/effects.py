"""What steps do to private time, inside the step's own transaction: a stretch begins, a stretch ends."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.meetings.queries import current_meeting
from ekc.privatetime.models import PrivateRound
from ekc.workflow.definition import Taking


def open_room(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Private time begins. It belongs to the meeting that is under way, if one is."""
    meeting = current_meeting(session, conference.id)
    session.add(
        PrivateRound(
            conference_id=conference.id,
            meeting_id=meeting.id if meeting and meeting.under_way else None,
            began_at=at,
            why=taking.reason or None,
        )
    )


def close_room(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """The family comes out: private time is over, or goes on later as another stretch.

    Nothing happens where none goes on: some steps can be taken outside it too.
    """
    stretch = session.scalar(
        select(PrivateRound).where(PrivateRound.conference_id == conference.id, PrivateRound.ended_at.is_(None))
    )
    if stretch:
        stretch.ended_at, stretch.ended_by, stretch.ended_for = at, taking.step, taking.reason or None
