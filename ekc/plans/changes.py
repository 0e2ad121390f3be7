"""The differences between two plans, compared by keys. Pure: messages with parameters, translated by the caller."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ekc.plans.draft import Action, Draft, WhatIf, actions, number_of, without_answers
from ekc.workflow.vocabulary import N_


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: a message and its parameters. `target` is the key of the new or changed part, or an anchor."""

    message: str
    params: Mapping[str, str | date]
    target: str = ""


def changes(before: Draft, after: Draft) -> tuple[Change, ...]:
    """What was added, changed and removed, in the order of the later plan."""
    return (
        *_goals(before, after),
        *_actions(before, after),
        *_what_ifs(before, after),
        *_monitor_and_evaluation(before, after),
    )


def text_changes(before: Draft, after: Draft) -> tuple[Change, ...]:
    """What makes it another text, about which everybody is asked again: all but the answers to requests for support."""
    return changes(without_answers(before), without_answers(after))


def _goals(before: Draft, after: Draft) -> Iterator[Change]:
    old = {goal.key: goal for goal in before.goals}
    for goal in after.goals:
        blanks = {"number": number_of(after, goal.key), "text": goal.text}
        if goal.key not in old:
            yield Change(N_("New goal %(number)s: %(text)s"), blanks, goal.key)
        elif old[goal.key].text != goal.text:
            yield Change(N_("Goal %(number)s is now: %(text)s"), blanks, goal.key)
    kept = {goal.key for goal in after.goals}
    for goal in before.goals:
        if goal.key not in kept:
            yield Change(N_("Taken out, goal: %(text)s"), {"text": goal.text})


def _actions(before: Draft, after: Draft) -> Iterator[Change]:
    old = {action.key: action for action in actions(before)}
    for action in actions(after):
        blanks = {"number": number_of(after, action.key), "text": action.what}
        if action.key not in old:
            yield Change(N_("New, %(number)s: %(text)s"), blanks, action.key)
            continue
        for message in _action(old[action.key], action):
            yield Change(message, blanks, action.key)
    kept = {action.key for action in actions(after)}
    for action in actions(before):
        if action.key not in kept:
            yield Change(N_("Taken out: %(text)s"), {"text": action.what})


def _action(old: Action, new: Action) -> Iterator[str]:
    if old.what != new.what:
        yield N_("%(number)s is now: %(text)s")
    if set(old.who) != set(new.who):
        yield N_("%(number)s is done by other people: %(text)s")
    if (old.by, old.starts, old.every) != (new.by, new.starts, new.every):
        yield N_("%(number)s is done at another time: %(text)s")
    if (old.answer, old.answer_words) != (new.answer, new.answer_words) and new.answer is not None:
        yield N_("%(number)s has another answer: %(text)s")


def _what_ifs(before: Draft, after: Draft) -> Iterator[Change]:
    old = {what_if.key: what_if for what_if in before.what_ifs}
    for what_if in after.what_ifs:
        if what_if.key not in old:
            yield Change(N_("New what-if: %(text)s"), {"text": what_if.if_}, what_if.key)
        elif _content(old[what_if.key]) != _content(what_if):
            yield Change(N_("Another agreement if this happens: %(text)s"), {"text": what_if.if_}, what_if.key)
    kept = {what_if.key for what_if in after.what_ifs}
    for what_if in before.what_ifs:
        if what_if.key not in kept:
            yield Change(N_("Taken out, what-if: %(text)s"), {"text": what_if.if_})


def _content(what_if: WhatIf) -> tuple[str, str, frozenset[int]]:
    return what_if.if_, what_if.then, frozenset(what_if.who)


def _monitor_and_evaluation(before: Draft, after: Draft) -> Iterator[Change]:
    if before.monitor != after.monitor:
        yield Change(N_("Somebody else keeps an eye on the plan"), {}, "monitor")
    old, new = before.evaluation, after.evaluation
    if old.at != new.at and new.at is not None:
        when: dict[str, str | date] = {"day": new.at.date(), "time": new.at.strftime("%H:%M")}
        yield Change(N_("We meet again at another time: %(day)s, %(time)s"), when, "evaluation")
    elif old.at != new.at:
        yield Change(N_("It is not chosen any more when we meet again"), {}, "evaluation")
    if old.place != new.place:
        yield Change(N_("We meet again in another place: %(place)s"), {"place": new.place or "–"}, "evaluation")
    if old.convenor != new.convenor:
        yield Change(N_("Somebody else calls everyone together"), {}, "evaluation")
    if set(old.others) != set(new.others):
        yield Change(N_("Other people come when we meet again"), {}, "evaluation")
