"""Small builders: a case in which everything is well, to be spoiled in one place by each test."""

from dataclasses import replace
from datetime import date
from typing import Any

from ekc.workflow.blocker import Guard
from ekc.workflow.facts import (
    ActionFacts,
    BottomLineFacts,
    CoordinatorFacts,
    Facts,
    PersonFacts,
    PlanFacts,
    WhatIfFacts,
)
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import ActionKind, Agreed, ArrangementKind, Attends, InformationKind, Part, Phase

TODAY = date(2026, 4, 18)


def person(number: int, part: Part, **other: Any) -> PersonFacts:
    """Somebody who is told, comes, and agrees."""
    ready = PersonFacts(
        number,
        f"Person {number}",
        part,
        attends=Attends.IN_PERSON,
        informed=True,
        age=40,
        consented=True,
        present=True,
        in_room=True,
        agreed=Agreed.YES,
        has_task=True,
    )
    return replace(ready, **other)


MOTHER = person(1, Part.MAIN_PERSON)
UNCLE = person(2, Part.FAMILY)
FRIEND = person(3, Part.FRIEND)
CHILD = person(4, Part.CHILD, age=15)
ADVOCATE = person(5, Part.SUPPORTER)
NURSE = person(6, Part.PROFESSIONAL, in_room=False, consented=False, agreed=None)
INTERPRETER = person(7, Part.INTERPRETER, attends=None, informed=False, consented=False, agreed=None)

ACTION = ActionFacts("1.1", "a1", people=1, what=True, timed=True)
SUPPORT = ActionFacts("1.2", "a2", people=1, what=True, timed=True, kind=ActionKind.PROFESSIONAL)
WHAT_IF = WhatIfFacts(1, "w1", complete=True, people=2)
PLAN = PlanFacts(
    goals=1,
    actions=(ACTION, SUPPORT),
    what_ifs=(WHAT_IF,),
    monitor=True,
    evaluation_on=date(2026, 7, 11),
    evaluation_place=True,
    convenor=True,
)

READY = Facts(
    phase=Phase.REGISTRATION,
    today=TODAY,
    main_person_said_yes=True,
    coordinator=CoordinatorFacts(asked=True, accepted=True, declared=True, confirmed=True),
    question_agreed=True,
    people=(MOTHER, UNCLE, FRIEND, CHILD, ADVOCATE, NURSE, INTERPRETER),
    bottom_lines=(BottomLineFacts(11, 1, shared=True, met=True),),
    meeting_on=TODAY,
    venue=True,
    arranged=frozenset(ArrangementKind),
    told=frozenset(InformationKind),
    meeting_held=True,
    plan=PLAN,
    accepted=True,
    settled_follow_ups=frozenset(FollowUpKind),
    evaluation_held=True,
    family_wants_new_version=True,
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
