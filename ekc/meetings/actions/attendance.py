"""Recording attendance: who came, left and came back. Steps start and end a meeting.

Each stretch in which somebody was in the room is a row. Coming and leaving add to the rows; a correction sets a row
aside, and where something else was so, puts another in its place. None is deleted.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.queries.circle import PersonRow, circle
from ekc.core.errors import Refusal, Unknown, WrongDay
from ekc.core.transaction import writing
from ekc.meetings.effects import latest_meeting
from ekc.meetings.models import Meeting, Stretch
from ekc.workflow.vocabulary import N_, PRESENT_BY, Activity, Part, PresentBy


@dataclass(frozen=True, slots=True)
class Corrected:
    """How a stretch really was. `left_at` None: they are still there."""

    came_at: datetime
    left_at: datetime | None
    how: PresentBy


def record_attendance(by: By, conference_id: int, came: Collection[int]) -> None:
    """Set the people who came. On the first call they came at the start; people added later come now.

    Whoever was written down before and is not among them did not come: their stretches are set aside. Of whoever stays
    away by now, as was decided, they stay: nobody can be among them any more.
    """
    with writing(by.session):
        meeting, started_at = _lock(by, conference_id)
        people = _people(by.session, conference_id)
        for participant_id in came:
            if participant_id not in people:
                raise Unknown
            _refuse_away(people[participant_id])
        rows = _rows(by.session, meeting.id)
        known = {row.participant_id for row in rows}
        for row in rows:
            person = people.get(row.participant_id)
            if person is not None and not person.excluded and person.id not in came:
                _set_aside(by, conference_id, row)
        came_at = by.at if rows else started_at
        new = [person for person in people.values() if person.id in came and person.id not in known]
        _come(by.session, meeting, new, came_at)
        by.record("attendance.recorded", conference_id, came=len(set(came)))


def leave(by: By, conference_id: int, participant_id: int) -> None:
    """Somebody leaves the room. Nothing changes for whoever left before."""
    with writing(by.session):
        meeting, _ = _lock(by, conference_id)
        _leave(by, conference_id, _rows_of(by.session, meeting, participant_id))


def come_back(by: By, conference_id: int, participant_id: int) -> None:
    """Somebody who left is in the room again. Nothing changes for whoever is there."""
    with writing(by.session):
        meeting, _ = _lock(by, conference_id)
        rows = _rows_of(by.session, meeting, participant_id)
        if (person := _people(by.session, conference_id).get(participant_id)) is not None:
            _refuse_away(person)
        _come_back(by, conference_id, meeting, rows)


def professionals_leave(by: By, conference_id: int) -> None:
    """All professionals and referrers in the room leave it, and whoever came as one."""
    with writing(by.session):
        meeting, _ = _lock(by, conference_id)
        _leave(by, conference_id, _professionals(by.session, conference_id, meeting))


def professionals_return(by: By, conference_id: int) -> None:
    """All professionals and referrers who came and left are in the room again."""
    with writing(by.session):
        meeting, _ = _lock(by, conference_id)
        _come_back(by, conference_id, meeting, _professionals(by.session, conference_id, meeting))


def correct_stretch(by: By, conference_id: int, stretch_id: int, right: Corrected) -> None:
    """Correct when somebody came and left, and how they were there; also after the meeting.

    Raises Refusal where the times contradict each other or another stretch of the same person, or lie in the future,
    and where somebody would still be there after the meeting has ended.
    """
    with writing(by.session):
        lock_case(by, conference_id, Activity.ARRANGE_MEETING)
        row, meeting = _stretch(by.session, conference_id, stretch_id)
        for name, time in (("came", right.came_at), ("left", right.left_at)):
            if time and time > by.at:
                raise WrongDay(N_("This time has not come yet. Give the times as they were.")).at(name)
        if right.left_at is None:
            right = replace(right, left_at=meeting.ended_at)
        if right.left_at and right.left_at < right.came_at:
            raise Refusal(N_("This person leaves before they come."))
        others = [one for one in _rows(by.session, row.meeting_id) if one.participant_id == row.participant_id]
        if any(_overlap(right, one) for one in others if one is not row):
            raise Refusal(N_("This person was in the room already at that time. Look at their other times first."))
        replace_stretch(by, conference_id, row, right)


def never_came(by: By, conference_id: int, stretch_id: int) -> None:
    """Set a stretch aside that was written down by mistake."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.ARRANGE_MEETING)
        row, _ = _stretch(by.session, conference_id, stretch_id)
        _set_aside(by, conference_id, row)


def replace_stretch(by: By, conference_id: int, row: Stretch, right: Corrected) -> None:
    """Set a stretch aside and put the right one in its place, in the caller's transaction."""
    if (row.came_at, row.left_at, row.how) == (right.came_at, right.left_at, right.how):
        return
    _set_aside(by, conference_id, row)
    by.session.add(
        Stretch(
            meeting_id=row.meeting_id,
            participant_id=row.participant_id,
            part=row.part,
            how=right.how,
            came_at=right.came_at,
            left_at=right.left_at,
        )
    )
    by.session.flush()


def _set_aside(by: By, conference_id: int, row: Stretch) -> None:
    row.corrected_at = by.at
    by.session.flush()  # before another takes its place, so that at no moment two are open
    left = row.left_at.isoformat() if row.left_at else ""
    by.record(
        "attendance.corrected",
        conference_id,
        participant=row.participant_id,
        came=row.came_at.isoformat(),
        left=left,
        how=row.how.value,
    )


def _overlap(right: Corrected, other: Stretch) -> bool:
    """Whether two stretches share more than a moment."""
    return (other.left_at is None or right.came_at < other.left_at) and (
        right.left_at is None or other.came_at < right.left_at
    )


def _come(session: Session, meeting: Meeting, people: Iterable[PersonRow], at: datetime) -> None:
    for person in people:
        how = PRESENT_BY.get(person.attends, PresentBy.IN_PERSON) if person.attends else PresentBy.IN_PERSON
        part = Part.PROFESSIONAL if person.came_as_professional else person.part
        session.add(Stretch(meeting_id=meeting.id, participant_id=person.id, part=part, how=how, came_at=at))


def _leave(by: By, conference_id: int, rows: Iterable[Stretch]) -> None:
    there = [row for row in rows if row.left_at is None]
    for row in there:
        row.left_at = by.at
    by.record("attendance.left", conference_id, people=len(there))


def _come_back(by: By, conference_id: int, meeting: Meeting, rows: Collection[Stretch]) -> None:
    there = {row.participant_id for row in rows if row.left_at is None}
    back = {row.participant_id for row in rows} - there
    people = _people(by.session, conference_id)
    _come(by.session, meeting, [one for one in people.values() if one.id in back and not one.excluded], by.at)
    by.record("attendance.came_back", conference_id, people=len(back))


def _refuse_away(person: PersonRow) -> None:
    """Nobody comes of whom it was decided that they stay away."""
    if person.excluded:
        raise Refusal(
            N_("%(name)s stays away, as was decided. If that changed, change it in the circle first."),
            name=person.name,
        )


def _professionals(session: Session, conference_id: int, meeting: Meeting) -> list[Stretch]:
    """The stretches of all who came as a professional or referrer, or are one now."""
    them = {person.id for person in _people(session, conference_id).values() if person.is_professional}
    return [row for row in _rows(session, meeting.id) if row.participant_id in them]


def _people(session: Session, conference_id: int) -> dict[int, PersonRow]:
    """The circle by id, in its order."""
    return {person.id: person for person in circle(session, conference_id)}


def _lock(by: By, conference_id: int) -> tuple[Meeting, datetime]:
    """The meeting in progress, and when it started. Raises Refusal if there is none."""
    lock_case(by, conference_id, Activity.RECORD_INFORMATION)
    meeting = latest_meeting(by.session, conference_id)
    if meeting is None or meeting.started_at is None or meeting.ended_at is not None:
        raise Refusal(N_("No meeting is under way, so nobody can come or leave."))
    return meeting, meeting.started_at


_COUNTING = (
    select(Stretch)
    .where(Stretch.meeting_id == bindparam("meeting"), Stretch.corrected_at.is_(None))
    .order_by(Stretch.came_at, Stretch.id)
)


def _rows(session: Session, meeting_id: int) -> list[Stretch]:
    """The stretches that count, in the order in which they began."""
    return list(session.scalars(_COUNTING, {"meeting": meeting_id}))


def _rows_of(session: Session, meeting: Meeting, participant_id: int) -> list[Stretch]:
    """The stretches of one person. Raises Unknown if they did not come."""
    found = [row for row in _rows(session, meeting.id) if row.participant_id == participant_id]
    if not found:
        raise Unknown
    return found


def _stretch(session: Session, conference_id: int, stretch_id: int) -> tuple[Stretch, Meeting]:
    """A stretch that counts, and its meeting. Raises Unknown for one of another case."""
    found = session.execute(
        select(Stretch, Meeting)
        .join(Meeting, Meeting.id == Stretch.meeting_id)
        .where(Stretch.id == stretch_id, Stretch.corrected_at.is_(None), Meeting.conference_id == conference_id)
    ).one_or_none()
    if found is None:
        raise Unknown
    return found[0], found[1]
