"""What stands at the top of each paper of the day."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DayHead:
    """The number and title of the case, and when and where people meet, in words; empty: not known yet."""

    number: str
    title: str
    when: str
    place: str
