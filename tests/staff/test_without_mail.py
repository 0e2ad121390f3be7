"""A service without a mail server: no page offers or promises a mail; each says what to do instead."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.core.outbox import OutboxMessage
from tests.build import case_in_setup
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.conferences.test_register import FILLED_IN
from tests.plugins.web import MakeApp
from tests.registering import register
from tests.staff.test_accounts import NEW


@pytest.fixture(scope="module")
def without_mail(make_app: MakeApp) -> Flask:
    """A service without a mail server."""
    return make_app(mail=None)


@pytest.fixture
def client(without_mail: Flask, database_url: str, clock: FrozenClock) -> PageClient:
    made = without_mail.test_client()
    assert isinstance(made, PageClient)
    return made


def test_a_link_is_handed_over_otherwise(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/links")
    page = client.shown("Make a link for Linda de Wit")
    told = "This service sends no email. Give the link on paper or by text message."
    assert (told in page.text, "Send the email" in page.buttons) == (True, False)

    sent = client.form("I have sent it").fill({})
    answer = client.post(sent.url, data={**dict(sent.payload()), "mail": "send"})

    assert (answer.status_code, told in answer.text) == (409, True)
    db_session.rollback()
    assert db_session.scalars(select(OutboxMessage).where(OutboxMessage.key.startswith("link:"))).all() == []
    client.page(f"/conferences/{case.id}/links")
    assert "not handed over yet as far as is known" in client.here.text


def test_a_forgotten_password_is_for_the_administrator(client: PageClient, db_session: Session, cast: Cast) -> None:
    page = client.page("/sign-in")
    assert (
        "Ask your administrator. Whoever runs the server can make a link with which you choose a new one." in page.text
    )
    assert "/forgotten-password" not in page.html

    page = client.page("/forgotten-password")
    told = "This service sends no email. Ask your administrator for a new invitation."
    assert (told in page.text, "Send the link" in page.buttons) == (True, False)
    token = next(c.attrib["value"] for c in client.page("/register").all("input") if c.get("name") == "csrf_token")
    answer = client.post("/forgotten-password", data={"csrf_token": token, "email": "noor@example.org"})
    assert (answer.status_code, answer.location) == (303, "/forgotten-password")
    assert db_session.scalars(select(OutboxMessage)).all() == []


def test_an_invitation_is_passed_on_by_hand(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.bas)
    page = client.page("/accounts/new")
    assert "You see a link, to pass on to them. With it they choose a password themselves." in page.text

    page = client.shown("Open and invite", NEW)

    assert "This service sends no email. Copy the link, and pass it on yourself." in page.text
    assert "by email" not in page.text


def test_who_was_in_before_gets_a_link_from_whoever_keeps_the_server(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.bas)
    client.page(f"/accounts/{cast.noor.account_id}")

    page = client.submit("Send it")

    assert "whoever runs the server can print a link with this command: ekc invite noor@example.org" in page.text
    assert [word for word in ("/invitations/", "Sent to", "is sent") if word in page.html] == []


@pytest.mark.both_databases
@pytest.mark.parametrize("page", ["register/thanks", "steps/stop", "registration/correct"])
def test_no_page_says_that_a_mail_is_sent(client: PageClient, db_session: Session, cast: Cast, page: str) -> None:
    if page == "register/thanks":
        client.page("/register")
        shown = register(client, FILLED_IN)
    else:
        case = case_in_setup(db_session, cast, START)
        sign_in(client, cast.ruud)
        shown = client.page(f"/conferences/{case.id}/{page}")
        if page == "registration/correct":
            shown = client.shown("Show what changes", {"Kind of conference": "recovery conference"})
        assert "This service sends no email" in shown.text
    promises = [words for words in ("An email goes to", "get an email", "Then an email") if words in shown.text]
    assert promises == []
