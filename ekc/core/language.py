"""The language in force: its catalogue of messages, and dates as people write them in it.

It is a context variable, so pages, mails, paper and commands all translate through here. English, the source, is in
force until somebody says otherwise with `using`. Which language a request is in is decided in `people/language.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta

from ekc.core.clock import to_local

PRODUCT_NAME = "Own Plan"
#: Languages of the pages, by their own names; English is the source. Each other one has a catalogue.
LANGUAGES: dict[str, str] = {"en": "English", "nl": "Nederlands"}
_CATALOGUES = Path(__file__).parents[1] / "translations"

_current: ContextVar[str | Callable[[], str]] = ContextVar("language", default="en")


@contextmanager
def using(code: str | Callable[[], str]) -> Iterator[None]:
    """Put a language in force for a while. A function is called once, when the language is first needed."""
    token = _current.set(code)
    try:
        yield
    finally:
        _current.reset(token)


def language() -> str:
    """The language in force, as a code."""
    code = _current.get()
    if callable(code):
        code = code()
        _current.set(code)
    return code


def locale() -> Locale:
    """The locale of the language in force, for dates and numbers. Raises UnknownLocaleError."""
    return _locale(language())


@cache
def _locale(code: str) -> Locale:
    return Locale.parse("en_GB" if code == "en" else code)


def direction(code: str) -> str:
    """Which way a language is written: ltr or rtl."""
    return _locale(code).text_direction


def catalogue() -> NullTranslations:
    """The messages in the language in force; without a catalogue they stay English."""
    return _catalogue(language())


@cache
def _catalogue(code: str) -> NullTranslations:
    return translation("messages", _CATALOGUES, [code], fallback=True)


def gettext(message: str, /, **values: object) -> str:
    """Translate a message and fill its placeholders; without values a % is a %."""
    found = catalogue().gettext(message)
    return found % values if values else found


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """Translate a message that has a plural; `num` fills the placeholder of that name."""
    return catalogue().ngettext(singular, plural, num) % {"num": num, **values}


def lazy_gettext(message: str, /, **values: object) -> Any:  # forms take it for a str
    """A message that is translated each time it is shown, for what is made at import: labels and errors of forms."""
    return LazyString(message, values)


class LazyString:
    """What `lazy_gettext` gives. Not Babel's LazyProxy, which can be called: WTForms calls a message that can be."""

    __slots__ = ("_message", "_values")

    def __init__(self, message: str, values: Mapping[str, object]) -> None:
        self._message, self._values = message, values

    def __str__(self) -> str:
        return gettext(self._message, **self._values)

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return str(self) == other

    def __hash__(self) -> int:
        return hash(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __getitem__(self, index: int | slice) -> str:
        return str(self)[index]

    def __contains__(self, part: str) -> bool:
        return part in str(self)

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)

    def __mod__(self, values: object) -> str:
        return str(self) % values


def translate(message: str, params: Mapping[str, str | int | date] | None = None, plural: str = "", n: int = 1) -> str:
    """Translate a message marked with N_, with days among its values; `plural` is the form for an `n` other than 1.

    The two forms are marked one by one, so they are looked up one by one: right for languages with two forms, as all
    languages of pages have.
    """
    values = {key: day(value) if isinstance(value, date) else value for key, value in (params or {}).items()}
    if plural:
        return gettext(message if n == 1 else plural, **{**values, "n": n})
    return gettext(message, **values)


def day(value: date, *, year: bool = True, weekday: bool = True) -> str:
    """A day as people say it: Saturday 18 April 2026."""
    pattern = ("EEEE " if weekday else "") + "d MMMM" + (" y" if year else "")
    return format_date(value, pattern, locale=locale())


def short_day(value: date, today: date) -> str:
    """A day for narrow places: 18 Apr; with the year where it is not this one: 18 Apr 2027."""
    return format_date(value, "d MMM" if value.year == today.year else "d MMM y", locale=locale())


def clock_time(instant: datetime, timezone: str) -> str:
    """The time of an instant, there: 10:00."""
    return format_skeleton("Hm", to_local(instant, timezone), locale=locale())


def moment(instant: datetime, timezone: str) -> str:
    """An instant as people there say it: Saturday 18 April 2026, 10:00."""
    return f"{day(to_local(instant, timezone).date())}, {clock_time(instant, timezone)}"


def ago(instant: datetime, at: datetime) -> str:
    """How long ago an instant is, wherever one is: just now, 5 minutes ago."""
    if at - instant < timedelta(minutes=1):
        return gettext("just now")
    return format_timedelta(instant - at, granularity="minute", add_direction=True, locale=locale())


def how_far(value: date, today: date) -> str:
    """How far a day lies from today: today, tomorrow, in 5 days, 3 days ago."""
    away = (value - today) // timedelta(days=1)
    match away:
        case 0:
            return gettext("today")
        case 1:
            return gettext("tomorrow")
        case -1:
            return gettext("yesterday")
    if away > 0:
        return ngettext("in %(num)s day", "in %(num)s days", away)
    return ngettext("%(num)s day ago", "%(num)s days ago", -away)


def language_of(*wanted: str) -> str:
    """The first of these languages in which our fixed sentences are; English if they are in none."""
    return next((code for code in wanted if code in LANGUAGES), "en")
