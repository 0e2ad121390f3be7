"""Reading a case file from TOML into a CaseFile, with error messages that say where and what to do; and back.

The format: `case_schema.py`; entering a case into the product: `play.py`.
"""

import math
import tomllib
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_type_hints

from cattrs import BaseValidationError, Converter, ForbiddenExtraKeysError
from cattrs.cols import homogenous_tuple_structure_factory, is_mapping, is_sequence, mapping_structure_factory
from cattrs.gen import make_dict_structure_fn

from ekc.core import codec
from ekc.demo.case_schema import BirthDate, CaseFile, DatedText, LocalTime, PersonId, SpeakerId
from ekc.demo.validation import find_problems

#: The case files that come with the product.
CASES = Path(__file__).parent / "cases"

_MOMENT = "%Y-%m-%dT%H:%M"
_TABLE = "this is a table of keys and values. Write it between { and }."
_LIST = "this is a list. Write it between [ and ]."
#: The ids of the people and of the coordinator in the file that is being read.
_NAMED: ContextVar[tuple[frozenset[str], Any]] = ContextVar("named")


class CaseFileError(Exception):
    """An invalid case file; the message says which file, where in it, and what to do."""


def read_case(path: Path) -> CaseFile:
    """The case in this file. Raises CaseFileError for anything missing, unknown or contradictory."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise CaseFileError(f"{path.name}: this is not a text in UTF-8. Save it as such.") from None
    except OSError as error:
        raise CaseFileError(f"{path} cannot be read: {(error.strerror or 'unknown').lower()}.") from None
    return parse_case(text, path.name)


def parse_case(text: str, name: str) -> CaseFile:
    """The case in this text; `name` is the file name for error messages. Raises CaseFileError."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CaseFileError(f"{name}: this is not TOML: {error}.") from None
    people, coordinator = found.get("people"), found.get("coordinator")
    ids = _NAMED.set(
        (
            frozenset(people if isinstance(people, dict) else ()),
            coordinator.get("id") if isinstance(coordinator, dict) else None,
        )
    )
    try:
        case = _READER.structure(found, CaseFile)
    except BaseValidationError as error:
        raise _error(name, *_explain(*next(codec.faults(error)))) from None
    finally:
        _NAMED.reset(ids)
    for path, sentence in find_problems(case):
        raise _error(name, path, sentence)
    return case


def to_toml_dict(case: CaseFile) -> dict[str, Any]:
    """The case as `tomllib` reads its file: the inverse of reading."""
    values: dict[str, Any] = _WRITER.unstructure(case)
    return values


def shifted(value: Any, by: timedelta) -> Any:
    """The value with all its days and times moved by `by`; birth dates stay."""
    if is_dataclass(value) and not isinstance(value, type):
        hints = get_type_hints(type(value))
        moved = {f.name: getattr(value, f.name) for f in fields(value) if BirthDate not in get_args(hints[f.name])}
        return replace(value, **{name: shifted(item, by) for name, item in moved.items()})
    if isinstance(value, tuple):
        return tuple(shifted(item, by) for item in value)
    if isinstance(value, dict):
        return {key: shifted(item, by) for key, item in value.items()}
    return value + by if isinstance(value, date) else value


# Errors


def _error(name: str, path: codec.Path, sentence: str) -> CaseFileError:
    """The error at this place of a file; items of a list are counted from one."""
    where = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    where = where.removeprefix(".")
    return CaseFileError(f"{name}, {where}: {sentence}" if where else f"{name}: {sentence}")


def _explain(path: codec.Path, fault: Exception) -> tuple[codec.Path, str]:
    """The place of an error, and its message."""
    if isinstance(fault, ForbiddenExtraKeysError):
        known = ", ".join(codec.key_of(field.name, field.type) for field in fields(fault.cl))
        return (*path, min(fault.extra_fields)), f"this key is not known here. Take it out, or use one of: {known}."
    if isinstance(fault, KeyError):
        return path[:-1], f"the key '{path[-1]}' is missing. Add it."
    return path, str(fault)


# How one value is read, by its type. The message of a ValueError goes into the CaseFileError.

_EXACT = {
    bool: "this is true or false, without quotation marks.",
    int: "this is a whole number, without quotation marks.",
    date: "this is a day, without quotation marks: 2026-04-18.",
}


def _exact(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(_EXACT[kind])
    return value


def _word(value: Any, words: type[StrEnum]) -> StrEnum:
    try:
        return words(value)
    except ValueError:
        raise ValueError(f"'{value}' is not known here. Use one of: {', '.join(words)}.") from None


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\x00" in value:
        raise ValueError("this is a text. Write it between quotation marks, or leave the key out.")
    return value


def _number(value: Any, _: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise ValueError("this is a number from 0 up, without quotation marks.")
    return value  # type: ignore[no-any-return]


def _moment(value: Any, _: Any) -> datetime:
    try:
        moment = datetime.strptime(value, _MOMENT)  # noqa: DTZ007 - local, its zone is the case's
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.strftime(_MOMENT) != value:
        raise ValueError('this is a day and a time, between quotation marks: "2026-04-18T10:00".')
    return moment


def _dated(value: Any, _: Any) -> DatedText:
    moment, _, words = value.partition(" - ") if isinstance(value, str) else ("", "", "")
    if not words.strip():
        raise ValueError('this is a moment and words, between quotation marks: "2026-04-18T15:00 - why".')
    return DatedText(_moment(moment, LocalTime), _text(words, str))


def _person(value: Any, _: Any) -> str:
    people, _coordinator = _NAMED.get()
    if not isinstance(value, str) or value not in people:
        raise ValueError(f"there is nobody with the id '{value}' among the people. Add them, or correct the id.")
    return value


def _teller(value: Any, _: Any) -> Any:
    _people, coordinator = _NAMED.get()
    return value if value == coordinator else _person(value, PersonId)


def _marks(value: Any, _: Any) -> Any:
    return _READER.structure(value, tuple[int, ...] if isinstance(value, list) else int)


def _only(accepted: type, sentence: str, make: Callable[[Any, Converter], Any]) -> Callable[[Any, Converter], Any]:
    """Wrap a hook factory of cattrs that accepts any container, so that it accepts only this type."""

    def make_strict(kind: Any, converter: Converter) -> Callable[[Any, Any], Any]:
        read = make(kind, converter)

        def strict(value: Any, _: Any) -> Any:
            if not isinstance(value, accepted):
                raise ValueError(sentence)  # noqa: TRY004 - hooks raise ValueError only
            return read(value, kind)

        return strict

    return make_strict


_READER = Converter(forbid_extra_keys=True)
for _kind, _read in (
    *((kind, _exact) for kind in _EXACT),
    (StrEnum, _word),
    (str, _text),
    (float, _number),
    (LocalTime, _moment),
    (DatedText, _dated),
    (PersonId, _person),
    (SpeakerId, _teller),
    (int | tuple[int, ...], _marks),
):
    _READER.register_structure_hook(_kind, _read)
_READER.register_structure_hook_factory(is_dataclass, _only(dict, _TABLE, make_dict_structure_fn))
_READER.register_structure_hook_factory(is_mapping, _only(dict, _TABLE, mapping_structure_factory))
_READER.register_structure_hook_factory(is_sequence, _only(list, _LIST, homogenous_tuple_structure_factory))

_WRITER = Converter(omit_if_default=True, unstruct_collection_overrides={tuple: list})
_WRITER.register_unstructure_hook(LocalTime, lambda moment: moment.strftime(_MOMENT))
_WRITER.register_unstructure_hook(DatedText, lambda dated: f"{dated.at:{_MOMENT}} - {dated.words}")
