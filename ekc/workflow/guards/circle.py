"""Conditions on the people of the circle: who comes, who was told, who is safe, who still wishes something."""

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker, about_nobody, about_people
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import N_, Attends, Part, Phase, Remedy, Variant, VoiceMatter
from ekc.workflow.voices import unspoken_wishes


def two_sides_there(f: Facts) -> Iterator[Blocker]:
    """A recovery conference has two sides, with somebody of each in the circle: neither makes a plan alone (EK12)."""
    if f.variant is not Variant.RECOVERY:
        return
    if len(f.sides) < 2:
        named = N_("Two sides make a plan with each other here: write down which two")
        yield Blocker(named, Remedy.REGISTRATION, target="sides")
    for side in f.sides:
        if not any(p.side == side for p in f.family):
            yield Blocker(N_("There is nobody of this side in the circle yet: %(side)s"), Remedy.CIRCLE, {"side": side})


def everyone_decided(f: Facts) -> Iterator[Blocker]:
    """For everyone in the circle it is known whether and how they come; children have a condition of their own."""
    undecided = [p for p in f.people if p.attends is None and not p.is_child and p.part is not Part.INTERPRETER]
    yield from about_nobody(f)
    yield from about_people(
        undecided,
        N_("It is not known yet whether %(names)s comes"),
        N_("It is not known yet whether %(n)s people come: %(names)s"),
        Remedy.CIRCLE,
    )


def everyone_informed(f: Facts) -> Iterator[Blocker]:
    """Everyone who takes part was told goal, way of working, possibilities and responsibilities (OECD Box 4.1)."""
    not_informed = [p for p in f.people if p.not_informed]
    if not any(p.takes_part and p.part is not Part.INTERPRETER for p in f.people):
        yield Blocker(N_("Nobody who comes has been told yet"), Remedy.INFORMED)
    yield from about_people(
        not_informed,
        N_("%(names)s has not been told yet"),
        N_("%(n)s people have not been told yet: %(names)s"),
        Remedy.INFORMED,
    )


def safety_asked(f: Facts) -> Iterator[Blocker]:
    """Everyone who comes was asked, on their own, whether it is safe for them; a young child through their supporter.

    Nobody who comes for their work is asked.
    """
    yield from about_people(
        [p for p in f.people if p.safety_unasked],
        N_("%(names)s has not been asked on their own whether it is safe for them"),
        N_("%(n)s people have not been asked on their own whether it is safe for them: %(names)s"),
        Remedy.INFORMED,
    )


def somebody_asked(f: Facts) -> Iterator[Blocker]:
    """Somebody who comes is there to be asked whether it is safe for them."""
    if not any(p.asked_about_safety for p in f.people):
        yield Blocker(N_("Nobody has been asked yet whether it is safe for them"), Remedy.INFORMED)


def safety_decided(f: Facts) -> Iterator[Blocker]:
    """Whoever is worried about safety has an arrangement; somebody was spoken to before that is said of anybody."""
    worried = [p for p in f.people if p.unmet_concerns]
    if not worried and not any(p.informed for p in f.people):
        yield Blocker(N_("Nobody has been asked yet whether it is safe for them"), Remedy.INFORMED)
    yield from about_people(
        worried,
        N_("There is no safety arrangement for %(names)s yet"),
        N_("There is no safety arrangement yet for %(names)s"),
        Remedy.SAFETY,
    )


def childrens_part_decided(f: Facts) -> Iterator[Blocker]:
    """It is decided for each child whether and how it takes part (UK1, UK10)."""
    undecided = [p for p in f.people if p.is_child and p.attends is None]
    if not undecided:
        yield from about_nobody(f)
    yield from about_people(
        undecided,
        N_("It has not been decided yet how %(names)s takes part"),
        N_("It has not been decided yet how these children take part: %(names)s"),
        Remedy.CIRCLE,
    )


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


def wishes_spoken_about(f: Facts) -> Iterator[Blocker]:
    """Whoever wishes to stop, or to come together again, was spoken with, and it was written down what was said.

    Where not, it is asked about; it holds nothing up. In private time nothing of it is shown.
    """
    sentences = {
        VoiceMatter.STOPPING: N_("%(name)s wishes to stop: speak with them, and write down what was said"),
        VoiceMatter.AGAIN: N_("%(name)s wishes to come together again: speak with them, and write down what was said"),
    }
    for person, matter in unspoken_wishes(f) if f.phase is not Phase.PRIVATE_TIME else ():
        yield Blocker(sentences[matter], Remedy.WISHES, {"name": person.name})


def only_main_person(f: Facts) -> Iterator[Blocker]:
    """Nobody else is a main person: otherwise the conference goes on with them."""
    main = [p.name for p in f.people if p.part is Part.MAIN_PERSON and p.attends is not Attends.EXCLUDED]
    if len(main) > 1:
        yield Blocker(
            N_("There are more main persons (%(names)s): take out of the circle whoever died or left, and go on"),
            Remedy.CIRCLE,
            {"names": ", ".join(main)},
        )
