"""What CONTRIBUTING.md points to is there."""

import ast
import re

import pytest

from tests.architecture.sources import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
SYMBOLS = sorted(set(re.findall(r"`([\w/]+\.py):(\w+)`", TEXT)))
FILES = sorted({name for name in re.findall(r"`([\w/.-]+)`", TEXT) if "/" in name and not name.startswith(".venv")})


def defined(source: str) -> set[str]:
    """What a module itself defines, at its top."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


@pytest.mark.parametrize(("file", "symbol"), SYMBOLS)
def test_what_is_looked_for_is_there(file: str, symbol: str) -> None:
    assert symbol in defined((ROOT / file).read_text())


def test_the_table_is_not_empty() -> None:
    assert len(SYMBOLS) > 20


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).exists()
