"""Arranging the meeting: dates, expected duration, venue, food and so on. Actual times: `ekc/privatetime`."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import chosen_members
from ekc.conferences.actions.entries import refuse_past
from ekc.conferences.actions.heard import note_coming, note_not_known
from ekc.conferences.effects import give_notice
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.circle import circle
from ekc.conferences.queries.homes import homes
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, WrongDay
from ekc.core.transaction import writing
from ekc.meetings.effects import call_off, ensure_meeting, give_up_invitations, is_invited, iso
from ekc.meetings.models import Arrangement, DateAnswer, DateOption, DayMove, Meeting
from ekc.names import plain
from ekc.venues.actions import VenueDetails, keep_venue
from ekc.venues.queries import venue as venue_row
from ekc.venues.queries import venue_with
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import (
    N_,
    TAKES_PART,
    Activity,
    ArrangementKind,
    ArrangementState,
    Attends,
    DateFit,
    InterpreterWish,
    Part,
)


@dataclass(frozen=True, slots=True)
class Venue:
    """Where people meet, and how one joins from afar. Without a name there is no venue yet.

    `secret`: people hear from the coordinator where it is. `cost`: in cents. `stays`: what was written about the venue
    before it is right for this one too. `keep`: it is kept for other conferences of the region.
    """

    name: str
    address: str = ""
    access: str = ""
    joining: str = ""
    stays: bool = field(default=False, compare=False)
    secret: bool = False
    cost: int | None = None
    keep: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Arranged:
    """How one thing is arranged, by whom (of the circle, or in words) and what it costs in cents.

    Neither `text` nor somebody nor `not_needed`: it is open again. `asked`: no more than that yet. `wish` and `no_tie`
    are of an interpreter.
    """

    kind: ArrangementKind
    text: str = ""
    not_needed: bool = False
    asked: bool = False
    participant_id: int | None = None
    who: str = ""
    cost: int | None = None
    wish: InterpreterWish | None = None
    no_tie: bool = False

    @property
    def state(self) -> ArrangementState:
        """How far it is."""
        if self.not_needed:
            return ArrangementState.NOT_NEEDED
        if self.asked:
            return ArrangementState.ASKED
        by_somebody = self.text or self.who or self.participant_id is not None
        return ArrangementState.ARRANGED if by_somebody else ArrangementState.OPEN

    @property
    def says_nothing(self) -> bool:
        """Whether it is open, and nothing else was said about it."""
        return self == Arranged(self.kind)


@dataclass(frozen=True, slots=True)
class Dates:
    """When people meet, and on which other dates they could; `starts_at` None: not chosen yet.

    `reason`: why it is moved; `mistake`: what stood there was typed wrong, and nobody heard it.
    """

    starts_at: datetime | None
    possible: tuple[datetime, ...]
    reason: str = ""
    mistake: bool = False


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
                asked = entry.dates
                set_date(by, conference, meeting, asked.starts_at, reason=asked.reason, mistake=asked.mistake)
        if entry.expected_minutes != meeting.expected_minutes:
            _set_expected_minutes(by, meeting, entry.expected_minutes)
        if entry.venue != _venue(meeting) or entry.venue.keep:
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

    Raises Refusal without a name, where another venue has the address or the way in of the one before it, where a home
    would be kept for other conferences, and where a secret address would be told to everybody.
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


def set_date(
    by: By,
    conference: Conference,
    meeting: Meeting,
    starts_at: datetime | None,
    *,
    reason: str = "",
    mistake: bool = False,
) -> int:
    """Set the date of the meeting in the caller's transaction; None clears it. Returns how many come by their answers.

    Whoever said that it suits them comes. Where another date was set before, of everybody else it is not known any more
    whether they come, and those who knew it are to be told. `mistake`: it was typed wrong, and nobody heard it. Raises
    Refusal at the field `reason` without one, where people were invited to that date.
    """
    if starts_at is not None:
        refuse_past(by.at, conference.timezone, starts_at=local_date(starts_at, conference.timezone))
    was, meeting.starts_at = meeting.starts_at, starts_at
    if was is not None and was != starts_at:
        give_up_invitations(by.session, meeting, by.at)
    by.record("meeting.date_chosen", conference.id, starts_at=iso(starts_at) or "-")
    invited = is_invited(by.session, meeting.id)
    heard = invited or not mistake
    if heard:
        give_notice(by.session, conference, by.at, NoticeKind.DAY, was=iso(was), now=iso(starts_at))
    if heard and was is not None and was != starts_at:
        _note_move(by, meeting, was, reason, needed=invited)
    if starts_at is None:
        call_off(by.session, meeting, by.at)
    return _who_comes(by, conference, meeting, is_moved=heard and was not in (None, starts_at))


def _note_move(by: By, meeting: Meeting, was: datetime, reason: str, *, needed: bool) -> None:
    if needed and not reason:
        raise Refusal(N_("People were invited to that day. Write in a few words why it is moved.")).at("reason")
    move = DayMove(meeting_id=meeting.id, was=was, now=meeting.starts_at, reason=reason, at=by.at)
    move.account_id = by.visitor.account_id
    by.session.add(move)


def _who_comes(by: By, conference: Conference, meeting: Meeting, *, is_moved: bool) -> int:
    """Note who comes on the date that was set, by what they answered about it; returns how many."""
    option = options_of(by, meeting).get(meeting.starts_at) if meeting.starts_at else None
    said = by.session.scalars(select(DateAnswer).where(DateAnswer.option_id == option.id)).all() if option else ()
    fits = {one.participant_id: one.fits for one in said}
    if not (fits or is_moved):
        return 0
    here = (Participant.conference_id == conference.id, Participant.removed_at.is_(None))
    found = by.session.scalars(select(Participant).where(*here).order_by(Participant.id))
    people = [one for one in found if one.attends is not Attends.EXCLUDED]
    come = [one for one in people if fits.get(one.id, DateFit.NO) is not DateFit.NO]
    unknown = [one for one in people if one not in come and one.attends in TAKES_PART and (is_moved or one.id in fits)]
    note_not_known(by, conference, unknown)
    note_coming(by, conference, come, Attends.IN_PERSON)
    return len(come)


def _set_expected_minutes(by: By, meeting: Meeting, minutes: int | None) -> None:
    meeting.expected_minutes = minutes
    by.record("meeting.expected_time", meeting.conference_id, minutes=minutes or "-")


def _venue(meeting: Meeting) -> Venue:
    where = (meeting.venue_name, meeting.venue_address, meeting.venue_access, meeting.joining or "")
    return Venue(*where, secret=meeting.venue_secret, cost=meeting.venue_cost)


def _place(meeting: Meeting) -> str:
    return ", ".join(filter(None, (meeting.venue_name, "" if meeting.venue_secret else meeting.venue_address)))


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
    _refuse_homes(by, conference, venue)
    was = _place(meeting)
    meeting.venue_name, meeting.venue_address, meeting.venue_access = venue.name, venue.address, venue.access
    meeting.joining, meeting.venue_secret, meeting.venue_cost = venue.joining or None, venue.secret, venue.cost
    if venue.keep and venue.name:
        known = VenueDetails(name=venue.name, address=venue.address, access=venue.access, price=venue.cost)
        meeting.venue_id = keep_venue(by, conference.region_id, known)
    else:
        meeting.venue_id = _known(by, conference, venue)
    if meeting.started_at is None:
        give_notice(by.session, conference, by.at, NoticeKind.PLACE, was=was, now=_place(meeting))
    by.record("meeting.venue", conference.id, venue=venue.name or "-")


def _refuse_homes(by: By, conference: Conference, venue: Venue) -> None:
    """Raise Refusal where a home would become a venue of the region, or a secret address be told to all who come."""
    if not venue.address or (venue.secret and not venue.keep):
        return
    living = [home for home in homes(by.session, conference.id) if home.is_at(venue.address)]
    if living and venue.keep:
        raise Refusal(N_("Somebody of the circle lives there. A home is not kept for other conferences.")).at("keep")
    if any(home.secret for home in living) and not venue.secret:
        raise Refusal(
            N_("Somebody of the circle lives there, and their address is secret. Tick that it stays secret.")
        ).at("secret")


def _known(by: By, conference: Conference, venue: Venue) -> int | None:
    """The venue of the region that this is: of the same name, and of the same address where both are known."""
    if not venue.name:
        return None
    found = venue_row(by.session, conference.region_id, venue_with(by.session, conference.region_id, venue.name))
    if found and venue.address and found.address and plain(found.address) != plain(venue.address):
        return None
    return found.id if found else None


def _rows(by: By, meeting: Meeting) -> dict[ArrangementKind, Arrangement]:
    rows = by.session.scalars(select(Arrangement).where(Arrangement.meeting_id == meeting.id))
    return {row.kind: row for row in rows}


def _arranged(kind: ArrangementKind, row: Arrangement | None) -> Arranged:
    if row is None:
        return Arranged(kind)
    return Arranged(
        kind,
        row.text or "",
        not_needed=row.state is ArrangementState.NOT_NEEDED,
        asked=row.state is ArrangementState.ASKED,
        participant_id=row.participant_id,
        who=row.who or "",
        cost=row.cost,
        wish=row.wish,
        no_tie=row.no_tie,
    )


def _arrange(
    by: By, conference: Conference, meeting: Meeting, row: Arrangement | None, arranged: Arranged
) -> list[str]:
    """Write it down. Once an interpreter is arranged, those in the circle come; returns the names of those for whom
    that is new. Raises Unknown for somebody who is not in the circle.
    """
    kind = arranged.kind
    if arranged.not_needed:  # then nobody does it, and it costs nothing
        arranged = Arranged(kind, not_needed=True)
    who = arranged.participant_id
    if who is not None and (row is None or row.participant_id != who):
        chosen_members(by.session, conference.id, [who])
    if arranged.says_nothing:
        if row is not None:
            by.session.delete(row)
    else:
        row = row or Arrangement(meeting_id=meeting.id, kind=kind)
        row.state, row.text = arranged.state, arranged.text or None
        row.participant_id, row.who = who, arranged.who or None
        row.cost, row.wish, row.no_tie = arranged.cost, arranged.wish, arranged.no_tie
        by.session.add(row)
    by.record("meeting.arranged", meeting.conference_id, what=kind.value)
    if kind is not ArrangementKind.INTERPRETER or arranged.state is not ArrangementState.ARRANGED:
        return []
    interpreters = [one.id for one in circle(by.session, conference.id) if one.part is Part.INTERPRETER]
    people = chosen_members(by.session, conference.id, interpreters)
    return [one.name for one in note_coming(by, conference, people, Attends.IN_PERSON)]
