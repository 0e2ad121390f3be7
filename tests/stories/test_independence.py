"""A conflict of interest in a case under way: what everybody sees, and how it is solved."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.matching.actions.independence import set_employer
from tests.build import Made, case_in_information, case_in_private_time, prepared_case
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.form import Value
from tests.page import Page
from tests.stories.registering import UNTIED

REASON = "Noor works in another building and has never met the family."
LOOKED_AT = "Something may tie them to this conference. The regional manager looks at it"
TIED = "Noor van Dijk works for Stichting Mental Health Team, whose people take part as professionals"
READ = f"{TIED}. Ruud Kramer, regional manager, decided on 2 March 2026 that this is no obstacle: {REASON}"


@pytest.fixture
def browser(someone: Callable[[], PageClient]) -> Callable[[], PageClient]:
    """A browser for each person of the story."""
    return someone


def note_employer(ruud: PageClient, employer: str) -> None:
    ruud.page("/coordinators")
    ruud.follow("Noor van Dijk")
    ruud.submit("Note it", {"Also works for": employer})


def add(noor: PageClient, case: Made, name: str, organisation: str) -> None:
    noor.page(f"/conferences/{case.id}/circle")
    person: dict[str, Value] = {"Name": name, "Role in the circle": "professional", "Organisation": organisation}
    noor.submit("Add to the circle", person)


def not_yet(noor: PageClient, case: Made) -> list[str]:
    """The blockers of the next step on the case page."""
    page = noor.page(f"/conferences/{case.id}")
    return [text for text in reasons(page) if text.startswith("Noor van Dijk works for")]


def reasons(page: Page) -> list[str]:
    """Every blocker, with the text of its link."""
    return ["".join(node.itertext()).strip() for node in page.all("li")]


def test_a_tie_that_appears_later_is_decided_in_the_open(
    browser: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = case_in_information(db_session, cast, clock())
    noor, ruud = browser(), browser()
    sign_in(noor, cast.noor)
    sign_in(ruud, cast.ruud)
    own_pages = {name: browser() for name in ("marieke", "karim", "joost", "kees")}
    for name, client in own_pages.items():
        page = enter(client, db_session, START, case.id, case.people[name])
        assert "They have declared that they are independent." in page.text

    note_employer(ruud, "Stichting Mental Health Team; Northfield Surgery")
    assert not_yet(noor, case) == []
    add(noor, case, "Priya Nair", "Mental health team")

    assert not_yet(noor, case) == [f"{TIED} go to the coordinator"]
    noor.page(f"/conferences/{case.id}/steps/begin_private_time")
    assert TIED in noor.here.text
    assert "Begin private time" not in noor.here.buttons
    page = noor.follow(f"{TIED} go to the coordinator")
    assert "Ring your regional manager, who decides on this page." in page.text
    assert "It is no obstacle" not in page.buttons
    for client in own_pages.values():
        page = client.page(f"/conferences/{case.id}/mine")
        assert LOOKED_AT in page.text
        assert "Mental Health Team" not in page.text

    ruud.page(f"/conferences/{case.id}")
    page = ruud.follow("Decide")
    assert "Everybody on this case reads this on their own page" in page.text
    assert ruud.refused("It is no obstacle", {"Why is it no obstacle?": ""}).errors == [
        "Why is it no obstacle? Write down why."
    ]
    ruud.submit("It is no obstacle", {"Why is it no obstacle?": REASON})

    assert not_yet(noor, case) == []
    for client, address in (
        *((client, f"/conferences/{case.id}/mine") for client in own_pages.values()),
        *((client, f"/conferences/{case.id}{page}") for client in (noor, ruud) for page in ("", "/coordinator")),
    ):
        page = client.page(address)
        assert READ in page.text
        assert LOOKED_AT not in page.text

    add(noor, case, "Dr Marsh", "Northfield surgery")

    assert not_yet(noor, case) == [
        "Noor van Dijk works for Northfield Surgery, whose people take part as professionals go to the coordinator"
    ]
    page = own_pages["marieke"].page(f"/conferences/{case.id}/mine")
    assert LOOKED_AT in page.text
    assert READ in page.text


def test_or_somebody_else_takes_it(
    browser: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = prepared_case(db_session, cast, clock())
    noor, ruud, denise = browser(), browser(), browser()
    for client, who in ((noor, cast.noor), (ruud, cast.ruud), (denise, cast.denise)):
        sign_in(client, who)
    note_employer(ruud, "Primary School De Wilg")
    page = noor.page(f"/conferences/{case.id}")
    assert "Open the conference" not in page.buttons

    ruud.page(f"/conferences/{case.id}/coordinator")
    ruud.submit("Ask Denise Okafor", {"Why is another coordinator needed?": "Noor is tied to the case."})
    noor.page(f"/conferences/{case.id}")  # it stays hers until Denise has taken it
    denise.page("/")
    denise.follow("EKC-2026-0001", near="You were asked: take the case or not")
    own_words: dict[str, Value] = {"How independent are you?": "I live far away and know nobody here."}
    page = denise.submit("Take the case", UNTIED | own_words)

    noor.page(f"/conferences/{case.id}", status=404)
    assert "I live far away and know nobody here." in page.text
    page = denise.page(f"/conferences/{case.id}")
    assert "Marieke de Wit has not confirmed the coordinator yet" in page.text
    assert "Open the conference" not in page.buttons
    marieke = browser()
    page = enter(marieke, db_session, START, case.id, case.people["marieke"])
    assert "They have declared that they are independent." in page.text
    assert "May Denise Okafor be your coordinator?" in page.text
    assert "Yes, that is good" not in marieke.submit("Yes, that is good").buttons

    denise.page(f"/conferences/{case.id}")
    denise.follow("Open the conference", near="Next")
    denise.submit("Open the conference", {"Yes, I am sure": True})  # it was planned for another day
    assert "2 of 5: Information" in denise.here.text


def test_in_private_time_a_tied_coordinator_reads_when_no_plan_can_be_noted(
    browser: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = case_in_private_time(db_session, cast, clock())
    noor, ruud = browser(), browser()
    sign_in(noor, cast.noor)
    sign_in(ruud, cast.ruud)
    set_employer(By(db_session, PROGRAM, clock()), cast.noor.account_id or 0, "Youth protection")

    page = noor.page(f"/conferences/{case.id}/steps/no_plan")

    tied = "Noor van Dijk works for Youth protection, which referred this conference"
    assert reasons(page)[-1:] == [tied]  # no link to a page that cannot be opened now
    assert "Nobody decides about this in private time. Once the family has come out, your regional manager" in page.text
    assert "The family called me in: there will be no plan" not in page.buttons
    noor.page(f"/conferences/{case.id}")
    noor.submit("The family called me in: they have a plan")
    page = noor.page(f"/conferences/{case.id}/steps/no_plan")
    assert reasons(page)[-1:] == [f"{tied} go to the coordinator"]
    ruud.page(f"/conferences/{case.id}/coordinator")
    ruud.submit("It is no obstacle", {"Why is it no obstacle?": REASON})
    noor.page(f"/conferences/{case.id}/steps/no_plan")
    assert ": ended without a plan." in noor.submit("No plan").text
