"""What follows from the facts themselves; what nobody gathered counts as not so."""

from dataclasses import fields, is_dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

import ekc.workflow
from ekc.workflow.definition import StepRule
from ekc.workflow.facts import (
    ActionFacts,
    BottomLineFacts,
    CoordinatorFacts,
    Facts,
    PersonFacts,
    PlanFacts,
    WhatIfFacts,
)
from ekc.workflow.vocabulary import Attends, Part
from tests.workflow.build import MOTHER, NURSE, facts, person


def test_the_youngest_is_the_youngest_child_and_an_unknown_age_is_none_at_all() -> None:
    young_friend, unborn = person(20, Part.FRIEND, age=5), person(21, Part.CHILD, age=None)
    baby, teenager = person(22, Part.CHILD, age=0), person(23, Part.CHILD, age=15)
    three, grown = person(24, Part.MAIN_PERSON, age=3), person(25, Part.MAIN_PERSON, age=18)
    assert facts(people=(MOTHER, young_friend, grown)).youngest_age is None
    assert facts(people=(MOTHER, young_friend, unborn)).youngest_age == 0
    assert facts(people=(MOTHER, young_friend, unborn, teenager)).youngest_age == 0
    assert facts(people=(teenager, baby)).youngest_age == 0
    assert facts(people=(MOTHER, three, teenager)).youngest_age == 3
    assert facts(people=(MOTHER, teenager)).youngest_age == 15


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
