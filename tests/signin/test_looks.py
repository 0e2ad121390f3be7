"""The open pages in a real browser."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.links import answer_request
from ekc.core.transaction import writing
from ekc.links.queries.devices import pending_devices
from ekc.links.verification import ask_to_come_in, verify_by_answer
from ekc.signin.models import SignIn
from tests.build import Made, case_in_setup
from tests.cast import COST, Cast, make_link
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.plugins.browser import PATIENCE, served, visiting
from tests.stories.eyes import look_both_ways
from tests.tab import follow, press, sign_in


@pytest.fixture
def demo_visitor(browser: Browser, demo_app: Flask, database_url: str, cast: Cast) -> Iterator[Page]:
    """A browser in the demo."""
    with served(demo_app) as address, visiting(browser, address) as page:
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


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return case_in_setup(db_session, cast, clock())


def test_coming_in_by_a_personal_link(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock, case: Made
) -> None:
    path = make_link(db_session, clock(), case.id, case.people["marieke"])
    visitor.goto(path)
    look_both_ways(onlooker, visitor, "enter")
    press(visitor, "Go to my page")
    look_both_ways(onlooker, visitor, "confirm")
    press(visitor, "I have no code: ask to be let in")
    look_both_ways(onlooker, visitor, "waiting")
    (asked,) = pending_devices(db_session, case.id, clock())
    answer_request(By(db_session, cast.noor, clock()), case.id, asked.id, True)
    visitor.goto(f"{path}/waiting")
    look_both_ways(onlooker, visitor, "let in")
    press(visitor, "Go to my page")
    look_both_ways(onlooker, visitor, "own page shared")
    press(visitor, "Sign out")
    look_both_ways(onlooker, visitor, "signed out")


def test_pages_come_and_go_by_themselves_without_javascript(
    browser: Browser, live_server: str, cast: Cast, db_session: Session, clock: FrozenClock, case: Made
) -> None:
    """Waiting for approval, and later the timeout on a shared tablet."""
    path = make_link(db_session, clock(), case.id, case.people["marieke"])
    with browser.new_context(base_url=live_server, java_script_enabled=False, locale="en-GB") as context:
        context.set_default_timeout(PATIENCE)
        tablet = context.new_page()
        tablet.goto(f"{path}/code")
        tablet.get_by_role("button", name="I have no code").click()
        (asked,) = pending_devices(db_session, case.id, clock())
        answer_request(By(db_session, cast.noor, clock()), case.id, asked.id, True)
        tablet.get_by_role("link", name="Look now whether you can come in").click()
        tablet.get_by_role("heading", name="You can come in").wait_for()
        tablet.get_by_role("button", name="Go to my page").click()
        tablet.get_by_role("heading", name="Hello, Marieke de Wit").wait_for()
        with writing(db_session):
            db_session.execute(update(SignIn).values(ends_at=clock() + timedelta(seconds=1)))

        tablet.goto(f"/conferences/{case.id}/mine")
        tablet.get_by_role("heading", name="You are signed out").wait_for()
        seen = []
        for _ in range(4):  # further back than anybody was
            tablet.go_back()
            seen.append("Marieke" in tablet.content())

        assert seen == [False] * 4


def test_the_coordinators_pages_of_links(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock, case: Made
) -> None:
    path = make_link(db_session, clock(), case.id, case.people["marieke"])
    ask_to_come_in(db_session, clock(), path.removeprefix("/l/"), "Safari, iPhone")
    for n in range(5):
        verify_by_answer(db_session, clock(), path.removeprefix("/l/"), str(n), False, "", COST)
    sign_in(visitor, "Noor")
    visitor.goto(f"/conferences/{case.id}/links")
    look_both_ways(onlooker, visitor, "links")
    follow(visitor, "Marieke de Wit")
    look_both_ways(onlooker, visitor, "link of one")
    visitor.goto(f"/conferences/{case.id}/links")
    press(visitor, "Make a link for Kees de Wit")
    look_both_ways(onlooker, visitor, "link shown")
    press(visitor, "I have sent it")
    visitor.goto(f"/conferences/{case.id}/links")
    press(visitor, "Print a slip for everybody who has no link yet")
    look_both_ways(onlooker, visitor, "links shown")
