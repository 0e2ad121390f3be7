"""Passkeys over HTTP with a software key: each condition for a response, and malformed requests."""

from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.core.audit import AuditEvent, broken_chains, read_detail
from ekc.core.errors import Unknown
from ekc.core.outbox import OutboxMessage
from ekc.signin.actions import passkeys
from ekc.signin.models import Method, Passkey, UsedNonce
from ekc.signin.passkeys import MAX_RESPONSE_LENGTH
from ekc.signin.queries import credentials_of, passkeys_of, sign_ins_of
from tests.build import registered_case
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.page import Page
from tests.plugins.web import MakeApp
from tests.signin.softkey import PRESENT, VERIFIED, SoftKey

#: What is believed hangs on no database; the tests without this mark ask both.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NO = "This passkey did not let you in. Try once more, or sign in in another way."
NOT_MADE = "The passkey was not made. Try once more."


@pytest.fixture
def noor(client: PageClient, cast: Cast) -> PageClient:
    """Noor, who signed in just now."""
    sign_in(client, cast.noor)
    return client


def registration_options(client: PageClient) -> dict[str, Any]:
    options: dict[str, Any] = client.get("/account/passkeys/new").get_json()
    return options


def send_new(client: PageClient, credential: str, name: str = "Phone") -> Page:
    """Send what the script would put into the form; the page one comes to."""
    return _send(client, "/account/passkeys", "Make a passkey", {"credential": credential, "name": name})


def authentication_options(client: PageClient) -> dict[str, Any]:
    options: dict[str, Any] = client.get("/sign-in/passkey").get_json()
    return options


def send_answer(client: PageClient, credential: str) -> Page:
    return _send(
        client, "/sign-in?again=1&next=/account/passkeys", "Sign in with a passkey", {"credential": credential}
    )


def _send(client: PageClient, page: str, button: str, values: dict[str, str]) -> Page:
    client.page(page)
    form = client.form(button).fill({})
    sent = dict(form.fields) | values
    answer = client.post(form.url, data=sent)
    return client.page(answer.location) if answer.location else Page(answer.text, form.url, answer.status_code)


def make(client: PageClient, name: str = "Phone", **lies: Any) -> SoftKey:
    """A passkey of whoever is signed in."""
    key = SoftKey()
    options = registration_options(client)
    page = send_new(client, key.made(options, **lies), name)
    assert page.status == 200, page.errors
    key.handle = handle_of(options)
    return key


def handle_of(options: dict[str, Any]) -> bytes:
    return urlsafe_b64decode(options["user"]["id"] + "==")


def out(client: PageClient) -> None:
    client.page("/")
    client.submit("Sign out")


def reasons(session: Session) -> list[object]:
    session.rollback()
    lines = session.scalars(select(AuditEvent).where(AuditEvent.action == "account.sign_in_refused"))
    return [read_detail(session, line).get("why") for line in lines]


def is_in(client: PageClient) -> bool:
    return client.get("/sign-in").status_code == 302


def test_what_a_browser_is_asked(noor: PageClient, cast: Cast) -> None:
    new, again, who = registration_options(noor), registration_options(noor), authentication_options(noor)

    assert new["rp"] == {"id": "localhost", "name": "localhost"}
    assert (new["user"]["name"], new["user"]["displayName"]) == ("noor@example.org", "Noor van Dijk")
    assert len(handle_of(new)) == 32
    assert (new["challenge"] != again["challenge"], len(new["challenge"])) == (True, 43)
    selection = new["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"], new["attestation"]) == (
        "required",
        "required",
        "none",
    )
    assert (who["rpId"], who["allowCredentials"], who["userVerification"]) == ("localhost", [], "required")


def test_several_are_made_listed_and_removed(
    noor: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    phone, tablet = make(noor, "Phone"), make(noor, " Tablet \u202e at\nhome ")
    assert [row.name for row in passkeys_of(db_session, cast.noor.account_id or 0)] == ["Tablet  athome", "Phone"]
    assert (phone.handle == tablet.handle, len(registration_options(noor)["excludeCredentials"])) == (True, 2)

    noor.page("/account/passkeys")
    noor.submit("Remove Phone")

    db_session.rollback()
    assert [row.name for row in passkeys_of(db_session, cast.noor.account_id or 0)] == ["Tablet  athome"]
    out(noor)
    assert send_answer(noor, phone.answer(authentication_options(noor))).errors == [NO]
    assert send_answer(noor, tablet.answer(authentication_options(noor))).heading == "Your passkeys"
    assert list(broken_chains(db_session)) == []


def test_what_was_changed_is_told_to_the_owner(noor: PageClient, cast: Cast, db_session: Session) -> None:
    make(noor)
    noor.page("/account/passkeys")
    noor.submit("Remove Phone")

    mails = db_session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(mail.recipient, mail.subject) for mail in mails] == [
        ("noor@example.org", "A passkey was made for your account"),
        ("noor@example.org", "A passkey of yours was removed"),
    ]


def test_removing_one_ends_every_other_sign_in(
    noor: PageClient, app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    make(noor)
    other = app.test_client()
    assert isinstance(other, PageClient)
    sign_in(other, cast.noor)

    noor.page("/account/passkeys")
    noor.submit("Remove Phone")

    assert (is_in(noor), is_in(other)) == (True, False)


def test_the_last_way_in_stays(noor: PageClient, cast: Cast, db_session: Session) -> None:
    make(noor, "Phone")
    make(noor, "Tablet")
    db_session.get_one(Account, cast.noor.account_id).password_hash = None
    db_session.commit()

    noor.page("/account/passkeys")
    noor.submit("Remove Phone")
    page = noor.refused("Remove Tablet", status=409)

    assert "This is your only way to sign in." in page.text
    db_session.rollback()
    assert credentials_of(db_session, cast.noor.account_id or 0).count == 1


def test_nobody_removes_the_passkey_of_somebody_else(
    noor: PageClient, app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    make(noor)
    other = app.test_client()
    assert isinstance(other, PageClient)
    sign_in(other, cast.denise)
    make(other)
    other.page("/account/passkeys")
    token = dict(other.form("Remove Phone").fill({}).fields)

    answers = [other.post(f"/account/passkeys/{number}/remove", data=token).status_code for number in (1, 99, 2**40)]

    assert answers == [404, 404, 404]
    assert len(passkeys_of(db_session, cast.noor.account_id or 0)) == 1


def test_the_same_passkey_is_not_kept_twice(noor: PageClient, app: Flask, cast: Cast, db_session: Session) -> None:
    """Nor with the user handle of another account, which would sign them in as the other."""
    key = make(noor)
    other = app.test_client()
    assert isinstance(other, PageClient)
    sign_in(other, cast.denise)

    page = send_new(other, key.made(registration_options(other)))

    assert (page.status, page.errors) == (422, ["This passkey is there already. Have your device make another one."])
    assert passkeys_of(db_session, cast.denise.account_id or 0) == []


def test_there_is_an_end_to_it(noor: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    for number in range(20):
        db_session.add(
            Passkey(
                account_id=cast.noor.account_id,
                credential_id=bytes([number]),
                public_key=b"",
                handle=b"h",
                sign_count=0,
                name=f"Key {number}",
                made_at=clock(),
            )
        )
    db_session.commit()

    page = send_new(noor, SoftKey().made(registration_options(noor)))

    assert page.errors == ["You have 20 passkeys. First remove one that you do not use."]


def test_ten_minutes_after_signing_in_nothing_is_changed(noor: PageClient, clock: FrozenClock) -> None:
    make(noor)
    noor.page("/account/passkeys")
    options, remove = registration_options(noor), noor.form("Remove Phone").fill({})
    clock.advance(minutes=9.9)
    made = send_new(noor, SoftKey().made(options), "Tablet")
    assert made.heading == "Your passkeys"

    clock.advance(minutes=0.2)

    assert noor.get("/account/passkeys/new").status_code == 409
    assert noor.post(remove.url, data=dict(remove.fields)).status_code == 409
    page = noor.page("/account/passkeys")
    assert [button for button in page.buttons if "passkey" in button or "Remove" in button] == []
    noor.follow("Sign in once more")
    noor.submit("Sign in", {"Email address": "noor@example.org", "Password": "a plan of our own"})
    assert noor.here.url == "/account/passkeys"
    make(noor, "Laptop")


@one_database
def test_passkeys_and_passwords_are_counted_apart(noor: PageClient) -> None:
    """Malformed requests do not lock out passkeys in the same network."""
    key = make(noor)
    out(noor)
    noor.page("/sign-in")
    for number in range(60):
        typed = {"Email address": f"somebody{number}@example.org", "Password": "another good one"}
        noor.refused("Sign in", typed, status=422)
    noor.page("/sign-in")
    noor.refused("Sign in", {"Email address": "denise@example.org", "Password": "another good one"}, status=429)

    assert send_answer(noor, key.answer(authentication_options(noor))).heading == "Your passkeys"


LIES: dict[str, dict[str, Any]] = {
    "nobody was verified": {"flags": PRESENT},
    "nobody was there": {"flags": VERIFIED},
    "for another site": {"rp_id": "evil.example"},
    "on a page of another site": {"origin": "https://evil.example"},
    "on another port": {"origin": "http://localhost:8080"},
    "for another challenge": {"challenge": "AAAA"},
    "for another purpose": {"purpose": "webauthn.other"},
}


@one_database
@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_not_true_is_not_believed(noor: PageClient, db_session: Session, lie: str) -> None:
    key = make(noor)
    out(noor)

    page = send_answer(noor, key.answer(authentication_options(noor), **LIES[lie]))

    assert (page.status, page.errors, is_in(noor)) == (422, [NO], False)
    assert reasons(db_session) == ["InvalidAuthenticationResponse"]


@one_database
@pytest.mark.parametrize("lie", LIES)
def test_a_new_one_that_is_not_true_is_not_kept(noor: PageClient, db_session: Session, cast: Cast, lie: str) -> None:
    page = send_new(noor, SoftKey().made(registration_options(noor), **LIES[lie]))

    assert (page.status, page.errors) == (422, [NOT_MADE])
    assert passkeys_of(db_session, cast.noor.account_id or 0) == []


@one_database
@pytest.mark.parametrize(
    "fmt", ["packed", "fido-u2f", "tpm", "apple", "android-key", "android-safetynet", "made-up", "", 7]
)
def test_a_certificate_that_makes_no_sense_is_not_kept(noor: PageClient, fmt: object) -> None:
    page = send_new(
        noor, SoftKey().made(registration_options(noor), fmt=fmt, statement={"sig": b"x", "x5c": [b"y"], "alg": -7})
    )

    assert page.errors == [NOT_MADE]


def test_another_key_or_another_person_is_refused(noor: PageClient, db_session: Session) -> None:
    key = make(noor)
    out(noor)

    answers: list[tuple[SoftKey, dict[str, Any]]] = [
        (key, {"private": SoftKey().private}),
        (key, {"handle": b"somebody else"}),
        (key, {"handle": b""}),
        (SoftKey(handle=key.handle), {}),
    ]
    pages = [send_answer(noor, one.answer(authentication_options(noor), **lies)) for one, lies in answers]

    assert [page.errors for page in pages] == [[NO]] * 4
    assert reasons(db_session) == ["InvalidAuthenticationResponse", "handle", "handle", "unknown"]


@pytest.mark.both_databases
def test_counts_grow_or_stay_at_nothing(noor: PageClient, db_session: Session) -> None:
    key = make(noor, count=5)
    out(noor)

    pages = [
        send_answer(noor, key.answer(authentication_options(noor), count=count)) for count in (0, 5, 6, 6, 2**32 - 1, 6)
    ]

    assert [page.status for page in pages] == [422, 422, 200, 422, 200, 422]
    assert reasons(db_session) == ["copied"] * 4


def test_one_that_does_not_count_goes_on_without(noor: PageClient) -> None:
    key = make(noor)
    out(noor)

    assert [send_answer(noor, key.answer(authentication_options(noor))).status for _ in range(3)] == [200] * 3


def test_a_challenge_is_used_once_whatever_comes_of_it(noor: PageClient, db_session: Session) -> None:
    key = make(noor)
    out(noor)
    options = authentication_options(noor)

    first = send_answer(noor, key.answer(options, handle=b""))
    second = send_answer(noor, key.answer(options))

    assert [first.errors, second.errors] == [[NO], ["That took too long. Try once more."]]


def test_what_was_used_is_remembered_until_it_is_too_old(
    noor: PageClient, db_session: Session, clock: FrozenClock
) -> None:
    key = make(noor)
    used_until = db_session.scalars(select(UsedNonce.until)).all()
    assert used_until == [clock() + timedelta(minutes=10)]
    out(noor)

    clock.advance(minutes=11)
    send_answer(noor, key.answer(authentication_options(noor)))

    db_session.rollback()
    assert db_session.scalars(select(UsedNonce.until)).all() == [clock() + timedelta(minutes=10)]


def test_the_sign_in_is_by_passkey_and_lasts_as_others(
    noor: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    key = make(noor)
    out(noor)
    clock.advance(days=1)
    send_answer(noor, key.answer(authentication_options(noor)))

    here = sign_ins_of(db_session, clock(), cast.noor.account_id or 0)
    assert [(row.method, row.began_at) for row in here] == [(Method.PASSKEY, clock())]
    assert [row.used_at for row in passkeys_of(db_session, cast.noor.account_id or 0)] == [clock()]


def test_who_has_no_account_has_no_passkeys(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = registered_case(db_session, cast, clock())
    enter(client, db_session, clock(), case.id, case.people["marieke"])

    assert [client.get(path).status_code for path in ("/account/passkeys", "/account/passkeys/new")] == [404, 404]
    with pytest.raises(Unknown):
        passkeys.remove_passkey(By(db_session, cast.nobody, clock()), 1)


@pytest.fixture
def numbered(make_app: MakeApp, database_url: str, cast: Cast) -> PageClient:
    """The product at an address that passkeys cannot know."""
    made = make_app(base_url="http://127.0.0.1:8000").test_client()
    assert isinstance(made, PageClient)
    return made


@one_database
def test_an_address_without_a_name_has_no_passkeys(numbered: PageClient, cast: Cast) -> None:
    assert "Sign in with a passkey" not in numbered.page("/sign-in").buttons
    assert numbered.get("/sign-in/passkey").status_code == 404
    sign_in(numbered, cast.noor)
    page = numbered.page("/account/passkeys")
    assert "Passkeys do not work at this address: they need https and a host name. Ask your administrator." in page.text
    assert numbered.get("/account/passkeys/new").status_code == 404


@one_database
@pytest.mark.parametrize(
    "sent", ["", "[" * 9000, "x" * (MAX_RESPONSE_LENGTH + 1), '{"id": 1e999}', "{}", "null", "NaN", '"x"']
)
def test_what_is_no_answer_at_all(noor: PageClient, sent: str) -> None:
    registration_options(noor)
    assert send_new(noor, sent).status == 422
    authentication_options(noor)
    assert send_answer(noor, sent).status == 422


@one_database
def test_only_forms_of_ours_are_taken(noor: PageClient) -> None:
    key = SoftKey()
    body = key.made(registration_options(noor))

    noor.page("/account/passkeys")
    token = dict(noor.form("Make a passkey").fill({}).fields)["csrf_token"]

    as_json = noor.post("/account/passkeys", data=body, content_type="application/json", headers={"X-CSRFToken": token})
    from_elsewhere = noor.post("/account/passkeys", data={"credential": body, "name": "Phone"})

    assert (as_json.status_code, from_elsewhere.status_code) == (415, 400)
