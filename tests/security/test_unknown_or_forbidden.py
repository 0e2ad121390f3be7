"""A case without access and a case that does not exist get the same response: content, headers and work done.

Times are not measured, because they vary on shared machines. The SQL statements and decryptions are compared instead.
For each route: `tests/test_access_matrix.py`.
"""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.audit import AuditEvent
from ekc.links.actions import revoke
from ekc.links.models import PersonalLink
from ekc.workflow.vocabulary import Outcome, Phase, StopReason
from tests import build
from tests.cast import Cast, make_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.journey.counting import counted
from tests.page import without_token
from tests.security.revealed import NOWHERE, decrypting


@pytest.mark.both_databases
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


@pytest.mark.both_databases
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


@pytest.mark.both_databases
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
