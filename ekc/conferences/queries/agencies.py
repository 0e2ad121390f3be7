"""The agencies of a case: for whom its referrer and professionals work or speak."""

from collections.abc import Iterable

from ekc.conferences.queries.members import Member
from ekc.workflow import independence
from ekc.workflow.independence import Agency, Tie, plain
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
    """Who works where a professional of the case works, and of whom it was not said that they come for themselves."""
    people = tuple(circle)
    theirs = {plain(one.organisation) for one in people if one.organisation} - {""}
    return frozenset(one.id for one in people if theirs and one.works_for and plain(one.works_for) in theirs)


def _tie(part: Part, decides: bool) -> Tie:
    if part is Part.REFERRER:
        return Tie.REFERS
    return Tie.DECIDES if decides else Tie.HELPS
