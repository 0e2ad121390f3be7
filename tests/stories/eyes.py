"""A real browser with the methods of the test client: it fills in, clicks, and checks every page.

`look` of tests/look.py takes a second or two, so each page is checked once in each phase of the case.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from playwright.sync_api import Locator
from playwright.sync_api import Page as Tab

from tests.form import TICKS, Form, Value
from tests.look import NARROW, WIDE, Onlooker
from tests.page import Page, text_of
from tests.tab import unfold

#: The pages that were checked: URL without numbers, and the phase of the case.
Seen = set[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """The response to a request for something that is no page."""

    status_code: int
    mimetype: str
    data: bytes


@dataclass
class Eyes:
    """Somebody's browser, with the methods of `tests/client.py`. `seen` is shared by all browsers of a story."""

    tab: Tab
    onlooker: Onlooker
    seen: Seen = field(default_factory=set)
    _here: Page | None = None

    def page(self, url: str, status: int = 200) -> Page:
        """Open a URL."""
        response = self.tab.goto(url)
        assert response is not None
        assert response.status == status, f"{url} answered {response.status}"
        return self._arrived()

    def read(self, url: str) -> Page:
        """The page at an address, whatever its status; it does not become the current page."""
        answer = self.tab.request.get(url)
        return Page(answer.text(), url, answer.status)

    def follow(self, link: str, near: str = "") -> Page:
        """Click a link."""
        page = self.here
        found = [a for a in page.all("a") if "href" in a.attrib and page.name_of(a) == link]
        found = page.near(found, near) if near else found
        assert found, f"{page!r} has no link {link!r}; it offers {page.links}"
        unfold(self.tab)
        return self._click(page, found[0])

    def submit(self, button: str, values: Mapping[str, Value] | None = None, near: str = "") -> Page:
        """Fill in the form of a button and press it; fails where the product refuses."""
        after = self._send(button, values, near)
        assert after.errors == [], f"{button!r} was refused: {after.errors}"
        return after

    def shown(self, button: str, values: Mapping[str, Value] | None = None, near: str = "") -> Page:
        """As `submit`: in a browser a response that is a page looks like any other."""
        return self.submit(button, values, near)

    def refused(self, button: str, values: Mapping[str, Value] | None = None, near: str = "") -> Page:
        """As `submit`, but the product must refuse; returns the page with its errors."""
        after = self._send(button, values, near)
        assert after.errors, f"{button!r} was accepted: {after!r}"
        return after

    def form(self, button: str, near: str = "") -> Form:
        """The form of a button on the current page."""
        return Form(self.here, self.here.button(button, near))

    def _send(self, button: str, values: Mapping[str, Value] | None, near: str) -> Page:
        page = self.here
        pressed = page.button(button, near)
        unfold(self.tab)
        form = Form(page, pressed)
        for label, value in (values or {}).items():
            for control, typed in form._answer(label, value).items():
                self._fill(page, control, [str(one).replace("\r\n", "\n") for one in typed])
        return self._click(page, pressed)

    def get(self, url: str) -> Answer:
        """The response to a request, such as a download."""
        response = self.tab.request.get(url)
        return Answer(response.status, response.headers["content-type"].partition(";")[0], response.body())

    @property
    def at(self) -> Page | None:
        """The current page, if one was opened."""
        return self._here

    @property
    def here(self) -> Page:
        """The current page, as the browser has it."""
        assert self._here is not None, "open a page first"
        return self._here

    def _arrived(self) -> Page:
        address = urlsplit(self.tab.url)
        page = Page(self.tab.content(), address.path + (f"?{address.query}" if address.query else ""), 200)
        kind = (re.sub(r"\d+", "#", address.path), _phase(page))
        if kind not in self.seen:
            self.seen.add(kind)
            look_both_ways(self.onlooker, self.tab, page.heading)
        self._here = page
        return page

    def _click(self, page: Page, element: Element) -> Page:
        with self.tab.expect_navigation():
            self._find(page, element).click()
        return self._arrived()

    def _find(self, page: Page, element: Element) -> Locator:
        return self.tab.locator(element.tag).nth(page.all(element.tag).index(element))

    def _fill(self, page: Page, control: Element, typed: list[str]) -> None:
        found = self._find(page, control)
        if control.tag == "select":
            found.select_option(typed)
        elif control.get("type") in TICKS:
            if control.get("type") == "checkbox" or typed:
                found.set_checked(bool(typed))
        else:
            found.fill("".join(typed))


def _phase(page: Page) -> str:
    """The phase of the case of this page, by its header; empty where there is none."""
    said = [text_of(node) for node in page.all("p") if node.get("class") in ("eyebrow", "phase-rail__short")]
    return said[0] if said else ""


def look_both_ways(onlooker: Onlooker, tab: Tab, name: str) -> None:
    """As `look`, and again from right to left."""
    onlooker.look(tab, name)
    tab.evaluate("document.documentElement.dir = 'rtl'")
    tab.set_viewport_size(NARROW)  # type: ignore[arg-type]
    width = tab.evaluate("document.documentElement.scrollWidth")
    tab.evaluate("document.documentElement.dir = 'ltr'")
    tab.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert width <= NARROW["width"], f"{name} ({tab.url}), right to left at 320 pixels, is {width} wide"
