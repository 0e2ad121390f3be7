"""Deadlines: counting days, working days and months; windows; ages; the ceilings of the evaluation."""

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekc.workflow.holidays import holiday
from ekc.workflow.profiles import (
    ANY_AREA,
    ENGLAND,
    NEW_ZEALAND,
    NL,
    PROFILES,
    Clock,
    Force,
    NotePlace,
    Profile,
    Unit,
    age,
    area_word,
    emergency_numbers,
    shift,
)
from ekc.workflow.vocabulary import Variant

DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))
LENGTHS = st.integers(0, 60)


@pytest.mark.parametrize(
    ("start", "length", "unit", "end"),
    [
        (date(2026, 4, 18), 28, Unit.DAYS, date(2026, 5, 16)),
        (date(2026, 3, 6), 10, Unit.WEEKS, date(2026, 5, 15)),
        (date(2026, 1, 31), 1, Unit.MONTHS, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, Unit.MONTHS, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, Unit.MONTHS, date(2027, 2, 28)),
        (date(2026, 12, 15), 12, Unit.MONTHS, date(2027, 12, 15)),
        (date(2026, 4, 17), 1, Unit.WORKING_DAYS, date(2026, 4, 20)),  # Friday to Monday
        (date(2026, 4, 18), 1, Unit.WORKING_DAYS, date(2026, 4, 20)),  # Saturday to Monday
        (date(2026, 4, 19), 5, Unit.WORKING_DAYS, date(2026, 4, 24)),  # Sunday to Friday
        (date(2026, 4, 15), 5, Unit.WORKING_DAYS, date(2026, 4, 22)),
    ],
)
def test_shift(start: date, length: int, unit: Unit, end: date) -> None:
    assert shift(start, length, unit) == end


@given(DAYS, LENGTHS, st.sampled_from(Unit))
def test_longer_is_later(start: date, length: int, unit: Unit) -> None:
    assert shift(start, 0, unit) == start
    assert shift(start, length, unit) < shift(start, length + 1, unit)


@given(DAYS, LENGTHS)
def test_working_days_are_counted_one_by_one(start: date, length: int) -> None:
    end = shift(start, length, Unit.WORKING_DAYS)
    passed = [start + timedelta(days=n + 1) for n in range((end - start).days)]
    assert sum(day.weekday() < 5 for day in passed) == length
    assert length == 0 or end.weekday() < 5


@given(DAYS, LENGTHS)
def test_months_land_on_the_same_day_or_the_last_of_the_month(start: date, length: int) -> None:
    end = shift(start, length, Unit.MONTHS)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == length
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(0, 100))
def test_a_birthday_adds_a_year(born: date, years: int) -> None:
    birthday = shift(born, 12 * years, Unit.MONTHS)
    day_before = birthday - timedelta(days=1)
    assert age(born, birthday) == years - (birthday.day < born.day)  # who was born on 29 February waits for 1 March
    assert age(born, day_before) == years - 1


def test_the_call_has_a_window_from_four_to_six_weeks() -> None:
    for profile in PROFILES.values():
        call = profile.clock("call")
        agreed = date(2026, 4, 18)
        assert (profile.due(call, agreed), profile.latest(call, agreed)) == (date(2026, 5, 16), date(2026, 5, 30))


@pytest.mark.parametrize(
    ("profile", "off", "name", "instead"),
    [
        (NL, date(2026, 4, 27), "Koningsdag", date(2026, 4, 28)),
        (NL, date(2026, 5, 14), "Hemelvaartsdag", date(2026, 5, 15)),
        (
            NL,
            date(2026, 12, 25),
            "Eerste kerstdag",
            date(2026, 12, 28),
        ),  # a Friday, with Boxing Day and a Sunday behind
        (NL, date(2027, 3, 28), "Eerste paasdag", date(2027, 3, 30)),
        (ENGLAND, date(2026, 8, 31), "Late Summer Bank Holiday", date(2026, 9, 1)),
        (ENGLAND, date(2026, 12, 25), "Christmas Day", date(2026, 12, 29)),  # Boxing Day is observed on Monday
        (NEW_ZEALAND, date(2026, 2, 6), "Waitangi Day", date(2026, 2, 9)),
        (NEW_ZEALAND, date(2026, 7, 10), "Matariki", date(2026, 7, 13)),
    ],
)
def test_a_call_that_would_be_on_a_public_holiday_is_on_the_next_working_day(
    profile: Profile, off: date, name: str, instead: date
) -> None:
    call, agreed = profile.clock("call"), off - timedelta(days=28)
    due, latest = profile.due(call, agreed), profile.latest(call, agreed)
    assert (due, latest, holiday(off, profile.place, "nl")) == (instead, off + timedelta(days=14), name)
    assert profile.moved_from(call, due, latest) == off
    assert profile.moved_from(call, off, latest) is None
    conference = Clock("", "", call.start, call.stop, 28, Unit.DAYS, Force.DEFAULT, "")
    assert profile.due(conference, agreed) == off  # the last day for something stays what it is


@settings(deadline=None)  # a year of holidays is computed when it is first asked for
@given(DAYS, st.sampled_from(list(PROFILES.values())))
def test_no_day_that_the_program_proposes_is_a_public_holiday(agreed: date, profile: Profile) -> None:
    due = profile.due(profile.clock("call"), agreed)
    assert not holiday(due, profile.place)
    assert timedelta(days=28) <= due - agreed <= timedelta(days=34)


def test_only_the_country_that_is_asked_for_is_loaded() -> None:
    """In a process of its own: 250 countries are 8 MB."""
    asked = (
        "import sys; from datetime import date; from ekc.workflow.holidays import holiday; "
        "from ekc.workflow.profiles import PROFILES; "
        "print([holiday(date(2026, 12, 25), one.place) for one in PROFILES.values() if one.place]); "
        "print(sum(name.startswith('holidays.countries.') for name in sys.modules))"
    )
    names, loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True).stdout.splitlines()
    assert names.decode().count("''") == 0
    assert int(loaded) < 10


def test_public_holidays_are_no_working_days() -> None:
    thursday_before_easter = date(2026, 4, 2)
    assert shift(thursday_before_easter, 1, Unit.WORKING_DAYS, ENGLAND.place) == date(2026, 4, 7)


def test_a_clock_is_found_by_its_code() -> None:
    for profile in PROFILES.values():
        assert [profile.clock(clock.code) for clock in profile.clocks] == list(profile.clocks)


@pytest.mark.parametrize(
    ("profile", "youngest", "limit"),
    [
        (NL, 3, None),
        (ENGLAND, 3, None),
        (NEW_ZEALAND, 6, date(2026, 10, 18)),
        (NEW_ZEALAND, 7, date(2027, 4, 18)),
        (NEW_ZEALAND, None, date(2026, 10, 18)),
        (NL, None, None),
    ],
)
def test_the_ceiling_of_the_evaluation(profile: Profile, youngest: int | None, limit: date | None) -> None:
    assert profile.evaluation_limit(date(2026, 4, 18), youngest) == limit


@given(DAYS, st.integers(0, 17))
def test_an_older_child_never_shortens_the_ceiling(agreed_on: date, youngest: int) -> None:
    younger, older = (NEW_ZEALAND.evaluation_limit(agreed_on, years) for years in (youngest, youngest + 1))
    assert younger is not None
    assert older is not None
    assert younger <= older


def _numbers(profile: Profile) -> list[tuple[Force, str]]:
    clocks: tuple[Clock, ...] = profile.clocks
    numbers = [(clock.force, clock.source) for clock in clocks]
    numbers.append((profile.own_consent_force, profile.own_consent_source))
    return numbers + [(profile.ceiling_force, profile.ceiling_source)] * bool(profile.ceilings)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_only_our_own_defaults_go_without_a_source(profile: Profile) -> None:
    assert [number for number in _numbers(profile) if not number[1] and number[0] is not Force.DEFAULT] == []
    assert [note for note in profile.legal_notes if not (note.source and note.places)] == []
    assert len({clock.code for clock in profile.clocks}) == len(profile.clocks)


def test_each_country_has_its_own_words_and_letters() -> None:
    words = {code: (profile.area, profile.number_prefix, profile.currency) for code, profile in PROFILES.items()}
    assert words == {
        "nl": ("Municipality", "EKC", "EUR"),
        "england": ("Council", "FGC", "GBP"),
        "nz": ("Area", "FGC", "NZD"),
    }
    assert [area_word([code]) for code in PROFILES] == ["Municipality", "Council", "Area"]
    assert area_word(["nl", "nz"]) == area_word([]) == ANY_AREA
    assert area_word(["nz", "nz"]) == "Area"


def test_a_legal_note_is_shown_where_it_matters() -> None:
    shown = {place.value: len(NEW_ZEALAND.notes(place, Variant.FAMILY)) for place in NotePlace}
    assert shown == {"registration": 1, "consents": 1, "agreement": 1, "no_plan": 2}
    assert [note.force for note in ENGLAND.notes("registration", Variant.FAMILY)] == [Force.LAW, Force.LOCAL_TARGET]
    assert ENGLAND.notes("agreement", Variant.FAMILY) == ()


def test_law_about_children_is_shown_in_family_conferences_alone() -> None:
    for variant in Variant:
        shown = [note.source for note in ENGLAND.notes("registration", variant)]
        assert shown == (["UK1", "UK4"] if variant is Variant.FAMILY else ["UK4"])
        assert bool(PROFILES["nl"].notes("registration", variant)) is (variant is Variant.FAMILY)


@pytest.mark.parametrize(
    ("code", "phone", "countries", "numbers"),
    [
        ("nl", "06 12345678", ("nl",), ["112"]),
        ("england", "", ("england", "nl"), ["999", "112"]),
        ("england", "+31 6 12345678", ("england",), ["112", "999"]),  # a man in Rotterdam, of a case in England
        ("england", "0031 6 12345678", ("england",), ["112", "999"]),
        ("england", "07700 900123", ("england",), ["999"]),
        ("nl", "+32 470 12 34 56", ("nl",), ["112"]),
        ("nz", "", ("nl", "england", "nz"), ["111", "112", "999"]),
    ],
)
def test_in_danger_one_reads_the_number_of_where_one_may_be(
    code: str, phone: str, countries: tuple[str, ...], numbers: list[str]
) -> None:
    assert [one.emergency for one in emergency_numbers(code, phone, countries)] == numbers
