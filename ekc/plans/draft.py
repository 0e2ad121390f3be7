"""The plan while it is written: frozen values, how they are read and stored. How one becomes the next: `drafting.py`.

Keys are short and stable ("g1", "a3", "w2") and never used twice in a case, so that a later version can be compared
with an earlier one; the numbers that people read ("1.2") follow from the order. People are ids of the circle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ekc.core.codec import STORED
from ekc.workflow.vocabulary import ActionKind, Every, SupportAnswer


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAction:
    """Who does what: `by` a day, or `every` so often (from `starts`). What is not known yet stays empty."""

    what: str
    who: tuple[int, ...] = ()
    by: date | None = None
    starts: date | None = None
    every: Every | None = None
    kind: ActionKind = ActionKind.FAMILY


@dataclass(frozen=True, kw_only=True, slots=True)
class Action(NewAction):
    """An action of the plan. `answer` is there where support was asked for: kind professional."""

    key: str
    answer: SupportAnswer | None = None
    answer_words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """What the family wants, and the actions towards it."""

    key: str
    text: str
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewWhatIf:
    """If this happens, then that; `who` meet or ring."""

    if_: str
    then: str = ""
    who: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatIf(NewWhatIf):
    """A what-if of the plan."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationPlan:
    """When the plan is looked at again. `at` is local time without a zone, as people agree it."""

    at: datetime | None = None
    place: str = ""
    convenor: int | None = None
    others: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A whole plan. `last_key` is the highest number any key ever had."""

    goals: tuple[Goal, ...] = ()
    what_ifs: tuple[WhatIf, ...] = ()
    monitor: int | None = None
    evaluation: EvaluationPlan = EvaluationPlan()
    last_key: int = 0


# Reading


def actions(draft: Draft) -> Iterator[Action]:
    """All actions, in order."""
    return (action for goal in draft.goals for action in goal.actions)


def find(draft: Draft, key: str) -> Goal | Action | WhatIf:
    """The part with this key. Raises KeyError."""
    parts: tuple[Goal | Action | WhatIf, ...] = (*draft.goals, *actions(draft), *draft.what_ifs)
    for part in parts:
        if part.key == key:
            return part
    raise KeyError(key)


def number_of(draft: Draft, key: str) -> str:
    """The number as it is printed: "1" for a goal or a what-if, "1.2" for an action. Raises KeyError."""
    for number, goal in enumerate(draft.goals, 1):
        if goal.key == key:
            return str(number)
        for place, action in enumerate(goal.actions, 1):
            if action.key == key:
                return f"{number}.{place}"
    for number, what_if in enumerate(draft.what_ifs, 1):
        if what_if.key == key:
            return str(number)
    raise KeyError(key)


def is_timed(action: NewAction) -> bool:
    """Whether an action says by when or how often."""
    return action.by is not None or action.every is not None


def people_of(draft: Draft) -> frozenset[int]:
    """Everybody whom the plan names."""
    named = {person for action in actions(draft) for person in action.who}
    named |= {person for what_if in draft.what_ifs for person in what_if.who}
    named |= set(draft.evaluation.others)
    return frozenset(named | {person for person in (draft.monitor, draft.evaluation.convenor) if person is not None})


def people_with_task(draft: Draft) -> frozenset[int]:
    """Everybody who does an action."""
    return frozenset(person for action in actions(draft) for person in action.who)


@dataclass(frozen=True, slots=True)
class Involvement:
    """What a plan asks of one person: actions with their numbers, what-ifs, and whether to come to the evaluation."""

    actions: tuple[tuple[str, Action], ...]
    what_ifs: tuple[WhatIf, ...]
    attends_evaluation: bool


def involvement_of(draft: Draft, person: int) -> Involvement:
    """What the plan asks of this person."""
    return Involvement(
        tuple((number_of(draft, action.key), action) for action in actions(draft) if person in action.who),
        tuple(what_if for what_if in draft.what_ifs if person in what_if.who),
        person in draft.evaluation.others or person == draft.evaluation.convenor,
    )


# As it is stored


def to_json(draft: Draft) -> dict[str, Any]:
    """The plan as values that JSON can hold."""
    values: dict[str, Any] = STORED.unstructure(draft)
    return values


def from_json(values: dict[str, Any]) -> Draft:
    """What `to_json` made."""
    return STORED.structure(values, Draft)
