"""Another case, whose rows must not be readable or writable from outside: finds its rows by following foreign keys."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, Select, Table, func, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from ekc import schema
from ekc.accounts.access import By
from ekc.core.audit import AuditEvent
from ekc.plans import edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import NewAction
from ekc.workflow.vocabulary import Phase
from tests.cast import Cast
from tests.clock import START
from tests.security.whole_case import Whole, whole_case
from tests.stages import stage

TITLE = "Strange family"
#: Tables that record each access and attempt.
AUDIT = {"audit_event", "audit_head"}
#: Tables whose rows belong to no case, but are offered as choices.
STAFF = {"account", "region"}


@stage
def strange_case(session: Session, cast: Cast) -> Whole:
    """A case in evaluation with everything in it, and more in its plan than other cases have."""
    case = whole_case(session, cast, Phase.EVALUATION, title=TITLE)
    for revision in range(7, 9):
        change_plan(By(session, cast.noor, START), case.id, revision, edits.add_action("g1", NewAction(what="More")))
    return case


def belongs(table: Table, case: int) -> ColumnElement[bool] | None:
    """The condition for rows of a table that belong to a case; None for tables without such rows."""
    if table.name == "conference":
        return table.c.id == case
    if "conference_id" in table.c:
        return table.c.conference_id == case
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        above = belongs(key.column.table, case) if key.column.table is not table else None
        if above is not None:
            return key.parent.in_(select(key.column).where(above))
    return None


@cache
def rows_of(case: int) -> Mapping[str, Select[tuple[object, ...]]]:
    """Of each table, the rows of one case."""
    tables = [table for table in schema.metadata.sorted_tables if table.name not in AUDIT]
    return {table.name: select(table).where(own) for table in tables if (own := belongs(table, case)) is not None}


@dataclass
class Strange:
    """The other case, and how it is now. Its numbers by table; the keys of its plan that no other plan has."""

    case: Whole
    numbers: Mapping[str, frozenset[int]]
    keys: tuple[str, ...]

    def state(self, connection: Connection, tables: Collection[str]) -> dict[str, list[object]]:
        """Its rows in these tables, and how many events the audit has of it."""
        seen = select(func.count()).where(AuditEvent.conference_id == self.case.id)
        found: dict[str, list[object]] = {"audit_event": [connection.scalar(seen)]} if "audit_event" in tables else {}
        for name, of_it in rows_of(self.case.id).items():
            if name in tables:
                found[name] = [*sorted(repr(tuple(row)) for row in connection.execute(of_it))]
        return found


def numbers_of(connection: Connection, case: int) -> dict[str, frozenset[int]]:
    """The numbers of the rows of a case by table, and of all staff."""
    found: dict[str, frozenset[int]] = {}
    for table in schema.metadata.sorted_tables:
        own = true() if table.name in STAFF else belongs(table, case)
        if own is not None and "id" in table.c and table.name not in AUDIT:
            found[table.name] = frozenset(connection.scalars(select(table.c.id).where(own)))
    return found
