"""The funnel: the only way to a case. Who somebody is to it, and whether they may do this, in this phase.

Unknown and forbidden look the same. Only somebody who belongs to the case, and may do the thing in another phase, hears
why not now. Reading goes through `open_case`; every action goes through `lock_case`, inside its transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, LargeBinary, Row, Select, and_, bindparam, or_, select, type_coerce

from ekc.accounts.access import By, Visitor
from ekc.conferences.models import Conference, Participant
from ekc.core.clock import local_date
from ekc.core.crypto import SealedText
from ekc.core.errors import NotNow, Unknown
from ekc.workflow.engine import ever_may, may, sees
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    IN_THE_ROOM,
    N_,
    PROFESSIONAL_PARTS,
    ROLE_OF_PART,
    ROLES_OF_SHARING,
    TAKES_PART,
    Activity,
    Attends,
    CasePart,
    Outcome,
    Phase,
    Role,
    Scope,
    Variant,
)


@dataclass(frozen=True, slots=True)
class Case:
    """An opened case: its head, who opened it, and what they are to it."""

    visitor: Visitor
    roles: frozenset[Role]
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
    without_conference: bool
    outcome: Outcome | None
    question: str
    coordinator_id: int | None
    asked_coordinator_id: int | None
    registered_on: date
    main_person_said_yes_on: date | None
    question_agreed_on: date | None
    no_bottom_lines_on: date | None
    tasks_ended_on: date | None

    def may(self, activity: Activity) -> bool:
        """Whether the visitor may do this now; for showing or hiding what leads there."""
        return may(activity, self.phase, self.roles)

    def sees(self, part: CasePart) -> Scope | None:
        """How far the visitor sees a part of the case now; None: not at all. Whatever shows it asks here."""
        return sees(part, self.phase, self.roles)

    @property
    def open_until(self) -> date | None:
        """The last day on which its coordinator can open it; None to others, and while a task is still to be done."""
        return open_until(self) if Role.COORDINATOR in self.roles else None


_case, _person = Conference.__table__, Participant.__table__
#: The columns of the head: the fields of `Case` after who opened it.
_HEAD = tuple(_case.c[one.name] for one in fields(Case) if one.name not in {"visitor", "roles"})
#: Where in the head something is encrypted. It is read as it is stored, and opened for whoever is let in.
_SEALED = {place: column.type for place, column in enumerate(_HEAD) if isinstance(column.type, SealedText)}
#: Who has a place in the circle: not whoever was taken out of it, nor whoever is to stay away.
_BELONGS = and_(_person.c.removed_at.is_(None), or_(_person.c.attends.is_(None), _person.c.attends != Attends.EXCLUDED))
_OWN = and_(
    _person.c.conference_id == _case.c.id,
    _person.c.id == bindparam("participant_id", type_=Integer),
    _BELONGS,
)
#: What their own place in the circle says of somebody.
_PLACE: tuple[Any, ...] = (_person.c.part, _person.c.convenes, _person.c.plan_sharing, _person.c.attends)
_OPEN: Select[*tuple[Any, ...]] = (
    select(
        *(
            type_coerce(column, LargeBinary).label(column.name) if place in _SEALED else column
            for place, column in enumerate(_HEAD)
        ),
        *_PLACE,
    )
    .select_from(_case.outerjoin(_person, _OWN))
    .where(_case.c.id == bindparam("conference_id"))
)


def roles_in(
    visitor: Visitor, case: Conference | Row[Any], place: Row[*tuple[Any, ...]] | None, at: datetime
) -> frozenset[Role]:
    """What a visitor is to a case at `at`. `place` holds what `_PLACE` says of their own place in the circle, if any.

    The coordinator's role ends some days after their last task.
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
    if place is not None and place.part is not None and (role := ROLE_OF_PART[place.part]):
        roles.add(role)
        if role and place.attends in TAKES_PART:
            roles.add(Role.COMES if place.attends in IN_THE_ROOM else Role.JOINS)
        if place.part in PROFESSIONAL_PARTS:
            roles |= ROLES_OF_SHARING[place.plan_sharing]
        elif place.convenes:  # never an agency: a convenor writes in the plan
            roles.add(Role.CONVENOR)
    return frozenset(roles)


def open_until(case: Case | Conference | Row[Any]) -> date | None:
    """The last day on which the coordinator of a case can open it; None while a task of theirs is still to be done."""
    ended = case.tasks_ended_on
    return PROFILES[case.profile].open_until(ended) if ended is not None else None


def still_open(case: Conference | Row[Any], at: datetime) -> bool:
    """Whether the coordinator of a case can open it at `at`, in the case's own time zone."""
    until = open_until(case)
    return until is None or local_date(at, case.timezone) <= until


def open_case(by: By, conference_id: int, activity: Activity, *others: Activity) -> Case:
    """The case, for somebody who may do `activity`, or one of `others`, with it now. Raises Unknown or NotNow."""
    asked = {"conference_id": conference_id, "participant_id": by.visitor.participant_id}
    row = by.session.execute(_OPEN, asked).one_or_none()
    if row is None:
        raise Unknown
    roles = roles_in(by.visitor, row, row, by.at)
    try:
        refuse_unless(activity, row.phase, roles, *others)
    except Unknown as unknown:
        unknown.conference_id = conference_id
        raise
    head = list(row[: len(_HEAD)])
    for place, sealed in _SEALED.items():
        head[place] = sealed.process_result_value(head[place], by.session.get_bind().dialect)
    return Case(by.visitor, roles, *head)


def lock_case(by: By, conference_id: int, activity: Activity) -> tuple[Conference, frozenset[Role]]:
    """The row of the case, locked for writing, and the visitor's roles at `at`; inside `writing`. Raises as above."""
    conference = by.session.scalar(
        select(Conference)
        .where(Conference.id == conference_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if conference is None:
        raise Unknown
    place = None
    if by.visitor.participant_id is not None:
        own = (_person.c.conference_id == conference_id, _person.c.id == by.visitor.participant_id, _BELONGS)
        place = by.session.execute(select(*_PLACE).where(*own)).one_or_none()
    roles = roles_in(by.visitor, conference, place, by.at)
    refuse_unless(activity, conference.phase, roles)
    return conference, roles


def refuse_unless(activity: Activity, phase: Phase, roles: Iterable[Role], *others: Activity) -> None:
    """Raise Unknown or NotNow unless somebody with these roles may do this, or one of `others`, in this phase."""
    held = frozenset(roles)
    wanted = (activity, *others)
    if any(may(one, phase, held) for one in wanted):
        return
    if not any(ever_may(one, held) for one in wanted):
        raise Unknown
    if phase is Phase.PRIVATE_TIME:
        raise NotNow(N_("The family has private time now. Nobody else sees or changes anything until they come out."))
    raise NotNow(N_("This cannot be done in the phase in which the conference is now."))
