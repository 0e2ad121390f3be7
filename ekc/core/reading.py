"""Reading rows of plain values, which is most of what a page does. Mapped objects are read by the session itself."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Executable, Integer, Row, Text, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

Rows = Sequence[Row[*tuple[Any, ...]]]


def read_rows(session: Session, statement: Executable, values: Mapping[str, Any]) -> Rows:
    """All rows of a statement that selects columns, in the transaction of the session, with what it has changed.

    The connection is asked itself: a session prepares each statement, and each row, for mapped objects, which costs a
    page of twenty statements a tenth of its time.
    """
    session.flush()
    return session.connection().execute(statement, values).all()


def read_row(session: Session, statement: Executable, values: Mapping[str, Any]) -> Row[*tuple[Any, ...]] | None:
    """The row of a statement that finds one at most; None without one."""
    session.flush()
    return session.connection().execute(statement, values).one_or_none()


def one_of(column: Any, name: str) -> ColumnElement[bool]:
    """Whether a column of numbers holds one of those that are given as `name`.

    They are one parameter, however many there are, so the statement is the same each time. SQLAlchemy's own `in_` has a
    parameter for each, and is written anew at each execution: a page of fifteen statements takes a twentieth longer.
    """
    return _OneOf(column, bindparam(name, type_=_Numbers))


class _OneOf(FunctionElement[bool]):
    """A column, and the parameter with the values."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """As it is: with `= 1` behind it, as other functions are written for SQLite, no index would serve."""
        return self


@compiles(_OneOf)
def _as_array(element: _OneOf, compiler: Any, **more: Any) -> str:
    column, values = (compiler.process(one, **more) for one in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_OneOf, "sqlite")
def _as_json(element: _OneOf, compiler: Any, **more: Any) -> str:
    column, values = (compiler.process(one, **more) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are written by SQLAlchemy


class _Numbers(TypeDecorator[Collection[int]]):
    """Several numbers in one parameter: an array, or JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the parameter."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Integer))

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        """The numbers as one value."""
        numbers = list(value or ())
        return json.dumps(numbers) if dialect.name == "sqlite" else numbers
