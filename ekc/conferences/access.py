"""The funnel: the only way to a case. Who somebody is to it, and whether they may do this, in this phase.

Unknown and forbidden look the same. Only somebody who belongs to the case, and may do the thing in another phase, hears
why not now. Reading goes through `open_case`; every action goes through `lock_case`, inside its transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, LargeBinary, Row, Select, and_, bindparam, select, type_coerce
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, Participant
from ekc.core.crypto import SealedText
from ekc.core.errors import NotNow, Unknown
from ekc.people.access import Visitor
from ekc.workflow.engine import PHASE_RULES, ever_may, may
from ekc.workflow.vocabulary import N_, ROLE_OF_PART, Activity, Outcome, Part, Phase, Role, Variant


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
    registered_on: date
    main_person_said_yes_on: date | None
    question_agreed_on: date | None
    no_bottom_lines_on: date | None

    def may(self, activity: Activity) -> bool:
        """Whether the visitor may do this now; for showing or hiding what leads there."""
        return may(activity, self.phase, self.roles)

    @property
    def phase_title(self) -> str:
        """The name of the phase, ready to be translated."""
        return PHASE_RULES[self.phase].title


_case, _person = Conference.__table__, Participant.__table__
#: The columns of the head: the fields of `Case` after who opened it.
_HEAD = tuple(_case.c[one.name] for one in fields(Case) if one.name not in {"visitor", "roles"})
#: Where in the head something is encrypted. It is read as it is stored, and opened for whoever is let in.
_SEALED = {place: column.type for place, column in enumerate(_HEAD) if isinstance(column.type, SealedText)}
_OWN = and_(
    _person.c.conference_id == _case.c.id,
    _person.c.id == bindparam("participant_id", type_=Integer),
    _person.c.removed_at.is_(None),
)
_OPEN: Select[*tuple[Any, ...]] = (
    select(
        *(
            type_coerce(column, LargeBinary).label(column.name) if place in _SEALED else column
            for place, column in enumerate(_HEAD)
        ),
        _person.c.part,
        _person.c.convenes,
    )
    .select_from(_case.outerjoin(_person, _OWN))
    .where(_case.c.id == bindparam("conference_id"))
)


def roles_in(
    visitor: Visitor, case: Conference | Row[Any], part: Part | None, convenes: bool | None
) -> frozenset[Role]:
    """What a visitor is to a case. `part` and `convenes` are of the visitor's own place in the circle, if any."""
    roles: set[Role] = set()
    if visitor.account_id is not None:
        if Role.COORDINATOR in visitor.roles and case.coordinator_id == visitor.account_id:
            roles.add(Role.COORDINATOR)
        if Role.REGIONAL_MANAGER in visitor.roles and case.region_id in visitor.regions:
            roles.add(Role.REGIONAL_MANAGER)
    if part is not None and (role := ROLE_OF_PART[part]):
        roles.add(role)
        if convenes:
            roles.add(Role.CONVENOR)
    return frozenset(roles)


def open_case(session: Session, visitor: Visitor, conference_id: int, activity: Activity, *others: Activity) -> Case:
    """The case, for somebody who may do `activity`, or one of `others`, with it now. Raises Unknown or NotNow."""
    asked = {"conference_id": conference_id, "participant_id": visitor.participant_id}
    row = session.execute(_OPEN, asked).one_or_none()
    if row is None:
        raise Unknown
    roles = roles_in(visitor, row, row.part, row.convenes)
    try:
        refuse_unless(activity, row.phase, roles, *others)
    except Unknown as unknown:
        unknown.conference_id = conference_id
        raise
    head = list(row[: len(_HEAD)])
    for place, sealed in _SEALED.items():
        head[place] = sealed.process_result_value(head[place], session.get_bind().dialect)
    return Case(visitor, roles, *head)


def lock_case(
    session: Session, visitor: Visitor, conference_id: int, activity: Activity
) -> tuple[Conference, frozenset[Role]]:
    """The row of the case, locked for writing, and the visitor's roles. For use inside `writing`; raises as above."""
    conference = session.scalar(
        select(Conference)
        .where(Conference.id == conference_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if conference is None:
        raise Unknown
    own = None
    if visitor.participant_id is not None:
        own = session.execute(
            select(Participant.part, Participant.convenes).where(
                Participant.id == visitor.participant_id,
                Participant.conference_id == conference_id,
                Participant.removed_at.is_(None),
            )
        ).one_or_none()
    roles = roles_in(visitor, conference, own.part if own else None, own.convenes if own else None)
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
