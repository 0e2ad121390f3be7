"""The ways out of private time, and pages of who does not come, in a real browser."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from tests.build import case_in_private_time, prepared_case
from tests.cast import Cast, link_known_before, make_link
from tests.clock import START, FrozenClock
from tests.look import Onlooker
from tests.tab import enter, enter_as_before


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_family_that_does_not_get_there(
    visitor: Page, onlooker: Onlooker, db_session: Session, cast: Cast, clock: FrozenClock, language: str
) -> None:
    db_session.execute(update(Account).where(Account.id == cast.noor.account_id).values(phone="06 1111 1111"))
    db_session.commit()
    case = case_in_private_time(db_session, cast, START)
    clock.advance(minutes=1)
    enter_as_before(visitor, *link_known_before(db_session, START, case.id, case.people["omar"]))
    visitor.goto(f"/language/{language}?next=/conferences/{case.id}/mine")
    onlooker.look(visitor, f"private time {language}")
    visitor.goto(f"/conferences/{case.id}/ways-out")
    onlooker.look(visitor, f"ways out {language}")
    visitor.goto(f"/conferences/{case.id}/not-safe")
    onlooker.look(visitor, f"not safe {language}")


def test_who_can_say_that_they_do_not_come(visitor: Page, onlooker: Onlooker, db_session: Session, cast: Cast) -> None:
    case = prepared_case(db_session, cast, START)
    path = make_link(db_session, START, case.id, case.people["omar"])
    visitor.goto(f"{path}/code")
    onlooker.look(visitor, "a new device, nobody has a phone")
    enter(visitor, path)
    visitor.get_by_text("I do not come", exact=True).click()
    onlooker.look(visitor, "i do not come")
