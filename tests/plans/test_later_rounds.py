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
from ekc.core.errors import NotNow, Unknown
from ekc.evaluations.actions import give_up
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.journey.notices import owed_in
from ekc.plans.actions.agreement import say_own_answer
from ekc.plans.actions.sharing import share_plan
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import Agreed, Attends, Part, PlanSharing, Step, StopReason
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

NOT_YET = "There is a plan from before you came into the circle."
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
    assert "Bram came in a later round, and does not read the earlier plan." in page.text
    assert "Pim" not in page.text
    assert "Whoever answered yes can conclude from what somebody reads" in page.text


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


@pytest.mark.parametrize("closed", [False, True])
def test_when_the_round_ends_without_a_new_plan_the_one_of_before_stays_closed_to_them(
    case: Made, db_session: Session, cast: Cast, page_of: Callable[[str], PageClient], closed: bool
) -> None:
    """The next version begins from it: they read that neither."""
    noor = By(db_session, cast.noor, START)
    take_step(noor, case.id, Taking(Step.STOP_ROUND, stop_reason=StopReason.MAIN_PERSON_WITHDREW))
    if closed:
        for row in follow_ups(db_session, case.id, START.date()):
            give_up(noor, case.id, row.id, "The family moved away.")
        step(db_session, cast, START, case, Step.CLOSE)
    bram, pim = page_of("bram"), page_of("pim")
    own, plan = f"/conferences/{case.id}/mine", f"/conferences/{case.id}/plan"

    assert (NOT_YET in bram.page(own).text, "Do you agree" in bram.here.text) == (True, False)
    read = [[client.get(f"{plan}{page}") for page in ("", "/agreement")] for client in (bram, pim)]
    assert [[answer.status_code for answer in answers] for answers in read] == [[403, 403], [200, 200]]
    assert [SENTENCES in answer.text for answer in read[0]] == [False, False]
    if not closed:
        with pytest.raises(NotNow):
            say_own_answer(By(db_session, participant(case.id, case.people["bram"]), START), case.id, Agreed.NO)
        _says(db_session, case, "marieke", PlanSharing.ALL)
        _says(db_session, case, "kees", PlanSharing.ALL)
        assert SENTENCES in bram.page(plan).text


def test_the_plan_of_before_is_not_owed_to_them(case: Made, db_session: Session, cast: Cast) -> None:
    _add(db_session, cast, case, "Nina", Part.MAIN_PERSON)

    [owed] = [one for one in owed_in(db_session, [case.id])[case.id] if one.notice.kind is NoticeKind.PLAN]
    names = {one.name.split()[0] for one in owed.to}
    assert ({"Kees", "Pim"} <= names, names & {"Bram", "Nina"}) == (True, set())


def test_of_a_professional_sharing_decides_of_every_version() -> None:
    found = {
        (part, sharing): plans_not_read(part, 2, sharing)
        for part in (Part.FAMILY, Part.SUPPORTER, Part.PROFESSIONAL)
        for sharing in PlanSharing
    }

    assert found == {
        (part, sharing): 0 if part is Part.PROFESSIONAL or sharing is PlanSharing.ALL else 2 for part, sharing in found
    }


@pytest.mark.both_databases
def test_a_new_main_person_has_the_steps_of_a_later_round(
    case: Made, db_session: Session, cast: Cast, page_of: Callable[[str], PageClient]
) -> None:
    """Which steps there are follows from the plan in force, also for whoever does not read it."""
    bram = page_of("bram")
    db_session.get_one(Participant, case.people["bram"]).part = Part.MAIN_PERSON
    db_session.commit()

    def steps() -> list[str]:
        links = dict(bram.page(f"/conferences/{case.id}/mine").links).values()
        return [link.rpartition("/")[2] for link in links if "/steps/" in link]

    assert steps() == ["stop_round"]
    bram.page(f"/conferences/{case.id}/steps/stop_round")
    page = bram.submit(bram.here.buttons[-1], {"Why does it stop?": "another reason"})
    assert "It is written down as your own wish." in page.text
    assert (NOT_YET in page.text, steps()) == (True, ["stop_round"])
