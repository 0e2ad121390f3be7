"""A case file taken apart into its single facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fact:
    """One leaf of a file: where it stands in it, and its value."""

    path: Path
    value: Any

    @property
    def dotted(self) -> str:
        """The path as text: people.yara.born."""
        return ".".join(map(str, self.path))


def facts(value: Any, path: Path = ()) -> Iterator[Fact]:
    """All leaves of a file, as `tomllib` reads it."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from facts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from facts(item, (*path, number))
    else:
        yield Fact(path, value)
