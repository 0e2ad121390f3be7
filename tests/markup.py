"""HTML validity: no tag is left open, moved, dropped or inserted by the parser.

Browsers repair invalid HTML. So the source, tag by tag, is compared with the tree that the parser made of it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from html.entities import html5
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from selectolax.lexbor import LexborHTMLParser, LexborNode

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_TAG = re.compile(r'<(/?)([A-Za-z][A-Za-z0-9:-]*)((?:\s+[^\s"\'<>/=]+(?:=(?:"[^"]*"|[^\s"\'<>=`]+))?)*)\s*(/?)>')
#: From one to the other bracket, whatever is between them.
_EXTENT = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_ATTRIBUTE = re.compile(r'([^\s"\'<>/=]+)(?:=(?:"([^"]*)"|([^\s"\'<>=`]+)))?')
_AMPERSAND = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(\w*));?")
_LAST_OF_PLANES = "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_NO_CHARACTER = re.compile(rf"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_LAST_OF_PLANES}]")
_OF_TABLES = ("table", "thead", "tbody", "tfoot", "tr")
#: What is inside is no text that is read: it ends at the end tag.
_RAW = ("script", "style")

#: A tag with its attributes, the end of one, or words.
Token = tuple[str, ...]


def parsed(html: str) -> Element:
    """The document as a browser makes it, without comments. An attribute without a value has an empty one."""
    root = LexborHTMLParser(html).root
    assert root is not None
    tree = Element(_tag(root), _attributes(root))
    _fill(tree, root)
    return tree


def _fill(element: Element, made: LexborNode) -> None:
    last, node = None, made.first_child
    while node is not None:
        if node.is_element_node:
            last = SubElement(element, _tag(node), _attributes(node))
            if node.first_child is not None:
                _fill(last, node)
        elif node.is_text_node:
            text = node.text_content or ""
            if last is None:
                element.text = (element.text or "") + text
            else:
                last.tail = (last.tail or "") + text
        node = node.next


def _tag(node: LexborNode) -> str:
    return node.tag or ""


def _attributes(node: LexborNode) -> dict[str, str]:
    return {name: value or "" for name, value in node.attributes.items()}


def faults(html: str, tree: Element) -> list[str]:
    """The first error in a document, with its line; later ones may follow from it."""
    try:
        written = list(_written(html))
    except _Fault as fault:
        return [fault.at(html)]
    made = list[Token]()
    _make(tree, made)
    if [token for token, _ in written] != made:
        for (token, place), other in zip(written, [*made, *[("nothing",)] * len(written)], strict=False):
            if token != other:
                return [_Fault(f"{' '.join(token)} is read as {' '.join(other)}", place).at(html)]
        return [_Fault(f"{' '.join(made[len(written)])} is missing", len(html)).at(html)]
    within = {child.tag for choice in tree.iter("select") for child in choice.iter()}
    found = [f"not valid HTML: <{tag}> in <select>" for tag in sorted(within - {"select", "optgroup", "option", "hr"})]
    # What is hidden is left where it stands, though only cells may hold it.
    hidden = [part.tag for part in tree.iter() if part.tag in _OF_TABLES for child in part if child.tag == "input"]
    return found + [f"not valid HTML: <input> in <{tag}>, outside its cells" for tag in hidden]


class _Fault(Exception):  # noqa: N818 - of the page
    def __init__(self, what: str, place: int) -> None:
        self.what, self.place = what, place

    def at(self, html: str) -> str:
        """With the line on which it stands."""
        number = html.count("\n", 0, self.place)
        return f"not valid HTML, line {number + 1}: {self.what} in {[*html.splitlines(), ''][number].strip()[:120]!r}"


def _written(html: str) -> Iterator[tuple[Token, int]]:
    """The tokens of the source, with their lines."""
    if _NO_CHARACTER.search("".join(set(html))):
        found = _NO_CHARACTER.search(html)
        assert found is not None
        raise _Fault(f"{found[0]!r}", found.start())
    start = re.match(r"\s*<!doctype html>", html, re.IGNORECASE)
    if not start:
        raise _Fault("no <!doctype html>", 0)
    place, foreign = start.end(), 0
    while place < len(html):
        ends = html.find("<", place)
        ends = len(html) if ends < 0 else ends
        if ends > place and (words := " ".join(_text(html[place:ends], place).split())):
            yield (words,), place
        if ends == len(html):
            return
        extent = _EXTENT.match(html, ends)
        tag = _tag_written(extent[0] if extent else "")
        if tag.wrong:
            raise _Fault(tag.wrong, ends)
        name, closes, closed = tag.name, tag.closes, tag.closed
        if name == "svg":
            foreign += -1 if closes else 0 if closed else 1
        yield tag.token, ends
        if closed and not closes:
            if not foreign and name not in (*_VOID, "svg"):
                raise _Fault(f"<{name}> closes itself", ends)
            if name not in _VOID:
                yield ("/" + name,), ends
        place = ends + len(tag.source)
        if name in _RAW and not closes:
            ends = html.find(f"</{name}", place)
            if words := " ".join(html[place:ends].split()):
                yield (words,), place
            place = ends


class _Written(NamedTuple):
    """A tag of the source, or the end of one."""

    source: str
    name: str
    closes: bool
    closed: bool
    token: Token
    wrong: str = ""  # what is


@lru_cache(maxsize=20_000)
def _tag_written(source: str) -> _Written:
    """What a tag says. Most stand on many pages."""
    found = _TAG.fullmatch(source)
    if not found:
        return _Written(source, "", False, False, (), "this is no tag")
    end, name, written, closed = found.groups()
    name = name.lower()
    if end:  # has nothing but its name
        return _Written(source, name, True, bool(closed), ("/" + name, *filter(None, (written.strip(), closed))))
    pairs = _ATTRIBUTE.findall(written)
    try:
        values = {key.lower(): _text(quoted or bare, 0) for key, quoted, bare in pairs}
    except _Fault as fault:
        return _Written(source, name, False, bool(closed), (), fault.what)
    wrong = "an attribute stands twice" if len(values) < len(pairs) else ""
    token = (name, *(f'{key}="{value}"' for key, value in values.items()))
    return _Written(source, name, False, bool(closed), token, wrong)


def _text(source: str, place: int) -> str:
    """A text or attribute value with its character references resolved."""
    if "&" not in source:
        return source
    for found in _AMPERSAND.finditer(source):
        decimal, hexadecimal, name = found.groups()
        number = int(decimal or hexadecimal or "0", 16 if hexadecimal else 10)
        good = (
            f"{name};" in html5
            if name is not None
            else 32 <= number < 0x110000 and not _NO_CHARACTER.match(chr(number))
        )
        if not good or not found[0].endswith(";"):
            raise _Fault(f"{found[0]!r} is no character", place)
    return unescape(source)


def _make(element: Element, tokens: list[Token]) -> None:
    """Add the tokens that would be written for a tree."""
    name = element.tag.lower()
    tokens.append((name, *[f'{key.lower()}="{value}"' for key, value in element.attrib.items()]))
    if element.text and (words := " ".join(element.text.split())):
        tokens.append((words,))
    for child in element:
        _make(child, tokens)
        if child.tail and (words := " ".join(child.tail.split())):
            tokens.append((words,))
    if name not in _VOID:
        tokens.append(("/" + name,))
