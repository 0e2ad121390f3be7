"""A case of another country, from its registration to an agreed plan; and the words on its pages."""

from datetime import date, datetime

from tests.page import Page
from tests.stories import agreeing, conferring, preparing, registering
from tests.stories.walk import Walk

#: The pages of a case that a coordinator can open in evaluation.
PAGES = (
    *("", "registration", "consents", "coordinator", "circle", "safety", "bottom-lines", "meeting", "contact"),
    *("attendance", "information", "times", "plan", "plan/agreement", "follow-ups", "costs", "history"),
)


def register_and_match(walk: Walk) -> str:
    """A referrer registers in public; Ruud finds it at home and asks the coordinator. Returns the number."""
    case = walk.case
    walk.at(case.registration.on, "11:20")
    number = registering.register_in_public(walk)
    registering.find_case(walk, walk.cast.ruud)
    walk.at(case.coordinator.accepted_on, "10:00")
    registering.match(walk, walk.cast.ruud)
    registering.note_their_yes(walk)
    return number


def take_on(walk: Walk, main_person: str) -> None:
    """Children are entered before, because their age decides who is asked to consent."""
    children = {str(id_): person.born for id_, person in walk.case.people.items() if person.born is not None}
    preparing.add_people(walk, *children)
    for id_, born in children.items():
        client = walk.open("circle")
        client.follow(walk.name(id_))
        client.submit("Save", {"Born on": born})
    page = walk.open("consents").here
    assert "A child is asked from the age of 16 (our default)." in page.text
    preparing.take_on(walk, main_person, *children)
    preparing.complete(walk, main_person, *children)


def prepare(walk: Walk, question_agreed: date) -> None:
    """Circle, safety and the meeting, after the case was taken on."""
    preparing.speak_to_everybody(walk)
    registering.note_registration(walk, walk.lead, agreed=question_agreed)
    preparing.keep_safe(walk)
    preparing.arrange_meeting(walk)


def confer(walk: Walk) -> None:
    """The day, up to the plan that the family wrote."""
    case = walk.case
    assert case.information is not None
    assert case.private_time is not None
    assert case.plan is not None
    (stretch,) = case.private_time.rounds
    walk.at(case.information.started)
    walk.step("Open the conference")
    conferring.who_is_there(walk)
    conferring.tell_and_ask(walk)
    conferring.begin(walk, stretch)
    conferring.called_in(walk, stretch)
    conferring.professionals_return(walk)
    for goal in case.plan.goals:
        agreeing.write_goal(walk, goal)
    agreeing.write_rest(walk, case.plan)


def agree(walk: Walk, at: datetime) -> None:
    """All say yes, the referrer accepts, and the plan is agreed."""
    plan = walk.case.plan
    assert plan is not None
    agreeing.everybody_says(walk, plan)
    agreeing.check_bottom_lines(walk, plan)
    agreeing.decide(walk.coordinator, walk, plan)
    agreeing.agree(walk, at)


def pages(walk: Walk) -> dict[str, Page]:
    """Every page of the case as the coordinator sees it, and the first pages of staff."""
    found = {name: walk.open(name).here for name in PAGES}
    client = walk.coordinator
    found |= {address: client.page(address) for address in ("/", "/register", "/search")}
    ruud = walk.staff(walk.cast.ruud)
    return found | {"home of Ruud": ruud.page("/"), "correct": ruud.page(walk.url("registration/correct"))}


def with_words(found: dict[str, Page], *words: str) -> list[tuple[str, str]]:
    """Which of these words stand on which page; outside the list of countries and of areas before one is chosen."""
    neutral = "municipality, council or area"
    return [
        (name, word)
        for name, page in found.items()
        for word in words
        if word.lower() in page.text.lower().replace(neutral, "")
    ]
