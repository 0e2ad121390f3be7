"""Time: the only place that reads the clock, and the way between instants (UTC) and local times."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of this name. Raises ZoneInfoNotFoundError."""
    return ZoneInfo(name)


def to_local(instant: datetime, timezone: str) -> datetime:
    """An instant as a local time in a zone."""
    return instant.astimezone(zone(timezone))


def from_local(local: datetime, timezone: str) -> datetime:
    """A local time without zone, as people write it, as an instant in UTC; the first one where it exists twice."""
    return local.replace(tzinfo=zone(timezone)).astimezone(UTC)


def local_date(instant: datetime, timezone: str) -> date:
    """Which day it is, there."""
    return to_local(instant, timezone).date()
