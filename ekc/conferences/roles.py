"""The roles of somebody in a case: from their office, from their part in the circle, and from being in the room.

What one may do with them in which phase, the tables of the workflow say; `access.py` asks them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Integer, Row, and_, bindparam, case, column, exists, func, or_, select, table, union_all
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.accounts.queries import who_can_coordinate
from ekc.conferences.models import Conference, Participant, Voice
from ekc.core.clock import local_date
from ekc.core.reading import one_of
from ekc.workflow.engine import PHASE_RULES, may
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    FAMILY_ROLES,
    PROFESSIONAL_PARTS,
    ROLE_OF_ATTENDS,
    ROLE_OF_PART,
    ROLES_OF_SHARING,
    SHARES,
    Activity,
    Attends,
    Part,
    Phase,
    PlanSharing,
    Role,
    VoiceMatter,
)
from ekc.workflow.voices import plans_not_read

_person = Participant.__table__
#: Who is in the room when (`meetings`), read by name, as that stands above.
_stretch = table("stretch", *map(column, ("participant_id", "part", "left_at", "corrected_at")))
_IS_OPEN = and_(_stretch.c.left_at.is_(None), _stretch.c.corrected_at.is_(None))
#: In the circle now: neither removed nor excluded.
BELONGS = and_(_person.c.removed_at.is_(None), or_(_person.c.attends.is_(None), _person.c.attends != Attends.EXCLUDED))
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
OWN_COLUMNS: tuple[Any, ...] = (
    _person.c.part,
    _person.c.convenes,
    SHARED.label("shared"),
    _person.c.earlier_plans.label("plans_before"),
    case(
        (and_(_person.c.attends.is_(None), _person.c.asked_again), _person.c.attends_before), else_=_person.c.attends
    ).label("attends"),
    _person.c.came_as_professional,
    exists()
    .where(_stretch.c.participant_id == _person.c.id, _IS_OPEN, _stretch.c.part.not_in(PROFESSIONAL_PARTS))
    .label("in_room"),
)


class Coordinated(Protocol):
    """What a case says of its coordinator."""

    @property
    def coordinator_id(self) -> int | None: ...
    @property
    def tasks_ended_on(self) -> date | None: ...
    @property
    def profile(self) -> str: ...
    @property
    def timezone(self) -> str: ...


def roles_in(
    visitor: Visitor, case: Conference | Row[Any], own_row: Row[*tuple[Any, ...]] | None, at: datetime
) -> frozenset[Role]:
    """The roles of a visitor in a case at `at`.

    `own_row` holds `OWN_COLUMNS` of the visitor, if a participant.

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
    """The roles of somebody in the circle in this phase. `own_row` holds `OWN_COLUMNS`."""
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


_CIRCLE = select(_person.c.id, *OWN_COLUMNS).where(_person.c.conference_id == bindparam("case", type_=Integer), BELONGS)


def circle_access(session: Session, conference: Conference, phase: Phase) -> dict[int, InCircle]:
    """Everybody who belongs to the circle, by id, as the access rule sees them in this phase."""
    rows = session.execute(_CIRCLE, {"case": conference.id})
    return {
        row.id: InCircle(_roles_in_circle(row, conference, phase), phase, conference.plan_number > hidden_plans(row))
        for row in rows
    }


def hidden_plans(own_row: Row[*tuple[Any, ...]] | None) -> int:
    """How many of the first versions the visitor may not read. `own_row` holds `OWN_COLUMNS`."""
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


_CAME_AS_PROFESSIONAL = union_all(
    select(_stretch.c.participant_id).where(
        one_of(_stretch.c.participant_id, "people"),
        _stretch.c.part.in_(PROFESSIONAL_PARTS),
        _stretch.c.corrected_at.is_(None),
    ),
    select(_person.c.id).where(one_of(_person.c.id, "people"), _person.c.came_as_professional),
)


def came_as_professionals(session: Session, participant_ids: Iterable[int]) -> frozenset[int]:
    """Who of these came to a meeting as a professional, or is known to have come as one."""
    return frozenset(session.scalars(_CAME_AS_PROFESSIONAL, {"people": list(participant_ids)}))


def open_until(case: Coordinated | Row[Any]) -> date | None:
    """The last day of the coordinator's access; None while one of their tasks is still open."""
    ended = case.tasks_ended_on
    return PROFILES[case.profile].open_until(ended) if ended is not None else None


def still_open(case: Coordinated | Row[Any], at: datetime) -> bool:
    """Whether the coordinator still has access at `at`, by the date in the case's time zone."""
    until = open_until(case)
    return until is None or local_date(at, case.timezone) <= until


def has_coordinator(case: Coordinated | Row[Any], at: datetime) -> bool:
    """Whether a case has a coordinator whose access to it lasts; whether they can sign in, `attended` asks."""
    return case.coordinator_id is not None and still_open(case, at)


def attended(session: Session, case: Coordinated | Row[Any], at: datetime) -> bool:
    """Whether a case has a coordinator who can act at `at`."""
    return has_coordinator(case, at) and bool(who_can_coordinate(session, [case.coordinator_id or 0], at))


def unattended(session: Session, case: Coordinated | Row[Any], at: datetime) -> bool:
    """Whether the coordinator of a case cannot act at `at`. False where it never had one."""
    return case.coordinator_id is not None and not attended(session, case, at)


def coordinator_with_access(conference: Coordinated, at: datetime) -> int | None:
    """The account id of the coordinator, while they have access to the case. Without access they get no mails."""
    return conference.coordinator_id if still_open(conference, at) else None
