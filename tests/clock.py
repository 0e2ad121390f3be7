"""A clock that only tests move."""

from datetime import UTC, datetime, timedelta

#: A Monday morning, 10:00 in the Netherlands.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FrozenClock:
    """Calling it returns its instant, in UTC."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def set(self, instant: datetime) -> None:
        """Set the instant, which needs a time zone."""
        assert instant.tzinfo is not None, "an instant needs a time zone"
        self.at = instant.astimezone(UTC)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        """Advance the clock; returns the new instant."""
        self.at += timedelta(days=days, hours=hours, minutes=minutes)
        return self.at
