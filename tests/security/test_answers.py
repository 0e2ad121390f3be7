"""Response headers, what is kept out of the log, and that the demo answers only this machine."""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from config import Settings
from ekc.conferences.models import ContactEntry
from ekc.core import logs
from ekc.core.crypto import Keyring
from ekc.core.db import disk_is_full, make_engine
from ekc.core.handlers import HEADERS, KEY_HEADERS, KEY_PREFIXES, OF_PAGES
from ekc.links.verification import LinkSignIn
from ekc.signin.actions.sessions import NewSignIn
from ekc.signin.login import SignedInUser
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
    is_part = path.endswith("ekc.css")
    expected = {name: value for name, value in HEADERS.items() if not (is_part and name in OF_PAGES)}
    expected |= {"Cache-Control": "no-cache" if is_part else "private, no-store"}
    expected |= KEY_HEADERS if path.startswith("/l/") else {}
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


@pytest.mark.parametrize("path", ["/", "/sign-in", "/conferences/1", "/l/a-secret-token"])
def test_without_a_database_there_is_still_a_page_and_no_secret_in_the_log(
    app: Flask, client: PageClient, cast: Cast, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    sign_in(client, cast.noor)

    with without_a_database(app), caplog.at_level(logging.DEBUG):
        answer = client.get(path)

    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (503, "nosniff")
    [line] = caplog.records
    said = re.fullmatch(r"database: OperationalError at \S+/ekc/\w+/\w+\.py:\d+ in [\w.]+", line.getMessage())
    assert (line.name, bool(said)) == ("ekc", True), line.getMessage()


@pytest.mark.parametrize(("fault", "status"), [(None, 503), (StaleDataError, 409), (LookupError, 500)])
def test_what_was_typed_is_on_the_page_whatever_fails(
    app: Flask,
    client: PageClient,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    fault: type[Exception] | None,
    status: int,
) -> None:
    def failing() -> Response:
        raise fault or AssertionError

    sign_in(client, cast.noor)
    client.page("/search")
    sent = {**client.form("Search").fill({"Name or case number": "Gran"}).payload(), "password": "a secret"}
    client.wants_faults = True
    if fault is not None:
        monkeypatch.setitem(app.view_functions, "conferences.search", failing)

    with nullcontext() if fault else without_a_database(app):
        answer = client.post("/search", data=sent)

    assert (answer.status_code, "Gran" in answer.text, "a secret" in answer.text) == (status, True, False)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_as_such(
    app: Flask, client: PageClient, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(client, cast.noor)
    client.page("/search")
    fields = dict(client.form("Search").fill({}).fields)
    engine = app.extensions["ekc"].sessions.kw["bind"]
    with engine.connect() as connection:
        [pages] = connection.exec_driver_sql("pragma page_count").one()
    engine.dispose()

    @event.listens_for(engine, "connect")
    def without_room(connection: Any, _: object) -> None:
        connection.execute(f"pragma max_page_count = {pages}")

    try:
        for number in range(500):
            answer = client.post("/search", data={**fields, "q": f"Gran {number}"})
            if answer.status_code != 200:
                break
    finally:
        event.remove(engine, "connect", without_room)
        engine.dispose()

    assert answer.status_code == 507
    assert "There is no room left" in answer.text
    assert "Gran " in answer.text
    assert caplog.records[-1].getMessage() == "database: the disk is full"


def test_a_full_disk_of_postgresql_is_known() -> None:
    full = OperationalError("insert", {}, psycopg.errors.DiskFull())
    assert (disk_is_full(full), disk_is_full(OperationalError("x", {}, psycopg.errors.LockNotAvailable()))) == (
        True,
        False,
    )


PLAIN = (
    "Something went wrong on our side. Nothing was saved. Try again in a few minutes.\n"
    "Er ging bij ons iets mis. Er is niets opgeslagen. Probeer het over een paar minuten opnieuw.\n"
)


@pytest.mark.parametrize("path", [f"{prefix}a/secret-token/" for prefix in KEY_PREFIXES])
def test_an_error_page_that_fails_too_is_plain_and_tells_no_address(
    app: Flask, client: PageClient, cast: Cast, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """No such page: its error page asks the database who is signed in."""
    sign_in(client, cast.noor)

    with without_a_database(app), caplog.at_level(logging.DEBUG):
        answer = client.get(path)

    assert (answer.status_code, answer.mimetype, answer.text) == (503, "text/plain", PLAIN)
    assert {name: answer.headers.get(name) for name in KEY_HEADERS} == KEY_HEADERS
    assert [line.name for line in caplog.records] == ["ekc"]
    assert caplog.records[0].getMessage().startswith("no error page: OperationalError at ")
    assert "secret" not in caplog.text


@pytest.mark.parametrize("fails", ["after_request_funcs", "teardown_appcontext_funcs"])
def test_whatever_fails_the_server_learns_no_address(
    app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def failing(*_: object) -> Response:
        raise RuntimeError("not for a log")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)  # as in production
    found = getattr(app, fails)
    monkeypatch.setattr(app, fails, {None: [failing]} if isinstance(found, dict) else [failing])

    with caplog.at_level(logging.DEBUG):
        answer = FlaskClient(app).get("/l/a-secret-token")

    lines = [logs.LogLine().format(line) for line in caplog.records]
    assert (answer.status_code, {line.name.split(".")[0] for line in caplog.records}) == (500, {"ekc"})
    assert [line for line in lines if "secret" in line or "not for a log" in line] == []


@pytest.mark.parametrize(
    ("said", "given", "kept"),
    [
        ("Error handling request %s %s", ("GET", "/l/a-secret-token/"), "Error handling request GET"),
        (
            "Invalid request from ip=::1: Invalid HTTP request line: 'GET /l/a-secret-token'",
            (),
            "Invalid request from ip=::1: Invalid HTTP request line:",
        ),
        ("Worker (pid:%s) was sent SIGKILL!", (7,), "Worker (pid:7) was sent SIGKILL!"),
    ],
)
def test_the_log_of_the_web_server_tells_no_address(said: str, given: tuple[object, ...], kept: str) -> None:
    logs.configure()
    server = logging.getLogger("gunicorn.error")
    record = server.makeRecord(server.name, logging.WARNING, __file__, 1, said, given, None)
    failed = server.makeRecord(server.name, logging.ERROR, __file__, 1, said, given, None)
    try:
        int("a-secret-token")
    except ValueError:
        failed.exc_info = sys.exc_info()

    assert (server.filter(record), server.filter(failed)) == (True, True)

    assert record.getMessage() == kept
    if "request" in kept:
        assert failed.getMessage().startswith(f"{kept}: ValueError at ")
        assert "secret" not in logging.Formatter().format(failed)


def test_an_error_of_the_database_does_not_tell_what_was_to_be_written(db_session: Session) -> None:
    words = "what nobody may read in a log"
    db_session.add(ContactEntry(conference_id=1, on=START.date(), channel="x", text=f"\ud800{words}", written_at=START))

    with pytest.raises(StatementError) as caught:
        db_session.flush()

    assert words not in str(caught.value)


def test_no_repr_tells_a_secret(settings: Settings) -> None:
    account = NewAccount(name="Bas", email="bas@example.org", region_id=1, roles=(), password="not to be seen")

    begun = NewSignIn(1, "token of a session")
    signed_in = (SignedInUser("account", begun.token), LinkSignIn(begun, "token of a device", None))

    told = repr((settings, account, Keyring(settings.content_keys, settings.index_key), begun, signed_in))

    secrets = (settings.database_url, settings.secret_key, repr(settings.content_keys[0]), "not to be seen", "token of")
    assert [secret for secret in secrets if secret in told] == []


@pytest.mark.parametrize(
    ("demo", "caller", "status"),
    [(True, "127.0.0.1", 200), (True, "::1", 200), (True, "192.0.2.7", 403), (False, "192.0.2.7", 200)],
)
def test_the_demonstration_answers_this_machine_alone(
    app: Flask, demo_app: Flask, cast: Cast, demo: bool, caller: str, status: int
) -> None:
    client = (demo_app if demo else app).test_client()

    assert client.get("/", environ_overrides={"REMOTE_ADDR": caller}).status_code == status


@pytest.mark.parametrize("number", [0, -1, 10**30, -(10**30)])
def test_the_bar_of_the_demonstration_passes_over_a_case_that_cannot_be(demo_app: Flask, number: int) -> None:
    assert demo_app.test_client().get(f"/?case={number}").status_code == 200


@pytest.mark.parametrize("number", [0, 2**31, 10**30])
@pytest.mark.parametrize("whom", ["", "link/"])
def test_nobody_of_the_cast_has_such_a_number(
    demo_app: Flask, database_url: str, cast: Cast, whom: str, number: int
) -> None:
    client = demo_app.test_client()
    assert isinstance(client, PageClient)
    page = client.page("/")
    token = next(c.attrib["value"] for c in page.all("input") if c.get("name") == "csrf_token")

    assert client.post(f"/demo/be/{whom}{number}", data={"csrf_token": token}).status_code == 404
