"""Passkeys in a real browser with a virtual authenticator: creating, using and removing them, and misuse."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.audit import AuditEvent, read_detail
from ekc.signin.models import Method, Passkey
from ekc.signin.queries import passkeys_of, sign_ins_of
from ekc.staff.actions import closing
from tests.cast import PASSWORD, Cast, mail_of
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.plugins.browser import served, visiting
from tests.plugins.web import MakeApp
from tests.ports import free_port
from tests.signin.device import Device
from tests.tab import sign_in

PORT = free_port()
#: The form with the answer is sent when told.
HOLD = """() => {
    const send = HTMLFormElement.prototype.submit;
    HTMLFormElement.prototype.submit = function () {
        window.goOn = () => send.call(this);
        document.title = "answered";
    };
}"""
PASSKEYS = "/account/passkeys"
NO = "This passkey did not let you in. Try once more, or sign in in another way."


@pytest.fixture(scope="session")
def _app(make_app: MakeApp) -> Flask:
    return make_app(base_url=f"http://localhost:{PORT}")


@pytest.fixture
def address(_app: Flask, database_url: str, clock: FrozenClock, cast: Cast) -> Iterator[str]:
    """The address of the product, by a name that passkeys can know."""
    with served(_app, port=PORT) as numbered:
        yield numbered.replace("127.0.0.1", "localhost")


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Page]:
    """A browser."""
    with visiting(browser, address, refused=True) as page:
        yield page


@pytest.fixture
def device(visitor: Page) -> Device:
    """The device they sit at."""
    return Device(visitor)


def make_passkey(page: Page, name: str | None = None) -> None:
    page.goto(PASSKEYS)
    if name:
        page.get_by_label("What do you call it?").fill(name)
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The passkey is there.")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")


def have_a_passkey(page: Page) -> None:
    """Noor has one on this device, and has left."""
    sign_in(page, "Noor", PASSKEYS)
    make_passkey(page)
    sign_out(page)


def of_denise(browser: Browser, address: str) -> dict[str, Any]:
    """A passkey that Denise made on a device of hers."""
    with visiting(browser, address) as other:
        device = Device(other)
        sign_in(other, "Denise", PASSKEYS)
        make_passkey(other)
        return device.passkeys[0]


def press(page: Page, target: str = "/account/passkeys") -> None:
    page.goto(f"/sign-in?next={target}")
    page.get_by_role("button", name="Sign in with a passkey").click()


def is_refused(page: Page, sentence: str = NO) -> None:
    expect(page.locator(".ds-error-summary li")).to_have_text(sentence)
    page.goto(PASSKEYS)
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"


def reasons(session: Session) -> list[object]:
    """Why sign-ins were refused, as the audit has it."""
    lines = session.scalars(select(AuditEvent).where(AuditEvent.action == "account.sign_in_refused"))
    return [read_detail(session, line).get("why") for line in lines]


def test_a_passkey_is_made_and_lets_its_owner_in(
    visitor: Page, device: Device, cast: Cast, db_session: Session, clock: FrozenClock, onlooker: Onlooker
) -> None:
    sign_in(visitor, "Noor", PASSKEYS)
    onlooker.look(visitor, "no passkey yet")
    make_passkey(visitor, "Tablet at home")
    made = passkeys_of(db_session, cast.noor.account_id or 0)
    assert [(row.name, row.made_at, row.used_at) for row in made] == [("Tablet at home", clock(), None)]
    assert device.passkeys[0]["rpId"] == "localhost"
    onlooker.look(visitor, "a passkey")
    sign_out(visitor)

    clock.advance(days=1)
    visitor.goto("/sign-in")
    onlooker.look(visitor, "sign in with a passkey")
    press(visitor)

    expect(visitor.get_by_role("heading", level=1)).to_have_text("Your passkeys")
    expect(visitor.get_by_text("Last used on Tuesday 3 March 2026.")).to_be_visible()
    db_session.rollback()
    here = sign_ins_of(db_session, clock(), cast.noor.account_id or 0)
    assert [row.method for row in here] == [Method.PASSKEY]


def test_the_wrong_finger_is_refused_by_the_device(visitor: Page, device: Device) -> None:
    have_a_passkey(visitor)

    device.know_the_finger(False)
    press(visitor)

    expect(visitor.get_by_role("alert")).to_have_text("No passkey was used. Try again when you are ready.")
    device.know_the_finger(True)
    visitor.get_by_role("button", name="Sign in with a passkey").click()
    visitor.wait_for_url("**/account/passkeys")


@pytest.mark.parametrize("lie", ["isBadUV", "isBadUP", "isBogusSignature"])
def test_a_device_that_lies_is_refused(visitor: Page, device: Device, db_session: Session, lie: str) -> None:
    have_a_passkey(visitor)

    device.pretend(**{lie: True})
    press(visitor)

    is_refused(visitor)
    assert reasons(db_session) == ["InvalidAuthenticationResponse"]


def test_a_passkey_cannot_be_made_without_the_finger(
    visitor: Page, device: Device, cast: Cast, db_session: Session
) -> None:
    sign_in(visitor, "Noor", PASSKEYS)
    device.pretend(isBadUV=True)
    visitor.get_by_role("button", name="Make a passkey").click()

    expect(visitor.locator(".ds-error-summary li")).to_have_text("The passkey was not made. Try once more.")
    assert passkeys_of(db_session, cast.noor.account_id or 0) == []


def test_a_removed_passkey_lets_nobody_in(visitor: Page, device: Device, db_session: Session) -> None:
    sign_in(visitor, "Noor", PASSKEYS)
    make_passkey(visitor)
    visitor.locator("summary", has_text="Remove").click()
    visitor.get_by_role("button", name="Remove").click()
    expect(visitor.get_by_text("You have no passkey yet.")).to_be_visible()
    sign_out(visitor)

    press(visitor)

    is_refused(visitor)
    assert (len(device.passkeys), reasons(db_session)) == (1, ["unknown"])


def test_a_copied_passkey_is_refused(visitor: Page, device: Device, db_session: Session, cast: Cast) -> None:
    sign_in(visitor, "Noor", PASSKEYS)
    make_passkey(visitor)
    copy = device.passkeys[0]
    sign_out(visitor)
    press(visitor)
    visitor.wait_for_url("**/account/passkeys")
    sign_out(visitor)

    device.put(copy)  # that somebody made before the real one was used
    press(visitor)

    is_refused(visitor)
    assert reasons(db_session) == ["copied"]


def test_each_passkey_is_its_owners(
    visitor: Page, device: Device, browser: Browser, address: str, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    have_a_passkey(visitor)
    device.put(of_denise(browser, address))

    sign_in(visitor, "Noor", PASSKEYS)
    visitor.goto("/sign-in?again=1&next=/account/passkeys")
    visitor.get_by_role("button", name="Sign in with a passkey").click()

    expect(visitor.locator(".masthead__name")).to_have_text("Denise Okafor")
    db_session.rollback()
    assert sign_ins_of(db_session, clock(), cast.noor.account_id or 0) == []


def test_a_passkey_that_claims_to_be_somebody_elses_is_refused(
    visitor: Page, device: Device, browser: Browser, address: str, db_session: Session
) -> None:
    have_a_passkey(visitor)
    device.put(device.passkeys[0] | {"userHandle": of_denise(browser, address)["userHandle"]})

    press(visitor)

    is_refused(visitor)
    assert reasons(db_session) == ["handle"]


def test_a_closed_account_stays_closed(
    visitor: Page, device: Device, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    have_a_passkey(visitor)
    closing.close_account(By(db_session, cast.bas, clock()), cast.noor.account_id or 0)

    press(visitor)

    is_refused(visitor)
    assert reasons(db_session) == ["unknown"]


def test_a_device_makes_no_second_one_of_the_same(
    visitor: Page, device: Device, cast: Cast, db_session: Session
) -> None:
    sign_in(visitor, "Noor", PASSKEYS)
    make_passkey(visitor)

    visitor.get_by_role("button", name="Make a passkey").click()

    expect(visitor.get_by_role("alert")).to_have_text("This device has a passkey of yours already.")
    assert len(passkeys_of(db_session, cast.noor.account_id or 0)) == 1


def test_an_answer_counts_once(visitor: Page, device: Device, db_session: Session) -> None:
    """A copy of the session and the response cannot be replayed."""
    have_a_passkey(visitor)
    with visitor.expect_request(lambda request: request.method == "POST") as sent:
        press(visitor)
    visitor.wait_for_url("**/account/passkeys")
    sign_out(visitor)

    headers = sent.value.all_headers()
    kept = {name: headers[name] for name in ("cookie", "content-type")}

    def again() -> int:
        return requests.post(
            sent.value.url, sent.value.post_data_buffer, headers=kept, allow_redirects=False, timeout=20
        ).status_code

    assert (again(), reasons(db_session)) == (422, ["copied"])
    db_session.execute(update(Passkey).values(sign_count=0))  # as of a key that does not count
    db_session.commit()
    assert (again(), reasons(db_session)) == (422, ["copied", "used"])


def test_a_challenge_is_good_for_ten_minutes(visitor: Page, device: Device, clock: FrozenClock) -> None:
    have_a_passkey(visitor)
    visitor.goto("/sign-in")
    visitor.evaluate(HOLD)
    visitor.get_by_role("button", name="Sign in with a passkey").click()
    expect(visitor).to_have_title("answered")
    clock.advance(minutes=11)
    with visitor.expect_navigation():
        visitor.evaluate("() => window.goOn()")

    is_refused(visitor, "That took too long. Try once more.")


def test_without_javascript_there_is_no_button(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")

    assert not page.get_by_text("Sign in with a passkey").is_visible()
    assert not page.get_by_text("Other ways to sign in").is_visible()
    assert page.get_by_role("button", name="Sign in", exact=True).is_visible()
    sign_in(page, "Noor", PASSKEYS)
    assert page.get_by_text("This browser cannot make passkeys, or JavaScript is switched off.").is_visible()
    assert not page.get_by_role("button", name="Make a passkey").is_visible()
    context.close()


def test_after_ten_minutes_one_signs_in_once_more(visitor: Page, device: Device, clock: FrozenClock) -> None:
    sign_in(visitor, "Noor", PASSKEYS)
    clock.advance(minutes=11)
    visitor.get_by_role("button", name="Make a passkey").click()

    visitor.get_by_role("link", name="Sign in once more").click()
    visitor.get_by_label("Email address").fill(mail_of("Noor"))
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_role("button", name="Sign in", exact=True).click()
    make_passkey(visitor)
