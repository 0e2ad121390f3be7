"""Days and times as people type them: the one reader of them, for every form that asks for a day or a time.

A box of text, because the boxes that browsers draw for a day are in the order of the browser and hard to use with a
keyboard or a screen reader. What is sent as 2026-04-18 or 2026-04-18T10:00 is read as well.
"""

import re
from datetime import date, datetime, timedelta
from typing import Any

from wtforms import StringField
from wtforms.validators import InputRequired, Optional

from ekc.core import language
from ekc.core.clock import from_local, to_local
from ekc.core.errors import WrongDay
from ekc.core.forms import AtMost
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.lengths import WORD
from ekc.core.routes import now
from ekc.workflow.vocabulary import N_

EARLIEST, LATEST = 1900, 2200
#: A year of two digits is at most so many years ahead; else it is one of the century before.
_AHEAD = 20
#: Before it may stand a weekday, as the program itself writes it; it is not compared.
_DAY = re.compile(
    r"(?:[^\W\d_]{2,}\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|e)?"
    r"(?:[-/.]\s*|\s+)(\d{1,2}|[^\W\d_]{3,})\.?(?:[-/., ]\s*(\d{4}|['’]?\d\d))?"
)
_MOMENT = re.compile(
    r"(?P<day>.+?)[,\s]\s*(?:om\s+|at\s+)?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d)|(?=\s*[uap]))"
    r"\s*(?:uur|u|(?P<half>[ap])\.?m\.?)?",
    re.IGNORECASE,
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_SENT_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SENT_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?")
_MONTHS = ["jan", "feb", "mrt|mar|maa", "apr", "mei|may", "jun", "jul", "aug", "sep", "okt|oct", "nov", "dec"]


def read_day(typed: str, today: date, *, whole: bool = False, ahead: bool = False) -> date:
    """The day that somebody typed: 18-4-2026, 18 april 2026, 3 feb.

    Without a year it is the nearest to `today`, or with `ahead` the next; `whole`: then it is none. 26 means 2026;
    `whole`, as a day of birth is, one that is not still to come. Raises ValueError if it is none, and OverflowError if
    its year is not between `EARLIEST` and `LATEST`.
    """
    typed = re.sub(r"\s*-\s*", "-", typed.translate(_DASHES))
    found = _DAY.fullmatch(typed)
    if found is None:
        return _in_range(date.fromisoformat(typed if _SENT_DAY.fullmatch(typed) else ""))
    in_month, month = int(found[1]), _month(found[2])
    if found[3]:
        digits = found[3].lstrip("'’")
        year = int(digits)
        if len(digits) == 2:
            year += 2000
            latest = (today.year, today.month, today.day) if whole else (today.year + _AHEAD, 12, 31)
            year -= 100 * ((year, month, in_month) > latest)
        return _in_range(date(year, month, in_month))
    years = () if whole else (today.year - 1, today.year, today.year + 1)
    near = [one for year in years if (one := _day_of(year, month, in_month))]
    if not near:
        raise ValueError(typed)
    return min(near, key=lambda one: (ahead and one < today, abs(one - today)))


def read_moment(typed: str, today: date, *, ahead: bool = False) -> datetime:
    """The day and time that somebody typed: 18-4-2026 10:00, 3 feb 14.30, to the minute. Raises as `read_day`."""
    if sent := _SENT_MOMENT.fullmatch(typed):
        typed = f"{sent[1]} {sent[2]}"
    found = _MOMENT.fullmatch(typed)
    if found is None:
        raise ValueError(typed)
    on = read_day(found["day"], today, ahead=ahead)
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(typed)
        hour = hour % 12 + (12 if found["half"] in "pP" else 0)
    return datetime(on.year, on.month, on.day, hour, int(found["minute"] or 0))  # noqa: DTZ001 - local


def _in_range(on: date) -> date:
    if not EARLIEST <= on.year <= LATEST:
        raise OverflowError(on)
    return on


def _day_of(year: int, month: int, in_month: int) -> date | None:
    """The day; None where the month has none such that year."""
    try:
        return date(year, month, in_month)
    except ValueError:
        return None


def _month(typed: str) -> int:
    """The number of a month, or of one whose name begins so; 0 for no month."""
    if typed.isdigit():
        return int(typed)
    return next((n for n, names in enumerate(_MONTHS, 1) if typed[:3].lower() in names.split("|")), 0)


class _Typed(StringField):  # type: ignore[misc]
    """A box of text for a day or a time. `ahead`: of a day without a year the next one is meant."""

    asks: str  # what the page marks the box with
    _pattern: str
    _example: Any  # lazy: translated where the page is drawn
    _mistake: str

    def __init__(self, label: Any = None, validators: Any = None, *, ahead: bool = False, **kwargs: Any) -> None:
        self.ahead = ahead
        kwargs["description"] = kwargs.get("description") or self._example
        look = {"autocomplete": "off", "dir": "ltr", "data-asks": self.asks}
        super().__init__(label, [*(validators or ()), AtMost(WORD)], render_kw=look, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime(self._pattern) if self.data else ""

    def _read(self, typed: str, today: date) -> date:
        raise NotImplementedError

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with what to do."""
        self.data: Any = None
        typed = " ".join((valuelist[0] if valuelist else "").split())
        if not typed:
            self.raw_data: list[str] = []  # so that a blank value counts as missing
            return
        try:
            self.data = self._read(typed, now().date())
        except OverflowError:
            raise ValueError(_("Look at the year again.")) from None
        except ValueError:
            raise ValueError(_(self._mistake)) from None


class DayField(_Typed):
    """A day."""

    data: date | None
    asks, _pattern, _example = "date", "%d-%m-%Y", _l("Such as 18-4-2026")
    _mistake = N_("Write the day as day-month-year, for example 18-04-2026.")

    def _read(self, typed: str, today: date) -> date:
        return read_day(typed, today, ahead=self.ahead)

    @property
    def in_words(self) -> str:
        """The day that was understood, with its weekday."""
        return language.day(self.data) if self.data else ""


class MomentField(_Typed):
    """A day and a time where the case is."""

    data: datetime | None
    asks, _pattern, _example = "datetime-local", "%d-%m-%Y %H:%M", _l("Such as 18-4-2026 10:00")
    _mistake = N_("Give a day and a time, like 18-04-2026 10:00.")

    def _read(self, typed: str, today: date) -> datetime:
        return read_moment(typed, today, ahead=self.ahead)

    @property
    def in_words(self) -> str:
        """The day and time that were understood."""
        return f"{language.day(self.data.date())}, {self.data:%H:%M}" if self.data else ""

    def instant(self, timezone: str) -> datetime | None:
        """The value as an instant in this time zone. Raises WrongDay for an hour that the clock skips that night."""
        return None if self.data is None else instant(self.data, timezone, self.short_name)


def instant(local: datetime, timezone: str, field: str) -> datetime:
    """A local time as an instant. Raises WrongDay at this field for an hour that the clock skips that night."""
    found = from_local(local, timezone)
    if to_local(found, timezone).replace(tzinfo=None) != local:
        raise WrongDay(
            N_("That night the clock goes from %(before)s to %(after)s. Choose another time."),
            before=f"{local:%H}:00",
            after=f"{local + timedelta(hours=1):%H}:00",
        ).at(field)
    return found


def day(label: Any, missing: Any = None, *, ahead: bool = False) -> Any:
    """A day. `missing` makes it required and is its error message."""
    return DayField(label, [InputRequired(missing) if missing else Optional()], ahead=ahead)


def moment(label: Any, missing: Any = None, *, ahead: bool = False) -> Any:
    """A day and a time. `missing` as in `day`."""
    return MomentField(label, [InputRequired(missing) if missing else Optional()], ahead=ahead)
