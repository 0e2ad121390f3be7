"""What speaks against a date of a conference: its coordinator, its place or somebody who works there is taken. Pure.

A clash is a warning, and stops nothing. Where it is not known how long a conference takes, the profile says.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum


class ClashKind(IntEnum):
    """What clashes, the worst first."""

    COORDINATOR = 0
    SAME_DAY = 1  # the coordinator as well, at another time of that day
    PERSON = 2  # an interpreter or a professional
    PLACE = 3


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another conference that is planned, as far as it shares something with this one.

    `coordinator`, `place`: they are the same; `people`: who of this circle seems to be there; `number`: of its case,
    empty where whoever reads may not see that case.
    """

    starts_at: datetime
    minutes: int
    coordinator: bool = False
    place: bool = False
    people: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """What clashes with a date. `who`: of a person; `number`, `starts_at`: of the other conference, if it is shown."""

    kind: ClashKind
    who: str = ""
    number: str = ""
    starts_at: datetime | None = None


def overlap(starts_at: datetime, minutes: int, other: datetime, other_minutes: int) -> bool:
    """Whether two conferences are held at one time, by the minutes that pass; not if one begins as the other ends."""
    return starts_at < other + timedelta(minutes=other_minutes) and other < starts_at + timedelta(minutes=minutes)


def clashes(
    starts_at: datetime, minutes: int, elsewhere: Iterable[Elsewhere], day: Callable[[datetime], date]
) -> tuple[Clash, ...]:
    """What clashes with a conference at `starts_at`, the worst first, each once. `day`: of an instant where it is."""
    found: dict[Clash, None] = {}
    for other in sorted(elsewhere, key=lambda one: (one.starts_at, one.number)):
        shown = (other.number, other.starts_at if other.number else None)
        if overlap(starts_at, minutes, other.starts_at, other.minutes):
            if other.coordinator:
                found[Clash(ClashKind.COORDINATOR, "", *shown)] = None
            if other.place:
                found[Clash(ClashKind.PLACE, "", *shown)] = None
            found |= dict.fromkeys(Clash(ClashKind.PERSON, who, *shown) for who in other.people)
        elif other.coordinator and day(other.starts_at) == day(starts_at):
            found[Clash(ClashKind.SAME_DAY, "", *shown)] = None
    return tuple(sorted(found, key=lambda one: one.kind))
