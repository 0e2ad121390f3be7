"""The page about the coordinator, over HTTP: from the first question to the main person's yes."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.matching import actions
from ekc.matching.actions import Declaration
from ekc.matching.queries import current_match
from tests.build import Made, registered_case
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock

OWN_WORDS = "I work for nobody here. I do not know the family.\nMy sister teaches at another school."


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return registered_case(db_session, cast, clock())


def page_of(case: Made) -> str:
    return f"/conferences/{case.id}/coordinator"


@pytest.fixture
def asked(db_session: Session, cast: Cast, clock: FrozenClock, case: Made) -> Made:
    """Noor is asked."""
    actions.ask_coordinator(db_session, cast.ruud, clock(), case.id, cast.noor.account_id or 0)
    return case


@pytest.fixture
def taken(db_session: Session, cast: Cast, clock: FrozenClock, asked: Made) -> Made:
    """Noor took the case, with doubts."""
    actions.accept(db_session, cast.noor, clock(), asked.id, Declaration(OWN_WORDS, conflict=True))
    return asked


def test_the_manager_sees_the_wishes_and_asks(client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.ruud)
    page = client.page(page_of(case))
    assert [wish for wish in ("understands Moroccan Arabic", "preferably a woman") if wish not in page.text] == []
    assert [name for name in page.buttons if name.startswith("Ask ")] == ["Ask Denise Okafor", "Ask Noor van Dijk"]
    assert "Speaks Dutch, Arabic, English." in page.text

    asked = client.submit("Ask Noor van Dijk")

    assert [name for name in asked.buttons if name.startswith("Ask ")] == ["Ask Denise Okafor"]
    assert "Noor van Dijk was asked." in asked.text


def test_the_coordinator_takes_the_case(client: PageClient, cast: Cast, asked: Made, db_session: Session) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(asked))
    assert client.form("Take the case").shown("Day on which you said yes") == "2026-03-02"

    client.submit("Take the case", {"How independent are you?": OWN_WORDS, "I see a conflict of interest": True})

    match = current_match(db_session, asked.id)
    assert match is not None
    assert (match.independence, match.conflict_open, match.accepted_on) == (
        OWN_WORDS,
        True,
        date(2026, 3, 2),
    )


def test_no_case_is_taken_without_a_declaration(client: PageClient, cast: Cast, asked: Made) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(asked))

    empty = client.refused("Take the case", {"How independent are you?": " \n ", "Day on which you said yes": ""})
    assert (empty.status, empty.errors) == (
        422,
        [
            "How independent are you? Say for whom you work, whether you know the family, and what interest you "
            "could have.",
            "Day on which you said yes Choose a day.",
        ],
    )

    late = client.refused(
        "Take the case", {"How independent are you?": OWN_WORDS, "Day on which you said yes": date(2026, 3, 3)}
    )
    assert (late.status, late.errors) == (409, ["This day is still to come. Choose today or an earlier day."])
    assert client.form("Take the case").shown("How independent are you?") == OWN_WORDS


def test_the_coordinator_says_no(client: PageClient, cast: Cast, asked: Made) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(asked))

    client.submit("Say no")

    assert client.get(page_of(asked)).status_code == 404


def test_the_manager_decides_about_a_conflict(client: PageClient, cast: Cast, taken: Made) -> None:
    sign_in(client, cast.ruud)
    page = client.page(page_of(taken))
    assert OWN_WORDS.replace("\n", " ") in page.text
    assert client.refused("It is no obstacle", {"Why is it no obstacle?": ""}).errors == [
        "Why is it no obstacle? Write down why."
    ]

    page = client.submit("It is no obstacle", {"Why is it no obstacle?": "It is another school."})

    assert "It is no obstacle" not in page.buttons
    assert "The conflict of interest of Noor van Dijk is no obstacle. It is another school." in page.text


def test_the_manager_ends_a_match(client: PageClient, cast: Cast, taken: Made) -> None:
    sign_in(client, cast.ruud)
    client.page(page_of(taken))

    page = client.submit("End the match", {"Why does it end?": "She is ill."})

    assert "The match with Noor van Dijk ended. She is ill." in page.text
    assert [name for name in page.buttons if name.startswith("Ask ")] == ["Ask Denise Okafor", "Ask Noor van Dijk"]


def test_the_coordinator_notes_the_main_persons_yes(client: PageClient, cast: Cast, taken: Made) -> None:
    sign_in(client, cast.noor)
    client.page(page_of(taken))
    early = client.refused("Note their yes", {"Day on which the main person said yes": date(2026, 3, 1)})
    assert early.errors == ["The coordinator took the case later than that day. Choose that day or a later one."]

    page = client.submit("Note their yes", {"Day on which the main person said yes": date(2026, 3, 2)})

    assert "Note their yes" not in page.buttons


def test_the_main_person_says_yes_on_their_own_page(
    client: PageClient, db_session: Session, clock: FrozenClock, taken: Made
) -> None:
    page = enter(client, db_session, clock(), taken.id, taken.people["marieke"])
    assert OWN_WORDS.replace("\n", " ") in page.text

    page = client.submit("Yes, that is good")

    assert "Yes, that is good" not in page.buttons
    match = current_match(db_session, taken.id)
    assert match is not None
    assert match.confirmed_on == date(2026, 3, 2)


def test_a_forged_coordinator_is_not_there(client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.ruud)
    client.page(page_of(case))
    token = dict(client.form("Ask Noor van Dijk").fill({}).fields)["csrf_token"]

    forged = [str(cast.iris.account_id), "99", "x", "", "9" * 40]
    answers = [
        client.post(f"{page_of(case)}/ask", data={"csrf_token": token, "account_id": who}).status_code for who in forged
    ]

    assert answers == [404] * 5


def test_others_do_not_see_the_page(app: Flask, cast: Cast, taken: Made) -> None:
    for somebody in (cast.denise, cast.iris, cast.mila, cast.bas):
        client = app.test_client()
        assert isinstance(client, PageClient)
        sign_in(client, somebody)
        assert client.get(page_of(taken)).status_code == 404
    assert app.test_client().get(page_of(taken)).status_code == 302
