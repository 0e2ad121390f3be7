"""Frozen dataclasses to plain values and back, by cattrs: the converter of what we store, and where a fault is.

A format written by people (a case file, a file of providers) has a converter of its own, beside its dataclasses.
"""

from collections.abc import Iterator
from typing import Any

from cattrs import ClassValidationError, IterableValidationError
from cattrs.errors import AttributeValidationNote
from cattrs.preconf.json import make_converter

Path = tuple[str | int, ...]

#: To and from values that JSON holds. It reads what it wrote: keys it does not know are left aside, and the first fault
#: is raised as it is.
STORED = make_converter(unstruct_collection_overrides={tuple: list}, detailed_validation=False)


def faults(error: Exception, path: Path = ()) -> Iterator[tuple[Path, Exception]]:
    """Each fault behind an error of a converter with detailed validation, and the keys and indices that lead to it.

    In the order of the fields; what concerns a whole table, such as a key that is not known, comes first.
    """
    if not isinstance(error, ClassValidationError | IterableValidationError):
        yield path, error
        return
    inside, whole = error.group_exceptions()
    for fault in whole:
        yield from faults(fault, path)
    for fault, note in inside:
        step = key_of(note.name, note.type) if isinstance(note, AttributeValidationNote) else note.index
        yield from faults(fault, (*path, step))


def key_of(field: str, kind: Any) -> str:
    """The key of a field of this type: its name, unless `Annotated[..., override(rename=...)]` says another."""
    renamed = (getattr(item, "rename", None) for item in getattr(kind, "__metadata__", ()))
    return next(filter(None, renamed), field)
