"""Each access to a case, and each refused attempt, adds exactly one event to its audit, also if the request fails.

`tests/test_access_matrix.py` checks this for every route, visitor and phase.
"""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from ekc.core.audit import AuditEvent, broken_chains, read_detail
from tests.build import Made, case_in_evaluation, case_in_setup
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.core.test_audit import untied

Line = tuple[str, int | None, str]


@pytest.fixture
def case(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """A case in setup; its coordinator has signed in, and the clock is a second later."""
    made = case_in_setup(db_session, cast, clock())
    db_session.rollback()
    sign_in(client, cast.noor)
    clock.set(START + timedelta(seconds=1))
    return made


def lines(session: Session) -> list[Line]:
    """What the audit has since then: action, case, page."""
    session.rollback()
    events = session.scalars(select(AuditEvent).where(AuditEvent.at > START).order_by(AuditEvent.at, AuditEvent.seq))
    return [(event.action, event.conference_id, str(read_detail(session, event).get("page"))) for event in events]


def token(client: PageClient) -> str:
    return next(c.attrib["value"] for c in client.here.all("input") if c.get("name") == "csrf_token")


def test_a_look_without_a_body(client: PageClient, db_session: Session, case: Made) -> None:
    client.head(f"/conferences/{case.id}/registration")

    assert lines(db_session) == [("case.read", case.id, "conferences.registration")]


def test_a_page_that_breaks(client: PageClient, db_session: Session, case: Made) -> None:
    """The event is committed before anything is read, because a failed request may have revealed content."""
    db_session.execute(text("update participant set name = :rubbish"), {"rubbish": b"rubbish"})
    db_session.commit()
    client.wants_faults = True

    assert client.get(f"/conferences/{case.id}/circle").status_code == 500
    assert lines(db_session) == [("case.read", case.id, "conferences.circle")]


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")  # of the renderer itself
def test_a_paper_that_the_browser_has_already(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    made = case_in_evaluation(db_session, cast, clock())
    db_session.rollback()
    sign_in(client, cast.noor)
    address = f"/conferences/{made.id}/plan/versions/1.pdf"
    known = client.paper(address).headers["ETag"]
    clock.set(START + timedelta(seconds=1))

    assert client.get(address, headers={"If-None-Match": known}).status_code == 304
    assert lines(db_session) == [("case.read", made.id, "plans.version_pdf")]


def test_a_page_within_the_case_that_is_not_there(client: PageClient, db_session: Session, case: Made) -> None:
    for address in ("circle/999", f"circle/{10**30}"):
        assert client.get(f"/conferences/{case.id}/{address}").status_code == 404

    assert lines(db_session) == [("case.read", case.id, "conferences.person")] * 2


def test_a_form_that_is_shown_again_with_the_page_around_it(
    client: PageClient, db_session: Session, case: Made
) -> None:
    client.page("/")

    answer = client.post(f"/conferences/{case.id}/circle", data={"csrf_token": token(client), "name": ""})

    assert (answer.status_code, "Kees de Wit" in answer.text) == (422, True)
    assert lines(db_session) == [("case.read", case.id, "conferences.add_person")]


def test_a_form_about_somebody_who_is_not_there(client: PageClient, db_session: Session, case: Made) -> None:
    client.page("/")

    address = f"/conferences/{case.id}/circle/999/remove"
    assert client.post(address, data={"csrf_token": token(client)}).status_code == 404
    assert lines(db_session) == [("case.refused", case.id, "conferences.remove_person")]


def test_a_change_leaves_its_own_line_alone(client: PageClient, db_session: Session, case: Made) -> None:
    client.page("/")

    who = case.people["kees"]
    told = {"csrf_token": token(client), "told": who, "how": "in_person"}
    answer = client.post(f"/conferences/{case.id}/circle/heard", data=told)

    assert answer.status_code == 303
    assert [action for action, _, _ in lines(db_session)] == ["circle.told"]


@pytest.mark.parametrize("number", [10**9, 2**31, 10**30])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_try_at_a_number_that_nobody_has(
    client: PageClient, db_session: Session, case: Made, number: int, method: str
) -> None:
    client.page("/")
    data = {"csrf_token": token(client)} if method == "POST" else None

    address = f"/conferences/{number}/circle"
    assert client.open(address, method=method, data=data).status_code == 404
    assert lines(db_session) == [("case.refused", None, address)]


def test_what_is_told_in_another_phase(app: Flask, client: PageClient, db_session: Session, case: Made) -> None:
    assert client.get(f"/conferences/{case.id}/follow-ups").status_code == 403

    assert lines(db_session) == [("case.refused", case.id, f"/conferences/{case.id}/follow-ups")]


def test_whose_file_was_tried_cannot_be_changed_unseen(
    app: Flask, engine: Engine, db_session: Session, cast: Cast, case: Made
) -> None:
    denise = app.test_client()
    assert isinstance(denise, PageClient)
    sign_in(denise, cast.denise)
    denise.get(f"/conferences/{case.id}")
    db_session.rollback()
    assert list(broken_chains(db_session)) == []
    db_session.rollback()

    untied(engine, "update audit_event set conference_id = null where action = 'case.refused'")

    assert list(broken_chains(db_session)) == ["system"]
