"""The calendar file that is read at a private address."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ekc.calendars.queries import CalendarEntry, EntryKind
from ekc.core.calendar_file import CalendarEvent, published
from ekc.core.language import PRODUCT_NAME, gettext

#: How often programs are asked to read it again.
REFRESH = timedelta(hours=3)
#: The days that it holds, before and after today.
BEHIND, AHEAD = timedelta(days=31), timedelta(days=366)
#: The most entries that it holds; in a large region those that are nearest.
MOST = 1000


def calendar_of(entries: Iterable[tuple[CalendarEntry, str]], with_names: bool, base_url: str, at: datetime) -> bytes:
    """The file, each entry with the address of its page. It has no places: some are secret, and the page tells it."""
    host = urlsplit(base_url).hostname or "localhost"
    events = [
        CalendarEvent(
            uid=f"{entry.kind.value}-{entry.id}@{host}",
            starts=entry.starts_at or entry.on,
            zone=entry.timezone,
            minutes=entry.minutes,
            summary=summary(entry, with_names),
            url=base_url + path if path else "",
        )
        for entry, path in entries
    ]
    return published(events, name=PRODUCT_NAME, at=at, refresh=REFRESH)


def summary(entry: CalendarEntry, with_names: bool) -> str:
    """What an entry is called: a telephone may lie on a table."""
    what = gettext(entry.kind.label)
    if entry.kind is EntryKind.REQUEST or not with_names:
        return f"{entry.number}: {what}"
    return f"{entry.title}: {what}"
