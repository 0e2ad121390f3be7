"""A passkey counts as two factors: with a second factor, when leaving, and when all credentials are lost."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.signin.actions import throttle
from ekc.signin.models import Method
from ekc.signin.queries import passkeys_of, sign_ins_of
from ekc.staff.actions import closing
from ekc.staff.actions import sign_in as sign_in_actions
from tests.cast import Cast, set_up_app, sign_in_by_password
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.plugins.web import MakeApp
from tests.signin.softkey import SoftKey
from tests.signin.test_passkeys import NO, authentication_options, make, out, reasons, registration_options, send_answer


@pytest.fixture(scope="session")
def strict(make_app: MakeApp) -> Flask:
    """The product where a second factor is required."""
    return make_app(second_factor_required=True)


@pytest.fixture
def newcomer(strict: Flask, database_url: str, clock: FrozenClock, cast: Cast) -> PageClient:
    """Noor there, who typed her password for the first time."""
    made = strict.test_client()
    assert isinstance(made, PageClient)
    assert sign_in_by_password(made, cast.noor).heading == "Set up your second step"
    return made


def test_a_passkey_takes_the_place_of_the_second_step(
    newcomer: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    assert newcomer.follow("Or make a passkey: it is both steps at once.").heading == "Your passkeys"
    key = make(newcomer)
    assert newcomer.page("/account").heading == "My sign-in"
    assert [row.method for row in sign_ins_of(db_session, clock(), cast.noor.account_id or 0)] == [Method.PASSKEY]

    out(newcomer)
    assert send_answer(newcomer, key.answer(authentication_options(newcomer))).heading == "Your passkeys"


def test_whoever_found_the_password_cannot_go_on_without_the_passkey(
    newcomer: PageClient, strict: Flask, cast: Cast, db_session: Session
) -> None:
    make(newcomer)
    thief = strict.test_client()
    assert isinstance(thief, PageClient)

    page = sign_in_by_password(thief, cast.noor)

    assert page.url == "/sign-in?again=1"
    assert "Here everybody signs in with two steps. Sign in with your passkey: it counts as both." in page.text
    for address in ("/account", "/account/passkeys", "/account/passkeys/new", "/account/second-factor"):
        assert thief.get(address).location.startswith("/sign-in?again=1")
    token = dict(thief.form("Sign in").fill({}).fields)["csrf_token"]
    for address in ("/account/passkeys", "/account/second-factor"):
        assert thief.post(address, data={"csrf_token": token}).location.startswith("/sign-in?again=1")
    assert len(passkeys_of(db_session, cast.noor.account_id or 0)) == 1


def test_no_code_is_asked_beside_a_passkey(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    sign_in_by_password(client, cast.noor)
    key = make(client)
    set_up_app(db_session, clock(), cast.noor)

    assert sign_in_by_password(client, cast.noor).url == "/sign-in/code"
    assert send_answer(client, key.answer(authentication_options(client))).heading == "Your passkeys"


def test_my_sign_in_says_how_many_there_are(client: PageClient, cast: Cast) -> None:
    sign_in_by_password(client, cast.noor)
    assert "You have 1 passkey." not in client.page("/account").text
    make(client)

    assert "You have 1 passkey." in client.page("/account").text
    assert client.follow("See and make passkeys").url == "/account/passkeys"


def test_who_has_left_does_not_come_in(client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    sign_in_by_password(client, cast.noor)
    key = make(client)
    out(client)
    closing.set_leaving(By(db_session, cast.bas, clock()), cast.noor.account_id or 0, clock().date())
    clock.advance(days=2)

    assert send_answer(client, key.answer(authentication_options(client))).errors == [NO]
    assert reasons(db_session) == ["closed"]


def test_an_account_that_is_opened_again_has_no_passkeys_of_before(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """It may have been closed because a laptop was stolen."""
    noor = cast.noor.account_id or 0
    sign_in_by_password(client, cast.noor)
    key = make(client)
    closing.close_account(By(db_session, cast.bas, clock()), noor)
    closing.reopen_account(By(db_session, cast.bas, clock()), noor, "http://localhost")

    assert send_answer(client, key.answer(authentication_options(client))).errors == [NO]
    assert (passkeys_of(db_session, noor), reasons(db_session)) == ([], ["unknown"])


def test_who_has_lost_everything_begins_anew(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    sign_in_by_password(client, cast.noor)
    make(client)

    sign_in_actions.reset_second_factor(By(db_session, cast.bas, clock()), cast.noor.account_id or 0)

    assert passkeys_of(db_session, cast.noor.account_id or 0) == []


def test_too_many_wrong_ones_from_one_place_wait(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    for _ in range(299):
        throttle.begin_attempt(db_session, clock(), (throttle.PASSKEYS, "127.0.0.1"))
    assert send_answer(client, SoftKey().answer(authentication_options(client))).status == 422

    assert send_answer(client, SoftKey().answer(authentication_options(client))).status == 429
    clock.advance(minutes=61)
    assert send_answer(client, SoftKey().answer(authentication_options(client))).status == 422


def test_what_a_device_said_is_on_no_page(client: PageClient, cast: Cast) -> None:
    """A page that was open for too long shows what was typed, to be sent again."""
    sign_in_by_password(client, cast.noor)
    said = SoftKey().made(registration_options(client))

    answer = client.post("/account/passkeys", data={"credential": said, "name": "Phone", "csrf_token": "old"})

    assert (answer.status_code, "Phone" in answer.text, "attestationObject" in answer.text) == (400, True, False)
