"""Where a second factor is required, a password alone gives access only to the pages for setting one up."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyotp import TOTP
from sqlalchemy.orm import Session

from ekc.core.routes import declared_access
from ekc.signin.actions.sessions import sign_in_account
from ekc.signin.models import Identity, Method
from tests.build import Made, case_in_setup
from tests.cast import PASSWORD, Cast, make_link, open_link, set_up_app, sign_in_by_password
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.plugins.web import MakeApp
from tests.signin.elsewhere import provider

#: Routes open to users who have to set up a second factor. Other public routes look the same as without a sign-in.
FIRST = {
    "signin.second_factor",
    "signin.add_second_factor",
    "signin.passkeys",
    "signin.ask_for_new_passkey",
    "signin.add_passkey",
}


@pytest.fixture(scope="session")
def strict(make_app: MakeApp) -> Flask:
    """The product where a second factor is required."""
    return make_app(second_factor_required=True)


@pytest.fixture
def client(strict: Flask, database_url: str, clock: FrozenClock) -> PageClient:
    made = strict.test_client()
    assert isinstance(made, PageClient)
    return made


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return case_in_setup(db_session, cast, clock())


def came_in(app: Flask, session: Session, clock: FrozenClock, cast: Cast, method: Method) -> FlaskClient:
    """Noor at a browser, signed in so."""
    client = FlaskClient(app)
    key = f"account:{sign_in_account(session, clock(), cast.noor.account_id or 0, method).token}"
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": key, "_fresh": True})
    return client


def cookie_of(browser: FlaskClient) -> str:
    """What a browser sends along, however often."""
    kept = browser.get_cookie("session")
    assert kept is not None
    return f"session={kept.value}"


def routes(app: Flask, case: Made) -> Iterator[tuple[str, str, str, str]]:
    """Every way to ask: endpoint, kind of access, method and address, about a case where it is about one."""
    access = declared_access(app)
    for rule in app.url_map.iter_rules():
        address = rule.rule.replace("<int:conference_id>", str(case.id))
        address = re.sub(r"<any\((\w+)[^>]*>", r"\1", address)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint, access[rule.endpoint].kind, method, re.sub(r"<(\w+:)?\w+>", "1", address)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # it asks for pages, each of them
@pytest.mark.parametrize("method", [Method.PASSWORD, Method.INVITATION, Method.PROVIDER_ALONE])
def test_a_password_alone_opens_nothing(
    strict: Flask, db_session: Session, cast: Cast, clock: FrozenClock, case: Made, method: Method
) -> None:
    strict.config["WTF_CSRF_CHECK_DEFAULT"] = False  # a post without a token would be refused before any gate
    try:
        opened = []
        noor = partial(came_in, strict, db_session, clock, cast, method)
        anybody, cookie = FlaskClient(strict, use_cookies=False), cookie_of(noor())
        for endpoint, kind, verb, address in routes(strict, case):
            answer = anybody.open(address, method=verb, headers={"Cookie": cookie})
            if verb == "POST":  # which may have signed her out
                cookie = cookie_of(noor())
            if answer.status_code == 308:
                continue  # another address of a page, which is asked as well
            if kind == "public":
                # Signed in or not makes no difference but for the name on top; the sign-in page leads on.
                same = anybody.open(address, method=verb)
                if endpoint not in ("signin.sign_in", "static") and answer.status_code != same.status_code:
                    opened.append((endpoint, verb, answer.status_code))
            elif endpoint not in FIRST and not (answer.location or "").startswith("/account/second-factor"):
                opened.append((endpoint, verb, answer.status_code))
        assert opened == []
    finally:
        strict.config["WTF_CSRF_CHECK_DEFAULT"] = True


@pytest.mark.parametrize("method", [Method.CODE, Method.PASSKEY, Method.PROVIDER, Method.DEMO])
def test_other_ways_in_are_enough(
    strict: Flask, db_session: Session, cast: Cast, clock: FrozenClock, case: Made, method: Method
) -> None:
    noor = came_in(strict, db_session, clock, cast, method)

    assert [noor.get(path).status_code for path in (f"/conferences/{case.id}", "/search", "/account")] == [200] * 3


def test_a_personal_link_is_enough(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    own = open_link(client, make_link(db_session, clock(), case.id, case.people["marieke"]))
    assert own.url == f"/conferences/{case.id}/mine"


@pytest.mark.parametrize("method", [Method.PASSWORD, Method.PROVIDER_ALONE])
def test_whoever_found_the_password_sets_up_nothing_where_another_way_in_is(
    make_app: MakeApp, strict: Flask, db_session: Session, cast: Cast, clock: FrozenClock, method: Method
) -> None:
    """Who comes from the provider, which counts as one thing, does: they show the password besides."""
    tied = make_app(second_factor_required=True, providers=(provider("rivierstad", "https://there"),))
    about = {"issuer": "https://there", "subject": "n", "tied_at": clock(), "used_at": clock()}
    db_session.add(Identity(account_id=cast.noor.account_id, **about))
    db_session.commit()

    noor = came_in(tied, db_session, clock, cast, method)
    opened = {path: noor.get(path).status_code for path in ("/account/second-factor", "/account/passkeys")}
    if method is Method.PROVIDER_ALONE:
        assert set(opened.values()) == {200}
    else:
        assert set(opened.values()) == {302}
        page = noor.get("/account/second-factor", follow_redirects=True)
        assert page.request.full_path == "/sign-in?again=1&next=/account/second-factor"
        assert "Here everybody signs in with two steps. First sign in at Rivierstad." in page.text
    # Where we have that provider no more, nobody can come by it.
    noor = came_in(strict, db_session, clock, cast, method)
    assert noor.get("/account/second-factor").status_code == 200


def test_where_it_is_not_required_a_password_is_enough(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    noor = came_in(app, db_session, clock, cast, Method.PASSWORD)

    assert noor.get(f"/conferences/{case.id}").status_code == 200


def test_one_sets_it_up_and_comes_to_where_one_wanted_to_be(
    client: PageClient, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    page = client.page(f"/conferences/{case.id}")
    assert page.heading == "Sign in"
    page = client.submit("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD})
    assert page.heading == "Set up your second step"
    assert "Here everybody signs in with two steps." in page.text
    assert [name for name, _ in page.links if name in ("Home", "Search", "My sign-in")] == []
    key = "".join(page.all("code")[0].itertext()).replace(" ", "")

    page = client.submit("Set up", {"Code": TOTP(key).at(clock()), "Your password": PASSWORD})
    assert page.heading == "Your recovery codes"
    page = client.follow("I have kept them: go on")

    assert page.url == f"/conferences/{case.id}"
    assert "Turn it off" not in client.page("/account").buttons


def test_one_can_sign_out_without_setting_it_up(client: PageClient, cast: Cast) -> None:
    assert sign_in_by_password(client, cast.noor).heading == "Set up your second step"

    client.submit("Sign out")

    assert client.get("/account/second-factor").location == "/sign-in?next=/account/second-factor"


def test_whoever_has_it_is_asked_for_a_code(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    app, _codes = set_up_app(db_session, clock(), cast.noor)
    clock.advance(minutes=1)
    assert sign_in_by_password(client, cast.noor).heading == "Second step"

    assert client.submit("Sign in", {"Code": app.at(clock())}).heading == "Hello, Noor"
