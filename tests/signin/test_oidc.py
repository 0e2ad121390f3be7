"""Single sign-on with a real provider in its own process, and with one that misbehaves."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.errors import Unknown
from ekc.core.outbox import OutboxMessage
from ekc.signin import oidc
from ekc.signin.models import Identity, Method
from ekc.signin.queries import credentials_of, identities_of, sign_ins_of
from ekc.signin.views.oidc import PROVIDER_KEY
from ekc.staff.actions import closing
from ekc.staff.actions import sign_in as sign_in_actions
from tests.cast import PASSWORD, Cast, mail_of, set_up_app, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.plugins.browser import served, visiting
from tests.plugins.web import MakeApp
from tests.ports import free_port
from tests.signin.elsewhere import SECONDS, come_back, known_to, pass_through, process, provider, set_out, sign_in_there

PEOPLE: tuple[dict[str, object], ...] = (
    {"sub": "mila-7", "email": "Mila@Example.org", "email_verified": True},
    {"sub": "mila-8", "email": "mila@example.org", "email_verified": True},
    {"sub": "unchecked", "email": "mila@example.org", "email_verified": False},
    {"sub": "nameless"},
    {"sub": "stranger", "email": "stranger@example.org", "email_verified": True},
    {"sub": "elsewhere", "email": "mila@elsewhere.example", "email_verified": True},
)
#: Verification of tokens does not depend on the database; tests without this mark run on both.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NO_ACCOUNT = "There is no account for you here yet"
LATE = "That took too long"
KINDS = (
    "good",
    "renamed",
    "plain",
    "named",
    "by-post",
    "keyless",
    "garbage",
    "list",
    "ill",
    "moved",
    "hanging",
    "curved",
    "userinfo",
    "mixed-up",
    "silent",
)


@pytest.fixture(scope="session")
def rivierstad() -> Iterator[str]:
    """The address of the real provider."""
    with process("oidc_provider_mock", "--port", "0", *known_to(*PEOPLE)) as address:
        yield address


@pytest.fixture(scope="session")
def odd() -> Iterator[str]:
    """The address of the one that misbehaves."""
    with process("tests.signin.odd_provider") as address:
        yield address


@pytest.fixture(scope="session")
def municipal(make_app: MakeApp, rivierstad: str, odd: str) -> Flask:
    """The product, with all of them in its settings."""
    known = [provider("rivierstad", rivierstad), provider("gone", f"http://127.0.0.1:{free_port()}")]
    known += [provider(kind, f"{odd}/{kind}") for kind in KINDS]
    known += [provider("strong", f"{odd}/strong", amr=("mfa",)), provider("weak", f"{odd}/weak", second_factor=False)]
    known += [provider("entra", f"{odd}/entra", email_claim="upn", verified_claim="xms_edov")]
    return make_app(providers=tuple(known))


@pytest.fixture
def client(municipal: Flask, database_url: str, clock: FrozenClock, cast: Cast) -> PageClient:
    """A test client. The clock is set to the real time, which the providers use."""
    clock.set(datetime.now(UTC))
    made = municipal.test_client()
    assert isinstance(made, PageClient)
    return made


def is_in(client: PageClient) -> bool:
    return client.get("/sign-in").status_code == 302


def noted(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """What the log has of single sign-on: with whom, and why it failed."""
    facts = [record.__dict__["facts"] for record in caplog.records if record.getMessage() == "single sign-on failed"]
    return [(line["provider"], line["why"]) for line in facts]


def refused(session: Session) -> list[object]:
    """Why sign-ins were refused, as the audit has it."""
    session.rollback()
    lines = session.scalars(select(AuditEvent).where(AuditEvent.action == "account.sign_in_refused"))
    return [read_detail(session, line).get("why") for line in lines]


@pytest.mark.both_databases
def test_the_sign_in_page_leads_there_and_back(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, rivierstad: str
) -> None:
    client.page("/sign-in?next=/follow-ups")
    assert client.here.link("Sign in at Rivierstad") == "/sign-in/at/rivierstad?next=/follow-ups"

    page = come_back(client, sign_in_there(set_out(client, "rivierstad", "/follow-ups"), sub="mila-7"))

    assert (page.url, is_in(client)) == ("/follow-ups", True)
    mila = cast.mila.account_id or 0
    known = [(row.issuer, row.subject, row.tied_at) for row in identities_of(db_session, mila)]
    assert known == [(rivierstad, "mila-7", clock())]
    assert [row.method for row in sign_ins_of(db_session, clock(), mila)] == [Method.PROVIDER]
    assert credentials_of(db_session, mila).count == 2


@one_database
def test_what_is_asked_for_cannot_be_replayed_or_guessed(client: PageClient) -> None:
    first, second = (parse_qs(urlsplit(set_out(client, "rivierstad")).query) for _ in range(2))

    assert {name: first[name] for name in ("response_type", "client_id", "redirect_uri", "scope")} == {
        "response_type": ["code"],
        "client_id": ["ekc"],
        "redirect_uri": ["http://localhost/sign-in/from/rivierstad"],
        "scope": ["openid email"],
    }
    assert first["code_challenge_method"] == ["S256"]
    for secret in ("state", "nonce", "code_challenge"):
        assert len(first[secret][0]) >= 43
        assert first[secret] != second[secret]


@one_database
def test_no_token_is_kept(client: PageClient) -> None:
    """After signing in, neither browser nor database holds a token."""
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))

    with client.session_transaction() as kept:
        assert set(kept) - {"_fresh", "_id", "csrf_token", "_permanent"} == {"_user_id", PROVIDER_KEY}
    assert {column.name for column in Identity.__table__.columns} == {
        "id",
        "account_id",
        "issuer",
        "subject",
        "tied_at",
        "used_at",
    }


def test_once_tied_the_address_has_no_say(client: PageClient, cast: Cast, db_session: Session) -> None:
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))
    db_session.execute(update(Account).where(Account.id == cast.mila.account_id).values(email="m.visser@example.org"))
    db_session.commit()
    client.page("/")
    client.submit("Sign out")

    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))

    assert (is_in(client), len(identities_of(db_session, cast.mila.account_id or 0))) == (True, 1)


def test_whoever_gets_the_address_of_another_does_not_get_the_account(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))
    client.page("/")
    client.submit("Sign out")

    page = come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-8"), status=403)

    assert (page.heading, is_in(client), refused(db_session)) == (NO_ACCOUNT, False, ["another"])


def test_whoever_has_no_account_hears_nothing_of_others(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))
    closing.close_account(By(db_session, cast.bas, clock()), cast.mila.account_id or 0)

    pages = [
        come_back(client, sign_in_there(set_out(client, "rivierstad"), sub=who), status=403)
        for who in ("stranger", "unchecked", "nameless", "elsewhere", "mila-7", "mila-8")
    ]

    assert {(page.heading, page.text) for page in pages} == {(NO_ACCOUNT, pages[0].text)}
    assert (refused(db_session), is_in(client)) == (["unknown"] * 6, False)
    lines = db_session.scalars(select(AuditEvent).where(AuditEvent.action == "account.sign_in_refused")).all()
    assert read_detail(db_session, lines[0])["email"] == "stranger@example.org"


def test_the_administrator_unlinks(
    client: PageClient, municipal: Flask, cast: Cast, db_session: Session, rivierstad: str
) -> None:
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))
    assert "You sign in at Rivierstad." in client.page("/account").text
    bas = municipal.test_client()
    assert isinstance(bas, PageClient)
    sign_in(bas, cast.bas)
    bas.page(f"/accounts/{cast.mila.account_id}")

    page = bas.submit("Unlink it", near="Signs in at Rivierstad")

    assert "Unlinked. Every sign-in of this account has ended." in page.text
    assert not [name for name in page.buttons if name.startswith("Unlink it")]
    last = db_session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert last is not None
    said = {"actor": "Bas Mulder", "account": cast.mila.account_id, "issuer": rivierstad}
    assert (last.action, read_detail(db_session, last)) == ("account.identity_forgotten", said)
    mail = db_session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert mail is not None
    assert (mail.recipient, mail.subject) == ("mila@example.org", "Your account is unlinked from your organisation")
    assert not is_in(client)
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-8"))
    assert is_in(client)
    db_session.rollback()
    assert db_session.scalars(select(Identity.subject)).all() == ["mila-8"]


def test_only_an_administrator_unlinks_and_only_what_is_of_the_account(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))
    mila, noor = cast.mila.account_id or 0, cast.noor.account_id or 0
    known = identities_of(db_session, mila)[0].id

    for who, account_id in ((cast.mila, mila), (cast.ruud, mila), (cast.bas, noor)):
        with pytest.raises(Unknown):
            sign_in_actions.forget_identity(By(db_session, who, clock()), account_id, known)

    assert (len(identities_of(db_session, mila)), is_in(client)) == (1, True)


def test_saying_no_there_is_no_fault(client: PageClient) -> None:
    page = come_back(client, sign_in_there(set_out(client, "rivierstad", "/follow-ups"), action="deny"), status=403)

    assert page.heading == "You did not sign in at Rivierstad"
    assert page.link("To the sign-in page") == "/sign-in?next=/follow-ups"


@one_database
@pytest.mark.parametrize(
    ("error", "logged"),
    [("server_error", "it says server_error"), ("<script>\n", "it says no"), ("x" * 99, "it says " + "x" * 40)],
)
def test_a_provider_in_trouble_says_so(
    client: PageClient, error: str, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "ekc"):
        page = client.page("/sign-in/from/rivierstad", query_string={"error": error}, status=400)

    assert page.heading == "Signing in at Rivierstad did not work"
    assert noted(caplog) == [("rivierstad", logged)]


@one_database
def test_a_long_way_on_is_left_out(client: PageClient) -> None:
    path = sign_in_there(set_out(client, "rivierstad", "/" + "x" * 3000), sub="mila-7")

    assert client.get(path).location == "/"


def test_one_comes_back_once(client: PageClient, db_session: Session) -> None:
    path = sign_in_there(set_out(client, "rivierstad"), sub="mila-7")
    kept = client.get_cookie("session")
    assert kept is not None
    come_back(client, path)
    client.page("/")
    client.submit("Sign out")

    assert come_back(client, path, status=400).heading == LATE
    client.set_cookie("session", kept.value)
    assert come_back(client, path, status=400).heading == "Signing in at Rivierstad did not work"
    assert not is_in(client)


def test_one_comes_back_once_even_if_the_provider_forgets(client: PageClient, db_session: Session) -> None:
    path = pass_through(set_out(client, "good"))
    kept = client.get_cookie("session")
    assert kept is not None
    come_back(client, path)
    client.page("/")
    client.submit("Sign out")

    client.set_cookie("session", kept.value)
    assert come_back(client, path, status=403).heading == NO_ACCOUNT
    assert (refused(db_session), is_in(client)) == (["used"], False)


def test_one_comes_back_within_ten_minutes(client: PageClient, clock: FrozenClock) -> None:
    path = sign_in_there(set_out(client, "rivierstad"), sub="mila-7")
    clock.advance(minutes=11)

    assert come_back(client, path, status=400).heading == LATE


def test_somebody_else_cannot_be_made_to_come_back(client: PageClient, municipal: Flask) -> None:
    path = sign_in_there(set_out(client, "rivierstad"), sub="mila-7")
    victim = municipal.test_client()
    assert isinstance(victim, PageClient)

    assert come_back(victim, path, status=400).heading == LATE
    set_out(victim, "rivierstad")
    assert come_back(victim, path, status=400).heading == LATE
    assert not is_in(victim)


@one_database
@pytest.mark.parametrize(
    ("said", "where"), [("same-origin", "odd"), ("none", "odd"), ("cross-site", ""), ("same-site", "")]
)
def test_another_site_sends_nobody_there(client: PageClient, odd: str, said: str, where: str) -> None:
    """Otherwise a user who is signed in at the provider would be signed in here without noticing."""
    answer = client.get("/sign-in/at/good?next=/follow-ups", headers={"Sec-Fetch-Site": said})

    there = f"{odd}/good/authorize" if where else "/sign-in?next=/follow-ups"
    assert (answer.status_code, str(answer.location).startswith(there)) == (302, True)


def test_what_one_provider_gave_is_not_taken_to_another(client: PageClient) -> None:
    path = pass_through(set_out(client, "good"))
    assert come_back(client, path.replace("/good?", "/rivierstad?"), status=400).heading == LATE

    path = pass_through(set_out(client, "good"))
    assert come_back(client, path + "&iss=https://other.example", status=400).heading.endswith("did not work")


def test_a_provider_that_says_who_it_is_says_so_each_time(client: PageClient, odd: str) -> None:
    unsaid = pass_through(set_out(client, "named"))
    assert come_back(client, unsaid, status=400).heading == "Signing in at Named did not work"

    come_back(client, pass_through(set_out(client, "named")) + f"&iss={odd}/named")
    assert is_in(client)


@one_database
@pytest.mark.parametrize("query", ["", "?state=", "?code=x", "?state=é&code=%ff", "?iss=&state=x&code=y"])
def test_whoever_comes_from_nowhere_is_sent_on(client: PageClient, query: str) -> None:
    page = client.page(f"/sign-in/from/rivierstad{query}", status=400)

    assert (page.heading, page.link("To the sign-in page")) == (LATE, "/sign-in")


@one_database
@pytest.mark.parametrize("code", ["", "&code=", "&code=" + "x" * 5000, "&code=%00"])
def test_a_code_that_is_none(client: PageClient, code: str) -> None:
    state = parse_qs(urlsplit(set_out(client, "good")).query)["state"][0]

    assert client.get(f"/sign-in/from/good?state={state}{code}").status_code == 400
    assert not is_in(client)


FAULTS = {
    "audience": "InvalidClaimError invalid_claim aud",
    "party": "InvalidClaimError invalid_claim azp",
    "nonce": "InvalidClaimError invalid_claim nonce",
    "no nonce": "MissingClaimError missing_claim nonce",
    "issuer": "InvalidClaimError invalid_claim iss",
    "expired": "ExpiredTokenError expired_token exp",
    "not yet": "InvalidClaimError invalid_claim iat",
    "no exp": "MissingClaimError missing_claim exp",
    "hash": "InvalidClaimError invalid_claim at_hash",
    "subject": "subject",
    "number as subject": "InvalidClaimError invalid_claim sub",
    "no sub": "MissingClaimError missing_claim sub",
    "signature": "BadSignatureError bad_signature",
    "cut off": "BadSignatureError bad_signature",
    "unsigned": "UnsupportedAlgorithmError unsupported_algorithm",
    "public key as secret": "UnsupportedAlgorithmError unsupported_algorithm",
    "unknown key": "InvalidKeyIdError invalid_key_id",
    "no token": "KeyError",
    "number": "DecodeError decode_error",
    "refused": "OAuthError invalid_grant",
    "moved": "ValueError",
}


@one_database
@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_that_is_not_right_lets_nobody_in(
    client: PageClient, fault: str, caplog: pytest.LogCaptureFixture, db_session: Session
) -> None:
    path = pass_through(set_out(client, "good", "/follow-ups"), fault)
    with caplog.at_level(logging.WARNING, "ekc"):
        page = come_back(client, path, status=400)

    assert page.heading == "Signing in at Good did not work"
    assert page.link("To the sign-in page") == "/sign-in?next=/follow-ups"
    assert not is_in(client)
    assert noted(caplog) == [("good", FAULTS[fault])]


def test_a_new_key_is_read(client: PageClient) -> None:
    come_back(client, pass_through(set_out(client, "good")))
    client.page("/")
    client.submit("Sign out")

    come_back(client, pass_through(set_out(client, "good"), "new key"))

    assert is_in(client)


@pytest.mark.parametrize("kind", ["curved", "userinfo"])
def test_a_provider_of_another_make(client: PageClient, kind: str) -> None:
    """One publishes keys of kinds that we do not know, one gives the mail address only at its userinfo endpoint."""
    come_back(client, pass_through(set_out(client, kind)))

    assert is_in(client)


@one_database
def test_userinfo_of_somebody_else_lets_nobody_in(client: PageClient, caplog: pytest.LogCaptureFixture) -> None:
    come_back(client, pass_through(set_out(client, "mixed-up")), status=400)

    assert (is_in(client), noted(caplog)) == (False, [("mixed-up", "userinfo of another subject")])


@one_database
@pytest.mark.parametrize(
    ("kind", "claims", "why"),
    [
        ("silent", {}, "no claim email"),
        ("good", {"email_verified": False}, "claim email_verified is not true"),
        ("good", {"email": "mila@elsewhere.example"}, "address of another domain"),
        ("good", {"sub": "new", "email": "nobody@example.org"}, "no account"),
    ],
)
def test_the_log_says_why_there_is_no_account_for_somebody(
    client: PageClient, caplog: pytest.LogCaptureFixture, kind: str, claims: dict[str, Any], why: str
) -> None:
    come_back(client, pass_through(set_out(client, kind), **claims), status=403)

    [line] = [record for record in caplog.records if record.getMessage() == "single sign-on refused"]
    assert line.__dict__["facts"] == {"provider": kind, "why": why}


@one_database
@pytest.mark.parametrize("kind", ["renamed", "plain", "keyless", "garbage", "list", "moved"])
def test_a_provider_that_presents_itself_wrongly(client: PageClient, kind: str) -> None:
    page = client.page(f"/sign-in/at/{kind}?next=/follow-ups", status=400)

    assert page.heading == f"Signing in at {kind.capitalize()} did not work"
    assert page.link("To the sign-in page") == "/sign-in?next=/follow-ups"


@one_database
@pytest.mark.parametrize("kind", ["gone", "ill", "hanging"])
def test_a_provider_that_does_not_answer(client: PageClient, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "TIMEOUT", (0.3, 0.3))  # as the five of real life

    page = client.page(f"/sign-in/at/{kind}", status=503)

    assert page.heading == f"{kind.capitalize()} cannot be reached now"


@one_database
def test_a_silent_provider_is_left_alone_for_a_while(
    client: PageClient, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.advance(minutes=1)  # since any other test
    with caplog.at_level(logging.WARNING, "ekc"):
        for _ in range(3):
            client.page("/sign-in/at/gone", status=503)
        clock.advance(minutes=1)
        client.page("/sign-in/at/gone", status=503)

    assert [why for _, why in noted(caplog)] == ["ConnectionError", "silent", "silent", "ConnectionError"]


@one_database
def test_nobody_is_sent_to_a_provider_that_went_down_and_it_works_again_within_a_minute(
    make_app: MakeApp, database_url: str, clock: FrozenClock, cast: Cast
) -> None:
    clock.set(datetime.now(UTC))
    port = free_port()
    client = make_app(providers=(provider("rivierstad", f"http://127.0.0.1:{port}"),)).test_client()
    assert isinstance(client, PageClient)
    told = "Rivierstad cannot be reached now. Try again in a minute"

    def begins() -> bool:
        """Whether the button leads to the provider; else to a page that says that it is down."""
        answer = client.get("/sign-in/at/rivierstad")
        assert answer.status_code in (302, 503)
        return answer.status_code == 302

    def told_beside_the_button() -> bool:
        page = client.page("/sign-in")
        assert page.link("Sign in at Rivierstad")
        return told in page.text

    assert (told_beside_the_button(), begins(), told_beside_the_button()) == (False, False, True)  # down at the start
    with process("oidc_provider_mock", "--port", str(port), *known_to(*PEOPLE)):
        clock.set(clock() + timedelta(seconds=59))
        assert (begins(), told_beside_the_button()) == (True, False)
    clock.advance(minutes=1)
    assert (begins(), told_beside_the_button()) == (False, True)
    clock.advance(minutes=1)
    assert not told_beside_the_button()


@one_database
def test_nobody_makes_a_provider_look_down_for_others(client: PageClient, municipal: Flask) -> None:
    back = parse_qs(urlsplit(set_out(client, "good")).query)
    client.page(f"/sign-in/from/good?code=' OR 1=1--&state={back['state'][0]}", status=503)

    other = municipal.test_client()
    assert "Good cannot be reached now" not in other.get("/sign-in").text
    assert other.get("/sign-in/at/good").status_code == 302


@one_database
def test_a_provider_that_falls_ill_on_the_way(client: PageClient) -> None:
    page = come_back(client, pass_through(set_out(client, "good"), "ill"), status=503)

    assert page.heading == "Good cannot be reached now"


@one_database
def test_the_secret_goes_where_the_provider_takes_it(client: PageClient) -> None:
    come_back(client, pass_through(set_out(client, "by-post")))

    assert is_in(client)


def test_other_claims_can_say_who_it_is(client: PageClient, db_session: Session) -> None:
    wrong = pass_through(set_out(client, "entra"), upn="mila@example.org")
    assert come_back(client, wrong, status=403).heading == NO_ACCOUNT

    come_back(client, pass_through(set_out(client, "entra"), email=7, upn="mila@example.org", xms_edov="1"))

    assert is_in(client)


def test_signing_out_leads_to_signing_out_there(client: PageClient, rivierstad: str) -> None:
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))
    client.page("/")
    page = client.submit("Sign out")

    assert (page.url, page.heading, is_in(client)) == ("/sign-out/at/rivierstad", "You are signed out", False)
    address = next(target for name, target in page.links if name == "Sign out at Rivierstad")
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == rivierstad
    assert parse_qs(parts.query) == {"client_id": ["ekc"], "post_logout_redirect_uri": ["http://localhost/"]}
    assert requests.get(address, timeout=SECONDS).ok


def test_where_there_is_nothing_to_sign_out_of_nothing_is_said(client: PageClient) -> None:
    come_back(client, pass_through(set_out(client, "good")))
    client.page("/")

    assert client.submit("Sign out").url == "/"
    assert client.get("/sign-out/at/gone").location == "/"


def test_who_came_from_elsewhere_shows_first_that_it_is_them(client: PageClient, cast: Cast) -> None:
    """The provider may have let them through unasked: that is not enough to make a passkey, which would outlast it."""
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))
    page = client.page("/account/passkeys")
    assert page.link("Sign in once more") == "/sign-in?again=1&next=/account/passkeys"
    assert "Make a passkey" not in page.buttons

    client.follow("Sign in once more")
    client.submit("Sign in", {"Email address": mail_of("Mila"), "Password": PASSWORD})
    assert "Make a passkey" in client.page("/account/passkeys").buttons


@one_database
def test_an_unknown_provider_is_not_there(client: PageClient) -> None:
    paths = ("/sign-in/at/nowhere", "/sign-in/from/nowhere?code=x&state=y", "/sign-out/at/nowhere")

    assert [client.get(path).status_code for path in paths] == [404] * 3


@one_database
def test_a_sign_in_there_counts_as_one_thing_or_two(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    ways: list[tuple[str, dict[str, object]]] = [
        ("good", {}),
        ("weak", {"amr": ["mfa"]}),
        ("strong", {}),
        ("strong", {"amr": ["pwd"], "acr": "mfa"}),
        ("strong", {"amr": ["pwd", 7, "mfa"]}),
    ]

    methods = []
    for kind, claims in ways:
        come_back(client, pass_through(set_out(client, kind), "", **claims))
        db_session.rollback()
        methods += [row.method for row in sign_ins_of(db_session, clock(), cast.mila.account_id or 0)]

    alone = Method.PROVIDER_ALONE
    assert methods == [Method.PROVIDER, alone, alone, alone, Method.PROVIDER]
    assert come_back(client, pass_through(set_out(client, "strong"), amr="mfa"), status=400).heading.startswith(
        "Signing in"
    )


def test_where_it_counts_as_one_thing_the_second_step_is_asked(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    app, _ = set_up_app(db_session, clock(), cast.mila)

    page = come_back(client, pass_through(set_out(client, "weak", "/follow-ups")))
    assert (page.url, is_in(client)) == ("/sign-in/code?next=/follow-ups", False)
    client.submit("Sign in", {"Code": app.at(clock() + timedelta(seconds=30))})
    assert client.here.url == "/follow-ups"

    assert come_back(client, pass_through(set_out(client, "good", "/follow-ups"))).url == "/follow-ups"


def test_who_has_left_does_not_come_in(client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"))
    closing.set_leaving(
        By(db_session, cast.bas, clock()), cast.mila.account_id or 0, clock().date() + timedelta(days=1)
    )
    db_session.execute(update(Account).values(leaves_on=clock().date() - timedelta(days=2)))  # and time goes by
    db_session.commit()

    page = come_back(client, sign_in_there(set_out(client, "rivierstad"), sub="mila-7"), status=403)

    assert (page.heading, refused(db_session)) == (NO_ACCOUNT, ["closed"])


@pytest.fixture
def visitor(browser: Browser, make_app: MakeApp, rivierstad: str, database_url: str, cast: Cast) -> Iterator[Page]:
    """A real browser."""
    port = free_port()
    app = make_app(base_url=f"http://localhost:{port}", providers=(provider("rivierstad", rivierstad),))
    with served(app, port=port), visiting(browser, f"http://localhost:{port}", refused=True) as page:
        page.route("**/pico*.css", lambda route: route.fulfill(body="", content_type="text/css"))  # the mock's looks
        yield page


@one_database
def test_there_and_back_in_a_browser(visitor: Page, clock: FrozenClock, onlooker: Onlooker) -> None:
    clock.set(datetime.now(UTC))
    visitor.goto("/sign-in?next=/follow-ups")
    onlooker.look(visitor, "sign in at an organisation")
    visitor.get_by_role("link", name="Sign in at Rivierstad").click()
    visitor.get_by_role("button", name="Deny").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("You did not sign in at Rivierstad")
    onlooker.look(visitor, "not signed in")

    visitor.get_by_role("link", name="To the sign-in page").click()
    visitor.get_by_role("link", name="Sign in at Rivierstad").click()
    visitor.get_by_role("button", name="mila-7").click()
    visitor.wait_for_url("**/follow-ups")
    expect(visitor.locator(".masthead__name")).to_have_text("Mila Visser")

    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("You are signed out")
    onlooker.look(visitor, "signed out here")
    visitor.get_by_role("link", name="Sign out at Rivierstad").click()
    visitor.get_by_role("button", name="End session").click()
    visitor.wait_for_url("http://localhost:*/")
