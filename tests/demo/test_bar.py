"""The bar of the demonstration: one is somebody else, in the same case; and its clock goes on, with whoever looks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import POSTBOX, Settings
from ekc.core.demo_clock import DemoClock, clock_time, set_clock
from ekc.core.form_numbers import FormNumber
from ekc.core.transaction import writing
from ekc.demo.clock import move_on, nights
from ekc.demo.world import begins_at
from tests.cast import Cast
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.demo.made import demo_at_start
from tests.page import Page, text_of
from tests.plugins.web import MakeApp

#: It begins at 11.40 of the day on which it is made.
NOW = "Monday 2 March 2026, 11:40"


@pytest.fixture
def made(db_session: Session, clock: FrozenClock) -> dict[str, int]:
    """The demo; the ids of its cases by file."""
    return demo_at_start(db_session)


@pytest.fixture(scope="module")
def demo_app(make_app: MakeApp) -> Flask:
    """The app of the demo, which shows what went out."""
    return make_app(demo=True, mail=POSTBOX)


@pytest.fixture
def demo(demo_app: Flask, made: dict[str, int]) -> PageClient:
    """A visitor of the demo, who reads English."""
    client = demo_app.test_client()
    assert isinstance(client, PageClient)
    client.page("/language/en")
    return client


def summaries(page: Page) -> list[str]:
    """What the bar says before it is opened."""
    return [
        text_of(node) for node in page.all("summary") if any(a.get("class") == "demo-bar" for a in page.around(node))
    ]


def test_the_bar_says_what_day_it_is_and_where_the_clock_can_go(demo: PageClient, made: dict[str, int]) -> None:
    demo.submit("Continue as Noor van Dijk")
    page = demo.page(f"/conferences/{made['de-wit']}")

    assert summaries(page) == [f"It is {NOW} here", "Continue as somebody else"]
    assert [name for name in page.buttons if ": " in name] == [
        "Tomorrow: 3 Mar",
        "The day of the conference: 7 Mar",
        "Four weeks later: 30 Mar",
    ]


def test_the_clock_goes_on_and_the_visitor_stays(demo: PageClient, made: dict[str, int]) -> None:
    demo.submit("Continue as Noor van Dijk")
    demo.page(f"/conferences/{made['de-wit']}/circle")

    page = demo.submit("Four weeks later: 30 Mar")

    assert page.url == f"/conferences/{made['de-wit']}/circle"
    assert "It is Monday 30 March 2026, 09:00 now." in page.text
    assert summaries(page)[0] == "It is Monday 30 March 2026, 09:00 here"
    assert demo.get("/sign-in").status_code == 302


def test_a_mother_goes_on_with_the_clock(demo: PageClient) -> None:
    own = demo.submit("Marieke de Wit (moeder)").url

    assert demo.submit("The day of the conference: 7 Mar").url == own
    assert summaries(demo.here)[0] == "It is Saturday 7 March 2026, 10:00 here"


def test_one_becomes_somebody_else_in_the_same_case(demo: PageClient, made: dict[str, int]) -> None:
    demo.submit("Continue as Noor van Dijk")
    case = f"/conferences/{made['de-wit']}"
    page = demo.page(case)
    assert [name for name in page.buttons if name.endswith(")")] == [
        "Noor van Dijk (coordinator)",
        "Ruud Smit (regional manager)",
        "Marieke de Wit (moeder)",
        "Yara El Amrani (dochter)",
        "Fatima El Amrani-Benali (oma van vaderskant)",
        "Omar El Amrani (oom)",
        "Karim Jansen (referrer)",
    ]

    own = demo.submit("Omar El Amrani (oom)").url
    assert own.startswith(case)
    assert demo.submit("Ruud Smit (regional manager)").url == case


def test_the_work_of_each_night_is_done_on_the_way(
    db_session: Session, made: dict[str, int], settings: Settings
) -> None:
    demo, begins = replace(settings, demo=True, mail=POSTBOX), begins_at(START)
    with writing(db_session):
        db_session.add(FormNumber(number=b"1" * 32, content=b"1" * 32, used_at=begins))

    move_on(db_session, demo, begins + timedelta(days=3))

    assert [f"{at:%d %H:%M}" for at in nights(begins, begins + timedelta(days=3))] == [
        "03 02:00",
        "04 02:00",
        "05 02:00",
    ]
    assert db_session.scalar(select(func.count()).select_from(FormNumber)) == 0
    assert clock_time(db_session, demo) == begins + timedelta(days=3)


def test_the_clock_never_goes_back(db_session: Session, made: dict[str, int], settings: Settings) -> None:
    demo = replace(settings, demo=True)
    before = clock_time(db_session, demo)

    move_on(db_session, demo, before - timedelta(days=1))

    assert clock_time(db_session, demo) == before
    with writing(db_session), pytest.raises(ValueError, match="only forward"):
        set_clock(db_session, demo, before - timedelta(days=1))


def test_elsewhere_no_row_moves_the_clock(
    db_session: Session, client: PageClient, cast: Cast, settings: Settings
) -> None:
    with writing(db_session):
        db_session.add(DemoClock(id=1, ahead=86_400))

    assert clock_time(db_session, settings) == START
    page = client.page("/sign-in")
    token = next(node.get("value") for node in page.all("input") if node.get("name") == "csrf_token")
    assert client.post("/demo/clock", data={"csrf_token": token, "to": "tomorrow"}).status_code == 404
    assert db_session.scalar(select(func.max(DemoClock.ahead))) == 86_400
    with writing(db_session), pytest.raises(ValueError, match="demonstration"):
        set_clock(db_session, settings, START + timedelta(days=1))


def test_a_place_that_is_not_there_is_not_found(demo: PageClient) -> None:
    token = next(node.get("value") for node in demo.here.all("input") if node.get("name") == "csrf_token")

    sent = [{"csrf_token": token, "to": to} for to in ("yesterday", "evaluation")]
    assert [demo.post("/demo/clock", data=data).status_code for data in sent] == [404, 404]


@pytest.mark.both_databases
def test_the_post_box_shows_what_went_out_and_is_nowhere_else(demo: PageClient, client: PageClient) -> None:
    demo.submit("Continue as Noor van Dijk")
    page = demo.follow("Post box")

    assert "Jullie komen opnieuw bij elkaar" in page.text
    assert client.get("/demo/post").status_code == 404
