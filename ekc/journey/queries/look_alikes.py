"""Registrations that look alike: a main person of nearly the same name, in one municipality, within some weeks.

Names are compared after decrypting. No index is kept for it, which whoever sends the public form could fill with words.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from ekc.conferences.access import Case
from ekc.conferences.models import Conference, Participant
from ekc.core.reading import one_of, read_rows
from ekc.journey.models import LookAlike
from ekc.names import nearly_same
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.vocabulary import Part, Phase, Step

_NEAR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Registered:
    """An open case, as far as another one can look like it."""

    id: int
    number: str
    phase: Phase
    registered_on: date

    @property
    def can_stop(self) -> bool:
        """Whether it can still be stopped as the second registration of another."""
        return self.phase in STEP_RULES[Step.REGISTERED_TWICE].sources


@dataclass(frozen=True, slots=True)
class Alike:
    """Another open case that looks like this one, and whose names are in both."""

    other: Registered
    names: tuple[str, ...]


#: Named one by one, so that the index on region and phase serves. In private time nobody outside sees a name.
_OPEN_PHASES = [phase for phase in Phase if phase not in {Phase.PRIVATE_TIME, Phase.CLOSED}]
_OPEN = (
    select(
        Conference.id,
        Conference.number,
        Conference.phase,
        Conference.registered_on,
        Conference.municipality_id,
        Participant.name,
    )
    .join(Participant, Participant.conference_id == Conference.id)
    .where(one_of(Conference.region_id, "regions"), Conference.phase.in_(_OPEN_PHASES))
    .where(Conference.plan_number == 0, Participant.part == Part.MAIN_PERSON, Participant.removed_at.is_(None))
    .order_by(Conference.id, Participant.id)
)
_this = aliased(Conference)
#: Of these, those that can look like one case.
_AROUND = _OPEN.where(
    Conference.municipality_id == select(_this.municipality_id).where(_this.id == bindparam("case")).scalar_subquery(),
    Conference.registered_on.between(bindparam("first"), bindparam("last")),
)
_TOLD_APART = select(LookAlike.conference_id, LookAlike.other_id).where(
    or_(one_of(LookAlike.conference_id, "ids"), one_of(LookAlike.other_id, "ids"))
)


def look_alikes(session: Session, regions: Collection[int]) -> dict[int, tuple[Alike, ...]]:
    """By case of these regions that can still be stopped: the others that look like it. Not those told apart before."""
    return _alike(session, read_rows(session, _OPEN, {"regions": list(regions)}) if regions else ())


def alike(session: Session, case: Case) -> tuple[Alike, ...]:
    """The same of one case."""
    near = {"first": case.registered_on - _NEAR, "last": case.registered_on + _NEAR}
    rows = read_rows(session, _AROUND, {"regions": [case.region_id], "case": case.id, **near})
    return _alike(session, rows).get(case.id, ())


def _alike(session: Session, rows: Iterable[Any]) -> dict[int, tuple[Alike, ...]]:
    found: defaultdict[int, dict[int, Alike]] = defaultdict(dict)
    for one, other, name in _pairs(rows):
        for this, that in ((one, other), (other, one)):
            if this.can_stop:
                names = found[this.id][that.id].names if that.id in found[this.id] else ()
                found[this.id][that.id] = Alike(that, (*names, name))
    if not found:
        return {}
    apart = {frozenset(row) for row in read_rows(session, _TOLD_APART, {"ids": list(found)})}
    left = {
        id_: tuple(alike for other, alike in others.items() if frozenset((id_, other)) not in apart)
        for id_, others in found.items()
    }
    return {id_: alikes for id_, alikes in left.items() if alikes}


def _pairs(rows: Iterable[Any]) -> Iterator[tuple[Registered, Registered, str]]:
    """Two cases and a name of the first that is in both, as nearly as people write it."""
    here: defaultdict[int, list[tuple[Registered, str]]] = defaultdict(list)
    for row in rows:
        here[row.municipality_id].append((Registered(row.id, row.number, row.phase, row.registered_on), row.name))
    for named in here.values():
        named.sort(key=lambda one: (one[0].registered_on, one[0].id))
        for place, (one, name) in enumerate(named, 1):
            for other, other_name in named[place:]:
                if other.registered_on - one.registered_on > _NEAR:
                    break
                if one.id != other.id and nearly_same(name, other_name):
                    yield one, other, name if name == other_name else f"{name} / {other_name}"


def goes_on_as(session: Session, conference_id: int) -> tuple[int, str] | None:
    """Id and number of the case as which one that was registered twice goes on."""
    same = (LookAlike.conference_id == conference_id, LookAlike.same)
    found = select(Conference.id, Conference.number).join(LookAlike, LookAlike.other_id == Conference.id)
    row = session.execute(found.where(*same)).one_or_none()
    return (row.id, row.number) if row else None
