"""The menu of a case: on each of its pages, what it counts, what it leads to, and what it costs."""

from collections.abc import Callable
from itertools import product

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.core.audit import PUBLIC
from ekc.core.routes import declared_access
from ekc.journey.menu import GROUPS
from ekc.journey.views.home import menu as main_menu
from ekc.workflow.engine import may
from ekc.workflow.vocabulary import Activity, Phase, Role
from tests import build
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.journey.counting import counted
from tests.page import Page, text_of

Build = Callable[..., build.Made]
STAGES = (
    build.registered_case,
    build.case_in_setup,
    build.case_in_information,
    build.case_in_presentation,
    build.case_in_evaluation,
    build.closed_case,
)


def menu(page: Page) -> list[tuple[str, str, str]]:
    """The text, address and `aria-current` of its links."""
    navs = [nav for nav in page.all("nav") if nav.get("class") == "case-menu"]
    rows = [row for nav in navs for row in nav.iter("li")]
    return [
        (text_of(row), link.get("href", ""), link.get("aria-current", "")) for row in rows for link in row.iter("a")
    ]


def left_here(page: Page) -> tuple[int, str]:
    """How much is left according to the line above the page, and where its link leads."""
    line = next(one for one in page.all("p") if one.get("class") == "case-next")
    return int(text_of(line).split()[0]), next(iter(line.iter("a"))).get("href", "")


def test_a_page_of_the_menu_opens_for_whoever_is_led_to_it(app: Flask) -> None:
    access = declared_access(app)
    shut = [
        (page.endpoint, role, phase)
        for _, _, pages in GROUPS
        for page in pages
        for role, phase in product(Role, Phase)
        if may(page.activity, phase, {role})
        and not any(may(Activity(one), phase, {role}) for one in access[page.endpoint].detail.split(", "))
    ]
    assert shut == []


@pytest.mark.parametrize("make", STAGES)
def test_each_page_of_the_menu_has_the_menu_and_says_where_one_is(
    make: Build, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = make(db_session, cast, clock())
    sign_in(client, cast.ruud if make is build.registered_case else cast.noor)
    first = menu(client.page(f"/conferences/{case.id}"))
    assert len(first) > 8
    for _, href, _ in first:
        shown = menu(client.page(href))
        assert [one[1] for one in shown] == [one[1] for one in first]
        if make in STAGES[:3]:
            assert [one[0] for one in shown] == [one[0] for one in first]
        assert [one[1:] for one in shown if one[2]] == [(href, "page")]


def test_a_page_under_one_of_the_menu_is_marked_there_also_when_a_form_was_refused(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)
    here = f"/conferences/{case.id}"
    person = client.page(f"{here}/circle/{case.people['marieke']}")
    assert [one[1:] for one in menu(person) if one[2]] == [(f"{here}/circle", "true")]
    client.page(f"{here}/bottom-lines")
    refused = client.refused("Write it down", {})
    assert [one[1:] for one in menu(refused) if one[2]] == [(f"{here}/bottom-lines", "page")]


def test_no_page_of_a_case_is_called_as_one_of_the_main_menu(app: Flask) -> None:
    everybody = Visitor(PUBLIC, account_id=1, roles=frozenset(Role))
    assert {title for _, title in main_menu(everybody)} & {
        page.title for _, _, some in GROUPS for page in some
    } == set()


def test_what_the_phase_needs_comes_first(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    sign_in(client, cast.noor)
    firsts = []
    for make in (build.case_in_setup, build.case_in_information, build.case_in_presentation):
        case = make(db_session, cast, clock())
        firsts.append(menu(client.page(f"/conferences/{case.id}"))[1][1].rpartition("/")[2])
    assert firsts == ["circle", "attendance", "plan"]


def test_it_counts_people_and_what_is_open(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)
    here = f"/conferences/{case.id}"
    page = client.page(here)
    reasons = [href.partition("#")[0] for name, href in page.links if " go to the " in name]
    by_page = {href: text for text, href, _ in menu(page)}
    assert by_page[f"{here}/circle"] == f"Circle {len(case.people)} people · {reasons.count(f'{here}/circle')} open"
    assert by_page[f"{here}/meeting"] == f"Meeting {reasons.count(f'{here}/meeting')} open"
    assert by_page[f"{here}/history"] == "History"


def test_it_leads_from_one_open_thing_to_the_next(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)
    here = f"/conferences/{case.id}"
    many, first = left_here(client.page(f"{here}/bottom-lines"))
    assert first == f"{here}/bottom-lines"  # what is open on this page comes first
    assert left_here(client.submit("There are none")) == (many - 1, f"{here}/registration#question_agreed_on")


def test_nobody_else_has_it(client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session) -> None:
    case = build.case_in_presentation(db_session, cast, clock())
    enter(client, db_session, clock(), case.id, case.people["marieke"])
    assert menu(client.page(f"/conferences/{case.id}/plan")) == []
    case = build.case_in_private_time(db_session, cast, clock())
    sign_in(client, cast.noor)
    assert menu(client.page(f"/conferences/{case.id}")) == []


@pytest.mark.parametrize(  # ten for the page alone; the rest is what stops the next step
    ("make", "most"),
    [(build.case_in_setup, 15), (build.case_in_information, 18), (build.case_in_presentation, 10)],
)
def test_statements_of_a_page_with_the_menu(
    make: Build, most: int, app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = make(db_session, cast, clock())
    sign_in(client, cast.noor)
    address = f"/conferences/{case.id}/contact"
    client.page(address)
    with counted(app) as sent:
        client.page(address)
    assert len(sent) <= most, "\n".join(sent)


def test_where_nothing_is_left_the_next_step_is_taken_from_any_page(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    """By the coordinator; and not where something is asked with it, as before the day of the conference."""
    case = build.matched_case(db_session, cast, clock())
    sign_in(client, cast.ruud)
    assert "Take on the case" not in client.page(f"/conferences/{case.id}/circle").buttons
    sign_in(client, cast.noor)
    assert "Everything for this step is there." in client.page(f"/conferences/{case.id}/circle").text
    page = client.submit("Take on the case")
    assert (page.url, "Take on the case" in page.buttons) == (f"/conferences/{case.id}", False)
    prepared = build.prepared_case(db_session, cast, clock())
    assert "Everything for this step is there." not in client.page(f"/conferences/{prepared.id}/circle").text
