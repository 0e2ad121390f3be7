"""Attendance: coming, leaving, coming back, and all professionals at once."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.journey.actions.steps import Blocked
from ekc.meetings import queries
from ekc.meetings.actions import attendance as attendance_actions
from ekc.meetings.queries import StretchRow
from ekc.workflow.vocabulary import Attends, Phase, Remedy, Step
from tests.build import Made, case_in_evaluation, case_in_information, change_details, step
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.meetings.gathering import gathered, put_into

LATER = START + timedelta(minutes=40)


def attendance(session: Session, case: Made) -> dict[str, StretchRow]:
    """Who came, by first name: the last stretch of each."""
    session.rollback()
    meeting = queries.current_meeting(session, case.id)
    assert meeting is not None
    names = {id: name for name, id in case.people.items()}
    return {names[row.participant_id]: row for row in queries.stretches(session, meeting.id)}


def test_nobody_is_there_before_somebody_says_so_and_whoever_was_to_stay_away_is_not_offered(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/attendance")
    form = client.form("Save who came")

    assert [form.shown(label) for label in ("Family and network", "Professionals", "Others")] == [[], [], []]
    assert "Hassan El Amrani (by letter)" in form.labels
    assert "Saïd" not in page.text

    page = client.submit("Everybody who was to come is here")

    there = {"fatima", "daan", "els", "jamal"}
    assert {name: row.left_at for name, row in attendance(db_session, case).items()} == dict.fromkeys(there)
    assert "Everybody who was to come is here" not in page.buttons


def test_people_come_leave_and_come_back(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    sign_in(client, cast.noor)
    clock.set(START + timedelta(minutes=10))
    client.page(f"/conferences/{case.id}/attendance")
    family = ["Fatima El Amrani", "Daan El Amrani (for part of it)"]
    client.submit("Save who came", {"Family and network": family, "Professionals": ["Els Vermeer", "Karim Jansen"]})
    clock.set(LATER)
    client.submit("Save who came", {"Others": ["Jamal Idrissi"]})
    client.submit("Daan El Amrani has left")
    page = client.submit("The professionals have left")

    came = attendance(db_session, case)
    assert {name: (row.came_at, row.left_at) for name, row in came.items()} == {
        "fatima": (START, None),
        "daan": (START, LATER),
        "karim": (START, LATER),
        "els": (START, LATER),
        "jamal": (LATER, None),
    }
    assert "2 people take part now" in page.text
    assert "The professionals have left" not in page.buttons

    client.submit("The professionals are back")
    client.submit("Els Vermeer has left")
    client.submit("Save who came", {"Others": []})

    came = attendance(db_session, case)
    assert {name for name, row in came.items() if row.left_at is None} == {"fatima", "karim"}
    assert came.keys() == {"fatima", "daan", "karim", "els"}


def test_a_forged_tick_is_refused(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/attendance")
    token = client.form("Save who came").fill({}).payload()["csrf_token"]
    address = f"/conferences/{case.id}/attendance"

    for forged in (str(case.people["saïd"]), "99999999999999999999", "grandmother"):
        response = client.post(address, data={"csrf_token": token, "family": [forged]})
        assert (response.status_code, "Choose from the list." in response.text) == (422, True)

    assert attendance(db_session, case) == {}


def test_nobody_of_another_case_comes_and_nobody_who_stays_away(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    other = gathered(db_session, cast, START, Phase.INFORMATION)

    with pytest.raises(Unknown):
        attendance_actions.record_attendance(By(db_session, cast.noor, START), case.id, {other.people["fatima"]})
    with pytest.raises(Refusal, match="stays away, as was decided"):
        attendance_actions.record_attendance(By(db_session, cast.noor, START), case.id, {case.people["saïd"]})
    attendance_actions.record_attendance(By(db_session, cast.noor, START), other.id, {other.people["fatima"]})
    for move in (attendance_actions.leave, attendance_actions.come_back):
        with pytest.raises(Unknown):
            move(By(db_session, cast.noor, START), case.id, other.people["fatima"])

    assert attendance(db_session, case) == {}


def test_of_whom_it_is_decided_on_the_day_that_they_stay_away_private_time_waits_until_they_left(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = case_in_information(db_session, cast, START)
    kees, here = case.people["kees"], set(case.people.values())
    noor = By(db_session, cast.noor, START)
    attendance_actions.record_attendance(noor, case.id, here)
    attendance_actions.professionals_leave(noor, case.id)
    threat = {"exclusion_reason": "A threat.", "excluded_by": "the coordinator", "excluded_on": START.date()}
    change_details(db_session, cast, START, case, kees, attends=Attends.EXCLUDED, **threat)

    attendance_actions.record_attendance(noor, case.id, here - {kees})  # the form offers them no longer

    with pytest.raises(Blocked) as waits:
        step(db_session, cast, START, case, Step.BEGIN_PRIVATE_TIME)
    blockers = [reason.blocker for reason in waits.value.verdict.reasons if reason.guard == "excluded_left"]
    assert [(one.remedy, one.target) for one in blockers] == [(Remedy.ATTENDANCE, str(kees))]
    db_session.rollback()
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/attendance")
    client.submit("Kees de Wit has left")
    assert "Kees de Wit is back" not in client.here.buttons
    with pytest.raises(Refusal, match="stays away, as was decided"):
        attendance_actions.come_back(noor, case.id, kees)


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.PRIVATE_TIME, Phase.EVALUATION])
def test_only_where_people_are_together_somebody_comes(db_session: Session, cast: Cast, phase: Phase) -> None:
    case = gathered(db_session, cast, START)
    put_into(db_session, case.id, phase, plan_number=1)

    with pytest.raises(NotNow):
        attendance_actions.record_attendance(By(db_session, cast.noor, START), case.id, {case.people["fatima"]})


def test_a_plan_without_a_conference_has_nobody_there(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    put_into(db_session, case.id, Phase.PRESENTATION)
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/attendance")

    assert "The meeting has not started yet." in page.text
    with pytest.raises(Refusal, match="No meeting is under way"):
        attendance_actions.record_attendance(By(db_session, cast.noor, START), case.id, {case.people["fatima"]})


def test_after_the_meeting_it_says_how_many_took_part(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """That nobody takes part now said nothing about a day that is over."""
    case = case_in_evaluation(db_session, cast, clock())
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/attendance")
    assert "8 people took part" in page.text
    assert "take part now" not in page.text
