"""Response headers, what is kept out of the log, and that the demo answers only this machine."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from config import Settings
from ekc.conferences.models import ContactEntry
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine
from ekc.core.handlers import HEADERS, KEY_HEADERS
from ekc.staff.actions.accounts import NewAccount
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.plugins.web import MakeApp


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/nothing", 404),
        ("GET", "/static/css/ekc.css", 200),
        ("GET", "/static/../config.py", 404),
        ("GET", "/static/%2e%2e/%2e%2e/config.py", 404),
        ("GET", "/static/%2Fetc/passwd", 308),
        ("GET", "/static/account.css", 404),
        ("GET", "/l/x", 404),
        ("GET", "/conferences/1", 302),
        ("GET", "/conferences/" + "9" * 3000, 302),
        ("POST", "/register", 400),
        ("DELETE", "/register", 405),
        ("TRACE", "/", 405),
        ("OPTIONS", "/conferences/1", 200),
        ("POST", "/demo/be/1", 400),
    ],
)
def test_every_answer_carries_the_headers(client: PageClient, cast: Cast, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code == status
    kept = "public, max-age=86400" if path.endswith("ekc.css") else "private, no-store"
    expected = {**HEADERS, "Cache-Control": kept, **(KEY_HEADERS if path.startswith("/l/") else {})}
    assert {name: answer.headers.get(name) for name in expected} == expected
    answer.close()


def test_behind_tls_cookies_travel_over_tls_alone(make_app: MakeApp, database_url: str, cast: Cast) -> None:
    client = make_app(secure_cookies=True).test_client()
    client.get("/sign-in", base_url="https://localhost")
    client.get("/language/nl", base_url="https://localhost")

    cookies = [client.get_cookie(name) for name in ("__Host-session", "__Host-language")]
    assert [(c.secure, c.http_only, c.same_site, c.path, c.domain) for c in cookies if c] == [
        (True, True, "Lax", "/", "localhost")
    ] * 2
    assert client.get("/sign-in").headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert client.get("/sign-in", base_url="https://localhost").text.count('lang="nl"') > 0


@contextmanager
def without_a_database(app: Flask) -> Iterator[None]:
    """The database cannot be reached."""
    sessions = app.extensions["ekc"].sessions
    engine = sessions.kw["bind"]
    sessions.configure(bind=make_engine("sqlite:////nowhere/at/all.sqlite", Keyring([bytes(32)], bytes(32))))
    try:
        yield
    finally:
        sessions.configure(bind=engine)


@pytest.mark.parametrize("path", ["/", "/conferences/1", "/l/a-secret-token"])
def test_without_a_database_there_is_still_a_page_and_no_secret_in_the_log(
    app: Flask, client: PageClient, cast: Cast, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    sign_in(client, cast.noor)

    with without_a_database(app), caplog.at_level(logging.DEBUG):
        answer = client.get(path)

    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (503, "nosniff")
    assert [(line.name, line.getMessage()) for line in caplog.records] == [("ekc", "database: OperationalError")]


def test_an_error_of_the_database_does_not_tell_what_was_to_be_written(db_session: Session) -> None:
    words = "what nobody may read in a log"
    db_session.add(ContactEntry(conference_id=1, on=START.date(), channel="x", text=f"\ud800{words}", written_at=START))

    with pytest.raises(StatementError) as caught:
        db_session.flush()

    assert words not in str(caught.value)


def test_no_repr_tells_a_secret(settings: Settings) -> None:
    account = NewAccount(name="Bas", email="bas@example.org", region_id=1, roles=(), password="not to be seen")

    told = repr(settings) + repr(account) + repr(Keyring(settings.content_keys, settings.index_key))

    secrets = (settings.database_url, settings.secret_key, repr(settings.content_keys[0]), "not to be seen")
    assert [secret for secret in secrets if secret in told] == []


@pytest.mark.parametrize(
    ("demo", "caller", "status"),
    [(True, "127.0.0.1", 200), (True, "::1", 200), (True, "192.0.2.7", 403), (False, "192.0.2.7", 200)],
)
def test_the_demonstration_answers_this_machine_alone(
    make_app: MakeApp, database_url: str, cast: Cast, demo: bool, caller: str, status: int
) -> None:
    client = make_app(demo=demo).test_client()

    assert client.get("/", environ_overrides={"REMOTE_ADDR": caller}).status_code == status


@pytest.mark.parametrize("number", [0, 2**31, 10**30])
@pytest.mark.parametrize("whom", ["", "link/"])
def test_nobody_of_the_cast_has_such_a_number(
    make_app: MakeApp, database_url: str, cast: Cast, whom: str, number: int
) -> None:
    client = make_app(demo=True).test_client()
    assert isinstance(client, PageClient)
    page = client.page("/")
    token = next(c.attrib["value"] for c in page.all("input") if c.get("name") == "csrf_token")

    assert client.post(f"/demo/be/{whom}{number}", data={"csrf_token": token}).status_code == 404
