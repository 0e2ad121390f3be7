"""The location of errors: by the keys as written, in the order of the fields."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import pytest
from cattrs import Converter, ForbiddenExtraKeysError, override

from ekc.core.codec import STORED, Path, faults


@dataclass(frozen=True)
class Inner:
    when: date
    if_: Annotated[int, override(rename="if")] = 0


@dataclass(frozen=True)
class Outer:
    rows: tuple[Inner, ...]
    named: dict[str, Inner]


def found(values: Any) -> list[tuple[Path, type[Exception]]]:
    reader = Converter(forbid_extra_keys=True)
    reader.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
    with pytest.raises(Exception) as caught:
        reader.structure(values, Outer)
    return [(path, type(fault)) for path, fault in faults(caught.value)]


def test_each_fault_has_its_path() -> None:
    good = {"when": "2026-04-18"}

    assert found({"rows": [good, {"when": "today", "if": "x"}], "named": {"a.b": {"if": 1}}}) == [
        (("rows", 1, "when"), ValueError),
        (("rows", 1, "if"), ValueError),
        (("named", "a.b", "when"), KeyError),
    ]


def test_a_key_that_is_not_known_comes_before_what_is_in_the_table() -> None:
    assert found({"rows": [{"when": 1, "if_": 2}]}) == [
        (("rows", 0), ForbiddenExtraKeysError),
        (("rows", 0, "when"), TypeError),
        (("named",), KeyError),
    ]


def test_what_is_stored_comes_back() -> None:
    outer = Outer((Inner(date(2026, 4, 18), 3),), {"a": Inner(date(2028, 2, 29))})

    values = STORED.unstructure(outer)

    assert values == {
        "rows": [{"when": "2026-04-18", "if": 3}],
        "named": {"a": {"when": "2028-02-29", "if": 0}},
    }
    assert STORED.structure(values, Outer) == outer
