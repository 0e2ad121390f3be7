"""Family Marsden, England: before it goes to court the council offers a meeting, which the family takes."""

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from ekc.core.clock import from_local
from ekc.demo.casefile import read_case
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.form import Value
from tests.page import Page
from tests.stories import countries, following, preparing
from tests.stories.walk import Walk

CASE = read_case(Path(__file__).parent / "cases" / "marsden.toml")


@pytest.fixture
def walk(app: Flask, clock: FrozenClock, cast: Cast) -> Walk:
    """The case before registration."""
    return Walk(app, clock, cast, CASE, cast.denise)


def dates(page: Page) -> dict[str, str]:
    """The dates beside the case page."""
    names, values = page.all("dt"), page.all("dd")
    return {"".join(n.itertext()): " ".join("".join(v.itertext()).split()) for n, v in zip(names, values, strict=True)}


def test_from_a_referral_to_an_agreed_plan(walk: Walk) -> None:
    number = countries.register_and_match(walk)
    assert number == "FGC-2026-0001"
    registration = walk.open("registration").here
    assert "s.31ZA; from which day it holds is not verified.) (law)" in registration.text
    assert "hears within two days that the referral came in. (local target)" in registration.text

    countries.take_on(walk, "kirsty")
    clocks = dates(walk.open().here)
    assert [(title, clocks[title]) for title in clocks if "local target" in clocks[title]] == [
        ("Referrer spoken to", "by Saturday 7 March 2026 (local target)"),
        ("Bottom lines fixed with the referrer", "by Thursday 12 March 2026 (local target)"),
        ("Hold the conference", "by Thursday 30 April 2026 (local target)"),
    ]
    walk.at(datetime(2026, 3, 6, 15))  # noqa: DTZ001 - the clock on the wall
    spoken: dict[str, Value] = {"With": "Priya Nair", "What was said or agreed": "What the plan has to meet."}
    walk.open("contact").submit("Add to the log", spoken)
    countries.prepare(walk, datetime(2026, 3, 10).date())  # noqa: DTZ001
    walk.invite("referrer")
    assert walk.case.setup is not None
    (line,) = walk.case.setup.bottom_lines
    walk.at(line.shared_on, "17:00")
    priya = walk.guest("referrer")
    priya.page(walk.url("mine"))
    priya.follow("Write bottom lines")
    priya.submit("Write it down", preparing.bottom_line_values(line))
    preparing.share_bottom_lines(walk, line.shared_on)
    left = dates(walk.open().here)
    assert [title for title in left if "local target" in left[title]] == ["Hold the conference"]

    countries.confer(walk)
    held = dates(walk.open().here)
    assert [title for title in held if "local target" in held[title]] == []  # what was on time is never late afterwards
    countries.agree(walk, datetime(2026, 4, 18, 14, 20))  # noqa: DTZ001
    following.enter_costs(walk)

    assert "Evaluation" in walk.open().here.text
    found = countries.pages(walk)
    assert countries.with_words(found, "municipality", "EKC", "€", "euro", "gemeente") == []
    assert "£850.00" in found["costs"].text
    assert "Council" in found["registration"].html
    assert "Saturday 18 April 2026, 10:30" in found["meeting"].text
    assert "Such as 07700 900123." in walk.open("circle").follow("Kirsty Marsden").text
    assert walk.clock() == from_local(datetime(2026, 4, 18, 14, 20), "Europe/London")  # noqa: DTZ001
    assert walk.clock().hour == 13  # summer time
    for asked in (number, "EKC-2026-0001", "2026-0001"):
        client = walk.coordinator
        client.page("/search")
        assert "Family Marsden" in client.submit("Search", {"Name or case number": asked}).text
