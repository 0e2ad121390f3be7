"""From TOML to frozen dataclasses and back, losing nothing; each mistake is one sentence that says where it is.

A field is read as its type says. A field that may be absent has the type `... | None` and the default None; a name that
Python keeps for itself ends with `_` (`if_`). What a case file holds stands in `casefile.py`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

#: The short id of somebody among the people of the file.
PersonId = NewType("PersonId", str)
#: The short id of one of the people, or of the coordinator.
Teller = NewType("Teller", str)
#: A day that does not move when a case is shifted in time.
Born = NewType("Born", date)
#: A local time without zone, written as text: "2026-04-18T10:00".
Moment = datetime

_MOMENT = "%Y-%m-%dT%H:%M"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated:
    """Words with the moment to which they belong, one text in the file: "2026-04-18T15:00 - one night alone"."""

    at: Moment
    words: str


class CaseFileError(Exception):
    """A case file that cannot be used; the message says which file, where in it, and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, and who may be named there."""

    file: str
    path: str = ""
    people: frozenset[str] = frozenset()
    coordinator: str = ""

    def at(self, key: str | int) -> "Place":
        """The place one step further in; list items are counted from one."""
        step = f"[{key}]" if isinstance(key, int) else f".{key}" if self.path else key
        return replace(self, path=self.path + step)

    def error(self, sentence: str) -> CaseFileError:
        """The mistake at this place."""
        return CaseFileError(f"{self.file}, {self.path}: {sentence}" if self.path else f"{self.file}: {sentence}")


def read_table(kind: type[T], value: Any, place: Place) -> T:
    """Read a table of the file as a dataclass. Raises CaseFileError."""
    if not isinstance(value, dict):
        raise place.error("this is a table of keys and values. Write it between { and }.")
    hints = get_type_hints(kind)
    names = {field.name.rstrip("_"): field for field in fields(kind)}  # type: ignore[arg-type]
    for key in value:
        if key not in names:
            raise place.at(key).error(f"this key is not known here. Take it out, or use one of: {', '.join(names)}.")
    given: dict[str, Any] = {}
    for key, field in names.items():
        if key in value:
            given[field.name] = read(hints[field.name], value[key], place.at(key))
        elif NoneType not in get_args(hints[field.name]):
            raise place.error(f"the key '{key}' is missing. Add it.")
    return kind(**given)


def read(kind: Any, value: Any, place: Place) -> Any:
    """Read one value as its type says. Raises CaseFileError."""
    if get_origin(kind) in (Union, UnionType):
        options = [option for option in get_args(kind) if option is not NoneType]
        fitting = [option for option in options if (get_origin(option) is tuple) == isinstance(value, list)]
        kind = (fitting or options)[0]
    if kind in _PLAIN:
        return _PLAIN[kind](value, place)
    if is_dataclass(kind):
        return read_table(kind, value, place)  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise place.error("this is a list. Write it between [ and ].")
        return tuple(read(get_args(kind)[0], item, place.at(number)) for number, item in enumerate(value, start=1))
    if get_origin(kind) is dict:
        if not isinstance(value, dict):
            raise place.error("this is a table of keys and values. Write it between { and }.")
        of_key, of_value = get_args(kind)
        return {read(of_key, key, place.at(key)): read(of_value, item, place.at(key)) for key, item in value.items()}
    return _word(kind, value, place)


def to_toml(value: Any) -> Any:
    """What `tomllib` gave for this, again."""
    if isinstance(value, Dated):
        return f"{value.at:{_MOMENT}} - {value.words}"
    if is_dataclass(value):
        told = {field.name.rstrip("_"): getattr(value, field.name) for field in fields(value)}
        return {key: to_toml(item) for key, item in told.items() if item is not None}
    if isinstance(value, tuple):
        return [to_toml(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_toml(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.strftime(_MOMENT)
    return str(value) if isinstance(value, StrEnum) else value


def shifted(value: Any, by: timedelta) -> Any:
    """The same, with all its days and times moved; days of birth stay."""
    if is_dataclass(value) and not isinstance(value, type):
        hints = get_type_hints(type(value))
        moved = {f.name: getattr(value, f.name) for f in fields(value) if Born not in get_args(hints[f.name])}
        return replace(value, **{name: shifted(item, by) for name, item in moved.items()})
    if isinstance(value, tuple):
        return tuple(shifted(item, by) for item in value)
    if isinstance(value, dict):
        return {key: shifted(item, by) for key, item in value.items()}
    return value + by if isinstance(value, date) else value


def _word(words: type[StrEnum], value: Any, place: Place) -> StrEnum:
    try:
        return words(value)
    except ValueError:
        raise place.error(f"'{value}' is not known here. Use one of: {', '.join(words)}.") from None


def _text(value: Any, place: Place) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise place.error("this is a text. Write it between quotation marks, or leave the key out.")
    return value


def _yes_or_no(value: Any, place: Place) -> bool:
    if not isinstance(value, bool):
        raise place.error("this is true or false, without quotation marks.")
    return value


def _whole(value: Any, place: Place) -> int:
    if type(value) is not int:
        raise place.error("this is a whole number, without quotation marks.")
    return value


def _number(value: Any, place: Place) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise place.error("this is a number from 0 up, without quotation marks.")
    return value  # type: ignore[no-any-return]


def _day(value: Any, place: Place) -> date:
    if type(value) is not date:
        raise place.error("this is a day, without quotation marks: 2026-04-18.")
    return value


def _moment(value: Any, place: Place) -> datetime:
    try:
        moment = datetime.strptime(value, _MOMENT)  # noqa: DTZ007 - local, its zone is the case's
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.strftime(_MOMENT) != value:
        raise place.error('this is a day and a time, between quotation marks: "2026-04-18T10:00".')
    return moment


def _dated(value: Any, place: Place) -> Dated:
    moment, _, words = value.partition(" - ") if isinstance(value, str) else ("", "", "")
    if not words.strip():
        raise place.error('this is a moment and words, between quotation marks: "2026-04-18T15:00 - why".')
    return Dated(_moment(moment, place), _text(words, place))


def _person(value: Any, place: Place) -> str:
    if value not in place.people:
        raise place.error(f"there is nobody with the id '{value}' among the people. Add them, or correct the id.")
    return str(value)


def _teller(value: Any, place: Place) -> str:
    return str(value) if value == place.coordinator else _person(value, place)


_PLAIN: Mapping[Any, Callable[[Any, Place], Any]] = {
    str: _text,
    bool: _yes_or_no,
    int: _whole,
    float: _number,
    date: _day,
    Born: _day,
    Moment: _moment,
    Dated: _dated,
    PersonId: _person,
    Teller: _teller,
}
