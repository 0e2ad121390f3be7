"""Conditions on the coordinator: accepted, independent, confirmed."""

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker, about_conflict, about_no_main_person, about_people
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import N_, Remedy, VoiceMatter
from ekc.workflow.voices import hear


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
    elif f.coordinator.knows_unsaid:
        yield Blocker(
            N_("%(name)s has not said yet whether they know anybody of the family or the circle"),
            Remedy.COORDINATOR,
            {"name": f.coordinator.name},
        )


def coordinator_independent(f: Facts) -> Iterator[Blocker]:
    """Nothing ties the coordinator to the case (OECD Box 4.1, EK2) but what the regional manager waived by name.

    Only steps forward and to the end ask for it, not what protects people or is the family's own: out of private time
    and back into it, another day, stopping before the conference, coming together again (ADR 14).
    """
    for conflict in f.coordinator.conflicts:
        yield about_conflict(f.coordinator.name, conflict)


def coordinator_confirmed(f: Facts) -> Iterator[Blocker]:
    """Every main person wants this coordinator (EK1). One who would rather have another is enough to look for one."""
    heard = hear(VoiceMatter.COORDINATOR, f)
    if heard.no:
        yield Blocker(N_("A main person would rather have another coordinator"), Remedy.COORDINATOR)
    yield from about_people(
        [*heard.not_asked],
        N_("%(names)s has not confirmed the coordinator yet"),
        N_("%(n)s main persons have not confirmed the coordinator yet: %(names)s"),
        Remedy.COORDINATOR,
    )
    yield from about_no_main_person(f)
