"""A page as a person sees it: headings, links, forms with labelled fields, errors.

Reading lives here; filling in a form is in `tests/form.py`, sending in `tests/client.py`, and the checks that every
page gets in `tests/pagecheck.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from tests import markup

CONTROLS = ("input", "select", "textarea")
BUTTON_TYPES = ("submit", "image")

T = TypeVar("T")


def squeeze(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())


UNREAD = ("script", "style", "template")
BLOCKS = frozenset(
    ["p", "li", "td", "th", "div", "br", "dt", "dd", "tr", "option", "h1", "h2", "h3", "h4", "legend", "label"]
)


def text_of(element: Element, without: tuple[str, ...] = ()) -> str:
    """The visible text of an element, without scripts, styles and hidden elements."""

    found: list[str] = []
    _collect(element, UNREAD + without, found)
    return squeeze("".join(found))


def _collect(node: Element, unread: tuple[str, ...], found: list[str]) -> None:
    """Add the pieces of text in an element. Generators took twice as long, and pages are read often."""
    if node.tag in unread or "hidden" in node.attrib:
        return
    if node.text:
        found.append(node.text)
    for child in node:
        _collect(child, unread, found)
        if child.tail:
            found.append(child.tail)
        if child.tag in BLOCKS:
            found.append(" ")


def _shown(element: Element) -> str:
    """The words on a link or button, without those at its end that are for ears alone."""
    return text_of(element).removesuffix(
        "".join(text_of(part) for part in element if part.get("class") == "ds-sr-only")
    )


_TOKEN = re.compile(r'(name="(?:csrf_token|form_number)"[^>]* value=)"[^"]+"')


def without_token(html: str) -> str:
    """A page without its CSRF token and the numbers of its forms, which are new each time."""
    return _TOKEN.sub(r"\1", html)


class Page:
    """One HTML answer, parsed when it is first read."""

    def __init__(self, html: str, url: str, status: int) -> None:
        self.html, self.url, self.status = html, url, status

    @cached_property
    def tree(self) -> Element:
        """The whole document."""
        return markup.parsed(self.html)

    @cached_property
    def nodes(self) -> list[Element]:
        """Every element, in the order of the page."""
        return list(self.tree.iter())

    @cached_property
    def _parent(self) -> dict[Element, Element]:
        return {child: parent for parent in self.nodes for child in parent}

    @cached_property
    def _tagged(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for node in self.nodes:
            found.setdefault(node.tag, []).append(node)
        return found

    def __repr__(self) -> str:
        return f"<Page {self.status} {self.url}: {self.heading!r}>"

    @property
    def syntax(self) -> list[str]:
        """What is wrong with how it is written."""
        return markup.faults(self.html, self.tree)

    # reading ---------------------------------------------------------------------------------------------------

    def all(self, *tags: str) -> list[Element]:
        """Every element with one of these tags, in the order of the page."""
        if len(tags) == 1:
            return list(self._tagged.get(tags[0], ()))
        return [node for node in self.nodes if node.tag in tags]

    @cached_property
    def title(self) -> str:
        return text_of(self.all("title")[0]) if self.all("title") else ""

    @cached_property
    def heading(self) -> str:
        return text_of(self.all("h1")[0]) if self.all("h1") else ""

    @cached_property
    def text(self) -> str:
        """All that is written in the main part of the page."""
        return text_of((self.all("main") or self.all("body"))[0])

    @cached_property
    def ids(self) -> dict[str, Element]:
        return {node.attrib["id"]: node for node in self.nodes if "id" in node.attrib}

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary, empty where the page has none."""
        for node in self.nodes:
            classes = node.get("class", "").split()
            if "data-error-summary" in node.attrib or "ds-error-summary" in classes or node.tag == "ds-error-summary":
                items = [text_of(item) for item in node.iter("li")]
                return items or [text_of(node)]
        return []

    @property
    def flashes(self) -> list[str]:
        """The flashed messages."""
        return [text_of(node) for node in self.nodes if "flash" in node.get("class", "").split()]

    @property
    def links(self) -> list[tuple[str, str]]:
        """(name, absolute path) of every link, in the order of the page."""
        return [(self.name_of(a), urljoin(self.url, a.attrib["href"])) for a in self.all("a") if "href" in a.attrib]

    @property
    def buttons(self) -> list[str]:
        """Names of all buttons that send a form."""
        return [self.name_of(button) for button in self._send_buttons()]

    def table(self, caption: str = "") -> list[list[str]]:
        """Rows of the table with this caption (or the only table), header row first."""
        tables = [t for t in self.all("table") if not caption or caption in [text_of(c) for c in t.iter("caption")]]
        only = self.one(tables, f"table {caption!r}", [text_of(c) for c in self.all("caption")])
        return [[text_of(cell) for cell in row if cell.tag in ("th", "td")] for row in only.iter("tr")]

    def around(self, element: Element) -> Iterator[Element]:
        """The element's ancestors, nearest first."""
        while element in self._parent:
            element = self._parent[element]
            yield element

    def name_of(self, element: Element) -> str:
        """The accessible name of a link or button, as a screen reader announces it."""
        if element not in self._names:
            self._names[element] = self._name_of(element)
        return self._names[element]

    @cached_property
    def _names(self) -> dict[Element, str]:
        return {}

    def _name_of(self, element: Element) -> str:
        if element.get("aria-label"):
            return squeeze(element.attrib["aria-label"])
        if element.get("aria-labelledby"):
            named = [self.ids[i] for i in element.attrib["aria-labelledby"].split() if i in self.ids]
            return squeeze(" ".join(text_of(n) for n in named))
        if element.tag == "input":
            return squeeze(element.get("value", ""))
        alternatives = [image.get("alt", "") for image in element.iter("img")]
        alternatives += [text_of(title) for title in element.iter("title")]
        return text_of(element) or squeeze(" ".join(alternatives))

    def near(self, elements: list[Element], words: str) -> list[Element]:
        """The elements with the closest ancestor that contains the text `words`."""
        depths = []
        for element in elements:
            found = [i for i, block in enumerate(self.around(element)) if words in text_of(block)]
            depths.append(found[0] if found else 10_000)
        least = min(depths, default=10_000)
        return [e for e, depth in zip(elements, depths, strict=True) if depth == least < 10_000]

    def link(self, name: str, near: str = "") -> str:
        """Where the link with this name leads."""
        found = [a for a in self.all("a") if "href" in a.attrib and name in (self.name_of(a), _shown(a))]
        found = self.near(found, near) if near else found
        targets = {urljoin(self.url, a.attrib["href"]) for a in found}
        return self.one(sorted(targets), f"link {name!r}", [label for label, _ in self.links])

    # forms -----------------------------------------------------------------------------------------------------

    def button(self, name: str, near: str = "") -> Element:
        """The button with this name, or that shows these words; `near` chooses among equal ones by the words around."""
        found = [b for b in self._send_buttons() if name in (self.name_of(b), _shown(b))]
        found = self.near(found, near) if near else found
        return self.one(found, f"button {name!r}" + (f" near {near!r}" if near else ""), self.buttons)

    def form_of(self, control: Element) -> Element:
        """The form a control belongs to, by its `form` attribute or by where it stands."""
        if "form" in control.attrib:
            return self.ids[control.attrib["form"]]
        for ancestor in self.around(control):
            if ancestor.tag == "form":
                return ancestor
        raise AssertionError(f"{self!r}: {control.tag} {control.get('name', '')!r} belongs to no form")

    def controls_of(self, form: Element) -> list[Element]:
        """All controls that are sent with the form, in the order of the page."""
        return [
            node
            for node in self.all(*CONTROLS)
            if node.get("name") and "disabled" not in node.attrib and self._belongs(node, form)
        ]

    def _belongs(self, control: Element, form: Element) -> bool:
        if "form" in control.attrib:
            return control.attrib["form"] == form.get("id")
        return self._within.get(control) is form

    @cached_property
    def _within(self) -> dict[Element, Element]:
        """In which form a control stands, the innermost."""
        return {control: form for form in self.all("form") for control in form.iter() if control.tag in CONTROLS}

    def _send_buttons(self) -> list[Element]:
        return [
            node
            for node in self.all("button", "input")
            if (node.tag == "button" and node.get("type", "submit") == "submit")
            or (node.tag == "input" and node.get("type") in BUTTON_TYPES)
        ]

    def one(self, found: list[T], wanted: str, offered: list[str]) -> T:
        """The only element of `found`; otherwise fails, naming what the page offers instead."""
        if len(found) == 1:
            return found[0]
        count = "no" if not found else f"{len(found)} times"
        raise AssertionError(f"{self!r} has {count} {wanted}; it offers {offered}")
