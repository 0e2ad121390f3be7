"""The page of somebody in the circle: what is folded, and the way to the next person."""

from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_person
from ekc.conferences.entries import PersonDetails
from ekc.workflow.vocabulary import Part
from tests.build import Made
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.page import Page


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    return client


def unfolded(page: Page) -> list[str]:
    """The first words of what is folded on other pages and open here."""
    return [part.text or "" for one in page.all("details") if "open" in one.attrib for part in one.iter("summary")]


def test_what_is_filled_in_or_wrong_is_not_folded(noor: PageClient, case: Made) -> None:
    address = f"/conferences/{case.id}/circle/{case.people['linda']}"
    assert unfolded(noor.page(address)) == []
    refused = noor.refused("Save", {"Born on": "soon", "Why they stay away": "Threatened Kees."}, status=422)
    assert [one.strip() for one in unfolded(refused)] == ["Who they are", "It was decided that they stay away"]
    noor.page(address)
    noor.submit("Save", {"Needs": "a lift", "Address": "Kade 2"})
    assert [one.strip() for one in unfolded(noor.page(address))] == ["What they need", "Address and time zone"]


def test_an_age_that_is_still_to_be_known_is_not_folded(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    """The conference waits for it, and what is still open leads here."""
    sem = PersonDetails(name="Sem", part=Part.CHILD, relation="son of Marieke")
    address = f"/conferences/{case.id}/circle/{add_person(By(db_session, cast.noor, START), case.id, sem)}"
    assert [one.strip() for one in unfolded(noor.page(address))] == ["Who they are"]


def test_saving_leads_to_the_next_person_and_the_last_has_none(noor: PageClient, case: Made) -> None:
    order = [
        name for name, address in noor.here.links if address.removeprefix(f"/conferences/{case.id}/circle/").isdigit()
    ]
    assert len(order) == len(case.people)
    noor.follow(order[0])
    assert [one for one, _address in noor.here.links if one.startswith("Previous: ")] == []
    for this, following in pairwise(order):
        assert noor.here.heading == this
        noor.submit(f"Save and next: {following}", {"Phone": "06 12345678"})
    assert noor.here.heading == order[-1]
    assert f"Previous: {order[-2]}" in [one for one, _address in noor.here.links]
    assert [one for one in noor.here.buttons if one.startswith("Save and next")] == []
    assert noor.submit("Save").heading == "Circle"
