"""The second factor over HTTP: setting it up, codes and recovery codes, and refused attempts."""

import re
from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyotp import TOTP
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal, TooMany, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.signin.actions import passwords, second_factor, sessions
from ekc.signin.actions.second_factor import check_code
from ekc.signin.models import Authenticator, Method, RecoveryCode
from ekc.signin.queries import has_second_factor, own_sign_in, sign_ins_of
from ekc.staff.actions import sign_in as sign_in_actions
from tests.cast import COST, PASSWORD, Cast, set_up_app, sign_in_by_password
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.page import Page

NO = "This code does not let you in. Wait for the next one of the app, and type that."


@pytest.fixture
def noor(cast: Cast) -> int:
    return cast.noor.account_id or 0


@pytest.fixture
def phone(db_session: Session, cast: Cast, clock: FrozenClock) -> tuple[TOTP, list[str]]:
    """Noor has set up her phone an hour ago: its app, and her recovery codes."""
    made = set_up_app(db_session, clock(), cast.noor)
    clock.advance(hours=1)
    return made


def is_in(client: PageClient) -> bool:
    """Whether the sign-in page redirects, as it does for signed-in visitors."""
    return client.get("/sign-in").status_code == 302


def key_on(page: Page) -> str:
    """The secret that the page shows."""
    return "".join(page.all("code")[0].itertext()).replace(" ", "")


def type_code(client: PageClient, typed: str) -> Page:
    return client.submit("Sign in", {"Code": typed})


def said(session: Session, *left_out: str) -> list[tuple[str, dict[str, str | int]]]:
    """The audit events about this account with their details, without those of creating the cast."""
    events = session.scalars(select(AuditEvent).where(AuditEvent.action.like("account.%")).order_by(AuditEvent.seq))
    lines = [(event.action, read_detail(session, event)) for event in events if event.action != "account.opened"]
    session.rollback()
    return [line for line in lines if line[0] not in left_out]


def mails(session: Session) -> list[tuple[str, str]]:
    found = session.execute(select(OutboxMessage.recipient, OutboxMessage.subject).order_by(OutboxMessage.id))
    return [(row.recipient, row.subject) for row in found]


# setting up ---------------------------------------------------------------------------------------------------------


def test_a_phone_is_set_up_with_its_first_code(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, noor: int
) -> None:
    sign_in_by_password(client, cast.noor)
    client.page("/account")
    page = client.follow("Set up a second step")
    key = key_on(page)
    assert page.link("Open it in the app") == (
        f"otpauth://totp/Own%20Plan:noor%40example.org?secret={key}&issuer=Own%20Plan"
    )
    assert page.all("img")[1].attrib["src"].startswith("data:image/svg+xml;")

    page = client.submit("Set up", {"Code": TOTP(key).at(clock()), "Your password": PASSWORD})

    assert page.heading == "Your recovery codes"
    assert "All earlier codes have stopped working." not in page.text
    shown = re.findall(r"\b\d{4} \d{4} \d{4}\b", page.text)
    assert len(set(shown)) == 10
    assert client.page("/account/recovery-codes").heading == "My sign-in"  # they are shown once
    assert "You have 10 recovery codes left." in client.here.text
    assert "with a password and a code" in client.here.text
    assert [action for action, _ in said(db_session)] == ["account.signed_in", "account.second_factor_added"]
    assert mails(db_session) == [("noor@example.org", "Signing in now asks for a code")]
    kept = [row[0] for row in db_session.execute(select(RecoveryCode.code_hash))]
    assert len(kept) == 10
    assert not any(code.replace(" ", "") in hashed for code in shown for hashed in kept)


def test_a_key_is_not_kept_as_it_is(db_session: Session, phone: tuple[TOTP, list[str]]) -> None:
    raw = db_session.connection().exec_driver_sql("select secret from authenticator").scalar_one()

    assert phone[0].secret.encode() not in bytes(raw)
    assert db_session.scalars(select(Authenticator.secret)).one() == phone[0].secret


@pytest.mark.parametrize(
    ("code", "password", "error"),
    [
        (
            "000000",
            PASSWORD,
            "This code is not right. Type the newest one. Does the clock of the phone show the right time?",
        ),
        ("right", "another good one", "This is not the password you have now. Type it again. Nothing was changed."),
        ("", "", "Code: Type the code."),
    ],
)
def test_a_phone_is_not_set_up_by_guessing(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, code: str, password: str, error: str
) -> None:
    sign_in_by_password(client, cast.noor)
    key = key_on(client.page("/account/second-factor"))

    typed = TOTP(key).at(clock()) if code == "right" else code
    page = client.refused("Set up", {"Code": typed, "Your password": password})

    assert page.errors[-1:] == [error] or page.errors[:1] == [error]
    assert key_on(page) == key  # it can be tried again with the same phone
    assert not has_second_factor(db_session, cast.noor.account_id or 0)


def test_the_key_of_a_phone_is_for_who_began(app: Flask, client: PageClient, cast: Cast, clock: FrozenClock) -> None:
    """What the session of another sign-in kept is nothing to this one."""
    sign_in_by_password(client, cast.noor)
    key = key_on(client.page("/account/second-factor"))
    with client.session_transaction() as kept:
        pending = kept["authenticator"]
    other = app.test_client()
    assert isinstance(other, PageClient)
    sign_in_by_password(other, cast.denise)
    with other.session_transaction() as session:
        session["authenticator"] = pending

    assert pending[1] == key
    assert key_on(other.page("/account/second-factor")) != key


def test_setting_up_ends_what_was_begun_with_the_password_alone(
    db_session: Session, cast: Cast, clock: FrozenClock, noor: int
) -> None:
    here, elsewhere = (
        sessions.sign_in_account(db_session, clock(), noor, method).id for method in (Method.PASSWORD, Method.PASSWORD)
    )

    set_up_app(db_session, clock(), replace(cast.noor, sign_in_id=here))

    assert [(row.id, row.method) for row in sign_ins_of(db_session, clock(), noor)] == [(here, Method.CODE)]
    assert elsewhere != here
    with pytest.raises(Unknown):
        sessions.sign_in_account(db_session, clock(), noor, Method.PASSWORD)


def test_another_phone_takes_the_place_of_the_first(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    new, codes = set_up_app(db_session, clock(), cast.noor)
    clock.advance(minutes=1)

    tries = [phone[0].at(clock()), phone[1][0], new.at(clock()), codes[0]]

    assert [check_code(db_session, clock(), noor, typed, COST) for typed in tries] == [False, False, True, True]


# signing in ---------------------------------------------------------------------------------------------------------


def test_one_signs_in_with_a_code(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    client.page("/sign-in?next=/account?from=here")
    page = client.submit("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD})
    assert (page.heading, page.url) == ("Second step", "/sign-in/code?next=/account?from%3Dhere")
    assert not is_in(client)

    page = type_code(client, phone[0].at(clock())[:3] + " " + phone[0].at(clock())[3:])

    assert page.url == "/account?from=here"
    assert [row.method for row in sign_ins_of(db_session, clock(), noor)] == [Method.CODE]
    with client.session_transaction() as session:
        assert "pending" not in session


def test_halfway_is_nowhere(app: Flask, client: PageClient, cast: Cast, phone: tuple[TOTP, list[str]]) -> None:
    """A visitor who typed the password but no code has no access to any page."""
    sign_in_by_password(client, cast.noor)
    stranger = FlaskClient(app)

    for address in pages(app):
        answers = [FlaskClient.open(one, address) for one in (client, stranger)]
        if address != "/sign-in/code":
            assert [(one.status_code, one.location) for one in answers[:1]] == [
                (answers[1].status_code, answers[1].location)
            ], address


def pages(app: Flask) -> Iterator[str]:
    """Every address that can be looked at, with some number where it takes one."""
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield re.sub(r"<(\w+:)?\w+>", "1", rule.rule)


def test_a_password_is_good_for_ten_minutes(
    client: PageClient, cast: Cast, clock: FrozenClock, phone: tuple[TOTP, list[str]]
) -> None:
    sign_in_by_password(client, cast.noor)
    clock.advance(minutes=9.9)
    client.page("/sign-in/code")
    clock.advance(minutes=0.2)

    page = client.submit("Sign in", {"Code": phone[0].at(clock())})

    assert (page.heading, page.url) == ("Sign in", "/sign-in")
    assert "That took a while. Type your password again." in page.text
    assert not is_in(client)


def test_a_code_lets_in_once(
    app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, phone: tuple[TOTP, list[str]]
) -> None:
    code = phone[0].at(clock())
    sign_in_by_password(client, cast.noor)
    type_code(client, code)
    other = app.test_client()
    assert isinstance(other, PageClient)

    sign_in_by_password(other, cast.noor)

    assert other.refused("Sign in", {"Code": code}, status=422).errors == [NO]
    assert not is_in(other)


def test_no_code_before_the_last_one_lets_in(
    db_session: Session, clock: FrozenClock, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    app, here = phone[0], int(clock().timestamp()) // 30
    tries = [here + 2, here - 2, here + 1, here, here - 1, here + 1]

    found = [check_code(db_session, clock(), noor, app.generate_otp(step), COST) for step in tries]

    assert found == [False, False, True, False, False, False]


def test_every_wrong_code_sounds_the_same(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    used = phone[1][3]
    assert check_code(db_session, clock(), noor, used, COST)
    sign_in_by_password(client, cast.noor)

    found = [client.refused("Sign in", {"Code": typed}, status=422) for typed in ("000000", used, "999999999999", "x")]

    assert [page.errors for page in found] == [[NO]] * 4
    assert len({re.sub(r'value="[^"]*"', "", page.html) for page in found}) == 1
    assert said(db_session, "account.signed_in")[2:] == [("account.code_refused", {"account": noor})] * 4


def test_a_recovery_code_lets_in_once_and_its_owner_is_told(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    code = phone[1][7]
    sign_in_by_password(client, cast.noor)

    page = type_code(client, f"{code[:4]}-{code[4:8]} {code[8:]}")

    assert "You have 9 recovery codes left." in page.text
    assert is_in(client)
    assert ("account.recovery_code_used", {"account": noor}) in said(db_session)
    assert mails(db_session)[1:] == [("noor@example.org", "A recovery code was used")]
    other = app.test_client()
    assert isinstance(other, PageClient)
    sign_in_by_password(other, cast.noor)
    assert other.refused("Sign in", {"Code": code}).errors == [NO]


def test_when_few_recovery_codes_are_left_the_page_says_so(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    sign_in_by_password(client, cast.noor)
    type_code(client, phone[0].at(clock()))
    for code in phone[1][:6]:
        check_code(db_session, clock(), noor, code, COST)
    assert "make new ones" not in client.page("/account").text
    check_code(db_session, clock(), noor, phone[1][6], COST)
    assert "You have 3 recovery codes left. make new ones" in client.page("/account").text

    client.refused("Make ten new codes", {"Your password": "another good one"}, status=409)
    page = client.submit("Make ten new codes", {"Your password": PASSWORD})

    assert page.heading == "Your recovery codes"
    assert "All earlier codes have stopped working." in page.text
    assert own_sign_in(db_session, noor).codes_left == 10
    assert not check_code(db_session, clock(), noor, phone[1][8], COST)
    assert ("account.recovery_codes_made", {"actor": "Noor van Dijk", "account": noor}) in said(db_session)


@pytest.mark.parametrize("kind", ["recovery", "one-time"])
def test_of_many_at_one_moment_one_gets_in(
    engine: Engine, clock: FrozenClock, phone: tuple[TOTP, list[str]], noor: int, kind: str
) -> None:
    code = phone[1][0] if kind == "recovery" else phone[0].at(clock())
    at, ready, found = clock(), Barrier(5), list[bool]()

    def enter() -> None:
        with make_sessions(engine)() as session:
            ready.wait()
            found.append(check_code(session, at, noor, code, COST))

    threads = [Thread(target=enter) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [False] * 4 + [True]


def test_guessing_at_codes_is_slowed_down_and_the_owner_is_told(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, phone: tuple[TOTP, list[str]]
) -> None:
    sign_in_by_password(client, cast.noor)
    for wrong in ("000000", "000001", "123412341234", "000002", ""):
        client.refused("Sign in", {"Code": wrong}, status=422)  # what is left out is no try
    client.refused("Sign in", {"Code": "000003"}, status=422)

    for _ in range(2):
        client.page("/sign-in/code")
        slowed = client.refused("Sign in", {"Code": phone[0].at(clock())}, status=429)
    assert slowed.heading == "Too many tries"
    assert "000003" not in slowed.text
    assert phone[0].at(clock()) not in slowed.text
    assert mails(db_session)[1:] == [("noor@example.org", "Somebody types wrong codes")]

    clock.advance(minutes=15)
    sign_in_by_password(client, cast.noor)
    type_code(client, phone[0].at(clock()))
    assert is_in(client)


# doing without ------------------------------------------------------------------------------------------------------


def test_the_second_step_is_turned_off_with_the_password(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    sign_in_by_password(client, cast.noor)
    type_code(client, phone[0].at(clock()))
    client.page("/account")

    assert client.refused("Turn it off", {"Your password": "another good one"}, status=409).errors == [
        "This is not the password you have now. Type it again. Nothing was changed."
    ]
    client.submit("Turn it off", {"Your password": PASSWORD})

    assert not has_second_factor(db_session, noor)
    assert db_session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    assert [line[0] for line in said(db_session)][-2:] == ["account.password_refused", "account.second_factor_removed"]
    assert mails(db_session)[-1] == ("noor@example.org", "Signing in asks for no code any more")
    client.page("/")
    client.submit("Sign out")
    assert sign_in_by_password(client, cast.noor).heading == "Hello, Noor"


def test_where_it_is_required_it_stays(
    db_session: Session, cast: Cast, clock: FrozenClock, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    with pytest.raises(Refusal, match="everybody signs in with a second step"):
        second_factor.remove_authenticator(By(db_session, cast.noor, clock()), PASSWORD, COST, required=True)

    assert has_second_factor(db_session, noor)


def test_there_are_no_recovery_codes_without_a_second_step(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    with pytest.raises(Unknown):
        second_factor.renew_recovery_codes(By(db_session, cast.noor, clock()), PASSWORD, COST)


def test_an_administrator_takes_it_away_and_the_owner_is_told(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    sign_in_by_password(client, cast.noor)
    type_code(client, phone[0].at(clock()))

    sign_in_actions.reset_second_factor(By(db_session, cast.bas, clock()), noor)

    assert not is_in(client)
    assert said(db_session)[-1] == ("account.second_factor_reset", {"actor": "Bas Mulder", "account": noor})
    assert mails(db_session)[-2:] == [
        ("noor@example.org", "Your second step was taken away"),
        ("ruud@example.org", "The second step of somebody was taken away"),
    ]
    assert sign_in_by_password(client, cast.noor).heading == "Hello, Noor"


def test_nobody_else_takes_it_away(
    db_session: Session, cast: Cast, clock: FrozenClock, phone: tuple[TOTP, list[str]], noor: int
) -> None:
    for visitor in (cast.noor, cast.denise, cast.ruud, cast.mila, cast.nobody):
        with pytest.raises(Unknown):
            sign_in_actions.reset_second_factor(By(db_session, visitor, clock()), noor)
    with pytest.raises(Unknown):
        sign_in_actions.reset_second_factor(By(db_session, cast.bas, clock()), 99)
    assert has_second_factor(db_session, noor)


def test_too_many_passwords_are_too_many_here_too(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    """An open session cannot be used to guess the password."""
    for _ in range(10):
        with pytest.raises(Refusal, match="not the password"):
            passwords.reauthenticate(By(db_session, cast.noor, clock()), "another good one", COST)

    with pytest.raises(TooMany):
        passwords.reauthenticate(By(db_session, cast.noor, clock()), PASSWORD, COST)

    assert passwords.check_password(db_session, clock(), "noor@example.org", PASSWORD, COST) is not None
