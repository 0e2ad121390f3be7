"""What other conferences are planned near a date, for `workflow/clashes.py`, and what is known of a meeting, for
`workflow/open_things.py`.

Of the others those that are planned count, paused or not: the current meeting of a case that is open, which has not
begun. So nothing is learned of a conference that is going on. In one's own region alone, except for the coordinator,
who is one person.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.models import IS_OPEN, Conference, NameKey, Participant
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.needs import shared_needs
from ekc.conferences.roles import BELONGS, roles_in
from ekc.core.clock import local_date, to_local
from ekc.core.crypto import keyring_of
from ekc.core.reading import Rows, one_of, read_rows
from ekc.meetings import queries
from ekc.meetings.models import Meeting
from ekc.meetings.queries import ArrangementRow, MeetingRow
from ekc.names import plain, same, words
from ekc.venues.queries import VenueRow, venue
from ekc.workflow.clashes import Clash, Elsewhere, clashes
from ekc.workflow.engine import may
from ekc.workflow.open_things import MeetingFacts
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    FROM_AFAR,
    NOT_THERE,
    PROFESSIONAL_PARTS,
    Activity,
    ArrangementKind,
    ArrangementState,
    Part,
)

#: A conference takes a day at most.
_LONGEST = timedelta(days=1)
_WORK_THERE = PROFESSIONAL_PARTS | {Part.INTERPRETER}
_newer = Meeting.__table__.alias("newer")
_IS_CURRENT = ~exists().where(
    _newer.c.conference_id == Meeting.conference_id, _newer.c.number > Meeting.number, _newer.c.set_aside.is_(False)
)
_whose = (
    *(Conference.coordinator_id, Conference.asked_coordinator_id, Conference.region_id, Conference.tasks_ended_on),
    *(Conference.timezone, Conference.profile, Conference.phase, Conference.number),
)
_PLANNED = (
    select(
        *(Meeting.conference_id, Meeting.starts_at, Meeting.expected_minutes),
        *(Meeting.venue_id, Meeting.venue_name, Meeting.venue_address),
        *_whose,
    )
    .join(Conference, Conference.id == Meeting.conference_id)
    .where(
        Meeting.started_at.is_(None),
        Meeting.starts_at.between(bindparam("since"), bindparam("until")),
        Meeting.set_aside.is_(False),
        _IS_CURRENT,
        IS_OPEN,
        Conference.id != bindparam("case"),
        or_(Conference.region_id == bindparam("region"), Conference.coordinator_id == bindparam("coordinator")),
    )
    .order_by(Meeting.id)
)
_THERE = (
    select(Participant.conference_id, Participant.name, Participant.organisation)
    .join(NameKey, NameKey.participant_id == Participant.id)
    .where(
        and_(NameKey.region_id == bindparam("region"), one_of(NameKey.key, "keys")),
        one_of(Participant.conference_id, "cases"),
        Participant.part.in_(_WORK_THERE),
        or_(Participant.attends.is_(None), Participant.attends.not_in(NOT_THERE)),
        BELONGS,
    )
)


def clashes_of(
    session: Session,
    case: Case,
    meeting: MeetingRow,
    circle: Iterable[PersonRow],
    dates: Collection[datetime],
    at: datetime,
) -> dict[datetime, tuple[Clash, ...]]:
    """What clashes with each of these dates of a meeting, as its coordinator reads it; not a date without any.

    Two statements at most, however many dates, people and other conferences there are.
    """
    if not dates:
        return {}
    asked = {
        "case": case.id,
        "region": case.region_id,
        "coordinator": case.coordinator_id or 0,
        "since": min(dates) - _LONGEST,
        "until": max(dates) + _LONGEST,
    }
    rows = read_rows(session, _PLANNED, asked)
    there = _people_there(session, case, circle, rows)
    elsewhere = [_elsewhere(case, meeting, row, there.get(row.conference_id, ()), at) for row in rows]
    minutes = meeting.expected_minutes or PROFILES[case.profile].meeting_minutes
    found = {
        starts_at: clashes(starts_at, minutes, elsewhere, lambda one: local_date(one, case.timezone))
        for starts_at in dates
    }
    return {starts_at: clash for starts_at, clash in found.items() if clash}


def _elsewhere(case: Case, meeting: MeetingRow, row: Row[Any], people: tuple[str, ...], at: datetime) -> Elsewhere:
    own = case.coordinator_id is not None and row.coordinator_id == case.coordinator_id
    seen = own or may(Activity.SEE_CASE, row.phase, roles_in(case.visitor, row, None, at))
    return Elsewhere(
        starts_at=row.starts_at,
        minutes=row.expected_minutes or PROFILES[row.profile].meeting_minutes,
        coordinator=own,
        place=row.region_id == case.region_id and _same_place(meeting, row),
        people=people,
        number=row.number if seen else "",
    )


def _same_place(meeting: MeetingRow, row: Row[Any]) -> bool:
    """Whether both have one venue: the same row of the region, or else the same name and address."""
    if meeting.venue_id is not None and row.venue_id is not None:
        return bool(meeting.venue_id == row.venue_id)
    if not plain(meeting.venue_name) or plain(meeting.venue_name) != plain(row.venue_name):
        return False
    return words(meeting.venue_address) == words(row.venue_address)


def _people_there(
    session: Session, case: Case, circle: Iterable[PersonRow], rows: Rows
) -> Mapping[int, tuple[str, ...]]:
    """Who of those who work in this circle seems to be in those of the region, by id of the case.

    The same name, and no other organisation: that they are one person is not known.
    """
    mine = [one for one in circle if one.part in _WORK_THERE and one.attends not in NOT_THERE and words(one.name)]
    cases = [row.conference_id for row in rows if row.region_id == case.region_id]
    if not mine or not cases:
        return {}
    keyring = keyring_of(session)
    keys = {keyring.index_key(max(words(one.name), key=len), case.region_id) for one in mine}
    found = read_rows(session, _THERE, {"region": case.region_id, "keys": sorted(keys), "cases": cases})
    there = {(row.conference_id, one.label) for row in found for one in mine if _can_be_one(one, row)}
    return {id_: tuple(one.label for one in mine if (id_, one.label) in there) for id_ in cases}


def _can_be_one(one: PersonRow, row: Row[Any]) -> bool:
    mine, theirs = plain(one.organisation), plain(row.organisation)
    return same(one.name, row.name) and (not mine or not theirs or mine == theirs)


def _is_covered(meeting: MeetingRow, known: VenueRow | None, timezone: str) -> bool:
    """Whether the place is open for the whole conference; yes where its hours or the date are not known."""
    if known is None or meeting.starts_at is None:
        return True
    return known.hours.covers(to_local(meeting.starts_at, timezone), meeting.expected_minutes)


def meeting_facts(
    meeting: MeetingRow,
    known: VenueRow | None,
    timezone: str,
    people: Iterable[PersonRow],
    arranged: Sequence[ArrangementRow],
) -> MeetingFacts:
    """The facts of a meeting at the venue `known`, with these people and arrangements."""
    everybody = list(people)
    interpreters = [row for row in arranged if row.kind is ArrangementKind.INTERPRETER]
    said = {row.kind for row in arranged}
    needs = shared_needs(everybody)
    spoken = [one.language for line in needs if line.need is ArrangementKind.INTERPRETER for one in line.people]
    return MeetingFacts(
        venue=bool(meeting.venue_name),
        rooms=known.rooms if known else None,
        covered=_is_covered(meeting, known, timezone),
        some_join=any(person.attends in FROM_AFAR for person in everybody),
        joining=bool(meeting.joining),
        needed=frozenset(said | {line.arrangement for line in needs if line.arrangement}),
        settled=frozenset(row.kind for row in arranged if row.settled),
        languages=all(spoken),
        interpreter=any(row.state in {ArrangementState.ASKED, ArrangementState.ARRANGED} for row in interpreters),
        no_tie=any(row.no_tie for row in interpreters),
    )


def read_meeting_facts(
    session: Session, region_id: int, timezone: str, meeting: MeetingRow, people: Iterable[PersonRow]
) -> MeetingFacts:
    """The facts of a meeting of a case of this region."""
    known = venue(session, region_id, meeting.venue_id)
    return meeting_facts(meeting, known, timezone, people, queries.arrangements(session, meeting.id))
