"""Edits of a plan: each adds, changes, moves or removes one part. Pure: no database, no clock."""

from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeVar

from ekc.plans.draft import Action, Draft, EvaluationPlan, Goal, NewAction, NewWhatIf, WhatIf, actions, find, number_of
from ekc.workflow.vocabulary import N_, ActionKind, Labelled, SupportAnswer


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=_Keyed)


class ChangedPart(Labelled):
    """What of a plan an edit changed. `%(number)s`: as it is printed."""

    GOAL = "goal", N_("goal %(number)s")
    ACTION = "action", N_("action %(number)s")
    WHAT_IF = "what_if", N_("what-if %(number)s")
    MONITOR = "monitor", N_("who keeps an eye on the plan")
    EVALUATION = "evaluation", N_("when we meet again")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a plan. `code` and `detail` are for the audit, which gets no words: it cannot forget them."""

    code: str
    apply: Callable[[Draft], Draft]  # returns the changed plan; raises KeyError for an unknown part
    detail: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None  # the key or anchor of what it changes; None: the added part
    convenor: int | None = None  # the convenor, if it sets one
    answers: bool = False  # it answers a request, and leaves the text as it is


_BY_LETTER = {"g": ChangedPart.GOAL, "a": ChangedPart.ACTION, "w": ChangedPart.WHAT_IF}
#: The parts without a key of their own.
MONITOR, EVALUATION = "monitor", "evaluation"
_ANCHORS: dict[str | None, ChangedPart] = {MONITOR: ChangedPart.MONITOR, EVALUATION: ChangedPart.EVALUATION}


def add_goal(text: str) -> Edit:
    """Add a goal at the end."""

    def apply(draft: Draft) -> Draft:
        draft, key = _next_key(draft, "g")
        return replace(draft, goals=(*draft.goals, Goal(key=key, text=text)))

    return Edit("plan.goal_added", apply)


def change_goal(key: str, text: str) -> Edit:
    """Change the text of a goal."""
    return Edit(
        "plan.goal_changed",
        lambda draft: replace(draft, goals=_changed(draft.goals, key, lambda goal: replace(goal, text=text))),
        {"key": key},
        key,
    )


def add_action(goal_key: str, new: NewAction) -> Edit:
    """Add an action at the end of a goal."""

    def apply(draft: Draft) -> Draft:
        draft, key = _next_key(draft, "a")
        action = _action(key, new)
        goals = _changed(draft.goals, goal_key, lambda goal: replace(goal, actions=(*goal.actions, action)))
        return replace(draft, goals=goals)

    return Edit("plan.action_added", apply)


def change_action(key: str, new: NewAction) -> Edit:
    """Change an action. An answer to a request for support is reset if the action changes."""
    return Edit(
        "plan.action_changed",
        lambda draft: _with_action(draft, key, lambda old: _action(key, new, old)),
        {"key": key},
        key,
    )


def answer_support(key: str, answer: SupportAnswer, words: str) -> Edit:
    """Set the answer of a professional to a request for support. KeyError where none is requested."""

    def answered(action: Action) -> Action:
        if action.kind is not ActionKind.PROFESSIONAL:
            raise KeyError(key)
        return replace(action, answer=answer, answer_words=words)

    return Edit(
        "plan.support_answered",
        lambda draft: _with_action(draft, key, answered),
        {"key": key},
        key,
        answers=True,
    )


def add_what_if(new: NewWhatIf) -> Edit:
    """Add a what-if at the end."""

    def apply(draft: Draft) -> Draft:
        draft, key = _next_key(draft, "w")
        return replace(draft, what_ifs=(*draft.what_ifs, _what_if(key, new)))

    return Edit("plan.what_if_added", apply)


def change_what_if(key: str, new: NewWhatIf) -> Edit:
    """Change a what-if."""
    return Edit(
        "plan.what_if_changed",
        lambda draft: replace(draft, what_ifs=_changed(draft.what_ifs, key, lambda _old: _what_if(key, new))),
        {"key": key},
        key,
    )


def set_monitor(person: int | None) -> Edit:
    """Set who monitors the plan; None: nobody yet."""
    return Edit("plan.monitor_set", lambda draft: replace(draft, monitor=person), target="monitor")


def set_evaluation(evaluation: EvaluationPlan) -> Edit:
    """Set when and where the evaluation meeting is, who convenes it, and who else comes."""
    return Edit(
        "plan.evaluation_set",
        lambda draft: replace(draft, evaluation=evaluation),
        target="evaluation",
        convenor=evaluation.convenor,
    )


def remove(key: str) -> Edit:
    """Remove a goal with its actions, an action or a what-if; the rest is renumbered."""

    def apply(draft: Draft) -> Draft:
        find(draft, key)
        goals = tuple(
            replace(goal, actions=tuple(action for action in goal.actions if action.key != key))
            for goal in draft.goals
            if goal.key != key
        )
        return replace(draft, goals=goals, what_ifs=tuple(w for w in draft.what_ifs if w.key != key))

    return Edit("plan.removed", apply, {"key": key}, "")


def move(key: str, step: int) -> Edit:
    """Move a part one place up (`step` -1) or down (1); an action at the edge moves to the next goal."""

    def apply(draft: Draft) -> Draft:
        find(draft, key)
        goals = _moved_action(_swapped(draft.goals, key, step), key, step)
        return replace(draft, goals=goals, what_ifs=_swapped(draft.what_ifs, key, step))

    return Edit("plan.moved", apply, {"key": key}, key)


def take_over(before: Draft, chosen: Collection[str], here: Container[int], today: date) -> Edit:
    """Put parts of the plan before into this one: keys of goals, actions and what-ifs, `MONITOR`, `EVALUATION`.

    An action brings its goal along, a goal by itself none of its actions; what stands already stays. Whoever is not
    `here` any more, days that have passed, the day of the evaluation and answers to requests are left out: that is
    chosen and asked anew. Raises KeyError for a part that was not in it.
    """

    def again(action: Action) -> Action:
        answer = SupportAnswer.PENDING if action.kind is ActionKind.PROFESSIONAL else None
        by = action.by if action.by and action.by >= today else None
        return replace(action, who=_those(action.who, here), by=by, answer=answer, answer_words="", asked_on=None)

    def apply(draft: Draft) -> Draft:
        stand: tuple[_Keyed, ...] = (*draft.goals, *actions(draft), *draft.what_ifs)
        meets = EVALUATION in chosen and draft.evaluation == EvaluationPlan()
        missing = set(chosen) - {part.key for part in stand}
        goals = {goal.key: goal for goal in draft.goals}
        for goal in before.goals:
            wanted = tuple(again(action) for action in goal.actions if action.key in missing)
            if wanted or goal.key in missing:
                known = goals.get(goal.key, replace(goal, actions=()))
                goals[goal.key] = replace(known, actions=(*known.actions, *wanted))
        what_ifs = (replace(one, who=_those(one.who, here)) for one in before.what_ifs if one.key in missing)
        monitor = before.monitor if MONITOR in chosen and before.monitor in here else None
        return replace(
            draft,
            goals=tuple(goals.values()),
            what_ifs=(*draft.what_ifs, *what_ifs),
            monitor=draft.monitor or monitor,
            evaluation=evaluation if meets else draft.evaluation,
            last_key=max(draft.last_key, before.last_key),
        )

    agreed = before.evaluation
    convenor = agreed.convenor if agreed.convenor in here else None
    evaluation = replace(agreed, at=None, convenor=convenor, others=_those(agreed.others, here))
    parts: tuple[_Keyed, ...] = (*before.goals, *actions(before), *before.what_ifs)
    in_order = [one for one in (*(part.key for part in parts), MONITOR, EVALUATION) if one in chosen]
    if len(in_order) != len(set(chosen)):
        raise KeyError(*chosen)
    first = in_order[0]
    convenes = convenor if EVALUATION in chosen else None
    return Edit("plan.taken_over", apply, {"key": first}, first, convenor=convenes)


def _those(people: tuple[int, ...], here: Container[int]) -> tuple[int, ...]:
    return tuple(person for person in people if person in here)


def newest_key(draft: Draft) -> str:
    """The key of the part that was added last, of those still in the plan."""
    keyed: tuple[_Keyed, ...] = (*draft.goals, *actions(draft), *draft.what_ifs)
    return max((part.key for part in keyed), key=lambda key: int(key[1:]))


def changed_part(edit: Edit, before: Draft, after: Draft) -> tuple[ChangedPart, str]:
    """What an edit changed, and its number as it was printed then; empty: it has none."""
    if edit.target in _ANCHORS:
        return _ANCHORS[edit.target], ""
    key = edit.detail.get("key") or newest_key(after)
    return _BY_LETTER[key[0]], number_of(before if edit.target == "" else after, key)


def _next_key(draft: Draft, letter: str) -> tuple[Draft, str]:
    number = draft.last_key + 1
    return replace(draft, last_key=number), f"{letter}{number}"


def _action(key: str, new: NewAction, old: Action | None = None) -> Action:
    """An action with this content. With a start but no frequency and no last day it is done once."""
    made = Action(key=key, what=new.what, who=new.who, by=new.by, starts=new.starts, every=new.every, kind=new.kind)
    if made.kind is not ActionKind.PROFESSIONAL:
        return made
    if old is not None and replace(old, answer=None, answer_words="", asked_on=None) == made:
        return old
    return replace(made, answer=SupportAnswer.PENDING)


def _what_if(key: str, new: NewWhatIf) -> WhatIf:
    return WhatIf(key=key, if_=new.if_, then=new.then, who=new.who)


def _changed(parts: tuple[T, ...], key: str, change: Callable[[T], T]) -> tuple[T, ...]:
    if not any(part.key == key for part in parts):
        raise KeyError(key)
    return tuple(change(part) if part.key == key else part for part in parts)


def _with_action(draft: Draft, key: str, change: Callable[[Action], Action]) -> Draft:
    if key not in [action.key for action in actions(draft)]:
        raise KeyError(key)
    goals = tuple(
        replace(goal, actions=tuple(change(action) if action.key == key else action for action in goal.actions))
        for goal in draft.goals
    )
    return replace(draft, goals=goals)


def _swapped(parts: tuple[T, ...], key: str, step: int) -> tuple[T, ...]:
    keys = [part.key for part in parts]
    if key not in keys or not 0 <= keys.index(key) + step < len(parts):
        return parts
    here, moved = keys.index(key), list(parts)
    moved.insert(here + step, moved.pop(here))
    return tuple(moved)


def _moved_action(goals: tuple[Goal, ...], key: str, step: int) -> tuple[Goal, ...]:
    lists = [list(goal.actions) for goal in goals]
    for number, inside in enumerate(lists):
        keys = [action.key for action in inside]
        if key not in keys:
            continue
        action = inside.pop(keys.index(key))
        place, beside = keys.index(key) + step, number + step
        if 0 <= place < len(keys):
            inside.insert(place, action)
        elif 0 <= beside < len(lists):
            lists[beside].insert(0 if step > 0 else len(lists[beside]), action)
        else:
            inside.insert(keys.index(key), action)
        break
    return tuple(replace(goal, actions=tuple(inside)) for goal, inside in zip(goals, lists, strict=True))
