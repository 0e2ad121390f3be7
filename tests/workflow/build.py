"""Small builders: a case in which everything is well, to be spoiled in one place by each test.

A fact that is yes or no, or holds words of a list, is well as yes, or with all of them, unless it is given here.
"""

from dataclasses import replace
from datetime import date
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from ekc.workflow.blocker import Guard
from ekc.workflow.facts import (
    ActionFacts,
    BottomLineFacts,
    CoordinatorFacts,
    Facts,
    GoalFacts,
    PersonFacts,
    PlanFacts,
    WhatIfFacts,
)
from ekc.workflow.vocabulary import ActionKind, Agreed, Attends, Part, Phase, VoiceMatter

TODAY = date(2026, 4, 18)
T = TypeVar("T")


def well(kind: type[T], **given: Any) -> T:
    """Facts of this kind in which all is well."""
    hints = get_type_hints(kind).items()
    yes = {name: True for name, hint in hints if hint is bool}
    every: dict[str, Any] = {name: frozenset(*get_args(hint)) for name, hint in hints if get_origin(hint) is frozenset}
    return kind(**(yes | every | given))


def person(number: int, part: Part, **other: Any) -> PersonFacts:
    """Somebody who is told, comes, and agrees."""
    ready = well(
        PersonFacts,
        id=number,
        name=f"Person {number}",
        part=part,
        attends=Attends.IN_PERSON,
        age=40,
        may_be_a_child=False,
        needs_interpreter=False,
        came_as_professional=False,
        perhaps_professional=False,
        no_stands=False,
        voices=dict.fromkeys(VoiceMatter, Agreed.YES),
    )
    return replace(ready, **other)


MOTHER = person(1, Part.MAIN_PERSON)
UNCLE = person(2, Part.FAMILY)
FRIEND = person(3, Part.FRIEND)
CHILD = person(4, Part.CHILD, age=15)
ADVOCATE = person(5, Part.SUPPORTER)
NURSE = person(6, Part.PROFESSIONAL, in_room=False, came_as_professional=True, consented=False, voices={})
INTERPRETER = person(7, Part.INTERPRETER, attends=None, informed=False, consented=False, voices={})

ACTION = ActionFacts("1.1", "a1", people=1, what=True, timed=True)
SUPPORT = ActionFacts("1.2", "a2", people=1, what=True, timed=True, kind=ActionKind.PROFESSIONAL)
WHAT_IF = WhatIfFacts(1, "w1", complete=True, people=2)
PLAN = well(
    PlanFacts,
    goals=(GoalFacts(1, "g1", actions=2),),
    actions=(ACTION, SUPPORT),
    what_ifs=(WHAT_IF,),
    evaluation_on=date(2026, 7, 11),
    monitor=MOTHER.id,
    convenor=FRIEND.id,
)

READY = well(
    Facts,
    phase=Phase.REGISTRATION,
    today=TODAY,
    coordinator=CoordinatorFacts(asked=True, accepted=True, declared=True),
    said_no_bottom_lines=False,
    people=(MOTHER, UNCLE, FRIEND, CHILD, ADVOCATE, NURSE, INTERPRETER),
    bottom_lines=(BottomLineFacts(11, 1, shared=True, met=True),),
    meeting_on=TODAY,
    questions=1,
    without_conference=False,
    in_force=False,
    plan=PLAN,
    accepted=True,
)


def facts(**spoiled: Any) -> Facts:
    """A case in which all is well, but for what is given."""
    return replace(READY, **spoiled)


def with_people(*changed: PersonFacts) -> Facts:
    """The same case with these people in place of those with the same id."""
    by_id = {p.id: p for p in READY.people} | {p.id: p for p in changed}
    return facts(people=tuple(by_id.values()))


def with_plan(**spoiled: Any) -> Facts:
    """The same case with this plan."""
    return facts(plan=replace(PLAN, **spoiled))


def said(guard: Guard, case: Facts) -> list[tuple[str, str, str]]:
    """What `guard` says of `case`: sentence with its blanks filled in, remedy, target."""
    return [((b.plural if b.n > 1 else b.message) % b.params, b.remedy.value, b.target) for b in guard(case)]
