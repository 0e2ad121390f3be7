"""Templates use all their imports and escape everything."""

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.architecture.sources import TEMPLATES, templates

JINJA = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)


def unused_imports(source: str) -> list[str]:
    """Names that a template imports and never uses."""
    tree = JINJA.parse(source)
    imported: set[str] = {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        imported |= {name if isinstance(name, str) else name[1] for name in node.names}
    used = {node.name for node in tree.find_all(nodes.Name)}
    return sorted(imported - used)


def unescaped(source: str) -> list[int]:
    """Lines on which a template turns escaping off."""
    tree = JINJA.parse(source)
    return [node.lineno for node in tree.find_all(nodes.Filter) if node.name == "safe"] + [
        node.lineno for node in tree.find_all(nodes.ScopedEvalContextModifier)
    ]


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_is_tidy(path: Path) -> None:
    source = path.read_text()

    assert (unused_imports(source), unescaped(source)) == ([], [])


def test_an_unused_import_is_seen() -> None:
    source = '{% from "a.html" import b, c as d %}{% import "e.html" as f %}{{ b() }}'

    assert unused_imports(source) == ["d", "f"]


def test_unescaped_text_is_seen() -> None:
    assert unescaped("{{ x }}\n{{ x | safe }}\n{% autoescape false %}{{ x }}{% endautoescape %}") == [2, 3]
