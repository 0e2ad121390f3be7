"""A family comes together again and makes no new plan: on each page its plan, tasks and follow-ups go on as before."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import build
from tests.build import Made
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import Page

TASK = "Hangs the week on the fridge"
STAYS = "There is no new plan. Your plan stays as it is: its tasks, and the days on which you look at it again."


def another(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return build.case_in_evaluation(db_session, cast, START)


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    return client


@pytest.fixture
def omar(app: Flask, db_session: Session, case: Made) -> PageClient:
    client = another(app)
    enter(client, db_session, START, case.id, case.people["omar"])
    return client


def parts(page: Page) -> tuple[bool, bool, bool]:
    """Of somebody's own page: whether their task stands there, can be ticked, and when the plan is looked at again."""
    return TASK in page.text, "How far is this?" in page.text, "Tuesday 26 May 2026" in page.text


def come_together_again(noor: PageClient, case: Made) -> None:
    noor.page(f"/conferences/{case.id}")
    noor.follow("Come together again")
    page = noor.submit("Come together again", {"Why is a new conference needed?": "The summer."})
    assert page.flashes == ["A new conference is being prepared."]


def test_the_family_does_not_come_together_again_after_all(
    app: Flask, noor: PageClient, omar: PageClient, db_session: Session, case: Made, clock: FrozenClock
) -> None:
    mine = f"/conferences/{case.id}/mine"
    before = parts(omar.page(mine))
    assert before == (True, True, True)
    come_together_again(noor, case)
    assert parts(omar.page(mine)) == before  # the plan goes on while a conference is prepared

    marieke = another(app)
    db_session.rollback()
    enter(marieke, db_session, clock(), case.id, case.people["marieke"])
    marieke.follow("We do not want to come together again after all")
    page = marieke.submit(
        "We do not want to come together again after all",
        {"Why does it stop?": "things are different now"},
    )
    assert page.flashes == ["There is no new plan: the plan stays as it is."]
    assert STAYS in page.text

    page = omar.page(mine)
    assert STAYS in page.text
    assert parts(page) == before
    omar.submit("Save", {"How far is this?": "Done"}, near=TASK)
    assert "5 of 5: Evaluation" in noor.page("/").text
    page = noor.page(f"/conferences/{case.id}")
    assert "Come together again" in [name for name, _ in page.links]
    follow_ups = noor.page(f"/conferences/{case.id}/follow-ups")
    assert follow_ups.text.count("given up") == 0


def test_they_came_together_and_made_no_new_plan(
    noor: PageClient, omar: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    mine = f"/conferences/{case.id}/mine"
    before = parts(omar.page(mine))
    plan = noor.page(f"/conferences/{case.id}/plan").text
    come_together_again(noor, case)
    db_session.rollback()
    build.open_again(db_session, cast, START, case)
    build.to_presentation(db_session, cast, START, case)
    assert TASK in omar.page(mine).text
    noor.page(f"/conferences/{case.id}")
    noor.follow("No new plan")
    page = noor.submit("No new plan")
    assert page.flashes == ["There is no new plan: the plan stays as it is."]

    page = omar.page(mine)
    assert STAYS in page.text
    assert parts(page) == before
    assert noor.page(f"/conferences/{case.id}/plan").text == plan
    omar.page(mine)
    omar.submit("Save", {"How far is this?": "Done"}, near=TASK)
