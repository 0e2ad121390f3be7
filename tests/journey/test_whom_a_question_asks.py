"""A question about several people says whom it is about, so that nobody has to guess who has to be asked."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Consent, Participant
from ekc.meetings.actions import attendance, information
from ekc.meetings.actions.information import InformationText
from ekc.workflow.vocabulary import Attends, InformationKind, Part, Step
from tests import build
from tests.cast import Cast, enter, enter_as_before, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_pages_of_the_coordinator_name_who_is_asked(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_information(db_session, cast, clock())
    db_session.query(Participant).update({"safe_on": None})
    db_session.commit()
    sign_in(client, cast.noor)
    question = client.page(f"/conferences/{case.id}/safety").text.partition("each of them on their own: ")[2]
    assert sorted(question.partition("?")[0].split(", ")) == [
        "Fatima El Amrani-Benali",
        "Joost Lammers",
        "Kees de Wit",
        "Linda de Wit",
        "Marieke de Wit",
        "Omar El Amrani",
    ]
    assert "Not here yet" not in client.page(f"/conferences/{case.id}/consents").text
    db_session.query(Consent).delete()
    db_session.commit()
    assert "Not here yet: the consent of Marieke de Wit." in client.page(f"/conferences/{case.id}/consents").text


def test_who_is_expected_is_named_before_one_button_says_that_they_came(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    build.change_details(db_session, cast, clock(), case, case.people["kees"], attends=Attends.NO)
    build.step(db_session, cast, clock(), case, Step.OPEN_CONFERENCE)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/attendance")
    question = page.text.partition("Are they all there who were to come: ")[2].partition("?")[0]
    assert sorted(question.split(", ")) == [
        "Els Vermeer",
        "Fatima El Amrani-Benali",
        "Joost Lammers",
        "Karim Jansen",
        "Linda de Wit",
        "Marieke de Wit",
        "Omar El Amrani",
    ]


def test_acceptance_names_who_decides_and_says_you_to_them(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_presentation(db_session, cast, clock())
    build.write_plan(db_session, cast, clock(), case)
    sign_in(client, cast.noor)
    headings = [one.text for one in client.page(f"/conferences/{case.id}/plan/agreement").all("h2")]
    assert "Does Karim Jansen accept the plan?" in headings
    karim = PageClient(app)
    enter(karim, db_session, clock(), case.id, case.people["karim"])
    headings = [one.text for one in karim.page(f"/conferences/{case.id}/plan/agreement").all("h2")]
    assert "Do you accept the plan?" in headings


def test_coming_out_asks_the_family_in_the_room_by_name_and_not_its_interpreter(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_information(db_session, cast, clock())
    interpreter = PersonDetails(name="Nadia Salem", part=Part.INTERPRETER, attends=Attends.IN_PERSON)
    nadia = circle.add_person(By(db_session, cast.noor, clock()), case.id, interpreter)
    attendance.record_attendance(By(db_session, cast.noor, clock()), case.id, [*case.people.values(), nadia])
    attendance.leave(By(db_session, cast.noor, clock()), case.id, case.people["kees"])
    for kind in InformationKind:
        information.add_information(
            By(db_session, cast.noor, clock()), case.id, InformationText(kind, f"About {kind.value}.")
        )
    attendance.professionals_leave(By(db_session, cast.noor, clock()), case.id)
    build.step(db_session, cast, clock(), case, Step.BEGIN_PRIVATE_TIME)
    enter_as_before(client, db_session, clock(), case.id, case.people["omar"])
    page = client.page(f"/conferences/{case.id}/steps/come_out")
    question = page.text.partition("Do all of you want that now: ")[2].partition("?")[0]
    assert sorted(question.split(", ")) == [
        "Fatima El Amrani-Benali",
        "Joost Lammers",
        "Linda de Wit",
        "Marieke de Wit",
        "Omar El Amrani",
    ]
