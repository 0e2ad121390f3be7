"""Verification of a link on a new device (code, answer or the coordinator's approval), and remembered devices."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle, links
from ekc.core.audit import AuditEvent
from ekc.core.db import make_sessions
from ekc.links.models import LinkDevice, PersonalLink
from ekc.links.queries.devices import devices_of, pending_devices
from ekc.links.queries.links import links_of
from ekc.links.tokens import MAX_ATTEMPTS, Check, normalize_answer
from ekc.links.verification import ask_to_come_in, verify_by_answer, verify_by_device
from ekc.signin.devices import Caller, network_of
from ekc.signin.models import Attempt, SignIn
from ekc.signin.passwords import hash_password
from ekc.workflow.vocabulary import Attends
from tests.build import Made, case_in_setup, change_details
from tests.cast import CODE, COST, OWN, SHARED, Cast, make_link, open_link, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock

#: Errors and attempts left after the fifth attempt: the page shows only one message.
LOCKED: tuple[list[str], list[str]] = ([], [])
WRONG = "That does not open the page. Look at what you typed, or ask your coordinator."
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604"
SIGNED_OUT = "You are signed out"


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return case_in_setup(db_session, cast, clock())


@pytest.fixture
def path(db_session: Session, clock: FrozenClock, case: Made) -> str:
    """The link of Marieke, which asks for the code."""
    return make_link(db_session, clock(), case.id, case.people["marieke"])


def is_in(client: PageClient, case: Made) -> bool:
    return client.get(f"/conferences/{case.id}/mine").status_code == 200


@pytest.mark.parametrize("typed", ["482913", " 482 913 ", "482-913", "٤٨٢٩١٣", "４８２９１３"])
def test_a_code_is_read_as_people_type_it(client: PageClient, path: str, typed: str) -> None:
    assert open_link(client, path, typed).heading == "Hello, Marieke de Wit"


@pytest.mark.parametrize("typed", ["Zoë's Café", "zoes cafe", "  ZOËS   CAFE  ", "zoescafe."])
def test_an_answer_is_read_as_people_type_it(
    client: PageClient, db_session: Session, clock: FrozenClock, case: Made, typed: str
) -> None:
    question = "Where did we drink coffee the first time?"
    check = Check(question, hash_password(normalize_answer("Zoë’s café"), COST))
    client.page(make_link(db_session, clock(), case.id, case.people["kees"], check))
    client.submit("Go to my page")
    assert client.refused("Open my page", {question: "Jansen"}, status=422).errors == [WRONG]

    assert client.submit("Open my page", {question: typed}).heading == "Hello, Kees de Wit"


def test_what_is_left_out_is_no_try(client: PageClient, db_session: Session, path: str) -> None:
    client.page(f"{path}/code")

    assert client.refused("Open my page", {"Entrance code": ""}, status=422).errors == ["Entrance code: Type it here."]
    for typed in ("48291", "4829134", "mijn code"):  # no attempt: after five of those the right one would not do
        for _time in range(2):
            page = client.refused("Open my page", {"Entrance code": typed}, status=422)
            assert page.errors == [
                "Entrance code: The code is six digits. Look at it once more, or ask your coordinator."
            ]
    assert db_session.scalars(select(PersonalLink.tries)).one() == 0


def test_after_five_wrong_answers_the_coordinator_alone_opens_it(
    client: PageClient, someone: Callable[[], PageClient], cast: Cast, path: str, case: Made, clock: FrozenClock
) -> None:
    for n in range(5):
        thief = someone() if n % 2 else client
        thief.page(f"{path}/code")
        page = thief.refused("Open my page", {"Entrance code": f"00000{n}"}, status=422)
        wrong = (page.errors, [left for left in ("2 more times", "1 more time.") if f"You can try {left}" in page.text])
        assert (
            wrong == (([WRONG], []), ([WRONG], []), ([WRONG], ["2 more times"]), ([WRONG], ["1 more time."]), LOCKED)[n]
        )
    page = client.page(f"{path}/code")
    assert "From now on no code opens this link: ask to be let in." in page.text
    assert "Open my page" not in page.buttons
    token = dict(client.form("Ask to be let in").fill({}).fields)["csrf_token"]
    right = client.post(f"{path}/code", data={"csrf_token": token, "entrance_code": CODE, "use": "own"})
    assert (right.status_code, is_in(client, case)) == (422, False)

    noor = someone()
    sign_in(noor, cast.noor)
    home = noor.page("/")
    assert "Wrong answers were given at a personal link" in home.text
    told = noor.page(f"/conferences/{case.id}/links").text
    assert "A wrong code or answer was typed 5 times, the last time on Monday 2 March 2026, 10:00." in told
    assert "It was somebody else: replace the link" in noor.here.buttons
    client.submit("Ask to be let in")
    noor.page(f"/conferences/{case.id}/links")
    assert "Wrong answers at the link" not in noor.submit("It is them").text
    assert "Wrong answers were given at a personal link" not in noor.page("/").text
    client.page(f"{path}/waiting")
    assert client.submit("Go to my page").heading == "Hello, Marieke de Wit"


def test_of_many_guesses_at_once_no_more_count_than_there_are_tries(
    engine: Engine, path: str, clock: FrozenClock, db_session: Session
) -> None:
    token = path.removeprefix("/l/")
    db_session.close()

    def guess(typed: str) -> bool:
        with make_sessions(engine)() as session:
            return verify_by_answer(session, clock(), token, typed, False, "", COST) is not None

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(guess, [f"00000{n}" for n in range(8)]))

    assert found == [False] * 8
    lines = select(func.count()).where(AuditEvent.action == "link.refused")
    assert (db_session.scalar(select(PersonalLink.tries)), db_session.scalar(lines)) == (5, 5)


def test_guessing_at_many_links_from_one_place_is_slowed_down(
    client: PageClient, someone: Callable[[], PageClient], db_session: Session, clock: FrozenClock, case: Made
) -> None:
    paths = [make_link(db_session, clock(), case.id, person) for person in (*case.people.values(),) * 4]
    db_session.rollback()
    here = Caller(network_of("127.0.0.1"))
    for n in range(100):
        token = paths[n // 4].removeprefix("/l/")
        assert verify_by_answer(db_session, clock(), token, "000000", True, "", COST, here) is None

    client.page(f"{paths[-1]}/code")
    slowed = client.refused("Open my page", {"Entrance code": CODE}, status=429)
    assert slowed.heading == "Too many tries"
    elsewhere = someone()
    elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert open_link(elsewhere, paths[-1]).url == f"/conferences/{case.id}/mine"


def test_hammering_at_one_link_bars_nobody_beside_it(
    client: PageClient, db_session: Session, clock: FrozenClock, case: Made
) -> None:
    """Attempts at a locked link do not count against others in the same network, and are audited once a day."""
    hammered, good = (make_link(db_session, clock(), case.id, case.people[name]) for name in ("omar", "marieke"))
    here = Caller(network_of("127.0.0.1"))
    for _ in range(300):
        token = hammered.removeprefix("/l/")
        assert verify_by_answer(db_session, clock(), token, "000000", True, "", COST, here) is None

    assert db_session.scalar(select(func.count(Attempt.id))) == MAX_ATTEMPTS
    assert open_link(client, good).url == f"/conferences/{case.id}/mine"


def test_two_devices_come_in_at_once(engine: Engine, path: str, clock: FrozenClock, db_session: Session) -> None:
    token = path.removeprefix("/l/")
    db_session.close()

    def enter(device: str) -> int:
        with make_sessions(engine)() as session:
            entered = verify_by_answer(session, clock(), token, CODE, True, device, COST)
            assert entered is not None
            return entered.sign_in.id

    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(enter, ["Safari, iPhone", "Chrome, Windows"]))

    assert (len(found), db_session.scalar(select(func.count(SignIn.id)))) == (2, 2)
    link = db_session.scalars(select(PersonalLink)).one()
    assert (link.used_at, link.tries) == (clock(), 0)
    assert {one.device for one in devices_of(db_session, link.conference_id, clock())} == {
        "Safari, iPhone",
        "Chrome, Windows",
    }


def test_ones_own_phone_is_not_asked_again_another_device_is(
    client: PageClient, someone: Callable[[], PageClient], path: str, case: Made, clock: FrozenClock
) -> None:
    open_link(client, path)
    clock.advance(hours=7.9)
    assert is_in(client, case)
    clock.advance(hours=8.1)
    assert client.page(f"/conferences/{case.id}/mine").heading == SIGNED_OUT

    client.page(path)
    assert client.submit("Go to my page").heading == "Hello, Marieke de Wit"
    tablet = someone()
    tablet.page(path)
    assert tablet.submit("Go to my page").heading == "Is it you?"


def test_ones_own_phone_stays_in_for_a_month_at_most(
    client: PageClient, path: str, case: Made, clock: FrozenClock
) -> None:
    open_link(client, path)
    for _ in range(30 * 4 - 1):
        clock.advance(hours=6)
        assert is_in(client, case)
    clock.advance(hours=6)

    assert not is_in(client, case)


def test_a_device_that_others_use_after_all_is_forgotten(client: PageClient, path: str, case: Made) -> None:
    open_link(client, path)
    client.page(path)
    client.submit("Forget this device")

    assert not is_in(client, case)
    client.page(path)
    assert client.submit("Go to my page").heading == "Is it you?"
    assert client.get_cookie("link_device", path=path) is None


def test_the_coordinator_ends_a_lost_tablet(
    client: PageClient, someone: Callable[[], PageClient], cast: Cast, path: str, case: Made
) -> None:
    tablet, noor = someone(), someone()
    tablet.environ_base["HTTP_USER_AGENT"] = IPHONE
    open_link(tablet, path)
    open_link(client, path)
    kept = tablet.get_cookie("link_device", path=path)
    sign_in(noor, cast.noor)
    noor.page(f"/conferences/{case.id}/links/{case.people['marieke']}")
    noor.submit("Forget Safari, iPhone")

    assert (is_in(tablet, case), is_in(client, case)) == (False, True)
    assert kept is not None
    tablet.set_cookie("link_device", kept.value, path=path)
    tablet.page(path)
    assert tablet.submit("Go to my page").heading == "Is it you?"


def test_a_cookie_of_one_link_opens_no_other(
    client: PageClient, db_session: Session, clock: FrozenClock, path: str, case: Made
) -> None:
    open_link(client, path)
    kept = client.get_cookie("link_device", path=path)
    assert kept is not None
    omar = make_link(db_session, clock(), case.id, case.people["omar"])
    number, _, signature = kept.value.partition("-")

    for value in (kept.value, number, f"{number}-", f"2-{signature}", f"{number}-{signature[::-1]}", "x-é", "9" * 30):
        client.set_cookie("link_device", value, path=omar)
        client.page(omar)
        assert client.submit("Go to my page").heading == "Is it you?"


def test_a_shared_device_forgets_everything_by_itself(
    client: PageClient, db_session: Session, path: str, case: Made, clock: FrozenClock
) -> None:
    page = open_link(client, path, device=SHARED)
    answer = client.get(page.url)
    assert (answer.headers["Refresh"], answer.headers["Cache-Control"]) == ("900; url=/signed-out", "private, no-store")
    assert "This page goes away at 10:15: save what you write before then." in page.html
    mark = client.get_cookie("link_device", path=path)
    assert mark is not None
    assert (mark.expires, mark.max_age) == (None, None)  # goes with the browser, and alone opens nothing: see below

    clock.advance(minutes=14)
    assert is_in(client, case)
    clock.advance(minutes=16)
    gone = client.get(page.url)
    assert (gone.status_code, gone.location) == (302, "/signed-out")
    page = client.page("/signed-out")
    assert (page.heading, "Marieke" in page.html, str(case.id) in page.url) == (SIGNED_OUT, False, False)
    client.page(path)
    assert client.submit("Go to my page").heading == "Is it you?"
    assert [one.in_use for one in devices_of(db_session, case.id, clock())] == [False]


def test_who_is_in_already_is_not_asked_again(client: PageClient, path: str, case: Made) -> None:
    page = open_link(client, path, device=SHARED)
    client.page(path)

    assert client.submit("Go to my page").url == page.url


def test_a_shared_device_forgets_after_two_hours_of_use(
    client: PageClient, path: str, case: Made, clock: FrozenClock
) -> None:
    page = open_link(client, path, device=SHARED)
    for _ in range(11):
        clock.advance(minutes=10)
        assert is_in(client, case)

    assert client.get(page.url).headers["Refresh"] == "600; url=/signed-out"
    clock.advance(minutes=10)
    assert not is_in(client, case)


def test_the_page_that_goes_away_signs_out_what_is_still_signed_in(client: PageClient, path: str, case: Made) -> None:
    open_link(client, path, device=SHARED)
    cookie = client.get_cookie("session")
    assert cookie is not None

    client.page("/signed-out")

    client.set_cookie("session", cookie.value)
    assert not is_in(client, case)


def test_signing_out_leads_to_a_page_that_tells_nothing(
    client: PageClient, path: str, case: Made, db_session: Session, clock: FrozenClock
) -> None:
    open_link(client, path, device=SHARED)
    client.page(f"/conferences/{case.id}/mine")
    assert client.submit("Sign out", near="Are you done?").heading == SIGNED_OUT
    assert devices_of(db_session, case.id, clock())[0].ended_at == clock()


def test_a_shared_device_is_known_on_every_page_even_where_one_may_not_look(
    client: PageClient, path: str, case: Made
) -> None:
    open_link(client, path, device=SHARED)

    assert "a page goes away a quarter of an hour after it was opened." in client.page("/nowhere", status=404).html
    for address in ("/", f"/conferences/{case.id}", "/nowhere", f"{path}/code", "/search"):
        answer = client.get(address)
        assert (address, answer.headers["Refresh"], answer.headers["Cache-Control"]) == (
            address,
            "900; url=/signed-out",
            "private, no-store",
        )
    with client.get("/static/css/ekc.css") as style:
        assert (style.headers.get("Refresh"), style.headers["Cache-Control"]) == (None, "no-cache")


def test_the_coordinator_lets_in_by_a_number(
    client: PageClient, someone: Callable[[], PageClient], cast: Cast, path: str, case: Made, db_session: Session
) -> None:
    client.environ_base["HTTP_USER_AGENT"] = IPHONE
    client.page(f"{path}/code")
    page = client.submit("I have no code: ask to be let in")
    (number,) = [node.text or "" for node in page.all("p") if node.get("class") == "big-number"]
    assert (page.url, page.heading) == (f"{path}/waiting", "Tell your coordinator")
    assert "Marieke" not in page.html

    noor = someone()
    sign_in(noor, cast.noor)
    assert "Somebody waits to be let in by a personal link, since 10:00" in noor.page("/").text
    seen = noor.page(f"/conferences/{case.id}/links").text
    assert "Somebody opened the link of Marieke de Wit On Safari, iPhone, at 10:00." in seen
    assert f"the number {number} They wait until 11:00, and then ask again." in seen
    assert not is_in(client, case)
    noor.submit("It is them")

    page = client.page(page.url)
    assert page.heading == "You can come in"
    assert client.submit("Go to my page", {"Who uses this device?": OWN}).heading == "Hello, Marieke de Wit"
    client.page(path)
    assert client.submit("Go to my page").heading == "Hello, Marieke de Wit"


def test_it_is_not_them_ends_the_link(
    client: PageClient, someone: Callable[[], PageClient], cast: Cast, path: str, case: Made
) -> None:
    marieke, noor = someone(), someone()
    open_link(marieke, path)
    client.page(f"{path}/code")
    client.submit("I have no code: ask to be let in")
    sign_in(noor, cast.noor)
    noor.page(f"/conferences/{case.id}/links")
    page = noor.submit("It is not them: end the link")

    assert "Nobody was let in, and the link of Marieke de Wit no longer works." in page.text
    assert client.page(f"{path}/waiting", status=404).heading == "This link does not work any more"
    assert not is_in(marieke, case)


def test_who_waits_is_let_in_on_that_device_alone_and_once(
    client: PageClient,
    someone: Callable[[], PageClient],
    cast: Cast,
    path: str,
    case: Made,
    db_session: Session,
    clock: FrozenClock,
) -> None:
    client.page(f"{path}/code")
    client.submit("I have no code: ask to be let in")
    kept = client.get_cookie("link_device", path=path)
    assert kept is not None
    (asked,) = pending_devices(db_session, case.id, clock())
    links.answer_request(By(db_session, cast.noor, clock()), case.id, asked.id, True)

    other = someone()
    other.page(path)
    assert other.submit("Go to my page").heading == "Is it you?"
    client.page(f"{path}/waiting")
    client.submit("Go to my page", {"Who uses this device?": SHARED})
    assert is_in(client, case)
    mark = client.get_cookie("link_device", path=path)
    assert mark is not None
    assert (mark.value, mark.expires) == (kept.value, None)  # goes with the browser
    other.set_cookie("link_device", kept.value, path=path)
    other.page(path)
    assert other.submit("Go to my page").heading == "Is it you?"


def test_waiting_ends_by_itself_and_few_wait_at_once(
    client: PageClient,
    someone: Callable[[], PageClient],
    cast: Cast,
    path: str,
    case: Made,
    db_session: Session,
    clock: FrozenClock,
) -> None:
    token = path.removeprefix("/l/")
    for _ in range(2):  # the same browser asks once
        client.page(f"{path}/code")
        client.submit("I have no code: ask to be let in")
    for _ in range(2):
        ask_to_come_in(db_session, clock(), token, "")
    other = someone()
    other.page(f"{path}/code")
    page = other.refused("I have no code: ask to be let in", status=409)
    assert page.errors == ["Your coordinator was asked already, more than once. Ring them."]
    asked = pending_devices(db_session, case.id, clock())
    assert len({one.number for one in asked}) == 3

    clock.advance(hours=1)
    assert pending_devices(db_session, case.id, clock()) == []
    assert client.page(f"{path}/waiting").heading == "Is it you?"
    assert other.submit("I have no code: ask to be let in").heading == "Tell your coordinator"


def test_a_yes_that_is_not_taken_goes_stale(
    cast: Cast, path: str, case: Made, db_session: Session, clock: FrozenClock
) -> None:
    token = path.removeprefix("/l/")
    device_id, device_token = ask_to_come_in(db_session, clock(), token, "")
    links.answer_request(By(db_session, cast.noor, clock()), case.id, device_id, True)

    clock.advance(hours=1)

    assert verify_by_device(db_session, clock(), token, device_token, True) is None


def test_without_a_code_only_the_coordinator_lets_in(
    client: PageClient, db_session: Session, clock: FrozenClock, case: Made
) -> None:
    path = make_link(db_session, clock(), case.id, case.people["kees"], Check())
    client.page(path)
    page = client.submit("Go to my page")

    assert [button for button in page.buttons if button != "Sign out"] == ["Ask to be let in"]
    assert verify_by_answer(db_session, clock(), path.removeprefix("/l/"), "", True, "", COST) is None


@pytest.mark.parametrize("how", ["removed", "excluded", "revoked"])
def test_with_a_person_go_their_devices_and_requests(
    how: str,
    client: PageClient,
    someone: Callable[[], PageClient],
    cast: Cast,
    case: Made,
    db_session: Session,
    clock: FrozenClock,
) -> None:
    omar = case.people["omar"]
    path = make_link(db_session, clock(), case.id, omar)
    open_link(client, path)
    waiting = someone()
    waiting.page(f"{path}/code")
    waiting.submit("I have no code: ask to be let in")
    at = clock.advance(minutes=1)

    if how == "removed":
        circle.remove_person(By(db_session, cast.noor, at), case.id, omar, "moved")
    elif how == "excluded":
        away = {"attends": Attends.EXCLUDED, "exclusion_reason": "x", "excluded_by": "us", "excluded_on": at.date()}
        change_details(db_session, cast, at, case, omar, **away)
    else:
        links.revoke_links(By(db_session, cast.noor, at), case.id, omar)

    assert not is_in(client, case)
    client.page(path, status=404)
    waiting.page(f"{path}/waiting", status=404)
    assert pending_devices(db_session, case.id, at) == []
    assert db_session.scalars(select(LinkDevice.ended_at)).all() == [at, at]
    assert db_session.scalars(select(SignIn.ended_at).where(SignIn.link_id.is_not(None))).all() == [at]
    assert [link.revoked_at for link in links_of(db_session, case.id)] == [at]
