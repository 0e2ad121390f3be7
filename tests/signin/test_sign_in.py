"""Signing in and out over HTTP: one error message, safe redirects, limits, and timeouts."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.routes import local_path
from ekc.signin.actions.passwords import set_password
from ekc.signin.queries import sign_ins_of
from ekc.staff.actions.closing import close_account
from tests.cast import COST, PASSWORD, Cast, mail_of, sign_in_by_password
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.page import text_of

NO = "This email address and password do not belong together. Look at both and try again."


def is_in(client: PageClient) -> bool:
    """Whether the sign-in page redirects, as it does for signed-in visitors."""
    return client.get("/sign-in").status_code == 302


def answer(email: str, password: str) -> dict[str, str]:
    return {"Email address": email, "Password": password}


def test_one_signs_in_and_out(client: PageClient, cast: Cast) -> None:
    sign_in_by_password(client, cast.noor)
    assert is_in(client)

    client.page("/")
    client.submit("Sign out")

    assert not is_in(client)


def test_every_no_sounds_the_same(client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    close_account(By(db_session, cast.bas, clock()), cast.iris.account_id or 0)
    tries = [
        ("noor@example.org", "another good one"),
        ("nobody@example.org", PASSWORD),
        (mail_of("Iris"), PASSWORD),
        ("noor@example.org' or 1=1 --", PASSWORD),
    ]

    client.page("/sign-in")
    pages = [client.refused("Sign in", answer(*told), status=422) for told in tries]

    assert [page.errors for page in pages] == [[NO]] * 4
    assert not is_in(client)


def test_the_address_stays_and_the_password_does_not(client: PageClient, cast: Cast) -> None:
    client.page("/sign-in")

    client.refused("Sign in", answer("noor@example.org", "another good one"))

    form = client.form("Sign in")
    assert (form.shown("Email address"), form.shown("Password")) == ("noor@example.org", "")


@pytest.mark.parametrize(
    ("password", "errors", "heading"),
    [
        ("", ["Password: Type your password."], "Please look at this again. What you typed is still here."),
        (PASSWORD, [], "Please look at this again, and type the password again."),
    ],
)
def test_what_is_left_out_is_asked_for(
    client: PageClient, cast: Cast, password: str, errors: list[str], heading: str
) -> None:
    client.page("/sign-in")

    page = client.refused("Sign in", answer("", password))

    assert page.errors == ["Email address: Type your email address.", *errors]
    assert [text_of(node) for node in page.all("h2") if "again" in text_of(node)] == [heading]


def test_one_comes_back_to_where_one_wanted_to_be(client: PageClient, cast: Cast) -> None:
    client.page("/sign-in?next=/sign-in?and=then")

    response = client.post(
        "/sign-in?next=/somewhere?x=1",
        data={**client_token(client), "email": "noor@example.org", "password": PASSWORD},
    )

    assert (response.status_code, response.location) == (303, "/somewhere?x=1")


def client_token(client: PageClient) -> dict[str, str]:
    """The CSRF token of the current page."""
    return {"csrf_token": dict(client.form("Sign in").fill({}).fields)["csrf_token"]}


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "///evil.example",
        "\\\\evil.example",
        " /home",
        "",
    ],
)
def test_nobody_is_sent_away(target: str) -> None:
    assert local_path(target) is None


@pytest.mark.parametrize("target", ["/", "/conferences/7?page=2", "/l/a-b_c#plan", "/x?next=//evil.example"])
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert local_path(target) == target


def test_guessing_at_one_account_is_slowed_down(client: PageClient, cast: Cast) -> None:
    client.page("/sign-in")
    for _ in range(10):
        client.refused("Sign in", answer("noor@example.org", "another good one"), status=422)

    slowed = client.refused("Sign in", answer("Noor@Example.org ", PASSWORD), status=429)
    assert slowed.heading == "Too many tries"
    words = [text_of(node) for node in slowed.all("p", "li") if node.get("class") in ("lead", "words")]
    assert words == ["Wait 15 minutes, then try again.", "Noor@Example.org"]

    client.page("/sign-in")
    client.submit("Sign in", answer("denise@example.org", PASSWORD))


def test_the_session_is_a_new_one(client: PageClient, cast: Cast) -> None:
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"

    sign_in_by_password(client, cast.noor)

    with client.session_transaction() as session:
        assert "planted" not in session


def test_signing_in_ends_what_was_signed_in_there(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    sign_in_by_password(client, cast.noor)
    before = client.get_cookie("session")
    assert before is not None
    clock.advance(minutes=5)
    client.page("/sign-in?again=1")
    client.submit("Sign in", answer("noor@example.org", PASSWORD))

    [row] = sign_ins_of(db_session, clock(), cast.noor.account_id or 0)
    assert row.began_at == clock()
    client.set_cookie("session", before.value)
    assert not is_in(client)


def test_a_session_ends_after_eight_hours_without_use(client: PageClient, cast: Cast, clock: FrozenClock) -> None:
    sign_in_by_password(client, cast.noor)

    clock.advance(hours=7.9)
    assert is_in(client)
    clock.advance(hours=7.9)
    assert is_in(client)
    clock.advance(hours=8.1)

    assert not is_in(client)


def test_another_password_ends_the_session(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    sign_in_by_password(client, cast.noor)

    set_password(By(db_session, cast.noor, clock()), cast.noor.account_id or 0, "another good one", COST)

    told = "You were signed out here: much time has passed, or it was done elsewhere. Sign in to go on."
    assert [client.page("/sign-in").flashes for _ in range(2)] == [[told], []]


def test_whoever_signs_out_is_not_told_that_they_were(client: PageClient, cast: Cast) -> None:
    sign_in_by_password(client, cast.noor)
    client.page("/")
    client.submit("Sign out")

    assert client.page("/sign-in").flashes == []


@pytest.mark.parametrize(
    "key",
    ["account:7", "account:x", "account:", "link:", "link:1", "nothing", "account:1:1", ":", "account:99999999999"],
)
def test_a_made_up_session_is_nobody(client: PageClient, cast: Cast, key: str) -> None:
    sign_in_by_password(client, cast.noor)
    with client.session_transaction() as session:
        session["_user_id"] = key

    assert not is_in(client)


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, client: PageClient, cast: Cast) -> None:
    sign_in_by_password(client, cast.noor)
    kept = client.get_cookie("session")
    assert kept is not None

    client.page("/")
    client.submit("Sign out")
    client.set_cookie("session", kept.value)

    assert not is_in(client)


def test_a_sign_in_ends_however_much_it_is_used(client: PageClient, cast: Cast, clock: FrozenClock) -> None:
    sign_in_by_password(client, cast.noor)

    for _ in range(3):
        clock.advance(hours=5)
        assert is_in(client)
    clock.advance(hours=1)

    assert not is_in(client)


def test_the_cookie_is_out_of_reach(app: Flask, client: PageClient, cast: Cast) -> None:
    sign_in_by_password(client, cast.noor)

    cookie = client.get_cookie("session")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
