"""What becomes a version is what the page showed; and what somebody said on their own page stays what they said."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference
from ekc.core.documents import document_html
from ekc.core.errors import Refusal
from ekc.core.language import using
from ekc.evaluations import actions as evaluations
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.plans import edits
from ekc.plans.actions.agreement import record_agreement, record_agreements, say_own_answer, say_the_same
from ekc.plans.actions.drafts import change_plan
from ekc.plans.document import PLAN, PlanDocument, from_json
from ekc.plans.effects import store_version
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import ActionState, Agreed, SaidHow, Step
from tests import build
from tests.build import Made
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.plans.presented import Family, address, freeze, somebody
from tests.plans.test_answers import LATER, change_night, family
from tests.tasks import own_tasks

__all__ = ["family"]  # its fixture

CHANGED = "The plan, or what somebody says of it, changed after you opened the page. Nothing is agreed yet"


def in_force(session: Session, case_id: int) -> int:
    session.rollback()
    return session.get_one(Conference, case_id).plan_number


def says(session: Session, case_id: int, who: int, answer: Agreed) -> None:
    say_own_answer(By(session, participant(case_id, who), LATER), case_id, answer)


@pytest.fixture
def written(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """A plan that all can agree, and nobody was asked about."""
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    return case


@pytest.mark.parametrize(("chosen", "printed"), [("ar", "nl"), ("tr", "nl"), ("en", "en")])
def test_paper_is_in_a_language_that_it_has_or_in_that_of_the_country(
    db_session: Session, cast: Cast, chosen: str, printed: str
) -> None:
    case = build.case_in_evaluation(db_session, cast, START, language=chosen)
    found = plan_versions.version(db_session, case.id, 1)
    assert found is not None
    document = from_json(json.dumps(found.snapshot).encode())
    with using(document.language):
        html = document_html(PLAN, document)
    assert f'<html lang="{printed}" dir="ltr">' in html
    assert ("De familie doet alle afspraken zelf." in html) is (printed == "nl")


@pytest.mark.parametrize("page", ["", "/steps/agree_plan"])
def test_an_answer_given_meanwhile_is_shown_before_the_plan_is_agreed(
    page: str, client: PageClient, db_session: Session, cast: Cast, written: Made
) -> None:
    build.answer_plan(db_session, cast, START, written)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{written.id}{page}")
    says(db_session, written.id, written.people["linda"], Agreed.PART)

    shown = client.refused("Agree the plan", status=409)

    assert CHANGED in shown.text
    assert "Linda" in shown.text.split("agrees with part of it")[0]
    assert in_force(db_session, written.id) == 0
    client.submit("Agree the plan")
    assert in_force(db_session, written.id) == 1


def test_an_override_counts_for_those_whom_the_page_named(
    client: PageClient, db_session: Session, cast: Cast, written: Made
) -> None:
    kees, linda = written.people["kees"], written.people["linda"]
    build.answer_plan(db_session, cast, START, written, but=[kees])
    sign_in(client, cast.noor)
    client.page(f"/conferences/{written.id}/steps/agree_plan")
    revision = plan_versions.stored_draft(db_session, written.id).revision
    edit = edits.set_monitor(written.people["fatima"])
    change_plan(By(db_session, cast.noor, START), written.id, revision, edit)
    build.answer_plan(db_session, cast, START, written, but=[kees, linda])

    shown = client.refused("Agree the plan", {"Why all the same": "Kees is abroad."}, status=409)

    assert CHANGED in shown.text
    assert "The plan changed after Linda" in shown.text
    assert in_force(db_session, written.id) == 0


def _one(by: By, family: Family) -> None:
    record_agreement(by, family.id, family["fatima"], Agreed.YES)


def _everybody(by: By, family: Family) -> None:
    record_agreements(by, family.id, [family["omar"], family["fatima"]])


def _again(by: By, family: Family) -> None:
    say_the_same(by, family.id, [family["fatima"]], SaidHow.PHONE)


@pytest.mark.parametrize("note", [_one, _everybody, _again])
def test_nobody_notes_over_what_somebody_said_on_their_own_page(
    note: Callable[[By, Family], None], db_session: Session, cast: Cast, family: Family
) -> None:
    says(db_session, family.id, family["fatima"], Agreed.NO)

    with pytest.raises(Refusal) as refused:
        note(By(db_session, cast.noor, LATER), family)

    assert refused.value.message.startswith("%(name)s said so on their own page.")
    assert refused.value.params == {"name": "Fatima El Amrani-Benali"}
    text = plan_versions.stored_draft(db_session, family.id).text
    said = {row.participant_id: row for row in plan_answers.agreements(db_session, family.id, 1, text)}
    assert (said[family["fatima"]].answer, said[family["fatima"]].how) == (Agreed.NO, SaidHow.OWN_PAGE)
    says(db_session, family.id, family["fatima"], Agreed.YES)


def test_of_another_text_what_they_say_is_noted(db_session: Session, cast: Cast, family: Family) -> None:
    says(db_session, family.id, family["fatima"], Agreed.NO)
    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")

    _one(By(db_session, cast.noor, LATER), family)

    text = plan_versions.stored_draft(db_session, family.id).text
    rows = plan_answers.agreements(db_session, family.id, 1, text)
    assert [(row.participant_id, row.answer, row.how) for row in rows] == [(family["fatima"], Agreed.YES, None)]


def test_who_convenes_notes_answers_to_a_new_text_alone(
    app: Flask, db_session: Session, cast: Cast, family: Family
) -> None:
    freeze(db_session, family, LATER)
    omar = somebody(app, db_session, family, "omar")
    assert "Save what they say" not in omar.page(address(family, "/agreement")).buttons
    convenor = By(db_session, participant(family.id, family["omar"]), LATER)
    with pytest.raises(Refusal, match="This version is agreed"):
        _one(convenor, family)

    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")

    assert "Save what they say" in omar.page(address(family, "/agreement")).buttons
    _one(convenor, family)


def paper(session: Session, case_id: int, number: int) -> PlanDocument:
    session.rollback()
    version = plan_versions.version(session, case_id, number)
    assert version is not None
    return from_json(json.dumps(version.snapshot).encode())


def tick(session: Session, case: Made, name: str) -> None:
    who = By(session, participant(case.id, case.people[name]), START)
    for task in own_tasks(session, case.id, case.people[name]):
        evaluations.tick(who, case.id, task.action.key, ActionState.DONE)


def test_what_was_done_last_time_is_not_done_in_the_plan_of_a_new_round(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    for name in ("fatima", "omar", "linda"):
        tick(db_session, case, name)
    take_step(By(db_session, cast.noor, START), case.id, Taking(Step.RECONVENE, reason="Things changed."))
    build.open_again(db_session, cast, START, case)
    build.to_presentation(db_session, cast, START, case)
    build.write_again(db_session, cast, START, case)
    build.answer_plan(db_session, cast, START, case)
    sign_in(client, cast.noor)
    assert ">done<" not in client.get(f"/conferences/{case.id}/plan").text

    build.step(db_session, cast, START, case, Step.AGREE_PLAN)

    second = paper(db_session, case.id, 2)
    assert [action.done for goal in second.goals for action in goal.actions] == [False, False]
    assert (second.changes, second.conference) == ((), 2)
    with using("en"):
        html = document_html(PLAN, second)
    assert "This is the plan of a second conference. It takes the place of the plan before." in html
    assert "What changed since the version before" not in html
    assert "nothing said on their own page yet" in client.page(f"/conferences/{case.id}/follow-ups").text
    assert "says: done" not in client.here.text


def test_an_action_that_is_repeated_is_never_done_on_paper(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    for name in ("fatima", "omar", "linda"):
        tick(db_session, case, name)
    conference = db_session.get_one(Conference, case.id)
    draft = plan_versions.stored_draft(db_session, case.id).draft

    store_version(db_session, conference, START, draft, 0)
    db_session.commit()

    [goal] = paper(db_session, case.id, 2).goals
    assert [(action.every, action.done) for action in goal.actions] == [("week", False), (None, True)]


def test_a_closed_case_shows_the_version_in_force_and_what_was_said_of_it(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    revision = plan_versions.stored_draft(db_session, case.id).revision
    change_plan(noor, case.id, revision, edits.add_goal("A half-written goal"))
    for row in follow_ups(db_session, case.id, START.date()):
        evaluations.give_up(noor, case.id, row.id, "They moved.")
    build.step(db_session, cast, START, case, Step.CLOSE)
    sign_in(client, cast.noor)

    assert "A half-written goal" not in client.page(f"/conferences/{case.id}/plan").text
    agreement = client.page(f"/conferences/{case.id}/plan/agreement").text
    assert ("not asked" in agreement, "agrees" in agreement) == (False, True)
    told = client.page(f"/conferences/{case.id}/follow-ups").text
    assert "All follow-ups are held or given up." in told
    assert "plan that below" not in told


def test_what_the_family_asks_stands_there_until_it_is_answered(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    marieke = By(db_session, participant(case.id, case.people["marieke"]), START)
    take_step(marieke, case.id, Taking(Step.ASK_FOR_INFORMATION, reason="May the nurse come?"))
    sign_in(client, cast.noor)
    assert "The family asks:" in client.page(f"/conferences/{case.id}").text

    build.answer_family(db_session, cast, START, case)

    assert "The family asks:" not in client.page(f"/conferences/{case.id}").text
