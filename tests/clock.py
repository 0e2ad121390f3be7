"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

#: A Monday morning, 10:00 in the Netherlands.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FrozenClock:
    """Called, it gives the instant it stands at; always in UTC."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def set(self, instant: datetime) -> None:
        """Stand at this instant, which needs a zone."""
        assert instant.tzinfo is not None, "an instant needs a time zone"
        self.at = instant.astimezone(UTC)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> datetime:
        """Go on, and say where it stands then."""
        self.at += timedelta(days=days, hours=hours, minutes=minutes)
        return self.at
