"""Who came into the circle in a later round reads the plans of before when every main person of then lets them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Participant
from ekc.core.errors import Unknown
from ekc.plans.actions import share_plan
from ekc.workflow.vocabulary import Attends, Part, PlanSharing, Step
from ekc.workflow.voices import plans_not_read
from tests.build import (
    Made,
    answer_plan,
    case_in_evaluation,
    open_again,
    step,
    to_presentation,
    write_again,
)
from tests.cast import Cast, enter, participant
from tests.client import PageClient
from tests.clock import START, FrozenClock

NOT_YET = "There is a plan of before you came into the circle."
SENTENCES = "The children are never alone at night."


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """A second round is prepared, with Kees and Marieke as main persons. Bram is a new partner; Pim came before."""
    made = case_in_evaluation(db_session, cast, START)
    db_session.get_one(Participant, made.people["kees"]).part = Part.MAIN_PERSON
    db_session.commit()
    pim = _add(db_session, cast, made, "Pim")
    step(db_session, cast, START, made, Step.RECONVENE, "It goes wrong again.")
    return replace(made, people={**made.people, "pim": pim, "bram": _add(db_session, cast, made, "Bram")})


def _add(session: Session, cast: Cast, case: Made, name: str, part: Part = Part.FAMILY) -> int:
    details = PersonDetails(name=name, part=part, attends=Attends.IN_PERSON)
    return circle_actions.add_person(By(session, cast.noor, START), case.id, details)


def _says(session: Session, case: Made, who: str, sharing: PlanSharing, about: str = "bram") -> None:
    by = By(session, participant(case.id, case.people[who]), START)
    share_plan(by, case.id, case.people[who], {case.people[about]: sharing})


@pytest.fixture
def page_of(app: Flask, db_session: Session, case: Made) -> Callable[[str], PageClient]:
    def at_a_browser(name: str) -> PageClient:
        made = app.test_client()
        assert isinstance(made, PageClient)
        enter(made, db_session, START, case.id, case.people[name])
        return made

    return at_a_browser


def _answer(client: PageClient, case: Made, version: str = "1") -> int:
    return client.get(f"/conferences/{case.id}/plan/versions/{version}").status_code


def test_a_new_partner_does_not_read_the_plan_of_before(case: Made, page_of: Callable[[str], PageClient]) -> None:
    bram = page_of("bram")

    own = bram.page(f"/conferences/{case.id}/mine")
    assert (NOT_YET in own.text, "Read the plan" in own.text, "You come together again" in own.text) == (
        True,
        False,
        False,
    )
    assert [_answer(bram, case), _answer(bram, case, "1.pdf"), _answer(page_of("pim"), case)] == [403, 403, 200]


def test_every_main_person_of_then_lets_them(
    case: Made, db_session: Session, page_of: Callable[[str], PageClient]
) -> None:
    bram, marieke = page_of("bram"), page_of("marieke")
    found = []
    for who, sharing in (("marieke", PlanSharing.ALL), ("kees", PlanSharing.ALL), ("kees", PlanSharing.NOTHING)):
        _says(db_session, case, who, sharing)
        found.append((_answer(bram, case), NOT_YET in bram.page(f"/conferences/{case.id}/mine").text))

    assert found == [(403, True), (200, False), (403, True)]
    page = marieke.page(f"/conferences/{case.id}/plan/sharing")
    assert "Bram came in a later round, and does not read the plan of before." in page.text
    assert "Pim" not in page.text
    assert "Who answered yes can conclude from what somebody reads" in page.text


def test_a_new_main_person_lets_nobody_and_not_themselves(case: Made, db_session: Session, cast: Cast) -> None:
    nina = _add(db_session, cast, case, "Nina", Part.MAIN_PERSON)

    for about in (nina, case.people["bram"]):
        with pytest.raises(Unknown):
            share_plan(By(db_session, cast.noor, START), case.id, nina, {about: PlanSharing.ALL})


def test_of_the_new_plan_they_read_everything(
    case: Made, db_session: Session, cast: Cast, clock: FrozenClock, page_of: Callable[[str], PageClient]
) -> None:
    """Also where the plan of before is taken over into it; that one stays closed."""
    db_session.get_one(Participant, case.people["kees"]).part = Part.FAMILY
    db_session.commit()
    open_again(db_session, cast, START, case)
    to_presentation(db_session, cast, START, case)
    bram = page_of("bram")
    plan = bram.page(f"/conferences/{case.id}/plan")
    assert ("Add this goal" in plan.buttons, SENTENCES in plan.text, "Last time you agreed" in plan.text) == (
        True,
        False,
        False,
    )
    token = dict(bram.form("Add this goal").fill({}).fields)["csrf_token"]
    taken = bram.post(f"/conferences/{case.id}/plan/take-over", data={"csrf_token": token, "revision": "0"})
    assert taken.status_code == 409
    write_again(db_session, cast, START, case)
    answer_plan(db_session, cast, START, case)
    step(db_session, cast, START, case, Step.AGREE_PLAN)

    assert [_answer(bram, case, version) for version in ("2", "1", "1.pdf")] == [200, 404, 404]
    listed = bram.page(f"/conferences/{case.id}/plan").html
    assert ("plan/versions/2" in listed, "plan/versions/1" in listed) == (True, False)


def test_of_a_professional_sharing_decides_of_every_version() -> None:
    found = {
        (part, sharing): plans_not_read(part, 2, sharing)
        for part in (Part.FAMILY, Part.SUPPORTER, Part.PROFESSIONAL)
        for sharing in PlanSharing
    }

    assert found == {
        (part, sharing): 0 if part is Part.PROFESSIONAL or sharing is PlanSharing.ALL else 2 for part, sharing in found
    }
