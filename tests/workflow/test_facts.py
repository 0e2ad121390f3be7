"""What follows from the facts themselves; what nobody gathered counts as not so."""

from dataclasses import fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

import ekc.workflow
from ekc.workflow.definition.kinds import StepRule
from ekc.workflow.facts import (
    ActionFacts,
    BottomLineFacts,
    CoordinatorFacts,
    Facts,
    PersonFacts,
    PlanFacts,
    WhatIfFacts,
    youngest,
)
from ekc.workflow.vocabulary import Attends, Part
from tests.workflow.build import CHILD, MOTHER, NURSE, facts, person


def test_the_youngest_is_the_youngest_of_the_family_by_age_and_not_by_part() -> None:
    young_friend, stranger = person(20, Part.FRIEND, age=5), person(21, Part.FAMILY, age=None)
    baby, teenager = person(22, Part.CHILD, age=0), person(23, Part.CHILD, age=15)
    small_main_person, young_nurse = person(24, Part.MAIN_PERSON, age=3), person(25, Part.PROFESSIONAL, age=2)
    assert youngest((MOTHER, stranger)) == 40
    assert youngest((MOTHER, stranger, teenager, young_nurse)) == 15
    assert youngest((MOTHER, young_friend, teenager)) == 5
    assert youngest((small_main_person, teenager)) == 3
    assert youngest((teenager, baby)) == 0
    assert youngest((MOTHER, teenager)) == 15


def test_an_age_that_is_not_known_makes_the_youngest_unknown_where_it_may_be_a_child_s() -> None:
    unborn, nameless = person(21, Part.CHILD, age=None), person(22, Part.MAIN_PERSON, age=None)
    assert youngest((MOTHER, unborn, CHILD)) is None
    assert youngest((nameless, CHILD)) is None
    assert youngest(()) is None


def test_who_counts_as_a_child_and_is_asked_to_consent() -> None:
    asked = {
        (part, age): (person(20, part, age=age).is_child, person(20, part, age=age).asked_to_consent(12))
        for part in (Part.MAIN_PERSON, Part.CHILD, Part.FAMILY, Part.PROFESSIONAL)
        for age in (None, 11, 12, 18)
    }
    assert asked == {
        (Part.MAIN_PERSON, None): (False, True),
        (Part.MAIN_PERSON, 11): (True, False),
        (Part.MAIN_PERSON, 12): (True, True),
        (Part.MAIN_PERSON, 18): (False, True),
        (Part.CHILD, None): (True, False),
        (Part.CHILD, 11): (True, False),
        (Part.CHILD, 12): (True, True),
        (Part.CHILD, 18): (True, True),
        (Part.FAMILY, None): (False, False),
        (Part.FAMILY, 11): (True, False),
        (Part.FAMILY, 12): (True, True),
        (Part.FAMILY, 18): (False, False),
        (Part.PROFESSIONAL, None): (False, False),
        (Part.PROFESSIONAL, 11): (False, False),
        (Part.PROFESSIONAL, 12): (False, False),
        (Part.PROFESSIONAL, 18): (False, False),
    }


def test_each_part_is_family_or_professional_or_neither() -> None:
    circle = {part: person(number, part) for number, part in enumerate(Part, start=30)}
    assert {part for part, one in circle.items() if one.is_professional} == {Part.REFERRER, Part.PROFESSIONAL}
    neither = {part for part, one in circle.items() if not one.is_family and not one.is_professional}
    assert neither == {Part.SUPPORTER, Part.INTERPRETER}
    case = facts(people=(*circle.values(), MOTHER, NURSE))
    assert (len(case.family), len(case.professionals), len(case.people)) == (7, 3, 12)


def test_only_whoever_takes_part_is_still_to_be_told_and_never_an_interpreter() -> None:
    taking_part = {Attends.IN_PERSON, Attends.PART, Attends.PHONE, Attends.VIDEO}
    not_informed = {way for way in Attends if person(40, Part.FAMILY, attends=way, informed=False).not_informed}
    assert not_informed == taking_part
    assert not person(41, Part.FAMILY, informed=True).not_informed
    assert not person(42, Part.INTERPRETER, informed=False).not_informed
    assert not person(43, Part.FAMILY, attends=None, informed=False).not_informed


@pytest.mark.parametrize(
    "kind", [Facts, PersonFacts, CoordinatorFacts, PlanFacts, ActionFacts, WhatIfFacts, BottomLineFacts]
)
def test_what_was_not_gathered_counts_as_not_so(kind: type) -> None:
    """Each phase gathers what its guards ask; what was left out must hold a case up, not let it through."""
    assert [field.name for field in fields(kind) if isinstance(field.default, int) and field.default] == []


def test_facts_and_tables_cannot_be_changed() -> None:
    modules = [import_module(f"ekc.workflow.{module.name}") for module in iter_modules(ekc.workflow.__path__)]
    kinds: set[Any] = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    ours: set[Any] = {kind for kind in kinds if is_dataclass(kind) and kind.__module__.startswith("ekc.workflow")}
    assert {Facts, StepRule} <= ours
    assert {kind for kind in ours if not kind.__dataclass_params__.frozen} == set()
    assert {kind for kind in ours if "__slots__" not in vars(kind)} == set()
