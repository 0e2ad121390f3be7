"""Whom the plan says to ring: at their own number where they agreed to that, at the service's otherwise."""

import io
from datetime import timedelta

import pikepdf
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Participant
from ekc.core.documents import document_html
from ekc.core.errors import Stale
from ekc.core.language import using
from ekc.plans.actions import say_number
from ekc.plans.document import PLAN, from_json
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import squeeze
from tests.plugins.web import MakeApp

ASK = "Ask Omar El Amrani whether their number may stand in the plan"
QUESTION = "May this number stand in the plan?"


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return build.case_in_evaluation(db_session, cast, START)


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")  # left open by WeasyPrint 70
def test_a_number_stands_in_the_plan_where_its_owner_agreed(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    clock.advance(days=1)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/plan")
    assert ASK in page.text
    assert client.form("Save their answer").shown(QUESTION) == []
    assert client.refused("Save their answer", {}).errors == [f"{QUESTION} Choose yes or no."]
    client.page(f"/conferences/{case.id}/plan")
    refused = client.refused("Save their answer", {QUESTION: "yes"}, status=409)
    assert refused.errors == ["Their number: Write the number that may stand in the plan."]
    client.submit("Save their answer", {QUESTION: "yes", "Their number": "06 12345678"})

    omar = db_session.get_one(Participant, case.people["omar"])
    assert (omar.plan_phone, omar.plan_phone_on) == ("06 12345678", START.date() + timedelta(days=1))
    assert "Telephone: 06 12345678" in client.page(f"/conferences/{case.id}/plan/versions/1").text
    with pikepdf.open(io.BytesIO(client.get(f"/conferences/{case.id}/plan/versions/1.pdf").data)) as paper:
        printed = from_json(paper.attachments["plan.json"].get_file().read_bytes())
    assert (printed.monitor_phone, printed.convenor_phone) == ("06 12345678", "06 12345678")  # Omar does both
    with using("en"):
        assert 'Telephone: <b class="moment">06 12345678</b>' in squeeze(document_html(PLAN, printed))
    other = app.test_client()
    assert isinstance(other, PageClient)
    db_session.rollback()
    mine = enter(other, db_session, clock(), case.id, case.people["kees"])
    assert "Telephone: 06 12345678" in mine.text

    client.page(f"/conferences/{case.id}/plan")
    client.submit("Save their answer", {QUESTION: "no"})
    assert "06 12345678" not in other.page(mine.url).text


def test_without_a_yes_it_is_the_number_of_the_service(
    make_app: MakeApp, db_session: Session, cast: Cast, case: Made
) -> None:
    client = make_app(contact="Own Plan, 030 1234567").test_client()
    assert isinstance(client, PageClient)
    page = enter(client, db_session, START, case.id, case.people["kees"])
    assert (
        "Ring Omar El Amrani first, who keeps an eye on the plan. Or ring the service: Own Plan, 030 1234567"
        in page.text
    )
    page = client.page(f"/conferences/{case.id}/plan/versions/1")
    assert "Or ring the service: Own Plan, 030 1234567" in page.text


def test_nobody_else_has_a_number_in_the_plan(db_session: Session, cast: Cast, case: Made) -> None:
    with pytest.raises(Stale):
        say_number(By(db_session, cast.noor, START), case.id, case.people["kees"], "06 1", True)
