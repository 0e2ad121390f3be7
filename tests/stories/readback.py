"""Reading a whole case back from its pages, fact by fact. Where each fact is: `places.py`."""

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from tests.page import Page, text_of
from tests.stories.places import NO_FACTS, OF_THE_ACCOUNT, Fact, facts, sentence
from tests.stories.walk import Walk

BLOCKS = ("li", "tr", "fieldset", "section")
TICKS = ("checkbox", "radio")
#: Facts shown in one row or card with others: the length of the record's path, and the key that identifies it.
_RECORDS = (
    ("registration.consents.*", 3, "person"),
    ("setup.safety.*", 3, "concern"),
    ("setup.bottom_lines.*", 3, "text"),
    ("information.items.*", 3, "text"),
    ("information.questions.*", 3, "text"),
    ("plan.goals.*.actions.*", 5, "what"),
    ("plan.contingency.*", 3, "if"),
    ("evaluation.*", 2, "decision"),
    ("costs.avoided.*", 3, "what"),
)


def nothing_is_lost(walk: Walk, file: Path) -> None:
    """Fail with the facts of the file that the coordinator finds on no page, with the page and words looked for."""
    raw = tomllib.loads(file.read_text("utf-8"))
    pages: dict[str, Page] = {}
    missing = []
    for fact in facts(raw):
        if any(fnmatchcase(fact.dotted, pattern) for pattern in (*NO_FACTS, *OF_THE_ACCOUNT, *walk.destroyed)):
            continue
        page, words = sentence(walk, fact)
        address = _address(walk, page, fact, raw)
        if address not in pages:
            pages[address] = _open(walk, address)
        beside = _beside(walk, raw, fact)
        if not any(words in text for text in _blocks(pages[address], beside)):
            missing.append(f"{fact.dotted}: {words!r}{f' beside {beside!r}' if beside else ''} on {address!r}")
    if missing:
        pytest.fail("\n".join(missing), pytrace=False)


def _address(walk: Walk, page: str, fact: Fact, raw: dict[str, Any]) -> str:
    """The page of the person or action of a fact."""
    if page == "person":
        id_ = fact.path[1] if fact.path[0] == "people" else fact.path[2]
        return f"circle#{walk.name(str(id_))}"
    if page == "part":
        return f"plan#Change action {int(fact.path[2]) + 1}.{int(fact.path[4]) + 1}"
    return page


def _open(walk: Walk, address: str) -> Page:
    page, _, link = address.partition("#")
    client = walk.open(page)
    return client.follow(link) if link else client.here


def _beside(walk: Walk, raw: dict[str, Any], fact: Fact) -> str:
    """The words that identify the row or card of a fact; empty where the page is about it alone."""
    path, dotted = fact.path, fact.dotted
    for pattern, depth, key in _RECORDS:
        if fnmatchcase(dotted, pattern) and path[-1] != "kind":
            record: Any = raw
            for step in path[:depth]:
                record = record[step]
            said = record[key] if key in record else record["found"]
            return walk.name(said) if key == "person" else str(said)
    match path:
        case ("plan", "agreed", id_):
            return walk.name(str(id_))
        case ("plan", "bottom_lines_met", number):
            return str(raw["setup"]["bottom_lines"][number]["text"])
    return ""


def _blocks(page: Page, beside: str) -> list[str]:
    """The text of each row or card with these words; of the whole page if there are none."""
    if not beside:
        return [_reading(page, page.all("body")[0])]
    readings = [_reading(page, block) for block in page.all(*BLOCKS) if not _only_offers(block)]
    found = [text for text in readings if beside in text]
    shortest = min(map(len, found), default=0)
    return [text for text in found if len(text) <= 3 * shortest]


def _only_offers(block: Element) -> bool:
    """Whether a block is a group of choices of which none is chosen: it says nothing about anybody."""
    held = [node for node in block.iter() if node.tag in ("input", "select", "textarea")]
    ticks = [node for node in held if node.get("type") in TICKS]
    return block.tag == "fieldset" and ticks == held and not any("checked" in node.attrib for node in ticks)


def _reading(page: Page, element: Element) -> str:
    """All text in this part of a page, with the values of form fields."""
    held = [text_of(element, without=("select", "textarea"))]
    labels = {label.get("for"): text_of(label) for label in page.all("label")}
    for node in element.iter():
        if node.get("type") in TICKS:
            around = next((block for block in page.around(node) if block.tag == "label"), None)
            label = text_of(around) if around is not None else labels.get(node.get("id"), "")
            held += [f"[x] {label}"] if "checked" in node.attrib else []
        elif node.tag == "input" and node.get("type") not in ("hidden", "submit"):
            held.append(node.get("value", ""))
        elif node.tag == "textarea":
            held.append(" ".join((node.text or "").split()))
        elif node.tag == "option" and "selected" in node.attrib:
            held.append(text_of(node))
    return " ".join(held)
