"""Effects of steps on private time, in the step's transaction: a round begins, a round ends."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.meetings.models import Meeting
from ekc.meetings.queries import current_meeting
from ekc.orders.actions import forget_orders_of_case
from ekc.privatetime.models import PrivateRound
from ekc.workflow.definition.kinds import Taking


def open_room(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Begin a round of private time, in the meeting in progress if there is one. Papers that were ordered are gone."""
    forget_orders_of_case(session, conference.id, at)
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
    """End the round, if one is open: some steps can also be taken outside private time. Another round may follow."""
    round_ = session.scalar(
        select(PrivateRound).where(PrivateRound.conference_id == conference.id, PrivateRound.ended_at.is_(None))
    )
    if round_:
        round_.ended_at, round_.ended_by, round_.ended_for = at, taking.step, taking.reason or None


def reopen_room(session: Session, conference: Conference, at: datetime) -> None:
    """Let the round that ended at `at` go on."""
    ended = (PrivateRound.conference_id == conference.id, PrivateRound.ended_at == at)
    session.execute(update(PrivateRound).where(*ended).values(ended_at=None, ended_by=None, ended_for=None))


def destroy_reasons(session: Session, conference: Conference) -> None:
    """Empty why the family came out and went back in, in this round."""
    of_round = select(Meeting.id).where(Meeting.conference_id == conference.id, Meeting.round == conference.round)
    session.execute(
        update(PrivateRound)
        .where(
            PrivateRound.conference_id == conference.id,
            or_(PrivateRound.meeting_id.is_(None), PrivateRound.meeting_id.in_(of_round)),
        )
        .values(why=None, ended_for=None)
    )
