"""The own page of somebody in the circle: what it says to whom, and what they can do on it."""

from sqlalchemy.orm import Session

from ekc.people.actions import set_phone
from tests.build import case_in_private_time, case_in_setup
from tests.cast import Cast, enter
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.page import Page, text_of


def section(page: Page, heading: str) -> str:
    """The words of the section with this heading; empty where there is none."""
    return next((text_of(node) for node in page.all("section") if text_of(node).startswith(heading)), "")


def test_the_coordinator_can_be_rung(client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = case_in_setup(db_session, cast, clock())
    page = enter(client, db_session, clock(), case.id, case.people["marieke"])
    assert section(page, "Your coordinator").startswith("Your coordinator Noor van Dijk A coordinator does not decide")
    set_phone(db_session, cast.noor, clock(), "01632 960010")

    page = client.page(page.url)

    assert section(page, "Your coordinator").startswith("Your coordinator Noor van Dijk, 01632 960010 A coordinator")
    assert [path for name, path in page.links if name == "01632 960010"] == ["tel:01632960010"]


def test_the_coordinator_can_be_rung_from_private_time(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_private_time(db_session, cast, clock())
    set_phone(db_session, cast.noor, clock(), "01632 960010")

    page = enter(client, db_session, clock(), case.id, case.people["marieke"])

    assert section(page, "Your coordinator").startswith("Your coordinator Noor van Dijk, 01632 960010 A coordinator")
