"""Family De Wit - El Amrani: a conference under pressure, entered by everybody who takes part in it."""

import json
from datetime import date, datetime

import pytest
from flask import Flask

from ekc.demo.case_schema import CaseFile
from ekc.demo.casefile import CASES, read_case
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.effort import Effort
from tests.stories import agreeing, conferring, following, preparing, registering
from tests.stories.expected import printed_plan, regardless_of_order, unsaid
from tests.stories.paper import PRINTER, download, values_of, words_by_page
from tests.stories.readback import nothing_is_lost
from tests.stories.walk import Walk

pytestmark = PRINTER

FILE = CASES / "de-wit.toml"
CASE = read_case(FILE)
#: What it may take to make the conference ready (docs/performance.md says what it took); `-s` prints what it takes.
BUDGET = {"the public": Effort(25, 564, 7), "the coordinator": Effort(110, 1963, 29)}
#: The children, and Joost to sit beside Yara: Marieke names them at once.
CLOSE_BY = ("yara", "daan", "sami", "joost")


def register_and_match(walk: Walk) -> str:
    """Karim registers; Ruud asks Noor; she accepts and Marieke confirms her. Returns the number of the case."""
    cast, case = walk.cast, walk.case
    walk.at(case.registration.on, "11:20")
    number = registering.register_in_public(walk)
    walk.at(case.registration.main_person_said_yes_on, "10:00")
    registering.find_case(walk, cast.ruud)
    registering.note_registration(walk, cast.ruud, said_yes=case.registration.main_person_said_yes_on)
    walk.at(case.coordinator.accepted_on, "10:00")
    registering.match(walk, cast.ruud)
    registering.confirm_by_link(walk, "marieke")
    preparing.add_people(walk, *CLOSE_BY)
    preparing.fill_in(walk, "marieke", *CLOSE_BY)
    return number


def prepare(walk: Walk) -> None:
    """Take the case on; enter circle, safety, bottom lines and the meeting."""
    setup = walk.case.setup
    assert setup is not None
    walk.step("Take on the case")
    preparing.add_others(walk, *CLOSE_BY)
    walk.at(max(setup.informed.values()), "16:00")  # of all talks there are notes
    preparing.fill_in(walk, *(id_ for id_ in walk.case.people if id_ not in {"marieke", *CLOSE_BY}))
    preparing.tell_everybody(walk, setup)
    registering.note_registration(walk, walk.lead, agreed=date(2026, 3, 9))
    preparing.arrange_meeting(walk)
    walk.invite("referrer")
    walk.invite("nurse")
    (shared_on,) = {line.shared_on for line in setup.bottom_lines}
    walk.at(shared_on, "11:00")
    karim = walk.guest("referrer")
    for line in setup.bottom_lines:
        karim.page(walk.url("mine"))
        karim.follow("Write bottom lines")
        karim.submit("Write it down", preparing.bottom_line_values(line))
    preparing.share_bottom_lines(walk, shared_on)


def print_the_papers_of_the_day(walk: Walk) -> None:
    """One file, in Dutch: whoever comes or wrote something is on it; who stays away is not, nor any secret."""
    assert walk.case.setup is not None
    pages = words_by_page(download(walk.coordinator, walk.url("papers.pdf")))
    assert len(pages) < 26
    words = "".join("".join(pages).split())
    names = {id_: "".join(person.name.split()) for id_, person in walk.case.people.items()}
    assert [id_ for id_, name in names.items() if name not in words] == ["sami", "said"]
    assert "Saïd" not in words
    secrets = {"".join(secret.split()) for secret in unsaid(walk)} - {"".join(walk.case.setup.venue.address.split())}
    assert [secret for secret in secrets if secret in words] == []


def confer(walk: Walk) -> None:
    """The day up to the first presentation: one night is still without an adult."""
    case = walk.case
    assert case.information is not None
    assert case.private_time is not None
    assert case.plan is not None
    first, second, _ = case.private_time.rounds
    walk.at(case.information.started)
    walk.step("Open the conference")
    conferring.who_is_there(walk)
    conferring.tell_and_ask(walk)
    conferring.begin(walk, first)
    conferring.ask_for_information(walk, "marieke", first)
    conferring.professionals_return(walk)
    conferring.answer_family(walk, first)
    conferring.begin(walk, second)
    conferring.come_out(walk, "marieke", second)
    conferring.professionals_return(walk)
    nights, *others = case.plan.goals
    agreeing.write_goal(walk, nights, but=(nights.actions[3],))
    for goal in others:
        agreeing.write_goal(walk, goal)
    agreeing.write_rest(walk, case.plan)


def send_back_and_agree(walk: Walk) -> None:
    """Karim refuses for safety; the family goes back and finds who sleeps there on Saturday; then all agree."""
    case, plan = walk.case, walk.case.plan
    assert plan is not None
    assert plan.sent_back_once is not None
    assert case.private_time is not None
    back = case.private_time.rounds[2]
    walk.at(plan.sent_back_once.at)
    karim = walk.guest("referrer")
    karim.page(walk.url("mine"))
    karim.follow("Answer: support asked for, and the plan")
    agreeing.decide(karim, walk, plan, refused_for=plan.sent_back_once.words)
    conferring.professionals_leave(walk)
    conferring.go_back(walk, back)
    conferring.come_out(walk, "marieke", back)
    conferring.professionals_return(walk)
    saturday = plan.goals[0].actions[3]
    client = walk.open("plan")
    client.submit("Add this action", agreeing.action_values(walk, saturday), near=plan.goals[0].text)
    client.follow("Change action 1.5")
    client.submit("Move up")
    agreeing.check_bottom_lines(walk, plan)
    (asked,) = [action for goal in plan.goals for action in goal.actions if action.answer]
    agreeing.answer_support(walk.let_in("nurse"), walk, asked)  # on the tablet that lies on the table
    agreeing.everybody_says(walk, plan, later=("hassan",))
    agreeing.decide(walk.guest("referrer"), walk, plan)
    agreeing.share(walk.guest("marieke"), walk, ["referrer"])
    agreeing.agree(walk, datetime(2026, 4, 18, 15, 50))  # noqa: DTZ001 - the clock on the wall


def look_back(walk: Walk) -> None:
    """Hassan's letter, the call, the evaluation and costs; then the case is closed."""
    case, plan = walk.case, walk.case.plan
    assert plan is not None
    assert case.evaluation is not None
    walk.at(date(2026, 4, 25), "12:00")
    agreeing.somebody_says(walk, plan, "hassan")
    call, evaluation = case.evaluation
    walk.at(call.on, "10:30")
    page = following.enter_follow_up(walk, call)
    assert "Actions 7 done · 3 partly · 3 not yet" in page.text
    walk.at(evaluation.on, "17:00")
    page = following.enter_follow_up(walk, evaluation)
    assert "Actions 10 done · 2 partly · 1 no longer needed" in page.text
    following.enter_costs(walk)
    nothing_is_lost(walk, FILE)


@pytest.fixture
def walk(app: Flask, clock: FrozenClock, cast: Cast) -> Walk:
    """The case before registration."""
    return Walk(app, clock, cast, CASE, cast.noor)


def test_from_a_registration_to_a_closed_case(walk: Walk) -> None:
    """The whole process, including the PDF."""
    number = register_and_match(walk)
    prepare(walk)
    spent = {"the public": walk.effort("the public"), "the coordinator": walk.effort(walk.lead.actor.name)}
    for who, effort in spent.items():
        print(f"{who}, until the conference is ready: {effort}")  # noqa: T201
    assert [who for who, effort in spent.items() if not effort.is_within(BUDGET[who])] == []
    preparing.keep_apart(walk)
    preparing.fill_in(walk, *walk.case.people, picture=True)
    print_the_papers_of_the_day(walk)
    confer(walk)
    send_back_and_agree(walk)

    paper = download(walk.coordinator, walk.url("plan/versions/1.pdf"))
    walk.at(date(2026, 4, 19), "20:00")
    for reader in ("marieke", "referrer"):  # she shares the whole plan with him, and with no other professional
        assert download(walk.guest(reader), walk.url("plan/versions/1.pdf")) == paper
    nurse = walk.guest("nurse").page(walk.url("plan")).text
    assert [words in nurse for words in ("nooit 's nachts alleen", "Plant de behandeling")] == [False, True]
    values = values_of(paper)
    expected = printed_plan(walk, number, later=("hassan",))
    assert regardless_of_order(values) == regardless_of_order(expected)
    assert [secret for secret in unsaid(walk) if secret in json.dumps(values, ensure_ascii=False)] == []

    look_back(walk)
    walk.step("Close the case")
    assert "Closed on Saturday 11 July 2026: closed with a plan." in walk.open().here.text
    _mila_sees_no_name(walk, CASE, number)


def _mila_sees_no_name(walk: Walk, case: CaseFile, number: str) -> None:
    """The social care manager sees the follow-ups, and nobody's name."""
    page = walk.staff(walk.cast.mila).page("/follow-ups?state=all")
    kinds = {"call after four weeks": "16 May 2026", "evaluation": "11 July 2026"}
    head, *rows = page.table()
    assert [dict(zip(head, row, strict=True)) for row in rows] == [
        {
            "Case": number,
            "Municipality": "Rivierstad",
            "Conference": "family conference",
            "Kind": kind,
            "Due": day,
            "Status": "held",
            "Phase": "Closed",
        }
        for kind, day in kinds.items()
    ]
    words = {word for person in case.people.values() for word in person.name.split() if word[0].isupper()}
    assert words & set(page.text.replace(",", " ").split()) == set()
    assert case.title not in page.text
