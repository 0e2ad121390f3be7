"""What was entered, written on a row, and the days that may be entered."""

from dataclasses import fields
from datetime import date, datetime
from typing import TypeVar

from ekc.conferences.entries import Concern, PersonDetails, Registration
from ekc.core.clock import local_date
from ekc.core.db import Base
from ekc.core.errors import WrongDay
from ekc.workflow.vocabulary import N_

#: Fields that are stored as NULL when empty.
_NULL_IF_EMPTY = frozenset({"exclusion_reason", "excluded_by", "arrangement", "said_by", "apart_from_side"})
_Entry = TypeVar("_Entry", Registration, PersonDetails, Concern)


def update_row(row: Base, entry: _Entry, kind: type[_Entry]) -> list[str]:
    """Set the fields of `kind` on a row; returns the names of the fields that changed."""
    changed = []
    for field in fields(kind):
        value = getattr(entry, field.name)
        value = list(value) if isinstance(value, tuple) else value
        value = (value or None) if field.name in _NULL_IF_EMPTY else value
        if getattr(row, field.name) != value:
            setattr(row, field.name, value)
            changed.append(field.name)
    return changed


def day_of_words(before: tuple[str, date | None], now: tuple[str, date | None]) -> date | None:
    """The day on which the family heard or agreed these words, as noted; None if only the words were changed.

    Each is words and their day. That day was about the words of then, so it says nothing about others.
    """
    (old_words, old_day), (words, day) = before, now
    return None if day == old_day and words.split() != old_words.split() else day


def refuse_future(at: datetime, timezone: str, **days: date | None) -> None:
    """Raise WrongDay, at the field of this name, for a day that is after today in this time zone."""
    for name, day in days.items():
        if day and day > local_date(at, timezone):
            raise WrongDay(N_("This day is still to come. Choose today or an earlier day.")).at(name)


def refuse_past(at: datetime, timezone: str, **days: date | None) -> None:
    """Raise WrongDay, at the field of this name, for a day that is before today in this time zone."""
    for name, day in days.items():
        if day and day < local_date(at, timezone):
            raise WrongDay(N_("This day has passed. Choose a day that lies ahead.")).at(name)
