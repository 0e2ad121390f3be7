"""Arranging the meeting: dates, expected duration, venue, food and so on. Actual times: `ekc/privatetime`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.entries import refuse_past
from ekc.conferences.effects import give_notice
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.meetings.effects import ensure_meeting, iso
from ekc.meetings.models import Arrangement, DateOption, Meeting
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import N_, Activity, ArrangementKind


@dataclass(frozen=True, slots=True)
class Venue:
    """Where people meet, and how one joins from afar. Without a name there is no venue yet.

    `stays`: what was written about the venue before it is right for this one too.
    """

    name: str
    address: str = ""
    access: str = ""
    joining: str = ""
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Arranged:
    """How one thing is arranged. Neither `text` nor `not_needed`: it is open again."""

    kind: ArrangementKind
    text: str = ""
    not_needed: bool = False


def _lock(by: By, conference_id: int) -> tuple[Conference, Meeting]:
    conference, _ = lock_case(by, conference_id, Activity.ARRANGE_MEETING)
    return conference, ensure_meeting(by.session, conference_id)


def _lock_unstarted(by: By, conference_id: int) -> tuple[Conference, Meeting]:
    conference, meeting = _lock(by, conference_id)
    if meeting.started_at is not None:
        raise Refusal(
            N_("This meeting has started, so its date stays. On the case page you can go on another day instead.")
        )
    return conference, meeting


def add_date(by: By, conference_id: int, starts_at: datetime) -> int:
    """Add a possible date; returns its id. Adding the same date again changes nothing."""
    with writing(by.session):
        conference, meeting = _lock_unstarted(by, conference_id)
        refuse_past(by.at, conference.timezone, starts_at=local_date(starts_at, conference.timezone))
        if starts_at <= by.at:
            raise Refusal(N_("This moment has passed. Choose one that lies ahead.")).at("starts_at")
        same = select(DateOption).where(DateOption.meeting_id == meeting.id, DateOption.starts_at == starts_at)
        if option := by.session.scalar(same):
            return option.id
        option = DateOption(meeting_id=meeting.id, starts_at=starts_at)
        by.session.add(option)
        by.session.flush()
        by.record("meeting.date_added", conference_id, starts_at=starts_at.isoformat())
        return option.id


def remove_date(by: By, conference_id: int, option_id: int) -> None:
    """Remove a possible date. A chosen date stays chosen."""
    with writing(by.session):
        _, meeting = _lock_unstarted(by, conference_id)
        options = by.session.scalars(select(DateOption).where(DateOption.meeting_id == meeting.id))
        option = next((option for option in options if option.id == option_id), None)
        if option is None:
            raise Unknown
        by.session.delete(option)
        by.record("meeting.date_removed", conference_id, starts_at=option.starts_at.isoformat())


def choose_date(by: By, conference_id: int, starts_at: datetime | None) -> None:
    """Set the date of the meeting, from the list or another; None clears it."""
    with writing(by.session):
        conference, meeting = _lock_unstarted(by, conference_id)
        if starts_at is not None:
            refuse_past(by.at, conference.timezone, starts_at=local_date(starts_at, conference.timezone))
        was, now = iso(meeting.starts_at), iso(starts_at)
        give_notice(by.session, conference, by.at, NoticeKind.DAY, was=was, now=now)
        meeting.starts_at = starts_at
        when = starts_at.isoformat() if starts_at else "-"
        by.record("meeting.date_chosen", conference_id, starts_at=when)


def _place(meeting: Meeting) -> str:
    return ", ".join(filter(None, (meeting.venue_name, meeting.venue_address)))


def set_expected_minutes(by: By, conference_id: int, minutes: int | None) -> None:
    """Set the expected duration in minutes; None: not known."""
    with writing(by.session):
        _, meeting = _lock(by, conference_id)
        meeting.expected_minutes = minutes
        by.record("meeting.expected_time", conference_id, minutes=minutes or "-")


def set_venue(by: By, conference_id: int, venue: Venue) -> None:
    """Set where people meet. Raises Refusal where another venue has the address or the way in of the one before it."""
    with writing(by.session):
        conference, meeting = _lock(by, conference_id)
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
        _note_venue(by, conference, meeting, venue)


def withdraw_venue(by: By, conference_id: int) -> None:
    """Let there be no venue any more. How one joins from afar stays."""
    with writing(by.session):
        conference, meeting = _lock(by, conference_id)
        _note_venue(by, conference, meeting, Venue("", joining=meeting.joining or ""))


def _note_venue(by: By, conference: Conference, meeting: Meeting, venue: Venue) -> None:
    was = _place(meeting)
    meeting.venue_name, meeting.venue_address, meeting.venue_access = venue.name, venue.address, venue.access
    meeting.joining = venue.joining or None
    if meeting.started_at is None:
        give_notice(by.session, conference, by.at, NoticeKind.PLACE, was=was, now=_place(meeting))
    by.record("meeting.venue", conference.id, venue=venue.name or "-")


def arrange(by: By, conference_id: int, arranged: Arranged) -> None:
    """Food, travel, interpreter or childcare: how it is arranged, that it is not needed, or that it is open again."""
    with writing(by.session):
        _, meeting = _lock(by, conference_id)
        kind = arranged.kind
        row = by.session.scalar(
            select(Arrangement).where(Arrangement.meeting_id == meeting.id, Arrangement.kind == kind)
        ) or Arrangement(meeting_id=meeting.id, kind=kind)
        row.not_needed, row.text = arranged.not_needed, None if arranged.not_needed else arranged.text
        if arranged.not_needed or arranged.text:
            by.session.add(row)
        elif row in by.session:
            by.session.delete(row)
        by.record("meeting.arranged", conference_id, what=kind.value)
