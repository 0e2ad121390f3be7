"""The log: one line of JSON for each event, with time, type, sign-in and address, and without user input."""

import json
import logging
import sys
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Settings, load_mail
from ekc.core import logs
from ekc.core.routes import public
from ekc.signin.models import SignIn
from tests.build import case_in_setup
from tests.cast import Cast, mail_of, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.plugins.web import MakeApp
from tests.work import work

HOSTILE = 'a"b\r\n{"level": "INFO"}\x1b[2J\u2028é'


def noted(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """The logged events, without values that differ in each run."""
    return [getattr(line, "facts", {}) for line in caplog.records if line.name == "ekc"]


def test_an_event_is_one_line_of_json() -> None:
    record = logging.LogRecord("ekc", logging.WARNING, __file__, 1, HOSTILE, None, None)
    record.created = 1772442000.25
    record.facts = {"route": HOSTILE, "status": 404}

    with logs.numbered(None):
        line = logs.LogLine().format(record)

    assert (line.isascii(), line.isprintable()) == (True, True)
    assert json.loads(line) == {
        "at": "2026-03-02T09:00:00.250+00:00",
        "level": "WARNING",
        "what": HOSTILE,
        "route": HOSTILE,
        "status": 404,
    }


def test_a_process_writes_each_event_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs.log, "handlers", [])

    logs.configure()
    logs.configure()

    assert [type(handler.formatter) for handler in logs.log.handlers] == [logs.LogLine]


def test_what_is_not_for_somebody_is_noted(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    case = case_in_setup(db_session, cast, clock())
    sign_in(client, cast.mila)
    db_session.rollback()
    who = f"account:{db_session.scalars(select(SignIn.id)).one()}"
    db_session.rollback()
    caplog.clear()

    client.page("/search", status=404)
    client.page(f"/conferences/{case.id}/circle", status=404)

    asked = {"status": 404, "why": "Unknown", "method": "GET", "who": who, "caller": "127.0.0.1"}
    assert noted(caplog) == [{**asked, "route": "conferences.search"}, {**asked, "route": "conferences.circle"}]


def test_what_no_page_of_ours_sends_is_noted(client: PageClient, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    page = client.page("/register")
    token = next(c.attrib["value"] for c in page.all("input") if c.get("name") == "csrf_token")
    client.post("/register", data={"name": "Somebody said this"})
    client.post("/register", data="{}", content_type="application/json", headers={"X-CSRFToken": token})
    client.post("/register", data={"csrf_token": "x", "reason": "y" * 2**20})
    client.post("/l/a-secret-token?name=Fatima", data={"csrf_token": "wrong"})
    client.delete("/register")
    client.page("/l/a-secret-token", status=404)

    caller = {"caller": "127.0.0.1"}
    assert noted(caplog) == [
        {"status": 400, "why": "CSRFError", "method": "POST", "route": "conferences.register", **caller},
        {"status": 415, "why": "UnsupportedMediaType", "method": "POST", "route": "conferences.register", **caller},
        {"status": 413, "why": "RequestEntityTooLarge", "method": "POST", "route": "conferences.register", **caller},
        {"status": 400, "why": "CSRFError", "method": "POST", "route": "links.enter_now", **caller},
        {"status": 405, "why": "MethodNotAllowed", "method": "DELETE", **caller},
        {"status": 404, "method": "GET", "route": "links.enter", **caller},
    ]
    assert "secret" not in caplog.text
    assert "Fatima" not in caplog.text


def test_an_address_that_leads_nowhere_is_not_noted(
    client: PageClient, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    client.page("/L/a-secret-token", status=404)

    assert noted(caplog) == []


def test_slowing_down_is_noted(client: PageClient, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    client.page("/sign-in")
    wrong = {"Email address": "noor@example.org", "Password": "another good one"}
    for _ in range(10):
        client.refused("Sign in", wrong, status=422)
    caplog.clear()

    client.refused("Sign in", wrong, status=429)

    assert noted(caplog) == [
        {
            "status": 429,
            "why": "TooMany",
            "method": "POST",
            "route": "signin.check_sign_in",
            "caller": "127.0.0.1",
        }
    ]


def test_a_fault_of_ours_is_noted_by_kind_and_place(
    make_app: MakeApp, database_url: str, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(word: str) -> str:
        raise ValueError(word)

    app = make_app()
    app.add_url_rule("/broken/<word>", view_func=public(broken))
    client = app.test_client()
    assert isinstance(client, PageClient)
    client.wants_faults = True

    page = client.page("/broken/Fatima", status=500)

    line = broken.__code__.co_firstlineno + 1
    assert [record.getMessage() for record in caplog.records] == [f"ValueError at {__file__}:{line} in broken"]
    assert ("Fatima" in caplog.text, "Fatima" in page.text) == (False, False)


@pytest.mark.both_databases
def test_a_number_goes_from_the_request_through_the_job_to_its_mail(
    make_app: MakeApp,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The number that our proxy gives stands in each line: of the request, and of the mail that it caused."""
    client = make_app(proxies=1).test_client()
    assert isinstance(client, PageClient)
    number = "0123456789abcdef0123456789abcdef"
    client.environ_base["HTTP_X_REQUEST_ID"] = number
    client.page("/forgotten-password")
    client.submit("Send the link", {"Email address": mail_of("noor")})

    nowhere = replace(settings, mail=load_mail("smtp://127.0.0.1:1", "Own Plan <plan@example.org>"))
    formatter = logs.LogLine()
    caplog.handler.setFormatter(formatter)
    work(db_session, nowhere, clock())
    lines = [json.loads(line) for line in caplog.text.splitlines()]

    assert [(line["what"], line["request"]) for line in lines] == [("kind of job waits", number)]
    client.environ_base["HTTP_X_REQUEST_ID"] = "x" * 80
    assert client.get("/sign-in").headers["X-Request-ID"] != "x" * 80


@pytest.mark.both_databases
def test_a_fault_of_the_database_has_its_code_and_our_place(engine: Engine) -> None:
    with engine.connect() as connection:
        line = sys._getframe().f_lineno + 2
        with pytest.raises(SQLAlchemyError) as caught:
            connection.execute(text("select * from nowhere"))

    code = {"sqlite": "OperationalError SQLITE_ERROR", "postgresql": "ProgrammingError 42P01"}[engine.dialect.name]
    assert logs.failure(caught.value) == f"{code} at {__file__}:{line}"
