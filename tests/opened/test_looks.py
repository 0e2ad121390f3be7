"""Who has opened a file, in a real browser."""

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests.build import case_in_setup
from tests.cast import CODE, Cast, make_link
from tests.clock import FrozenClock
from tests.look import Onlooker


def test_who_has_opened_my_file(
    app: Flask, visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, clock())
    visitor.goto(make_link(db_session, clock(), case.id, case.people["marieke"]))
    visitor.get_by_role("button", name="Go to my page").click()
    visitor.get_by_label("Entrance code").fill(CODE)
    visitor.get_by_role("button", name="Come in").click()
    visitor.get_by_role("link", name="Who has opened my file").click()

    visitor.get_by_text("took a step: Take on the case (10:00)").wait_for()
    onlooker.look(visitor, "who has opened my file")
