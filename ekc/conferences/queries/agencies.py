"""The agencies of a case: for whom its referrer and professionals work or speak."""

from collections.abc import Iterable

from ekc.conferences.queries.members import Member
from ekc.workflow import independence
from ekc.workflow.independence import Agency, Tie, closest, works_for
from ekc.workflow.vocabulary import Part


def agencies(circle: Iterable[Member]) -> tuple[Agency, ...]:
    """The agencies of a case: for whom its referrer and professionals work or speak. Interpreters have none."""
    return independence.agencies(
        (name, _tie(one.part, one.sets_bottom_line))
        for one in circle
        for name in (one.organisation, one.speaks_for)
        if name
    )


def perhaps_professional(circle: Iterable[Member]) -> frozenset[int]:
    """Who works for an agency of the case, and of whom it was not said that they come for themselves."""
    people = tuple(circle)
    asked = [one for one in people if one.works_for and not one.is_professional]
    known = agencies_of_professionals(people) if asked else ()
    return frozenset(one.id for one in asked if works_for([one.works_for or ""], known))


def agencies_of_professionals(circle: Iterable[Member]) -> tuple[Agency, ...]:
    """The agencies of a case, and for whom those work who came as a professional and have another part now."""
    people = tuple(circle)
    former = (Agency(one.works_for, Tie.HELPS) for one in people if one.came_as_professional and one.works_for)
    return closest((*agencies(people), *former))


def _tie(part: Part, decides: bool) -> Tie:
    if part is Part.REFERRER:
        return Tie.REFERS
    return Tie.DECIDES if decides else Tie.HELPS
