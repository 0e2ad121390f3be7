"""The pages on which people differ, in a real browser."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_person
from ekc.conferences.actions.consents import withdraw_consent
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Consent
from ekc.journey.actions.steps import take_step
from ekc.matching.actions import asking, independence
from ekc.meetings.actions import attendance, information
from ekc.plans import edits
from ekc.plans.actions.acceptance import decide_acceptance
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import change_plan
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Agreed, Attends, Part, Step, StopReason
from tests import build
from tests.build import Made
from tests.cast import Cast, make_link, participant
from tests.clock import START, FrozenClock
from tests.look import Onlooker
from tests.tab import enter, sign_in

TWO = tuple(PersonDetails(name=name, part=Part.MAIN_PERSON) for name in ("Marieke de Wit", "Vera Smit"))


@pytest.fixture
def stopping(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """One of two main persons confirmed Noor, and the other wants to stop."""
    case = build.registered_case(db_session, cast, START, main_persons=TWO)
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.noor.account_id or 0)
    independence.accept(By(db_session, cast.noor, START), case.id, build.INDEPENDENT)
    marieke, vera = (participant(case.id, case.people[name]) for name in ("marieke", "vera"))
    independence.confirm_coordinator(By(db_session, marieke, START), case.id)
    why = StopReason.SITUATION_CHANGED
    take_step(By(db_session, vera, START), case.id, Taking(Step.STOP, stop_reason=why))
    return case


@pytest.mark.parametrize("name", ["marieke", "vera"])
def test_main_persons_who_differ(
    visitor: Page, onlooker: Onlooker, db_session: Session, stopping: Made, name: str
) -> None:
    enter(visitor, make_link(db_session, START, stopping.id, stopping.people[name]))
    onlooker.look(visitor, f"voices own page {name}")
    visitor.goto(f"/conferences/{stopping.id}/steps/stop")
    onlooker.look(visitor, f"voices stop {name}")


def test_staff_who_hear_of_it(visitor: Page, onlooker: Onlooker, cast: Cast, stopping: Made) -> None:
    sign_in(visitor, cast.noor.actor.name, f"/conferences/{stopping.id}")
    onlooker.look(visitor, "voices case page")
    for rest in ("coordinator", "registration"):
        visitor.goto(f"/conferences/{stopping.id}/{rest}")
        onlooker.look(visitor, f"voices {rest}")
    visitor.goto("/")
    onlooker.look(visitor, "voices home")


def test_who_agrees(visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    noor = By(db_session, cast.noor, START)
    build.change_details(db_session, cast, START, case, case.people["kees"], side="Young people of the square")
    record_agreement(noor, case.id, case.people["omar"], Agreed.PART, "Not on Sundays.")
    decide_acceptance(noor, case.id, case.people["karim"], False, "One night without an adult.")
    sign_in(visitor, cast.noor.actor.name, f"/conferences/{case.id}/plan/agreement")
    onlooker.look(visitor, "voices agreement")


@pytest.fixture
def owing(db_session: Session, cast: Cast) -> Made:
    """In the information phase again: a question of the family, words to be read out, somebody new, a consent back."""
    case = build.prepared_case(db_session, cast, START)
    noor, kees, linda = By(db_session, cast.noor, START), case.people["kees"], case.people["linda"]
    for who, words in ((kees, "I sleep badly, boys. Do look after each other."), (linda, "I can help on Fridays.")):
        build.change_details(db_session, cast, START, case, who, attends=Attends.LETTER, view=words)
    build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    there = [id_ for id_ in case.people.values() if id_ not in {kees, linda}]
    attendance.record_attendance(noor, case.id, there)
    information.read_out(noor, case.id, linda, case.people["omar"])
    build.to_presentation(db_session, cast, START, case)
    marieke = By(db_session, participant(case.id, case.people["marieke"]), START)
    take_step(marieke, case.id, Taking(Step.GO_BACK, reason="The evenings are unclear."))
    take_step(marieke, case.id, Taking(Step.ASK_FOR_INFORMATION, reason="May the nurse come in the evening?"))
    add_person(noor, case.id, PersonDetails(name="Hassan El Amrani", part=Part.FAMILY, phone="06 12345678"))
    consent = db_session.scalars(select(Consent.id).where(Consent.conference_id == case.id)).first()
    withdraw_consent(noor, case.id, consent or 0)
    return case


@pytest.mark.parametrize("language", ["en", "nl"])
def test_what_is_owed(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, owing: Made, language: str
) -> None:
    sign_in(visitor, cast.noor.actor.name, "/")
    visitor.context.add_cookies([{"name": "language", "value": language, "url": visitor.url}])
    for rest in ("/", *(f"/conferences/{owing.id}{page}" for page in ("", "/to-tell", "/information", "/history"))):
        visitor.goto(rest)
        onlooker.look(visitor, f"owed {language} {rest.rpartition('/')[2] or 'home'}")
    step = Taking(Step.MAIN_PERSON_GONE, stop_reason=StopReason.DIED)
    take_step(By(db_session, cast.noor, START), owing.id, step)
    visitor.goto(f"/conferences/{owing.id}/to-tell")
    onlooker.look(visitor, f"owed {language} after the end")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_plan_changed_after_people_answered(
    language: str, visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    build.answer_plan(db_session, cast, START, case, but=[case.people["kees"]])
    noor = By(db_session, cast.noor, START)
    record_agreement(noor, case.id, case.people["marieke"], Agreed.PART, "Not on Sundays.")
    change_plan(noor, case.id, 6, edits.add_goal("Daan is at school."))
    record_agreement(noor, case.id, case.people["fatima"], Agreed.NO, "I cannot do it.")
    enter(visitor, make_link(db_session, START, case.id, case.people["marieke"]))
    visitor.goto(f"/language/{language}")
    visitor.goto(f"/conferences/{case.id}/mine")
    onlooker.look(visitor, f"changed own page {language}")
    visitor.context.clear_cookies()
    sign_in(visitor, cast.noor.actor.name, f"/conferences/{case.id}/plan/agreement")
    visitor.goto(f"/language/{language}")
    for name in ("plan/agreement", "plan", "steps/agree_plan"):
        visitor.goto(f"/conferences/{case.id}/{name}")
        onlooker.look(visitor, f"changed {name} {language}")


def test_a_new_round(visitor: Page, onlooker: Onlooker, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    build.step(db_session, cast, START, case, Step.RECONVENE, "Things changed.")
    link = make_link(db_session, START, case.id, case.people["omar"])
    visitor.goto(f"{link}/code")
    onlooker.look(visitor, "round unknown device")
    enter(visitor, link)
    onlooker.look(visitor, "round own page")
    visitor.context.clear_cookies()
    sign_in(visitor, cast.noor.actor.name, f"/conferences/{case.id}")
    onlooker.look(visitor, "round case page")
    visitor.goto(f"/conferences/{case.id}/follow-ups")
    onlooker.look(visitor, "round follow-ups")
