"""The calendar in a real browser: by axe, light and dark, mirrored, on a narrow telephone, and with the keyboard."""

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests.build import prepared_case
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.look import NARROW, Onlooker
from tests.stories.eyes import look_both_ways
from tests.tab import press, sign_in, unfold

ENTRY = "11:00 Family De Wit - El Amrani, conference"


@pytest.fixture
def busy(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    """A day with more than a month has room for."""
    for _time in range(5):
        prepared_case(db_session, cast, clock())


def test_the_month_and_the_week(visitor: Page, onlooker: Onlooker, cast: Cast, busy: None) -> None:
    sign_in(visitor, cast.ruud.actor.name, "/calendar/2026-04-11")
    look_both_ways(onlooker, visitor, "calendar month")
    visitor.set_viewport_size(NARROW)  # type: ignore[arg-type]
    shown = [cell.inner_text() for cell in visitor.locator(".month td").all() if cell.is_visible()]
    assert [text.splitlines()[0].strip() for text in shown[-2:]] == ["Saturday 11 April", "Monday 27 April"]
    visitor.goto("/calendar/2026-04-11?view=week")
    look_both_ways(onlooker, visitor, "calendar week")
    visitor.goto("/calendar/2026-03-11")
    look_both_ways(onlooker, visitor, "calendar empty")


def test_the_private_address(visitor: Page, onlooker: Onlooker, cast: Cast) -> None:
    sign_in(visitor, cast.noor.actor.name, "/account/calendar")
    look_both_ways(onlooker, visitor, "calendar address")
    press(visitor, "Make the address")
    look_both_ways(onlooker, visitor, "calendar address made")
    visitor.goto("/account/calendar")
    unfold(visitor)
    look_both_ways(onlooker, visitor, "calendar address there")


def test_with_the_keyboard(visitor: Page, cast: Cast, busy: None) -> None:
    sign_in(visitor, cast.noor.actor.name, "/calendar/2026-03-11")
    visitor.get_by_role("link", name="Later").focus()
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/calendar/2026-04-01")
    visitor.get_by_role("link", name="Week", exact=True).focus()
    reached = []
    for _key in range(12):
        visitor.keyboard.press("Tab")
        reached.append(visitor.evaluate("document.activeElement.innerText.replace(/\\s+/g, ' ').trim()"))
    assert reached.count(ENTRY) == 3
    assert any(words.startswith("and 2 more") for words in reached)
    while visitor.evaluate("document.activeElement.innerText.replace(/\\s+/g, ' ').trim()") != ENTRY:
        visitor.keyboard.press("Shift+Tab")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/conferences/*")
