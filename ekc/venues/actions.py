"""Keeping the venues and the school holidays of regions."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.venues.models import KnownVenue, SchoolHoliday, VenueName
from ekc.venues.queries import key_of, references, venue_with
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.opening_hours import OpeningHours
from ekc.workflow.vocabulary import N_, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueDetails:
    """What is kept of a venue. Money in cents; empty or None: not known."""

    name: str
    address: str = ""
    access: str = ""
    route: str = ""
    rooms: int | None = None
    kitchen: str = ""
    price: int | None = None
    contact: str = ""
    phone: str = ""
    hours: OpeningHours = field(default_factory=OpeningHours)


#: All but the hours.
PLAIN_DETAILS = tuple(one.name for one in fields(VenueDetails) if one.name != "hours")


@dataclass(frozen=True, slots=True)
class NewHoliday:
    """A school holiday that is entered, from the first day to the last."""

    name: str
    first_on: date
    last_on: date


def regions_of(by: By) -> frozenset[int]:
    """The regions whose venues the visitor keeps: those they manage, and that in which they are a coordinator."""
    if not has_duty(Duty.VENUES, by.visitor.roles):
        return frozenset()
    home = by.visitor.home_region if Role.COORDINATOR in by.visitor.roles else None
    return by.visitor.regions | ({home} if home is not None else set())


def keep_venue(by: By, region_id: int, details: VenueDetails) -> int:
    """Keep a venue for the next conferences of a region, in the caller's transaction; returns its id.

    Of one that the region has by this name, what is given replaces what is known, and the rest stays.
    """
    id_ = venue_with(by.session, region_id, details.name)
    if id_ is None:
        return _add(by, region_id, details).id
    row = by.session.get_one(KnownVenue, id_, with_for_update=True)
    given = {name: value for name in ("address", "access", "price") if (value := getattr(details, name)) is not None}
    changed = {name: value for name, value in given.items() if value not in {"", getattr(row, name)}}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        by.record("venue.changed", venue=id_, name=row.name)
    return id_


def add_venue(by: By, region_id: int, details: VenueDetails) -> int:
    """Add a venue to a region of the visitor; returns its id. Raises Refusal for a name that one of its venues has."""
    with writing(by.session):
        if region_id not in regions_of(by):
            raise Unknown
        by.check_form()
        if venue_with(by.session, region_id, details.name) is not None:
            raise Refusal(N_("%(name)s is in the list already. Change it there."), name=details.name).at("name")
        return _add(by, region_id, details).id


def change_venue(by: By, venue_id: int, details: VenueDetails) -> None:
    """Change what is kept of a venue. Its former name goes on finding it. Raises Unknown, or Refusal as `add_venue`."""
    with writing(by.session):
        row = _lock(by, venue_id)
        by.check_form()
        if venue_with(by.session, row.region_id, details.name) not in {None, venue_id}:
            said = N_("Another venue in the list is called %(name)s. Are they one? Then say so below.")
            raise Refusal(said, name=details.name).at("name")
        _fill(row, details)
        _name(by, row)
        by.record("venue.changed", venue=venue_id, name=row.name)


def take_away_venue(by: By, venue_id: int, into_id: int | None = None) -> str:
    """Take a venue out of the list; returns its name. Meetings keep what was written about their place.

    `into_id`: it is this other venue of the region, which its names and its meetings go to. Raises Unknown, or Refusal
    for the same one.
    """
    with writing(by.session):
        row = _lock(by, venue_id)
        into = None if into_id is None else _lock(by, into_id)
        if into is row:
            raise Refusal(N_("Choose another one: nothing is merged with itself."))
        if into is not None and into.region_id != row.region_id:
            raise Unknown
        by.check_form()
        for column in references():
            by.session.execute(update(column.table).where(column == venue_id).values({column.name: into_id}))
        if into is None:
            by.session.execute(delete(VenueName).where(VenueName.venue_id == venue_id))
        else:
            by.session.execute(update(VenueName).where(VenueName.venue_id == venue_id).values(venue_id=into_id))
        by.session.delete(row)
        by.record("venue.removed", venue=venue_id, name=row.name, into=into_id or "-")
    return row.name


def add_school_holidays(by: By, region_id: int, holidays: Iterable[NewHoliday]) -> int:
    """Enter school holidays of a region; one of the same days gets the name. Returns how many. Raises Unknown."""
    count = 0
    with writing(by.session):
        _ensure_manages(by, region_id)
        by.check_form()
        there = select(SchoolHoliday).where(SchoolHoliday.region_id == region_id)
        known = {(row.first_on, row.last_on): row for row in by.session.scalars(there)}
        for one in holidays:
            days = (one.first_on, one.last_on)
            row = known.setdefault(days, SchoolHoliday(region_id=region_id, first_on=days[0], last_on=days[1]))
            row.name = one.name
            by.session.add(row)
            count += 1
        by.record("school_holidays.added", region=region_id, holidays=count)
    return count


def remove_school_holiday(by: By, holiday_id: int) -> None:
    """Take a school holiday out of the list. Raises Unknown."""
    with writing(by.session):
        row = by.session.get(SchoolHoliday, holiday_id)
        if row is None:
            raise Unknown
        _ensure_manages(by, row.region_id)
        by.check_form()
        by.session.delete(row)
        by.record("school_holidays.removed", region=row.region_id, first_on=row.first_on.isoformat())


def forget_region(session: Session, region_id: int) -> None:
    """Delete the venues and the school holidays of a region that is removed, in the caller's transaction."""
    of_region = select(KnownVenue.id).where(KnownVenue.region_id == region_id)
    session.execute(delete(VenueName).where(VenueName.venue_id.in_(of_region)))
    session.execute(delete(KnownVenue).where(KnownVenue.region_id == region_id))
    session.execute(delete(SchoolHoliday).where(SchoolHoliday.region_id == region_id))


def _ensure_manages(by: By, region_id: int) -> None:
    if not has_duty(Duty.SCHOOL_HOLIDAYS, by.visitor.roles) or region_id not in by.visitor.regions:
        raise Unknown


def _lock(by: By, venue_id: int) -> KnownVenue:
    row = by.session.get(KnownVenue, venue_id, with_for_update=True)
    if row is None or row.region_id not in regions_of(by):
        raise Unknown
    return row


def _add(by: By, region_id: int, details: VenueDetails) -> KnownVenue:
    row = KnownVenue(region_id=region_id)
    _fill(row, details)
    by.session.add(row)
    by.session.flush()
    _name(by, row)
    by.record("venue.added", venue=row.id, name=row.name)
    return row


def _fill(row: KnownVenue, details: VenueDetails) -> None:
    for name in PLAIN_DETAILS:
        setattr(row, name, getattr(details, name))
    row.hours = [None if day is None else [list(span) for span in day] for day in details.hours.days]


def _name(by: By, row: KnownVenue) -> None:
    """Let it be found under its name."""
    key = key_of(by.session, row.region_id, row.name)
    known = by.session.scalar(select(VenueName).where(VenueName.key == key))
    if known is None:
        known = VenueName(venue_id=row.id, key=key)
        by.session.add(known)
    known.name = row.name
    by.session.flush()
