"""Bottom lines, the contact log and the search."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import bottom_lines as bottom_lines_actions
from ekc.conferences.actions import contact, registration
from ekc.conferences.entries import BottomLineText, NewCase, NewContact, PersonDetails
from ekc.conferences.models import NameKey
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.conferences.queries.contact import contact_log
from ekc.conferences.queries.search import search
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.matching.actions.asking import ask_coordinator
from ekc.workflow.vocabulary import Part
from tests.build import Made, case_in_information, case_in_private_time, case_in_setup, closed_case, registered_case
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.form import Value

TODAY = date(2026, 3, 2)
NIGHTS = "An adult is with the children every night."


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    return client


@pytest.mark.both_databases
def test_the_coordinator_writes_and_shares_a_bottom_line(noor: PageClient, case: Made, db_session: Session) -> None:
    noor.page(f"/conferences/{case.id}/bottom-lines")
    noor.submit(
        "Write it down",
        {"What the plan has to meet": NIGHTS, "Why: a law, or safety": "safety", "Set by": "Karim Jansen"},
    )
    (line,) = bottom_lines(refreshed(db_session), case.id)
    assert (line.number, line.text, line.ground, line.set_by_name, line.shared_on) == (
        1,
        NIGHTS,
        "safety",
        "Karim Jansen",
        None,
    )
    assert "not shared yet" in noor.here.text

    page = noor.submit("Save", {"Shared with the family on": TODAY})

    assert (bottom_lines(refreshed(db_session), case.id)[0].shared_on, page.ids[f"line-{line.id}"].tag) == (TODAY, "li")
    assert "There are none" not in page.buttons

    page = noor.submit("Save", {"What the plan has to meet": "Yara sleeps elsewhere."})

    assert page.flashes == [
        "The bottom line has other words now. Write down on which day the family heard these.",
        "Saved.",
    ]
    (line,) = bottom_lines(refreshed(db_session), case.id)
    assert (line.text, line.shared_on) == ("Yara sleeps elsewhere.", None)
    page = noor.submit("Save", {"Shared with the family on": TODAY, "Why: a law, or safety": "the law"})
    assert (page.flashes, bottom_lines(refreshed(db_session), case.id)[0].shared_on) == (["Saved."], TODAY)
    noor.submit("Save", {"What the plan has to meet": "  Yara sleeps  elsewhere."})
    assert bottom_lines(refreshed(db_session), case.id)[0].shared_on == TODAY
    noor.submit("Take bottom line 1 away")
    assert bottom_lines(refreshed(db_session), case.id) == ()


def test_there_are_none_and_yet_there_are(noor: PageClient, case: Made, db_session: Session) -> None:
    address = f"/conferences/{case.id}/bottom-lines"
    noor.page(address)
    assert "That was said on Monday 2 March 2026." in noor.submit("There are none").text
    assert "Nobody has said yet" in noor.submit("Take that back").text
    noor.submit("There are none")

    page = noor.submit("Write it down", {"What the plan has to meet": NIGHTS, "Set by": "Els Vermeer"})

    assert "There are no bottom lines" not in page.text
    assert "Nobody has said yet" not in page.text


def test_a_referrer_writes_their_own(client: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    els = BottomLineText(text="Daan is at school.", set_by=case.people["els"])
    foreign = bottom_lines_actions.add_bottom_line(By(db_session, cast.noor, START), case.id, els)
    enter(client, refreshed(db_session), START, case.id, case.people["karim"])
    client.page(f"/conferences/{case.id}/bottom-lines")
    assert "Set by" not in client.form("Write it down").labels

    page = client.submit("Write it down", {"What the plan has to meet": NIGHTS})

    assert [(row.text, row.set_by_name) for row in bottom_lines(refreshed(db_session), case.id)] == [
        ("Daan is at school.", "Els Vermeer"),
        (NIGHTS, "Karim Jansen"),
    ]
    assert [name for name in page.buttons if name.startswith("Take")] == [
        "Take bottom line 2 away: An adult is with the children every night."
    ]
    karim = participant(case.id, case.people["karim"])
    with pytest.raises(Unknown):
        bottom_lines_actions.remove_bottom_line(By(db_session, karim, START), case.id, foreign)
    with pytest.raises(Unknown):
        bottom_lines_actions.change_bottom_line(By(db_session, karim, START), case.id, foreign, els)


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (
            "karim",
            "You have not said yet whether there are bottom lines. Write them down here, or say that",
        ),
        ("els", "Write yours down here. The referrer says whether there are none."),
        (
            "noor",
            "Nobody has said yet whether there are bottom lines. Ask the referrer, or the professionals in the circle.",
        ),
    ],
)
def test_each_reads_what_they_can_do_about_bottom_lines(
    client: PageClient, cast: Cast, case: Made, db_session: Session, who: str, told: str
) -> None:
    if who == "noor":
        sign_in(client, cast.noor)
    else:
        enter(client, db_session, START, case.id, case.people[who])
    address = f"/conferences/{case.id}/bottom-lines"
    page = client.page(address)
    if "Take that back" in page.buttons:
        page = client.submit("Take that back")

    assert told in page.text
    assert ("Ask the referrer" in page.text) is (who == "noor")


def test_who_sets_a_bottom_line(cast: Cast, case: Made, db_session: Session) -> None:
    other = case_in_setup(db_session, cast, START)
    for set_by, refusal in (
        (case.people["omar"], Refusal),
        (None, Refusal),
        (other.people["karim"], Unknown),
    ):
        line = BottomLineText(text=NIGHTS, set_by=set_by)
        with pytest.raises(refusal):
            bottom_lines_actions.add_bottom_line(By(db_session, cast.noor, START), case.id, line)
    family = participant(case.id, case.people["omar"])
    with pytest.raises(Unknown):
        bottom_lines_actions.add_bottom_line(By(db_session, family, START), case.id, BottomLineText(text=NIGHTS))


def test_the_referrer_says_that_there_are_none_and_no_other_professional(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    enter(client, refreshed(db_session), START, case.id, case.people["els"])
    assert "There are none" not in client.page(f"/conferences/{case.id}/bottom-lines").buttons
    karim, els = (participant(case.id, case.people[name]) for name in ("karim", "els"))

    bottom_lines_actions.say_no_bottom_lines(By(db_session, karim, START), case.id)

    with pytest.raises(Unknown):
        bottom_lines_actions.say_no_bottom_lines(By(db_session, els, START), case.id, there_are_none=False)
    own = BottomLineText(text="Daan is at school.")  # what she has to ask for herself, she can
    bottom_lines_actions.add_bottom_line(By(db_session, els, START), case.id, own)
    assert [row.set_by_name for row in bottom_lines(refreshed(db_session), case.id)] == ["Els Vermeer"]


def test_the_family_reads_the_bottom_lines_it_was_told(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    page = enter(client, refreshed(db_session), START, case.id, case.people["omar"])
    page = client.follow("What the plan has to meet")
    assert "Nothing has been shared with you yet." in page.text
    for text, day in ((NIGHTS, TODAY), ("Daan is at school.", None)):
        line = BottomLineText(text=text, set_by=case.people["karim"], shared_on=day)
        bottom_lines_actions.add_bottom_line(By(db_session, cast.noor, START), case.id, line)

    page = client.page(page.url)

    assert (NIGHTS in page.text, "Daan is at school." in page.text, page.buttons) == (True, False, ["Sign out"])


def test_nothing_is_added_on_the_day(client: PageClient, cast: Cast, db_session: Session) -> None:
    case = case_in_information(db_session, cast, START)
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/bottom-lines")

    assert (NIGHTS in page.text, page.buttons) == (True, ["Sign out"])
    line = BottomLineText(text="One more", set_by=case.people["karim"])
    with pytest.raises(NotNow):
        bottom_lines_actions.add_bottom_line(By(db_session, cast.noor, START), case.id, line)


def test_the_contact_log_begins_with_the_latest(noor: PageClient, case: Made, db_session: Session) -> None:
    noor.page(f"/conferences/{case.id}/contact")
    noor.submit(
        "Add to the log", {"How": "visit", "With": "Marieke de Wit", "What was said or agreed": "Coffee.\nWe begin."}
    )
    noor.submit(
        "Add to the log", {"On": date(2026, 2, 20), "How": "letter", "What was said or agreed": "To the school."}
    )

    page = noor.submit("Add to the log", {"With": "Karim Jansen", "What was said or agreed": "He has one bottom line."})

    assert [(row.on, row.channel, row.name, row.text) for row in contact_log(refreshed(db_session), case.id)] == [
        (TODAY, "phone", "Karim Jansen", "He has one bottom line."),
        (TODAY, "visit", "Marieke de Wit", "Coffee.\nWe begin."),
        (date(2026, 2, 20), "letter", None, "To the school."),
    ]
    assert "Monday 2 March 2026 phone call, Karim Jansen He has one bottom line." in page.text
    tomorrow: dict[str, Value] = {"On": date(2026, 3, 3), "What was said or agreed": "Too early"}
    assert noor.refused("Add to the log", tomorrow, status=422).errors == [
        "On: This day is still to come. Choose today or an earlier day."
    ]


def test_a_manager_writes_in_the_log_and_does_not_read_it(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    contact.log_contact(
        By(db_session, cast.noor, START), case.id, NewContact(on=TODAY, channel="visit", text="Between us.")
    )
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/contact")

    page = client.submit("Add to the log", {"With": "Marieke de Wit", "What was said or agreed": "She is well."})

    assert ("She is well." in page.text, "Between us." in page.text) == (False, False)
    sign_in(client, cast.noor)
    text = client.page(f"/conferences/{case.id}/contact").text
    assert "She is well. (noted by Ruud Kramer)" in text
    assert text.count("noted by") == 1
    for other in (cast.mila, cast.bas, cast.iris, cast.denise):
        sign_in(client, other)
        assert client.get(f"/conferences/{case.id}/contact").status_code == 404
        with pytest.raises(Unknown):
            contact.log_contact(By(db_session, other, START), case.id, NewContact(on=TODAY, channel="phone", text="x"))


def test_the_log_of_a_closed_case_says_that_nobody_reads_it(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = closed_case(db_session, cast, clock())
    for who in (cast.noor, cast.ruud):
        sign_in(client, who)
        text = client.page(f"/conferences/{case.id}/contact").text
        assert "no page shows what you write here" in text
        assert "Only the coordinator" not in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("linda", ["Linda de Wit"]),
        ("WI", ["Marieke de Wit", "Linda de Wit", "Kees de Wit"]),
        ("amrani fat", ["Fatima El Amrani-Benali"]),
        ("ekc-2026-0001", [""]),
        ("inda", []),
        ("l", []),
        ("linda omar", []),
        ("%", []),
    ],
)
def test_names_are_found_by_words_and_their_beginnings(
    cast: Cast, case: Made, db_session: Session, asked: str, found: list[str]
) -> None:
    assert [one.name for one in search(refreshed(db_session), cast.noor, asked, START)] == found


def test_only_what_one_may_open_is_found(cast: Cast, case: Made, db_session: Session) -> None:
    southern = registered_case(db_session, cast, START, region_id=cast.south)
    private = case_in_private_time(db_session, cast, START)
    found = {
        name: [one.conference_id for one in search(refreshed(db_session), getattr(cast, name), "marieke", START)]
        for name in ("noor", "denise", "iris", "ruud", "mila", "bas", "nobody")
    }

    assert found == {
        "noor": [case.id],
        "denise": [],
        "iris": [],
        "ruud": [case.id],
        "mila": [],
        "bas": [],
        "nobody": [],
    }
    assert southern.id not in found["ruud"]
    by_number = search(refreshed(db_session), cast.noor, "EKC-2026-0003", START)
    assert [(one.conference_id, one.name) for one in by_number] == [(private.id, "")]


def test_what_anybody_sent_is_found_by_name_once_a_coordinator_was_asked(cast: Cast, db_session: Session) -> None:
    sent = registered_case(db_session, cast, START)

    def found(asked: str) -> list[int]:
        return [one.conference_id for one in search(refreshed(db_session), cast.ruud, asked, START)]

    keys = select(func.count()).select_from(NameKey)
    assert (found("marieke"), found("EKC-2026-0001"), db_session.scalar(keys)) == ([], [sent.id], 0)

    ask_coordinator(By(db_session, cast.ruud, START), sent.id, cast.noor.account_id or 0)

    assert (found("marieke"), db_session.scalar(keys) != 0) == ([sent.id], True)


def test_what_staff_registered_is_found_by_name_at_once(cast: Cast, db_session: Session) -> None:
    main = PersonDetails(name="Wilhelmina van Zanten", part=Part.MAIN_PERSON)
    new = NewCase(
        municipality="Rivierstad",
        region_id=cast.north,
        reason="x",
        registered_by=Part.MAIN_PERSON,
        main_persons=(main,),
    )
    id_ = registration.register_case(By(db_session, cast.noor, START), new)
    assert [one.conference_id for one in search(refreshed(db_session), cast.ruud, "wilhelminavan", START)] == []
    assert [one.conference_id for one in search(refreshed(db_session), cast.ruud, "wilhelmi zant", START)] == [id_]


def test_staff_search_and_go_to_the_case(noor: PageClient, cast: Cast, app: Flask) -> None:
    noor.page("/search")
    assert "Nobody of that name" in noor.submit("Search", {"Name or case number": "nobody"}).text

    page = noor.submit("Search", {"Name or case number": "fatima"})

    assert "1 found" in page.text
    assert noor.follow("Family De Wit - El Amrani").heading == "Family De Wit - El Amrani"
    other = app.test_client()
    assert other.get("/search").status_code == 302
    assert isinstance(other, PageClient)
    sign_in(other, cast.mila)
    assert other.get("/search").status_code == 404


def test_no_name_is_searched_by_address(noor: PageClient) -> None:
    page = noor.page("/search?q=fatima")

    assert ("found" in page.text, "Nobody of that name" in page.text) == (False, False)
