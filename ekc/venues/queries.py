"""Reading the venues and the school holidays of regions. Nothing here writes, except for row locks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Row, bindparam, func, select
from sqlalchemy.orm import Session

from ekc.core.crypto import keyring_of
from ekc.core.db import Base
from ekc.core.reading import one_of, read_row, read_rows
from ekc.directory.queries import KnownNames
from ekc.names import alphabetical, fold, plain
from ekc.venues.models import KnownVenue, SchoolHoliday, VenueName
from ekc.workflow.opening_hours import OpeningHours

#: The id under which a page offers the names of venues.
LISTING = "venues"


@dataclass(frozen=True, slots=True)
class VenueRow:
    """A venue of a region. Money in cents; empty or None: not known."""

    id: int
    region_id: int
    name: str
    address: str
    access: str
    route: str
    rooms: int | None
    kitchen: str
    price: int | None
    contact: str
    phone: str
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class SchoolHolidayRow:
    """A school holiday, from the first day to the last."""

    id: int
    region_id: int
    name: str
    first_on: date
    last_on: date


def key_of(session: Session, region_id: int, name: str) -> bytes:
    """The key under which a venue of a region is found: the same however its name is spelled."""
    return keyring_of(session).fingerprint(f"venue\0{region_id}\0{plain(name) or fold(name).strip()}")


_VENUES = select(*(KnownVenue.__table__.c[name] for name in VenueRow.__dataclass_fields__))
_OF_REGIONS = _VENUES.where(one_of(KnownVenue.region_id, "regions"))
_VENUE = _VENUES.where(KnownVenue.id == bindparam("venue"), KnownVenue.region_id == bindparam("region"))
_WITH_NAME = select(VenueName.venue_id).where(VenueName.key == bindparam("key"))
_NAMES = (
    select(KnownVenue.name.label("called"), VenueName.name)
    .join(VenueName, VenueName.venue_id == KnownVenue.id)
    .where(KnownVenue.region_id == bindparam("region"))
    .order_by(VenueName.id)
)
_HOLIDAYS = (
    select(*(SchoolHoliday.__table__.c[name] for name in SchoolHolidayRow.__dataclass_fields__))
    .where(one_of(SchoolHoliday.region_id, "regions"), SchoolHoliday.last_on >= bindparam("since"))
    .order_by(SchoolHoliday.first_on, SchoolHoliday.id)
)


def venues(session: Session, region_ids: Collection[int]) -> tuple[VenueRow, ...]:
    """The venues of these regions, by name."""
    found = map(_venue, read_rows(session, _OF_REGIONS, {"regions": region_ids}))
    return tuple(sorted(found, key=lambda one: (alphabetical(one.name), one.id)))


def venue(session: Session, region_id: int, venue_id: int | None) -> VenueRow | None:
    """A venue of this region; None where it has no such venue."""
    if venue_id is None:
        return None
    row = read_row(session, _VENUE, {"venue": venue_id, "region": region_id})
    return _venue(row) if row else None


def venue_with(session: Session, region_id: int, name: str) -> int | None:
    """The id of the venue of this name in a region, however it is spelled; None where it has none."""
    return session.scalar(_WITH_NAME, {"key": key_of(session, region_id, name)})


def known_venues(session: Session, region_id: int) -> KnownNames:
    """The names of the venues of a region, for a form."""
    ordered = sorted(read_rows(session, _NAMES, {"region": region_id}), key=lambda one: (fold(one[0]), one[0]))
    return KnownNames(LISTING, {typed: called for called, typed in ordered})


def references() -> tuple[Column[int], ...]:
    """Every column that refers to a venue, whatever its table, without that of its names."""
    columns = (column for table in Base.metadata.sorted_tables for column in table.columns)
    mine = KnownVenue.__tablename__
    return tuple(
        one
        for one in columns
        if one.table.name != VenueName.__tablename__ and any(key.column.table.name == mine for key in one.foreign_keys)
    )


def times_used(session: Session, venue_ids: Iterable[int]) -> dict[int, int]:
    """How many meetings each of these venues was chosen for; one that never was is missing."""
    used: dict[int, int] = {}
    ids = list(venue_ids)
    for column in references():
        counted = select(column, func.count()).where(one_of(column, "venues")).group_by(column)
        for id_, count in read_rows(session, counted, {"venues": ids}):
            used[id_] = used.get(id_, 0) + count
    return used


def school_holidays(session: Session, region_ids: Collection[int], since: date) -> tuple[SchoolHolidayRow, ...]:
    """The school holidays of these regions that are not over before this day, the first one first."""
    rows = read_rows(session, _HOLIDAYS, {"regions": region_ids, "since": since})
    return tuple(SchoolHolidayRow(*row) for row in rows)


def school_holidays_on(session: Session, region_id: int, days: Collection[date]) -> dict[date, str]:
    """The names of the school holidays of a region in which some of these days lie, by day."""
    rows = school_holidays(session, [region_id], min(days)) if days else ()
    return {on: row.name for row in rows for on in days if row.first_on <= on <= row.last_on}


def _venue(row: Row[Any]) -> VenueRow:
    return VenueRow(**{**row._mapping, "hours": OpeningHours.of(row.hours)})
