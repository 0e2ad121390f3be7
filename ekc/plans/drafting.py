"""From one plan to the next: pure functions that add, change, move and remove. No database, no clock.

Each gives the new plan (and the key of what was added); the old one stays as it was.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from ekc.plans.draft import Action, Draft, EvaluationPlan, Goal, NewAction, NewWhatIf, WhatIf, actions, find
from ekc.workflow.vocabulary import ActionKind, Every, SupportAnswer


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=_Keyed)


def add_goal(draft: Draft, text: str) -> tuple[Draft, str]:
    """A goal at the end."""
    draft, key = _next_key(draft, "g")
    return replace(draft, goals=(*draft.goals, Goal(key=key, text=text))), key


def set_goal(draft: Draft, key: str, text: str) -> Draft:
    """Another text for a goal. Raises KeyError."""
    return replace(draft, goals=_changed(draft.goals, key, lambda goal: replace(goal, text=text)))


def add_action(draft: Draft, goal_key: str, new: NewAction) -> tuple[Draft, str]:
    """An action at the end of a goal. Raises KeyError."""
    draft, key = _next_key(draft, "a")
    action = _action(key, new)
    goals = _changed(draft.goals, goal_key, lambda goal: replace(goal, actions=(*goal.actions, action)))
    return replace(draft, goals=goals), key


def change_action(draft: Draft, key: str, new: NewAction) -> Draft:
    """Another content for an action. An answer to support falls away when what it answered changes. Raises KeyError."""
    return _with_action(draft, key, lambda old: _action(key, new, old))


def answer_support(draft: Draft, key: str, answer: SupportAnswer, words: str) -> Draft:
    """What a professional says to support that is asked for. Raises KeyError where none is asked for."""
    found = find(draft, key)
    if not isinstance(found, Action) or found.kind is not ActionKind.PROFESSIONAL:
        raise KeyError(key)
    return _with_action(draft, key, lambda old: replace(old, answer=answer, answer_words=words))


def add_what_if(draft: Draft, new: NewWhatIf) -> tuple[Draft, str]:
    """A what-if at the end."""
    draft, key = _next_key(draft, "w")
    return replace(draft, what_ifs=(*draft.what_ifs, _what_if(key, new))), key


def change_what_if(draft: Draft, key: str, new: NewWhatIf) -> Draft:
    """Another content for a what-if. Raises KeyError."""
    return replace(draft, what_ifs=_changed(draft.what_ifs, key, lambda _old: _what_if(key, new)))


def set_monitor(draft: Draft, person: int | None) -> Draft:
    """Who keeps an eye on the plan."""
    return replace(draft, monitor=person)


def set_evaluation(draft: Draft, evaluation: EvaluationPlan) -> Draft:
    """When the plan is looked at again."""
    return replace(draft, evaluation=evaluation)


def remove(draft: Draft, key: str) -> Draft:
    """Without a goal (and its actions), an action or a what-if; what follows is renumbered. Raises KeyError."""
    find(draft, key)
    goals = tuple(
        replace(goal, actions=tuple(action for action in goal.actions if action.key != key))
        for goal in draft.goals
        if goal.key != key
    )
    return replace(draft, goals=goals, what_ifs=tuple(w for w in draft.what_ifs if w.key != key))


def move(draft: Draft, key: str, step: int) -> Draft:
    """One place up (`step` -1) or down (1); an action at the edge goes over to the goal beside. Raises KeyError."""
    find(draft, key)
    return replace(
        draft,
        goals=_moved_action(_swapped(draft.goals, key, step), key, step),
        what_ifs=_swapped(draft.what_ifs, key, step),
    )


def _next_key(draft: Draft, letter: str) -> tuple[Draft, str]:
    number = draft.last_key + 1
    return replace(draft, last_key=number), f"{letter}{number}"


def _action(key: str, new: NewAction, old: Action | None = None) -> Action:
    """An action with this content. Something that begins and has no rhythm is done when it is needed."""
    every = Every.WHEN_NEEDED if new.starts and not new.every and not new.by else new.every
    made = Action(key=key, what=new.what, who=new.who, by=new.by, starts=new.starts, every=every, kind=new.kind)
    if made.kind is not ActionKind.PROFESSIONAL:
        return made
    if old is not None and replace(old, answer=None, answer_words="") == made:
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
