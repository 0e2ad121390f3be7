"""Rules for every response: content type and charset, encrypted cookies, no debug mode."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import itsdangerous
import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy.orm import Session

from config import ConfigError, load_settings, make_keys
from ekc.core.routes import declared_access
from ekc.core.sessions import EncryptedSessions
from tests.architecture.sources import EKC
from tests.build import case_in_setup
from tests.cast import PASSWORD, Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.plugins.web import MakeApp

STATIC = sorted(path.relative_to(EKC / "static").as_posix() for path in (EKC / "static").rglob("*.*"))
#: Kinds of text, by their ending; what is no text needs no charset.
KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "woff2": "font/woff2",
}


def test_every_file_says_what_it_is(client: PageClient, cast: Cast) -> None:
    told = {name: client.get(f"/static/{name}") for name in STATIC if "LICENSE" not in name}

    assert {name: answer.content_type for name, answer in told.items()} == {
        name: KINDS[name.rpartition(".")[2]] for name in told
    }
    for answer in told.values():
        answer.close()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/register", "/nothing", "/l/x", "/conferences/1"])
def test_every_page_says_what_it_is(client: PageClient, cast: Cast, path: str) -> None:
    assert client.get(path).content_type == "text/html; charset=utf-8"


def test_tokens_of_forms_are_signed_with_sha_256(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.noor)
    page = client.page("/search")
    token = next(c.attrib["value"] for c in page.all("input") if c.get("name") == "csrf_token")

    assert len(itsdangerous.encoding.base64_decode(token.rpartition(".")[2])) == 32


@pytest.mark.parametrize("at", [0, 30, -1])
def test_a_changed_cookie_is_nobody(client: PageClient, cast: Cast, at: int) -> None:
    """Wherever it was changed: the mark of its key, its content, its end."""
    sign_in(client, cast.noor)
    cookie = client.get_cookie("session")
    assert cookie is not None
    sealed = bytearray(urlsafe_b64decode(cookie.value + "=="))
    sealed[at] ^= 1

    client.set_cookie("session", urlsafe_b64encode(sealed).decode().rstrip("="))

    assert client.get("/search").status_code == 302


@pytest.mark.parametrize("value", ["", "x", "é", "A" * 200, ".", "=" * 9])
def test_what_is_no_cookie_of_ours_is_nobody(client: PageClient, cast: Cast, value: str) -> None:
    client.set_cookie("session", value)

    assert client.get("/search").status_code == 302


def test_a_cookie_says_how_old_it_is(app: Flask, client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.noor)
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert isinstance(app.session_interface, EncryptedSessions)
    reader = app.session_interface.get_signing_serializer(app)

    assert "_user_id" in reader.loads(cookie.value, max_age=60)
    with pytest.raises(itsdangerous.BadSignature):
        reader.loads(cookie.value, max_age=-1)


def test_what_a_page_keeps_in_the_cookie_is_read_by_nobody_else(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """Flashed messages contain names of the family, and stay in the cookie if the next page is never opened."""
    case = case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/{case.people['kees']}")
    sending = client.form("Save").fill({"Name": "Zebedeus"})
    client.post(sending.url, data=sending.payload())

    cookie = client.get_cookie("session")
    assert cookie is not None
    with client.session_transaction() as kept:
        assert "Zebedeus" in str(dict(kept))
    assert [word for word in (b"_user_id", b"Zebedeus") if word in urlsafe_b64decode(cookie.value + "==")] == []


def test_a_cookie_that_cannot_be_read_is_nobody(app: Flask, client: PageClient, cast: Cast) -> None:
    """A session cookie that is signed but not encrypted, or encrypted under a removed key, gives an empty session."""
    sign_in(client, cast.noor)
    with client.session_transaction() as kept:
        words = dict(kept)
    plain = SecureCookieSessionInterface()
    signing = plain.get_signing_serializer(app)
    assert signing is not None

    client.set_cookie("session", str(signing.dumps(words)))

    assert client.get("/search").status_code == 302


def test_another_secret_key_signs_everybody_out(make_app: MakeApp, client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.noor)
    cookie = client.get_cookie("session")
    assert cookie is not None
    elsewhere = {
        key: make_app(**changed).test_client() for key, changed in {"same": {}, "new": {"secret_key": "x"}}.items()
    }
    for there in elsewhere.values():
        there.set_cookie("session", cookie.value)

    assert {key: there.get("/search").status_code for key, there in elsewhere.items()} == {"same": 200, "new": 302}


def test_the_token_of_a_form_is_no_session(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.noor)
    page = client.page("/search")
    token = next(c.attrib["value"] for c in page.all("input") if c.get("name") == "csrf_token")

    client.set_cookie("session", token)

    assert client.get("/search").status_code == 302


def test_the_token_of_a_form_ends(make_app: MakeApp, database_url: str, cast: Cast) -> None:
    app = make_app()
    assert app.config["WTF_CSRF_TIME_LIMIT"] == 8 * 3600
    app.config["WTF_CSRF_TIME_LIMIT"] = -1  # as if that time had gone by
    client = app.test_client()
    assert isinstance(client, PageClient)
    client.page("/sign-in")

    page = client.refused("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD}, status=400)

    assert page.heading == "This page was open for too long"


@pytest.mark.parametrize("path", ["/", "/conferences/1", "/static/css/ekc.css", "/nothing"])
def test_no_other_site_is_invited(client: PageClient, cast: Cast, path: str) -> None:
    answer = client.options(path, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"})

    assert [name for name in answer.headers.keys() if name.startswith("Access-Control")] == []  # noqa: SIM118


@pytest.mark.parametrize("folder", ["/static/", "/static/css", "/static/css/", "/static/fonts"])
def test_no_folder_is_listed(client: PageClient, cast: Cast, folder: str) -> None:
    assert client.get(folder).status_code == 404


def test_a_page_that_does_not_say_who_may_come_in_stops_the_program(make_app: MakeApp, database_url: str) -> None:
    app = make_app()
    app.add_url_rule("/open", endpoint="open_to_all", view_func=lambda: "x")

    with pytest.raises(RuntimeError, match="do not say who may come in: open_to_all"):
        declared_access(app)


def test_nothing_is_debugged(make_app: MakeApp, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")

    app = make_app()

    assert (app.debug, app.jinja_env.auto_reload) == (False, False)


@pytest.mark.parametrize(
    ("proxies", "said", "believed"),
    [
        (0, "192.0.2.7", "127.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1, 192.0.2.7", "192.0.2.7"),
        (2, "198.51.100.1, 192.0.2.7, 192.0.2.8", "192.0.2.7"),
        (2, "192.0.2.8", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    make_app: MakeApp, database_url: str, cast: Cast, proxies: int, said: str, believed: str
) -> None:
    """The demo answers requests from this machine only."""
    client = make_app(proxies=proxies, demo=True).test_client()

    answer = client.get("/", headers={"X-Forwarded-For": said})

    assert answer.status_code == (200 if believed == "127.0.0.1" else 403)


def test_the_number_of_proxies_is_a_number(tmp_path_factory: pytest.TempPathFactory) -> None:
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    make_keys(keys)
    environ = {"EKC_KEYS": str(keys)}

    assert [load_settings({**environ, "EKC_PROXIES": told}).proxies for told in ("0", "2")] == [0, 2]
    assert load_settings(environ).proxies == 0
    for told in ("-1", "many", "99"):
        with pytest.raises(ConfigError, match="EKC_PROXIES"):
            load_settings({**environ, "EKC_PROXIES": told})


def test_libraries_keep_their_defaults(app: Flask) -> None:
    """Our digest is not set globally, because other users of itsdangerous do not expect it."""
    assert app.session_interface is not None
    signature = itsdangerous.encoding.base64_decode(itsdangerous.Signer("key").get_signature("value"))

    assert len(signature) == 20
