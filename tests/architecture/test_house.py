"""Rules for file locations and names that import contracts cannot express."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import (
    EKC,
    ROOT,
    TEMPLATE_FOLDERS,
    TEMPLATES,
    TEST_FOLDERS,
    features,
    modules,
    templates,
    tracked,
)

#: A new module in core needs an ADR.
CORE = {
    "pictures",
    "db",
    "sheets",
    "transaction",
    "crypto",
    "demo_clock",
    "bounces",
    "calendar_file",
    "texter",
    "clock",
    "errors",
    "forms",
    "form_numbers",
    "handlers",
    "heartbeat",
    "routes",
    "attempts",
    "audit",
    "outbox",
    "reading",
    "jobs",
    "keys",
    "queue",
    "postbox",
    "documents",
    "language",
    "lengths",
    "codec",
    "logs",
    "mailer",
    "metrics",
    "sessions",
    "static",
    "tokens",
}
# Names without a meaning attract unrelated code.
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "data", "info"}
# Called in one place only, so that tests and nightly jobs can set the time.
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
# In two halves, because this file is checked too.
HALVES = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("unpkg", "com")]
HALVES += [("jsdelivr", "net"), ("deb.debian", "org"), ("security.debian", "org")]
REGISTRIES = [".".join(halves) for halves in HALVES]


def clocks_read(source: str) -> list[int]:
    """Lines on which the source reads a clock."""
    return sorted(
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in CLOCKS
    )


def test_no_name_says_nothing() -> None:
    named = [path.relative_to(ROOT) for path in tracked()]

    assert [str(path) for path in named if EMPTY_NAMES & {part.split(".")[0] for part in path.parts}] == []


def test_core_is_a_fixed_list() -> None:
    unknown = {path.stem for path in (EKC / "core").glob("*.py")} - {"__init__"} - CORE

    assert unknown == set(), "a new file in core needs a decision of its own in docs/adr/"


def test_a_package_hands_on_nothing() -> None:
    """`__init__.py` holds a docstring; that of `views` imports its modules, so that their routes are known."""
    handed = {
        str(path.relative_to(ROOT)): line
        for path in EKC.rglob("__init__.py")
        for line in path.read_text().splitlines()
        if line.startswith(("from ", "import ")) and not line.startswith(f"import ekc.{path.parent.parent.name}.views.")
    }

    assert handed == {}


def classes_by_name() -> dict[str, list[str]]:
    """The modules in which a class of this name stands, of all classes of the product."""
    found: dict[str, list[str]] = {}
    for path in modules():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    return found


def test_one_class_name_is_one_thing() -> None:
    found = classes_by_name()

    assert len(found) > 500
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_templates_mirror_the_features() -> None:
    folders = {path.relative_to(TEMPLATES).parts[0] for path in templates()}

    assert folders - features() == TEMPLATE_FOLDERS


def test_tests_mirror_the_features() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}

    assert folders - features() - TEST_FOLDERS == set()


def test_every_template_is_used() -> None:
    sources = "\n".join(
        path.read_text() for path in [*modules(), *templates()] if path.suffix in (".py", ".html", ".txt")
    )
    names = [str(path.relative_to(TEMPLATES)) for path in templates()]

    assert [name for name in names if f'"{name}"' not in sources and f"'{name}'" not in sources] == []


@pytest.mark.parametrize("path", sorted((TEMPLATES / "components").glob("*.html")), ids=lambda path: path.stem)
def test_a_component_is_one_macro_and_its_variants(path: Path) -> None:
    macros = re.findall(r"{%-?\s*macro\s+(\w+)", path.read_text())

    public = {name for name in macros if not name.startswith("_")}

    assert path.stem in public
    assert {name for name in public if path.stem not in name} == set()


def test_only_the_clock_reads_the_clock() -> None:
    found = {str(path.relative_to(ROOT)): clocks_read(path.read_text()) for path in modules()}
    del found["ekc/core/clock.py"]

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_clock_read_elsewhere_is_seen() -> None:
    assert clocks_read("import time\nx = datetime.now(UTC)\ny = date.today\nz = time.time()\n") == [2, 3, 4]


def test_no_file_names_the_host_of_a_registry() -> None:
    texts = {path: path.read_bytes().decode(errors="ignore") for path in tracked()}

    assert [(str(path), host) for path, text in texts.items() for host in REGISTRIES if host in text] == []
