"""Pages of a story: writing, answering and agreeing the plan."""

from collections.abc import Iterable
from datetime import datetime

from ekc.demo.case_schema import ActionEntry, GoalEntry, NextEvaluationEntry, PlanEntry, WhatIfEntry
from ekc.demo.validation import answer_of
from ekc.workflow.vocabulary import Agreed, SupportAnswer
from tests.client import PageClient
from tests.form import Form, Value
from tests.stories.walk import Walk


def write_goal(walk: Walk, goal: GoalEntry, *, but: tuple[ActionEntry, ...] = ()) -> None:
    """Write a goal and its actions, except some that are left for later."""
    client = walk.open("plan")
    client.submit("Add this goal", {"Goal": goal.text})
    for action in goal.actions:
        if action not in but:
            client.submit("Add this action", action_values(walk, action), near=goal.text)


def action_values(walk: Walk, action: ActionEntry) -> dict[str, Value]:
    """The form of an action."""
    values: dict[str, Value] = {
        "What": action.what,
        "Who": walk.names(action.who),
        "This is done": action.kind.label,
    }
    if action.by:
        values["No later than"] = action.by
    if action.starts:
        values["From"] = action.starts
    if action.every:
        values["How often"] = action.every.label
    return values


def write_what_if(walk: Walk, what_if: WhatIfEntry) -> None:
    """Write a what-if."""
    values: dict[str, Value] = {
        "If": what_if.if_,
        "Then": what_if.then,
        "Who meets or rings": walk.names(what_if.who),
    }
    walk.open("plan").submit("Add this what-if", values)


def write_rest(walk: Walk, plan: PlanEntry) -> None:
    """Write what-ifs, monitor and evaluation meeting."""
    for what_if in plan.contingency:
        write_what_if(walk, what_if)
    monitor: dict[str, Value] = {"Who keeps an eye on the plan": walk.name(plan.monitor)}
    walk.open("plan").submit("Save who keeps an eye on it", monitor)
    walk.open("plan").submit("Save when we meet again", evaluation_values(walk, plan.evaluation))


def evaluation_values(walk: Walk, again: NextEvaluationEntry) -> dict[str, Value]:
    """The form of the evaluation meeting."""
    return {
        "When": again.on,
        "Where": again.where,
        "Who calls everyone together": walk.name(again.convened_by),
        "Who else is asked to come": walk.names(again.with_),
    }


def decide(client: PageClient, walk: Walk, plan: PlanEntry, *, refused_for: str = "") -> None:
    """Accept the plan, or refuse it for a safety concern."""
    page = client.page(walk.url("plan/agreement"))
    values: dict[str, Value] = {
        "The plan is": "not accepted: it leaves somebody unsafe" if refused_for else "accepted",
        "Which safety concern": refused_for,
    }
    if "Who decides" in page.text:  # of several
        values["Who decides"] = walk.name(plan.accepted_by)
    client.submit("Save the decision", values)


def answer_support(client: PageClient, walk: Walk, action: ActionEntry) -> None:
    """Answer a request for support."""
    assert action.answer is not None
    answer, words = answer_of(action.answer)
    assert answer is SupportAnswer.AGREED
    client.page(walk.url("plan/agreement"))
    client.submit("Save the answer", {"Answer": answer.label, "In their words": words}, near=action.what)


def share(client: PageClient, walk: Walk, whole: Iterable[str]) -> None:
    """A main person shares the whole plan with these professionals."""
    client.page(walk.url("plan"))
    client.follow("Choose who sees what")
    client.submit("Save my answer", {walk.name(id_): "all of it" for id_ in whole})


def check_bottom_lines(walk: Walk, plan: PlanEntry) -> None:
    """Check the plan against each bottom line."""
    assert walk.case.setup is not None
    client = walk.open("plan/agreement")
    for line, met in zip(walk.case.setup.bottom_lines, plan.bottom_lines_met or (), strict=True):
        client.submit("The plan meets it" if met else "It does not", near=line.text)


def said(words: str) -> tuple[Agreed, str]:
    """The answer and own words of somebody in the file; a bare yes has no words."""
    if words == "yes":
        return Agreed.YES, ""
    return (Agreed.PART if "part" in words.split() else Agreed.YES), words


def everybody_says(walk: Walk, plan: PlanEntry, *, later: tuple[str, ...] = ()) -> None:
    """Record everybody who simply agrees at once, then the others; `later` are asked another day."""
    asked = {id_: words for id_, words in plan.agreed.items() if id_ not in later}
    yes = [id_ for id_, words in asked.items() if said(words) == (Agreed.YES, "")]
    client, button = walk.open("plan/agreement"), "They all say yes"
    values: dict[str, Value] = {"They say yes": walk.names(yes)}
    client.submit(button, values | how(client, button))
    for id_ in asked:
        if id_ not in yes:
            somebody_says(walk, plan, id_)


def somebody_says(walk: Walk, plan: PlanEntry, id_: str) -> None:
    """Record one person's answer."""
    answer, words = said(plan.agreed[id_])  # type: ignore[index]
    values: dict[str, Value] = {
        "Who": walk.name(id_),
        "What they say": answer.label,
        "In their words": words,
    }
    client, button = walk.open("plan/agreement"), "Save what they say"
    client.submit(button, values | how(client, button))


def how(client: PageClient, button: str) -> dict[str, Value]:
    """How they said it, where the form asks that because somebody is not in the room."""
    asked = "How they said it"
    labels = Form(client.here, client.here.button(button)).labels
    return {asked: "by telephone"} if any(one.startswith(asked) for one in labels) else {}


def agree(walk: Walk, at: datetime) -> None:
    """Agree the plan."""
    walk.at(at)
    walk.step("Agree the plan")
