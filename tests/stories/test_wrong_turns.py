"""Errors during a story: no crash, no typed text lost, nothing revealed."""

import threading

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ekc.accounts.access import By
from ekc.journey.queries.steps import history
from ekc.meetings.actions import attendance, information
from ekc.meetings.actions.information import InformationText
from ekc.workflow.vocabulary import InformationKind, Step
from tests.build import Made, case_in_information, case_in_private_time, case_in_setup, change_details, closed_case
from tests.cast import Cast, enter, make_link, open_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import Page

MOVED_ON = "Somebody else was first: the conference has moved on. Look where it is now."
SEALED = "The family has private time now. Nobody else sees or changes anything until they come out."


def browsers(app: Flask, cast: Cast, many: int) -> list[PageClient]:
    """Several browsers in which Noor is signed in."""
    made = [app.test_client() for _ in range(many)]
    for client in made:
        assert isinstance(client, PageClient)
        sign_in(client, cast.noor)
    return made  # type: ignore[return-value]


def ready_for_private_time(session: Session, cast: Cast) -> Made:
    """All information was given and the professionals have left."""
    case = case_in_information(session, cast, START)
    for kind in InformationKind:
        information.add_information(
            By(session, cast.noor, START), case.id, InformationText(kind, "What there is to say.")
        )
    attendance.professionals_leave(By(session, cast.noor, START), case.id)
    change_details(session, cast, START, case, case.people["fatima"], needs_interpreter=False)
    return case


def token(page: Page) -> str:
    """The token of a form of this page."""
    return next(node.attrib["value"] for node in page.all("input") if node.get("name") == "csrf_token")


@pytest.mark.parametrize("time", range(4))
def test_two_clicks_at_once_are_one_move(app: Flask, cast: Cast, db_session: Session, time: int) -> None:
    case = ready_for_private_time(db_session, cast)
    clients = browsers(app, cast, 2)
    sent = []
    for client in clients:
        client.page(f"/conferences/{case.id}")
        sent.append(client.form("Begin private time").fill({}))
    answers: list[TestResponse] = []
    together = threading.Barrier(len(clients))

    def click(client: PageClient, number: int) -> None:
        together.wait()
        answers.append(client.post(sent[number].url, data=sent[number].payload()))

    threads = [threading.Thread(target=click, args=(client, number)) for number, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert late.text.count(MOVED_ON) == 1
    db_session.rollback()
    moves = [change.step for change in history(db_session, case.id)]
    assert moves.count(Step.BEGIN_PRIVATE_TIME) == 1


def test_a_page_from_before_says_where_it_is_now(app: Flask, cast: Cast, db_session: Session) -> None:
    case = ready_for_private_time(db_session, cast)
    first, second = browsers(app, cast, 2)
    for client in (first, second):
        client.page(f"/conferences/{case.id}")
    first.submit("Begin private time")

    assert MOVED_ON in second.refused("Begin private time", status=409).text


def test_what_is_unknown_and_what_is_not_ones_own_look_the_same(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    own = f"/conferences/{case.id}"
    for address in (
        "/conferences/999",
        f"{own}/circle/999",
        f"{own}/links/999",
        f"{own}/steps/dance",
        "/nowhere",
    ):
        assert client.page(address, status=404).heading == "This page is not here"
    unknown = client.page("/conferences/999", status=404).text
    client.page("/")
    client.submit("Sign out")
    sign_in(client, cast.iris)
    assert client.page(own, status=404).text == unknown


def test_a_link_that_ended_leads_nowhere(
    app: Flask, client: PageClient, clock: FrozenClock, cast: Cast, db_session: Session
) -> None:
    case = closed_case(db_session, cast, START)
    expired = make_link(db_session, START, case.id, case.people["omar"])
    revoked = make_link(db_session, START, case.id, case.people["kees"])
    (noor,) = browsers(app, cast, 1)
    noor.page(f"/conferences/{case.id}/links")
    noor.submit("End the link of Kees de Wit")
    gone = client.page(revoked, status=404).text
    clock.advance(days=365)

    assert client.page(expired, status=404).text == gone
    assert gone.startswith("This link does not work any more")


def test_somebody_taken_out_of_the_circle_is_out_at_once(
    app: Flask, client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, START)
    link = make_link(db_session, START, case.id, case.people["omar"])
    assert open_link(client, link).heading == "Hello, Omar El Amrani"
    (noor,) = browsers(app, cast, 1)
    noor.page(f"/conferences/{case.id}/circle/{case.people['omar']}")
    noor.submit("Take out of the circle", {"Why": "He asked for it."})

    assert client.page(f"/conferences/{case.id}/mine").heading == "You are signed out"
    assert client.page(link, status=404).heading == "This link does not work any more"


def test_a_page_that_was_open_too_long_keeps_what_was_typed(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    typed = 'Spoke to Omar: he will bring tea, "if need be" for <all> & everybody.'
    client.page(f"/conferences/{case.id}/contact")
    sending = client.form("Add to the log").fill({"What was said or agreed": typed})
    response = client.post(sending.url, data=sending.payload() | {"csrf_token": "from yesterday"})
    page = client._arrive(response, 400)
    assert page.flashes == ["This page was open for too long. Nothing is lost: look at what you typed, and save it."]

    page = client.submit("Add to the log")
    assert page.text.count(typed) == 1


@pytest.mark.parametrize(
    ("text", "status", "heading"),
    [
        ("long " * 300_000, 413, "That is too much at once"),
        ("a\0b", 400, "This could not be read"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_plainly(
    client: PageClient, cast: Cast, db_session: Session, text: str, status: int, heading: str
) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/contact")
    body = b"csrf_token=" + token(page).encode() + b"&channel=phone&on=2026-03-02&text="
    response = client.post(
        page.url,
        data=body + text.encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert client._arrive(response, status).heading == heading


def test_what_belongs_to_another_phase_waits(client: PageClient, cast: Cast, db_session: Session) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/contact")
    response = client.post(f"/conferences/{case.id}/attendance", data={"csrf_token": token(page)})
    assert client._arrive(response, 403).heading == "Not now"
    page = client.page(f"/conferences/{case.id}/steps/agree_plan")
    assert "the conference has moved on" in page.text
    assert page.buttons == ["Sign out"]


def pages_of_a_case(app: Flask, case: Made) -> list[tuple[str, str, str]]:
    """Endpoint, method and URL of every route of a case, except steps."""
    found = []
    for rule in app.url_map.iter_rules():
        if "conference_id" in rule.arguments and rule.endpoint != "journey.step":
            values = {"conference_id": case.id, "participant_id": case.people["omar"], "kind": "food", "key": "g1"}
            values["verb"] = "hear"
            named = {name: values.get(name, 1) for name in rule.arguments}
            address = app.url_map.bind("localhost").build(rule.endpoint, named, force_external=False)
            found += [(rule.endpoint, method, address) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


@pytest.mark.parametrize(("who", "open_to_them"), [("noor", "journey.case"), ("karim", "journey.own_page")])
def test_private_time_shuts_out_whoever_is_not_family(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, who: str, open_to_them: str
) -> None:
    """Every page of the case, except the one that says that it is private time."""
    case = case_in_private_time(db_session, cast, START)
    if who == "noor":
        sign_in(client, cast.noor)
        page = client.page(f"/conferences/{case.id}")
    else:
        page = enter(client, db_session, START, case.id, case.people[who])
    for name in case.people.keys() - {who}:
        assert name.capitalize() not in page.text
    let_in = set()
    for endpoint, method, address in pages_of_a_case(app, case):
        answer = client.open(address, method=method, data={"csrf_token": token(page)} if method == "POST" else None)
        assert answer.status_code in (200, 403, 404), (endpoint, answer.status_code)
        if answer.status_code == 200:
            let_in.add(endpoint)
        elif answer.status_code == 403:
            assert SEALED in answer.text
    assert let_in == {open_to_them}
