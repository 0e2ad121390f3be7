"""Pages of a story: the call, the evaluation, hours and costs."""

from itertools import chain, repeat

from ekc.demo.case_schema import FollowUpEntry, FollowUpMoment
from ekc.evaluations.forms import SCORES
from tests.client import PageClient
from tests.form import Value
from tests.page import Page
from tests.stories.walk import Walk


def enter_follow_up(
    walk: Walk, found: FollowUpEntry, *, client: PageClient | None = None, new_version: bool = False
) -> Page:
    """Record a call or an evaluation. A file counts how many actions are in a state, not which."""
    plan = walk.case.plan
    assert plan is not None
    values: dict[str, Value] = {
        "How did it go?": found.found or "",
        "What was decided?": found.decision or "",
        "On which day?": found.on,
        "By whom?": walk.name(found.by) if found.by else "",
    }
    labels = [
        f"{g}.{a} {action.what}" for g, goal in enumerate(plan.goals, 1) for a, action in enumerate(goal.actions, 1)
    ]
    states = chain.from_iterable(repeat(state.label, count) for state, count in found.actions.items())
    values |= dict(zip(labels, states, strict=True))
    if found.kind is FollowUpMoment.MEETING:
        values["Who was there?"] = walk.names(found.present or ())
        values[walk.said("The family wants a new version of the plan")] = new_version
        for score in found.goals or ():
            values[f"{score.goal} {plan.goals[score.goal - 1].text}"] = SCORES[score.score]
        for who, marks in (found.marks or {}).items():
            if isinstance(marks, tuple):
                values[walk.said("Marks of others in the family, without names")] = ", ".join(map(str, marks))
            else:
                values[f"Mark of {walk.name(who)}"] = marks
    client = client or walk.coordinator
    client.page(walk.url("follow-ups"))
    client.follow("Call after four weeks" if found.kind is FollowUpMoment.CALL else "Evaluation")
    return client.submit("Save the report", values)


def enter_costs(walk: Walk) -> Page:
    """Record hours and money, and avoided costs."""
    costs = walk.case.costs
    assert costs is not None
    amounts = {
        "Hours of the coordinator": costs.coordinator_hours,
        walk.said("Hours of the family and its network"): costs.family_hours,
        "Hours of professionals": costs.professional_hours,
        "Fee": costs.fee,
        "Venue and food": costs.venue_and_food,
        "Interpreter": costs.interpreter,
    }
    client = walk.open("costs")
    page = client.submit(
        "Save hours and costs", {label: f"{amount:.2f}" for label, amount in amounts.items() if amount is not None}
    )
    for avoided in costs.avoided or ():
        values: dict[str, Value] = {
            "What was avoided": avoided.what,
            "Amount": f"{avoided.amount:.2f}",
            "Where the figure comes from": avoided.basis,
        }
        page = client.submit("Add an avoided cost", values)
    return page
