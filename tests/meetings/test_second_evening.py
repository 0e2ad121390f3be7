"""What was settled on the first evening stands as of that evening; the second asks what must hold on that evening."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference
from ekc.journey.actions.steps import take_step
from ekc.journey.casepage import checklist
from ekc.journey.facts import gather_facts
from ekc.meetings.actions import attendance
from ekc.meetings.actions.information import InformationText, QuestionText, add_information, add_question
from ekc.plans.queries.circle import circle
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.facts import Facts
from ekc.workflow.guards.meeting import information_told
from ekc.workflow.guards.room import professionals_left
from ekc.workflow.vocabulary import InformationKind, Step, VoiceMatter
from ekc.workflow.voices import must_be_asked
from tests import build
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.workflow.build import said

FIRST = ("marieke", "omar", "kees", "fatima", "els")
SECOND = ("marieke", "omar", "kees")
NEXT = START + timedelta(days=3)


@pytest.fixture
def second(db_session: Session, cast: Cast) -> build.Made:
    """The second evening is open, and it was written down who is there."""
    case = build.prepared_case(db_session, cast, START)
    by = By(db_session, cast.noor, START)
    build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(by, case.id, [case.people[who] for who in FIRST])
    for kind in (InformationKind.SITUATION, InformationKind.REASON):
        add_information(by, case.id, InformationText(kind, f"About {kind.value}."))
    add_question(by, case.id, QuestionText(case.people["fatima"], "Who pays?", "The municipality."))
    take_step(by, case.id, Taking(Step.ANOTHER_DAY, reason="It got late.", new_date=NEXT))
    build.step(db_session, cast, NEXT, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(By(db_session, cast.noor, NEXT), case.id, [case.people[who] for who in SECOND])
    return case


def facts(session: Session, case: build.Made) -> Facts:
    session.rollback()
    return gather_facts(session, session.get_one(Conference, case.id), NEXT)


def test_what_was_told_and_answered_stands_and_who_is_there_is_of_this_evening(
    db_session: Session, cast: Cast, second: build.Made
) -> None:
    case = facts(db_session, second)
    assert [one for one, *_ in said(information_told, case)] == ["It has not been told yet what help there is"]
    assert (case.questions, case.open_questions) == (1, 0)
    there = {person.id for person in case.people if person.in_room}
    assert there == {second.people[who] for who in SECOND}
    lines = {one.title: one.done for one in checklist(case)}
    assert lines["The professionals have left"] is True  # of the first evening; none is here

    els = second.people["els"]
    attendance.record_attendance(By(db_session, cast.noor, NEXT), second.id, [*there, els])
    assert [one for one, *_ in said(professionals_left, facts(db_session, second))] == [
        "Els Vermeer is still in the room"
    ]


def test_whoever_was_there_on_the_first_evening_is_asked_about_the_plan(
    db_session: Session, second: build.Made
) -> None:
    asked = {person.id for person in must_be_asked(VoiceMatter.PLAN, facts(db_session, second))}
    assert asked == {second.people[who] for who in FIRST if who != "els"}
    people = {one.id: (one.came, one.came_last) for one in circle(db_session, second.id)}
    assert (people[second.people["fatima"]], people[second.people["omar"]]) == ((True, False), (True, True))


def test_the_page_says_on_which_day_it_was_told(
    client: PageClient, db_session: Session, cast: Cast, second: build.Made, clock: FrozenClock
) -> None:
    clock.set(NEXT)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{second.id}/information")
    assert "One thing is still to be told What help there is" in page.text
    assert "Told at the meeting before: the situation (Monday 2 March 2026, 10:00)." in page.text
