"""The draft of a plan: frozen dataclasses, their storage and queries on them. How it is changed: `edits.py`.

Keys are short and stable ("g1", "a3", "w2") and never reused in a case, so that versions can be compared; the numbers
that people read ("1.2") follow from the order. People are participant ids.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ekc.core.codec import STORED
from ekc.workflow.vocabulary import ActionKind, Every, SupportAnswer


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAction:
    """Who does what: `by` a day, or `every` so often (from `starts`). Unknown values stay empty."""

    what: str
    who: tuple[int, ...] = ()
    by: date | None = None
    starts: date | None = None
    every: Every | None = None
    kind: ActionKind = ActionKind.FAMILY


@dataclass(frozen=True, kw_only=True, slots=True)
class Action(NewAction):
    """An action of the plan. `answer` is set where support is requested (kind professional); `asked_on`: since when."""

    key: str
    answer: SupportAnswer | None = None
    answer_words: str = ""
    asked_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A goal of the family, and the actions towards it."""

    key: str
    text: str
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewWhatIf:
    """What happens if the plan does not work out; `who` meet or call each other."""

    if_: str
    then: str = ""
    who: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatIf(NewWhatIf):
    """A what-if of the plan."""

    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationPlan:
    """The evaluation meeting. `at` is local time without a zone."""

    at: datetime | None = None
    place: str = ""
    convenor: int | None = None
    others: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A whole plan. `last_key` is the highest number used in any key."""

    goals: tuple[Goal, ...] = ()
    what_ifs: tuple[WhatIf, ...] = ()
    monitor: int | None = None
    evaluation: EvaluationPlan = EvaluationPlan()
    last_key: int = 0


# Queries


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


def dated(draft: Draft, today: date) -> Draft:
    """The plan with the day on each request for support that is new."""

    def asked(action: Action) -> Action:
        new = action.answer is not None and action.asked_on is None
        return replace(action, asked_on=today) if new else action

    goals = (replace(goal, actions=tuple(map(asked, goal.actions))) for goal in draft.goals)
    return replace(draft, goals=tuple(goals))


def without_answers(draft: Draft) -> Draft:
    """The plan without the answers to requests for support."""
    goals = (
        replace(goal, actions=tuple(replace(action, answer=None, answer_words="") for action in goal.actions))
        for goal in draft.goals
    )
    return replace(draft, goals=tuple(goals))


def number_of(draft: Draft, key: str) -> str:
    """The printed number: "1" for a goal or a what-if, "1.2" for an action. Raises KeyError."""
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
    """Whether an action has a day or a frequency; with a first day alone it is done once, from that day."""
    return action.by is not None or action.every is not None or action.starts is not None


def people_of(draft: Draft) -> frozenset[int]:
    """Everybody named in the plan."""
    named = {person for action in actions(draft) for person in action.who}
    named |= {person for what_if in draft.what_ifs for person in what_if.who}
    named |= set(draft.evaluation.others)
    return frozenset(named | {person for person in (draft.monitor, draft.evaluation.convenor) if person is not None})


def people_with_task(draft: Draft) -> frozenset[int]:
    """Everybody who does an action."""
    return frozenset(person for action in actions(draft) for person in action.who)


def tasks_until(draft: Draft, person: int) -> date | None:
    """The last day on which the plan asks something of this person: their actions, at least until it is evaluated.

    None where it does not name them.
    """
    if person not in people_of(draft):
        return None
    days = [action.by or action.starts for action in actions(draft) if person in action.who]
    days.append(draft.evaluation.at.date() if draft.evaluation.at else None)
    return max(filter(None, days), default=None)


@dataclass(frozen=True, slots=True)
class Involvement:
    """The part of a plan that concerns one person: numbered actions, what-ifs, and the evaluation meeting."""

    actions: tuple[tuple[str, Action], ...]
    what_ifs: tuple[WhatIf, ...]
    attends_evaluation: bool


def involvement_of(draft: Draft, person: int) -> Involvement:
    """The part of the plan that concerns this person."""
    return Involvement(
        tuple((number_of(draft, action.key), action) for action in actions(draft) if person in action.who),
        tuple(what_if for what_if in draft.what_ifs if person in what_if.who),
        person in draft.evaluation.others or person == draft.evaluation.convenor,
    )


# Storage


def to_json(draft: Draft) -> dict[str, Any]:
    """The plan as JSON values."""
    values: dict[str, Any] = STORED.unstructure(draft)
    for action in (action for goal in values["goals"] for action in goal["actions"]):
        if action["asked_on"] is None:
            del action["asked_on"]  # as it was stored before
    return values


def from_json(values: dict[str, Any]) -> Draft:
    """The inverse of `to_json`."""
    return STORED.structure(values, Draft)
