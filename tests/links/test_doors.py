"""Each page that lets nobody in says who can, and how to reach them; to a stranger it tells nothing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.links.actions import revoke
from ekc.meetings.actions import attendance, information
from ekc.meetings.actions.information import InformationText
from ekc.workflow.vocabulary import InformationKind, Step
from tests import build
from tests.cast import SHARED, Cast, make_link, open_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock

SERVICE = "0900 1234"


@pytest.fixture(autouse=True)
def _contact(app: Flask) -> Iterator[None]:
    """It is set how to reach the service."""
    before = app.jinja_env.globals["service_contact"]
    app.jinja_env.globals["service_contact"] = SERVICE
    yield
    app.jinja_env.globals["service_contact"] = before


def numbers(session: Session, cast: Cast) -> None:
    """Coordinator and regional manager can be rung."""
    for who, phone in ((cast.noor, "06 1111 1111"), (cast.ruud, "06 2222 2222")):
        session.execute(update(Account).where(Account.id == who.account_id).values(phone=phone))
    session.commit()


def test_whoever_is_told_to_ring_before_they_stop_reads_a_number(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    open_link(client, make_link(db_session, START, case.id, case.people["marieke"]))
    stop = f"/conferences/{case.id}/steps/stop"
    assert f"You can also reach the service itself: {SERVICE}." in client.page(stop).text

    numbers(db_session, cast)

    sentence = "Not sure? Ring first. You can also continue on another day, or with another coordinator. You can ring: "
    assert sentence + "Noor van Dijk, 06 1111 1111, Ruud Kramer, 06 2222 2222" in client.page(stop).text


@pytest.mark.parametrize(
    ("noor", "ruud", "heading", "sentence"),
    [
        ("06 1111 1111", "06 2222 2222", "Ring your coordinator", "Your coordinator: 06 1111 1111"),
        ("", "06 2222 2222", "Ring the regional manager",
         "The regional manager asks your coordinator to let you in: 06 2222 2222"),
        ("", "", "Ring the service", f"You can also reach the service itself: {SERVICE}."),
    ],
)  # fmt: skip
def test_there_is_always_a_number_to_ring(
    noor: str, ruud: str, heading: str, sentence: str, client: PageClient, db_session: Session, cast: Cast
) -> None:
    for who, phone in ((cast.noor, noor), (cast.ruud, ruud)):
        db_session.execute(update(Account).where(Account.id == who.account_id).values(phone=phone or None))
    db_session.commit()
    case = build.case_in_setup(db_session, cast, START)
    path = make_link(db_session, START, case.id, case.people["kees"])

    page = client.page(f"{path}/code")

    asks = "I have no code: ask my coordinator" if noor else "I have no code: ask to be let in"
    assert sentence in page.text
    assert [name for name in page.buttons if "ask" in name] == [asks]
    page = client.submit(asks)
    assert (page.heading, sentence in page.text) == (heading, True)


def test_a_manager_without_a_phone_is_asked_for_one(client: PageClient, db_session: Session, cast: Cast) -> None:
    sign_in(client, cast.ruud)
    asked = "you have no phone number here"
    assert asked in client.page("/").text
    numbers(db_session, cast)

    assert asked not in client.page("/").text
    sign_in(client, cast.noor)
    assert asked not in client.page("/").text


def test_a_shared_device_is_told_of_in_the_same_words_everywhere(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sentence = (
        "On a device that others use too, a page goes away a quarter of an hour after it was opened. "
        "What was saved stays."
    )
    case = build.case_in_information(db_session, cast, START)
    path = make_link(db_session, START, case.id, case.people["omar"])

    asked = client.page(f"{path}/code").html
    own = open_link(client, path, device=SHARED).html
    elsewhere = client.page("/nowhere", status=404).html

    assert [text.count(sentence) for text in (asked, own, elsewhere)] == [1, 1, 1]
    clock.advance(minutes=1)
    noor = By(db_session, cast.noor, clock())
    for kind in InformationKind:
        information.add_information(noor, case.id, InformationText(kind, "Told."))
    attendance.professionals_leave(noor, case.id)
    build.step(db_session, cast, clock(), case, Step.BEGIN_PRIVATE_TIME)
    private = client.page(f"/conferences/{case.id}/mine").html
    assert (private.count(sentence), "type your code, and you are back" in private) == (2, True)


def told(text: str) -> tuple[bool, bool, bool]:
    """Whether the page tells how to reach the coordinator, the regional manager and the service."""
    return "06 1111 1111" in text, "06 2222 2222" in text, SERVICE in text


def test_the_coordinator_lets_in_and_after_their_last_day_the_manager(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    numbers(db_session, cast)
    case = build.closed_case(db_session, cast, START)
    path = make_link(db_session, START, case.id, case.people["kees"])
    page = client.page(f"{path}/code")
    assert told(page.text) == (True, False, True)
    client.submit("I have no code: ask my coordinator")
    assert told(client.here.text) == (True, False, True)

    clock.advance(days=32)

    page = client.page(f"{path}/code")
    assert told(page.text) == (False, True, True)
    assert "Your coordinator cannot let you in any more. The regional manager does." in page.text
    asking = next(name for name in page.buttons if "ask" in name.lower())
    client.submit(asking)
    assert (client.here.heading, told(client.here.text)) == ("Ring the regional manager", (False, True, True))
    assert [name for name in ("Noor", "Ruud", "Kees") if name in page.text + client.here.text] == []


def test_a_link_that_does_not_work_tells_of_the_service_alone(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    numbers(db_session, cast)
    case = build.case_in_setup(db_session, cast, START)
    path = make_link(db_session, START, case.id, case.people["kees"])
    revoke(db_session, START, participant_id=case.people["kees"])
    db_session.commit()
    pages = [client.page(address, status=404).text for address in (path, f"/l/{'A' * 59}")]
    assert pages[0] == pages[1]
    assert told(pages[0]) == (False, False, True)
    assert SERVICE in client.page("/sign-in").text
