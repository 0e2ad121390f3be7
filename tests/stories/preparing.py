"""Pages of a story: circle, consents, informing people, safety, and the meeting's arrangements."""

from collections import Counter
from datetime import date, datetime

from babel import Locale

from ekc.conferences.forms.circle import may_be_a_child
from ekc.demo.case_schema import BottomLineEntry, PersonEntry, SafetyConcernEntry, Setup
from ekc.workflow.birth import Birth
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS, Attends, Part
from tests.form import Value
from tests.stories.walk import Walk

SCOPES = {"conference and file": "the conference, and keeping a file", "conference": "the conference"}
#: The parts that registering adds to the circle.
_REGISTERED = {"main_person": {Part.MAIN_PERSON}, "referrer": {Part.MAIN_PERSON, Part.REFERRER}}


def language_name(code: str) -> str:
    """The name of a language in the form."""
    return str(Locale("en").languages[code]).capitalize()


def consents(walk: Walk) -> None:
    """Enter every consent of the file; main persons without one consent on the day of their yes."""
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
    already = {consent.person for consent in given}
    people = walk.case.people.items()
    mains = [person.name for id_, person in people if person.role is Part.MAIN_PERSON and id_ not in already]
    if mains:
        said_yes = walk.case.registration.main_person_said_yes_on
        values = {"Who": mains, "Says yes to": SCOPES["conference and file"], "On": said_yes}
        client.submit("Note the consent", values)


def add_people(walk: Walk, *ids: str) -> None:
    """The coordinator pastes a list of people into the circle, and corrects what was guessed of each."""
    people = [walk.case.people[id_] for id_ in ids]  # type: ignore[index]
    client = walk.open("circle")
    client.shown("Look at the list", {"One person on each line": "\n".join(map(pasted, people))})
    guessed = client.form("Add them to the circle")
    corrected: dict[str, Value] = {}
    all_the_same: dict[str, Value] = {}
    for number, person in enumerate(people, start=1):
        of_whom = f"{number}. {person.name.partition(',')[0]}"
        values = {"Name": person.name, "Relation": person.relation or ""}
        values["Role in the circle"] = walk.said(person.role.label)
        if person.organisation:
            values["Organisation"] = person.organisation
        if needed(person) and guessed.asks(f"{of_whom} / Needs"):
            values["Needs"] = "\n".join(needed(person))
        if walk.case.sides:
            values["Side"] = person.side or "of no side"
        for label, value in values.items():
            field = f"{of_whom} / {label}"
            if guessed.shown(field) != value:
                corrected[field] = value
        born = Birth.of(person.born, None)
        if may_be_a_child(person.role, person.relation or "", born, walk.clock().date()):  # the page asks
            said = "They come in this role, under 18 or not" if born else "They are 18 or older"
            (all_the_same if born else corrected)[f"{of_whom} / {said}"] = True
    if all_the_same:  # asked of a child that is given another role than the one that was guessed
        client.refused("Add them to the circle", corrected)
    client.submit("Add them to the circle", all_the_same or corrected)


def pasted(person: PersonEntry) -> str:
    """Somebody as a line of the list."""
    role = person.relation or person.organisation
    what = ", ".join(filter(None, (person.name, role)))
    needs = "; ".join(needed(person)) if role else ""  # the first words would be read as the relation
    born = f"{person.born:%d-%m-%Y}" if person.born else None
    language = language_name(person.language) if person.language else None
    return "; ".join(filter(None, (what, person.phone, person.email, born, language, needs)))


def needed(person: PersonEntry) -> tuple[str, ...]:
    """What somebody needs, as it is pasted."""
    named = (kind.label for kind in person.need_kinds or ())
    return (*named, *(["interpreter"] if person.interpreter else []), *(person.needs or ()))


def complete(walk: Walk, *ids: str) -> None:
    """The coordinator enters the other details of people, from page to page where the next one has some too."""
    todo = {walk.name(id_): details(walk, walk.case.people[id_]) for id_ in ids}  # type: ignore[index]
    todo = {name: values for name, values in todo.items() if values}
    client = walk.open("circle")
    for name in [name for name, _address in client.here.links if name in todo]:
        if client.here.heading != name:  # else the page before led here
            client.follow(name)
        onward = next((one for one in client.here.buttons if one.removeprefix("Save and next: ") in todo), "Save")
        client.submit(onward, todo[name])


#: What the picture of the circle needs, and the conference does not.
PICTURE = frozenset({"How close they are", "Who brought them in"})


def fill_in(walk: Walk, *ids: str, picture: bool = False) -> None:
    """The coordinator fills in of these people, on one page, what is known of them and does not stand there yet.

    `picture`: what its picture needs, or else all but that.
    """
    setup, registration = walk.case.setup, walk.case.registration
    assert setup is not None
    client = walk.open("circle")
    client.follow("Fill in details of several people at once")
    form = client.form("Save")
    values: dict[str, Value] = {}
    for id_ in ids:
        person = walk.case.people[id_]  # type: ignore[index]
        said = details(walk, person)
        for consent in registration.consents or ():
            if consent.person == id_:
                assert SCOPES[consent.scope] == SCOPES["conference and file"]
                said["Said yes to the conference, and keeping a file, on"] = consent.given_on
                said["Note with the consent"] = consent.note or ""
        for concern in setup.safety or ():
            if concern.person == id_:
                said |= {"What are they afraid of?": concern.concern, "What was arranged?": concern.arrangement}
        if person.decided_on:
            said |= {"Why they stay away": person.reason or "", "Decided by": person.decided_by or ""}
            said["Decided on"] = person.decided_on
        values |= {f"{person.name} / {label}": value for label, value in said.items()}
    drawn = {label: label.rpartition(" / ")[2] in PICTURE for label in values}
    now = [label for label, value in values.items() if value and drawn[label] is picture and form.asks(label)]
    client.submit("Save", {label: values[label] for label in now})


def details(walk: Walk, person: PersonEntry) -> dict[str, Value]:
    """The fields of the person page that are known before they are told, and that adding them does not have."""
    needs = person.needs or ()
    values: dict[str, Value | None] = {
        "Speaks on behalf of": person.speaks_on_behalf_of,
        "What they want to say, if they are not there": person.view,
        "Needs": "\n".join(needs),
        "Needs an interpreter": person.interpreter or any(need.startswith("interpreter") for need in needs),
        "To take part": [kind.label for kind in person.need_kinds or ()],
        "The address is secret: print it nowhere": person.address_secret,
        "Language": language_name(person.language) if person.language else None,
        "Born on": person.born,
        "Who supports them": walk.name(person.support) if person.support else None,
        "How close they are": person.closeness.label if person.closeness else None,
        "Who brought them in": walk.name(person.brought_by) if person.brought_by else None,
    }
    if person.attends and person.attends is not Attends.EXCLUDED:  # an interpreter comes once that is arranged
        values["How they come"] = person.attends.label
    return {label: value for label, value in values.items() if value}


def take_on(walk: Walk, *known: str) -> None:
    """Take the case on, and add the others to the circle; `known` are complete already."""
    consents(walk)
    walk.step("Take on the case")
    add_others(walk, *known)
    complete(walk, *(id_ for id_ in walk.case.people if id_ not in known))


def add_others(walk: Walk, *known: str) -> None:
    """Add those to the circle who are neither `known` nor registered."""
    registered = [
        id_ for id_, person in walk.case.people.items() if person.role in _REGISTERED[walk.case.registration.by]
    ]
    add_people(walk, *(id_ for id_ in walk.case.people if id_ not in {*registered, *known}))


def speak_to_everybody(walk: Walk) -> None:
    """Day by day: who was informed, and who was excluded."""
    setup = walk.case.setup
    assert setup is not None
    excluded = {id_: person for id_, person in walk.case.people.items() if person.decided_on}
    days = {*setup.informed.values(), *(person.decided_on for person in excluded.values() if person.decided_on)}
    for day in sorted(days):
        walk.at(day, "16:00")
        for id_, person in excluded.items():
            if person.decided_on == day:
                keep_away(walk, id_, person, day)
    tell_everybody(walk, setup)


def tell_everybody(walk: Walk, setup: Setup) -> None:
    """Note at once who was told on which day, and who said then that it is safe for them."""
    ((usual, _people),) = Counter(setup.informed.values()).most_common(1)
    afraid = {concern.person for concern in setup.safety or ()}
    client = walk.open("circle/informed")
    form = client.form("Save who was told")
    values: dict[str, Value] = {"Told on": usual}
    for id_, on in setup.informed.items():
        name, person = walk.name(id_), walk.case.people[id_]
        if on != usual:
            values[f"Told on another day: {name}"] = on
        said = ["told", *["comes"] * (not person.attends)]
        if id_ not in afraid and person.role not in PROFESSIONAL_PARTS:
            said.append("safe")
        at_once = f"{', '.join(said)}: {name}"
        values |= {at_once: True} if form.asks(at_once) else {f"{word}: {name}": True for word in said}
    client.submit("Save who was told", values)


def keep_away(walk: Walk, id_: str, person: PersonEntry, day: date) -> None:
    """Exclude somebody, with reason and decider."""
    client = walk.open("circle")
    client.follow(walk.name(id_))
    client.submit(
        "Save",
        {
            "How they come": Attends.EXCLUDED.label,
            "Why they stay away": person.reason or "",
            "Decided by": person.decided_by or "",
            "Decided on": day,
        },
    )


def keep_safe(walk: Walk) -> None:
    """Enter every safety concern of the file."""
    client = walk.open("safety")
    assert walk.case.setup is not None
    for concern in walk.case.setup.safety or ():
        values: dict[str, Value] = {
            "Who": walk.name(concern.person),
            "What are they afraid of?": concern.concern,
            "What was arranged?": concern.arrangement,
        }
        if concern.apart_from:
            values |= _apart(walk, concern)
        client.submit("Write it down", values)


def keep_apart(walk: Walk) -> None:
    """Enter with whom those may not be whose concern is noted already, and who said so."""
    client = walk.open("safety")
    assert walk.case.setup is not None
    for concern in walk.case.setup.safety or ():
        if concern.apart_from:
            client.submit("Save", _apart(walk, concern), near=concern.concern)


def _apart(walk: Walk, concern: SafetyConcernEntry) -> dict[str, Value]:
    assert concern.apart_from
    apart_from, said_by = walk.name(concern.apart_from), concern.said_by or ""
    return {"Whom may they not be with?": apart_from, "Who said or decided that?": said_by}


def bottom_line_values(line: BottomLineEntry) -> dict[str, Value]:
    """The form of a bottom line."""
    return {
        "What the plan has to meet": line.text,
        "Why: a law, or safety": line.ground,
    }


def share_bottom_lines(walk: Walk, on: date) -> None:
    """The coordinator says yes to the words, and notes that the family was told."""
    walk.open("bottom-lines").submit("The family was told", {"Told or handed over on": on})


def _as_typed(moment: datetime) -> str:
    """A day that lies ahead, without its year."""
    return f"{moment.day}-{moment.month} {moment:%H:%M}"


def arrange_meeting(walk: Walk) -> None:
    """Enter everything about the meeting: dates, hours, venue and arrangements."""
    setup = walk.case.setup
    assert setup is not None
    client = walk.open("meeting")
    interpreter = next((p.name for p in walk.case.people.values() if p.role is Part.INTERPRETER), None)
    values: dict[str, Value] = {
        "Possible dates": "\n".join(map(_as_typed, setup.date_options)),
        "Day and time": _as_typed(setup.chosen),
        "Hours": f"{setup.expected_hours:g}",
        "Place": setup.venue.name,
        "Address": setup.venue.address,
        "How people get in": setup.venue.access,
    }
    arranged = {
        ("How food and drink are arranged", "No food and drink needed"): setup.catering,
        ("How travel is arranged", "No travel needed"): setup.travel,
        ("How childcare is arranged", "No childcare needed"): setup.childcare,
        ("How an interpreter is arranged", "No interpreter needed"): interpreter,
    }
    for (asked, not_needed), how in arranged.items():
        values |= {asked: how} if how else {not_needed: True}
    client.submit("Save", values)
