"""Mr and Mrs Hendriks: everything on paper and by phone; only Denise, and Ruud who asked her, use the product."""

from datetime import date, datetime

import pytest
from flask import Flask

from ekc.demo.case_schema import ActionEntry, GoalEntry, NextEvaluationEntry
from ekc.demo.casefile import CASES, read_case
from ekc.workflow.vocabulary import ActionKind, Every
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.stories import agreeing, conferring, following, preparing, registering
from tests.stories.expected import printed_plan, regardless_of_order
from tests.stories.paper import PRINTER, download, values_of
from tests.stories.readback import nothing_is_lost
from tests.stories.walk import Walk

pytestmark = PRINTER

FILE = CASES / "hendriks.toml"
CASE = read_case(FILE)
SATURDAYS = "Sleeps over on Saturdays so that Joan sleeps through"
#: The file says that there is a winter part, but not its content.
WINTER = GoalEntry(
    text="Wim and Joan come through the winter.",
    actions=(
        ActionEntry(
            what="Salts the path and drives Joan to the shops when it freezes",
            who=("alf", "peter"),  # type: ignore[arg-type]
            starts=date(2026, 11, 28),
            every=Every.WHEN_NEEDED,
            kind=ActionKind.FAMILY,
        ),
    ),
)
NEXT = NextEvaluationEntry(on=datetime(2026, 11, 28, 11), where="at home", convened_by="peter", with_=())  # type: ignore[arg-type] # noqa: DTZ001


def prepare(walk: Walk) -> str:
    """Joan calls; Ruud registers and asks Denise, who does the rest. Returns the number of the case."""
    case, setup = walk.case, walk.case.setup
    assert setup is not None
    walk.at(case.registration.on, "15:00")
    number = registering.register_for_them(walk, walk.cast.ruud)
    walk.at(case.coordinator.accepted_on, "10:00")
    registering.match(walk, walk.cast.ruud)
    registering.note_their_yes(walk)
    preparing.take_on(walk)
    preparing.speak_to_everybody(walk)
    registering.note_registration(walk, walk.lead, agreed=date(2026, 1, 20))
    preparing.keep_safe(walk)
    walk.open("bottom-lines").submit("There are none")
    preparing.arrange_meeting(walk)
    return number


def confer(walk: Walk) -> None:
    """One round of private time, and a plan on flip charts that Denise enters."""
    case, plan = walk.case, walk.case.plan
    assert case.information is not None
    assert case.private_time is not None
    assert plan is not None
    (stretch,) = case.private_time.rounds
    walk.at(case.information.started)
    walk.step("Open the conference")
    conferring.who_is_there(walk)
    conferring.tell_and_ask(walk)
    conferring.begin(walk, stretch)
    conferring.called_in(walk, stretch)
    conferring.professionals_return(walk)
    for goal in plan.goals:
        agreeing.write_goal(walk, goal)
    agreeing.write_rest(walk, plan)
    agreeing.everybody_says(walk, plan)
    agreeing.decide(walk.coordinator, walk, plan)
    agreeing.agree(walk, datetime(2026, 2, 28, 14, 10))  # noqa: DTZ001 - the clock on the wall


def look_back(walk: Walk) -> None:
    """The call, then the evaluation: the family wants a new version."""
    assert walk.case.evaluation is not None
    call, evaluation = walk.case.evaluation
    walk.at(call.on, "10:30")
    page = following.enter_follow_up(walk, call)
    assert "Actions 5 done · 1 partly · 1 not yet" in page.text
    walk.at(evaluation.on, "14:00")
    page = following.enter_follow_up(walk, evaluation, new_version=True)
    assert "Actions 6 done · 1 partly" in page.text
    assert "The family wants a new version of the plan." in page.text


def write_the_second_version(walk: Walk) -> None:
    """Friday becomes Saturday, a winter part is added, and they meet again in November."""
    client = walk.open("plan")
    client.follow("Change action 1.2")
    client.submit("Save", {"What": SATURDAYS, "From": date(2026, 6, 6)})
    agreeing.write_goal(walk, WINTER)
    client.submit("Save when we meet again", agreeing.evaluation_values(walk, NEXT))
    page = walk.open("plan/agreement").here
    assert "This is about the next version, as it is written now. What people said of version 1 is below." in page.text
    assert walk.case.plan is not None
    agreeing.everybody_says(walk, walk.case.plan)
    agreeing.check_bottom_lines(walk, walk.case.plan)
    agreeing.decide(walk.coordinator, walk, walk.case.plan)
    walk.open("steps/revise_plan").submit("Agree a new version of the plan", {"Why all the same": "They were done."})


@pytest.fixture
def walk(app: Flask, clock: FrozenClock, cast: Cast) -> Walk:
    """The case before registration."""
    return Walk(app, clock, cast, CASE, cast.denise)


def test_to_a_second_version_of_the_plan(walk: Walk) -> None:
    """The first version stays; the second lists what changed."""
    number = prepare(walk)
    confer(walk)
    first = download(walk.coordinator, walk.url("plan/versions/1.pdf"))
    expected = printed_plan(walk, number)
    assert regardless_of_order(values_of(first)) == regardless_of_order(expected)
    look_back(walk)
    write_the_second_version(walk)

    assert download(walk.coordinator, walk.url("plan/versions/1.pdf")) == first
    second = values_of(download(walk.coordinator, walk.url("plan/versions/2.pdf")))
    changed = [
        f"New goal 3: {WINTER.text}",
        f"1.2 is now: {SATURDAYS}",
        f"1.2 is done at another time: {SATURDAYS}",
        f"New, 3.1: {WINTER.actions[0].what}",
        "We meet again at another time: Saturday 28 November 2026, 11:00",
    ]
    assert second["changes"] == changed
    page = walk.open("plan/versions/2").here
    shown = next(section for section in page.all("section") if section.get("id") == "changed")
    assert ["".join(item.itertext()) for item in shown.iter("li")] == changed
    following.enter_costs(walk)
    nothing_is_lost(walk, FILE)
    nobody_else_came_in(walk)


def nobody_else_came_in(walk: Walk) -> None:
    """No link was ever made, and only Denise and Ruud took steps."""
    page = walk.open("links").here
    assert [node.text for node in page.all("span")].count("no link") == len(walk.case.people)
    steps = walk.open("history").here
    acted = {node.text for node in steps.all("span") if node.text in {"Denise Okafor", "Ruud Kramer", "the family"}}
    assert acted == {"Denise Okafor"}
