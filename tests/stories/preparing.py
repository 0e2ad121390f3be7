"""How a case is entered up to the day of the conference: registration, match, circle, safety, arrangements."""

from datetime import date

from babel import Locale

from ekc.demo.beginning import BottomLine, Person
from ekc.people.access import Visitor
from ekc.workflow.names import name_of
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Attends, Part
from tests.form import Value
from tests.page import Page
from tests.stories.walk import Walk

SCOPES = {"conference and file": "the conference, and keeping a file", "conference": "the conference"}
REGISTERS = {
    "main_person": "the main person: it is about me or my family",
    "referrer": "a referrer: for somebody else",
}
#: Who is in the circle by the registration itself.
_REGISTERED = {"main_person": {Part.MAIN_PERSON}, "referrer": {Part.MAIN_PERSON, Part.REFERRER}}


def language_name(code: str) -> str:
    """A language as a list of languages calls it."""
    return str(Locale("en").languages[code]).capitalize()


def registration_values(walk: Walk) -> dict[str, Value]:
    """The registration form, filled in as the file has it."""
    case = walk.case
    values: dict[str, Value] = {
        "Who registers": REGISTERS[case.registration.by],
        "Kind of conference": name_of(case.variant),
        "Why now": case.registration.reason,
        "The question, as you would put it today": case.question,
        "What it is about": ", ".join(case.topics),
        "Sides": "\n".join(case.sides or ()),
        "Of their own accord, or under pressure": name_of(case.legal_context),
        "Wishes for the coordinator": "\n".join(case.registration.wishes or ()),
        "Municipality": case.municipality,
        "Region": "North",
        "Country": PROFILES[case.profile].name,
        "Language of the letters and the plan": language_name(case.language),
        "Time zone": case.timezone,
        "Title of the case": case.title,
    }
    if case.registration.main_person_said_yes_on <= case.registration.on:
        values["The main person said yes on"] = case.registration.main_person_said_yes_on
    mains = [person for person in case.people.values() if person.role is Part.MAIN_PERSON]
    for number, person in enumerate(mains, 1):
        row = {
            "Name": person.name,
            "Relation or role": person.relation,
            "Side": person.side,
            "Phone": person.phone,
            "E-mail": person.email,
        }
        values |= {f"Main person {number} / {label}": text for label, text in row.items() if text}
    for person in case.people.values():
        if case.registration.by == "referrer" and person.role is Part.REFERRER:
            values |= {"Your name": person.name, "Your organisation": person.organisation or ""}
            values["Your e-mail"] = person.email or ""
    return values


def register_for_them(walk: Walk, manager: Visitor) -> str:
    """The manager registers for somebody who rang; the number of the case."""
    client = walk.staff(manager)
    client.page("/")
    client.follow("Register a case", near="Hello")
    values = registration_values(walk) | {"Registered on": walk.case.registration.on}
    page = client.submit("Register", values)
    walk.id = int(page.url.split("/")[2])
    return next(word for word in page.text.split() if word.startswith("EKC-"))


def register_in_public(walk: Walk) -> str:
    """Whoever registers does so on the public page; the number they are told."""
    client, _ = walk._browser("the public")
    client.page("/")
    client.follow("Register a conference")
    thanks = client.submit("Register", registration_values(walk))
    (number,) = [node.text or "" for node in thanks.all("strong")]
    return number


def find_case(walk: Walk, manager: Visitor) -> None:
    """The manager finds the new case on their own page."""
    client = walk.staff(manager)
    client.page("/")
    page = client.follow(walk.case.title)
    walk.id = int(page.url.split("/")[2])


def note_registration(walk: Walk, who: Visitor, **days: date) -> None:
    """Somebody of the staff writes days into the registration."""
    labels = {"said_yes": "The main person said yes on", "agreed": "The question was agreed on"}
    client = walk.staff(who)
    client.page(walk.url("registration"))
    client.submit("Save", {labels[name]: day for name, day in days.items()})


def match(walk: Walk, manager: Visitor) -> None:
    """The manager asks the coordinator, who takes the case with a declaration."""
    client = walk.staff(manager)
    client.page(walk.url("coordinator"))
    client.submit(f"Ask {walk.lead.actor.name}")
    client = walk.coordinator
    client.page("/")
    client.follow(walk.case.title)
    client.follow("Coordinator")
    told = walk.case.coordinator
    client.submit(
        "Take the case",
        {"How independent are you?": told.independence, "Day on which you said yes": told.accepted_on},
    )


def note_their_yes(walk: Walk) -> None:
    """The coordinator notes that the main person told her so."""
    yes: dict[str, Value] = {"Day on which the main person said yes": walk.case.coordinator.accepted_on}
    walk.open("coordinator").submit("Note their yes", yes)


def confirm_by_link(walk: Walk, id_: str) -> Page:
    """The main person says yes to the coordinator on their own page."""
    walk.invite(id_)
    return walk.guest(id_).submit("Yes, that is good")


def consents(walk: Walk) -> None:
    """Every consent of the file; a main person of whom it names none said yes on the day of the registration's yes."""
    client = walk.open("consents")
    given = walk.case.registration.consents or ()
    for consent in given:
        values: dict[str, Value] = {
            "Who": walk.name(consent.person),
            "Says yes to": SCOPES[consent.scope],
            "On": consent.given_on,
            "Note": consent.note or "",
        }
        client.submit("Note the consent", values)
    for id_, person in walk.case.people.items():
        if person.role is Part.MAIN_PERSON and id_ not in {consent.person for consent in given}:
            said_yes = walk.case.registration.main_person_said_yes_on
            client.submit("Note the consent", {"Who": person.name, "On": said_yes})


def add_people(walk: Walk, *ids: str) -> None:
    """The coordinator adds people to the circle."""
    client = walk.open("circle")
    for id_ in ids:
        person = walk.case.people[id_]  # type: ignore[index]
        values: dict[str, Value] = {
            "Name": person.name,
            "Part in the circle": name_of(person.role),
            "Relation": person.relation or "",
            "Organisation": person.organisation or "",
        }
        if walk.case.sides:
            values["Side"] = person.side or "neither side"
        client.submit("Add to the circle", values)


def complete(walk: Walk, *ids: str) -> None:
    """The coordinator writes down what else is known of people, on the page of each."""
    client = walk.open("circle")
    for id_ in ids:
        client.follow(walk.name(id_))
        client.submit("Save", details(walk, walk.case.people[id_]))  # type: ignore[index]


def details(walk: Walk, person: Person) -> dict[str, Value]:
    """What the page of somebody asks beside what was asked when they were added."""
    needs = person.needs or ()
    values: dict[str, Value] = {
        "Speaks on behalf of": person.speaks_on_behalf_of or "",
        "What they want to say, if they are not there": person.view or "",
        "Needs": "\n".join(needs),
        "Needs an interpreter": any(need.startswith("interpreter") for need in needs),
        "Phone": person.phone or "",
        "E-mail": person.email or "",
        "The address is secret: print it nowhere": bool(person.address_secret),
    }
    if person.attends is not Attends.EXCLUDED:
        values["How they come"] = name_of(person.attends or Attends.IN_PERSON)
    if person.language:
        values["Language"] = language_name(person.language)
    if person.born:
        values["Born on"] = person.born
    if person.support:
        values["Who supports them"] = walk.name(person.support)
    return values


def take_on(walk: Walk, *known: str) -> None:
    """The case is taken on, and all the others come into the circle; `known` are in it with all that is known."""
    consents(walk)
    walk.step("Take on the case")
    registered = [
        id_ for id_, person in walk.case.people.items() if person.role in _REGISTERED[walk.case.registration.by]
    ]
    add_people(walk, *(id_ for id_ in walk.case.people if id_ not in {*registered, *known}))
    complete(walk, *(id_ for id_ in walk.case.people if id_ not in known))


def speak_to_everybody(walk: Walk) -> None:
    """Day by day: who was told personally, and who it was decided stays away."""
    setup = walk.case.setup
    assert setup is not None
    excluded = {id_: person for id_, person in walk.case.people.items() if person.decided_on}
    days = {*setup.informed.values(), *(person.decided_on for person in excluded.values() if person.decided_on)}
    for day in sorted(days):
        walk.at(day, "16:00")
        if told := [id_ for id_, on in setup.informed.items() if on == day]:
            walk.open("circle").submit("Note who was told", {"Told on": day, "Who was told": walk.names(told)})
        for id_, person in excluded.items():
            if person.decided_on == day:
                keep_away(walk, id_, person, day)


def keep_away(walk: Walk, id_: str, person: Person, day: date) -> None:
    """It is written down that somebody stays away, why, and who decided it."""
    client = walk.open("circle")
    client.follow(walk.name(id_))
    client.submit(
        "Save",
        {
            "How they come": name_of(Attends.EXCLUDED),
            "Why they stay away": person.reason or "",
            "Decided by": person.decided_by or "",
            "Decided on": day,
        },
    )


def keep_safe(walk: Walk) -> None:
    """Every worry of the file, and what was arranged."""
    client = walk.open("safety")
    assert walk.case.setup is not None
    for concern in walk.case.setup.safety or ():
        values: dict[str, Value] = {
            "Who": walk.name(concern.person),
            "What are they afraid of?": concern.concern,
            "What was arranged?": concern.arrangement,
        }
        client.submit("Write it down", values)


def bottom_line_values(line: BottomLine) -> dict[str, Value]:
    """The form of a bottom line."""
    return {
        "What the plan has to meet": line.text,
        "Why: a law, or safety": line.ground,
        "Shared with the family on": line.shared_on,
    }
