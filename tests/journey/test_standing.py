"""What no longer holds stands on the case page, at home and on the own page of whoever can mend it, the same minute."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_person
from ekc.conferences.actions.consents import add_consent
from ekc.conferences.entries import NewConsent, PersonDetails
from ekc.conferences.models import Conference, Participant
from ekc.matching.actions import asking, independence
from ekc.meetings.actions import attendance
from ekc.workflow.vocabulary import Attends, Part, Phase
from tests import build
from tests.build import INDEPENDENT, Made
from tests.cast import Cast, enter, enter_as_before, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.journey.test_home import needs
from tests.page import Page, text_of

OPEN = "Open the conference"
NOT_HERE = "{} is {} years old, and is asked to consent themselves: that is not here yet"
WITHOUT_CONSENT = "Your own consent to this conference is asked, and we do not have it. It goes no further without it."
UNCONFIRMED = "Marieke de Wit has not confirmed the coordinator yet"


@pytest.fixture
def browser(someone: Callable[[], PageClient]) -> Callable[[], PageClient]:
    """A browser of their own for each person."""
    return someone


def broken(page: Page) -> list[tuple[str, str]]:
    """What stands above the next step, and where its link leads."""
    rows = [row for node in page.all("ul") if node.get("aria-labelledby") == "next-broken" for row in node.iter("li")]
    links = [link for row in rows for link in row.iter("a")]
    return [
        (text_of(link).removesuffix(f" {text_of(where)}"), link.get("href", ""))
        for link in links
        for where in link.iter("strong")
    ]


def checklist(page: Page) -> list[str]:
    """What is still to do on the checklist."""
    found = [node for node in page.all("ul") if node.get("class") == "checklist"]
    lines = [text_of(row) for node in found for row in node.iter("li")]
    return [line.removesuffix(" (to do)") for line in lines if line.endswith(" (to do)")]


def may_open(page: Page) -> bool:
    """Whether the conference can be opened; on another day than planned a page asks first."""
    return OPEN in (*page.buttons, *(name for name, _ in page.links))


def opens(client: PageClient, cast: Cast, case: Made, who: str = "noor") -> Page:
    """The case page, for somebody of staff."""
    sign_in(client, getattr(cast, who))
    return client.page(f"/conferences/{case.id}")


def test_a_consent_taken_back_the_evening_before(
    browser: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    noor, marieke = browser(), browser()
    page = opens(noor, cast, case)
    assert (broken(page), checklist(page), may_open(page)) == ([], [], True)

    noor.follow("Consents")
    noor.submit("Take back the consent")

    page = noor.page(f"/conferences/{case.id}")
    taken_back = "Marieke de Wit took their consent back on Monday 2 March 2026"
    assert broken(page) == [(taken_back, f"/conferences/{case.id}/consents")]
    assert checklist(page) == ["Consents are there"]
    assert not may_open(page)
    assert "You can take this step as soon as that is put right." in page.text
    assert needs(noor.page("/"))[0] == f"Family De Wit - El Amrani {taken_back}"
    page = enter(marieke, db_session, clock(), case.id, case.people["marieke"])
    assert WITHOUT_CONSENT in page.text
    omar = browser()
    assert WITHOUT_CONSENT not in enter(omar, db_session, clock(), case.id, case.people["omar"]).text

    noor.page(f"/conferences/{case.id}/consents")
    noor.submit("Note the consent", {"Who": "Marieke de Wit", "Says yes to": "the conference", "On": date(2026, 3, 2)})
    page = noor.page(f"/conferences/{case.id}")
    assert (broken(page), checklist(page), may_open(page)) == ([], [], True)
    assert WITHOUT_CONSENT not in marieke.page(marieke.here.url).text


def test_a_child_of_fourteen_who_joins_in_setup(
    browser: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    noor, own = browser(), browser()
    opens(noor, cast, case)
    noor.follow("Circle")
    noor.submit("Add to the circle", {"Name": "Yara El Amrani", "Role in the circle": "child"})
    noor.follow("Yara El Amrani")
    noor.submit(
        "Save",
        {
            "Born on": date(2011, 11, 5),
            "How they come": "in person",
            "Told on": date(2026, 3, 2),
            "Said it is safe for them on": date(2026, 3, 2),
        },
    )

    page = noor.page(f"/conferences/{case.id}")
    assert broken(page) == [(NOT_HERE.format("Yara El Amrani", 14), f"/conferences/{case.id}/consents")]
    assert not may_open(page)
    yara = build.made(db_session, case.id).people["yara"]
    assert WITHOUT_CONSENT in enter(own, db_session, clock(), case.id, yara).text

    add_consent(By(db_session, cast.noor, clock()), case.id, NewConsent(participant_id=yara, given_on=date(2026, 3, 2)))
    assert may_open(noor.page(f"/conferences/{case.id}"))
    assert WITHOUT_CONSENT not in own.page(own.here.url).text


@pytest.mark.parametrize("part", [Part.CHILD, Part.FAMILY])
def test_somebody_becomes_sixteen_overnight(
    part: Part, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, clock(), profile="england")
    new = PersonDetails(
        name="Yara El Amrani",
        part=part,
        born=date(2010, 3, 3),
        attends=Attends.IN_PERSON,
        informed_on=date(2026, 3, 2),
        safe_on=date(2026, 3, 2),
    )
    add_person(By(db_session, cast.noor, clock()), case.id, new)
    page = opens(client, cast, case)
    assert (broken(page), may_open(page)) == ([], True)

    clock.advance(days=1)
    page = opens(client, cast, case)
    assert broken(page) == [(NOT_HERE.format("Yara El Amrani", 16), f"/conferences/{case.id}/consents")]
    assert not may_open(page)


@pytest.mark.parametrize(("relation", "asks"), [("daughter", True), ("dochter van Omar", True), ("mother", False)])
def test_a_main_person_who_may_be_a_child_is_asked_about(
    relation: str, asks: bool, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    marieke = case.people["marieke"]
    build.change_details(db_session, cast, clock(), case, marieke, relation=relation, born=None, born_until=None)
    db_session.rollback()
    page = opens(client, cast, case)
    unknown = "The age of Marieke de Wit is not known yet: a child is asked from the age of 12"
    asked = [(unknown, f"/conferences/{case.id}/circle/{marieke}")]
    assert (broken(page), may_open(page)) == (asked if asks else [], not asks)

    build.change_details(db_session, cast, clock(), case, marieke, relation=relation, born=date(1986, 1, 1))
    db_session.rollback()
    page = opens(client, cast, case)
    assert (broken(page), may_open(page)) == ([], True)


def test_a_new_coordinator_whom_the_main_person_has_not_confirmed(
    browser: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_information(db_session, cast, clock())
    asking.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0)
    independence.accept(By(db_session, cast.denise, clock()), case.id, INDEPENDENT)
    denise, ruud, marieke = browser(), browser(), browser()

    page = opens(denise, cast, case, "denise")
    assert broken(page) == [(UNCONFIRMED, f"/conferences/{case.id}/coordinator")]
    assert "Every main person confirms the coordinator" in checklist(page)
    assert needs(denise.page("/"))[0] == f"Family De Wit - El Amrani {UNCONFIRMED}"
    sign_in(ruud, cast.ruud)
    assert needs(ruud.page("/")) == [f"Family De Wit - El Amrani {UNCONFIRMED}"]
    assert broken(ruud.page(f"/conferences/{case.id}")) == [(UNCONFIRMED, f"/conferences/{case.id}/coordinator")]

    enter(marieke, db_session, clock(), case.id, case.people["marieke"])
    marieke.submit("Yes, that is good")
    assert broken(denise.page(f"/conferences/{case.id}")) == []
    assert needs(ruud.page("/")) == []


def test_a_concern_in_the_information_phase(
    browser: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    """And when the plan is presented: it stops each way into private time; the family does not read whose it is."""
    case = build.case_in_information(db_session, cast, clock())
    noor, omar = browser(), browser()
    opens(noor, cast, case)
    noor.follow("Safety")
    noor.submit("Write it down", {"Who": "Linda de Wit", "What are they afraid of?": "Saïd waits outside."})

    page = noor.page(f"/conferences/{case.id}")
    place = f"/conferences/{case.id}/safety#person-{case.people['linda']}"
    assert broken(page) == [("There is no safety arrangement for Linda de Wit yet", place)]
    assert "Every worry about safety has an arrangement" in checklist(page)

    attendance.professionals_leave(By(db_session, cast.noor, clock()), case.id)
    db_session.execute(update(Conference).where(Conference.id == case.id).values(phase=Phase.PRESENTATION))
    db_session.commit()
    assert "Every worry about safety has an arrangement" in checklist(noor.page(f"/conferences/{case.id}"))
    enter(omar, db_session, clock(), case.id, case.people["omar"])
    page = omar.follow("Go back into private time")
    assert "Something has to be put in order first. Your coordinator sees what it is." in page.text
    assert "Linda" not in page.text
    assert "Go back into private time" not in page.buttons
    assert "Go on another day" in noor.page(f"/conferences/{case.id}/steps/another_day").buttons

    noor.page(place)
    noor.submit("Save", {"What was arranged?": "She comes with Kees, by the side door."}, near="Saïd waits outside.")
    assert broken(noor.page(f"/conferences/{case.id}")) == []
    assert "Go back into private time" in omar.page(omar.here.url).buttons


def test_who_is_added_after_the_opening_is_told_before_private_time(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_information(db_session, cast, clock())
    opens(client, cast, case)
    client.follow("Circle")
    client.submit("Add to the circle", {"Name": "Ibrahim Yıldız", "Role in the circle": "neighbour"})

    page = client.page(f"/conferences/{case.id}")
    ibrahim = build.made(db_session, case.id).people["ibrahim"]
    place = f"/conferences/{case.id}/circle#person-{ibrahim}"
    assert broken(page) == [("It is not known yet whether Ibrahim Yıldız comes", place)]
    build.change_details(db_session, cast, clock(), case, ibrahim, attends=Attends.IN_PERSON)
    place = f"/conferences/{case.id}/circle/informed#person-{ibrahim}"
    unasked = "Ibrahim Yıldız has not been asked on their own whether it is safe for them"
    assert broken(client.page(page.url)) == [("Ibrahim Yıldız has not been told yet", place), (unasked, place)]
    build.change_details(db_session, cast, clock(), case, ibrahim, informed_on=date(2026, 3, 2))
    assert broken(client.page(page.url)) == [(unasked, place)]
    build.change_details(db_session, cast, clock(), case, ibrahim, safe_on=date(2026, 3, 2))
    assert broken(client.page(page.url)) == []


def test_in_private_time_nothing_of_this_is_shown_and_nothing_holds_anybody_in(
    browser: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_private_time(db_session, cast, clock())
    yara = Participant(
        conference_id=case.id, part=Part.CHILD, name="Yara El Amrani", relation="daughter", born=date(2012, 1, 1)
    )
    db_session.add(yara)  # whose consent is not here, and whose part nobody has decided
    db_session.commit()
    noor, omar = browser(), browser()
    page = opens(noor, cast, case)
    assert (broken(page), needs(noor.page("/"))) == ([], ["Family De Wit - El Amrani The family has private time"])
    enter_as_before(omar, db_session, clock(), case.id, case.people["omar"])
    omar.follow("We have a plan")
    assert "See the plan as it is now" in omar.submit("Come out with a plan").text
