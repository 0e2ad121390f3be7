"""Noor sets up her second factor on her phone, signs in with it, loses the phone, and uses a recovery code."""

import re

from playwright.sync_api import Page, expect
from pyotp import TOTP
from sqlalchemy.orm import Session

from ekc.signin.actions.sessions import sign_in_account
from ekc.signin.models import Method
from tests.cast import PASSWORD, Cast
from tests.clock import FrozenClock
from tests.look import NARROW, Onlooker
from tests.stories.eyes import look_both_ways
from tests.tab import follow, press, sign_in, unfold


def look(phone: Page, onlooker: Onlooker, name: str) -> None:
    """Check the page with every fold open, by axe, light and dark, wide and narrow, in both directions."""
    unfold(phone)
    look_both_ways(onlooker, phone, name)
    phone.set_viewport_size(NARROW)  # type: ignore[arg-type]


def test_a_phone_is_set_up_used_and_lost(
    visitor: Page, onlooker: Onlooker, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    phone = visitor
    phone.set_viewport_size(NARROW)  # type: ignore[arg-type]
    sign_in_account(db_session, clock(), cast.noor.account_id or 0, Method.PASSWORD, "Firefox, Windows")
    clock.advance(hours=1)
    sign_in(phone, "Noor")
    follow(phone, "Noor van Dijk: my sign-in")
    look(phone, onlooker, "my sign-in")

    follow(phone, "Set up a second step")
    expect(phone.get_by_role("img", name="QR code for the app")).to_be_visible()
    assert phone.evaluate("document.querySelector('main img').naturalWidth") > 0  # the browser draws it
    key = phone.locator("code").inner_text().replace(" ", "")
    assert f"secret={key}" in (phone.get_by_role("link", name="Open it in the app").get_attribute("href") or "")
    look(phone, onlooker, "setting up a phone")
    app = TOTP(key)
    phone.get_by_label("Code", exact=True).fill(app.at(clock()))
    phone.get_by_label("Your password").fill(PASSWORD)
    press(phone, "Set up")

    expect(phone.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    codes = re.findall(r"\d{4} \d{4} \d{4}", phone.locator("main").inner_text())
    look(phone, onlooker, "recovery codes")
    on_paper(phone, codes)
    follow(phone, "I have kept them: go on")
    expect(phone.get_by_text("Firefox, Windows")).to_have_count(0)  # signed out there
    look(phone, onlooker, "my sign-in with a phone")

    press(phone, "Sign out")
    sign_in(phone, "Noor")
    look(phone, onlooker, "second step")
    clock.advance(minutes=1)
    phone.get_by_label("Code", exact=True).fill(app.at(clock()))
    press(phone, "Sign in")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Hello, Noor")

    press(phone, "Sign out")
    sign_in(phone, "Noor")
    phone.get_by_label("Code", exact=True).fill(codes[4])
    press(phone, "Sign in")
    expect(phone.get_by_text("You have 9 recovery codes left.")).to_be_visible()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Hello, Noor")


def on_paper(phone: Page, codes: list[str]) -> None:
    """Printed, the page shows the codes and their owner, and no buttons."""
    phone.emulate_media(media="print")
    printed = phone.locator("body").inner_text()
    phone.emulate_media(media="screen")
    assert re.findall(r"\d{4} \d{4} \d{4}", printed) == codes
    assert len(codes) == 10
    assert "For noor@example.org at Own Plan, made on Monday 2 March 2026." in printed
    assert "Sign out" not in printed
    assert "go on" not in printed
