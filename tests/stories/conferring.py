"""Pages of a story: the day of the conference, with information and private time."""

from ekc.demo.case_schema import PrivateRoundEntry
from ekc.workflow.vocabulary import FAMILY_PARTS, PROFESSIONAL_PARTS, Attends, Part
from tests.form import Value
from tests.page import Page
from tests.stories.walk import Walk


def who_is_there(walk: Walk) -> None:
    """Record the people that the file names as present."""
    assert walk.case.information is not None
    groups: dict[str, list[str]] = {}
    for id_ in walk.case.information.present:
        part = walk.case.people[id_].role
        family = part in FAMILY_PARTS | {Part.SUPPORTER}
        group = (
            walk.said("Family and network") if family else "Professionals" if part in PROFESSIONAL_PARTS else "Others"
        )
        groups.setdefault(group, []).append(_with_how(walk, id_))
    values: dict[str, Value] = dict(groups)
    walk.open("attendance").submit("Save who came", values)


def _with_how(walk: Walk, id_: str) -> str:
    attends = walk.case.people[id_].attends or Attends.IN_PERSON  # type: ignore[index]
    return walk.name(id_) + ("" if attends is Attends.IN_PERSON else f" ({attends.label})")


def tell_and_ask(walk: Walk) -> None:
    """Record information and questions."""
    assert walk.case.information is not None
    client = walk.open("information")
    for item in walk.case.information.items:
        by = "The coordinator" if item.by == walk.case.coordinator.id else walk.name(item.by)
        client.submit("Write it down", {"Who told it": by, "About": item.kind.label, "What was told": item.text})
    for question in walk.case.information.questions:
        values: dict[str, Value] = {
            "Who asked": walk.name(question.asked_by),
            "Question": question.text,
            "Answer": question.answer,
        }
        client.submit("Write the question down", values)


def professionals_leave(walk: Walk) -> None:
    """The professionals leave the room."""
    walk.open("attendance").submit("The professionals have left")


def professionals_return(walk: Walk) -> None:
    """They are in the room again."""
    walk.open("attendance").submit("The professionals are back")


def letters_are_read(walk: Walk) -> None:
    """What those who are not there have to say is read out."""
    client = walk.open("information")
    while unread := [name for name in client.here.buttons if name.startswith("It was read out: ")]:
        client.submit(unread[0])


def begin(walk: Walk, stretch: PrivateRoundEntry) -> None:
    """What is still to be read out is read, the professionals leave, and private time begins."""
    letters_are_read(walk)
    professionals_leave(walk)
    walk.at(stretch.began)
    walk.step("Begin private time")


def go_back(walk: Walk, stretch: PrivateRoundEntry) -> None:
    """The family goes back into private time, for the reason in the file."""
    walk.at(stretch.began)
    client = walk.open()
    client.follow("Go back into private time")
    client.submit("Go back into private time", {"Which bottom line is not met, or what is unclear?": stretch.why or ""})


def ask_for_information(walk: Walk, id_: str, stretch: PrivateRoundEntry) -> Page:
    """Somebody of the family ends private time on their own page, with a question."""
    walk.at(stretch.ended)
    client = walk.guest(id_)
    client.page(walk.url("mine"))
    client.follow("We do not get there")
    client.follow("Ask for information")
    asked: dict[str, Value] = {walk.said("What does the family want to know, and from whom?"): stretch.note or ""}
    return client.submit("Ask for information", asked)


def answer_family(walk: Walk, stretch: PrivateRoundEntry) -> None:
    """The coordinator writes down what the family heard when it came out with a question."""
    walk.open("information").submit("Save the question", {"Answer": stretch.answer or ""}, near=stretch.note or "")


def come_out(walk: Walk, id_: str, stretch: PrivateRoundEntry) -> Page:
    """Somebody of the family ends private time on their own page, with a plan."""
    walk.at(stretch.ended)
    client = walk.guest(id_)
    client.page(walk.url("mine"))
    client.follow("We have a plan")
    return client.submit("Come out with a plan")


def called_in(walk: Walk, stretch: PrivateRoundEntry) -> Page:
    """The family calls the coordinator, who ends private time."""
    walk.at(stretch.ended)
    return walk.step(walk.said("The family called me in: they have a plan"))
