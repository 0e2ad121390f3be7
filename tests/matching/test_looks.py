"""The page about the coordinator in a real browser, for each role that sees it."""

import pytest
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.conferences.actions.circle import add_person
from ekc.conferences.entries import PersonDetails
from ekc.matching.actions import asking, independence
from ekc.matching.actions.independence import set_employer
from ekc.matching.entries import Declaration
from ekc.staff.actions import closing
from ekc.workflow.vocabulary import Part
from tests.build import case_in_private_time, matched_case, prepared_case, registered_case
from tests.cast import Cast, make_link
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.tab import enter, press, sign_in


@pytest.fixture
def address(db_session: Session, cast: Cast, clock: FrozenClock) -> str:
    """The page of a case for which nobody is asked yet."""
    return f"/conferences/{registered_case(db_session, cast, clock()).id}/coordinator"


def test_asking(visitor: Page, onlooker: Onlooker, cast: Cast, address: str) -> None:
    sign_in(visitor, cast.ruud.actor.name, address)
    onlooker.look(visitor, "coordinator asking")


def test_answering(
    visitor: Page, onlooker: Onlooker, cast: Cast, address: str, db_session: Session, clock: FrozenClock
) -> None:
    asking.ask_coordinator(By(db_session, cast.ruud, clock()), 1, cast.noor.account_id or 0)
    sign_in(visitor, cast.noor.actor.name, address)
    onlooker.look(visitor, "coordinator answering")


def test_deciding(
    visitor: Page, onlooker: Onlooker, cast: Cast, address: str, db_session: Session, clock: FrozenClock
) -> None:
    """Noor has two conflicts, one with the school of Els, who is added later; Ruud waives one of them."""
    asking.ask_coordinator(By(db_session, cast.ruud, clock()), 1, cast.noor.account_id or 0)
    told = Declaration(
        "I have no ties to youth protection or the council. My sister teaches at another school in Rivierstad.",
        employer="Primary school De Wilg",
        relation="",
        interest="I rent out the house next door to Marieke.",
        caseload=2,
    )
    independence.accept(By(db_session, cast.noor, clock()), 1, told)
    els = PersonDetails(name="Els Vermeer", part=Part.PROFESSIONAL, organisation="the Primary School De Wilg")
    add_person(By(db_session, cast.noor, clock()), 1, els)
    sign_in(visitor, cast.ruud.actor.name, address)
    onlooker.look(visitor, "coordinator deciding")
    visitor.get_by_label("The outcome could be of use to Noor van Dijk").check()
    visitor.get_by_label("Why is it no obstacle?").fill("The house is let for years, and nobody here wants it.")
    press(visitor, "It is no obstacle")
    onlooker.look(visitor, "coordinator decided in part")
    visitor.goto(address.removesuffix("/coordinator"))
    onlooker.look(visitor, "case with a decision")

    enter(visitor, make_link(db_session, clock(), 1, 1))
    onlooker.look(visitor, "own page confirm")


def test_who_cannot_be_asked(
    visitor: Page, onlooker: Onlooker, cast: Cast, address: str, db_session: Session, clock: FrozenClock
) -> None:
    set_employer(By(db_session, PROGRAM, clock()), cast.denise.account_id or 0, "Stichting Youth-Protection")
    sign_in(visitor, cast.ruud.actor.name, address)
    onlooker.look(visitor, "coordinator who cannot be asked")


def test_declaring_anew(
    visitor: Page, onlooker: Onlooker, cast: Cast, address: str, db_session: Session, clock: FrozenClock
) -> None:
    matched_case(db_session, cast, clock())
    sign_in(visitor, cast.noor.actor.name, "/conferences/2/coordinator")
    visitor.get_by_text("Something has changed: make a new declaration").click()
    onlooker.look(visitor, "coordinator declaring anew")


def test_a_coordinator_who_cannot_act(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = prepared_case(db_session, cast, clock())
    closing.close_account(By(db_session, cast.bas, clock()), cast.noor.account_id or 0)
    sign_in(visitor, cast.ruud.actor.name, f"/conferences/{case.id}")
    onlooker.look(visitor, "case that nobody coordinates")
    visitor.goto(f"/conferences/{case.id}/coordinator")
    onlooker.look(visitor, "coordinator who cannot act")
    enter(visitor, make_link(db_session, clock(), case.id, case.people["marieke"]))
    onlooker.look(visitor, "own page without coordinator")


def test_taking_over(visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = prepared_case(db_session, cast, clock())
    asking.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0, "Noor is ill.")
    sign_in(visitor, cast.denise.actor.name, f"/conferences/{case.id}/coordinator")
    onlooker.look(visitor, "coordinator asked to take over")
    independence.accept(By(db_session, cast.denise, clock()), case.id, Declaration("I know nobody of them."))
    visitor.goto(f"/conferences/{case.id}/to-tell")
    onlooker.look(visitor, "whom to ring after taking over")


def test_asking_in_private_time(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_private_time(db_session, cast, clock())
    sign_in(visitor, cast.ruud.actor.name, f"/conferences/{case.id}/coordinator")
    onlooker.look(visitor, "coordinator in private time")


def test_answering_in_private_time(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_private_time(db_session, cast, clock())
    asking.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0, "Noor is ill.")
    sign_in(visitor, cast.denise.actor.name, f"/conferences/{case.id}/coordinator")
    onlooker.look(visitor, "coordinator asked in private time")
