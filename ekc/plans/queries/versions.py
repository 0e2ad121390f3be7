"""The text of a plan: the draft, the versions that were agreed, what is done of each, and their printed documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Boolean, bindparam, column, exists, select, table, union_all
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.models import Conference
from ekc.conferences.queries.rows import of_cases
from ekc.core.reading import read_rows
from ekc.plans.draft import Draft, actions, from_json, people_with_task
from ekc.plans.models import IssuedDocument, PlanDraft, PlanVersion
from ekc.workflow.vocabulary import ActionState, Activity, CasePart, Phase


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """The draft of a case: `revision` is 0 and `changed_at` None before the first change."""

    draft: Draft
    revision: int
    changed_at: datetime | None
    text: int = 0  # the number of the text that it is now


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a list."""

    number: int
    agreed_on: date


#: The statements that pages of a case send are built once, with the case as a parameter.
CASE: BindParameter[Any] = bindparam("case")
_DRAFT = select(PlanDraft.content, PlanDraft.revision, PlanDraft.changed_at, PlanDraft.text).where(
    PlanDraft.conference_id == CASE
)
_VERSIONS = (
    select(PlanVersion.number, PlanVersion.agreed_on)
    .where(PlanVersion.conference_id == CASE, PlanVersion.number > bindparam("not_read"))
    .order_by(PlanVersion.number.desc())
)
_VERSION = select(PlanVersion).where(PlanVersion.conference_id == CASE, PlanVersion.number == bindparam("number"))
#: On which a case is joined with the version of its plan that is in force.
IS_IN_FORCE = (Conference.id == PlanVersion.conference_id) & (Conference.plan_number == PlanVersion.number)
_IN_FORCE = (
    select(PlanVersion.conference_id, PlanVersion.text, PlanVersion.content)
    .join(Conference, IS_IN_FORCE)
    .where(of_cases(Conference.id))
)


def stored_draft(session: Session, conference_id: int) -> StoredDraft:
    """The draft, the revision that a page sends back, and when it was last changed."""
    row = session.execute(_DRAFT, {"case": conference_id}).one_or_none()
    if row is None:
        return StoredDraft(Draft(), 0, None)
    return StoredDraft(from_json(row.content), row.revision, row.changed_at, row.text)


def versions(session: Session, conference_id: int, not_read: int = 0) -> tuple[VersionRow, ...]:
    """All versions but the first `not_read` ones, the newest first."""
    rows = read_rows(session, _VERSIONS, {"case": conference_id, "not_read": not_read})
    return tuple(VersionRow(*row) for row in rows)


def version(session: Session, conference_id: int, number: int) -> PlanVersion | None:
    """One version, with `content` (a Draft as JSON) and `snapshot` (a PlanDocument as JSON)."""
    return session.scalar(_VERSION, {"case": conference_id, "number": number})


def version_read(session: Session, case: Case, number: int) -> PlanVersion | None:
    """The same, if it is one that the visitor may read."""
    return version(session, case.id, number) if number > case.plans_not_read else None


def tasks_in_force(session: Session, conference_ids: Iterable[int]) -> dict[int, tuple[int, frozenset[int]]]:
    """By case with a plan in force: the number of its text, and who has a task in it."""
    ids = list(conference_ids)
    if not ids:
        return {}
    rows = read_rows(session, _IN_FORCE, {"cases": ids})
    return {row[0]: (row[1], people_with_task(from_json(row[2]))) for row in rows}


def text_read(session: Session, case: Case | Conference) -> int:
    """The number of the text that the family answers: the draft, and after the agreement the version in force, until
    the next one is put to them.
    """
    in_force = version(session, case.id, case.plan_number) if case.phase is Phase.EVALUATION else None
    if in_force is None or next_is_wanted(session, case):
        return stored_draft(session, case.id).text
    return in_force.text


def reads_next(session: Session, case: Case) -> bool:
    """Whether the visitor sees the draft. After the agreement the family sees it once it wants a next version."""
    if case.sees(CasePart.NEXT_VERSION) is None:
        return False
    return case.phase is not Phase.EVALUATION or case.may(Activity.WRITE_PLAN) or next_is_wanted(session, case)


def next_is_wanted(session: Session, case: Case | Conference) -> bool:
    """Whether an evaluation of the version in force found that the family wants another, so that all are asked."""
    return bool(session.scalar(_NEXT_IS_WANTED, {"case": case.id, "number": case.plan_number}))


def is_in_force(session: Session, case: Case | Conference) -> bool:
    """Whether the draft is the text that was agreed last, with nothing changed since."""
    in_force = version(session, case.id, case.plan_number) if case.phase is Phase.EVALUATION else None
    return in_force is not None and in_force.text == stored_draft(session, case.id).text


#: What those who do an action said of it, and what was found (`evaluations`), read by name, as that stands above.
_tick = table("action_tick", *map(column, ("conference_id", "version_number", "action_key", "state")))
_check = table("action_check", *map(column, ("follow_up_id", "action_key", "state")))
_follow_up = table(
    "follow_up",
    *map(column, ("id", "conference_id", "version_number", "held_on")),
    column("wants_new_version", Boolean),
)
_NEXT_IS_WANTED = select(
    exists().where(
        _follow_up.c.conference_id == bindparam("case"),
        _follow_up.c.version_number == bindparam("number"),
        _follow_up.c.held_on.is_not(None),
        _follow_up.c.wants_new_version,
    )
)
_STATES = union_all(
    select(_tick.c.action_key, _tick.c.state).where(
        _tick.c.conference_id == bindparam("case"), _tick.c.version_number == bindparam("number")
    ),
    select(_check.c.action_key, _check.c.state)
    .join(_follow_up, _follow_up.c.id == _check.c.follow_up_id)
    .where(_follow_up.c.conference_id == bindparam("case"), _follow_up.c.version_number == bindparam("number")),
)


def done(session: Session, conference_id: int, number: int) -> frozenset[str]:
    """The keys of the actions of this version that are done, as everybody says who said something."""
    rows = read_rows(session, _STATES, {"case": conference_id, "number": number}) if number else ()
    open_ones = {row.action_key for row in rows if row.state != ActionState.DONE}
    return frozenset(row.action_key for row in rows) - open_ones


def done_of_draft(session: Session, case: Case | Conference, draft: Draft) -> frozenset[str]:
    """The same of the draft, without what goes on: that it was done until now does not end it.

    What was done of the plan before does not count in that of a new round.
    """
    if case.phase is not Phase.EVALUATION:
        return frozenset()
    goes_on = {action.key for action in actions(draft) if action.every is not None}
    return done(session, case.id, case.plan_number) - goes_on


def issued(session: Session, version_id: int, kind: str) -> IssuedDocument | None:
    """The stored document of a version, of this kind; None if it was not made yet."""
    return session.scalar(
        select(IssuedDocument).where(IssuedDocument.version_id == version_id, IssuedDocument.kind == kind)
    )
