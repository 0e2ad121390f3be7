"""Public holidays and working days, by country; the days themselves are those of the library `holidays`."""

import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

_WEEKEND = frozenset({5, 6})


class Place(NamedTuple):
    """A country, and the part of it that has holidays of its own, by their ISO codes."""

    country: str
    part: str | None = None


def holiday(day: date, place: Place, language: str = "") -> str:
    """The name of the public holiday that this day is; empty: it is none.

    In this language where the library has it, otherwise in that of the country.
    """
    return str(_holidays(place, language).get(day, ""))


def is_working_day(day: date, place: Place | None) -> bool:
    """Whether this day is neither in a weekend nor a public holiday of the place."""
    return day.weekday() not in _WEEKEND and not (place is not None and holiday(day, place))


def next_working_day(day: date, place: Place | None) -> date:
    """The first day after this one that is neither in a weekend nor a public holiday of the place."""
    following = day + timedelta(days=1)
    while not is_working_day(following, place):
        following += timedelta(days=1)
    return following


def _load_one_country(folder: Path) -> None:
    """Let the library load the countries that are asked for: its own package loads all 250, 8 MB."""
    package = ModuleType("holidays.countries")
    package.__path__ = [str(folder)]
    sys.modules.setdefault(package.__name__, package)


@cache
def _holidays(place: Place, language: str) -> Any:
    import holidays  # noqa: PLC0415 - takes a tenth of a second, and few requests ask

    _load_one_country(Path(holidays.__file__).parent / "countries")
    of_place = holidays.country_holidays(place.country, subdiv=place.part)
    known = [code for code in of_place.supported_languages if language and code.startswith(language)]
    return holidays.country_holidays(place.country, subdiv=place.part, language=known[0]) if known else of_place
