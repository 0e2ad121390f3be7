"""The only module that reads the clock, and conversion between instants (UTC) and local times."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The current instant, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone with this IANA name. Raises ZoneInfoNotFoundError."""
    return ZoneInfo(name)


def to_local(instant: datetime, timezone: str) -> datetime:
    """An instant as local time in a time zone."""
    return instant.astimezone(zone(timezone))


def from_local(local: datetime, timezone: str) -> datetime:
    """A naive local time as an instant in UTC; the first of two where clocks go back."""
    return local.replace(tzinfo=zone(timezone)).astimezone(UTC)


def local_date(instant: datetime, timezone: str) -> date:
    """The date of an instant in a time zone."""
    return to_local(instant, timezone).date()
