"""The texter: text messages reach the HTTP service correctly, and what it answers decides what happens next."""

import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ConfigError, Settings, load_texts
from ekc.core.attempts import RETRY_PAUSE, UNAVAILABLE_PAUSE
from ekc.core.jobs import Job, JobState
from ekc.core.outbox import Link, OutboxMessage, Recipient, TextRule, Way, Written, queue
from ekc.core.texter import dialled, international
from tests.build import Made, case_in_setup, change_details
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.plugins.web import MakeApp
from tests.work import work

RULE = TextRule(name="test", key="test:{what}", subject="The page", words="%(address)s %(day)s", opens="see_own_page")
WORDS = "De pagina waar we het over hadden: https://plan.example.org/l/a-key Werkt tot en met 1 juni."


@dataclass
class Gateway:
    """A service that sends text messages: what it was sent, and the status with which it answers."""

    status: int = 202
    forms: list[dict[str, str]] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    port: int = 0
    says: int = 0  # bytes that it wants to say after that
    said: int = 0

    def settings(self, settings: Settings) -> Settings:
        """These settings, with this service."""
        address = f"http://plan:p%40ss@127.0.0.1:{self.port}/messages?from=OwnPlan"
        return replace(settings, texts=load_texts(address))


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        gateway: Gateway = cast(Any, self.server).gateway
        content = self.rfile.read(int(self.headers["Content-Length"])).decode()
        gateway.forms.append({**dict(parse_qsl(content)), "path": self.path})
        gateway.signed_in.append(b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode())
        self.send_response(gateway.status)
        self.send_header("Content-Length", str(gateway.says))
        self.end_headers()
        with suppress(OSError):  # nobody listens any more
            while gateway.said < gateway.says:
                gateway.said += self.wfile.write(bytes(2**16))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def gateway_here() -> Iterator[Gateway]:
    found = Gateway()
    with HTTPServer(("127.0.0.1", 0), _Answer) as server:
        cast(Any, server).gateway, found.port = found, server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with gateway_here() as found:
        yield found


def put(session: Session) -> None:
    link = Link("https://plan.example.org/l/a-key", START + timedelta(days=90))
    queue(session, RULE, Recipient(0, "+31612345678", "nl"), START, link=link, written=Written(WORDS), what="a")
    session.commit()


def stored(session: Session) -> tuple[OutboxMessage, Job]:
    session.expire_all()
    return session.scalars(select(OutboxMessage)).one(), session.scalars(select(Job)).one()


def test_what_the_service_gets(db_session: Session, settings: Settings, gateway: Gateway) -> None:
    put(db_session)
    for _ in range(2):
        work(db_session, gateway.settings(settings), START)

    message, job = stored(db_session)
    assert gateway.forms == [
        {
            "path": "/messages",
            "from": "OwnPlan",
            "to": "+31612345678",
            "text": WORDS,
            "reference": message.message_id,
        }
    ]
    assert (gateway.signed_in, message.way, message.sent_at) == (["plan:p@ss"], Way.TEXT, START)
    assert (message.body, message.link, job.state) == ("", None, JobState.DONE)


@pytest.mark.parametrize(
    ("status", "error", "due"),
    [
        (400, "HTTP 400", None),
        (404, "HTTP 404", None),
        (401, "HTTP 401", UNAVAILABLE_PAUSE),
        (429, "HTTP 429", UNAVAILABLE_PAUSE),
        (302, "HTTP 302", RETRY_PAUSE),
        (503, "HTTP 503", RETRY_PAUSE),
    ],
)
def test_what_its_answer_means(
    db_session: Session,
    settings: Settings,
    gateway: Gateway,
    status: int,
    error: str,
    due: timedelta | None,
) -> None:
    put(db_session)
    gateway.status = status
    work(db_session, gateway.settings(settings), START)

    message, job = stored(db_session)
    assert (job.error, message.body) == (error, "" if due is None else WORDS)
    assert (job.state, job.due) == ((JobState.FAILED, START) if due is None else (JobState.WAITING, START + due))


def test_what_it_says_besides_is_not_read(db_session: Session, settings: Settings, gateway: Gateway) -> None:
    put(db_session)
    gateway.says = 2**28
    work(db_session, gateway.settings(settings), START)

    assert stored(db_session)[1].state is JobState.DONE
    assert gateway.said < 2**25  # what fits between two programs


def test_a_service_that_cannot_be_reached_costs_no_message_a_try(
    db_session: Session, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    put(db_session)
    with gateway_here() as gone:
        nobody = gone.settings(settings)
    work(db_session, nobody, START)

    _, job = stored(db_session)
    assert (job.tries, job.error, job.due) == (0, "ConnectionError", START + UNAVAILABLE_PAUSE)
    told = caplog.text + str([vars(line) for line in caplog.records])
    assert [word for word in ("p@ss", "p%40ss", "a-key", "612345678") if word in told] == []


@pytest.mark.parametrize(
    ("written", "rung"),
    [
        ("06 12345678", "0612345678"),
        ("+31 (0)6-1234 5678", "+31612345678"),
        ("(073) 612 34 56", "0736123456"),
        ("0475/12.34.56", "0475123456"),
        ("06-12345678 / 073 6123456 (after 7)", "0612345678"),
        ("ask for Ans: 06 12345678, after 7", "0612345678"),
        ("none", ""),
    ],
)
def test_a_number_that_is_pressed_rings_the_first_that_is_written(written: str, rung: str) -> None:
    assert dialled(written) == rung


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("06 12345678", "+31612345678"),
        ("+31 (0)6-1234 5678", "+31612345678"),
        ("0031 6 12345678", "+31612345678"),
        ("+44 7700 900123", "+447700900123"),
        ("12345678", ""),
        ("06", ""),
        ("06 1234567890123456", ""),
        ("none", ""),
        ("06 12345678, after 5", ""),
        ("06 12345678 (work 12)", ""),
        ("+31 6 12345678 ext 12", ""),
        ("06 1234567\u0668", ""),
        ("", ""),
    ],
)
def test_a_number_as_it_is_dialled_abroad(typed: str, dialled: str) -> None:
    assert international(typed, "31") == dialled


@pytest.mark.parametrize(
    "address", ["http://u:secret@example.org/", "ftp://secret.example.org", "https:///secret", "secret/x"]
)
def test_an_address_that_is_none_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_texts(address)
    assert "secret" not in str(refused.value)


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return case_in_setup(db_session, cast, START)


def test_a_link_goes_by_text_message(
    make_app: MakeApp,
    case: Made,
    cast: Cast,
    db_session: Session,
    settings: Settings,
    gateway: Gateway,
    clock: FrozenClock,
) -> None:
    settings = gateway.settings(settings)
    client = make_app(texts=settings.texts).test_client()
    assert isinstance(client, PageClient)
    change_details(db_session, cast, clock(), case, case.people["linda"], phone="06 12345678")
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/links")
    client.shown("Make a link for Linda de Wit")
    assert "The text message waits to be sent." in client.shown("Send the text message").text
    work(refreshed(db_session), settings, clock())

    (form,) = gateway.forms
    assert (form["to"], form["text"].startswith("De pagina waar we het over hadden: http")) == ("+31612345678", True)
    page = client.page(f"/conferences/{case.id}/links")
    assert "handed over by text message. Not used yet." in page.text
    history = client.page(f"/conferences/{case.id}/history").text
    assert "The page we spoke about (text message) Sent to Linda de Wit" in history
