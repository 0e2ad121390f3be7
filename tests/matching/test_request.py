"""A coordinator who is asked for a case sees what they need to answer, and nothing else of it."""

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case, open_case
from ekc.conferences.actions import contact, safety
from ekc.conferences.entries import Concern, NewContact
from ekc.conferences.queries.search import search
from ekc.core.errors import NotNow, Unknown
from ekc.core.transaction import writing
from ekc.evaluations.queries import due_follow_ups
from ekc.journey.actions.steps import take_step
from ekc.journey.home import staff_home
from ekc.journey.needs.kinds import NeedKind
from ekc.matching.actions import asking, independence
from ekc.meetings.actions import attendance
from ekc.staff.actions import closing
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Activity, Phase, Step
from tests import build
from tests.build import INDEPENDENT, Made
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.stories.test_wrong_turns import pages_of_a_case

#: Content of the case that a coordinator who is asked must not see.
UNTOLD = (
    "Two nights on which the children were alone.",
    "How do we see to it together",
    "Family De Wit - El Amrani",
    "school absence",
    "marieke@example.org",
    "omar@example.org",
    "mother",
    "uncle",
    "a chair with arms",
    "Is afraid of Saïd.",
    "An adult is with the children every night.",
    "Kees rang twice.",
    "Buurthuis De Brug",
)


@pytest.fixture
def asked(db_session: Session, cast: Cast) -> Made:
    """A case that Noor prepared; Denise is asked to take it over."""
    case = build.prepared_case(db_session, cast, START)
    kees = case.people["kees"]
    safety.add_concern(
        By(db_session, cast.noor, START), case.id, Concern(participant_id=kees, concern="Is afraid of Saïd.")
    )
    rang = NewContact(on=date(2026, 3, 1), channel="phone", text="Kees rang twice.", participant_id=kees)
    contact.log_contact(By(db_session, cast.noor, START), case.id, rang)
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.denise.account_id or 0)
    return case


def test_they_read_names_agencies_and_wishes(client: PageClient, cast: Cast, asked: Made) -> None:
    sign_in(client, cast.denise)
    page = client.page(f"/conferences/{asked.id}/coordinator")

    known = (
        "EKC-2026-0001",
        "family conference",
        "Rivierstad",
        "North",
        "Dutch, Arabic",
        "Marieke de Wit",
        "Karim Jansen, Joost Lammers, Omar El Amrani, Linda de Wit, Kees de Wit, Fatima El Amrani-Benali, Els Vermeer",
        "Youth protection (refers the case)",
        "Primary school De Wilg (its people take part as professionals)",
        "speaks Dutch and understands Moroccan Arabic",
    )
    assert [words for words in known if words not in page.text] == []
    assert [words for words in UNTOLD if words in page.text + page.title] == []
    assert [href for _, href in page.links if href.startswith(f"/conferences/{asked.id}") and "#" not in href] == []


def test_all_other_pages_are_not_there(app: Flask, client: PageClient, cast: Cast, asked: Made) -> None:
    sign_in(client, cast.denise)
    page = client.page(f"/conferences/{asked.id}/coordinator")
    token = dict(client.form("Say no").fill({}).fields)["csrf_token"]
    answers = {
        endpoint: client.open(address, method=method, data={"csrf_token": token} if method == "POST" else None)
        for endpoint, method, address in pages_of_a_case(app, asked)
        if endpoint != "matching.decline"
    }
    there = {endpoint: answer.status_code for endpoint, answer in answers.items() if answer.status_code != 404}
    assert there == {"matching.coordinator": 200, "matching.accept": 422, "matching.declare": 422}
    for step in Step:
        assert client.get(f"/conferences/{asked.id}/steps/{step}").status_code == 404
    assert "Family De Wit" not in client.page("/").text
    assert client.page("/search?q=marieke").text.count("Marieke") == 0
    assert page.heading == "You are asked"


def test_no_door_below_the_pages_is_open_either(db_session: Session, cast: Cast, asked: Made) -> None:
    for activity in set(Activity) - {Activity.SEE_REQUEST, Activity.ANSWER_MATCH}:
        with pytest.raises(Unknown):
            open_case(By(db_session, cast.denise, START), asked.id, activity)
        with pytest.raises(Unknown), writing(db_session):
            lock_case(By(db_session, cast.denise, START), asked.id, activity)
    with pytest.raises(Unknown):
        take_step(By(db_session, cast.denise, START), asked.id, Taking(Step.OPEN_CONFERENCE))
    assert search(db_session, cast.denise, "Marieke", START) == ()
    assert search(db_session, cast.denise, "EKC-2026-0001", START) == ()


def test_whoever_went_before_sees_nothing_any_more_once_it_is_taken(
    db_session: Session, cast: Cast, asked: Made
) -> None:
    independence.accept(By(db_session, cast.denise, START), asked.id, INDEPENDENT)
    for activity in Activity:
        with pytest.raises(Unknown):
            open_case(By(db_session, cast.noor, START), asked.id, activity)


def test_with_their_yes_the_case_is_theirs(db_session: Session, cast: Cast, asked: Made) -> None:
    home = staff_home(db_session, cast.denise, START)
    assert [row.case.id for row in home.waits[NeedKind.ASKED]] == [asked.id]
    assert (home.cases, home.waits[NeedKind.TODO], home.this_week) == ((), (), ())

    independence.accept(By(db_session, cast.denise, START), asked.id, INDEPENDENT)

    assert open_case(By(db_session, cast.denise, START), asked.id, Activity.SEE_CASE).id == asked.id
    assert [found.conference_id for found in search(db_session, cast.denise, "Marieke", START)] == [asked.id]
    home = staff_home(db_session, cast.denise, START)
    assert (home.waits[NeedKind.ASKED], [row.id for row in home.cases]) == ((), [asked.id])
    with pytest.raises(Unknown):
        open_case(By(db_session, cast.denise, START), asked.id, Activity.SEE_REQUEST)


def test_in_private_time_they_see_not_even_that(db_session: Session, cast: Cast) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.denise.account_id or 0)
    attendance.professionals_leave(By(db_session, cast.noor, START), case.id)
    go_back = Taking(Step.GO_BACK, reason="A line is not met.")
    marieke = participant(case.id, case.people["marieke"])
    assert take_step(By(db_session, marieke, START), case.id, go_back) is Phase.PRIVATE_TIME

    with pytest.raises(NotNow):
        open_case(By(db_session, cast.denise, START), case.id, Activity.SEE_REQUEST)


@pytest.fixture
def left_alone(db_session: Session, cast: Cast) -> Made:
    """A family in private time, on paper; the account of its coordinator is closed."""
    case = build.case_in_private_time(db_session, cast, START)
    closing.close_account(By(db_session, cast.bas, START), cast.noor.account_id or 0)
    return case


def test_in_private_time_somebody_can_be_asked_and_takes_over(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, left_alone: Made
) -> None:
    """Otherwise nobody outside could ever write down that the family came out."""
    sign_in(client, cast.ruud)
    page = client.page(f"/conferences/{left_alone.id}/coordinator")
    assert [words for words in (*UNTOLD, "Marieke", "Youth protection") if words in page.text + page.title] == []
    client.submit("Ask Denise Okafor", {"Why is another coordinator needed?": "Noor is ill."})
    client.page(f"/conferences/{left_alone.id}", status=403)  # of the case itself the manager sees nothing

    sign_in(client, cast.denise)
    client.page("/")
    page = client.follow("EKC-2026-0001")
    assert [words for words in (*UNTOLD, "Marieke", "Youth protection") if words in page.text + page.title] == []
    assert "You would take over from Noor van Dijk. Noor is ill." in page.text
    taken = {
        "Do you work for somebody, besides being a coordinator?": "No: I am retired, a student, at home, between jobs, "
        "or work for myself",
        "Could anything in the plan, or in how it ends, be of use to you or yours?": "No",
        "How independent are you?": "I am nobody's.",
        "Your phone number for the family": "01632 960111",
    }
    client.submit("Take the case", taken)
    page = client.page(f"/conferences/{left_alone.id}")
    assert page.buttons.count("The family called me in: they have a plan") == 1
    assert [words for words in ("Marieke", "Youth protection") if words in page.text] == []

    page = client.submit("The family called me in: they have a plan")  # now they can say whom they know
    unsaid = "Denise Okafor has not said yet whether they know anybody of the family or the circle"
    assert unsaid in page.text
    marieke = app.test_client()
    assert isinstance(marieke, PageClient)
    own = enter(marieke, db_session, START, left_alone.id, left_alone.people["marieke"])
    assert "Knows of the family and the circle not said yet" in own.text
    assert "They have declared that they are independent." not in own.text
    client.page(f"/conferences/{left_alone.id}/coordinator")
    client.submit("Change the declaration", {"Do you know anybody of the family or of the circle?": "No, nobody"})
    assert unsaid not in client.page(f"/conferences/{left_alone.id}").text
    assert "Knows of the family and the circle nobody" in marieke.page(own.url).text


@pytest.mark.parametrize("name", ["iris", "mila", "bas", "denise"])
def test_in_private_time_nobody_else_asks(client: PageClient, cast: Cast, left_alone: Made, name: str) -> None:
    sign_in(client, getattr(cast, name))
    client.page(f"/conferences/{left_alone.id}/coordinator", status=404)


def test_the_request_says_when_why_instead_of_whom_and_who_asks(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, START)
    why = "Noor is ill."
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.denise.account_id or 0, why)

    sign_in(client, cast.denise)
    text = client.page(f"/conferences/{case.id}/coordinator").text

    assert "You would take over from Noor van Dijk. Noor is ill." in text
    assert "Next: the conference on Saturday 11 April 2026, 11:00, in Rivierstad." in text
    assert re.search(r"Asked by, to ring with any question: Ruud Kramer.*\(asked on .*\)", text)


def test_calls_of_a_case_they_have_not_taken_are_not_theirs(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.denise.account_id or 0)
    clock.advance(days=40)
    today = clock().date()

    assert due_follow_ups(db_session, cast.denise.account_id or 0, today) == ()
    independence.accept(By(db_session, cast.denise, clock()), case.id, INDEPENDENT)
    assert [row.conference_id for row in due_follow_ups(db_session, cast.denise.account_id or 0, today)] == [case.id]
