"""The current language: translation of messages, and formatting of dates and numbers.

The language is a context variable, so that pages, mails, documents and commands share it. It is English, the source
language, unless `using` sets another. `signin/language.py` chooses the language of a request. The words of the kind of
conference (`workflow/wording.py`) are another: whoever opens a case sets them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any, Protocol

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from ekc.core.clock import to_local, zone
from ekc.names import fold

PRODUCT_NAME = "Own Plan"
#: The languages of pages by code, with their own names. Each except English has a catalogue.
LANGUAGES: dict[str, str] = {"en": "English", "nl": "Nederlands"}
#: Those in which some documents are printed too. Their catalogues hold only the sentences of these documents.
PAPER_LANGUAGES: dict[str, str] = {
    **LANGUAGES,
    "tr": "Türkçe",
    "pl": "Polski",
    "uk": "Українська",
    "ar": "العربية",
}
#: Languages that write the day of the week after the date.
_WEEKDAY_LAST = {"tr"}
_CATALOGUES = Path(__file__).parents[1] / "translations"

_current: ContextVar[str | Callable[[], str]] = ContextVar("language", default="en")


class SentenceWording(Protocol):
    """How sentences read in a kind of conference."""

    def source(self, message: str, /) -> str:
        """The sentence that is to be translated instead of `message`."""

    def said(self, sentence: str, language: str, /) -> str:
        """A translated sentence, its blanks unfilled, in the words of that kind."""


_wording: ContextVar[SentenceWording | None] = ContextVar("wording", default=None)


@contextmanager
def using(code: str | Callable[[], str]) -> Iterator[None]:
    """Set the current language inside the block. A function is called once, when the language is first needed."""
    token = _current.set(code)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def in_words(wording: SentenceWording | None) -> Iterator[None]:
    """Set the words of a kind of conference inside the block; None: as the sentences are written."""
    token = _wording.set(wording)
    try:
        yield
    finally:
        _wording.reset(token)


#: In which words a case is told: the session, and its id.
WordingOf = Callable[[Any, int], SentenceWording | None]
#: The same of many cases.
WordingsOf = Callable[[Any, Collection[int]], Mapping[int, SentenceWording | None]]


def set_words(wording: SentenceWording | None) -> None:
    """Set the words of a kind of conference until the `in_words` around ends, which every request has."""
    _wording.set(wording)


def set_language(code: str | Callable[[], str]) -> None:
    """Set the current language until the `using` around ends, which every request has."""
    _current.set(code)


def language() -> str:
    """The code of the current language."""
    code = _current.get()
    if callable(code):
        code = code()
        _current.set(code)
    return code


def locale(code: str | None = None) -> Locale:
    """The locale of a language, or else of the current one, for dates and numbers. Raises UnknownLocaleError."""
    return _locale(code or language())


@cache
def _locale(code: str) -> Locale:
    return Locale.parse("en_GB" if code == "en" else code)


def direction(code: str) -> str:
    """The writing direction of a language: ltr or rtl."""
    return _locale(code).text_direction


def catalogue() -> NullTranslations:
    """The catalogue of the current language; without one, messages stay English."""
    return _catalogue(language())


@cache
def _catalogue(code: str) -> NullTranslations:
    return translation("messages", _CATALOGUES, [code], fallback=True)


def sentence(message: str) -> str:
    """A message translated, in the words of the kind of conference; its placeholders unfilled."""
    words = _wording.get()
    if words is None:
        return catalogue().gettext(message)
    return words.said(catalogue().gettext(words.source(message)), language())


def sentence_for(num: int, singular: str, plural: str) -> str:
    """As `sentence`, for a message with a plural form."""
    found = catalogue().ngettext(singular, plural, num)
    words = _wording.get()
    return found if words is None else words.said(found, language())


def gettext(message: str, /, **values: object) -> str:
    """Translate a message and fill its placeholders. Without values, % has no special meaning."""
    found = sentence(message)
    return found % values if values else found


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """Translate a message with a plural form. `num` is also the value of the placeholder `num`."""
    return sentence_for(num, singular, plural) % {"num": num, **values}


def lazy_gettext(message: str, /, **values: object) -> Any:  # Any, because WTForms expects str
    """A message that is translated when it is shown, for values made at import: labels and errors of forms."""
    return LazyString(message, values)


class LazyString:
    """The result of `lazy_gettext`. Not Babel's LazyProxy, which is callable: WTForms calls callable messages."""

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
    """Translate a message marked with N_ and fill in its parameters; dates are formatted as days.

    `plural`: the message for an `n` other than 1. Both forms are separate messages in the catalogue, so this works
    only for languages with two plural forms, as all `LANGUAGES` have.
    """
    values = {key: day(value) if isinstance(value, date) else value for key, value in (params or {}).items()}
    if plural:
        return gettext(message if n == 1 else plural, **{**values, "n": n})
    return gettext(message, **values)


@lru_cache(maxsize=4096)
def _date(value: date, pattern: str, code: str) -> str:
    """Formatting a date takes as long as reading a row; a page shows the same ones again and again."""
    return format_date(value, pattern, locale=_locale(code))


@lru_cache(maxsize=2048)
def _clock_time(value: time, code: str) -> str:
    return format_skeleton("Hm", value, locale=_locale(code))


def day(value: date, *, year: bool = True, weekday: bool = True) -> str:
    """A date such as "Saturday 18 April 2026"."""
    pattern = "d MMMM" + (" y" if year else "")
    if weekday:
        pattern = f"{pattern} EEEE" if language() in _WEEKDAY_LAST else f"EEEE {pattern}"
    return _date(value, pattern, language())


def month(value: date) -> str:
    """The month of a date, such as "April 2026"."""
    return _date(value, "LLLL y", language())


def weekday(value: date) -> str:
    """The name of a day of the week, such as "Monday"."""
    return _date(value, "cccc", language())


def short_day(value: date, today: date) -> str:
    """A short date such as "18 Apr", or "18 Apr 2027" outside the current year."""
    return _date(value, "d MMM" if value.year == today.year else "d MMM y", language())


def figure(value: int) -> str:
    """A whole number such as "2,000"."""
    return str(format_decimal(value, locale=locale()))


def money(cents: int, currency: str) -> str:
    """An amount such as "€1,250.50". `currency`: by ISO 4217."""
    return str(format_currency(Decimal(cents) / 100, currency, locale=locale()))


def clock_time(instant: datetime, timezone: str) -> str:
    """The local time of an instant, such as "10:00"."""
    return _clock_time(to_local(instant, timezone).time(), language())


def moment(instant: datetime, timezone: str) -> str:
    """The local date and time of an instant, such as "Saturday 18 April 2026, 10:00"."""
    return f"{day(to_local(instant, timezone).date())}, {clock_time(instant, timezone)}"


def short_moment(instant: datetime, timezone: str) -> str:
    """The local date and time of an instant in little room, such as "Sat 18 Apr, 10:00"."""
    return f"{_date(to_local(instant, timezone).date(), 'EEE d MMM', language())}, {clock_time(instant, timezone)}"


def city(timezone: str) -> str:
    """The city after which a time zone is called, such as "Istanbul"."""
    return _city(timezone, language())


@lru_cache(maxsize=1024)
def _city(timezone: str, code: str) -> str:
    return get_timezone_location(zone(timezone), _locale(code), return_city=True)


#: Two time zones that tell the same time on both of these are one to whoever chooses.
_WINTER, _SUMMER = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)


def zones_called(typed: str) -> tuple[str, ...]:
    """The time zones of a city or a country, as people call it in a language of the pages, or the one of an IANA name.

    Several: a country in which the clocks differ. None: nothing is called so.
    """
    asked = fold(" ".join(typed.split()))
    every = (_zones_by_name(code).get(asked, ()) for code in dict.fromkeys((language(), *LANGUAGES)))
    found = next(filter(None, every), ())
    clocks = {tuple(to_local(at, name).utcoffset() for at in (_WINTER, _SUMMER)) for name in found}
    return found[: len(found) if len(clocks) > 1 else 1]


#: Of the world, and of no country that is known.
_NO_COUNTRY = frozenset(["001", "ZZ"])


@cache
def _zones_by_name(code: str) -> dict[str, tuple[str, ...]]:
    """The time zones by their IANA name, their city and their country, folded."""
    found: dict[str, tuple[str, ...]] = {}
    countries = _locale(code).territories
    for name, country in sorted(get_global("zone_territories").items()):
        if name == "Etc/Unknown":
            continue
        called = {fold(name), fold(_city(name, code))}
        if country not in _NO_COUNTRY and not name.startswith("Antarctica/"):
            called.add(fold(countries[country]))
        for one in called:
            found[one] = (*found.get(one, ()), name)
    for name, now_called in get_global("zone_aliases").items():
        if now_called != "Etc/Unknown":
            found.setdefault(fold(name), (now_called,))
    return found


def both_clocks(instant: datetime, timezone: str, own: str) -> dict[str, str]:
    """What the clock says `here` and `there`, and the cities of both (`city`, `own`); empty where it says the same."""
    here, there = to_local(instant, timezone), to_local(instant, own or timezone)
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return {}
    said = clock_time(instant, own)
    if here.date() != there.date():
        said = f"{day(there.date(), year=False)}, {said}"
    return {"here": moment(instant, timezone), "city": city(timezone), "there": said, "own": city(own)}


def their_moment(instant: datetime, timezone: str, own: str, *, theirs: bool = False) -> str:
    """The local date and time of an instant, and what the clock says then in `own`, the time zone of a person.

    Such as "Saturday 18 April 2026, 10:00 (Amsterdam), 11:00 where you are (Istanbul)". Where both clocks say the same,
    or `own` is empty, as `moment`. `theirs`: somebody else reads it, who speaks with that person.
    """
    names = both_clocks(instant, timezone, own)
    if not names:
        return moment(instant, timezone)
    if theirs:
        return gettext("%(here)s (%(city)s), %(there)s where they are (%(own)s)", **names)
    return gettext("%(here)s (%(city)s), %(there)s where you are (%(own)s)", **names)


def duration(minutes: int) -> str:
    """A length of time such as "4 hours" or "2.5 hours"."""
    return str(format_unit(round(minutes / 60, 2), "duration-hour", locale=locale()))


def ago(instant: datetime, at: datetime) -> str:
    """The time since an instant, such as "just now" or "5 minutes ago"."""
    if at - instant < timedelta(minutes=1):
        return gettext("just now")
    return format_timedelta(instant - at, granularity="minute", add_direction=True, locale=locale())


def how_far(value: date, today: date) -> str:
    """The distance of a day from today, such as "tomorrow", "in 5 days" or "3 days ago"."""
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


def language_of(*wanted: str, among: Collection[str] = LANGUAGES) -> str:
    """The first of these languages that is one of `among`, which are those of pages; else English."""
    return next((code for code in wanted if code in among), "en")
