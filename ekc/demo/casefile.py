"""Reading a case file: TOML in, a CaseFile out, or one sentence that says what is wrong and what to do.

What a file holds stands in `shape.py`; entering it into the product, in `play.py`.
"""

import tomllib
from pathlib import Path
from typing import Any

from ekc.demo.reading import CaseFileError, Place, read_table, to_toml
from ekc.demo.sense import check_sense
from ekc.demo.shape import CaseFile

#: The case files that come with the product.
CASES = Path(__file__).parent / "cases"


def read_case(path: Path) -> CaseFile:
    """The case in this file. Raises CaseFileError for anything that is missing, unknown or does not fit together."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise CaseFileError(f"{path.name}: this is not a text in UTF-8. Save it as such.") from None
    except OSError as error:
        raise CaseFileError(f"{path} cannot be read: {(error.strerror or 'unknown').lower()}.") from None
    return parse_case(text, path.name)


def parse_case(text: str, name: str) -> CaseFile:
    """The case in this text; `name` is how mistakes call the file. Raises CaseFileError."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CaseFileError(f"{name}: this is not TOML: {error}.") from None
    people, coordinator = found.get("people"), found.get("coordinator")
    place = Place(
        name,
        people=frozenset(people if isinstance(people, dict) else ()),
        coordinator=str(coordinator.get("id", "")) if isinstance(coordinator, dict) else "",
    )
    case = read_table(CaseFile, found, place)
    check_sense(case, place)
    return case


def to_toml_dict(case: CaseFile) -> dict[str, Any]:
    """The case as `tomllib` reads its file: nothing added, nothing lost."""
    told: dict[str, Any] = to_toml(case)
    return told
