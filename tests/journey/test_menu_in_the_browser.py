"""The menu of a case in a browser: beside the page or folded above it, and where its links put the cursor."""

from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy.orm import Session

from tests import build
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.tab import sign_in

PHONE: ViewportSize = {"width": 360, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 900}


def test_the_menu_is_beside_the_page_and_on_a_phone_in_one_line(
    visitor: Page, onlooker: Onlooker, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    sign_in(visitor, cast.noor.actor.name)
    visitor.set_viewport_size(WIDE)
    visitor.goto(f"/conferences/{case.id}/meeting")
    menu = visitor.get_by_role("navigation", name="Pages of this case")
    expect(menu.get_by_role("link", name="Meeting")).to_have_attribute("aria-current", "page")
    expect(menu.locator("summary")).to_be_hidden()
    onlooker.look(visitor, "meeting with menu")
    visitor.set_viewport_size(PHONE)
    expect(menu.get_by_role("link", name="History")).to_be_hidden()
    menu.locator("summary").click()
    menu.get_by_role("link", name="History").click()
    visitor.wait_for_url("**/history")
    visitor.goto(f"/conferences/{case.id}")
    title = visitor.locator(".next__title").bounding_box()
    assert title is not None
    assert title["y"] + title["height"] < PHONE["height"]  # the next step begins above the fold


def test_a_link_to_what_is_open_leads_into_the_box(
    visitor: Page, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    sign_in(visitor, cast.noor.actor.name)
    visitor.goto(f"/conferences/{case.id}")
    visitor.get_by_role("link", name="There is no venue yet").click()
    expect(visitor.locator("#meeting-name")).to_be_focused()
