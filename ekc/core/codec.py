"""Frozen dataclasses to plain values and back, by cattrs: the converter for stored values, and the location of errors.

Formats written by people (case files, the file of providers) have converters of their own, beside their dataclasses.
"""

from collections.abc import Iterator
from typing import Any

from cattrs import ClassValidationError, IterableValidationError
from cattrs.errors import AttributeValidationNote
from cattrs.preconf.json import make_converter

Path = tuple[str | int, ...]

#: To and from JSON values. It reads only what it wrote: unknown keys are ignored, and the first error is raised as is.
STORED = make_converter(unstruct_collection_overrides={tuple: list}, detailed_validation=False)


def faults(error: Exception, path: Path = ()) -> Iterator[tuple[Path, Exception]]:
    """Each error inside that of a converter with detailed validation, with the path of keys and indices to its value.

    In the order of the fields; errors about a whole table, such as an unknown key, come first.
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
    """The key of a field of this type: its name, unless `Annotated[..., override(rename=...)]` renames it."""
    renamed = (getattr(item, "rename", None) for item in getattr(kind, "__metadata__", ()))
    return next(filter(None, renamed), field)
