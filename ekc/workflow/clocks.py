"""How a deadline is counted: units, the events that start and stop it, and how binding it is. No clock is read here.

Public holidays are not counted out of working days.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Force(StrEnum):
    """How binding a number is."""

    LAW = "law"
    LOCAL_TARGET = "local_target"
    CUSTOM = "custom"
    DEFAULT = "default"


class Unit(StrEnum):
    """In what a clock counts."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    WEEKS = "weeks"
    MONTHS = "months"


class Event(StrEnum):
    """What starts or stops a clock."""

    REGISTERED = "registered"
    TAKEN_ON = "taken_on"
    REFERRER_SPOKEN = "referrer_spoken"
    BOTTOM_LINES_KNOWN = "bottom_lines_known"
    MEETING_HELD = "meeting_held"
    PLAN_AGREED = "plan_agreed"
    CALL_HELD = "call_held"
    EVALUATION_HELD = "evaluation_held"


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline: `length` `unit` after `start`; stopped by `stop`. Day one is the day after the start."""

    code: str
    title: str
    start: Event
    stop: Event
    length: int
    unit: Unit
    force: Force
    source: str
    window: int = 0  # further days in which late is still in time
    with_referrer: bool = False  # runs only where somebody referred the case

    def due(self, started: date) -> date:
        """The last day that is in time, for a clock started on `started`."""
        return shift(started, self.length, self.unit)

    def latest(self, started: date) -> date:
        """The last day of the window after the due day."""
        return self.due(started) + timedelta(days=self.window)


def shift(start: date, length: int, unit: Unit) -> date:
    """`length` `unit` after `start`; a month ends on its last day where the same day does not exist."""
    match unit:
        case Unit.DAYS:
            return start + timedelta(days=length)
        case Unit.WEEKS:
            return start + timedelta(weeks=length)
        case Unit.MONTHS:
            months = start.year * 12 + start.month - 1 + length
            first = date(months // 12, months % 12 + 1, 1)
            following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
            return first + timedelta(days=min(start.day, (following - first).days) - 1)
        case Unit.WORKING_DAYS:
            day = start
            for _ in range(length):
                day += timedelta(days=3 if day.weekday() == 4 else 2 if day.weekday() == 5 else 1)
            return day


def age(born: date, on: date) -> int:
    """Whole years from `born` to `on`."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
