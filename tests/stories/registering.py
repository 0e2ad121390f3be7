"""Pages of a story: registering a case in public or by staff, asking a coordinator, accepting, confirming."""

from datetime import date

from ekc.accounts.access import Visitor
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Part
from tests.form import Value
from tests.page import Page
from tests.registering import MINE, REFERRED, register
from tests.stories.preparing import language_name
from tests.stories.walk import Walk

#: A declaration without conflicts: both coordinators of the cast are retired.
UNTIED: dict[str, Value] = {
    "Do you work for somebody, besides being a coordinator?": (
        "No: I am retired, a student, at home, between jobs, or work for myself"
    ),
    "Do you know anybody of the family or of the circle?": "No, nobody",
    "Could anything in the plan, or in how it ends, be of use to you or yours?": "No",
    "Your phone number for the family": "01632 960111",
}
REGISTERS = {"main_person": MINE, "referrer": REFERRED}


def _prefix(walk: Walk) -> str:
    return f"{PROFILES[walk.case.profile].number_prefix}-"


def registration_values(walk: Walk) -> dict[str, Value]:
    """The registration form, filled in from the file."""
    case = walk.case
    values: dict[str, Value] = {
        "Who registers": REGISTERS[case.registration.by],
        "Kind of conference": case.variant.label,
        "Why now": case.registration.reason,
        "The question, as you would put it today": case.question,
        "Topics": ", ".join(case.topics),
        "Sides": "\n".join(case.sides or ()),
        "Voluntary or under pressure": case.legal_context.label,
        "Wishes for the coordinator": "\n".join(case.registration.wishes or ()),
        "Municipality, council or area": case.municipality,
        "Region": "North",
        "Country": PROFILES[case.profile].name,
        "Language of the letters and the plan": language_name(case.language),
        "Time zone": case.timezone,
        "Title of the case": case.title,
    }
    if case.registration.main_person_said_yes_on <= case.registration.on:
        said_yes = {"Said yes to a conference on": case.registration.main_person_said_yes_on}
    else:
        said_yes = {}
    mains = [person for person in case.people.values() if person.role is Part.MAIN_PERSON]
    for number, person in enumerate(mains, 1):
        row = said_yes | {
            "Name": person.name,
            "Relation or role": person.relation,
            "Side": person.side,
            "Phone": person.phone,
            "Email": person.email,
        }
        values |= {f"Main person {number} / {label}": text for label, text in row.items() if text}
    for person in case.people.values():
        if case.registration.by == "referrer" and person.role is Part.REFERRER:
            values |= {"Your name": person.name, "Your organisation": person.organisation or ""}
            values["Your email"] = person.email or ""
    return values


def register_for_them(walk: Walk, manager: Visitor) -> str:
    """The manager registers for somebody who called; returns the number of the case."""
    client = walk.staff(manager)
    client.page("/")
    client.follow("Register a conference", near="Hello")
    values = registration_values(walk) | {"Registered on": walk.case.registration.on}
    page = register(client, values)
    walk.id = int(page.url.split("/")[2])
    return next(word for word in page.text.split() if word.startswith(_prefix(walk)))


def register_in_public(walk: Walk) -> str:
    """Register on the public page; returns the number shown."""
    client, _ = walk._browser("the public")
    client.page("/")
    client.follow("Register a conference")
    thanks = register(client, registration_values(walk))
    number, *_manager = [node.text or "" for node in thanks.all("strong")]
    return number


def find_case(walk: Walk, manager: Visitor) -> None:
    """The manager finds the new case on their home page."""
    client = walk.staff(manager)
    client.page("/")
    mains = [person.name for person in walk.case.people.values() if person.role is Part.MAIN_PERSON]
    page = client.follow(", ".join(mains))
    walk.id = int(page.url.split("/")[2])
    client.page(walk.url("registration"))  # whoever registers does not name the case
    client.submit("Save", {"Title of the case": walk.case.title})


def note_registration(walk: Walk, who: Visitor, **days: date) -> None:
    """A member of staff enters days in the registration."""
    mains = [person.name for person in walk.case.people.values() if person.role is Part.MAIN_PERSON]
    labels = {"said_yes": [f"{name} said yes to a conference on" for name in mains]}
    labels["agreed"] = ["The question was agreed on"]
    client = walk.staff(who)
    client.page(walk.url("registration"))
    client.submit("Save", {label: day for name, day in days.items() for label in labels[name]})


def match(walk: Walk, manager: Visitor) -> None:
    """The manager asks the coordinator, who accepts with a declaration."""
    client = walk.staff(manager)
    client.page(walk.url("coordinator"))
    (number,) = {
        word for word in client.submit(f"Ask {walk.lead.actor.name}").text.split() if word.startswith(_prefix(walk))
    }
    client = walk.staff(walk.lead, walk.url("coordinator"))  # to which the mail leads
    assert client.here.heading == "You are asked"
    home = client.read("/")
    assert walk.case.title not in home.text
    assert home.link(number, "You were asked: take the case or not") == client.here.url
    told = walk.case.coordinator
    own_words: dict[str, Value] = {"How independent are you?": told.independence}
    client.submit("Take the case", walk.labelled(UNTIED | own_words | {"Day on which you said yes": told.accepted_on}))


def note_their_yes(walk: Walk, *but: str) -> None:
    """The coordinator notes that each main person confirmed her; `but`: who said so themselves."""
    mains = [person.name for person in walk.case.people.values() if person.role is Part.MAIN_PERSON]
    for name in [name for name in mains if name not in but]:
        yes: dict[str, Value] = {"Day on which they said yes": walk.case.coordinator.accepted_on}
        if len(mains) > 1:
            yes["Who said yes"] = name
        walk.open("coordinator").submit("Note their yes", yes)


def confirm_by_link(walk: Walk, id_: str, question: str = "", answer: str = "") -> Page:
    """The main person confirms the coordinator on their own page."""
    walk.invite(id_, question, answer)
    return walk.guest(id_).submit("Yes, that is good")
