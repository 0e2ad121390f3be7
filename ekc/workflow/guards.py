"""The conditions of the steps up to private time: one function per condition.

A guard yields a Blocker for each reason why not, none when all is well. It sees `Facts` and nothing else. Which step
asks which guard, and who may override it, stands in `definition.py`; what a plan needs, in `plan_guards.py`.
"""

# ruff: noqa: PLC0414  (`as` hands a name on to whoever imports it from here)

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker as Blocker
from ekc.workflow.blocker import Param, about_conflict, about_people
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import (
    N_,
    ArrangementKind,
    InformationKind,
    Part,
    Remedy,
    Variant,
)

# Registration -> setup


def main_person_said_yes(f: Facts) -> Iterator[Blocker]:
    """The main person wants the conference (EK1)."""
    if not f.main_person_said_yes:
        yield Blocker(N_("The yes of the main person is not recorded yet"), Remedy.REGISTRATION)
    if not any(p.part is Part.MAIN_PERSON for p in f.people):
        yield Blocker(N_("There is no main person in the circle yet"), Remedy.CIRCLE)


def consents_valid(f: Facts) -> Iterator[Blocker]:
    """Main persons consent, and children themselves from the age in the profile.

    A group conference is about a place or a question, not about a person, so there the yes of the main persons is
    enough (our reading; no source).
    """
    if f.variant in {Variant.GROUP, Variant.LEARNING}:
        return
    missing = []
    for person in f.people:
        if person.part is Part.CHILD and person.age is None:
            params: dict[str, Param] = {"name": person.name, "age": f.profile.own_consent_from}
            yield Blocker(
                N_("The age of %(name)s is not known yet: from %(age)s years a child is asked to consent"),
                Remedy.PERSON,
                params,
                target=str(person.id),
            )
        old_enough = person.age is not None and person.age >= f.profile.own_consent_from
        asked = person.part is Part.MAIN_PERSON or (person.part is Part.CHILD and old_enough)
        if asked and not person.consented:
            missing.append(person)
    yield from about_people(
        missing,
        N_("The consent of %(names)s is not here yet"),
        N_("%(n)s consents are not here yet: %(names)s"),
        Remedy.CONSENTS,
    )


def coordinator_accepted(f: Facts) -> Iterator[Blocker]:
    """A coordinator was asked and took the case."""
    if not f.coordinator.asked:
        yield Blocker(N_("No coordinator has been asked yet"), Remedy.COORDINATOR)
    elif not f.coordinator.accepted:
        yield Blocker(N_("The coordinator has not said yet whether they take the case"), Remedy.COORDINATOR)


def independence_declared(f: Facts) -> Iterator[Blocker]:
    """The coordinator has said for this case for whom they work, whom they know and what they gain by it."""
    if not f.coordinator.declared:
        yield Blocker(N_("The independence of the coordinator has not been declared yet"), Remedy.COORDINATOR)


def coordinator_independent(f: Facts) -> Iterator[Blocker]:
    """Nothing ties the coordinator to the case (OECD Box 4.1, EK2) but what the regional manager waived by name.

    Only steps forward and to the end ask for it, not what protects people or is the family's own: out of private time
    and back into it, another day, stopping before the conference, coming together again (ADR 14).
    """
    for conflict in f.coordinator.conflicts:
        yield about_conflict(f.coordinator.name, conflict)


def coordinator_confirmed(f: Facts) -> Iterator[Blocker]:
    """The main person wants this coordinator (EK1)."""
    if f.coordinator.unwanted:
        yield Blocker(N_("The main person would rather have another coordinator"), Remedy.COORDINATOR)
    elif not f.coordinator.confirmed:
        yield Blocker(N_("The main person has not confirmed the coordinator yet"), Remedy.COORDINATOR)


# Setup -> information


def question_agreed(f: Facts) -> Iterator[Blocker]:
    """The central question is the family's own."""
    if not f.question_agreed:
        yield Blocker(
            N_("The central question has not been agreed yet"), Remedy.REGISTRATION, target="question_agreed_on"
        )


def everyone_decided(f: Facts) -> Iterator[Blocker]:
    """For everyone in the circle it is known whether and how they come; children have a condition of their own."""
    undecided = [
        p for p in f.people if p.attends is None and p.part is not Part.CHILD and p.part is not Part.INTERPRETER
    ]
    yield from about_people(
        undecided,
        N_("It is not known yet whether %(names)s comes"),
        N_("It is not known yet whether %(n)s people come: %(names)s"),
        Remedy.CIRCLE,
    )


def everyone_informed(f: Facts) -> Iterator[Blocker]:
    """Everyone who takes part was told goal, way of working, possibilities and responsibilities (OECD Box 4.1)."""
    untold = [p for p in f.people if p.untold]
    yield from about_people(
        untold,
        N_("%(names)s has not been told yet"),
        N_("%(n)s people have not been told yet: %(names)s"),
        Remedy.CIRCLE,
    )


def safety_decided(f: Facts) -> Iterator[Blocker]:
    """Whoever is worried about safety has an arrangement."""
    worried = [p for p in f.people if p.unmet_concerns]
    yield from about_people(
        worried,
        N_("There is no safety arrangement for %(names)s yet"),
        N_("There is no safety arrangement yet for %(names)s"),
        Remedy.SAFETY,
    )


def childrens_part_decided(f: Facts) -> Iterator[Blocker]:
    """It is decided for each child whether and how it takes part (UK1, UK10)."""
    undecided = [p for p in f.people if p.part is Part.CHILD and p.attends is None]
    yield from about_people(
        undecided,
        N_("It has not been decided yet how %(names)s takes part"),
        N_("It has not been decided yet how these children take part: %(names)s"),
        Remedy.CIRCLE,
    )


def bottom_lines_shared(f: Facts) -> Iterator[Blocker]:
    """Bottom lines are known to the family beforehand, or there are none and that was said (UK5, AD1)."""
    if not f.bottom_lines and not f.said_no_bottom_lines:
        yield Blocker(
            N_("Nobody has said yet whether there are bottom lines"),
            Remedy.BOTTOM_LINES,
        )
    for line in f.bottom_lines:
        if not line.shared:
            yield Blocker(
                N_("Bottom line %(number)s has not been shared with the family yet"),
                Remedy.BOTTOM_LINES,
                {"number": line.number},
                target=str(line.id),
            )


def meeting_arranged(f: Facts) -> Iterator[Blocker]:
    """Date, venue, food, travel and interpreters are arranged, or not needed and said so."""
    if f.meeting_on is None:
        yield Blocker(N_("No date has been chosen yet"), Remedy.MEETING, target="dates")
    if not f.venue:
        yield Blocker(N_("There is no venue yet"), Remedy.MEETING, target="venue")
    if ArrangementKind.FOOD not in f.arranged:
        yield Blocker(N_("Food and drink are not arranged yet"), Remedy.MEETING, target="food")
    if ArrangementKind.TRAVEL not in f.arranged:
        yield Blocker(N_("Travel is not arranged yet"), Remedy.MEETING, target="travel")
    if any(p.needs_interpreter and p.takes_part for p in f.people) and (ArrangementKind.INTERPRETER not in f.arranged):
        yield Blocker(N_("The interpreter is not arranged yet"), Remedy.MEETING, target="interpreter")


def family_outnumbers_professionals(f: Facts) -> Iterator[Blocker]:
    """The family is the larger group, so that it is the family's meeting (our own rule, after OECD Box 4.1)."""
    family = sum(p.takes_part for p in f.family)
    professionals = sum(p.takes_part for p in f.professionals)
    if family <= professionals:
        yield Blocker(
            N_("The family is not the larger group yet (family: %(family)s, professionals: %(professionals)s)"),
            Remedy.CIRCLE,
            {"family": family, "professionals": professionals},
        )


# Information -> private time


def information_told(f: Facts) -> Iterator[Blocker]:
    """The situation, the reason for a plan and the possible help have been told (OECD Box 4.1, part one)."""
    missing = {
        InformationKind.SITUATION: N_("The situation has not been told yet"),
        InformationKind.REASON: N_("It has not been told yet why a plan is needed"),
        InformationKind.HELP: N_("It has not been told yet what help there is"),
    }
    for kind, sentence in missing.items():
        if kind not in f.told:
            yield Blocker(sentence, Remedy.INFORMATION)


def questions_answered(f: Facts) -> Iterator[Blocker]:
    """Every question that was asked has an answer."""
    if f.open_questions:
        yield Blocker(
            N_("%(n)s question has no answer yet"),
            Remedy.INFORMATION,
            {"n": f.open_questions},
            plural=N_("%(n)s questions have no answer yet"),
            n=f.open_questions,
        )


def enough_family_present(f: Facts) -> Iterator[Blocker]:
    """Enough of the family is in the room to make a plan; the number is the profile's."""
    present = sum(p.in_room for p in f.family)
    least = f.profile.least_family_present
    if present < least:
        yield Blocker(
            N_("Private time asks for %(least)s of the family or more; in the room now: %(present)s"),
            Remedy.ATTENDANCE,
            {"least": least, "present": present},
        )


def professionals_left(f: Facts) -> Iterator[Blocker]:
    """Private time is without professionals (OECD Box 4.1, part two)."""
    yield from about_people(
        [p for p in f.professionals if p.in_room],
        N_("%(names)s is still in the room"),
        N_("%(n)s professionals are still in the room: %(names)s"),
        Remedy.ATTENDANCE,
    )
