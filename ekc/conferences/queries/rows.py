"""How rows of the case's tables become dataclasses. What is read is told by the modules beside this one."""

from collections.abc import Collection
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, Row
from sqlalchemy.orm import Session

from ekc.accounts.models import Account, Region
from ekc.conferences.models import Participant
from ekc.core.reading import one_of, read_rows

_NAME = {"name": Participant.name, "set_by_name": Participant.name, "region": Region.name, "writer": Account.name}
_Kind = TypeVar("_Kind")


def of_cases(column: Any) -> ColumnElement[bool]:
    """In a statement about several cases: whether it is of one of them; their ids are given as `cases`."""
    return one_of(column, "cases")


def columns_of(kind: Any, table: Any, without: frozenset[str] = frozenset()) -> list[Any]:
    """The columns that fill a dataclass, by the names of its fields."""
    named = [field.name for field in fields(kind) if field.name not in without]
    return [(getattr(table, name) if hasattr(table, name) else _NAME[name]).label(name) for name in named]


def to_dataclass(kind: type[_Kind], row: Row[Any], **more: Any) -> _Kind:
    """The row as a dataclass, its lists as tuples; `more`: fields that no column holds."""
    read = {name: tuple(value) if isinstance(value, list) else value for name, value in row._asdict().items()}
    return kind(**read, **more)


def by_case(
    session: Session, found: Executable, conference_ids: Collection[int]
) -> dict[int, tuple[Row[*tuple[Any, ...]], ...]]:
    """The rows of a statement that asks for `cases` and begins with the id of the case, by case."""
    rows = read_rows(session, found, {"cases": list(conference_ids)}) if conference_ids else ()
    return {id_: tuple(of_one) for id_, of_one in groupby(rows, key=itemgetter(0))}
