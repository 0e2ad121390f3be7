"""A secret address: only the coordinator reads and writes it, and it survives when others save the person."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.conferences.actions import circle
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Participant
from ekc.conferences.queries.circle import person
from ekc.workflow.vocabulary import Activity
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.page import Page

SECRET = "Korte Kade 4, Verweg"
VIEW = "I want the children to stay together."


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """Linda's address is secret, Kees's is not. Linda left a view for the conference."""
    made = build.case_in_setup(db_session, cast, START)
    linda, kees = made.people["linda"], made.people["kees"]
    build.change_details(
        db_session, cast, START, made, linda, address=SECRET, address_secret=True, view=VIEW, phone="0612"
    )
    build.change_details(db_session, cast, START, made, kees, address="Waalkade 12")
    return made


def page_of(client: PageClient, case: Made, name: str = "linda") -> Page:
    return client.page(f"/conferences/{case.id}/circle/{case.people[name]}")


def kept(session: Session, case: Made) -> tuple[str, bool, str, str]:
    """Linda's address, whether it is secret, her phone and her view."""
    session.rollback()
    linda = session.get_one(Participant, case.people["linda"])
    return linda.address, linda.address_secret, linda.phone, linda.view


def test_the_coordinator_reads_and_writes_it(client: PageClient, db_session: Session, cast: Cast, case: Made) -> None:
    sign_in(client, cast.noor)

    assert SECRET in page_of(client, case).html
    client.submit("Save", {"Address": "Elsewhere 1"})

    assert kept(db_session, case) == ("Elsewhere 1", True, "0612", VIEW)


def test_a_regional_manager_changes_the_rest_and_loses_nothing(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    sign_in(client, cast.ruud)

    page = page_of(client, case)
    assert SECRET not in page.html
    assert VIEW not in page.html
    assert "The coordinator alone sees it; what you save here leaves it as it is." in page.text
    assert offered(client) == []
    client.submit("Save", {"Phone": "0612345613"})

    assert kept(db_session, case) == (SECRET, True, "0612345613", VIEW)
    page_of(client, case, "kees")
    assert offered(client) == ["address", "address_secret"]


def offered(client: PageClient) -> list[str]:
    """Which fields about address and view the page has."""
    names = [control.get("name") for control in client.here.all("input", "textarea")]
    return [name for name in names if name in ("address", "address_secret", "view")]


def test_what_is_sent_past_the_form_does_not_overwrite_it_and_is_not_told(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    sign_in(client, cast.ruud)
    page_of(client, case)
    sending = client.form("Save").fill({"Phone": "0612345613"})
    more = {"address": ["Mine"], "view": ["Mine"]}

    client.post(sending.url, data=sending.payload() | more)
    refused = client.post(sending.url, data=sending.payload() | more | {"name": [""]})

    assert kept(db_session, case) == (SECRET, True, "0612345613", VIEW)
    assert (refused.status_code, SECRET in refused.text, VIEW in refused.text) == (422, False, False)


def test_a_page_from_before_it_was_secret_leaves_it_secret(db_session: Session, cast: Cast, case: Made) -> None:
    """The manager saves a page that was opened before the coordinator made the address secret."""
    opened = open_case(By(db_session, cast.noor, START), case.id, Activity.SEE_CASE)
    linda = person(db_session, opened, case.people["linda"])
    assert linda is not None
    fields = {name: getattr(linda, name) for name in PersonDetails.__dataclass_fields__}
    before = PersonDetails(**{**fields, "address": "Old street 1", "address_secret": False, "view": ""})

    circle.change_person(By(db_session, cast.ruud, START), case.id, linda.id, before)

    assert kept(db_session, case) == (SECRET, True, "0612", VIEW)


def test_on_ones_own_page_stands_ones_own(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    """A secret address is left out there, because others may look at the same screen."""
    linda = enter(client, db_session, START, case.id, case.people["linda"])
    other = app.test_client()
    assert isinstance(other, PageClient)
    kees = enter(other, db_session, START, case.id, case.people["kees"])

    assert "Phone 0612 Email linda@example.org Your address is kept secret." in linda.text
    assert SECRET not in linda.html
    assert "Address Waalkade 12" in kees.text
    assert [text for text in ("0612", "linda@example.org", "karim@example.org") if text in kees.html] == []
