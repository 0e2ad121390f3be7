"""The access log in a real browser."""

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests.build import case_in_setup
from tests.cast import Cast, make_link
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.tab import enter, follow


def test_who_has_opened_my_file(
    app: Flask, visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, clock())
    enter(visitor, make_link(db_session, clock(), case.id, case.people["marieke"]))
    follow(visitor, "Who has opened my file")

    visitor.get_by_text("took a step: Take on the case (10:00)").wait_for()
    onlooker.look(visitor, "who has opened my file")
