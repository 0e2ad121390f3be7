"""Whom the plan says to ring: at their own number where they agreed to that, at the service's otherwise."""

import io
from datetime import datetime, timedelta

import pikepdf
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference, Participant
from ekc.core.documents import document_html
from ekc.core.errors import Refusal, Stale
from ekc.core.language import using
from ekc.core.transaction import writing
from ekc.plans import edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.actions.numbers import say_number, take_number_out
from ekc.plans.document import PLAN, PlanDocument, from_json
from ekc.plans.draft import EvaluationPlan
from ekc.plans.effects import freeze_plan
from ekc.plans.queries.versions import stored_draft
from ekc.staff.actions.accounts import set_phone
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Step
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import squeeze
from tests.plugins.web import MakeApp

AGAIN = datetime(2026, 6, 1, 14, 0)  # noqa: DTZ001 - local
ASK = "Ask Omar El Amrani whether their number may be in the plan"
QUESTION = "May this number be in the plan?"


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return build.case_in_evaluation(db_session, cast, START)


def printed_plan(client: PageClient, case: Made, number: int = 1) -> PlanDocument:
    """What the paper of a version says."""
    with pikepdf.open(io.BytesIO(client.paper(f"/conferences/{case.id}/plan/versions/{number}.pdf").data)) as paper:
        return from_json(paper.attachments["plan.json"].get_file().read_bytes())


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
    assert refused.errors == ["Their number: Write the number that may be in the plan."]
    client.submit("Save their answer", {QUESTION: "yes", "Their number": "06 12345678"})

    omar = db_session.get_one(Participant, case.people["omar"])
    assert (omar.plan_phone, omar.plan_phone_on) == ("06 12345678", START.date() + timedelta(days=1))
    assert "Telephone: 06 12345678" in client.page(f"/conferences/{case.id}/plan/versions/1").text
    printed = printed_plan(client, case)
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


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")  # left open by WeasyPrint 70
def test_whoever_takes_their_number_out_stands_on_no_page_and_on_no_paper_made_since(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    omar = case.people["omar"]
    say_number(By(db_session, cast.noor, START), case.id, omar, "06 12345678", True)
    sign_in(client, cast.noor)
    assert printed_plan(client, case).monitor_phone == "06 12345678"
    build.step(db_session, cast, START, case, Step.RECONVENE, "The summer.")  # when nobody writes the plan
    other = app.test_client()
    assert isinstance(other, PageClient)
    db_session.rollback()
    mine = enter(other, db_session, clock(), case.id, omar)
    assert "Your number in the plan: 06 12345678. Everybody who reads the plan can ring you." in mine.text

    page = other.submit("Take my number out of the plan")

    assert page.flashes == ["Your number is not in the plan any more."]
    assert "06 12345678" not in page.text
    assert "06 12345678" not in client.page(f"/conferences/{case.id}/plan/versions/1").text
    printed = printed_plan(client, case)
    assert (printed.monitor_phone, printed.convenor_phone) == ("", "")
    first = client.paper(f"/conferences/{case.id}/plan/versions/1.pdf").data
    assert client.paper(f"/conferences/{case.id}/plan/versions/1.pdf").data == first


def test_without_any_number_in_the_plan_the_own_page_names_whom_of_the_staff_one_can_ring(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    """No number of the service is set, either: it is promised to nobody."""
    set_phone(By(db_session, cast.noor, START), "01632 960010")
    page = enter(client, db_session, START, case.id, case.people["kees"])
    assert (
        "Ring Omar El Amrani first, who keeps an eye on the plan. Don't have their number? "
        "Ring: Noor van Dijk, 01632 960010" in page.text
    )
    page = client.page(f"/conferences/{case.id}/plan/versions/1")
    assert "Their number is not in the plan." in page.text
    page = enter(app.test_client(), db_session, START, case.id, case.people["omar"])  # type: ignore[arg-type]
    assert "Your number is not in the plan. See to it that people have it." in page.text
    sign_in(client, cast.noor)
    build.step(db_session, cast, START, case, Step.RECONVENE, "The summer.")
    build.open_again(db_session, cast, START, case)
    build.to_presentation(db_session, cast, START, case)
    build.write_again(db_session, cast, START, case)
    assert "the plan says the number of the service" not in client.page(f"/conferences/{case.id}/plan").text


def test_of_a_plan_in_force_nobody_else_in_the_circle_changes_whose_number_it_says(
    db_session: Session, cast: Cast, case: Made
) -> None:
    noor, omar = By(db_session, cast.noor, START), case.people["omar"]
    convenes(db_session, case, "kees")
    kees = By(db_session, participant(case.id, case.people["kees"]), START)
    say_number(noor, case.id, omar, "06 12345678", True)

    with pytest.raises(Refusal, match="said already which number may be in the plan"):
        say_number(kees, case.id, omar, "06 66666666", True)

    assert db_session.get_one(Participant, omar).plan_phone == "06 12345678"
    say_number(noor, case.id, omar, "06 87654321", True)
    assert db_session.get_one(Participant, omar).plan_phone == "06 87654321"


def test_while_another_plan_is_made_nobody_in_the_room_changes_whose_number_the_plan_in_force_says(
    db_session: Session, cast: Cast, case: Made
) -> None:
    noor, omar = By(db_session, cast.noor, START), case.people["omar"]
    say_number(noor, case.id, omar, "06 12345678", True)
    build.step(db_session, cast, START, case, Step.RECONVENE, "The summer.")
    build.open_again(db_session, cast, START, case)
    build.to_presentation(db_session, cast, START, case)
    build.write_again(db_session, cast, START, case)
    kees = By(db_session, participant(case.id, case.people["kees"]), START)

    with pytest.raises(Refusal, match="said already which number may be in the plan"):
        say_number(kees, case.id, omar, "06 66666666", True)

    assert db_session.get_one(Participant, omar).plan_phone == "06 12345678"


def test_a_number_that_its_owner_took_out_is_not_written_in_again_by_others(db_session: Session, cast: Cast) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    omar = By(db_session, participant(case.id, case.people["omar"]), START)
    kees = By(db_session, participant(case.id, case.people["kees"]), START)
    say_number(kees, case.id, case.people["omar"], "06 1234567", True)
    say_number(kees, case.id, case.people["omar"], "06 12345678", True)  # a slip of the pen
    take_number_out(omar, case.id)

    with pytest.raises(Refusal, match="said already which number may be in the plan"):
        say_number(kees, case.id, case.people["omar"], "06 12345678", True)

    say_number(omar, case.id, case.people["omar"], "06 12345678", True)


def test_whom_a_new_version_does_not_say_to_ring_has_no_number_in_it_any_more(
    db_session: Session, cast: Cast, case: Made
) -> None:
    noor, omar = By(db_session, cast.noor, START), case.people["omar"]
    say_number(noor, case.id, omar, "06 12345678", True)
    other = edits.set_evaluation(EvaluationPlan(at=AGAIN, place="At Kees's home", convenor=case.people["kees"]))
    for edit in (edits.set_monitor(case.people["kees"]), other):
        change_plan(noor, case.id, stored_draft(db_session, case.id).revision, edit)
    with writing(db_session):
        freeze_plan(db_session, db_session.get_one(Conference, case.id), START, Taking(Step.REVISE_PLAN))

    person = db_session.get_one(Participant, omar)
    assert (person.plan_phone, person.plan_phone_on) == (None, None)


def test_without_a_plan_no_number_is_kept_that_was_to_stand_in_it(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    say_number(By(db_session, cast.noor, START), case.id, case.people["omar"], "06 12345678", True)

    build.step(db_session, cast, START, case, Step.NO_PLAN)

    person = db_session.get_one(Participant, case.people["omar"])
    assert (person.plan_phone, person.plan_phone_on) == (None, None)
    assert "06 12345678" not in enter(client, db_session, START, case.id, person.id).text


def test_a_round_without_a_new_plan_keeps_the_numbers_of_the_plan_in_force_alone(
    db_session: Session, cast: Cast, case: Made
) -> None:
    noor, omar, kees = By(db_session, cast.noor, START), case.people["omar"], case.people["kees"]
    say_number(noor, case.id, omar, "06 12345678", True)
    build.step(db_session, cast, START, case, Step.RECONVENE, "The summer.")
    build.open_again(db_session, cast, START, case)
    build.to_presentation(db_session, cast, START, case)
    build.write_again(db_session, cast, START, case)
    change_plan(noor, case.id, stored_draft(db_session, case.id).revision, edits.set_monitor(kees))
    say_number(noor, case.id, kees, "06 66666666", True)

    build.step(db_session, cast, START, case, Step.NO_NEW_PLAN)

    assert db_session.get_one(Participant, kees).plan_phone is None
    assert db_session.get_one(Participant, omar).plan_phone == "06 12345678"


def convenes(session: Session, case: Made, name: str) -> None:
    with writing(session):
        session.get_one(Participant, case.people[name]).convenes = True
