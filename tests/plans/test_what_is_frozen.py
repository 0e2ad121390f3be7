"""What becomes a version is what the page showed; and what somebody said on their own page stays what they said."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference
from ekc.core.errors import Refusal
from ekc.plans import actions, edits, queries
from ekc.workflow.vocabulary import Agreed, SaidHow
from tests import build
from tests.build import Made
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.plans.presented import Family, address, freeze, somebody
from tests.plans.test_answers import LATER, change_night, family

__all__ = ["family"]  # its fixture

CHANGED = "The plan, or what somebody says of it, changed after you opened the page. Nothing is agreed yet"


def in_force(session: Session, case_id: int) -> int:
    session.rollback()
    return session.get_one(Conference, case_id).plan_number


def says(session: Session, case_id: int, who: int, answer: Agreed) -> None:
    actions.say_own_answer(By(session, participant(case_id, who), LATER), case_id, answer)


@pytest.fixture
def written(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """A plan that all can agree, and nobody was asked about."""
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    return case


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
    revision = queries.stored_draft(db_session, written.id).revision
    edit = edits.set_monitor(written.people["fatima"])
    actions.change_plan(By(db_session, cast.noor, START), written.id, revision, edit)
    build.answer_plan(db_session, cast, START, written, but=[kees, linda])

    shown = client.refused("Agree the plan", {"Why all the same": "Kees is abroad."}, status=409)

    assert CHANGED in shown.text
    assert "The plan changed after Linda" in shown.text
    assert in_force(db_session, written.id) == 0


def _one(by: By, family: Family) -> None:
    actions.record_agreement(by, family.id, family["fatima"], Agreed.YES)


def _everybody(by: By, family: Family) -> None:
    actions.record_agreements(by, family.id, [family["omar"], family["fatima"]])


def _again(by: By, family: Family) -> None:
    actions.say_the_same(by, family.id, [family["fatima"]], SaidHow.PHONE)


@pytest.mark.parametrize("note", [_one, _everybody, _again])
def test_nobody_notes_over_what_somebody_said_on_their_own_page(
    note: Callable[[By, Family], None], db_session: Session, cast: Cast, family: Family
) -> None:
    says(db_session, family.id, family["fatima"], Agreed.NO)

    with pytest.raises(Refusal) as refused:
        note(By(db_session, cast.noor, LATER), family)

    assert refused.value.message.startswith("%(name)s said so on their own page.")
    assert refused.value.params == {"name": "Fatima El Amrani-Benali"}
    text = queries.stored_draft(db_session, family.id).text
    said = {row.participant_id: row for row in queries.agreements(db_session, family.id, 1, text)}
    assert (said[family["fatima"]].answer, said[family["fatima"]].how) == (Agreed.NO, SaidHow.OWN_PAGE)
    says(db_session, family.id, family["fatima"], Agreed.YES)


def test_of_another_text_what_they_say_is_noted(db_session: Session, cast: Cast, family: Family) -> None:
    says(db_session, family.id, family["fatima"], Agreed.NO)
    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")

    _one(By(db_session, cast.noor, LATER), family)

    text = queries.stored_draft(db_session, family.id).text
    rows = queries.agreements(db_session, family.id, 1, text)
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
