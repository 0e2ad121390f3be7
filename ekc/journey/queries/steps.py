"""The steps taken in a case, and when what its deadlines ask happened."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.conferences.queries.rows import CASES
from ekc.core.audit import ActorKind, AuditEvent
from ekc.core.reading import read_rows
from ekc.journey.models import PhaseChange, StepWords
from ekc.workflow.ends.kinds import EndRule
from ekc.workflow.ends.rows import END_OF_STEP, ROUND_ENDS
from ekc.workflow.vocabulary import Phase, Step, StopReason

_NEWS = timedelta(days=14)  # so long the end of a round stands on pages of the case
_WORDS = frozenset({"reason", "overrides"})  # these "no plan" destroys


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One step taken."""

    number: int
    step: Step
    source: Phase
    target: Phase
    at: datetime
    actor_kind: ActorKind
    actor_name: str
    reason: str | None
    reason_code: StopReason | None
    overrides: dict[str, str]


@dataclass(frozen=True, slots=True)
class StepWhy:
    """When and why a step was taken."""

    at: datetime
    why: str


_changes = PhaseChange.__table__.c
_AGAIN = (
    select(_changes.conference_id, _changes.at, StepWords.reason)
    .outerjoin_from(PhaseChange, StepWords, StepWords.change_id == _changes.id)
    .where(_changes.conference_id.in_(CASES), _changes.step == Step.RECONVENE, _changes.at > bindparam("since"))
    .order_by(_changes.number)
)


def come_together_again(session: Session, conference_ids: Collection[int], since: datetime) -> dict[int, StepWhy]:
    """By case: when and why people last came together again, after `since`."""
    rows = read_rows(session, _AGAIN, {"cases": list(conference_ids), "since": since}) if conference_ids else ()
    return {case: StepWhy(at, why or "") for case, at, why in rows}


def history(session: Session, conference_id: int) -> tuple[ChangeRow, ...]:
    """The steps taken in a case, oldest first."""
    columns = [getattr(StepWords if name in _WORDS else PhaseChange, name) for name in ChangeRow.__dataclass_fields__]
    steps: Select[*tuple[Any, ...]] = (
        select(*columns)
        .select_from(PhaseChange)
        .outerjoin(StepWords, StepWords.change_id == PhaseChange.id)
        .where(PhaseChange.conference_id == conference_id)
    )
    rows = session.execute(steps.order_by(PhaseChange.number))
    return tuple(ChangeRow(*(*row[:-1], row.overrides or {})) for row in rows)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step taken, without reasons and names."""

    step: Step
    source: Phase
    target: Phase
    at: datetime
    actor_kind: ActorKind

    @property
    def by_circle(self) -> bool:
        """Whether somebody in the circle took it."""
        return self.actor_kind is ActorKind.PARTICIPANT


_STEPS = (
    select(_changes.conference_id, *(_changes[name] for name in StepRow.__dataclass_fields__))
    .where(_changes.conference_id.in_(CASES))
    .order_by(_changes.number)
)


def steps_taken(session: Session, conference_id: int) -> tuple[StepRow, ...]:
    """The steps taken in a case, oldest first, without reasons and names."""
    return tuple(steps_of_cases(session, [conference_id]).get(conference_id, ()))


def steps_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, list[StepRow]]:
    """By case the steps taken, oldest first."""
    found: defaultdict[int, list[StepRow]] = defaultdict(list)
    for case, *row in read_rows(session, _STEPS, {"cases": list(conference_ids)}) if conference_ids else ():
        found[case].append(StepRow(*row))
    return found


def ended_round(changes: Sequence[StepRow], at: datetime) -> EndRule | None:
    """What ended the last round of a case that goes on with the plan of the one before, in the days after it."""
    last = changes[-1] if changes else None
    return END_OF_STEP[last.step] if last and last.step in ROUND_ENDS and last.at > at - _NEWS else None


def untold_steps(session: Session) -> Iterator[str]:
    """The names of the audit chains that do not tell the steps of their case: others, or fewer, or none at all.

    Every case has a chain, from its registration on.
    """
    told, taken = defaultdict[int, list[Any]](list), defaultdict[int, list[Any]](list)
    chained = set(session.scalars(select(AuditEvent.chain).distinct()))
    lines = select(AuditEvent).where(AuditEvent.action.like("step.%"), AuditEvent.chain.like("case:%"))
    for line in session.scalars(lines.order_by(AuditEvent.chain, AuditEvent.seq)):
        told[int(line.chain.partition(":")[2])].append((line.action, line.at, line.actor_kind, line.actor_id))
    steps = (_changes.conference_id, _changes.step, _changes.at, _changes.actor_kind, _changes.actor_id)
    for row in session.execute(select(*steps).order_by(_changes.conference_id, _changes.number)):
        taken[row.conference_id].append((f"step.{row.step}", row.at, row.actor_kind, row.actor_id))
    for case in sorted({*session.scalars(select(Conference.id)), *told, *taken}):
        if told[case] != taken[case] or f"case:{case}" not in chained:
            yield f"case:{case}"
