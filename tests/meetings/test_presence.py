"""Presence is a list of stretches: nothing of it is erased, and what one may do in private time follows from it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.entries import PersonDetails
from ekc.core.errors import Refusal
from ekc.journey.actions.steps import Blocked
from ekc.meetings.actions import attendance, information
from ekc.meetings.actions.attendance import Corrected
from ekc.meetings.actions.information import InformationText
from ekc.meetings.models import Stretch
from ekc.workflow.vocabulary import Attends, InformationKind, Part, PresentBy, Step
from tests.build import (
    Made,
    case_in_information,
    case_in_presentation,
    case_in_setup,
    change_details,
    made,
    prepared_case,
    step,
)
from tests.cast import Cast, enter, enter_as_before, make_cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import Database

HOUR = timedelta(hours=1)


def rows(session: Session, who: int) -> list[Stretch]:
    """All stretches of somebody, also those set aside, in the order in which they were written."""
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Stretch).where(Stretch.participant_id == who).order_by(Stretch.id)))


def times(session: Session, who: int) -> list[tuple[datetime, datetime | None]]:
    return [(row.came_at, row.left_at) for row in rows(session, who) if row.corrected_at is None]


def test_professionals_leave_and_come_back_and_the_times_show_when(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_presentation(db_session, cast, START)
    els = case.people["els"]
    sign_in(client, cast.noor)
    clock.set(START + HOUR)
    client.page(f"/conferences/{case.id}/attendance")
    client.submit("The professionals have left")
    assert times(db_session, els) == [(START, START), (START, START + HOUR)]
    clock.set(START + 2 * HOUR)
    page = client.submit("The professionals are back")

    assert times(db_session, els) == [(START, START), (START, START + HOUR), (START + 2 * HOUR, None)]
    assert "10:00 to 11:00" in page.text
    page = client.page(f"/conferences/{case.id}/times")
    assert [line for line in page.text.split("Els Vermeer")[1:] if line.strip().startswith("10:00 – 11:00")] != []


def test_coming_and_leaving_twice_changes_nothing(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_information(db_session, cast, START)
    els = case.people["els"]
    for minutes in (1, 2):
        attendance.leave(By(db_session, cast.noor, START + minutes * HOUR), case.id, els)
    for minutes in (3, 4):
        attendance.come_back(By(db_session, cast.noor, START + minutes * HOUR), case.id, els)

    assert times(db_session, els) == [(START, START + HOUR), (START + 3 * HOUR, None)]


def test_going_back_into_private_time_waits_until_the_professionals_have_left(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_presentation(db_session, cast, START)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/steps/go_back")
    assert "2 professionals are still in the room: Karim Jansen, Els Vermeer" in page.text
    with pytest.raises(Blocked):
        step(db_session, cast, START, case, Step.GO_BACK, "The evenings are unclear.")
    client.page(f"/conferences/{case.id}/attendance")
    client.submit("The professionals have left")

    client.page(f"/conferences/{case.id}/steps/go_back")
    page = client.submit("Go back into private time", {"Which bottom line is not met, or what is unclear?": "Evenings"})
    assert "Private time" in page.text


def test_the_family_is_refused_too_as_long_as_professionals_are_there(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_presentation(db_session, cast, START)
    enter(client, db_session, START, case.id, case.people["omar"])

    assert "are still in the room" in client.page(f"/conferences/{case.id}/steps/go_back").text
    attendance.professionals_leave(By(db_session, cast.noor, START), case.id)
    client.page(f"/conferences/{case.id}/steps/go_back")
    page = client.submit("Go back into private time", {"Which bottom line is not met, or what is unclear?": "Evenings"})
    assert "This time is yours" in page.text


def test_a_professional_is_not_entered_again_as_somebody_who_stays(db_session: Session, cast: Cast) -> None:
    case = case_in_information(db_session, cast, START)
    by = By(db_session, cast.noor, START)
    for name in ("Els Vermeer", "vermeer, ELS"):
        with pytest.raises(Refusal, match="is in the circle as a professional already"):
            circle_actions.add_person(by, case.id, PersonDetails(name=name, part=Part.SUPPORTER))

    assert circle_actions.add_person(by, case.id, PersonDetails(name="Els Vermeer-Bos", part=Part.SUPPORTER))
    before = case_in_setup(db_session, cast, START)
    assert circle_actions.add_person(by, before.id, PersonDetails(name="Els Vermeer", part=Part.SUPPORTER))


def test_who_is_there_is_read_from_who_came(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_information(db_session, cast, START)
    enter(client, db_session, START, case.id, case.people["marieke"])

    def there() -> bool:
        text = client.page(f"/conferences/{case.id}/mine").text
        return "Omar El Amrani" in text.partition("Who is there")[2].partition("What the plan has to meet")[0]

    assert there()
    attendance.leave(By(db_session, cast.noor, clock()), case.id, case.people["omar"])
    assert not there()


def test_whoever_came_as_a_professional_is_not_made_family_that_day(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_information(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/{case.people['els']}")
    page = client.refused("Save", {"Role in the circle": "supporter"}, status=409)

    assert page.errors == [
        "Els Vermeer is here as a professional today, so they cannot come into private time. Change their role after "
        "the conference."
    ]
    for part in (Part.SUPPORTER, Part.FAMILY, Part.INTERPRETER):
        with pytest.raises(Refusal, match="is here as a professional today"):
            change_details(db_session, cast, START, case, case.people["els"], part=part)
    change_details(db_session, cast, START, case, case.people["els"], part=Part.REFERRER)


def test_before_the_conference_a_part_is_corrected_as_ever(db_session: Session, cast: Cast) -> None:
    case = prepared_case(db_session, cast, START)

    change_details(db_session, cast, START, case, case.people["els"], part=Part.SUPPORTER)


def test_nobody_is_taken_out_of_the_circle_while_in_the_room(db_session: Session, cast: Cast) -> None:
    """Otherwise a professional who is still there would be asked for by no condition."""
    case = case_in_information(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    with pytest.raises(Refusal, match="Write down first that they have left"):
        circle_actions.remove_person(noor, case.id, case.people["els"], "Was not asked.")
    attendance.leave(noor, case.id, case.people["els"])

    circle_actions.remove_person(noor, case.id, case.people["els"], "Was not asked.")


def test_each_stretch_says_how(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = prepared_case(db_session, cast, START)
    change_details(db_session, cast, START, case, case.people["kees"], attends=Attends.PHONE)
    change_details(db_session, cast, START, case, case.people["linda"], attends=Attends.VIDEO)
    change_details(db_session, cast, START, case, case.people["omar"], attends=Attends.PART)
    step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(By(db_session, cast.noor, START), case.id, list(case.people.values()))
    how = {name: rows(db_session, id_)[0].how for name, id_ in case.people.items()}
    assert {name: way for name, way in how.items() if way is not PresentBy.IN_PERSON} == {
        "kees": PresentBy.PHONE,
        "linda": PresentBy.VIDEO,
    }
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/times")
    client.submit("Save came and left", {"How they were there": "in person"}, near="Kees de Wit")

    assert [(row.how, row.corrected_at) for row in rows(db_session, case.people["kees"])] == [
        (PresentBy.PHONE, START),
        (PresentBy.IN_PERSON, None),
    ]


def test_a_mistake_is_set_aside_and_stays_on_record(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_information(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/times")
    client.submit("Was not there", near="Kees de Wit")
    client.page(f"/conferences/{case.id}/attendance")
    client.submit("Save who came")

    assert times(db_session, case.people["kees"]) == []
    assert [row.corrected_at for row in rows(db_session, case.people["kees"])] == [START]


def test_times_of_one_person_that_overlap_are_refused(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_information(db_session, cast, START)
    els = case.people["els"]
    attendance.leave(By(db_session, cast.noor, START + HOUR), case.id, els)
    attendance.come_back(By(db_session, cast.noor, START + 2 * HOUR), case.id, els)
    last = rows(db_session, els)[-1]

    for right in (Corrected(START, None, PresentBy.IN_PERSON), Corrected(START, START + HOUR, PresentBy.IN_PERSON)):
        with pytest.raises(Refusal, match="was in the room already"):
            attendance.correct_stretch(By(db_session, cast.noor, START + 3 * HOUR), case.id, last.id, right)


# what presence opens --------------------------------------------------------------------------------------------------


def test_what_one_may_do_in_private_time_follows_from_being_in_the_room(
    client: PageClient, someone: Callable[[], PageClient], db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Nobody at home ends it, and no child; a child who is there is not told to wait outside."""
    case = _private_time_without_marieke(db_session, cast)
    home, child, aunt, mentor = client, someone(), someone(), someone()
    pages = {
        name: enter_as_before(browser, db_session, START, case.id, case.people[name])
        for name, browser in {"marieke": home, "daan": child, "linda": aunt, "joost": mentor}.items()
    }
    assert {name: "We have a plan" in dict(page.links) for name, page in pages.items()} == {
        "marieke": False,
        "daan": False,
        "linda": True,
        "joost": False,
    }
    assert "Look here again: this page says when they have come out." in pages["marieke"].text
    assert "The family has private time now, and you are with them." in pages["joost"].text
    for name in ("come_out", "ask_for_information", "another_day"):
        assert home.get(f"/conferences/{case.id}/steps/{name}").status_code == 403
        assert aunt.get(f"/conferences/{case.id}/steps/{name}").status_code == 200
    # a child ends neither private time nor the evening; whom they can call in stands on their page
    assert "or ring your coordinator" in child.page(f"/conferences/{case.id}/mine").text
    for name in ("come_out", "ask_for_information", "another_day"):
        assert child.get(f"/conferences/{case.id}/steps/{name}").status_code == 404


def _private_time_without_marieke(session: Session, cast: Cast) -> Made:
    """Private time with Daan, a child; Marieke, the main person, takes part by letter."""
    case = prepared_case(session, cast, START)
    daan = PersonDetails(
        name="Daan El Amrani",
        part=Part.CHILD,
        attends=Attends.IN_PERSON,
        informed_on=START.date(),
        safe_on=START.date(),
        born=date(2017, 5, 1),
    )
    circle_actions.add_person(By(session, cast.noor, START), case.id, daan)
    change_details(session, cast, START, case, case.people["marieke"], attends=Attends.LETTER)
    case = made(session, case.id)
    step(session, cast, START, case, Step.OPEN_CONFERENCE)
    noor = By(session, cast.noor, START)
    came = [id_ for name, id_ in case.people.items() if name != "marieke"]
    attendance.record_attendance(noor, case.id, came)
    for kind in InformationKind:
        information.add_information(noor, case.id, InformationText(kind, "Told."))
    attendance.professionals_leave(noor, case.id)
    step(session, cast, START, case, Step.BEGIN_PRIVATE_TIME)
    return case


@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stretches_never_overlap_and_nothing_is_erased(
    db_session: Session, database: Database, data: st.DataObject
) -> None:
    db_session.rollback()
    database.reset()  # so that the case is restored for each example, not built
    cast = make_cast(db_session)
    case = case_in_information(db_session, cast, START)
    people = [case.people["els"], case.people["kees"]]
    at = START
    before: dict[int, tuple[Any, ...]] = {}
    for _ in range(data.draw(st.integers(1, 8))):
        at += data.draw(st.sampled_from([timedelta(0), timedelta(minutes=1), HOUR]))
        noor = By(db_session, cast.noor, at)
        who = data.draw(st.sampled_from(people))
        there = [row for id_ in people for row in rows(db_session, id_) if row.corrected_at is None]
        do = data.draw(st.sampled_from(["leave", "back", "all leave", "all back", "came", "correct", "never"]))
        ids = [row.id for row in there]
        came = data.draw(st.datetimes(START.replace(tzinfo=None), at.replace(tzinfo=None))).replace(tzinfo=at.tzinfo)
        left = data.draw(st.none() | st.sampled_from([came, came + timedelta(minutes=1), at]))
        db_session.rollback()
        try:
            match do:
                case "leave":
                    attendance.leave(noor, case.id, who)
                case "back":
                    attendance.come_back(noor, case.id, who)
                case "all leave":
                    attendance.professionals_leave(noor, case.id)
                case "all back":
                    attendance.professionals_return(noor, case.id)
                case "came":
                    attendance.record_attendance(noor, case.id, data.draw(st.sets(st.sampled_from(people))))
                case "correct" if ids:
                    right = Corrected(came, left, PresentBy.PHONE)
                    attendance.correct_stretch(noor, case.id, data.draw(st.sampled_from(ids)), right)
                case "never" if ids:
                    attendance.never_came(noor, case.id, data.draw(st.sampled_from(ids)))
        except Refusal:
            db_session.rollback()
        now = {
            row.id: (row.participant_id, row.part, row.how, row.came_at, row.left_at, row.corrected_at)
            for id_ in people
            for row in rows(db_session, id_)
        }
        for id_, kept in before.items():  # only what was empty is filled in, once
            assert all(new == old for new, old in zip(now[id_], kept, strict=True) if old is not None)
            assert now[id_][:4] == kept[:4]
        before = now
        for one in people:
            mine = sorted((came, left or at + HOUR) for came, left in times(db_session, one))
            assert [(one, other) for one, other in pairwise(mine) if one[1] > other[0]] == []
