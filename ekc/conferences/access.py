"""The only way to a case: the roles of a visitor in it, and whether they may do an activity in its phase.

A case that does not exist and a case that the visitor may not see give the same error; a coordinator whose access has
ended hears who can open it. Only a visitor who may do the activity in another phase gets NotNow, which says so. Reading
goes through `open_case`; every action goes through `lock_case`, inside its transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    Integer,
    LargeBinary,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    func,
    select,
    type_coerce,
    update,
)

from ekc.accounts.access import By, Visitor
from ekc.accounts.queries import managers_of
from ekc.conferences.models import Conference, Participant
from ekc.conferences.roles import BELONGS, OWN_COLUMNS, hidden_plans, open_until, roles_in, still_open, unattended
from ekc.core.audit import AuditEvent
from ekc.core.clock import local_date
from ekc.core.crypto import SealedText
from ekc.core.errors import NotNow, Refusal, Stale, Unknown
from ekc.core.language import moment
from ekc.core.reading import read_row
from ekc.workflow.ends.kinds import EndRule
from ekc.workflow.ends.rows import end_of
from ekc.workflow.engine import ever_may, in_room, may, sees
from ekc.workflow.vocabulary import (
    N_,
    Activity,
    CasePart,
    Outcome,
    Phase,
    Role,
    Scope,
    StopReason,
    Variant,
)
from ekc.workflow.wording import wording


@dataclass(frozen=True, slots=True)
class Case:
    """An opened case: its main columns, who opened it, and their roles in it."""

    visitor: Visitor
    roles: frozenset[Role]
    plans_not_read: int  # how many of the first versions are not for the visitor: those of rounds before they came
    own_timezone: str  # of somebody of the circle who opened it; empty: that of the case
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
    paused_at: datetime | None
    silent_since: date | None

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
_OF_VISITOR = frozenset({"visitor", "roles", "plans_not_read", "own_timezone"})
#: The columns of the fields of `Case`, except those about the visitor.
_HEAD = tuple(
    Conference.municipality.label(one.name) if one.name == "municipality" else _case.c[one.name]
    for one in fields(Case)
    if one.name not in _OF_VISITOR
)
#: The encrypted columns by index. They are read raw, and decrypted only when access is granted.
_SEALED = {index: column.type for index, column in enumerate(_HEAD) if isinstance(column.type, SealedText)}
_OWN = and_(
    _person.c.conference_id == _case.c.id,
    _person.c.id == bindparam("participant_id", type_=Integer),
    BELONGS,
)
_OPEN: Select[*tuple[Any, ...]] = (
    select(
        *(
            type_coerce(column, LargeBinary).label(column.name) if index in _SEALED else column
            for index, column in enumerate(_HEAD)
        ),
        *OWN_COLUMNS,
        _person.c.timezone.label("own_timezone"),
    )
    .select_from(_case.outerjoin(_person, _OWN))
    .where(_case.c.id == bindparam("conference_id"))
)


#: The phases in which the coordinator writes down who comes in.
_COMING = frozenset({Phase.INFORMATION, Phase.PRESENTATION})
#: Audit codes of events that change nothing in the case.
NO_CHANGES = ("case.read", "case.refused", "case.found")


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
    row = read_row(by.session, _OPEN, asked)
    if row is None:
        raise Unknown
    roles = roles_in(by.visitor, row, row, by.at)
    roles |= _standing_in(by, row, roles, activity, *others)
    hidden = hidden_plans(row)
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
    return Case(by.visitor, roles, hidden, row.own_timezone or "", *head)


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


_LOCKED = (
    select(Conference)
    .where(Conference.id == bindparam("conference_id"))
    .with_for_update(key_share=True)  # rows that name the case are written by others meanwhile
    .execution_options(populate_existing=True)
)
_OWN_ROW = select(*OWN_COLUMNS).where(_OWN, BELONGS)


def lock_case(by: By, conference_id: int, activity: Activity) -> tuple[Conference, frozenset[Role]]:
    """The row of the case, locked for writing, and the visitor's roles. Call it inside `writing`.

    Raises Unknown or NotNow; Stale if what the form of this request showed has changed.
    """
    conference = by.session.scalar(_LOCKED, {"conference_id": conference_id})
    if conference is None:
        raise Unknown
    own_row = None
    if by.visitor.participant_id is not None:
        own = {"conference_id": conference_id, "participant_id": by.visitor.participant_id}
        own_row = read_row(by.session, _OWN_ROW, own)
    roles = roles_in(by.visitor, conference, own_row, by.at)
    roles |= _standing_in(by, conference, roles, activity)
    refuse_unless(activity, conference.phase, roles, in_force=conference.plan_number > hidden_plans(own_row))
    try:
        by.check_form()
    except Stale as stale:
        raise _dated(by, stale, conference) from None
    note_sign(by, conference, roles)
    return conference, roles


_SIGN = (
    update(cast(Table, _case))
    .where(_case.c.id == bindparam("case"), _case.c.silent_since < bindparam("today"))
    .values(silent_since=bindparam("today"))
)


def note_sign(by: By, case: Case | Conference, roles: frozenset[Role]) -> None:
    """Note, once a day and in the caller's transaction, that the coordinator does or reads something in the case."""
    if Role.COORDINATOR not in roles or case.silent_since is None:
        return
    today = local_date(by.at, case.timezone)
    if case.silent_since < today:
        by.session.execute(_SIGN, {"case": case.id, "today": today})


def _dated(by: By, stale: Stale, conference: Conference) -> Stale:
    """Also says when the case was last changed: to staff outside private time.

    Not by whom: the page may be open at somebody who may not know that. To nobody of the circle: it may have been when
    somebody said that it does not feel safe.
    """
    if by.visitor.account_id is None or conference.phase is Phase.PRIVATE_TIME:
        return stale
    changed = (AuditEvent.conference_id == conference.id, AuditEvent.action.not_in(NO_CHANGES))
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
                "Only somebody who is in the room, or takes part by telephone or video, can do this. Are you there? "
                "Then ask your coordinator to write down that you came."
            )
        )
    if not any(ever_may(one, held) for one in wanted):
        raise Unknown
    if phase is Phase.PRIVATE_TIME:
        raise NotNow(N_("The family has private time now. Nobody else sees or changes anything until they come out."))
    raise NotNow(N_("This cannot be done in the phase in which the conference is now."))
