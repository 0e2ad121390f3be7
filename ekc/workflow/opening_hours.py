"""When a venue is open, by weekday, and whether that covers a conference. Pure; times are local."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: From and until, in minutes since midnight; after midnight `until` goes on beyond 1440.
Span = tuple[int, int]
#: The spans of a day; none: closed. None: it is not known.
DayHours = tuple[Span, ...] | None

_DAYS = 7


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The hours of a week, Monday first."""

    days: tuple[DayHours, ...] = (None,) * _DAYS

    @classmethod
    def of(cls, stored: Sequence[Sequence[Sequence[int]] | None]) -> "OpeningHours":
        """As they are stored."""
        return cls(tuple(None if day is None else tuple((since, until) for since, until in day) for day in stored))

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return any(day is not None for day in self.days)

    def on(self, local: datetime) -> DayHours:
        """The spans of the day on which a local time falls."""
        return self.days[local.weekday()]

    def covers(self, starts: datetime, minutes: int | None) -> bool:
        """Whether it is open from then on for so many minutes (None: at that moment). Yes where it is not known.

        After midnight the hours of the day before count as well.
        """
        begin = starts.hour * 60 + starts.minute
        today, before = self.on(starts), self.on(starts - timedelta(days=1))
        if today is None:
            return True
        end = begin + (minutes or 0)
        spans = [*today, *((since - 1440, until - 1440) for since, until in before or ())]
        return any(since <= begin and end <= until and begin < until for since, until in spans)
