"""Recording attendance: who came, left and came back. Steps start and end a meeting."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.queries import circle
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.meetings.effects import latest_meeting
from ekc.meetings.models import Attendance, Meeting
from ekc.workflow.vocabulary import N_, PROFESSIONAL_PARTS, Activity, Attends


def record_attendance(by: By, conference_id: int, came: Collection[int]) -> None:
    """Set the people who came. On the first call they came at the start; people added later come now."""
    with writing(by.session):
        meeting, started_at = _lock(by, conference_id)
        people = {person.id: person for person in circle(by.session, conference_id)}
        for participant_id in came:
            if participant_id not in people:
                raise Unknown
            if people[participant_id].attends is Attends.EXCLUDED:
                raise Refusal(
                    N_("%(name)s stays away, as was decided. If that changed, change it in the circle first."),
                    name=people[participant_id].name,
                )
        rows = _rows(by.session, meeting)
        for participant_id in (rows.keys() & people.keys()) - set(came):
            by.session.delete(rows[participant_id])
        came_at = by.at if rows else started_at
        for participant_id in people:  # keeps the order of the circle
            if participant_id in came and participant_id not in rows:
                by.session.add(Attendance(meeting_id=meeting.id, participant_id=participant_id, came_at=came_at))
        by.record("attendance.recorded", conference_id, came=len(set(came)))


def leave(by: By, conference_id: int, participant_id: int) -> None:
    """Somebody leaves the room. A time that was recorded before is kept."""
    _move(by, conference_id, participant_id, by.at)


def come_back(by: By, conference_id: int, participant_id: int) -> None:
    """Somebody who left is in the room again."""
    _move(by, conference_id, participant_id, None)


def professionals_leave(by: By, conference_id: int) -> None:
    """All professionals and referrers in the room leave it."""
    _move(by, conference_id, None, by.at)


def professionals_return(by: By, conference_id: int) -> None:
    """All professionals and referrers who came and left are in the room again."""
    _move(by, conference_id, None, None)


def correct_attendance(
    by: By,
    conference_id: int,
    meeting_id: int,
    participant_id: int,
    came_at: datetime,
    left_at: datetime | None,
) -> None:
    """Correct when somebody came to a meeting and left it; also afterwards. `left_at` None: they stayed."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.ARRANGE_MEETING)
        all_rows = select(Attendance).join(Meeting).where(Meeting.conference_id == conference_id)
        for row in by.session.scalars(all_rows):
            if (row.meeting_id, row.participant_id) == (meeting_id, participant_id):
                break
        else:
            raise Unknown
        if came_at > by.at or (left_at and left_at > by.at):
            raise Refusal(N_("One of these times has not come yet. Give the times as they were."))
        if left_at and left_at < came_at:
            raise Refusal(N_("This person leaves before they come."))
        row.came_at, row.left_at = came_at, left_at
        by.record("attendance.corrected", conference_id, participant=participant_id)


def _move(
    by: By,
    conference_id: int,
    participant_id: int | None,
    left_at: datetime | None,
) -> None:
    """Set when one person, or all professionals (None), left; `left_at` None: they are in the room again."""
    with writing(by.session):
        meeting, _ = _lock(by, conference_id)
        rows = _rows(by.session, meeting)
        if participant_id is None:
            wanted = {person.id for person in circle(by.session, conference_id) if person.part in PROFESSIONAL_PARTS}
        elif participant_id in rows:
            wanted = {participant_id}
        else:
            raise Unknown
        moved = [row for row in rows.values() if row.participant_id in wanted]
        for row in moved:
            row.left_at = (row.left_at or left_at) if left_at else None
        code = "attendance.left" if left_at else "attendance.came_back"
        by.record(code, conference_id, people=len(moved))


def _lock(by: By, conference_id: int) -> tuple[Meeting, datetime]:
    """The meeting in progress, and when it started. Raises Refusal if there is none."""
    lock_case(by, conference_id, Activity.RECORD_INFORMATION)
    meeting = latest_meeting(by.session, conference_id)
    if meeting is None or meeting.started_at is None or meeting.ended_at is not None:
        raise Refusal(N_("No meeting is under way, so nobody can come or leave."))
    return meeting, meeting.started_at


def _rows(session: Session, meeting: Meeting) -> dict[int, Attendance]:
    rows = session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id))
    return {row.participant_id: row for row in rows}
