"""The Rewiti whānau, New Zealand: two sisters, and a review within six months, as the younger one is five."""

from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from ekc.core.clock import from_local
from ekc.demo.casefile import CASES, read_case
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.stories import agreeing, countries, following
from tests.stories.walk import Walk

CASE = read_case(CASES / "rewiti.toml")
AGREED = datetime(2026, 4, 18, 15, 10)  # noqa: DTZ001 - the clock on the wall


@pytest.fixture
def walk(app: Flask, clock: FrozenClock, cast: Cast) -> Walk:
    """The case before registration."""
    return Walk(app, clock, cast, CASE, cast.denise)


#: The mother is a main person of whom nobody wrote down how old she is.
LIMIT = (
    "The evaluation must be on Sunday 18 October 2026 at the latest, as for a young child: it is not known how old "
    "Hana Rewiti is"
)


def test_from_a_referral_to_an_agreed_plan(walk: Walk) -> None:
    plan = walk.case.plan
    assert plan is not None
    number = countries.register_and_match(walk)
    assert number == "FGC-2026-0001"
    assert "The law lists who is entitled to attend" in walk.open("registration").here.text
    countries.take_on(walk, "hana")
    countries.prepare(walk, datetime(2026, 3, 13).date())  # noqa: DTZ001
    walk.open("bottom-lines").submit("There are none")
    countries.confer(walk)

    too_late = replace(plan.evaluation, on=datetime(2026, 10, 24, 11))  # noqa: DTZ001
    walk.open("plan").submit("Save when we meet again", agreeing.evaluation_values(walk, too_late))
    page = walk.open("plan").here
    assert "On Sunday 18 October 2026 at the latest (law)." in page.text
    assert LIMIT in page.text
    walk.open("plan").submit("Save when we meet again", agreeing.evaluation_values(walk, plan.evaluation))
    agreement = walk.open("plan/agreement")
    assert "Only agreed decisions are recorded; what was said in the conference is privileged. (law)" in (
        agreement.here.text
    )
    assert "In their words" not in agreement.form("Save what they say").labels
    no_plan = walk.open("steps/no_plan").here
    assert "A court may learn that there was no agreement, never the details or the views. (law)" in no_plan.text
    countries.agree(walk, AGREED)
    following.enter_costs(walk)

    assert walk.clock() == from_local(AGREED, "Pacific/Auckland")
    assert walk.clock().day == 18
    assert walk.clock().hour == 3
    page = walk.open("follow-ups").here
    walk.coordinator.refused("Plan an evaluation", {"Day of the next evaluation": datetime(2026, 10, 19).date()})  # noqa: DTZ001
    assert LIMIT in walk.coordinator.here.text
    found = countries.pages(walk)
    assert countries.with_words(found, "municipality", "EKC", "€", "£", "council", "gemeente") == []
    assert "NZ$1,400.00" in found["costs"].text
    assert "<dt>Area</dt><dd>Hutt Valley</dd>" in found["registration"].html
    assert "Saturday 18 April 2026, 10:00" in found["meeting"].text
    assert "Such as 021 555 0123." in walk.open("circle").follow("Mereana Rewiti").text
