"""Details of several people of the circle, filled in at once."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.conferences.actions.circle import add_people, add_person, change_person
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Participant
from ekc.conferences.queries.circle import PersonRow, circle, person
from ekc.conferences.queries.concerns import concerns
from ekc.conferences.queries.consents import consents
from ekc.workflow.vocabulary import Activity, Attends, Part
from tests.build import Made, case_in_setup, registered_case
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.effort import Effort
from tests.journey.counting import counted
from tests.page import text_of

GIVEN = date(2026, 3, 1)


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    client.follow("Fill in details of several people at once")
    return client


def kept_of(session: Session, cast: Cast, case: Made, name: str) -> PersonRow:
    opened = open_case(By(refreshed(session), cast.noor, START), case.id, Activity.SEE_CASE)
    row = person(session, opened, case.people[name])
    assert row is not None
    return row


def test_what_is_known_of_several_people_is_filled_in_and_saved_once(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    bo = add_person(By(db_session, cast.noor, START), case.id, PersonDetails(name="Bo", part=Part.CHILD))
    noor.page(noor.here.url)
    noor.page(f"/conferences/{case.id}/circle/details")
    before = noor.effort
    noor.submit(
        "Save",
        {
            "Kees de Wit / Phone": "06 12345678",
            "Kees de Wit / Born on": "about 70",
            "Kees de Wit / large print": True,
            "Linda de Wit / What are they afraid of?": "the way home",
            "Linda de Wit / What was arranged?": "Kees drives her",
            "Bo / Born on": "2010",
            "Bo / How they come": "for part of it",
            "Bo / Who supports them": "Joost Lammers",
            "Bo / Said yes to the conference, and keeping a file, on": GIVEN,
            "Bo / Note with the consent": "after school",
            "Omar El Amrani / Why they stay away": "Threatened Linda.",
            "Omar El Amrani / Decided by": "the family",
            "Omar El Amrani / Decided on": GIVEN,
        },
    )

    assert noor.effort - before == Effort(
        clicks=13 + 4 + 1 + 1, characters=109, loads=1
    )  # four people and a fold opened
    assert "It is noted of 4 people." in noor.here.text
    kees = kept_of(db_session, cast, case, "kees")
    assert (kees.phone, kees.need_kinds) == ("06 12345678", ("large_print",))
    assert kees.born_until is not None
    people = {row.id: row for row in circle(db_session, case.id)}
    assert (people[bo].attends, people[bo].support_id) == (Attends.PART, case.people["joost"])
    assert [(one.given_on, one.note) for one in consents(db_session, case.id) if one.participant_id == bo] == [
        (GIVEN, "after school")
    ]
    assert kept_of(db_session, cast, case, "omar").excluded
    assert [(one.name, one.arrangement) for one in concerns(db_session, case.id)] == [
        ("Linda de Wit", "Kees drives her")
    ]
    form = (noor.page(f"/conferences/{case.id}/circle/details"), noor.form("Save"))[1]
    asked = ("Kees de Wit / Phone", "Kees de Wit / Email", "Omar El Amrani / Decided by", "Bo / Born on")
    assert [form.asks(one) for one in asked] == [False, True, False, False]


def test_the_case_is_locked_once_however_many_consents_there_are(
    noor: PageClient, app: Flask, cast: Cast, case: Made, db_session: Session
) -> None:
    children = [PersonDetails(name=name, part=Part.CHILD, born=date(2012, 1, 1)) for name in ("Bo", "Mo", "Jo", "Lo")]
    add_people(By(db_session, cast.noor, START), case.id, children)
    locks = []
    for people in (("Bo",), ("Mo", "Jo", "Lo")):
        noor.page(f"/conferences/{case.id}/circle/details")
        said = {f"{name} / Said yes to the conference, and keeping a file, on": GIVEN for name in people}
        with counted(app) as sent:
            noor.submit("Save", said)
        locks.append(sum("FROM conference" in one and "conference.agencies_before" in one for one in sent))
    assert locks[0] == locks[1] > 0


def test_where_there_are_sides_they_are_asked_of_those_of_whom_none_is_known(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, START, sides=("Mother's", "Father's"))
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/details")
    client.submit("Save", {"Marieke de Wit / Side": "Mother's", "Omar El Amrani / Side": "Father's"})

    assert kept_of(db_session, cast, case, "omar").side == "Father's"
    page = client.page(f"/conferences/{case.id}/circle/details")
    asked = {str(one.get("name")) for one in page.all("select")}
    of_whom = {name for name, id_ in case.people.items() if f"p{id_}-side" in asked}
    assert {"linda", "kees"} <= of_whom
    assert of_whom.isdisjoint({"omar", "marieke", "karim"})


def test_a_mistake_saves_nobody_and_says_whose_it_is(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    typed = {"Kees de Wit / Phone": "06 12345678", "Linda de Wit / Why they stay away": "Shouts."}
    page = noor.refused("Save", {**typed, "Fatima El Amrani-Benali / What was arranged?": "a taxi"}, status=422)
    assert page.errors == [
        "Fatima El Amrani-Benali, What are they afraid of? Write what they are afraid of.",
        "Linda de Wit, Decided by: Write who decided that they stay away.",
        "Linda de Wit, Decided on: Choose the day on which that was decided.",
    ]
    opened = [text_of(one) for one in page.all("details") if "open" in one.attrib]
    assert [one.split()[0] for one in opened] == ["Fatima", "Kees", "Linda", "It"]
    tomorrow = {"Linda de Wit / Decided by": "me", "Linda de Wit / Decided on": "3-3-2026"}
    page = noor.refused("Save", {**tomorrow, "Fatima El Amrani-Benali / What was arranged?": ""}, status=422)
    assert page.errors == ["Linda de Wit, Decided on: This day is still to come. Choose today or an earlier day."]
    assert kept_of(db_session, cast, case, "kees").phone == ""
    noor.page(f"/conferences/{case.id}/circle/details")
    assert noor.refused("Save").errors == ["Nothing is filled in yet."]


def test_what_somebody_else_noted_meanwhile_stays_and_is_not_shown(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    theirs = PersonDetails(name="Kees de Wit", part=Part.FAMILY, phone="010 2222222", view="I miss them.")
    change_person(By(db_session, cast.noor, START), case.id, case.people["kees"], theirs)
    typed = {"Kees de Wit / Phone": "06 12345678", "Kees de Wit / Email": "kees@example.org"}
    page = noor.refused("Save", typed, status=409)

    said = "Somebody noted this meanwhile. Empty this box, or change it on the page of this person."
    assert page.errors == [f"Kees de Wit, Phone: {said}"]
    assert "010 2222222" not in page.text
    assert "I miss them." not in page.text
    noor.submit("Save", {"Kees de Wit / Phone": ""})
    kees = kept_of(db_session, cast, case, "kees")
    assert (kees.phone, kees.email, kees.view) == ("010 2222222", "kees@example.org", "I miss them.")


def test_the_manager_fills_in_what_they_may_see(
    client: PageClient, app: Flask, cast: Cast, db_session: Session
) -> None:
    case = registered_case(db_session, cast, START)
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/circle/details")
    form = client.form("Save")
    asked = ("Phone", "Why they stay away", "What they want to say, if they are not there")
    assert [form.asks(f"Marieke de Wit / {one}") for one in asked] == [True, True, False]


def test_a_large_circle_stands_on_pages_that_do_not_grow_with_it(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    """Each select listed all others with each person: 18 MB for 330 people."""
    by, address = By(db_session, cast.noor, START), f"/conferences/{case.id}/circle/details"
    add_people(by, case.id, [PersonDetails(name=f"Neef {n:03}", part=Part.FAMILY) for n in range(40)])
    noor.page(address)
    weight = len(noor.get(address).data)
    values = {"Neef 000 / Who supports them": "joost lammers", "Neef 000 / Who brought them in": "Neef 039"}
    page = noor.refused("Save", {**values, "Neef 001 / Who supports them": "Joost"}, status=422)
    assert page.errors == [
        "Neef 001, Who supports them: Nobody in the circle is called that. Choose a name from the list."
    ]
    assert noor.form("Save").shown("Neef 000 / Who brought them in") == "Neef 039"
    page = noor.submit("Save", {"Neef 001 / Who supports them": ""})
    assert page.url == f"{address}?page=2"  # to go on where this page ended
    ids = {row.name: row.id for row in circle(refreshed(db_session), case.id)}
    neef = next(row for row in circle(db_session, case.id) if row.name == "Neef 000")
    assert (neef.support_id, neef.brought_by_id) == (case.people["joost"], ids["Neef 039"])
    noor.submit("Save", {"Neef 039 / Phone": "06 12345678"})

    add_people(by, case.id, [PersonDetails(name=f"Nicht {n:03}", part=Part.FAMILY) for n in range(60)])
    assert len(noor.get(address).data) < weight + 60 * 100


def test_whom_the_circle_moved_to_another_page_meanwhile_loses_nothing_that_was_typed(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    by, address = By(db_session, cast.noor, START), f"/conferences/{case.id}/circle/details"
    add_people(by, case.id, [PersonDetails(name=f"Neef {n:03}", part=Part.FAMILY) for n in range(40)])
    page = noor.page(address)
    last = max(name for n in range(40) if (name := f"Neef {n:03}") in page.text)
    add_people(by, case.id, [PersonDetails(name=f"Kind {n}", part=Part.MAIN_PERSON) for n in range(5)])
    noor.submit("Save", {f"{last} / Phone": "06 12345678", f"{last} / Email": "neef@example.org"})
    kept = next(row for row in circle(refreshed(db_session), case.id) if row.name == last)
    assert db_session.get_one(Participant, kept.id).phone == "06 12345678"
