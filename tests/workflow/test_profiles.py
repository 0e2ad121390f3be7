"""Deadlines: counting days, working days and months; windows; ages; the ceilings of the evaluation."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        assert (call.due(date(2026, 4, 18)), call.latest(date(2026, 4, 18))) == (date(2026, 5, 16), date(2026, 5, 30))


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
