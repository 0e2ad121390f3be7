"""The steps taken in a case, and when what its deadlines ask happened."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from ekc.conferences.access import NO_CHANGES
from ekc.conferences.models import Conference
from ekc.conferences.queries.rows import of_cases
from ekc.core.audit import PRIVATE_LOOKS, Actor, ActorKind, AuditEvent, AuditHead
from ekc.core.reading import read_rows
from ekc.journey.models import PhaseChange, StepTakenBack, StepWords
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
    taken_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepWhy:
    """When and why a step was taken."""

    at: datetime
    why: str


_changes = PhaseChange.__table__.c
#: Whether a step was taken back: then it counts no more, and only the history names it.
TAKEN_BACK = exists().where(StepTakenBack.change_id == PhaseChange.id)
_AGAIN = (
    select(_changes.conference_id, _changes.at, StepWords.reason)
    .outerjoin_from(PhaseChange, StepWords, StepWords.change_id == _changes.id)
    .where(of_cases(_changes.conference_id), _changes.step == Step.RECONVENE, _changes.at > bindparam("since"))
    .order_by(_changes.number)
)


def come_together_again(session: Session, conference_ids: Collection[int], since: datetime) -> dict[int, StepWhy]:
    """By case: when and why people last came together again, after `since`."""
    rows = read_rows(session, _AGAIN, {"cases": list(conference_ids), "since": since}) if conference_ids else ()
    return {case: StepWhy(at, why or "") for case, at, why in rows}


def history(session: Session, conference_id: int) -> tuple[ChangeRow, ...]:
    """The steps taken in a case, oldest first."""
    names = [name for name in ChangeRow.__dataclass_fields__ if name != "taken_back_at"]
    columns = [getattr(StepWords if name in _WORDS else PhaseChange, name) for name in names]
    steps: Select[*tuple[Any, ...]] = (
        select(*columns, StepTakenBack.at.label("taken_back_at"))
        .select_from(PhaseChange)
        .outerjoin(StepWords, StepWords.change_id == PhaseChange.id)
        .outerjoin(StepTakenBack, StepTakenBack.change_id == PhaseChange.id)
        .where(PhaseChange.conference_id == conference_id)
    )
    rows = session.execute(steps.order_by(PhaseChange.number))
    return tuple(ChangeRow(**{**row._asdict(), "overrides": row.overrides or {}}) for row in rows)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step taken, without reasons and names."""

    id: int
    step: Step
    source: Phase
    target: Phase
    at: datetime
    actor_kind: ActorKind
    actor_id: int | None

    @property
    def by_circle(self) -> bool:
        """Whether somebody in the circle took it."""
        return self.actor_kind is ActorKind.PARTICIPANT

    def can_be_taken_back_by(self, actor: Actor) -> bool:
        """Whether this actor took it, and may take it back: into private time again nobody but the circle."""
        is_theirs = (self.actor_kind, self.actor_id) == (actor.kind, actor.id)
        return is_theirs and (self.by_circle or self.source is not Phase.PRIVATE_TIME)


_STEPS = (
    select(_changes.conference_id, *(_changes[name] for name in StepRow.__dataclass_fields__))
    .where(of_cases(_changes.conference_id), ~TAKEN_BACK)
    .order_by(_changes.number)
)


def steps_taken(session: Session, conference_id: int) -> tuple[StepRow, ...]:
    """The steps taken in a case and not taken back, oldest first, without reasons and names."""
    return tuple(steps_of_cases(session, [conference_id]).get(conference_id, ()))


def steps_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, list[StepRow]]:
    """By case the steps taken and not taken back, oldest first."""
    found: defaultdict[int, list[StepRow]] = defaultdict(list)
    for case, *row in read_rows(session, _STEPS, {"cases": list(conference_ids)}) if conference_ids else ():
        found[case].append(StepRow(*row))
    return found


#: Audit codes of what relies on no step: looks, and coming and going with a link.
_RELIES_ON_NOTHING = (
    *NO_CHANGES,
    PRIVATE_LOOKS,
    "plan.printed",
    "link.asked",
    "link.entered",
    "link.left",
    "link.refused",
)
_event = AuditEvent.__table__.c
_CHANGED_SINCE = select(
    exists().where(
        _event.chain == bindparam("chain"),
        _event.seq
        > select(func.max(_event.seq))
        .where(_event.chain == bindparam("chain"), _event.action == bindparam("step"))
        .scalar_subquery(),
        _event.action.not_in(_RELIES_ON_NOTHING),
    )
)


def changed_since(session: Session, conference_id: int, taken: StepRow) -> bool:
    """Whether anybody changed something in the case since this step, which may rely on it."""
    return session.scalar(_CHANGED_SINCE, {"chain": f"case:{conference_id}", "step": f"step.{taken.step}"}) is True


def in_phase_since(session: Session, conference_id: int) -> datetime:
    """Since when the case is where the steps that count have brought it; before any step, since it was registered."""
    steps = select(func.max(_changes.at)).where(_changes.conference_id == conference_id, ~TAKEN_BACK)
    registered = select(func.min(_event.at)).where(_event.chain == f"case:{conference_id}")
    last: datetime | None = session.scalar(steps)
    return last or session.scalars(registered).one()


def moves(session: Session, conference_id: int) -> tuple[tuple[datetime, Phase], ...]:
    """When the case came into which phase, oldest first; also by a step that was taken back, and by taking it back."""
    steps = select(PhaseChange.at, PhaseChange.target, PhaseChange.source, StepTakenBack.at.label("back"))
    steps = steps.outerjoin(StepTakenBack, StepTakenBack.change_id == PhaseChange.id)
    found: list[tuple[datetime, Phase]] = []
    for row in session.execute(steps.where(PhaseChange.conference_id == conference_id).order_by(PhaseChange.number)):
        found += [(row.at, row.target), *([(row.back, row.source)] if row.back else [])]
    return tuple(found)


def ended_round(changes: Sequence[StepRow], news_at: datetime | None = None) -> EndRule | None:
    """What ended the last round of a case that goes on with the plan of the one before.

    `news_at`: in the days after it alone. Whoever hears it on their own page reads it there whenever they look.
    """
    last = changes[-1] if changes else None
    new = last is not None and (news_at is None or last.at > news_at - _NEWS)
    return END_OF_STEP[last.step] if last and last.step in ROUND_ENDS and new else None


def untold_steps(session: Session) -> Iterator[str]:
    """The names of the audit chains that do not tell the steps of their case: others, or fewer, or none at all.

    Every case has a chain, from its registration on.
    """
    told, taken = defaultdict[int, list[Any]](list), defaultdict[int, list[Any]](list)
    chained = set(session.scalars(select(AuditHead.chain)))  # a head without lines is named by `broken_chains`
    of_steps = or_(AuditEvent.action.like("step.%"), AuditEvent.action.like(r"step\_back.%", escape="\\"))
    line_of_step = (AuditEvent.chain, AuditEvent.action, AuditEvent.at, AuditEvent.actor_kind, AuditEvent.actor_id)
    lines = select(*line_of_step).where(of_steps, AuditEvent.chain.like("case:%"))
    for line in session.execute(lines.order_by(AuditEvent.chain, AuditEvent.seq)):
        told[int(line.chain.partition(":")[2])].append((line.action, line.at, line.actor_kind, line.actor_id))
    steps = (_changes.conference_id, _changes.step, _changes.at, _changes.actor_kind, _changes.actor_id)
    every = select(*steps, StepTakenBack.at.label("back")).outerjoin_from(
        PhaseChange, StepTakenBack, StepTakenBack.change_id == _changes.id
    )
    for row in session.execute(every.order_by(_changes.conference_id, _changes.number)):
        taken[row.conference_id].append((f"step.{row.step}", row.at, row.actor_kind, row.actor_id))
        if row.back:
            taken[row.conference_id].append((f"step_back.{row.step}", row.back, row.actor_kind, row.actor_id))
    for case in sorted({*session.scalars(select(Conference.id)), *told, *taken}):
        if told[case] != taken[case] or f"case:{case}" not in chained:
            yield f"case:{case}"
