"""The kind of an export, and what a page orders."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

A = TypeVar("A")
#: A piece of an export, and how many rows are in it.
Piece = tuple[bytes, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRule(Generic[A]):
    """A kind of export: rows of a feature, in `exports.py`; `ekc/kinds.py` collects and checks them.

    `pieces` gets an engine-bound session and what was asked, and may commit between two pieces.
    """

    name: str
    title: str
    asked: type[A]  # a frozen dataclass of plain values
    pieces: Callable[[Any, A], Iterator[Piece]]
    mimetype: str
    failed: str  # what is said where it could not be made
    kept: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ordering:
    """What a page orders: kind, case, what was asked as JSON values, from which address it is handed out, and the page
    on which it was asked for.
    """

    kind: str
    job: str
    case: int | None
    asked: list[Any] = field(repr=False)
    address: str
    back: str
    kept: timedelta
