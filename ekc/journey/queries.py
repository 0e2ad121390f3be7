"""Reading what spans features: the steps taken, and the lists of cases on home pages."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select
from sqlalchemy import case as case_when
from sqlalchemy.orm import Session, aliased

from ekc.accounts.access import DemoPerson, Visitor
from ekc.accounts.models import Account, Region
from ekc.conferences.access import open_until, still_open
from ekc.conferences.models import BottomLine, Conference, ContactEntry, Participant, Voice
from ekc.core.audit import ActorKind, AuditEvent
from ekc.journey.models import Correction, PhaseChange, StepWords
from ekc.links.models import PersonalLink
from ekc.links.queries import cases_awaiting_approval
from ekc.meetings.models import Meeting
from ekc.workflow.definition import STEPS
from ekc.workflow.ends import EndRule, end_of
from ekc.workflow.profiles import Event
from ekc.workflow.vocabulary import TAKES_PART, Agreed, Outcome, Part, Phase, Role, Step, StopReason, Variant

_MOST = 50  # cases in one list of the home page
_WORDS = frozenset({"reason", "overrides"})  # these "no plan" destroys
_RECENT = timedelta(days=14)  # so long a correction stays on home pages, and another region on own pages
_MOST_CLOSED = 10  # closed cases in the list of a coordinator


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


_changes = PhaseChange.__table__.c
_STEPS = (
    select(*(_changes[name] for name in StepRow.__dataclass_fields__))
    .where(_changes.conference_id == bindparam("case"))
    .order_by(_changes.number)
)


def steps_taken(session: Session, conference_id: int) -> tuple[StepRow, ...]:
    """The steps taken in a case, oldest first, without reasons and names."""
    return tuple(StepRow(*row) for row in session.execute(_STEPS, {"case": conference_id}))


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


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. `starts_at` is that of its current meeting."""

    id: int
    number: str
    title: str
    phase: Phase
    phase_since: datetime
    timezone: str
    municipality: str
    registered_on: date
    coordinator_id: int | None
    asked_coordinator_id: int | None
    variant: Variant
    profile: str
    presentation: int
    round: int
    question_agreed_on: date | None
    no_bottom_lines_on: date | None
    without_conference: bool
    starts_at: datetime | None
    outcome: Outcome | None
    stop_reason: StopReason | None
    closed_on: date | None
    coordinator: str  # name; empty while there is none
    venue: str
    not_informed: int = 0
    open_until: date | None = None  # last day of the coordinator's access, once their last task is done
    wish: bool = False  # somebody wants to stop or to come together again, and that is not settled
    not_safe: bool = False  # and somebody says that it is not safe

    @property
    def end(self) -> EndRule | None:
        """How a closed case ended; None before that."""
        return end_of(self.outcome, self.stop_reason)


_SHOWN = tuple(CaseRow.__dataclass_fields__)[:21]  # the fields that are columns of their own name


#: 1: there is a wish to stop or to come together again that is not settled; 2: because somebody is not safe.
_WISH = (
    select(func.max(case_when((Voice.reason_code == StopReason.NOT_SAFE, 2), else_=1)))
    .join(Participant, Participant.id == Voice.participant_id)
    .where(
        Voice.conference_id == Conference.id,
        or_(
            *(
                (Voice.matter == rule.matter) & Conference.phase.in_(rule.sources)
                for rule in STEPS
                if rule.matter is not None
            )
        ),
        Voice.about == Conference.round,
        Voice.answer == Agreed.YES,
        Participant.removed_at.is_(None),
    )
    .correlate(Conference)
    .scalar_subquery()
)


def _cases() -> Select[*tuple[Any, ...]]:
    latest = (
        select(func.max(Meeting.number))
        .where(Meeting.conference_id == Conference.id)
        .correlate(Conference)
        .scalar_subquery()
    )
    return (
        select(
            Conference.id,
            Conference.number,
            Conference.title,
            Conference.phase,
            Conference.phase_since,
            Conference.timezone,
            Conference.municipality,
            Conference.registered_on,
            Conference.coordinator_id,
            Conference.profile,
            Conference.tasks_ended_on,
            Conference.asked_coordinator_id,
            Conference.variant,
            Conference.presentation,
            Conference.round,
            Conference.question_agreed_on,
            Conference.no_bottom_lines_on,
            Conference.without_conference,
            Meeting.starts_at,
            Conference.outcome,
            Conference.stop_reason,
            Conference.closed_on,
            Meeting.venue_name,
            Account.name.label("coordinator"),
            _WISH.label("wish"),
        )
        .outerjoin_from(Conference, Meeting, (Meeting.conference_id == Conference.id) & (Meeting.number == latest))
        .outerjoin(Account, Account.id == Conference.coordinator_id)
    )


def _row(row: Row[*tuple[Any, ...]], not_informed: int = 0) -> CaseRow:
    head: dict[str, Any] = {name: getattr(row, name) for name in _SHOWN}
    return CaseRow(
        **head,
        coordinator=row.coordinator or "",
        venue=row.venue_name or "",
        not_informed=not_informed,
        open_until=open_until(row),
        wish=row.wish is not None,
        not_safe=row.wish == 2,
    )


def cases_of_coordinator(session: Session, account_id: int, at: datetime) -> tuple[CaseRow, ...]:
    """The open cases of a coordinator or for which they are asked, newest first, then closed ones.

    At most `_MOST_CLOSED` closed ones. Cases to which the coordinator's access has ended are left out.
    """
    own = _cases().where(or_(Conference.coordinator_id == account_id, Conference.asked_coordinator_id == account_id))
    open_ones = session.execute(own.where(Conference.phase != Phase.CLOSED).order_by(Conference.id.desc())).all()
    closed = session.execute(
        own.where(Conference.phase == Phase.CLOSED).order_by(Conference.id.desc()).limit(_MOST_CLOSED)
    ).all()
    not_informed = _not_informed_counts(session, [row.id for row in open_ones])
    # A case for which they are asked is shown, whatever the access of its current coordinator.
    seen = (row for row in (*open_ones, *closed) if row.coordinator_id != account_id or still_open(row, at))
    return tuple(_row(row, not_informed=not_informed.get(row.id, 0)) for row in seen)


def registrations(session: Session, regions: Collection[int]) -> tuple[CaseRow, ...]:
    """The cases of regions that no coordinator has taken on yet, oldest first."""
    rows = session.execute(
        _cases()
        .where(Conference.region_id.in_(regions), Conference.phase == Phase.REGISTRATION)
        .order_by(Conference.id)
        .limit(_MOST)
    )
    return tuple(_row(row) for row in rows)


def cases_of_regions(session: Session, regions: Collection[int]) -> tuple[CaseRow, ...]:
    """The cases under way in regions, newest first."""
    under_way = Conference.phase.not_in([Phase.REGISTRATION, Phase.CLOSED])
    rows = session.execute(
        _cases().where(Conference.region_id.in_(regions), under_way).order_by(Conference.id.desc()).limit(_MOST)
    )
    return tuple(_row(row) for row in rows)


def ended_cases(session: Session, regions: Collection[int], since: date) -> tuple[CaseRow, ...]:
    """The cases of these regions that were closed on `since` or later, the last one first."""
    closed = (Conference.region_id.in_(regions), Conference.phase == Phase.CLOSED, Conference.closed_on >= since)
    rows = session.execute(_cases().where(*closed).order_by(Conference.closed_on.desc(), Conference.id.desc()))
    return tuple(_row(row) for row in rows)


def cases_with_unattended_links(session: Session, regions: Collection[int], at: datetime) -> tuple[CaseRow, ...]:
    """Cases of these regions with somebody waiting at a personal link, whose coordinator has no access any more."""
    done = (Conference.region_id.in_(regions), Conference.tasks_ended_on.is_not(None))
    rows = session.execute(_cases().where(*done, Conference.id.in_(cases_awaiting_approval(at))))
    return tuple(_row(row) for row in rows if not still_open(row, at))


def referrer_events(session: Session, conference_id: int, said_none_on: date | None) -> dict[Event, date]:
    """When the referrer was first contacted, and when the bottom lines were known.

    Events that did not happen are left out.
    """
    spoken = session.scalar(
        select(func.min(ContactEntry.on))
        .join(Participant, Participant.id == ContactEntry.participant_id)
        .where(ContactEntry.conference_id == conference_id, Participant.part == Part.REFERRER)
    )
    shared = select(func.min(BottomLine.shared_on)).where(BottomLine.conference_id == conference_id)
    known = said_none_on or session.scalar(shared)
    return {
        event: on
        for event, on in ((Event.REFERRER_SPOKEN, spoken), (Event.BOTTOM_LINES_KNOWN, known))
        if on is not None
    }


def _not_informed_counts(session: Session, ids: Collection[int]) -> dict[int, int]:
    """How many people who take part have not been informed yet, by case; cases without any are left out."""
    rows = session.execute(
        select(Participant.conference_id, func.count())
        .where(
            Participant.conference_id.in_(ids),
            Participant.removed_at.is_(None),
            Participant.informed_on.is_(None),
            Participant.part != Part.INTERPRETER,
            Participant.attends.in_(TAKES_PART),
        )
        .group_by(Participant.conference_id)
    )
    return {conference_id: count for conference_id, count in rows}  # noqa: C416 - mypy does not take rows for pairs


_moved = Correction.__table__.c
_MOVED = (
    select(func.max(_moved.at))
    .where(_moved.conference_id == bindparam("case"), _moved.region_before != _moved.region_after)
    .where(_moved.at > bindparam("since"))
)


def moved_lately(session: Session, conference_id: int, at: datetime) -> bool:
    """Whether the case came to another region in the last days."""
    return session.scalar(_MOVED, {"case": conference_id, "since": at - _RECENT}) is not None


def demo_links(session: Session, at: datetime) -> list[DemoPerson]:
    """The people whom a visitor of the demo can become by a personal link: those whose link has a note."""
    rows = session.execute(
        select(PersonalLink.id, PersonalLink.note, Participant.name)
        .join(Participant, Participant.id == PersonalLink.participant_id)
        .where(PersonalLink.note.is_not(None), PersonalLink.revoked_at.is_(None), PersonalLink.expires_at > at)
        .order_by(PersonalLink.id)
    )
    return [DemoPerson(row.name, row.note or "", link_id=row.id) for row in rows]


# Corrections of a registration


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction: by whom, and the values before and after. `region_before` and `region_after` are names."""

    conference_id: int
    number: str
    phase: Phase
    timezone: str
    coordinator_id: int | None
    region_id: int  # of the case now
    at: datetime
    by: str
    region_before: str
    region_after: str
    profile_before: str
    profile_after: str
    variant_before: Variant
    variant_after: Variant
    municipality_before: str
    municipality_after: str
    referrer_before: int | None
    referrer_after: int | None

    @property
    def moved(self) -> bool:
        """Whether the case came to another region."""
        return self.region_before != self.region_after


_SAME = CorrectionRow.__slots__[10:]  # the fields that are columns of their own name


def _corrections() -> Select[*tuple[Any, ...]]:
    before, after = aliased(Region), aliased(Region)
    columns = {
        "conference_id": Conference.id,
        "number": Conference.number,
        "phase": Conference.phase,
        "timezone": Conference.timezone,
        "coordinator_id": Conference.coordinator_id,
        "region_id": Conference.region_id,
        "at": Correction.at,
        "by": func.coalesce(Account.name, ""),
        "region_before": before.name,
        "region_after": after.name,
        **{name: getattr(Correction, name) for name in _SAME},
    }
    return (
        select(*(columns[name].label(name) for name in CorrectionRow.__slots__))
        .select_from(Correction)
        .join(Conference, Conference.id == Correction.conference_id)
        .join(before, before.id == Correction.region_before)
        .join(after, after.id == Correction.region_after)
        .outerjoin(Account, Account.id == Correction.account_id)
    )


def corrections(session: Session, conference_id: int) -> tuple[CorrectionRow, ...]:
    """The corrections of the registration of a case, oldest first."""
    rows = session.execute(_corrections().where(Correction.conference_id == conference_id).order_by(Correction.id))
    return tuple(CorrectionRow(*row) for row in rows)


def recent_corrections(session: Session, who: Visitor, at: datetime) -> tuple[CorrectionRow, ...]:
    """What others corrected lately: in cases that the visitor coordinates, or whose regions they managed or manage."""
    theirs: list[ColumnElement[bool]] = [
        Correction.region_before.in_(who.regions),
        Correction.region_after.in_(who.regions),
    ]
    if Role.COORDINATOR in who.roles:
        theirs.append((Conference.coordinator_id == who.account_id) & (Conference.phase != Phase.CLOSED))
    found = _corrections().where(
        or_(*theirs), Correction.at > at - _RECENT, Correction.account_id.is_distinct_from(who.account_id)
    )
    return tuple(CorrectionRow(*row) for row in session.execute(found.order_by(Correction.id.desc()).limit(_MOST)))
