"""Requests that no form of ours makes are refused before any view runs, with the usual error page."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.build import Made, case_in_presentation, case_in_setup
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock

UNREADABLE = "This could not be read"


@pytest.fixture
def case(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """A case in setup; its coordinator is signed in."""
    made = case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)
    return made


def token(client: PageClient) -> str:
    page = client.page("/")
    return next(c.attrib["value"] for c in page.all("input") if c.get("name") == "csrf_token")


@pytest.mark.parametrize(
    "body",
    [
        '{"name": 1, "part": "family"}',
        '{"name": "\\ud800", "part": "family"}',
        '{"name": "a\\u0000b", "part": "family"}',
        "[1, 2]",
        "[" * 100_000,
    ],
)
def test_json_is_no_form(client: PageClient, case: Made, body: str) -> None:
    answer = client.post(
        f"/conferences/{case.id}/circle",
        data=body,
        content_type="application/json",
        headers={"X-CSRFToken": token(client)},
    )

    assert answer.status_code == 415


def test_a_file_is_no_name(client: PageClient, case: Made) -> None:
    sent = {"csrf_token": token(client), "name": (io.BytesIO(b"x"), "x.txt"), "part": "family"}

    answer = client.post(f"/conferences/{case.id}/circle", data=sent, content_type="multipart/form-data")

    assert answer.status_code == 400


@pytest.mark.parametrize("address", ["?name=ok", ""])
def test_text_that_no_database_keeps_hides_behind_nothing(client: PageClient, case: Made, address: str) -> None:
    sent = {"csrf_token": token(client), "name": ["ok", "a\0b"] if not address else "a\0b", "part": "family"}

    answer = client.post(f"/conferences/{case.id}/circle{address}", data=sent)

    assert answer.status_code == 400


@pytest.mark.parametrize("target", ["//[", "//℀.example", "/%5C[", "http://["])
def test_no_address_to_go_on_to_breaks_the_page(client: PageClient, cast: Cast, target: str) -> None:
    client.page("/sign-in", query_string={"next": target})
    client.page("/language/nl", query_string={"next": target}) if target != "/%5C[" else None


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "tomorrow"])
def test_a_step_takes_place_in_our_time(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, moment: str
) -> None:
    case = case_in_presentation(db_session, cast, clock())
    sign_in(client, cast.noor)
    sent = {"csrf_token": token(client), "reason": "It is late.", "new_date": moment}

    answer = FlaskClient.open(client, f"/conferences/{case.id}/steps/another_day", method="POST", data=sent)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_what_another_site_sends_is_not_offered_to_be_sent_again(
    client: PageClient, case: Made, headers: dict[str, str]
) -> None:
    answer = client.post(f"/conferences/{case.id}/circle", data={"name": "Evil", "part": "family"}, headers=headers)

    assert answer.status_code == 400
    assert "Evil" not in answer.text
    assert "Send it again" not in answer.text


def test_a_post_from_elsewhere_signs_nobody_out(app: Flask, case: Made) -> None:
    # A browser sends no cookie with it, and keeps what it is answered.
    elsewhere = app.test_client()

    answer = elsewhere.post("/sign-out", headers={"Origin": "https://evil.example"})

    assert (answer.status_code, answer.headers.get_all("Set-Cookie")) == (400, [])


def test_what_our_own_old_page_sends_is_shown_again(client: PageClient, case: Made) -> None:
    sent = {"name": "Oma Riet", "part": "family", "relation": "", "organisation": ""}
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}

    answer = client.post(f"/conferences/{case.id}/circle", data=sent, headers=ours)

    assert answer.status_code == 400
    assert 'value="Oma Riet"' in answer.text


def test_a_token_of_somebody_else_is_none(app: Flask, client: PageClient, case: Made) -> None:
    other = app.test_client()
    assert isinstance(other, PageClient)
    page = other.page("/sign-in")
    theirs = next(c.attrib["value"] for c in page.all("input") if c.get("name") == "csrf_token")

    answer = client.post(f"/conferences/{case.id}/circle", data={"csrf_token": theirs, "name": "x", "part": "family"})

    assert answer.status_code == 400
