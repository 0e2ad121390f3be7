"""Correcting the times of a meeting and of private time in it.

A coordinator may hold the conference on paper and enter it afterwards; the steps then have the time of entering. Only
steps begin and end private time (`effects.py`); nothing here can undo that.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.core.errors import Refusal, Stale, Unknown, WrongDay
from ekc.core.transaction import writing
from ekc.meetings.actions.attendance import Corrected, replace_stretch
from ekc.meetings.models import Meeting, Stretch
from ekc.privatetime.models import PrivateRound
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class RoundTimes:
    """The actual begin and end of one round of private time."""

    id: int
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class DayTimes:
    """The actual times of one meeting.

    Without `meeting_id`: of private time outside any meeting. `started_at` and `ended_at` are None where the meeting
    has not started or ended; a correction cannot start or end it.
    """

    meeting_id: int | None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    rounds: tuple[RoundTimes, ...] = ()


def correct_times(by: By, conference_id: int, times: DayTimes) -> None:
    """Correct the times of one meeting. Who came at its start comes at the corrected start, who stayed to its end
    stays to the corrected end.

    Raises Refusal where the times contradict each other or lie in the future, Stale where there is other private time
    now than on the page.
    """
    with writing(by.session):
        lock_case(by, conference_id, Activity.ARRANGE_MEETING)
        rounds = list(
            by.session.scalars(
                select(PrivateRound)
                .where(PrivateRound.conference_id == conference_id)
                .order_by(PrivateRound.began_at, PrivateRound.id)
            )
        )
        corrected = {given.id: given for given in times.rounds}
        if corrected.keys() != {round_.id for round_ in rounds if round_.meeting_id == times.meeting_id}:
            raise Stale(N_("There is other private time now than the page showed. Open the page again."))
        meeting = _meeting(by.session, conference_id, times) if times.meeting_id is not None else None
        for round_ in rounds:
            if given := corrected.get(round_.id):
                round_.began_at, round_.ended_at = given.began_at, given.ended_at
        _refuse_future(times, by.at)
        _refuse_disorder(times, rounds)
        if meeting is not None:
            _correct_meeting(by, meeting, times)
        by.record("meeting.times_corrected", conference_id, rounds=len(corrected))


def _meeting(session: Session, conference_id: int, times: DayTimes) -> Meeting:
    meetings = session.scalars(select(Meeting).where(Meeting.conference_id == conference_id))
    meeting = next((meeting for meeting in meetings if meeting.id == times.meeting_id), None)
    if meeting is None:
        raise Unknown
    if (meeting.started_at is None, meeting.ended_at is None) != (times.started_at is None, times.ended_at is None):
        raise Stale(N_("The meeting started or ended after the page was opened. Open the page again."))
    return meeting


def _correct_meeting(by: By, meeting: Meeting, times: DayTimes) -> None:
    counting = (Stretch.meeting_id == meeting.id, Stretch.corrected_at.is_(None))
    for row in by.session.scalars(select(Stretch).where(*counting)).all():
        came_at = times.started_at if times.started_at and row.came_at == meeting.started_at else row.came_at
        left_at = times.ended_at if times.ended_at and row.left_at == meeting.ended_at else row.left_at
        if left_at and left_at < came_at:
            raise Refusal(N_("Somebody leaves before they come. Correct first when they came and left."))
        replace_stretch(by, meeting.conference_id, row, Corrected(came_at, left_at, row.how))
    meeting.started_at, meeting.ended_at = times.started_at, times.ended_at


def _refuse_future(times: DayTimes, at: datetime) -> None:
    given = {"started": times.started_at, "ended": times.ended_at}
    given |= {f"began_{round_.id}": round_.began_at for round_ in times.rounds}
    given |= {f"ended_{round_.id}": round_.ended_at for round_ in times.rounds}
    for name, time in given.items():
        if time and time > at:
            raise WrongDay(N_("This time has not come yet. Give the times as they were.")).at(name)


def _refuse_disorder(times: DayTimes, rounds: list[PrivateRound]) -> None:
    """Raise Refusal unless the times are in the order in which the steps were taken."""
    if times.started_at and times.ended_at and times.ended_at < times.started_at:
        raise Refusal(N_("The meeting ends before it starts."))
    before: datetime | None = None
    for number, round_ in enumerate(rounds, start=1):
        if round_.ended_at and round_.ended_at < round_.began_at:
            raise Refusal(N_("Private time %(number)s ends before it begins."), number=number)
        if before and round_.began_at < before:
            raise Refusal(
                N_("Private time %(number)s begins before private time %(before)s has ended."),
                number=number,
                before=number - 1,
            )
        before = round_.ended_at
        if round_.meeting_id != times.meeting_id:
            continue
        if times.started_at and round_.began_at < times.started_at:
            raise Refusal(N_("Private time %(number)s begins before the meeting starts."), number=number)
        if times.ended_at and round_.ended_at and round_.ended_at > times.ended_at:
            raise Refusal(N_("The meeting ends before private time %(number)s has ended."), number=number)
