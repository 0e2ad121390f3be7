"""Forms of venues and school holidays, and opening hours as people type and read them."""

import re
from collections.abc import Mapping
from typing import Any

from babel.dates import get_day_names
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from ekc.conferences.forms.days import read_day
from ekc.conferences.forms.fields import (
    FROM_LIST,
    address,
    asked_of,
    id_or_none,
    line,
    lines,
    passage,
    phone_field,
    tidy,
)
from ekc.conferences.forms.numbers import NumberField
from ekc.core.forms import AtMost, EditingForm, PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import lazy_gettext as _l
from ekc.core.language import locale
from ekc.core.lengths import LINE, NAME, PASSAGE, TITLE
from ekc.core.routes import now
from ekc.venues.actions import PLAIN_DETAILS, NewHoliday, VenueDetails
from ekc.venues.queries import VenueRow
from ekc.workflow.opening_hours import DayHours, OpeningHours, Span

_A_DAY = 24 * 60
_CLOCK = r"(\d{1,2})(?:[:.](\d\d))?\s*(?:uur|u|h)?"
_SPAN = re.compile(rf"(?:van|from)?\s*{_CLOCK}\s*(?:-|tot|to|until|till|t/m)\s*{_CLOCK}")
_CLOSED = re.compile(r"closed|dicht|gesloten|-|x|no|nee")
_ALL_DAY = re.compile(r"always|altijd|24(?: ?(?:hours|uur|u|h))?|all day|hele dag|de hele dag")
_AND = re.compile(r"[,;&/]|\ben\b|\band\b")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_MOST_ROOMS = 99


def read_hours(typed: str) -> DayHours:
    """The hours of a day as typed: 9-22, 9:00-12:30 and 13-17, closed; empty is not known. Raises ValueError."""
    text = " ".join(typed.translate(_DASHES).casefold().split())
    if not text:
        return None
    if _CLOSED.fullmatch(text):
        return ()
    if _ALL_DAY.fullmatch(text):
        return ((0, _A_DAY),)
    return tuple(_span(part.strip()) for part in _AND.split(text))


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    since, until = (int(hour) * 60 + int(minute or 0) for hour, minute in (found.group(1, 2), found.group(3, 4)))
    if since >= _A_DAY or until > _A_DAY or any(int(minute or 0) > 59 for minute in found.group(2, 4)):
        raise ValueError(text)
    return since, until if until > since else until + _A_DAY


def hours_as_typed(hours: DayHours) -> str:
    """What the box of a day shows; read again it is the same."""
    if hours is None:
        return ""
    return ", ".join(f"{_short(since)}-{_short(until)}" for since, until in hours) or _("closed")


def _short(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    return f"{hour - 24 if hour > 24 else hour}" + (f":{minute:02}" if minute else "")


def hours_of_day(hours: DayHours) -> str:
    """The hours of a day in words, such as 9:00-22:00; empty: not known."""
    if hours is None:
        return ""
    return _(" and ").join(f"{_clock(since)}–{_clock(until)}" for since, until in hours) or _("closed")


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24 or (24 if minutes else 0)}:{minutes % 60:02}"


def hours_in_words(hours: OpeningHours) -> str:
    """The hours of the week in words, days with the same hours together: Mon–Fri 9:00–22:00, Sat closed."""
    names = get_day_names("abbreviated", locale=locale())
    runs: list[tuple[int, int]] = []
    for day, known in enumerate(hours.days):
        if runs and hours.days[runs[-1][0]] == known:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    told = [
        f"{names[first]}{f'–{names[last]}' if last > first else ''} {hours_of_day(hours.days[first])}"
        for first, last in runs
        if hours.days[first] is not None
    ]
    return ", ".join(told)


class HoursField(StringField):  # type: ignore[misc]
    """The opening hours of a day."""

    data: DayHours

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, [AtMost(NAME)], render_kw={"autocomplete": "off", "dir": "ltr"}, **kwargs)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else hours_as_typed(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with what to do."""
        try:
            self.data = read_hours(tidy(valuelist[0] if valuelist else ""))
        except ValueError:
            self.data = None
            raise ValueError(_("Write from when until when, such as 9-22 or 9:00-12:30, or “closed”.")) from None


_WEEK = (
    ("monday", _l("Monday")),
    ("tuesday", _l("Tuesday")),
    ("wednesday", _l("Wednesday")),
    ("thursday", _l("Thursday")),
    ("friday", _l("Friday")),
    ("saturday", _l("Saturday")),
    ("sunday", _l("Sunday")),
)


class VenueForm(EditingForm):
    """A venue: where it is, what it has and costs, whom to ring, and when it is open."""

    days = tuple(day for day, _label in _WEEK)

    region = SelectField(_l("Region"), coerce=id_or_none, **FROM_LIST)
    name = line(_l("Name"), LINE, _l("Which place is it? Give it a name."))
    address = address(rows=2)
    access = passage(_l("How people get in"), most=PASSAGE, rows=2)
    route = passage(_l("How people get there: bus, parking, how far"), most=PASSAGE, rows=2)
    rooms = NumberField(_l("How many rooms"), 1, _l("Give a number, like 2."), most=_MOST_ROOMS)
    kitchen = line(_l("Kitchen"), LINE)
    price = NumberField(_l("Price of a conference"), 100, _l("Give an amount, like 75 or 1.250,50."))
    contact = line(_l("Whom to ring"), NAME)
    phone = phone_field(_l("Telephone"))
    every_day = HoursField(_l("Every day that has no hours of its own"))

    def __init__(self, regions: Mapping[int, str], **kwargs: Any) -> None:
        """`regions`: those from which one is chosen; with one, or of a venue there is, none is asked."""
        super().__init__(**kwargs)
        self.region.choices = [SelectChoice(id_, name) for id_, name in regions.items()]
        if len(regions) < 2:
            del self.region

    @classmethod
    def of(cls, row: VenueRow) -> "VenueForm":
        """The form with what is known."""
        shown: dict[str, Any] = {name: getattr(row, name) for name in PLAIN_DETAILS}
        return cls({}, formdata=None, data=shown | dict(zip(cls.days, row.hours.days, strict=True)))

    def validate_rooms(self, rooms: NumberField) -> None:
        """There is one at least."""
        if rooms.data == 0:
            raise ValidationError(_("Give a number, like 2."))

    def to_details(self) -> VenueDetails:
        """What was entered. Only for a valid form."""
        of_all = self.every_day.data
        hours = OpeningHours(tuple(of_all if self[day].data is None else self[day].data for day in self.days))
        return VenueDetails(hours=hours, **{name: self[name].data for name in PLAIN_DETAILS})


for _day, _label in _WEEK:
    setattr(VenueForm, _day, HoursField(_label))


class SameVenueForm(PlainForm):
    """Which other venue it is."""

    into = asked_of(_l("It is the same place as"), _l("Choose which one it is."), coerce=id_or_none)

    def __init__(self, others: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.into.choices = [*self.into.choices, *(SelectChoice(id_, name) for id_, name in others.items())]


_DAY = r"(?:\d{1,2}(?:[-/.]\d{1,2}|\s+[^\W\d_]{3,}\.?)(?:[-/.\s]\s*\d{2,4})?|\d{4}-\d\d-\d\d)"
_HOLIDAY = re.compile(
    rf"(?P<name>.*?)[\s:,;(]+(?:van|from)?\s*(?P<first>{_DAY})"
    rf"\s*(?:t/m|tm|tot en met|tot|through|until|till|to|and|-)\s*(?P<last>{_DAY})\)?\.?",
    re.IGNORECASE,
)


class SchoolHolidaysForm(PlainForm):
    """School holidays, one on each line, as a website of a school has them."""

    region = SelectField(_l("Region"), coerce=id_or_none, **FROM_LIST)
    holidays = passage(
        _l("School holidays"),
        _l("Write a school holiday."),
        rows=6,
        hint=_l("One on each line: name, first day and last day, such as “Autumn half-term 17-10-2026 - 25-10-2026”."),
    )

    def __init__(self, regions: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.region.choices = [SelectChoice(id_, name) for id_, name in regions.items()]
        if len(regions) < 2:
            del self.region

    def validate_holidays(self, holidays: Any) -> None:
        """Each line is a name with two days."""
        for one in lines(holidays.data):
            read_holiday(one)

    def to_holidays(self) -> list[NewHoliday]:
        """What was entered. Only for a valid form."""
        return [read_holiday(one) for one in lines(self.holidays.data)]


def read_holiday(typed: str) -> NewHoliday:
    """A line with a school holiday. Raises ValidationError that names the line."""
    found = _HOLIDAY.fullmatch(" ".join(typed.translate(_DASHES).split()))
    if found is None or not found["name"].strip() or len(found["name"]) > TITLE:
        raise ValidationError(
            _(
                "“%(line)s”: write a name, the first day and the last, such as “Spring 20-2-2027 - 28-2-2027”.",
                line=typed,
            )
        )
    try:
        last = read_day(found["last"], now().date(), ahead=True)
        first = read_day(found["first"], last)
    except (ValueError, OverflowError):
        raise ValidationError(_("“%(line)s”: one of these days does not exist. Look again.", line=typed)) from None
    if last < first:
        raise ValidationError(_("“%(line)s”: the last day comes before the first.", line=typed))
    return NewHoliday(found["name"].strip(), first, last)
