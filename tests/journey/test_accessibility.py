"""The accessibility statement, and what is told to people who do not see the page."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page as BrowserPage
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import AccessibilityStatement, ConfigError, load_settings
from ekc.accounts.access import By
from ekc.conferences.actions.links import answer_request
from ekc.links.models import LinkDevice
from tests import build
from tests.cast import CODE, SHARED, Cast, make_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import CONTENT_KEY
from tests.demo.command import write_keys
from tests.look import Onlooker
from tests.plugins.web import MakeApp
from tests.tab import press

STATEMENT = AccessibilityStatement(
    organisation="Rivierstad",
    email="toegankelijk@example.org",
    phone="0900 1234",
    status="B",
    signed_on=date(2026, 2, 1),
    signed_by="secretary",
)
FILE = """
organisation = "Rivierstad"
email = "toegankelijk@example.org"
phone = "0900 1234"
status = "B"
signed_on = 2026-02-01
signed_by = "secretary"
"""


def test_every_page_leads_to_the_statement_which_says_what_is_not_filled_in(client: PageClient, cast: Cast) -> None:
    client.page("/sign-in")
    page = client.follow("Accessibility")

    assert (page.heading, page.text.lower().count("filled in")) == ("Accessibility", 3)
    assert [name for name, _ in page.links if "@" in name or name == "0900 1234"] == []


def test_the_statement_as_the_organisation_filled_it_in(make_app: MakeApp, cast: Cast) -> None:
    client = make_app(accessibility=STATEMENT).test_client()
    assert isinstance(client, PageClient)
    page = client.page("/accessibility")

    assert "Rivierstad runs this service." in page.text
    assert "B: complies in part Declared on Sunday 1 February 2026 by: secretary." in page.text
    assert (
        page.name_of(next(a for a in page.all("a") if a.get("href") == "tel:09001234")),
        page.name_of(next(a for a in page.all("a") if a.get("href") == "mailto:toegankelijk@example.org")),
    ) == ("0900 1234", "toegankelijk@example.org")
    assert "not filled in" not in page.text


def test_outside_the_netherlands_no_dutch_law_is_named(make_app: MakeApp, cast: Cast) -> None:
    client = make_app(countries=("england",)).test_client()
    assert isinstance(client, PageClient)

    assert [word for word in ("Besluit", "Ombudsman") if word in client.page("/accessibility").text] == []


def test_the_statement_is_read_from_a_file(tmp_path: Path) -> None:
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    (tmp_path / "statement.toml").write_text(FILE)

    settings = load_settings({"EKC_INSTANCE": str(tmp_path), "EKC_ACCESSIBILITY": str(tmp_path / "statement.toml")})

    assert settings.accessibility == STATEMENT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing", "cannot be read"),
        (FILE.replace('phone = "0900 1234"', ""), "it lacks phone."),
        (FILE.replace('"B"', '"E"'), "the status must be A, B, C or D."),
        (FILE.replace("2026-02-01", '"soon"'), "signed_on must be a day such as 2026-11-30."),
        (f'{FILE}report = "http://example.org"', "must begin with https://."),
        (f'{FILE}colour = "red"', "there is no setting colour."),
    ],
)
def test_what_is_wrong_in_the_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    (tmp_path / "statement.toml").write_text(text)

    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        load_settings({"EKC_INSTANCE": str(tmp_path), "EKC_ACCESSIBILITY": str(tmp_path / "statement.toml")})


def test_a_browser_fills_in_ones_own_details_alone(client: PageClient, cast: Cast, db_session: Session) -> None:
    """Somebody else's name or address would be the coordinator's or the administrator's own."""
    asked = {"one's own": _autocomplete(client, "/sign-in") | _autocomplete(client, "/forgotten-password")}
    for who in ("I refer somebody, for my work", "It is about me or my family"):
        client.page("/register")
        client.submit(who)
        about = {"Kind of conference": "family conference", "Voluntary or under pressure": "voluntary", "Why now": "!"}
        page = client.submit("Continue", about)
        asked[who] = _autocomplete(client, page.url) - {"off"}
    case = build.case_in_setup(db_session, cast, START)
    somebody = f"/conferences/{case.id}/circle/{case.people['marieke']}"
    sign_in(client, cast.noor)
    others = (somebody, f"/conferences/{case.id}/circle", f"/conferences/{case.id}/meeting", "/search")
    asked["others'"] = {token for address in others for token in _autocomplete(client, address)}
    sign_in(client, cast.bas)
    asked["others'"] |= _autocomplete(client, "/accounts/new")

    assert asked == {
        "one's own": {"username", "email"},
        "I refer somebody, for my work": {"name", "organization", "tel", "email"},
        "It is about me or my family": {"name", "tel", "email"},
        "others'": {"off"},
    }


def _autocomplete(client: PageClient, address: str) -> set[str]:
    """Of every line, and of every text that asks for an address."""
    page, lines = client.page(address), {"text", "tel", "email", "search"}
    typed = [node for node in page.all("input") if node.get("type") in lines]
    typed += [node for node in page.all("textarea") if "address" in node.get("name", "")]
    return {str(node.get("autocomplete")) for node in typed}


def test_the_statement_in_a_browser(visitor: BrowserPage, onlooker: Onlooker, cast: Cast) -> None:
    visitor.goto("/accessibility")
    onlooker.look(visitor, "accessibility")


def test_a_page_on_a_shared_device_asks_before_it_goes_and_stays_for_a_key(
    visitor: BrowserPage, onlooker: Onlooker, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    link = make_link(db_session, START, case.id, case.people["marieke"])
    visitor.goto(link)
    press(visitor, "Go to my page")
    visitor.get_by_label("Entrance code").fill(CODE)
    visitor.get_by_label(SHARED).check()
    visitor.clock.install()
    press(visitor, "Open my page")
    question = visitor.get_by_role("alertdialog", name="Are you still there?")

    visitor.clock.run_for(12 * 60_000)
    assert question.is_visible() is False
    visitor.clock.run_for(70_000)
    question.wait_for()
    onlooker.look(visitor, "are you still there")
    with visitor.expect_response("**/still-here"):
        visitor.keyboard.press("Shift")
    question.wait_for(state="hidden")
    visitor.clock.run_for(12 * 60_000)
    assert question.is_visible() is False
    visitor.keyboard.press("Shift")  # counts as use, so that nothing is asked
    with visitor.expect_response("**/still-here"):
        visitor.clock.run_for(2 * 60_000)
    visitor.clock.run_for(12 * 60_000)
    assert question.is_visible() is False
    visitor.clock.run_for(4 * 60_000)
    visitor.wait_for_url("**/signed-out")


def test_who_waits_is_let_in_on_the_page_that_stays(
    visitor: BrowserPage, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    visitor.goto(f"{make_link(db_session, START, case.id, case.people['marieke'])}/code")
    visitor.clock.install()
    press(visitor, "I have no code: ask to be let in")
    visitor.evaluate("window.stays = true")
    [device] = db_session.scalars(select(LinkDevice))

    answer_request(By(db_session, cast.noor, START), case.id, device.id, True)
    visitor.clock.run_for(6_000)
    visitor.get_by_role("heading", name="You can come in").wait_for()

    assert visitor.evaluate("[window.stays, document.activeElement.id, document.title]") == [
        True,
        "main",
        "You can come in · Own Plan",
    ]


def test_without_scripts_the_waiting_page_looks_every_half_minute(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    client.page(f"{make_link(db_session, START, case.id, case.people['marieke'])}/code")
    page = client.submit("I have no code: ask to be let in")

    assert [
        "".join(e.get("content", "") for e in page.all("meta") if e.get("http-equiv")),
        page.link("Look now whether you can come in"),
    ] == [
        "30",
        page.url,
    ]
