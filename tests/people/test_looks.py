"""The open pages in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from tests.build import registered_case
from tests.cast import Cast, make_link
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.plugins.browser import served, visiting
from tests.plugins.web import MakeApp


@pytest.fixture
def demo_visitor(browser: Browser, make_app: MakeApp, database_url: str, cast: Cast) -> Iterator[Page]:
    """Somebody at a browser, in the demo."""
    with served(make_app(demo=True)) as address, visiting(browser, address) as page:
        yield page


def test_the_first_page(visitor: Page, onlooker: Onlooker) -> None:
    visitor.goto("/")
    onlooker.look(visitor, "welcome")


def test_the_first_page_of_the_demo(demo_visitor: Page, onlooker: Onlooker) -> None:
    demo_visitor.goto("/")
    onlooker.look(demo_visitor, "welcome demo")


def test_signing_in(visitor: Page, onlooker: Onlooker, cast: Cast) -> None:
    visitor.goto("/sign-in")
    onlooker.look(visitor, "sign in")


def test_a_personal_link(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = registered_case(db_session, cast, clock())
    visitor.goto(make_link(db_session, clock(), case.id, case.people["marieke"]))
    onlooker.look(visitor, "enter")
