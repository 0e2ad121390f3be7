"""Whether a coordinator is independent: the agencies of a case, compared by name, and the conflicts that follow.

A coordinator benefits neither from the result nor from what is in the plan (OECD Box 4.1) and is tied to no agency that
decides or helps (EK2). The names that come in here are those of the rows of the organisations, where these have one
(`ekc/directory/`): another name of the same row is the same name here. Others are compared as people mean them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ekc.names import plain


class Tie(StrEnum):
    """What an agency is to a case, the closest first."""

    REFERS = "refers"
    DECIDES = "decides"  # says what the plan has to meet
    HELPS = "helps"


class Matter(StrEnum):
    """What a conflict is about."""

    EMPLOYER = "employer"
    RELATION = "relation"
    INTEREST = "interest"


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation that refers a case, decides in it or helps, by the name it has there."""

    name: str
    tie: Tie


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that ties a coordinator to a case. `about`: the agency by its name in the case, or what was declared.

    Without a `tie` it is said of an agency that it is one of the case, not as what; `past`: it was that, and is so no
    longer.
    """

    matter: Matter
    about: str
    tie: Tie | None = None
    past: bool = False

    @property
    def key(self) -> str:
        """The same for the same conflict, however it is spelled. With another tie it is another."""
        return f"{self.matter}:{self.tie or ''}:{plain(self.about)}"

    def covers(self, other: "Conflict") -> bool:
        """Whether who decided about this one decided about the other: the same, or the agency with a tie no closer."""
        if (self.matter, plain(self.about)) != (other.matter, plain(other.about)):
            return False
        order = list(Tie)
        return self.tie is None or other.tie is None or order.index(self.tie) <= order.index(other.tie)


def agencies(named: Iterable[tuple[str, Tie]]) -> tuple[Agency, ...]:
    """Each agency once, with its closest tie and the name it has there; the closest first."""
    found: dict[str, Agency] = {}
    for name, tie in sorted(named, key=lambda one: list(Tie).index(one[1])):
        found.setdefault(plain(name), Agency(name.strip(), tie))
    return tuple(agency for key, agency in found.items() if key)


def named_in(text: str) -> tuple[str, ...]:
    """The organisations that a text names, with ; or a line between them."""
    return tuple(one.strip() for one in re.split(r"[;\n]", text) if plain(one))


def works_for(employers: Iterable[str], of_case: Iterable[Agency]) -> tuple[Agency, ...]:
    """The agencies of a case that somebody works for. A text may name several employers, with ; or a line between."""
    known = {plain(one) for text in employers for one in named_in(text)}
    return tuple(agency for agency in of_case if plain(agency.name) in known)


def closest(some: Iterable[Agency]) -> tuple[Agency, ...]:
    """The same agencies, each once, with its closest tie; of two that are as close the first."""
    return agencies((agency.name, agency.tie) for agency in some)


def conflicts(
    employers: Iterable[str],
    of_case: Iterable[Agency],
    relations: Iterable[str] = (),
    interests: Iterable[str] = (),
    before: Iterable[Agency] = (),
) -> tuple[Conflict, ...]:
    """All that ties a coordinator to a case: agencies they work for, and what they declared. Empty words tie nobody.

    `before` are agencies as they once were in the case: a tie that was is as good as one that is.
    """
    now = tuple(of_case)
    named = [one for one in employers if one]
    theirs = works_for(named, closest((*now, *before))) if named else ()
    found = (
        *(Conflict(Matter.EMPLOYER, agency.name, agency.tie, past=agency not in now) for agency in theirs),
        *(Conflict(Matter.RELATION, words) for words in relations if words),
        *(Conflict(Matter.INTEREST, words) for words in interests if words),
    )
    once: dict[str, Conflict] = {}
    for conflict in found:
        once.setdefault(conflict.key, conflict)
    return tuple(once.values())
