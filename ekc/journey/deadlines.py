"""Deadlines: the clocks of the profile, started and stopped by events. Pure."""

from dataclasses import dataclass
from datetime import date

from ekc.workflow.profiles import Clock, Event, Profile


@dataclass(frozen=True, slots=True)
class Deadline:
    """A running clock: the day on which it is due, and the last day that still counts as in time."""

    clock: Clock
    on: date
    latest: date

    def late(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.latest


def running_deadlines(profile: Profile, events: dict[Event, date], referred: bool) -> tuple[Deadline, ...]:
    """The clocks that were started and not stopped, earliest first. `events` holds the day of each event.

    `referred`: whether somebody referred the case; some clocks run only then.
    """
    dues = (
        Deadline(clock, clock.due(events[clock.start]), clock.latest(events[clock.start]))
        for clock in profile.clocks
        if clock.start in events and clock.stop not in events and (referred or not clock.with_referrer)
    )
    return tuple(sorted(dues, key=lambda due: due.on))
