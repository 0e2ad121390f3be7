"""The current language: its scope, and its effect on messages, dates, plurals and templates."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from flask import Flask
from jinja2.ext import _make_new_gettext, _make_new_ngettext

from ekc.core.language import (
    ago,
    catalogue,
    city,
    clock_time,
    day,
    direction,
    gettext,
    how_far,
    language,
    lazy_gettext,
    moment,
    ngettext,
    short_day,
    their_moment,
    translate,
    using,
)

NOON = datetime(2026, 4, 18, 10, 0, tzinfo=UTC)
TODAY = date(2026, 4, 18)


def test_english_is_in_force_until_somebody_says_otherwise() -> None:
    assert language() == "en"
    with using("nl"):
        with using("en"):
            assert (language(), gettext("Sign out")) == ("en", "Sign out")
        assert (language(), gettext("Sign out")) == ("nl", "Uitloggen")
    assert language() == "en"


def test_it_ends_where_something_goes_wrong() -> None:
    with pytest.raises(LookupError), using("nl"):
        raise LookupError
    assert language() == "en"


def test_a_function_is_asked_once_and_only_when_needed() -> None:
    asked: list[str] = []

    def choose() -> str:
        asked.append("asked")
        return "nl"

    with using(choose):
        with using("en"):
            assert (gettext("Sign out"), asked) == ("Sign out", [])
        assert (gettext("Sign out"), gettext("Sign out"), asked) == ("Uitloggen", "Uitloggen", ["asked"])
    with using(choose):
        assert asked == ["asked"]
        assert (language(), asked) == ("nl", ["asked", "asked"])


def test_another_thread_has_its_own() -> None:
    found: list[str] = []
    with using("nl"):
        other = Thread(target=lambda: found.append(language()))
        other.start()
        other.join()
    assert found == ["en"]


def test_a_language_without_a_catalogue_is_english_with_its_own_days() -> None:
    with using("ar"):
        assert (gettext("Sign out"), day(TODAY, year=False, weekday=False)) == ("Sign out", "18 أبريل")
    with using("prs"):  # which Babel does not know
        assert gettext("Sign out") == "Sign out"


def test_values_are_filled_in_and_without_them_a_percent_sign_stays() -> None:
    assert (gettext("100%"), gettext("100%% of %(message)s", message="all")) == ("100%", "100% of all")
    with using("nl"):
        assert gettext("round %(n)s", n=2) == "ronde 2"
        assert [ngettext("%(num)d person", "%(num)d people", n) for n in (1, 3)] == ["1 persoon", "3 mensen"]


def test_a_lazy_message_follows_the_language() -> None:
    label = lazy_gettext("round %(n)s", n=2)
    for code, said in (("nl", "ronde 2"), ("en", "round 2"), ("nl", "ronde 2")):
        with using(code):
            assert (str(label), f"{label}", "(" + label + ")", label[-1:]) == (said, said, f"({said})", "2")
            assert (label == said, label != "round", len(label), "2" in label, bool(label)) == (
                True,
                True,
                7,
                True,
                True,
            )
            assert {said: 1}[label] == 1
            assert lazy_gettext("round %(n)s") % {"n": 2} == said
    assert not callable(label)  # WTForms would call it


def test_a_lazy_message_is_escaped_like_any_other_text(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ label }}")

    assert template.render(label=lazy_gettext("<b> & %(x)s", x="'")) == "&lt;b&gt; &amp; &#39;"


def test_a_marked_message_has_its_days_written_out() -> None:
    with using("nl"):
        assert translate("by %(day)s", {"day": TODAY}) == "uiterlijk zaterdag 18 april 2026"
    assert [translate("%(n)s person", plural="%(n)s people", n=n) for n in (1, 2)] == ["1 person", "2 people"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ("Saturday 18 April 2026", "18 Apr", "18 Apr 2026", "12:00", "Saturday 18 April 2026, 12:00")),
        ("nl", ("zaterdag 18 april 2026", "18 apr", "18 apr 2026", "12:00", "zaterdag 18 april 2026, 12:00")),
    ],
)
def test_days_and_times(code: str, said: tuple[str, ...]) -> None:
    zone = "Europe/Amsterdam"
    with using(code):
        assert said == (
            day(TODAY),
            short_day(TODAY, TODAY),
            short_day(TODAY, date(2027, 1, 1)),
            clock_time(NOON, zone),
            moment(NOON, zone),
        )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", ["just now", "5 minutes ago", "3 hours ago", "yesterday", "today", "tomorrow", "in 5 days"]),
        ("nl", ["zojuist", "5 minuten geleden", "3 uur geleden", "gisteren", "vandaag", "morgen", "over 5 dagen"]),
    ],
)
def test_how_long_ago_and_how_far(code: str, said: list[str]) -> None:
    with using(code):
        gone = [ago(NOON - timedelta(minutes=minutes), NOON) for minutes in (0, 5, 180)]
        assert gone + [how_far(TODAY + timedelta(days=days), TODAY) for days in (-1, 0, 1, 5)] == said


def test_a_turkish_date_ends_with_the_day_of_the_week() -> None:
    with using("tr"):
        assert day(date(2026, 12, 7)) == "7 Aralık 2026 Pazartesi"
        assert day(date(2026, 12, 7), year=False) == "7 Aralık Pazartesi"
        assert day(date(2026, 12, 7), weekday=False) == "7 Aralık 2026"


def test_which_way_a_language_runs() -> None:
    assert [direction(code) for code in ("en", "nl", "fy", "ar", "fa", "he", "ur")] == [*["ltr"] * 3, *["rtl"] * 4]


# templates ----------------------------------------------------------------------------------------------------------


@contextmanager
def as_jinja_does(app: Flask) -> Iterator[None]:
    """Messages of templates translated by Jinja's own functions."""
    one: Callable[..., str] = _make_new_gettext(lambda text: catalogue().gettext(text))
    many: Callable[..., str] = _make_new_ngettext(lambda *given: catalogue().ngettext(*given))
    with pytest.MonkeyPatch.context() as patch:
        for name, function in {"_": one, "gettext": one, "ngettext": many}.items():
            patch.setitem(app.jinja_env.globals, name, function)
        yield


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('{{ _("Sign out") }}', "Uitloggen"),
        ("{% trans %}Sign out{% endtrans %}", "Uitloggen"),
        ('{{ _("round %(n)s", n=2) }}', "ronde 2"),
        ('{{ _("round %(n)s", n=name) }}', "ronde &lt;b&gt;"),
        ("{% trans n=name %}round {{ n }}{% endtrans %}", "ronde &lt;b&gt;"),
        ('{{ _("round %(n)s", n=_("Sign out")) }}', "ronde Uitloggen"),
        ("{{ _(word) }}", "Uitloggen"),
        ('{{ ngettext("%(num)d person", "%(num)d people", 1) }}', "1 persoon"),
        ('{{ ngettext("%(num)d person", "%(num)d people", 3) }}', "3 mensen"),
        ("{% trans num=3 %}{{ num }} person{% pluralize %}{{ num }} people{% endtrans %}", "3 people"),
        ('{{ _("<i>100%%</i>") }}{{ _("<i>") ~ name }}', "<i>100%</i><i>&lt;b&gt;"),
    ],
)
def test_a_sentence_in_dutch(app: Flask, source: str, shown: str) -> None:
    def rendered() -> str:
        with using("nl"):
            return app.jinja_env.from_string(source).render(name="<b>", word="Sign out")

    assert rendered() == shown
    with as_jinja_does(app):
        assert rendered() == shown


AMSTERDAM, LONDON, AUCKLAND, ISTANBUL = "Europe/Amsterdam", "Europe/London", "Pacific/Auckland", "Europe/Istanbul"


@pytest.mark.parametrize(
    ("instant", "case", "own", "said"),
    [
        (
            "2026-04-18 08:00",
            AMSTERDAM,
            ISTANBUL,
            "Saturday 18 April 2026, 10:00 (Amsterdam), 11:00 where you are (Istanbul)",
        ),
        (
            "2026-04-18 08:00",
            LONDON,
            ISTANBUL,
            "Saturday 18 April 2026, 09:00 (London), 11:00 where you are (Istanbul)",
        ),
        (
            "2026-04-18 08:00",
            AMSTERDAM,
            AUCKLAND,
            "Saturday 18 April 2026, 10:00 (Amsterdam), 20:00 where you are (Auckland)",
        ),
        (
            "2026-04-18 17:00",
            AMSTERDAM,
            AUCKLAND,
            "Saturday 18 April 2026, 19:00 (Amsterdam), Sunday 19 April, 05:00 where you are (Auckland)",
        ),
        (
            "2026-04-17 22:00",
            AUCKLAND,
            LONDON,
            "Saturday 18 April 2026, 10:00 (Auckland), Friday 17 April, 23:00 where you are (London)",
        ),
        # Istanbul knows no summer time: two hours away in winter, one in summer, and the change is in the night.
        (
            "2026-03-29 00:59",
            AMSTERDAM,
            ISTANBUL,
            "Sunday 29 March 2026, 01:59 (Amsterdam), 03:59 where you are (Istanbul)",
        ),
        (
            "2026-03-29 01:00",
            AMSTERDAM,
            ISTANBUL,
            "Sunday 29 March 2026, 03:00 (Amsterdam), 04:00 where you are (Istanbul)",
        ),
        # The hour that comes twice: each is told by the other clock.
        (
            "2026-10-25 00:30",
            AMSTERDAM,
            ISTANBUL,
            "Sunday 25 October 2026, 02:30 (Amsterdam), 03:30 where you are (Istanbul)",
        ),
        (
            "2026-10-25 01:30",
            AMSTERDAM,
            ISTANBUL,
            "Sunday 25 October 2026, 02:30 (Amsterdam), 04:30 where you are (Istanbul)",
        ),
        # The same clock, or none of their own: nothing more is said. From year to year that differs.
        ("2026-04-18 08:00", AMSTERDAM, "", "Saturday 18 April 2026, 10:00"),
        ("2026-04-18 08:00", AMSTERDAM, AMSTERDAM, "Saturday 18 April 2026, 10:00"),
        ("2026-04-18 08:00", AMSTERDAM, "Europe/Brussels", "Saturday 18 April 2026, 10:00"),
        ("2015-07-18 08:00", "Europe/Athens", ISTANBUL, "Saturday 18 July 2015, 11:00"),
        (
            "2026-01-18 08:00",
            "Europe/Athens",
            ISTANBUL,
            "Sunday 18 January 2026, 10:00 (Athens), 11:00 where you are (Istanbul)",
        ),
    ],
)
def test_a_time_is_told_as_the_clock_says_there_and_where_somebody_is(
    instant: str, case: str, own: str, said: str
) -> None:
    assert their_moment(datetime.fromisoformat(f"{instant}+00:00"), case, own) == said


def test_it_is_told_in_the_language_of_the_reader_and_to_whoever_rings_them() -> None:
    at = datetime(2026, 4, 18, 8, 0, tzinfo=UTC)
    assert their_moment(at, AMSTERDAM, ISTANBUL, theirs=True) == (
        "Saturday 18 April 2026, 10:00 (Amsterdam), 11:00 where they are (Istanbul)"
    )
    with using("nl"):
        assert their_moment(at, AMSTERDAM, ISTANBUL) == (
            "zaterdag 18 april 2026, 10:00 (Amsterdam), bij jou 11:00 (Istanboel)"
        )
        assert their_moment(at, AMSTERDAM, ISTANBUL, theirs=True) == (
            "zaterdag 18 april 2026, 10:00 (Amsterdam), daar 11:00 (Istanboel)"
        )
        assert [city(one) for one in ("Asia/Kolkata", "America/Curacao", "UTC")] == ["Calcutta", "Curaçao", "UTC"]
