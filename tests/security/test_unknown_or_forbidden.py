"""A case without access and a case that does not exist get the same response: content, headers and work done.

Times are not measured, because they vary on shared machines. The SQL statements and decryptions are compared instead.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.audit import AuditEvent
from ekc.core.crypto import Keyring
from ekc.core.sessions import EncryptedSessions
from ekc.links.actions import revoke
from ekc.links.models import PersonalLink
from ekc.workflow.vocabulary import Outcome, Phase, StopReason
from tests import build
from tests.cast import Cast, make_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.journey.counting import counted
from tests.page import without_token
from tests.security.everybody import Comer
from tests.test_access_matrix import UNKNOWN, Judge, Route, make_world, routes

NOWHERE = 1_999_999_999


@dataclass(frozen=True)
class Answer:
    """All that a response reveals, and the work it took."""

    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    statements: tuple[str, ...]
    decrypted: int


@contextmanager
def decrypting() -> Iterator[list[str]]:
    """Records decryptions, except that of the visitor's session cookie."""
    found, real = list[str](), Keyring.open

    def noting(self: Keyring, sealed: bytes, context: str) -> bytes:
        found.extend({context} - {"session cookie"})
        return real(self, sealed, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keyring, "open", noting)
        yield found


def answer(app: Flask, comer: Comer, method: str, address: str, number: int) -> Answer:
    """The response without the requested id."""
    with counted(app) as sent, decrypting() as opened:
        said = comer.ask(method, address)
    assert app.extensions.pop("fault", None) is None, (comer.label, method, address)
    body = without_token(said.text).replace(f"/conferences/{number}", "/conferences/N")
    length = len(said.data) - said.text.count(f"/conferences/{number}") * len(str(number))
    cookie = re.sub(r"(?<=session=)[^;]+", lambda kept: _in_cookie(app, kept[0]), said.headers.get("Set-Cookie", ""))
    headers = {**said.headers, "Content-Length": str(length), "Set-Cookie": cookie}
    return Answer(said.status_code, body, tuple(sorted(headers.items())), tuple(sent), len(opened))


def _in_cookie(app: Flask, sealed: str) -> str:
    """The content of a session cookie, without nonce, time and signature."""
    assert isinstance(app.session_interface, EncryptedSessions)
    reader = app.session_interface.get_signing_serializer(app)
    assert reader is not None
    return str(reader.loads(sealed))


@pytest.mark.parametrize(
    ("database", "phase"),
    [("sqlite", Phase.SETUP), ("postgresql", Phase.EVALUATION)],
    indirect=["database"],
)
def test_no_route_tells_whether_there_is_such_a_case(
    phase: Phase, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    judge, compared, told = Judge(db_session), 0, []
    for comer in make_world(app, db_session, cast, phase)[phase]:
        for route in (route for route in routes(app) if route.access.kind == "case" and comer.known):
            if judge.verdict(route.access, comer) == UNKNOWN:
                db_session.rollback()
                there, nowhere = _both(app, comer, route)
                compared += 1
                if there != nowhere:
                    told.append((comer.label, str(route), there, nowhere))

    assert told[:1] == []
    assert compared > 1300


def _both(app: Flask, comer: Comer, route: Route) -> tuple[Answer, Answer]:
    method, number = "HEAD" if comer.label == "interpreter" and route.method == "GET" else route.method, comer.case.id
    address = comer.case.address(app.url_map, route.rule)
    there = answer(app, comer, method, address, number)
    elsewhere = address.replace(f"/conferences/{number}", f"/conferences/{NOWHERE}", 1)
    return there, answer(app, comer, method, elsewhere, NOWHERE)


def test_both_wait_for_the_same_line(app: Flask, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    """Attempts do not wait for locks of users of the case, or of other attempts."""
    case = build.case_in_setup(db_session, cast, START)
    db_session.rollback()
    client = app.test_client()
    assert isinstance(client, PageClient)
    sign_in(client, cast.denise)
    for number in (case.id, NOWHERE):
        client.get(f"/conferences/{number}")

    lines = select(AuditEvent.chain, AuditEvent.conference_id).where(AuditEvent.action == "case.refused")
    assert [tuple(row) for row in db_session.execute(lines.order_by(AuditEvent.seq))] == [
        ("system", case.id),
        ("system", None),
    ]


def test_no_link_tells_whether_there_was_such_a_link(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Expired, revoked, revoked after use, signed but not stored; and one with a wrong signature."""
    case = build.case_in_setup(db_session, cast, START)
    expired, revoked, used, lost = ("kees", "omar", "linda", "fatima")
    paths = {name: make_link(db_session, START, case.id, case.people[name]) for name in (expired, revoked, used, lost)}
    for name, change in ((expired, {"expires_at": START - timedelta(days=1)}), (used, {"used_at": START})):
        whose = PersonalLink.participant_id == case.people[name]
        db_session.execute(update(PersonalLink).where(whose).values(change))
    ended = {"phase": Phase.CLOSED, "outcome": Outcome.STOPPED, "stop_reason": StopReason.OTHER}
    long_ago = START.date() - timedelta(days=60)  # otherwise it would last as long as the case goes on
    db_session.execute(update(Conference).where(Conference.id == case.id).values(**ended, closed_on=long_ago))
    for name in (revoked, used):
        revoke(db_session, START, participant_id=case.people[name])
    db_session.execute(delete(PersonalLink).where(PersonalLink.participant_id == case.people[lost]))
    db_session.commit()
    client = FlaskClient(app)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]*)"', client.get("/sign-in").text)
    assert token is not None

    forged = f"/l/{'x' * 59}"
    answers: dict[bool, set[tuple[object, ...]]] = {True: set(), False: set()}
    for path in (*paths.values(), forged):
        for method in ("GET", "POST"):
            with counted(app) as sent, decrypting() as opened:
                said = client.open(path, method=method, data={"csrf_token": token[1]} if method == "POST" else None)
            body = without_token(said.text).replace(path, "")
            answers[path == forged].add((method, said.status_code, body, tuple(sent), len(opened)))

    there_was, made_up = answers[False], answers[True]
    assert len(there_was) == 2
    assert {answer[:3] for answer in made_up} == {answer[:3] for answer in there_was}
    assert {answer[3:] for answer in made_up} == {((), 0)}  # its signature is wrong: no database is asked


@pytest.mark.parametrize("theirs", ["Marieke", "EKC-2026-0001"])
def test_no_search_tells_whether_somebody_else_has_such_a_case(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock, theirs: str
) -> None:
    build.case_in_setup(db_session, cast, START)
    db_session.rollback()
    other, hers = app.test_client(), app.test_client()
    assert isinstance(other, PageClient)
    assert isinstance(hers, PageClient)
    sign_in(other, cast.denise)
    sign_in(hers, cast.noor)
    for client in (other, hers):
        client.page("/search")
        client.submit("Search", {"Name or case number": "Nobody"})  # what comes first takes longer

    answers = set()
    for asked in (theirs, "Marijke" if theirs == "Marieke" else "EKC-2026-0002"):
        sent = {**dict(other.form("Search").fill({}).fields), "q": asked}
        with counted(app) as statements, decrypting() as opened:
            said = other.post("/search", data=sent)
        assert said.status_code == 200
        answers.add((without_token(said.text).replace(asked, ""), tuple(statements), len(opened)))

    assert len(answers) == 1
    assert "1 found" in hers.submit("Search", {"Name or case number": theirs}).text
