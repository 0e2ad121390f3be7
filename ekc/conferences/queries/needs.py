"""What the people who may attend need, by need: for whom something is arranged, bought or brought."""

from collections.abc import Iterable
from dataclasses import dataclass

from ekc.conferences.queries.circle import PersonRow
from ekc.workflow.vocabulary import ARRANGED_BY, TAKES_PART, ArrangementKind, PersonNeed


@dataclass(frozen=True, slots=True)
class SharedNeed:
    """A need, or None for what has no name of its own; and who has it, each with what they need in words."""

    need: PersonNeed | ArrangementKind | None
    people: tuple[PersonRow, ...]

    @property
    def arrangement(self) -> ArrangementKind | None:
        """With which arrangement it is met; None: by the place, the paper, or otherwise."""
        if self.need is None or isinstance(self.need, ArrangementKind):
            return self.need
        return ARRANGED_BY.get(self.need)


def shared_needs(circle: Iterable[PersonRow]) -> tuple[SharedNeed, ...]:
    """The needs of those who come, or of whom it is not known, in the order of their table; an interpreter is first."""
    there = [person for person in circle if person.attends is None or person.attends in TAKES_PART]
    every = [SharedNeed(ArrangementKind.INTERPRETER, tuple(one for one in there if one.needs_interpreter))]
    every += [SharedNeed(need, tuple(one for one in there if need in one.needed)) for need in PersonNeed]
    every.append(SharedNeed(None, tuple(one for one in there if one.needs and not one.needed)))
    return tuple(line for line in every if line.people)
