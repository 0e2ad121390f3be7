"""The Hendriks story in a real browser: every page checked by axe, light and dark, narrow, and from right to left."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import cast as as_type

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.cast import PASSWORD, Cast, mail_of
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.plugins.browser import visiting
from tests.stories import following
from tests.stories import test_hendriks as hendriks
from tests.stories.eyes import Eyes, Seen
from tests.stories.paper import PRINTER
from tests.stories.walk import Walk

pytestmark = PRINTER


class WalkWithEyes(Walk):
    """A walk in which everybody has a real browser."""

    open_one: Callable[[], Eyes]

    def _new_browser(self) -> PageClient:
        return as_type(PageClient, self.open_one())  # it has the methods that a walk uses


@pytest.fixture
def walk(
    app: Flask,
    clock: FrozenClock,
    cast: Cast,
    browser: Browser,
    live_server: str,
    onlooker: Onlooker,
) -> Iterator[Walk]:
    """The case before registration."""
    made = WalkWithEyes(app, clock, cast, hendriks.CASE, cast.denise)
    seen: Seen = set()
    with ExitStack() as stack:
        made.open_one = lambda: Eyes(stack.enter_context(visiting(browser, live_server, refused=True)), onlooker, seen)
        yield made


def test_the_whole_way_by_mouse(walk: Walk) -> None:
    """From Joan's call to the second version and the costs."""
    hendriks.prepare(walk)
    hendriks.confer(walk)
    hendriks.look_back(walk)
    hendriks.write_the_second_version(walk)
    following.enter_costs(walk)
    walk.staff(walk.cast.mila).page("/follow-ups?state=all")
    walk.staff(walk.cast.ruud).page("/")


def tab_to(visitor: Page, name: str) -> None:
    """Press Tab until the element with this name has visible focus."""
    for _ in range(120):
        visitor.keyboard.press("Tab")
        focused = visitor.evaluate(_FOCUSED)
        if focused["name"] == name:
            assert focused["shown"], f"nobody sees that {name!r} is focused"
            return
    pytest.fail(f"the keyboard does not get to {name!r} on {visitor.url}")


_FOCUSED = """() => {
    const node = document.activeElement;
    // the ring of a choice is around its field, with the words
    const style = getComputedStyle(node.type === 'radio' ? node.closest('.ds-field') : node);
    const label = node.labels && node.labels.length ? node.labels[0].childNodes[0].textContent : node.textContent;
    return {
        name: (node.getAttribute('aria-label') || label || '').trim(),
        // a skip link shows that it is focused by being there at all
        shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none' || node.matches('.ds-skip-link'),
    };
}"""


def test_a_case_by_keyboard_alone(visitor: Page, cast: Cast, clock: FrozenClock) -> None:
    """Signing in, past the menu by the skip link, and registering a case: Tab, letters and Enter."""
    visitor.goto("/sign-in")
    tab_to(visitor, "Email address")
    visitor.keyboard.type(mail_of(cast.ruud.actor.name))
    tab_to(visitor, "Password")
    visitor.keyboard.type(PASSWORD)
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/")
    tab_to(visitor, "Skip to the main part")
    visitor.keyboard.press("Enter")
    tab_to(visitor, "Register a conference")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/register")
    tab_to(visitor, "The person it is about, or one of them")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/about")
    tab_to(visitor, "family conference")
    visitor.keyboard.press("Space")
    tab_to(visitor, "voluntary")
    visitor.keyboard.press("Space")
    tab_to(visitor, "Why now")
    visitor.keyboard.type("Wim fell in the night.")
    tab_to(visitor, "Continue")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/people")
    tab_to(visitor, "Name")
    visitor.keyboard.type("Joan Hendriks")
    tab_to(visitor, "Continue")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/place")
    tab_to(visitor, "Municipality, council or area")
    visitor.keyboard.type("Northfield Borough")
    tab_to(visitor, "Region")
    visitor.keyboard.type("North")
    tab_to(visitor, "Netherlands")
    visitor.keyboard.press("ArrowDown")
    tab_to(visitor, "Continue")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/check")
    tab_to(visitor, "Register")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/conferences/1")
    assert visitor.get_by_role("heading", level=1).inner_text() == "Joan Hendriks"
