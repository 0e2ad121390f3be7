"""The case page, home and a participant's own page: their content in each phase, and their number of statements."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.contact import log_contact
from ekc.conferences.entries import NewContact
from ekc.core.routes import declared_access
from ekc.journey.actions.steps import take_step
from ekc.journey.panel import PAGES
from ekc.meetings.actions.arranging import Venue, set_venue
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import NOT_THERE, Attends, Step, StopReason
from tests import build
from tests.cast import Cast, enter, enter_as_before, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.journey.counting import counted

Build = Callable[..., build.Made]


#: The maximum number of statements: one for the visitor, four for the audit event, one for what the organisations of
#: the circle are called, the rest for the page.
BUDGETS: dict[str, tuple[Build, int]] = {
    "registration": (build.registered_case, 13),  # which others look like it
    "setup": (build.prepared_case, 15),  # the circle that relies on day and place
    "information": (build.case_in_information, 17),
    "private time": (build.case_in_private_time, 7),
    # and what is said in words, which may have letters that paper lacks
    "presentation": (build.case_in_presentation, 18),
    # a new version is asked what the first one was; two say who has the plan
    "evaluation": (build.case_in_evaluation, 23),
}


@pytest.mark.parametrize("phase", BUDGETS)
def test_statements_of_the_case_page(
    phase: str, app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    make, most = BUDGETS[phase]
    case = make(db_session, cast, clock())
    sign_in(client, cast.ruud if phase == "registration" else cast.noor)
    client.page(f"/conferences/{case.id}")
    with counted(app) as just_taken:  # the last step can be taken back, which is looked at as well
        client.page(f"/conferences/{case.id}")
    clock.advance(minutes=10)
    client.page(f"/conferences/{case.id}")
    with counted(app) as sent:
        client.page(f"/conferences/{case.id}")
    assert len(sent) <= most, "\n".join(sent)
    assert len(just_taken) <= most + 1, "\n".join(just_taken)


def test_statements_of_home_do_not_grow(
    app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    build.prepared_case(db_session, cast, clock())
    sign_in(client, cast.noor)
    with counted(app) as one:
        client.page("/")
    for _ in range(3):
        build.prepared_case(db_session, cast, clock())
    with counted(app) as four:
        client.page("/")
    assert len(four) == len(one)
    # five of them: whom to ring, with their numbers; who relies on day and place; which clocks are late, and when they
    # stood still; what the organisations of the circles are called
    assert len(one) <= 17


def test_a_reason_links_to_a_page_that_its_activity_opens(app: Flask) -> None:
    access = declared_access(app)
    opened = {remedy: access[endpoint].detail.split(", ") for remedy, (endpoint, _, _) in PAGES.items()}
    assert [remedy for remedy, (_, activity, _) in PAGES.items() if activity not in opened[remedy]] == []


@pytest.mark.parametrize("make", [*(make for make, _ in BUDGETS.values()), build.closed_case])
def test_no_link_of_the_case_page_leads_to_a_refusal(
    make: Build, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = make(db_session, cast, clock())
    for who in (cast.noor, cast.ruud):
        sign_in(client, who)
        here = f"/conferences/{case.id}"
        links = [href for _, href in client.page(here).links] if client.get(here).status_code == 200 else []
        pages = {href.partition("#")[0] for href in links if href.startswith(here) and not href.endswith(".pdf")}
        assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_setup_lists_all_reasons_with_their_place(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}")
    here = f"/conferences/{case.id}"
    assert [href for name, href in page.links if " go to the " in name] == [
        f"{here}/registration#question_agreed_on",
        f"{here}/circle#person-{case.people['marieke']}",
        f"{here}/circle",  # what is on the same page stands together
        f"{here}/bottom-lines",
        f"{here}/meeting#dates",
        f"{here}/meeting#venue",
        f"{here}/meeting#food",
        f"{here}/meeting#travel",
    ]
    assert "Open the conference" not in page.buttons


def test_a_ready_step_is_one_button(client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session) -> None:
    case = build.prepared_case(db_session, cast, clock())
    clock.advance(days=40)  # its day
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}")
    page = client.submit("Open the conference")
    assert "2 of 5: Information" in page.text
    assert page.flashes == ["The conference has been opened."]


def test_opening_on_another_day_is_asked_about(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}")
    assert "9 of 9" in page.text
    assert "Each child's part is decided (no child is in the circle)" in page.text
    assert "Open it when people come in, not before." in page.text
    page = client.follow("Open the conference", near="Next")
    assert "The conference was planned for Saturday 11 April 2026, and that is not today." in page.text
    page = client.refused("Open the conference", status=422)
    assert page.errors == ["Yes, I am sure: Tick that you are sure, or do it later."]

    page = client.submit("Open the conference", {"Yes, I am sure": True})
    assert "2 of 5: Information" in page.text


def test_the_coordinator_is_outside_in_private_time(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_private_time(db_session, cast, clock())
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}")
    assert "The family has private time since 10:00" in page.text
    assert page.buttons == ["Sign out", "The family called me in: they have a plan"]
    assert "Omar El Amrani" not in page.text
    for inside in ("plan", "circle", "information", "attendance", "meeting", "registration", "history", "times"):
        refused = client.page(f"/conferences/{case.id}/{inside}", status=403)
        assert "The family has private time now." in refused.text


def test_the_family_comes_out_by_its_own_page(
    app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_private_time(db_session, cast, clock())
    own = enter_as_before(client, db_session, clock(), case.id, case.people["omar"])
    assert own.heading == "Hello, Omar El Amrani"
    assert "This time is yours" in own.text
    confirm = client.follow("We have a plan")
    assert "The others then come back in, and you tell your plan. Do all of you want that now: Marieke" in confirm.text
    out = client.submit("Come out with a plan")
    assert "See the plan as it is now" in out.text


def test_an_own_page_tells_names_and_nothing_to_reach_them(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    own = enter(client, db_session, clock(), case.id, case.people["kees"])
    assert "Buurthuis De Brug" in own.text
    assert "Marieke de Wit" in own.text
    assert "@example.org" not in own.text


@pytest.mark.parametrize(
    ("attends", "day", "place", "says"),
    [
        (Attends.PART, True, True, ""),
        (Attends.PHONE, True, False, "You take part by telephone or video."),
        (Attends.VIDEO, True, False, "You take part by telephone or video."),
        (None, False, False, "Tell your coordinator whether you come."),
        (Attends.NO, False, False, "It is written down that you will not be there yourself."),
        (Attends.LETTER, False, False, "You take part by letter: give your coordinator what is to be read out. It is"),
        (Attends.SPOKESPERSON, False, False, "Somebody speaks for you there. It is written down that you will not be"),
    ],
)
def test_day_and_place_are_told_to_whoever_comes(
    client: PageClient,
    cast: Cast,
    clock: FrozenClock,
    db_session: Session,
    attends: Attends | None,
    day: bool,
    place: bool,
    says: str,
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    kees, marieke = case.people["kees"], case.people["marieke"]
    build.change_details(db_session, cast, clock(), case, kees, attends=attends)
    build.change_details(db_session, cast, clock(), case, marieke, attends=attends)

    own = enter(client, db_session, clock(), case.id, kees)

    told = [words in own.text for words in ("Saturday 11 April 2026", "Buurthuis De Brug", "Who will be there", says)]
    assert told == [day, place, place, True]
    assert ("Say that I do not come" in own.buttons) == (attends not in NOT_THERE)
    theirs = enter(client, db_session, clock(), case.id, marieke)  # it is her conference, whatever she still decides
    assert "Buurthuis De Brug" in theirs.text


@pytest.mark.parametrize("how", [Attends.PHONE, Attends.VIDEO, Attends.NO])
def test_a_main_person_who_is_elsewhere_reads_place_time_who_comes_and_how_to_join(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, how: Attends
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    marieke = case.people["marieke"]
    build.change_details(db_session, cast, clock(), case, marieke, attends=how)
    own = enter(client, db_session, clock(), case.id, marieke)
    joins = "You take part by telephone or video. You hear how."
    away = "It is written down that you will not be there yourself. Is that not right, or does it change?"
    assert (joins in own.text, away in own.text) == (how is not Attends.NO, how is Attends.NO)

    venue = Venue("Buurthuis De Brug", "Waalkade 12", "level", "Ring 01632 960 333 at ten.")
    set_venue(By(db_session, cast.noor, clock()), case.id, venue)

    own = client.page(f"/conferences/{case.id}/mine")
    words = ("Saturday 11 April 2026", "Buurthuis De Brug", "Who will be there Omar El Amrani")
    assert [one for one in words if one not in own.text] == []
    assert "By telephone or video: Ring 01632 960 333 at ten." in own.text


def test_what_was_done_in_time_is_not_late_in_a_later_phase(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    """England: spoken to, bottom lines known and the conference held; it goes on on another day."""
    case = build.prepared_case(db_session, cast, clock(), profile="england", timezone="Europe/London")
    spoken = NewContact(on=clock().date(), channel="phone", text="Rang him.", participant_id=case.people["karim"])
    log_contact(By(db_session, cast.noor, clock()), case.id, spoken)
    build.step(db_session, cast, clock(), case, Step.OPEN_CONFERENCE)
    clock.set(clock() + timedelta(days=90))
    sign_in(client, cast.noor)
    assert "local target" not in client.page(f"/conferences/{case.id}").html
    again = Taking(Step.ANOTHER_DAY, reason="It was late.", new_date=clock() + timedelta(days=3))
    take_step(By(db_session, cast.noor, clock()), case.id, again)

    assert "local target" not in client.page(f"/conferences/{case.id}").html


def test_clocks_of_a_new_round_are_its_own_stand_at_home_when_late_and_end_with_the_case(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_evaluation(db_session, cast, clock(), profile="england", timezone="Europe/London")
    spoken = NewContact(on=clock().date(), channel="phone", text="Rang him.", participant_id=case.people["karim"])
    log_contact(By(db_session, cast.noor, clock()), case.id, spoken)
    clock.set(clock() + timedelta(days=200))
    take_step(By(db_session, cast.noor, clock()), case.id, Taking(Step.RECONVENE, reason="It changed."))
    clock.set(clock() + timedelta(days=3))
    late = "late: Referrer spoken to,"
    for who, times in ((cast.noor, 2), (cast.ruud, 1)):  # a coordinator sees to it; a manager reads it in the list
        sign_in(client, who)
        assert client.page("/").text.casefold().count(late.casefold()) == times
        assert "Referrer spoken to" in client.page(f"/conferences/{case.id}").html
    log_contact(By(db_session, cast.noor, clock()), case.id, replace(spoken, on=clock().date()))
    assert late.casefold() not in client.page("/").text.casefold()

    clock.set(clock() + timedelta(days=90))
    sign_in(client, cast.ruud)
    assert "late: Hold the conference" in client.page("/").text
    stop = Taking(Step.STOP_ROUND, stop_reason=StopReason.SITUATION_CHANGED)
    take_step(By(db_session, cast.ruud, clock()), case.id, stop)
    assert "Hold the conference" not in client.page(f"/conferences/{case.id}").html
    home = client.page("/").text
    follow_ups = ("late: call after four weeks", "late: evaluation")  # of the plan in force
    assert (home.count("late: "), [home.count(one) for one in follow_ups]) == (2, [1, 1])
