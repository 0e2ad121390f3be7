"""What the family, the referrer, managers and strangers see, each in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from tests.build import (
    Made,
    case_in_evaluation,
    case_in_presentation,
    case_in_private_time,
    case_in_setup,
    closed_case,
    write_plan,
)
from tests.cast import Cast, link_known_before, make_link
from tests.clock import START, FrozenClock
from tests.look import Onlooker
from tests.plugins.browser import visiting
from tests.stories.eyes import look_both_ways
from tests.tab import enter_as_before, press, sign_in, unfold

Build = Callable[[Session, Cast], Made]


def setup(session: Session, cast: Cast) -> Made:
    """A case in setup."""
    return case_in_setup(session, cast, START)


def private_time(session: Session, cast: Cast) -> Made:
    """A case in private time."""
    return case_in_private_time(session, cast, START)


def presentation(session: Session, cast: Cast) -> Made:
    """A case at the presentation."""
    case = case_in_presentation(session, cast, START)
    write_plan(session, cast, START, case)
    return case


def evaluation(session: Session, cast: Cast) -> Made:
    """A case in evaluation."""
    return case_in_evaluation(session, cast, START)


def closed(session: Session, cast: Cast) -> Made:
    """A closed case."""
    return closed_case(session, cast, START)


@pytest.mark.parametrize(
    ("build", "who", "pages"),
    [
        (setup, "omar", ["mine", "bottom-lines"]),
        (setup, "karim", ["mine", "bottom-lines"]),
        (private_time, "marieke", ["mine", "steps/ask_for_information", "steps/another_day"]),
        (private_time, "karim", ["mine"]),
        (presentation, "marieke", ["mine", "plan", "plan/sharing", "plan/agreement", "steps/go_back"]),
        (presentation, "karim", ["plan", "plan/agreement"]),
        (evaluation, "karim", ["mine", "plan", "plan/agreement"]),
        (evaluation, "omar", ["mine", "plan", "plan/versions/1", "follow-ups", "steps/reconvene"]),
    ],
)
def test_by_personal_link(
    visitor: Page, onlooker: Onlooker, cast: Cast, clock: FrozenClock, db_session: Session, build: Build, who: str,
    pages: list[str],
) -> None:  # fmt: skip
    case = build(db_session, cast)
    enter_as_before(visitor, *link_known_before(db_session, START, case.id, case.people[who]))
    for page in pages:
        response = visitor.goto(f"/conferences/{case.id}/{page}")
        assert response is not None
        assert response.status == 200, page
        look_both_ways(onlooker, visitor, f"{who} {build.__name__} {page}")


def test_a_new_device_and_the_room_that_lets_it_in(
    visitor: Page, onlooker: Onlooker, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = private_time(db_session, cast)
    path = make_link(db_session, START, case.id, case.people["fatima"])
    visitor.goto(f"{path}/code")
    look_both_ways(onlooker, visitor, "fatima, nobody in")
    enter_as_before(visitor, *link_known_before(db_session, START, case.id, case.people["omar"]))
    visitor.goto(f"{path}/code")
    look_both_ways(onlooker, visitor, "fatima, new device")
    press(visitor, "Ask to come in")
    look_both_ways(onlooker, visitor, "fatima, waiting")
    visitor.goto(f"/conferences/{case.id}/mine")
    look_both_ways(onlooker, visitor, "omar, somebody waits")


@pytest.mark.parametrize(
    ("build", "who", "pages"),
    [
        (private_time, "noor", ["", "steps/come_out", "steps/no_plan"]),
        (
            evaluation,
            "noor",
            ["plan", "times", "history", "contact", "links", "links/1", "follow-ups/1", "follow-ups/2"],
        ),
        (closed, "noor", [""]),
        (setup, "ruud", ["", "coordinator", "circle", "circle/1", "steps/stop"]),
    ],
)
def test_by_password(
    visitor: Page, onlooker: Onlooker, cast: Cast, clock: FrozenClock, db_session: Session, build: Build, who: str,
    pages: list[str],
) -> None:  # fmt: skip
    case = build(db_session, cast)
    sign_in(visitor, getattr(cast, who).actor.name)
    for page in pages:
        response = visitor.goto(f"/conferences/{case.id}/{page}".rstrip("/"))
        assert response is not None
        assert response.status == 200, page
        unfold(visitor)
        look_both_ways(onlooker, visitor, f"{who} {build.__name__} {page}")


def test_by_nobody_in_particular(
    browser: Browser, live_server: str, onlooker: Onlooker, cast: Cast, clock: FrozenClock
) -> None:
    """Without an account: the first page, a failed sign-in, an empty registration, thanks, and an unknown page."""
    with visiting(browser, live_server) as visitor:
        for page in ("/", "/sign-in", "/register", "/register/thanks"):
            visitor.goto(page)
            look_both_ways(onlooker, visitor, f"nobody {page}")
        visitor.goto("/language/nl?next=/register")
        look_both_ways(onlooker, visitor, "registering in Dutch")


@pytest.mark.parametrize(
    ("address", "buttons", "status"),
    [
        ("/register", ["It is about me or my family", "Continue"], 422),
        ("/sign-in", ["Sign in"], 422),
        ("/nowhere", [], 404),
        ("/l/no-link", [], 404),
    ],
)
def test_what_went_wrong(
    browser: Browser, live_server: str, onlooker: Onlooker, cast: Cast, clock: FrozenClock, address: str,
    buttons: list[str], status: int,
) -> None:  # fmt: skip
    """The browser logs responses with 4xx as errors, which is expected here."""
    with browser.new_context(base_url=live_server, locale="en-GB") as context:
        visitor = context.new_page()
        response = visitor.goto(address)
        for button in buttons:
            response = press(visitor, button)
        assert response is not None
        assert response.status == status
        look_both_ways(onlooker, visitor, f"wrong {address}")
