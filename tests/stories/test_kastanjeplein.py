"""Kastanjeplein: a square with two sides, three main persons, and tasks that groups share."""

from datetime import date, datetime

import pytest
from flask import Flask

from ekc.demo.casefile import CASES, read_case
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.page import Page
from tests.stories import agreeing, conferring, following, preparing, registering
from tests.stories.expected import printed_plan, regardless_of_order
from tests.stories.paper import PRINTER, download, values_of
from tests.stories.readback import nothing_is_lost
from tests.stories.walk import Walk

pytestmark = PRINTER

FILE = CASES / "kastanjeplein.toml"
CASE = read_case(FILE)


def prepare(walk: Walk) -> str:
    """Wout registers, Ruud asks Noor, Ans confirms her; then Noor visits both sides. Returns the number of the case."""
    case, setup = walk.case, walk.case.setup
    assert setup is not None
    walk.at(case.registration.on, "16:00")
    number = registering.register_in_public(walk)
    walk.at(case.registration.main_person_said_yes_on, "10:00")
    registering.find_case(walk, walk.cast.ruud)
    registering.note_registration(walk, walk.cast.ruud, said_yes=case.registration.main_person_said_yes_on)
    walk.at(case.coordinator.accepted_on, "10:00")
    registering.match(walk, walk.cast.ruud)
    registering.confirm_by_link(walk, "ans", "What did the first letter of the square complain about?", "the fountain")
    registering.note_their_yes(walk, walk.name("ans"))
    preparing.take_on(walk)
    preparing.speak_to_everybody(walk)
    registering.note_registration(walk, walk.lead, agreed=date(2026, 4, 21))
    preparing.keep_safe(walk)
    preparing.arrange_meeting(walk)
    (line,) = setup.bottom_lines
    walk.at(line.shared_on, "11:00")
    set_by = {"Set by": walk.name(line.set_by)}
    words = preparing.bottom_line_values(line) | set_by | {"Shared with the family on": line.shared_on}
    walk.open("bottom-lines").submit("Write it down", walk.labelled(words))
    return number


def confer(walk: Walk) -> None:
    """The evening: one round of private time, which Ans ends with a plan."""
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
    conferring.come_out(walk, "ans", stretch)
    conferring.professionals_return(walk)
    for goal in plan.goals:
        agreeing.write_goal(walk, goal)
    agreeing.write_rest(walk, plan)
    agreeing.check_bottom_lines(walk, plan)
    agreeing.everybody_says(walk, plan)
    agreeing.decide(walk.coordinator, walk, plan)
    agreeing.agree(walk, datetime(2026, 5, 28, 21, 50))  # noqa: DTZ001 - the clock on the wall


def standing_on(page: Page, side: str) -> list[str]:
    """Who belongs to a side, by the page of the circle."""
    (heading,) = [node for node in page.all("h2") if node.text == side]
    section = next(page.around(heading))
    return [page.name_of(link) for link in section.iter("a") if "/circle/" in link.attrib["href"]]


@pytest.fixture
def walk(app: Flask, clock: FrozenClock, cast: Cast) -> Walk:
    """The case before registration."""
    return Walk(app, clock, cast, CASE, cast.noor)


def test_two_sides_make_one_plan(walk: Walk) -> None:
    """Both sides are in the circle; each task of a group is one line with all who carry it."""
    number = prepare(walk)
    circle = walk.open("circle").here
    for side in CASE.sides or ():
        expected = [person.name for person in CASE.people.values() if person.side == side]
        assert sorted(standing_on(circle, side)) == sorted(expected)
    confer(walk)
    values = values_of(download(walk.coordinator, walk.url("plan/versions/1.pdf")))
    assert regardless_of_order(values) == regardless_of_order(printed_plan(walk, number))
    carried = [len(action["who"]) for goal in values["goals"] for action in goal["actions"]]
    assert carried == [3, 4, 1, 3, 1, 3]
    assert CASE.evaluation is not None
    (call,) = CASE.evaluation
    walk.at(call.on, "10:30")
    page = following.enter_follow_up(walk, call)
    assert "Actions 4 done · 1 partly · 1 not yet" in page.text
    following.enter_costs(walk)
    nothing_is_lost(walk, FILE)
