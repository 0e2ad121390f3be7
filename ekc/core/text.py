"""Words for people: translating sentences, writing dates as people say them, which way a language runs.

The sentences themselves live where they are meant. Works inside a request, and outside one under `force_locale`.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton
from flask_babel import format_timedelta, get_locale, gettext, ngettext

from ekc.core.clock import to_local

PRODUCT_NAME = "Own Plan"
#: Languages of the pages, by their own names; English is the source.
LANGUAGES: dict[str, str] = {"en": "English", "nl": "Nederlands"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def say(message: str, params: Mapping[str, str | int | date] | None = None, plural: str = "", n: int = 1) -> str:
    """A marked sentence in the reader's language, its blanks filled; `plural` where there is not one.

    The two are marked one by one, so they are looked up one by one: good for languages with two forms, which are all
    that pages are offered in.
    """
    blanks = {key: day(value) if isinstance(value, date) else value for key, value in (params or {}).items()}
    if plural:
        return str(gettext(message if n == 1 else plural, **{**blanks, "n": n}))
    return str(gettext(message, **blanks))


def language() -> str:
    """The reader's language, as a code."""
    locale = get_locale()
    return str(locale.language) if locale else "en"


def direction(code: str) -> str:
    """Which way a language is written: ltr or rtl."""
    return "rtl" if code.split("-", maxsplit=1)[0] in _RIGHT_TO_LEFT else "ltr"


def _locale() -> str:
    code = language()
    return "en_GB" if code == "en" else code


def day(value: date, *, year: bool = True, weekday: bool = True) -> str:
    """A day as people say it: Saturday 18 April 2026."""
    pattern = ("EEEE " if weekday else "") + "d MMMM" + (" y" if year else "")
    return str(format_date(value, pattern, locale=_locale()))


def short_day(value: date, today: date) -> str:
    """A day for narrow places: 18 Apr; with the year where it is not this one: 18 Apr 2027."""
    return str(format_date(value, "d MMM" if value.year == today.year else "d MMM y", locale=_locale()))


def clock_time(instant: datetime, timezone: str) -> str:
    """The time of an instant, there: 10:00."""
    return str(format_skeleton("Hm", to_local(instant, timezone), locale=_locale()))


def moment(instant: datetime, timezone: str) -> str:
    """An instant as people there say it: Saturday 18 April 2026, 10:00."""
    return f"{day(to_local(instant, timezone).date())}, {clock_time(instant, timezone)}"


def ago(instant: datetime, at: datetime) -> str:
    """How long ago an instant is, wherever one is: just now, 5 minutes ago."""
    if at - instant < timedelta(minutes=1):
        return str(gettext("just now"))
    return str(format_timedelta(instant - at, granularity="minute", add_direction=True))


def how_far(value: date, today: date) -> str:
    """How far a day lies from today: today, tomorrow, in 5 days, 3 days ago."""
    away = (value - today) // timedelta(days=1)
    match away:
        case 0:
            return str(gettext("today"))
        case 1:
            return str(gettext("tomorrow"))
        case -1:
            return str(gettext("yesterday"))
    if away > 0:
        return str(ngettext("in %(num)s day", "in %(num)s days", away))
    return str(ngettext("%(num)s day ago", "%(num)s days ago", -away))
