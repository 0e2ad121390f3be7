"""Reading what spans features: the steps taken, and the lists of cases on home pages."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    bindparam,
    cast,
    exists,
    false,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from ekc.accounts.access import DemoPerson, Visitor
from ekc.accounts.models import Account, Region
from ekc.accounts.queries import who_can_coordinate
from ekc.conferences.access import open_until, still_open
from ekc.conferences.models import BottomLine, Conference, ContactEntry, Participant, SafetyConcern, Voice
from ekc.conferences.queries.concerns import UNANSWERED
from ekc.core.audit import ActorKind, AuditEvent
from ekc.core.outbox import OutboxMessage
from ekc.journey.models import Correction, PhaseChange, StepWords
from ekc.links.models import PersonalLink
from ekc.links.queries import cases_awaiting_approval
from ekc.meetings.models import Meeting
from ekc.signin.models import SignIn
from ekc.workflow.definition import STEPS
from ekc.workflow.ends import EndRule, end_of
from ekc.workflow.profiles import Event
from ekc.workflow.vocabulary import (
    PROFESSIONAL_PARTS,
    TAKES_PART,
    TOOK_PART,
    Agreed,
    Outcome,
    Part,
    Phase,
    Role,
    Step,
    StopReason,
    Variant,
    VoiceMatter,
)

#: The step that a wish in a matter asks for.
MATTER_STEPS = {rule.matter: rule for rule in STEPS if rule.matter is not None}
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


@dataclass(frozen=True, slots=True)
class StepWhy:
    """When and why a step was taken."""

    at: datetime
    why: str


def revised_by_family(session: Session, conference_ids: Collection[int], since: datetime) -> dict[int, datetime]:
    """By case: when somebody in the circle last agreed a new version of the plan, after `since`."""
    revised = (PhaseChange.step == Step.REVISE_PLAN, PhaseChange.actor_kind == ActorKind.PARTICIPANT)
    found = (
        select(PhaseChange.conference_id, func.max(PhaseChange.at))
        .where(PhaseChange.conference_id.in_(conference_ids), *revised, PhaseChange.at > since)
        .group_by(PhaseChange.conference_id)
    )
    return {row[0]: row[1] for row in session.execute(found)} if conference_ids else {}


def come_together_again(session: Session, conference_ids: Collection[int], since: datetime) -> dict[int, StepWhy]:
    """By case: when and why people last came together again, after `since`."""
    again = (PhaseChange.conference_id.in_(conference_ids), PhaseChange.step == Step.RECONVENE, PhaseChange.at > since)
    found = (
        select(PhaseChange.conference_id, PhaseChange.at, StepWords.reason)
        .outerjoin(StepWords, StepWords.change_id == PhaseChange.id)
        .where(*again)
        .order_by(PhaseChange.number)
    )
    return {case: StepWhy(at, why or "") for case, at, why in session.execute(found)} if conference_ids else {}


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

    @property
    def end(self) -> EndRule | None:
        """How a closed case ended; None before that."""
        return end_of(self.outcome, self.stop_reason)


_SHOWN = tuple(CaseRow.__dataclass_fields__)[:21]  # the fields that are columns of their own name


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


def _not_told() -> ColumnElement[bool]:
    """Whether somebody whom the end of a case may concern has no sign since that they heard. `owed.py` says exactly."""
    of_person = cast(Conference.id, String) + ":%:" + cast(Participant.id, String)
    since = Conference.phase_since
    signs = (
        exists().where(ContactEntry.participant_id == Participant.id, ContactEntry.on >= Conference.closed_on),
        exists().where(
            OutboxMessage.conference_id == Conference.id,
            OutboxMessage.key.like(of_person),
            OutboxMessage.sent_at >= since,
        ),
        exists().where(
            PersonalLink.participant_id == Participant.id, SignIn.link_id == PersonalLink.id, SignIn.seen_at >= since
        ),
    )
    concerns = Participant.part.in_(PROFESSIONAL_PARTS | {Part.MAIN_PERSON}) | func.coalesce(
        Participant.attends, Participant.attends_before
    ).in_(TOOK_PART)
    person = (Participant.conference_id == Conference.id, Participant.removed_at.is_(None), concerns)
    return exists().where(*person, *(~sign for sign in signs))


def ended_untold(session: Session, regions: Collection[int]) -> tuple[CaseRow, ...]:
    """The closed cases of these regions in which somebody may not have heard of the end, the last ones first."""
    closed = (Conference.region_id.in_(regions), Conference.phase == Phase.CLOSED, _not_told())
    rows = session.execute(_cases().where(*closed).order_by(Conference.id.desc()).limit(_MOST))
    return tuple(_row(row) for row in rows)


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody can be reached."""

    phone: str
    email: str


def reach(session: Session, participant_ids: Collection[int]) -> dict[int, Reach]:
    """How these people can be reached, by id."""
    wanted = select(Participant.id, Participant.phone, Participant.email).where(Participant.id.in_(participant_ids))
    return {row.id: Reach(row.phone, row.email) for row in session.execute(wanted)}


def cases_with_unattended_links(session: Session, regions: Collection[int], at: datetime) -> tuple[CaseRow, ...]:
    """Cases of these regions with somebody waiting at a personal link, whose coordinator cannot act."""
    waiting = (Conference.region_id.in_(regions), Conference.id.in_(cases_awaiting_approval(at)))
    rows = session.execute(_cases().where(*waiting, Conference.coordinator_id.is_not(None))).all()
    able = who_can_coordinate(session, {row.coordinator_id for row in rows}, at) if rows else ()
    return tuple(_row(row) for row in rows if row.coordinator_id not in able or not still_open(row, at))


@dataclass(frozen=True, slots=True)
class ToRing:
    """Somebody of a case whom staff ring: about their wish, or, without `matter`, because it does not feel safe."""

    conference_id: int
    title: str
    name: str
    phone: str
    matter: VoiceMatter | None


def to_ring(session: Session, who: Visitor, at: datetime) -> tuple[ToRing, ...]:
    """Whom a coordinator or the managers of a region ring, first those for whom it does not feel safe.

    That stands until somebody has answered it, also after the case has ended. Nothing of it is shown in private time.
    """
    mine = or_(
        Conference.coordinator_id == who.account_id if Role.COORDINATOR in who.roles else false(),
        Conference.region_id.in_(who.regions) if Role.REGIONAL_MANAGER in who.roles else false(),
    )
    case_columns = ("id", "title", "coordinator_id", "region_id", "tasks_ended_on", "timezone", "profile")
    head = (*(getattr(Conference, name) for name in case_columns), Participant.name, Participant.phone)
    unsafe = (
        select(*head, null().label("matter"), SafetyConcern.said_at.label("since"))
        .join(SafetyConcern, SafetyConcern.conference_id == Conference.id)
        .join(Participant, Participant.id == SafetyConcern.participant_id)
        .where(mine, Conference.phase != Phase.PRIVATE_TIME, UNANSWERED)
    )
    wished = (
        select(*head, Voice.matter, Voice.written_at.label("since"))
        .join(Voice, Voice.conference_id == Conference.id)
        .join(Participant, Participant.id == Voice.participant_id)
        .where(mine, Conference.phase.not_in([Phase.PRIVATE_TIME, Phase.CLOSED]), Participant.removed_at.is_(None))
        .where(Voice.matter.in_(MATTER_STEPS), Voice.about == Conference.round)
        .where(Voice.answer == Agreed.YES, Voice.spoken_at.is_(None))
    )
    rows = session.execute(union_all(wished, unsafe)).all()
    seen = [row for row in rows if row.region_id in who.regions or still_open(row, at)]
    seen.sort(key=lambda row: (row.matter is not None, row.since))
    return tuple(ToRing(row.id, row.title, row.name, row.phone, row.matter) for row in seen)


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
