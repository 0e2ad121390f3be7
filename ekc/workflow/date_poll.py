"""Choosing a day that suits those who matter most: whose answer weighs how much, and the order of the days. Pure.

The order is our default: first the days on which nobody of those who must be there is missing, then those on which
nobody who matters for the question is, then those that suit most people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from ekc.workflow.vocabulary import DateFit, Part


class Weight(IntEnum):
    """How much it matters that somebody is there."""

    OTHER = 0
    MATTERS = 1  # for the question, as the coordinator heard from the family
    MUST = 2  # without them there is no conference: main persons, and whoever is beside one


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who may come."""

    id: int
    name: str
    weight: Weight


@dataclass(frozen=True, slots=True)
class DateCount:
    """How one possible date suits those who were asked; names in the order of weight."""

    option_id: int
    starts_at: datetime
    yes: int
    if_needed: int
    no: tuple[Guest, ...]
    unknown: tuple[Guest, ...]

    @property
    def lacks(self) -> tuple[Guest, ...]:
        """Those who must be there and cannot."""
        return tuple(one for one in self.no if one.weight is Weight.MUST)


def weights(
    parts: Mapping[int, Part], supporters: Mapping[int, int | None], matters: frozenset[int]
) -> dict[int, Weight]:
    """How much each person weighs. `supporters`: of each person who is beside them, by id; `matters`: who does."""
    main = {id_ for id_, part in parts.items() if part is Part.MAIN_PERSON}
    must = main | {beside for id_ in main if (beside := supporters.get(id_)) is not None}
    return {id_: Weight.MUST if id_ in must else Weight.MATTERS if id_ in matters else Weight.OTHER for id_ in parts}


def count(
    options: Mapping[int, datetime], asked: Iterable[Guest], answers: Mapping[tuple[int, int], DateFit]
) -> list[DateCount]:
    """Each possible date, the one that suits best first. `answers`: by option and person."""
    guests = sorted(asked, key=lambda one: -one.weight)
    counts = [_count(id_, starts_at, guests, answers) for id_, starts_at in options.items()]
    return sorted(counts, key=_rank)


def _count(
    option_id: int, starts_at: datetime, guests: list[Guest], answers: Mapping[tuple[int, int], DateFit]
) -> DateCount:
    said = [(one, answers.get((option_id, one.id))) for one in guests]
    fits = [fit for _, fit in said]
    return DateCount(
        option_id,
        starts_at,
        fits.count(DateFit.YES),
        fits.count(DateFit.IF_NEEDED),
        tuple(one for one, fit in said if fit is DateFit.NO),
        tuple(one for one, fit in said if fit is None),
    )


def _rank(one: DateCount) -> tuple[int, int, int, int, int, datetime]:
    def missing(guests: tuple[Guest, ...], weight: Weight) -> int:
        return sum(guest.weight is weight for guest in guests)

    return (
        missing(one.no, Weight.MUST),
        missing(one.unknown, Weight.MUST),
        missing(one.no, Weight.MATTERS),
        -(one.yes + one.if_needed),
        -one.yes,
        one.starts_at,
    )
