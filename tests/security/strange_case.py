"""Another case, whose rows must not be readable or writable from outside: finds its rows by following foreign keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Select, Table, func, select, true
from sqlalchemy.sql import ColumnElement

from ekc import schema
from ekc.core.audit import AuditEvent
from tests.security.whole_case import Whole

#: Tables that record each access and attempt.
AUDIT = {"audit_event", "audit_head"}
#: Tables whose rows belong to no case, but are offered as choices.
STAFF = {"account", "region"}


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


def rows_of(case: int) -> Iterator[tuple[str, Select[tuple[object, ...]]]]:
    """Of each table, the rows of one case."""
    for table in schema.metadata.sorted_tables:
        if table.name not in AUDIT and (own := belongs(table, case)) is not None:
            yield table.name, select(table).where(own)


@dataclass
class Strange:
    """The other case, and how it is now. Its numbers by table; the keys of its plan that no other plan has."""

    case: Whole
    numbers: Mapping[str, frozenset[int]]
    keys: tuple[str, ...]

    def state(self, connection: Connection) -> list[object]:
        """All its rows, and the end of its audit."""
        seen = select(func.count()).where(AuditEvent.conference_id == self.case.id)
        rows: list[object] = [connection.scalar(seen)]
        for name, of_it in rows_of(self.case.id):
            rows += sorted((name, repr(tuple(row))) for row in connection.execute(of_it))
        return rows


def numbers_of(connection: Connection, case: int) -> dict[str, frozenset[int]]:
    """The numbers of the rows of a case by table, and of all staff."""
    found: dict[str, frozenset[int]] = {}
    for table in schema.metadata.sorted_tables:
        own = true() if table.name in STAFF else belongs(table, case)
        if own is not None and "id" in table.c and table.name not in AUDIT:
            found[table.name] = frozenset(connection.scalars(select(table.c.id).where(own)))
    return found
