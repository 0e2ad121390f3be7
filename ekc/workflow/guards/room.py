"""Conditions on who is in the room."""

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker, about_people
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import N_, TWO_SIDED, Attends, Part, Remedy

_STILL_THERE = N_("%(names)s is still in the room")


def enough_family_present(f: Facts) -> Iterator[Blocker]:
    """Enough of the family is in the room to make a plan: the profile's number, and somebody of each side."""
    here = tuple(p for p in f.family if p.in_room and p.attends is not Attends.EXCLUDED)
    present = len(here)
    least = f.profile.least_family_present
    if present < least:
        yield Blocker(
            N_("Private time asks for %(least)s of the family or more; in the room now: %(present)s"),
            Remedy.ATTENDANCE,
            {"least": least, "present": present},
        )
    for side in f.sides if f.variant in TWO_SIDED else ():
        if not any(p.side == side for p in here):
            yield Blocker(N_("Nobody of this side is in the room: %(side)s"), Remedy.ATTENDANCE, {"side": side})


def somebody_in_room(f: Facts) -> Iterator[Blocker]:
    """It was written down who is in the room."""
    if not any(p.in_room for p in f.people):
        yield Blocker(N_("Nobody is in the room yet"), Remedy.ATTENDANCE)


def interpreter_in_room(f: Facts) -> Iterator[Blocker]:
    """Whoever needs an interpreter has one in the room. Asked about: a relative may do it, if they want that."""
    if any(p.in_room and p.part is Part.INTERPRETER for p in f.people):
        return
    yield from about_people(
        [p for p in f.people if p.in_room and p.needs_interpreter],
        N_("%(names)s needs an interpreter, and no interpreter is in the room."),
        N_("%(n)s people need an interpreter, and no interpreter is in the room: %(names)s."),
        Remedy.ATTENDANCE,
    )


def letters_read_out(f: Facts) -> Iterator[Blocker]:
    """What those have to say who are not there was read out. Asked about: it may be read out later as well."""
    yield from about_people(
        [p for p in f.people if p.to_be_read_out],
        N_("What %(names)s has to say was not read out yet."),
        N_("What %(n)s people have to say was not read out yet: %(names)s."),
        Remedy.INFORMATION,
    )


def professionals_left(f: Facts) -> Iterator[Blocker]:
    """Private time is without professionals, whoever came as one (OECD Box 4.1, part two).

    Of whoever works where a professional works it is known that they come for themselves.
    """
    yield from about_people(
        [p for p in f.people if p.in_room and p.is_professional],
        _STILL_THERE,
        N_("%(n)s professionals are still in the room: %(names)s"),
        Remedy.ATTENDANCE,
    )
    for person in f.people:
        if person.in_room and person.perhaps_professional and not person.is_professional:
            unknown = N_("It is not known whether %(name)s comes as a professional")
            yield Blocker(unknown, Remedy.PERSON, {"name": person.name}, target=str(person.id))


def excluded_left(f: Facts) -> Iterator[Blocker]:
    """Private time is without those of whom it was decided, while they were there, that they stay away."""
    for person in f.people:  # each by name: the family reads it too
        if person.in_room and person.attends is Attends.EXCLUDED and not person.is_professional:
            yield from about_people([person], _STILL_THERE, _STILL_THERE, Remedy.ATTENDANCE)
