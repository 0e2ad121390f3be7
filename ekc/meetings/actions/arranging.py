"""Arranging the meeting: dates, expected duration, venue, food and so on. Actual times: `ekc/privatetime`."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import chosen_members
from ekc.conferences.actions.entries import refuse_past
from ekc.conferences.actions.heard import note_coming
from ekc.conferences.effects import give_notice
from ekc.conferences.models import Conference
from ekc.conferences.queries.circle import circle
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, WrongDay
from ekc.core.transaction import writing
from ekc.meetings.effects import ensure_meeting, iso
from ekc.meetings.models import Arrangement, DateAnswer, DateOption, Meeting
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import N_, Activity, ArrangementKind, Attends, Part


@dataclass(frozen=True, slots=True)
class Venue:
    """Where people meet, and how one joins from afar. Without a name there is no venue yet.

    `stays`: what was written about the venue before it is right for this one too.
    """

    name: str
    address: str = ""
    access: str = ""
    joining: str = ""
    stays: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Arranged:
    """How one thing is arranged. Neither `text` nor `not_needed`: it is open again."""

    kind: ArrangementKind
    text: str = ""
    not_needed: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """When people meet, and on which other dates they could; `starts_at` None: not chosen yet."""

    starts_at: datetime | None
    possible: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Arrangements:
    """All that is arranged. `dates` None: they stay, because the meeting has started."""

    dates: Dates | None
    expected_minutes: int | None
    venue: Venue
    things: tuple[Arranged, ...]


def lock_meeting(by: By, conference_id: int) -> tuple[Conference, Meeting]:
    """The case, locked for arranging its meeting, and the current meeting."""
    conference, _ = lock_case(by, conference_id, Activity.ARRANGE_MEETING)
    return conference, ensure_meeting(by.session, conference_id)


def refuse_started(meeting: Meeting) -> None:
    """Raise Refusal once the meeting has started."""
    if meeting.started_at is not None:
        raise Refusal(
            N_("This meeting has started, so its date stays. On the case page you can go on another day instead.")
        )


def arrange_all(by: By, conference_id: int, entry: Arrangements) -> list[str]:
    """Everything at once. Of what stays as it was nothing is written down and nobody hears.

    Returns the names of the interpreters who come by that.
    """
    come: list[str] = []
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        if entry.dates is not None:
            refuse_started(meeting)
            _list_dates(by, conference, meeting, entry.dates.possible)
            if entry.dates.starts_at != meeting.starts_at:
                set_date(by, conference, meeting, entry.dates.starts_at)
        if entry.expected_minutes != meeting.expected_minutes:
            _set_expected_minutes(by, meeting, entry.expected_minutes)
        if entry.venue != _venue(meeting):
            _set_venue(by, conference, meeting, entry.venue)
        rows = _rows(by, meeting)
        for thing in entry.things:
            if thing != _arranged(thing.kind, rows.get(thing.kind)):
                come += _arrange(by, conference, meeting, rows.get(thing.kind), thing)
    return come


def add_date(by: By, conference_id: int, starts_at: datetime) -> int:
    """Add a possible date; returns its id. Adding the same date again changes nothing."""
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        refuse_started(meeting)
        if option := options_of(by, meeting).get(starts_at):
            return option.id
        return add_option(by, conference, meeting, starts_at, "starts_at").id


def choose_date(by: By, conference_id: int, starts_at: datetime | None) -> None:
    """Set the date of the meeting, from the list or another; None clears it."""
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        refuse_started(meeting)
        set_date(by, conference, meeting, starts_at)


def set_expected_minutes(by: By, conference_id: int, minutes: int | None) -> None:
    """Set the expected duration in minutes; None: not known."""
    with writing(by.session):
        _, meeting = lock_meeting(by, conference_id)
        _set_expected_minutes(by, meeting, minutes)


def set_venue(by: By, conference_id: int, venue: Venue) -> None:
    """Set where people meet.

    Raises Refusal without a name, and where another venue has the address or the way in of the one before it.
    """
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        _set_venue(by, conference, meeting, venue)


def arrange(by: By, conference_id: int, arranged: Arranged) -> None:
    """Food, travel, interpreter or childcare: how it is arranged, that it is not needed, or that it is open again."""
    with writing(by.session):
        conference, meeting = lock_meeting(by, conference_id)
        _arrange(by, conference, meeting, _rows(by, meeting).get(arranged.kind), arranged)


def options_of(by: By, meeting: Meeting) -> dict[datetime, DateOption]:
    """The possible dates of a meeting, by when they begin."""
    rows = by.session.scalars(select(DateOption).where(DateOption.meeting_id == meeting.id))
    return {row.starts_at: row for row in rows}


def _list_dates(by: By, conference: Conference, meeting: Meeting, dates: tuple[datetime, ...]) -> None:
    """Make these the possible dates. One that has passed may stay; a date that was chosen stays chosen."""
    options = options_of(by, meeting)
    for starts_at, option in options.items():
        if starts_at not in dates:
            remove_option(by, conference, option)
    for starts_at in dates:
        if starts_at not in options:
            add_option(by, conference, meeting, starts_at, "dates")


def remove_option(by: By, conference: Conference, option: DateOption) -> None:
    """Take away a possible date with what people answered about it, in the caller's transaction."""
    by.session.execute(delete(DateAnswer).where(DateAnswer.option_id == option.id))
    by.session.delete(option)
    by.record("meeting.date_removed", conference.id, starts_at=option.starts_at.isoformat())


def add_option(by: By, conference: Conference, meeting: Meeting, starts_at: datetime, at: str) -> DateOption:
    """Add a possible date in the caller's transaction. Raises Refusal at the field `at` for one that has passed."""
    refuse_past(by.at, conference.timezone, **{at: local_date(starts_at, conference.timezone)})
    if starts_at <= by.at:
        raise WrongDay(N_("This moment has passed. Choose one that lies ahead.")).at(at)
    option = DateOption(meeting_id=meeting.id, starts_at=starts_at)
    by.session.add(option)
    by.session.flush()
    by.record("meeting.date_added", conference.id, starts_at=starts_at.isoformat())
    return option


def set_date(by: By, conference: Conference, meeting: Meeting, starts_at: datetime | None) -> None:
    """Set the date of the meeting in the caller's transaction, and leave notice of a change; None clears it."""
    if starts_at is not None:
        refuse_past(by.at, conference.timezone, starts_at=local_date(starts_at, conference.timezone))
    was, now = iso(meeting.starts_at), iso(starts_at)
    give_notice(by.session, conference, by.at, NoticeKind.DAY, was=was, now=now)
    meeting.starts_at = starts_at
    when = starts_at.isoformat() if starts_at else "-"
    by.record("meeting.date_chosen", conference.id, starts_at=when)


def _set_expected_minutes(by: By, meeting: Meeting, minutes: int | None) -> None:
    meeting.expected_minutes = minutes
    by.record("meeting.expected_time", meeting.conference_id, minutes=minutes or "-")


def _venue(meeting: Meeting) -> Venue:
    return Venue(meeting.venue_name, meeting.venue_address, meeting.venue_access, meeting.joining or "")


def _place(meeting: Meeting) -> str:
    return ", ".join(filter(None, (meeting.venue_name, meeting.venue_address)))


def _set_venue(by: By, conference: Conference, meeting: Meeting, venue: Venue) -> None:
    if not venue.name and (venue.address or venue.access):
        raise Refusal(N_("Which place is it? Give it a name.")).at("name")
    kept = ", ".join(
        text
        for text, now in ((meeting.venue_address, venue.address), (meeting.venue_access, venue.access))
        if text and text == now
    )
    if kept and venue.name != meeting.venue_name and not venue.stays:
        raise Refusal(
            N_("“%(words)s” was written about %(place)s. Change it, or tick that it is right here too."),
            words=" ".join(kept.split()),
            place=meeting.venue_name,
        ).at("stays")
    was = _place(meeting)
    meeting.venue_name, meeting.venue_address, meeting.venue_access = venue.name, venue.address, venue.access
    meeting.joining = venue.joining or None
    if meeting.started_at is None:
        give_notice(by.session, conference, by.at, NoticeKind.PLACE, was=was, now=_place(meeting))
    by.record("meeting.venue", conference.id, venue=venue.name or "-")


def _rows(by: By, meeting: Meeting) -> dict[ArrangementKind, Arrangement]:
    rows = by.session.scalars(select(Arrangement).where(Arrangement.meeting_id == meeting.id))
    return {row.kind: row for row in rows}


def _arranged(kind: ArrangementKind, row: Arrangement | None) -> Arranged:
    return Arranged(kind, row.text or "", row.not_needed) if row else Arranged(kind)


def _arrange(
    by: By, conference: Conference, meeting: Meeting, row: Arrangement | None, arranged: Arranged
) -> list[str]:
    """Write it down. Once an interpreter is arranged, those in the circle come; returns the names of those for whom
    that is new.
    """
    kind = arranged.kind
    if not (arranged.not_needed or arranged.text):
        if row is not None:
            by.session.delete(row)
    else:
        row = row or Arrangement(meeting_id=meeting.id, kind=kind)
        row.not_needed, row.text = arranged.not_needed, None if arranged.not_needed else arranged.text
        by.session.add(row)
    by.record("meeting.arranged", meeting.conference_id, what=kind.value)
    if kind is not ArrangementKind.INTERPRETER or not arranged.text:
        return []
    interpreters = [one.id for one in circle(by.session, conference.id) if one.part is Part.INTERPRETER]
    people = chosen_members(by.session, conference.id, interpreters)
    return [one.name for one in note_coming(by, conference, people, Attends.IN_PERSON)]
