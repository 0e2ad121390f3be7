"""Refuses tables that contradict themselves. Asked once when the program starts, before anybody relies on them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum

from ekc.workflow.definition import ACTIVITIES, PHASES, STEPS
from ekc.workflow.rules import ActivityRule, PhaseRule, Reason, StepRule
from ekc.workflow.vocabulary import INSIDE_ROLES, Activity, Phase, Role, Step

#: All that anybody outside the room does in private time: see that it goes on, and be called in.
_OUTSIDE_THE_ROOM = frozenset({Activity.SEE_CASE, Activity.SEE_OWN_PAGE, Activity.TAKE_STEP})


def check_tables(
    phases: tuple[PhaseRule, ...] = PHASES,
    steps: tuple[StepRule, ...] = STEPS,
    activities: tuple[ActivityRule, ...] = ACTIVITIES,
) -> None:
    """Refuse tables that contradict themselves. Raises ValueError that names every contradiction."""
    problems = [
        *_one_rule_each(Phase, (rule.phase for rule in phases)),
        *_one_rule_each(Step, (rule.step for rule in steps)),
        *_one_rule_each(Activity, (rule.activity for rule in activities)),
        *_paths(steps),
        *(problem for rule in steps for problem in _step(rule)),
        *_private_time(phases, activities),
        *_take_step(steps, activities),
    ]
    if problems:
        raise ValueError("; ".join(problems))


def _one_rule_each(words: type[StrEnum], ruled: Iterable[StrEnum]) -> Iterator[str]:
    count = Counter(ruled)
    for word in words:
        if count[word] != 1:
            yield f"{count[word]} rules for {word}"


def _paths(steps: tuple[StepRule, ...]) -> Iterator[str]:
    reached, border = {Phase.REGISTRATION}, {Phase.REGISTRATION}
    while border:
        border = {rule.target for rule in steps if rule.target and border & set(rule.sources)} - reached
        reached |= border
    for phase in Phase:
        if phase not in reached:
            yield f"no path leads to {phase}"
        leaves = any(phase in rule.sources and rule.target not in {None, phase} for rule in steps)
        if phase is Phase.CLOSED and any(phase in rule.sources for rule in steps):
            yield "a step leads on from closed"
        if phase is not Phase.CLOSED and not leaves:
            yield f"no step leads out of {phase}"


def _step(rule: StepRule) -> Iterator[str]:
    if not rule.who:
        yield f"nobody takes {rule.step}"
    for guard in rule.guards:
        if not guard.override <= rule.who:
            yield f"{guard.code} is overridden by somebody who never takes {rule.step}"
    if (rule.reason is not Reason.NONE) != bool(rule.ask):
        yield f"{rule.step} asks for a reason without a question, or has a question without a reason"
    if Phase.PRIVATE_TIME in rule.sources and Role.COORDINATOR in rule.who and not rule.called_in:
        yield f"{rule.step} does not say that the family called the coordinator in"


def _private_time(phases: tuple[PhaseRule, ...], activities: tuple[ActivityRule, ...]) -> Iterator[str]:
    for phase in phases:
        if phase.phase is Phase.PRIVATE_TIME and phase.room != INSIDE_ROLES:
            yield "private time is not the family's own"
    for rule in activities:
        outside = {role for role, when in rule.grants.items() if Phase.PRIVATE_TIME in when} - INSIDE_ROLES
        if outside and rule.activity not in _OUTSIDE_THE_ROOM:
            yield f"{rule.activity} is open to {', '.join(sorted(outside))} in private time"


def _take_step(steps: tuple[StepRule, ...], activities: tuple[ActivityRule, ...]) -> Iterator[str]:
    granted = {rule.activity: rule.grants for rule in activities}.get(Activity.TAKE_STEP, {})
    for role in Role:
        has_steps = {phase for rule in steps if role in rule.who for phase in rule.sources}
        if has_steps != set(granted.get(role, ())):
            yield f"take_step and the steps of {role} name different phases"
