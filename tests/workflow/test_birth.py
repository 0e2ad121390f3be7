"""What is known of somebody's birth, and which age rules take where it is not a day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ekc.workflow.birth import Birth
from ekc.workflow.facts import Facts, PersonFacts
from ekc.workflow.guards.consents import consents_valid
from ekc.workflow.profiles import age
from ekc.workflow.vocabulary import Part
from tests.workflow.build import MOTHER, UNCLE, facts, person, said

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("birth", "youngest", "oldest"),
    [
        (Birth(date(2015, 2, 3), date(2015, 2, 3)), 11, 11),
        (Birth.in_year(2015), 10, 11),
        (Birth.aged(11, TODAY, about=True), 10, 12),
        (Birth.aged(11, TODAY, about=False), 11, 11),
        (Birth.aged(0, TODAY, about=True), 0, 1),
        (Birth.aged(12, date(2024, 2, 29), about=False), 14, 15),
    ],
)
def test_the_ages_that_are_possible(birth: Birth, youngest: int, oldest: int) -> None:
    assert (birth.youngest(TODAY), birth.oldest(TODAY)) == (youngest, oldest)


def test_an_estimate_grows_older_with_the_years() -> None:
    birth = Birth.aged(11, TODAY, about=True)
    assert [birth.about(TODAY), birth.about(date(2028, 11, 29))] == [11, 13]
    assert (Birth.in_year(2015).year, birth.year, Birth.in_year(2015).is_day) == (2015, None, False)


@pytest.mark.parametrize("on", [TODAY, date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31)])
def test_whoever_has_that_age_is_among_those_who_are_possible(on: date) -> None:
    for years in range(90):
        birth = Birth.aged(years, on, about=False)
        assert (age(birth.first, on), age(birth.last, on)) == (years, years)
        assert age(birth.first - timedelta(days=1), on) == years + 1


def of(birth: Birth, part: Part) -> PersonFacts:
    return replace(person(20, part, voices={}), age=birth.youngest(TODAY), oldest=birth.oldest(TODAY), consented=False)


@pytest.mark.parametrize(
    ("birth", "asked", "is_child"),
    [
        (Birth.aged(11, TODAY, about=True), True, True),  # may be twelve, so is asked
        (Birth.aged(10, TODAY, about=True), False, True),
        (Birth.in_year(2014), True, True),  # eleven or twelve
        (Birth.aged(18, TODAY, about=True), True, True),  # may be seventeen, so counts as a child
        (Birth.in_year(2007), False, False),  # eighteen or nineteen
    ],
)
def test_the_stricter_age_counts(birth: Birth, asked: bool, is_child: bool) -> None:
    one = of(birth, Part.FAMILY)
    assert (one.asked_to_consent(12), one.is_child) == (asked, is_child)


def consents(case: Facts) -> list[str]:
    return [sentence for sentence, _remedy, _target in said(consents_valid, case)]


def test_a_main_person_who_may_be_too_young_is_asked_and_somebody_of_age_too() -> None:
    young = replace(of(Birth.in_year(2014), Part.MAIN_PERSON), id=MOTHER.id, name=MOTHER.name, consented=True)
    alone = facts(people=(young, replace(UNCLE, consented=False)))
    assert consents(alone) == ["Nobody has consented yet for Person 1, who is too young to be asked"]
    assert consents(facts(people=(young, UNCLE))) == []
    maybe_grown_up = replace(UNCLE, age=17, oldest=19)
    assert consents(facts(people=(young, maybe_grown_up))) == [
        "Nobody has consented yet for Person 1, who is too young to be asked"
    ]
