"""The catalogues: every sentence is marked for translation, is in every catalogue, and keeps its placeholders.

In the languages in which some documents are printed too, a catalogue has the sentences of their templates and no other.

Maintenance: `docs/translating.md`. Pages in Dutch: `tests/test_pages_in_dutch.py`. The quality of the Dutch needs a
human reader.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes
from jinja2.meta import find_referenced_templates

from ekc.core.documents import DocumentRule
from ekc.core.language import LANGUAGES, PAPER_LANGUAGES
from ekc.kinds import DOCUMENTS
from ekc.meetings.forms.invitations import OWN_REPLIES
from ekc.workflow.wording import WORDINGS
from tests.page import squeeze

ROOT = Path(__file__).parent.parent
TRANSLATIONS = ROOT / "ekc" / "translations"
_EVERY = {path.parent.parent.name: path for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))}
#: Those of the languages of pages.
CATALOGUES = [path for code, path in _EVERY.items() if code in LANGUAGES]
#: Functions that mark a sentence, beside Babel's defaults; as in `docs/translating.md`.
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "N_": None, "lazy_gettext": None}
_FOLDER = ROOT / "templates"
BLANK = re.compile(r"%\(\w+\)[a-z]|%%")
MARKUP = re.compile(r"<[^>]*>|&#?\w+;")
LETTERS = re.compile(r"[A-Za-z]{2}")
#: Text of templates that is the same in every language.
UNTRANSLATED = {"plan.json"}


#: What the page at which an invitation is answered says besides its template: the frame, the form, its result.
_AROUND_THE_INVITED = (
    "Skip to the main part",
    "Language",
    "The family decides.",
    "Accessibility",
    "Error:",
    "Please look at this again. What you typed is still here.",
    "You typed something elsewhere on this page that is not saved yet. Go on and lose it?",
    "There is no connection. What you typed is still here: try again in a moment.",
    "Characters left:",
    "Too many characters:",
    "(optional)",
    "(required)",
    "Who speaks for you, or what else you want to say",
    "Choose an answer.",
    "Thank you. Your coordinator sees your answer.",
)


@cache
def source() -> Catalog:
    """Every sentence that is marked in the program and the templates."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(one["pattern"], one["method"]) for one in mappings]
    options = {one["pattern"]: {k: v for k, v in one.items() if k not in ("pattern", "method")} for one in mappings}
    found = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        found.add(message, context=context)
    return found


@cache
def of_papers(code: str) -> frozenset[object]:
    """Every sentence of documents and of the invited's page in this language, and how it reads in other conferences."""
    files = {_FOLDER / name for rule in DOCUMENTS if code in rule.languages for name in templates_of(rule)}
    files.add(_FOLDER / "meetings" / "invited.html")
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    (options,) = [
        {k: v for k, v in one.items() if k not in ("pattern", "method")}
        for one in mappings
        if one["method"] == "jinja2"
    ]
    said = {
        message for file in files for _, message, *_ in extract_from_file("jinja2", file, KEYWORDS, options=options)
    }
    said |= {*OWN_REPLIES.values(), *_AROUND_THE_INVITED}
    return frozenset(said | {other for one in said for other in WORDINGS.get(str(one), {}).values()})


def templates_of(rule: DocumentRule[Any]) -> set[str]:
    """The names of the templates of a document, and of those that these include, import or extend."""
    left, found = [name for name in (rule.template, rule.page) if name], set[str]()
    while left:
        found.add(name := left.pop())
        tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse((_FOLDER / name).read_text())
        left += {str(other) for other in find_referenced_templates(tree)} - found
    return found


@pytest.fixture(params=[*_EVERY.values()], ids=[*_EVERY])
def catalogue(request: pytest.FixtureRequest) -> Path:
    """A catalogue as it is kept."""
    found: Path = request.param
    return found


@pytest.fixture
def kept(catalogue: Path) -> Catalog:
    return read(catalogue)


@cache
def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def sentences(catalogue: Catalog) -> list[Message]:
    """Its messages, without the header."""
    return [message for message in catalogue if message.id]


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """Source and translation, form by form."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        for index, said in enumerate(message.string or ()):  # languages may have more forms than English
            yield message.id[min(index, 1)], said


def test_every_language_but_english_has_a_catalogue() -> None:
    assert _EVERY.keys() | {"en"} == PAPER_LANGUAGES.keys()
    assert {code for rule in DOCUMENTS for code in rule.languages} == PAPER_LANGUAGES.keys()


def test_the_catalogue_has_every_sentence_and_no_other(catalogue: Path, kept: Catalog) -> None:
    code = catalogue.parent.parent.name
    wanted: set[object] = {message.id for message in sentences(source())}
    assert len(wanted) > 1000
    if code not in LANGUAGES:
        assert of_papers(code) <= wanted
        wanted = set(of_papers(code))
        assert "Translated by machine, not yet read by a native speaker." in wanted
    found = {message.id for message in sentences(kept)}
    assert {"not in the catalogue": wanted - found, "not in the program": found - wanted} == {
        "not in the catalogue": set(),
        "not in the program": set(),
    }
    assert list(kept.obsolete) == []


def test_every_sentence_is_translated_and_looked_at(kept: Catalog) -> None:
    empty = [message.id for message in sentences(kept) if not all(said.strip() for _, said in forms(message))]
    fuzzy = [message.id for message in kept if message.fuzzy]
    assert (empty, fuzzy) == ([], [])
    plurals = [message for message in sentences(kept) if isinstance(message.id, tuple)]
    assert [message.id for message in plurals if len(message.string or ()) != kept.num_plurals] == []


@pytest.mark.parametrize("pattern", [BLANK, MARKUP], ids=["blanks", "markup"])
def test_translations_keep(pattern: re.Pattern[str], kept: Catalog) -> None:
    changed = [
        (asked, said)
        for message in sentences(kept)
        for asked, said in forms(message)
        if sorted(pattern.findall(asked)) != sorted(pattern.findall(said))
    ]
    assert changed == []


def test_translations_keep_the_space_around(kept: Catalog) -> None:
    def around(text: str) -> tuple[bool, bool]:
        return text[0].isspace(), text[-1].isspace()

    assert [asked for m in sentences(kept) for asked, said in forms(m) if around(asked) != around(said)] == []


def test_the_compiled_catalogue_is_of_these_sentences(catalogue: Path, kept: Catalog) -> None:
    with catalogue.with_suffix(".mo").open("rb") as file:
        compiled = dict(pair for message in sentences(read_mo(file)) for pair in forms(message))
    assert compiled == dict(pair for message in sentences(kept) for pair in forms(message)), "run bin/setup"


# templates ----------------------------------------------------------------------------------------------------------

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MARKED = {"_", "gettext", "ngettext"}
SPOKEN = re.compile(r'\b(?:alt|aria-label|placeholder|title)="([^"]*)"')
TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")


def unmarked(template: str) -> list[str]:
    """What a person would read in this template in no other language than English."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(template)
    html = re.sub(r"<!--.*?-->", "", "".join(_pieces(tree)), flags=re.DOTALL)
    texts = [squeeze(unescape(text)) for text in re.split(r"[\0<>]", TAG.sub("<>", html))]
    texts += [part for spoken in SPOKEN.findall(html) for part in spoken.split("\0")]
    marked = {
        id(text) for call in tree.find_all(nodes.Call) if _name(call) in MARKED for text in call.find_all(nodes.Const)
    }
    values = [c.value for c in tree.find_all(nodes.Const) if isinstance(c.value, str) and id(c) not in marked]
    texts += [value for value in values if re.match(r"[A-Z][a-z]+ ", value)]
    return [text for text in texts if LETTERS.search(text) and text not in UNTRANSLATED]


def _name(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""


def _pieces(node: nodes.Node) -> Iterator[str]:
    """The HTML of a template, with a mark where a value stands."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            yield child.data
        elif isinstance(child, nodes.Expr):
            yield "\0" if isinstance(node, nodes.Output) else ""
        elif not (isinstance(child, nodes.Block) and child.name == "body_class"):  # it stands in an attribute
            yield from _pieces(child)


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('<p class="a b">{{ _("One two") }} {% trans %}three{% endtrans %}{{ name }}</p>', []),
        ("<p>{{ name }} says</p>", ["says"]),
        ('<a {% if x %}class="y"{% endif %} aria-label="Go {{ there }}">{{ _("Go") }}</a>', ["Go "]),
        ('{{ button("Save it") }}{{ button(_("Save")) }}', ["Save it"]),
    ],
)
def test_unmarked_text_is_seen(template: str, found: list[str]) -> None:
    assert unmarked(template) == found


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(path.relative_to(ROOT / "templates")) for path in TEMPLATES])
def test_all_text_of_a_template_is_marked(path: Path) -> None:
    assert unmarked(path.read_text()) == []
