"""The only way to a case: the roles of a visitor in it, and whether they may do an activity in its phase.

A case that does not exist and a case that the visitor may not see give the same error; a coordinator whose access has
ended hears who can open it. Only a visitor who may do the activity in another phase gets NotNow, which says so. Reading
goes through `open_case`; every action goes through `lock_case`, inside its transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Integer,
    LargeBinary,
    Row,
    Select,
    and_,
    bindparam,
    case,
    column,
    exists,
    func,
    or_,
    select,
    table,
    type_coerce,
)
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.accounts.queries import managers_of, who_can_coordinate
from ekc.conferences.models import Conference, Participant, Voice
from ekc.core.audit import AuditEvent
from ekc.core.clock import local_date
from ekc.core.crypto import SealedText
from ekc.core.errors import NotNow, Refusal, Stale, Unknown
from ekc.core.language import moment
from ekc.workflow.ends.kinds import EndRule
from ekc.workflow.ends.rows import end_of
from ekc.workflow.engine import PHASE_RULES, ever_may, in_room, may, sees
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    FAMILY_ROLES,
    N_,
    PROFESSIONAL_PARTS,
    ROLE_OF_ATTENDS,
    ROLE_OF_PART,
    ROLES_OF_SHARING,
    SHARES,
    Activity,
    Attends,
    CasePart,
    Outcome,
    Part,
    Phase,
    PlanSharing,
    Role,
    Scope,
    StopReason,
    Variant,
    VoiceMatter,
)
from ekc.workflow.voices import plans_not_read
from ekc.workflow.wording import wording


@dataclass(frozen=True, slots=True)
class Case:
    """An opened case: its main columns, who opened it, and their roles in it."""

    visitor: Visitor
    roles: frozenset[Role]
    plans_not_read: int  # how many of the first versions are not for the visitor: those of rounds before they came
    id: int
    number: str
    title: str
    variant: Variant
    profile: str
    language: str
    timezone: str
    municipality: str
    region_id: int
    phase: Phase
    phase_since: datetime
    round: int
    presentation: int
    plan_number: int
    earlier_plans: int
    without_conference: bool
    outcome: Outcome | None
    stop_reason: StopReason | None
    closed_on: date | None
    question: str
    coordinator_id: int | None
    asked_coordinator_id: int | None
    follows_id: int | None
    registered_on: date
    question_agreed_on: date | None
    no_bottom_lines_on: date | None
    tasks_ended_on: date | None

    def may(self, activity: Activity) -> bool:
        """Whether the visitor may do this now; for showing or hiding links and forms."""
        return may(activity, self.phase, self.roles, self.in_force)

    @property
    def in_force(self) -> bool:
        """Whether a plan is in force that the visitor may read. A new round changes nothing in that."""
        return self.plan_number > self.plans_not_read

    @property
    def has_plan(self) -> bool:
        """Whether a plan is in force, whoever may read it: from that follows which steps there are."""
        return self.plan_number > 0

    def sees(self, part: CasePart) -> Scope | None:
        """How much of a part of the case the visitor sees now; None: nothing.

        Every page checks this before showing it.
        """
        return sees(part, self.phase, self.roles, self.in_force)

    @property
    def end(self) -> EndRule | None:
        """How a closed case ended; None before that."""
        return end_of(self.outcome, self.stop_reason, self.in_force)

    @property
    def open_until(self) -> date | None:
        """The last day of the coordinator's access; None for others, and while a task is still open."""
        return open_until(self) if Role.COORDINATOR in self.roles else None


_case, _person = Conference.__table__, Participant.__table__
#: Who is in the room when (`meetings`), read by name, as that stands above.
_stretch = table("stretch", *map(column, ("participant_id", "part", "left_at", "corrected_at")))
_IS_OPEN = and_(_stretch.c.left_at.is_(None), _stretch.c.corrected_at.is_(None))
_OF_VISITOR = frozenset({"visitor", "roles", "plans_not_read"})
#: The columns of the fields of `Case`, except those about the visitor.
_HEAD = tuple(_case.c[one.name] for one in fields(Case) if one.name not in _OF_VISITOR)
#: The encrypted columns by index. They are read raw, and decrypted only when access is granted.
_SEALED = {index: column.type for index, column in enumerate(_HEAD) if isinstance(column.type, SealedText)}
#: In the circle now: neither removed nor excluded.
_BELONGS = and_(_person.c.removed_at.is_(None), or_(_person.c.attends.is_(None), _person.c.attends != Attends.EXCLUDED))
_OWN = and_(
    _person.c.conference_id == _case.c.id,
    _person.c.id == bindparam("participant_id", type_=Integer),
    _BELONGS,
)
_SHARINGS = tuple(PlanSharing)
_asked, _said = Participant.__table__.alias("asked"), Voice.__table__
_about_reading = and_(
    _said.c.participant_id == _asked.c.id,
    _said.c.matter == VoiceMatter.READING,
    _said.c.about == _person.c.id,
)
_is_professional = or_(_person.c.part.in_(PROFESSIONAL_PARTS), _person.c.came_as_professional)
#: Those about whom main persons say who reads the plan: professionals and whoever came as one, and of the plans of
#: before whoever came later.
ASKED_ABOUT = or_(_is_professional, _person.c.earlier_plans > 0)
#: How much the family shares of its plan with them: the place in `PlanSharing` of the strictest answer of a main
#: person, about whoever came later of those who were there before; no answer is the strictest. None: nobody is asked.
SHARED = (
    select(
        func.min(
            case({said: _SHARINGS.index(sharing) for said, sharing in SHARES.items()}, value=_said.c.answer, else_=0)
        )
    )
    .select_from(_asked.outerjoin(_said, _about_reading))
    .where(
        ASKED_ABOUT,
        or_(_is_professional, _asked.c.earlier_plans < _person.c.earlier_plans),
        _asked.c.conference_id == _person.c.conference_id,
        _asked.c.part == Part.MAIN_PERSON,
        _asked.c.removed_at.is_(None),
        or_(_asked.c.attends.is_(None), _asked.c.attends != Attends.EXCLUDED),
    )
    .correlate(_person)
    .scalar_subquery()
)
#: The columns of the visitor's own participant row that decide about their roles.
_PARTICIPANT_COLUMNS: tuple[Any, ...] = (
    _person.c.part,
    _person.c.convenes,
    SHARED.label("shared"),
    _person.c.earlier_plans.label("plans_before"),
    _person.c.attends,
    _person.c.came_as_professional,
    exists()
    .where(_stretch.c.participant_id == _person.c.id, _IS_OPEN, _stretch.c.part.not_in(PROFESSIONAL_PARTS))
    .label("in_room"),
)
_OPEN: Select[*tuple[Any, ...]] = (
    select(
        *(
            type_coerce(column, LargeBinary).label(column.name) if index in _SEALED else column
            for index, column in enumerate(_HEAD)
        ),
        *_PARTICIPANT_COLUMNS,
    )
    .select_from(_case.outerjoin(_person, _OWN))
    .where(_case.c.id == bindparam("conference_id"))
)


#: The phases in which the coordinator writes down who comes in.
_COMING = frozenset({Phase.INFORMATION, Phase.PRESENTATION})
#: Audit codes of events that change nothing in the case.
_NO_CHANGES = ("case.read", "case.refused", "case.found")


def roles_in(
    visitor: Visitor, case: Conference | Row[Any], own_row: Row[*tuple[Any, ...]] | None, at: datetime
) -> frozenset[Role]:
    """The roles of a visitor in a case at `at`.

    `own_row` holds `_PARTICIPANT_COLUMNS` of the visitor, if a participant.

    The coordinator's role ends some days after their last task (`still_open`).
    """
    roles: set[Role] = set()
    if visitor.account_id is not None:
        if Role.COORDINATOR in visitor.roles:
            if case.coordinator_id == visitor.account_id and still_open(case, at):
                roles.add(Role.COORDINATOR)
            elif case.asked_coordinator_id == visitor.account_id:
                roles.add(Role.ASKED_COORDINATOR)
        if Role.REGIONAL_MANAGER in visitor.roles and case.region_id in visitor.regions:
            roles.add(Role.REGIONAL_MANAGER)
    if own_row is not None:
        roles |= _roles_in_circle(own_row, case, case.phase)
    return frozenset(roles)


def _roles_in_circle(own_row: Row[*tuple[Any, ...]], case: Conference | Row[Any], phase: Phase) -> frozenset[Role]:
    """The roles of somebody in the circle in this phase. `own_row` holds `_PARTICIPANT_COLUMNS`."""
    if own_row.part is None or not (role := _role_of(own_row, case, phase)):
        return frozenset()
    roles = {role}
    if coming := ROLE_OF_ATTENDS.get(own_row.attends):
        roles.add(coming)
    without_room = case.without_conference and role is not Role.CHILD  # nobody sees who is beside a child then
    if role in FAMILY_ROLES and (own_row.in_room or without_room):
        roles |= {Role.IN_ROOM} if role is Role.CHILD else {Role.IN_ROOM, Role.GROWN_UP_IN_ROOM}
    if own_row.part in PROFESSIONAL_PARTS or role is Role.PROFESSIONAL:
        roles |= ROLES_OF_SHARING[shared(own_row.shared)]
    elif own_row.convenes and not own_row.came_as_professional:  # a convenor may change the plan
        roles.add(Role.CONVENOR)
    return frozenset(roles)


@dataclass(frozen=True, slots=True)
class InCircle:
    """What the access rule says of somebody in the circle. `in_force`: whether a plan is that they may read."""

    roles: frozenset[Role]
    phase: Phase
    in_force: bool

    def mail_part(self, part: Part) -> Part:
        """Whose mails they get in this part: those to professionals, where the case treats them as one."""
        return Part.PROFESSIONAL if Role.PROFESSIONAL in self.roles and part not in PROFESSIONAL_PARTS else part

    def may(self, activity: Activity) -> bool:
        """Whether they may open the page of this activity."""
        return may(activity, self.phase, self.roles, self.in_force)


def circle_access(session: Session, conference: Conference, phase: Phase) -> dict[int, InCircle]:
    """Everybody who belongs to the circle, by id, as the access rule sees them in this phase."""
    rows = session.execute(
        select(_person.c.id, *_PARTICIPANT_COLUMNS).where(_person.c.conference_id == conference.id, _BELONGS)
    )
    return {
        row.id: InCircle(_roles_in_circle(row, conference, phase), phase, conference.plan_number > _plans_not_read(row))
        for row in rows
    }


def coordinator_with_access(conference: Conference, at: datetime) -> int | None:
    """The account id of the coordinator, while they have access to the case. Without access they get no mails."""
    return conference.coordinator_id if still_open(conference, at) else None


def _plans_not_read(own_row: Row[*tuple[Any, ...]] | None) -> int:
    """How many of the first versions the visitor may not read. `own_row` holds `_PARTICIPANT_COLUMNS`."""
    if own_row is None or own_row.part is None:
        return 0
    return plans_not_read(own_row.part, own_row.plans_before, shared(own_row.shared))


def _role_of(own_row: Row[*tuple[Any, ...]], case: Conference | Row[Any], phase: Phase) -> Role | None:
    """The role that somebody's part gives.

    While people meet whoever came as a professional is one, and as long as there is a plan that not every main person
    lets them read.
    """
    not_let = case.plan_number > 0 and shared(own_row.shared) is not PlanSharing.ALL
    if own_row.came_as_professional and (PHASE_RULES[phase].room or not_let):
        return Role.PROFESSIONAL
    return ROLE_OF_PART[own_row.part]


def shared(place: int | None) -> PlanSharing:
    """What `SHARED` says."""
    return _SHARINGS[place or 0]


_THERE = select(exists().where(_stretch.c.participant_id == bindparam("participant_id", type_=Integer), _IS_OPEN))


def in_the_room(session: Session, participant_id: int) -> bool:
    """Whether somebody is in the room of a meeting now."""
    return bool(session.scalar(_THERE, {"participant_id": participant_id}))


def came_as_professionals(session: Session, participant_ids: Iterable[int]) -> frozenset[int]:
    """Who of these came to a meeting as a professional, or is known to have come as one."""
    ids = frozenset(participant_ids)
    came = select(_stretch.c.participant_id).where(
        _stretch.c.participant_id.in_(ids), _stretch.c.part.in_(PROFESSIONAL_PARTS), _stretch.c.corrected_at.is_(None)
    )
    known = select(_person.c.id).where(_person.c.id.in_(ids), _person.c.came_as_professional)
    return frozenset(session.scalars(came)) | frozenset(session.scalars(known))


def open_until(case: Case | Conference | Row[Any]) -> date | None:
    """The last day of the coordinator's access; None while one of their tasks is still open."""
    ended = case.tasks_ended_on
    return PROFILES[case.profile].open_until(ended) if ended is not None else None


def still_open(case: Case | Conference | Row[Any], at: datetime) -> bool:
    """Whether the coordinator still has access at `at`, by the date in the case's time zone."""
    until = open_until(case)
    return until is None or local_date(at, case.timezone) <= until


def unattended(session: Session, case: Case | Conference | Row[Any], at: datetime) -> bool:
    """Whether the coordinator of a case cannot act at `at`. False where it never had one."""
    if case.coordinator_id is None:
        return False
    return not still_open(case, at) or not who_can_coordinate(session, [case.coordinator_id], at)


def attended(session: Session, case: Case | Conference, at: datetime) -> bool:
    """Whether a case has a coordinator who can act at `at`."""
    return case.coordinator_id is not None and not unattended(session, case, at)


def _standing_in(by: By, case: Conference | Row[Any], roles: frozenset[Role], *wanted: Activity) -> frozenset[Role]:
    """The role of a regional manager while the coordinator cannot act. Not asked where nothing of `wanted` is allowed.

    So a refusal takes as many statements as for a case that does not exist.
    """
    if Role.REGIONAL_MANAGER not in roles or Role.COORDINATOR in roles:
        return frozenset()
    most = roles | {Role.STANDS_IN}
    if not any(may(one, case.phase, most, case.plan_number > 0) for one in wanted):
        return frozenset()
    return frozenset({Role.STANDS_IN} if unattended(by.session, case, by.at) else ())


def open_case(by: By, conference_id: int, activity: Activity, *others: Activity) -> Case:
    """The case, for a visitor who may do `activity`, or one of `others`, in it now. Raises Unknown or NotNow."""
    asked = {"conference_id": conference_id, "participant_id": by.visitor.participant_id}
    row = by.session.execute(_OPEN, asked).one_or_none()
    if row is None:
        raise Unknown
    roles = roles_in(by.visitor, row, row, by.at)
    roles |= _standing_in(by, row, roles, activity, *others)
    hidden = _plans_not_read(row)
    try:
        refuse_unless(activity, row.phase, roles, *others, in_force=row.plan_number > hidden)
    except Unknown as unknown:
        unknown.conference_id = conference_id
        if _was_theirs(by, row) and ever_may(activity, {Role.COORDINATOR}):
            raise _no_longer_yours(by, row) from None
        raise
    except NotNow as refused:
        refused.wording = wording(row.variant)
        raise
    head = list(row[: len(_HEAD)])
    for index, sealed in _SEALED.items():
        head[index] = sealed.process_result_value(head[index], by.session.get_bind().dialect)
    return Case(by.visitor, roles, hidden, *head)


def _was_theirs(by: By, case: Row[Any]) -> bool:
    """Whether the visitor is the coordinator, whose access to the case has ended: no stranger to it."""
    own = case.coordinator_id is not None and case.coordinator_id == by.visitor.account_id
    return own and Role.COORDINATOR in by.visitor.roles and not still_open(case, by.at)


def _no_longer_yours(by: By, case: Row[Any]) -> Refusal:
    """Says until when they could open it, and who can now."""
    until = open_until(case)
    managers = managers_of(by.session, case.region_id)
    if until is None or not managers:
        return NotNow(N_("This conference is no longer open to you. Ask your administrator who manages its region."))
    who = ", ".join(f"{one.name} {one.phone or ''}".strip() for one in managers)
    return NotNow(
        N_("You could open this conference until %(day)s. %(who)s can open it: ring them."), day=until, who=who
    )


def may_open(by: By, conference_id: int) -> bool:
    """Whether the visitor may open the page of this case now; for showing a link to it."""
    try:
        open_case(by, conference_id, Activity.SEE_CASE)
    except Refusal:
        return False
    return True


def lock_case(by: By, conference_id: int, activity: Activity) -> tuple[Conference, frozenset[Role]]:
    """The row of the case, locked for writing, and the visitor's roles. Call it inside `writing`.

    Raises Unknown or NotNow; Stale if what the form of this request showed has changed.
    """
    conference = by.session.scalar(
        select(Conference)
        .where(Conference.id == conference_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if conference is None:
        raise Unknown
    own_row = None
    if by.visitor.participant_id is not None:
        own = (_person.c.conference_id == conference_id, _person.c.id == by.visitor.participant_id, _BELONGS)
        own_row = by.session.execute(select(*_PARTICIPANT_COLUMNS).where(*own)).one_or_none()
    roles = roles_in(by.visitor, conference, own_row, by.at)
    roles |= _standing_in(by, conference, roles, activity)
    refuse_unless(activity, conference.phase, roles, in_force=conference.plan_number > _plans_not_read(own_row))
    try:
        by.check_form()
    except Stale as stale:
        raise _dated(by, stale, conference) from None
    return conference, roles


def _dated(by: By, stale: Stale, conference: Conference) -> Stale:
    """Also says when the case was last changed: to staff outside private time.

    Not by whom: the page may be open at somebody who may not know that. To nobody of the circle: it may have been when
    somebody said that it does not feel safe.
    """
    if by.visitor.account_id is None or conference.phase is Phase.PRIVATE_TIME:
        return stale
    changed = (AuditEvent.conference_id == conference.id, AuditEvent.action.not_in(_NO_CHANGES))
    at = by.session.scalar(select(func.max(AuditEvent.at)).where(*changed))
    if at is None:
        return stale
    return Stale(
        N_(
            "Somebody changed this after you opened the page (the last change in this case was %(moment)s). Nothing is "
            "saved yet: look, and save again."
        ),
        moment=moment(at, conference.timezone),
    )


def refuse_unless(
    activity: Activity, phase: Phase, roles: Iterable[Role], *others: Activity, in_force: bool = False
) -> None:
    """Raise Unknown or NotNow unless these roles may do `activity`, or one of `others`, in this phase.

    `in_force`: whether a plan is.
    """
    held = frozenset(roles)
    wanted = (activity, *others)
    if any(may(one, phase, held, in_force) for one in wanted):
        return
    if any(may(one, phase, in_room(held)) for one in wanted) and phase in _COMING:
        raise NotNow(
            N_(
                "This is done by whoever is in the room, or takes part by telephone or video. Are you there? Then ask "
                "your coordinator to write down that you came."
            )
        )
    if not any(ever_may(one, held) for one in wanted):
        raise Unknown
    if phase is Phase.PRIVATE_TIME:
        raise NotNow(N_("The family has private time now. Nobody else sees or changes anything until they come out."))
    raise NotNow(N_("This cannot be done in the phase in which the conference is now."))
