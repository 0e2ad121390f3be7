"""The page about the coordinator in a real browser, as each of those who see it."""

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from ekc.matching import actions
from ekc.matching.actions import Declaration
from ekc.people.access import Visitor
from tests.build import registered_case
from tests.cast import CODE, PASSWORD, Cast, mail_of, make_link
from tests.clock import FrozenClock
from tests.look import Onlooker


@pytest.fixture
def address(db_session: Session, cast: Cast, clock: FrozenClock) -> str:
    """The page of a case for which nobody is asked yet."""
    return f"/conferences/{registered_case(db_session, cast, clock()).id}/coordinator"


def come_in(visitor: Page, person: Visitor, address: str) -> None:
    visitor.goto(f"/sign-in?next={address}")
    visitor.get_by_label("Mail address").fill(mail_of(person.actor.name))
    visitor.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.get_by_role("button", name="Sign in").click()


def test_asking(visitor: Page, onlooker: Onlooker, cast: Cast, address: str) -> None:
    come_in(visitor, cast.ruud, address)
    onlooker.look(visitor, "coordinator asking")


def test_answering(
    visitor: Page, onlooker: Onlooker, cast: Cast, address: str, db_session: Session, clock: FrozenClock
) -> None:
    actions.ask_coordinator(db_session, cast.ruud, clock(), 1, cast.noor.account_id or 0)
    come_in(visitor, cast.noor, address)
    onlooker.look(visitor, "coordinator answering")


def test_confirming(
    visitor: Page, onlooker: Onlooker, cast: Cast, address: str, db_session: Session, clock: FrozenClock
) -> None:
    actions.ask_coordinator(db_session, cast.ruud, clock(), 1, cast.noor.account_id or 0)
    doubts = "I work for nobody here and do not know the family. My sister teaches at another school in Rivierstad."
    actions.accept(db_session, cast.noor, clock(), 1, Declaration(doubts, conflict=True))
    come_in(visitor, cast.ruud, address)
    onlooker.look(visitor, "coordinator conflict")

    visitor.goto(make_link(db_session, clock(), 1, 1))
    visitor.get_by_role("button", name="Go to my page").click()
    visitor.get_by_label("Entrance code").fill(CODE)
    visitor.get_by_role("button", name="Come in").click()
    visitor.wait_for_url("**/mine")
    onlooker.look(visitor, "own page confirm")
