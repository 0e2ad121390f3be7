"""Entering what comes after the plan: follow-ups and costs.

A file counts how many actions are done, not which. Ongoing actions are taken to be furthest, then those due first.
"""

from collections.abc import Callable
from datetime import date, timedelta

from ekc.demo.case_schema import ActionEntry, CostsEntry, FollowUpEntry, PlanEntry
from ekc.demo.player import Player
from ekc.evaluations import actions, queries
from ekc.workflow.vocabulary import ActionState

#: From most to least progress.
_FROM_BEST = (ActionState.DONE, ActionState.NO_LONGER_NEEDED, ActionState.PARTLY, ActionState.NOT_YET)


def enter_follow_up(player: Player, plan: PlanEntry, found: FollowUpEntry, new_version: bool = False) -> None:
    """Record a call by the coordinator, or an evaluation by its convenor."""
    marks = found.marks or {}
    report = actions.FollowUpReport(
        held_on=found.on,
        held_by=player.name(found.by) if found.by else "",
        found=found.found or "",
        actions=states(player, plan, found),
        present=frozenset(player.people[id_] for id_ in found.present or ()),
        goals={score.goal: score.score for score in found.goals or ()},
        marks={player.people[id_]: mark for id_, mark in marks.items() if not isinstance(mark, tuple)},
        unnamed_marks=tuple(mark for given in marks.values() if isinstance(given, tuple) for mark in given),
        decision=found.decision or "",
        wants_new_version=new_version,
    )
    meeting = found.rule.is_meeting
    who = player.visitor(plan.evaluation.convened_by) if meeting else player.cast.coordinator
    at = player.on(found.on, "17:00" if meeting else "10:30")
    actions.record_follow_up(player.by(at, who), player.id, _planned(player, found), report)


def _planned(player: Player, found: FollowUpEntry) -> int:
    """The open follow-up of this kind; plans another evaluation on its day if there is none."""
    rows = queries.follow_ups(player.session, player.id, found.on)
    for row in rows:
        if row.is_open and row.kind is found.rule.kind:
            return row.id
    at = player.on(found.on, "09:00")
    return actions.plan_evaluation(player.by(at), player.id, found.on)


def states(player: Player, plan: PlanEntry, found: FollowUpEntry) -> dict[str, ActionState]:
    """A state for each action, so that the counts match those of the file."""
    pairs = zip(player.actions, plan.goals, strict=True)
    all_actions = [pair for keys, goal in pairs for pair in zip(keys, goal.actions, strict=True)]
    in_order = [key for key, action in sorted(all_actions, key=lambda pair: _due(pair[1]))]
    action_states = [state for state in _FROM_BEST for _ in range(found.actions.get(state, 0))]
    return dict(zip(in_order, action_states, strict=True))


def _due(action: ActionEntry) -> date:
    return action.by or date.min


def enter_costs(player: Player, costs: CostsEntry, on: date) -> None:
    """Record hours and money, and avoided costs."""
    sheet = actions.Costs(
        coordinator_minutes=_times(costs.coordinator_hours, 60),
        family_minutes=_times(costs.family_hours, 60),
        professional_minutes=_times(costs.professional_hours, 60),
        fee=_times(costs.fee, 100),
        venue_and_food=_times(costs.venue_and_food, 100),
        interpreter=_times(costs.interpreter, 100),
        travel=_times(costs.travel, 100),
        childcare=_times(costs.childcare, 100),
    )
    at = player.on(on, "18:00")
    actions.record_costs(player.by(at), player.id, sheet)
    for avoided in costs.avoided or ():
        at += timedelta(minutes=1)
        new = actions.NewAvoidedCost(what=avoided.what, amount=round(avoided.amount * 100), basis=avoided.basis)
        actions.add_avoided_cost(player.by(at), player.id, new)


def _times(value: float | None, factor: int) -> int | None:
    return None if value is None else round(value * factor)


#: Writes and agrees a new version of the plan, after an evaluation on this day.
Revise = Callable[[Player, date], None]
