"""Devices in private time: those known before come in, another one is let in from the room, by nobody outside."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import links as links_actions
from ekc.core.audit import AuditEvent
from ekc.core.errors import NotNow, Unknown
from ekc.links.models import LinkDevice, PersonalLink
from ekc.links.queries.devices import pending_devices
from ekc.links.tokens import compared_words
from ekc.links.verification import ask_to_come_in
from ekc.meetings.actions import attendance, information
from ekc.meetings.actions.information import InformationText
from ekc.workflow.vocabulary import InformationKind, Step
from tests.build import Made, case_in_information, case_in_presentation, case_in_private_time, step
from tests.cast import CODE, OWN, SHARED, Cast, make_link, open_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock

FROM_THE_ROOM = "A device that was not known before is let in by somebody who is in the room and has their page open."
NOBODY_IN = "Nobody in the room has their page open now, so nobody can let you in. Use paper: a plan needs no screen."


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return case_in_private_time(db_session, cast, START)


@pytest.fixture
def omar(
    someone: Callable[[], PageClient], db_session: Session, cast: Cast, clock: FrozenClock
) -> tuple[Made, PageClient]:
    """Private time, and Omar in it, on a phone of his own that was known before."""
    case = case_in_information(db_session, cast, START)
    phone = someone()
    open_link(phone, make_link(db_session, START, case.id, case.people["omar"]))
    clock.advance(minutes=1)
    _begin(db_session, cast, clock, case)
    return case, phone


def _begin(session: Session, cast: Cast, clock: FrozenClock, case: Made) -> None:
    """Everything is told, the professionals leave, private time begins."""
    noor = By(session, cast.noor, clock())
    for kind in InformationKind:
        information.add_information(noor, case.id, InformationText(kind, "Told."))
    attendance.professionals_leave(noor, case.id)
    step(session, cast, clock(), case, Step.BEGIN_PRIVATE_TIME)
    clock.advance(minutes=1)


def test_the_coordinator_who_made_link_and_code_does_not_come_in(
    client: PageClient, db_session: Session, case: Made, cast: Cast, clock: FrozenClock
) -> None:
    """Not as a main person, not as a supporter, and not by sending the form that the page does not show."""
    clock.advance(minutes=1)
    for name in ("marieke", "fatima", "joost"):
        path = make_link(db_session, START, case.id, case.people[name])
        client.page(path)
        page = client.submit("Go to my page")
        assert (page.heading, FROM_THE_ROOM in page.text, NOBODY_IN in page.text) == ("Is it you?", True, True)
        assert "Open my page" not in page.buttons
        token = dict(client.form("Ask to come in").fill({}).fields)["csrf_token"]
        answer = client.post(f"{path}/code", data={"csrf_token": token, "entrance_code": CODE, "use": "own"})
        assert answer.status_code == 409
        assert "The family has private time now. Somebody who is in the room lets you in." in answer.text
        assert client.get(f"/conferences/{case.id}/mine").status_code == 302
    assert db_session.scalars(select(LinkDevice)).all() == []
    assert set(db_session.scalars(select(PersonalLink.tries))) == {0}


def test_a_grandmother_s_new_phone_is_let_in_from_the_room(
    client: PageClient, omar: tuple[Made, PageClient], db_session: Session
) -> None:
    case, phone = omar
    client.page(make_link(db_session, START, case.id, case.people["fatima"]))
    client.submit("Go to my page")
    assert NOBODY_IN not in client.here.text
    waiting = client.submit("Ask to come in")
    [device] = pending_devices(db_session, case.id, START)
    words = compared_words("nl", device.number or 0)  # the language of the case
    assert (waiting.heading, words in waiting.text) == ("Show these two words in the room", True)
    assert str(device.number) not in waiting.text.replace(words, "")

    page = phone.page(f"/conferences/{case.id}/mine")
    assert "Somebody wants to come in" in page.text
    assert words in page.text.split("Fatima El Amrani-Benali")[1]
    assert "Fatima El Amrani-Benali can come in now." in phone.submit("Let in").text
    client.page(waiting.url)
    assert "This time is yours" in client.submit("Go to my page", {"Who uses this device?": OWN}).text
    assert "Somebody wants to come in" not in phone.page(f"/conferences/{case.id}/mine").text


def test_who_is_let_in_lets_others_in(
    client: PageClient, someone: Callable[[], PageClient], omar: tuple[Made, PageClient], db_session: Session
) -> None:
    case, phone = omar
    for name, browser, by in (("linda", client, phone), ("kees", someone(), client)):
        browser.page(make_link(db_session, START, case.id, case.people[name]))
        browser.submit("Go to my page")
        waiting = browser.submit("Ask to come in").url
        by.page(f"/conferences/{case.id}/mine")
        by.submit("Let in")
        browser.page(waiting)
        assert "This time is yours" in browser.submit("Go to my page").text


def test_whoever_is_refused_stays_out_and_the_link_lives_on(
    client: PageClient, omar: tuple[Made, PageClient], db_session: Session, clock: FrozenClock
) -> None:
    case, phone = omar
    client.page(make_link(db_session, START, case.id, case.people["fatima"]))
    client.submit("Go to my page")
    waiting = client.submit("Ask to come in").url
    phone.page(f"/conferences/{case.id}/mine")
    assert "Nobody was let in." in phone.submit("Refuse").text

    assert client.page(waiting).heading == "Is it you?"
    db_session.rollback()
    assert db_session.scalars(select(PersonalLink.revoked_at)).all() == [None, None]
    kept = list(db_session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("link.%"))))
    assert kept[-2:] == ["link.asked", "link.turned_away"]


def test_a_device_known_before_comes_in_again(
    someone: Callable[[], PageClient], db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """A phone of one's own by its button, a shared tablet that went to sleep by the code."""
    case = case_in_information(db_session, cast, START)
    tablet, phone = someone(), someone()
    path = make_link(db_session, START, case.id, case.people["linda"])
    open_link(tablet, path, device=SHARED)
    open_link(phone, path, device=OWN)
    clock.advance(minutes=1)
    _begin(db_session, cast, clock, case)
    for _ in range(3):
        clock.advance(minutes=20)
        tablet.page("/signed-out")
        page = open_link(tablet, path, device=SHARED)
        assert "This time is yours" in page.text
        assert "Scan your paper again and type your code, and you are back." in page.text
    clock.advance(hours=9)
    phone.page(path)
    assert "This time is yours" in phone.submit("Go to my page").text


def test_a_tablet_that_the_coordinator_forgot_before_is_new(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_information(db_session, cast, START)
    path = make_link(db_session, START, case.id, case.people["linda"])
    open_link(client, path, device=SHARED)
    [device] = db_session.scalars(select(LinkDevice.id))
    links_actions.end_device(By(db_session, cast.noor, clock()), case.id, device)
    clock.advance(minutes=1)
    _begin(db_session, cast, clock, case)

    client.page(path)
    assert FROM_THE_ROOM in client.submit("Go to my page").text


def test_nobody_but_family_in_the_room_lets_in(
    someone: Callable[[], PageClient], db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Not whoever is at home, not a supporter, not a professional, not the coordinator, and nobody of another case."""
    case = case_in_information(db_session, cast, START)
    other = case_in_presentation(db_session, cast, START)
    people = {name: someone() for name in ("marieke", "joost", "els")}
    for name, browser in people.items():
        open_link(browser, make_link(db_session, START, case.id, case.people[name]))
    attendance.leave(By(db_session, cast.noor, START), case.id, case.people["marieke"])
    stranger = someone()
    open_link(stranger, make_link(db_session, START, other.id, other.people["omar"]))
    clock.advance(minutes=1)
    _begin(db_session, cast, clock, case)
    path = make_link(db_session, START, case.id, case.people["fatima"])
    device, _ = ask_to_come_in(db_session, clock(), path.removeprefix("/l/"), "")
    noor = someone()
    sign_in(noor, cast.noor)

    for name, browser in {**people, "stranger": stranger, "noor": noor}.items():
        page = browser.page("/")
        token = dict(browser.form(page.buttons[0]).fill({}).fields)["csrf_token"]
        answer = browser.post(
            f"/conferences/{case.id}/mine/requests/{device}", data={"csrf_token": token, "yes": "yes"}
        )
        can_be_in_the_room = name == "marieke"  # she is told that there is private time
        assert (name, answer.status_code) == (name, 403 if can_be_in_the_room else 404)
    with pytest.raises(NotNow):
        links_actions.answer_request(By(db_session, cast.noor, clock()), case.id, device, True)
    db_session.rollback()
    assert db_session.get_one(LinkDevice, device).confirmed_at is None
    assert NOBODY_IN in someone().page(f"{path}/code").text


def test_a_professional_s_device_waits_for_nobody_in_the_room(
    client: PageClient, omar: tuple[Made, PageClient], db_session: Session, clock: FrozenClock
) -> None:
    """Their page says no more than that there is private time; the family is not asked to let them in."""
    case, phone = omar
    path = make_link(db_session, START, case.id, case.people["els"])
    ask_to_come_in(db_session, clock(), path.removeprefix("/l/"), "")
    page = phone.page(f"/conferences/{case.id}/mine")
    assert "Somebody wants to come in" not in page.text
    assert "Look here again: this page says when they have come out." in open_link(client, path).text


def test_outside_private_time_the_code_lets_in_and_the_coordinator_by_a_number(
    client: PageClient, omar: tuple[Made, PageClient], db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Who waited when the family came out tells the coordinator the number."""
    case, phone = omar
    client.page(make_link(db_session, START, case.id, case.people["fatima"]))
    client.submit("Go to my page")
    waiting = client.submit("Ask to come in").url
    phone.page(f"/conferences/{case.id}/mine")
    phone.follow("We have a plan")
    phone.submit("Come out with a plan")
    [device] = pending_devices(db_session, case.id, clock())

    page = client.page(waiting)
    assert (page.heading, str(device.number) in page.text) == ("Tell your coordinator", True)
    with pytest.raises(Unknown):
        links_actions.answer_in_room(By(db_session, cast.noor, clock()), case.id, device.id, True)
    assert links_actions.answer_request(By(db_session, cast.noor, clock()), case.id, device.id, True)


@pytest.mark.parametrize("number", range(10, 100))
def test_each_number_has_two_words_of_its_own(number: int) -> None:
    others = [compared_words("en", other) for other in range(10, 100) if other != number]

    assert compared_words("en", number) not in others
