"""The home page of staff: what coordinators and regional managers have to do."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Visitor
from ekc.accounts.models import AccountRole
from ekc.conferences.models import Conference, Participant
from ekc.core.transaction import writing
from ekc.evaluations.queries import follow_ups
from ekc.matching.actions.asking import ask_coordinator
from ekc.matching.actions.independence import accept, set_employer
from ekc.meetings.actions.arranging import choose_date
from ekc.workflow.vocabulary import Attends, Phase, Role
from tests.build import INDEPENDENT, Made, case_in_evaluation, case_in_presentation, prepared_case, registered_case
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.journey.counting import counted
from tests.page import Page, text_of

HELD_UP = "Your regional manager decides first whether you can go on: ring them"
DECIDE = "Decide whether Noor van Dijk can go on · Conference in 40 days"


def needs(page: Page) -> list[str]:
    """The lines below "Needs you", each with its case; empty where there are none."""
    sections = [part for part in page.all("section") if part.get("aria-labelledby") == "needs"]
    found = []
    for row in (row for part in sections for row in part.iter("li") if "rows__row" in row.get("class", "")):
        titles, lines = list(row.iter("strong")), list(row.iter("li"))[1:]
        found += [f"{text_of(titles[0])} {text_of(line)}" for line in lines] or [text_of(row)]
    return found


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return prepared_case(db_session, cast, clock())


def tie(session: Session, clock: FrozenClock, who: Visitor, employer: str) -> None:
    set_employer(By(session, PROGRAM, clock()), who.account_id or 0, employer)


@pytest.mark.both_databases
def test_what_ties_a_coordinator_is_on_the_home_page_of_both(
    app: Flask, cast: Cast, case: Made, db_session: Session, clock: FrozenClock
) -> None:
    noor, ruud = PageClient(app), PageClient(app)
    sign_in(noor, cast.noor)
    sign_in(ruud, cast.ruud)
    before = [needs(client.page("/")) for client in (noor, ruud)]
    tie(db_session, clock, cast.noor, "Primary School De Wilg")

    asked = [needs(client.page("/")) for client in (noor, ruud)]

    title = "Family De Wit - El Amrani"
    assert before[1] == []
    assert asked == [[f"{title} {HELD_UP}", *before[0]], [f"{title} {DECIDE}"]]
    ruud.follow(title, near="Decide whether")
    ruud.submit("It is no obstacle", {"Why is it no obstacle?": "She retires this week."})
    assert [needs(client.page("/")) for client in (noor, ruud)] == before


def test_nobody_is_told_in_private_time(
    client: PageClient, cast: Cast, case: Made, db_session: Session, clock: FrozenClock
) -> None:
    tie(db_session, clock, cast.noor, "Primary School De Wilg")
    db_session.execute(update(Conference).where(Conference.id == case.id).values(phase=Phase.PRIVATE_TIME))
    db_session.commit()
    sign_in(client, cast.ruud)

    assert needs(client.page("/")) == []


def test_statements_of_the_managers_home_do_not_grow(
    app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, case: Made
) -> None:
    tie(db_session, clock, cast.noor, "Primary School De Wilg")
    sign_in(client, cast.ruud)
    with counted(app) as one:
        client.page("/")
    for town in ("Bergen", "Hoorn", "Sneek"):
        prepared_case(db_session, cast, clock(), municipality=town)
    with counted(app) as four:
        page = client.page("/")

    assert (len(four), len(needs(page))) == (len(one), 4)


def test_the_manager_sees_whose_case_it_is(client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.ruud)
    page = client.page("/")
    sections = [part for part in page.all("section") if part.get("aria-labelledby") == "regional"]
    rows = [text_of(row) for part in sections for row in part.iter("li")]
    assert rows == [
        "Family De Wit - El Amrani EKC-2026-0001 · Rivierstad · Noor van Dijk 1 of 5: Setup Conference on 11 Apr"
    ]


def test_the_manager_sees_which_follow_ups_are_late(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """They stood in the list of follow-ups alone, where nobody looks who does not know of them."""
    made = case_in_evaluation(db_session, cast, clock())
    call = follow_ups(db_session, made.id, clock().date())[0]
    sign_in(client, cast.ruud)
    clock.set(datetime(call.latest_on.year, call.latest_on.month, call.latest_on.day, 21, 30, tzinfo=UTC))
    sign_in(client, cast.ruud)
    in_time = client.page("/").text
    clock.advance(hours=1)  # past midnight in Amsterdam

    page = client.page("/")

    late = "late: call after four weeks"
    assert (late in in_time, late in page.text) == (False, True)


def test_what_is_late_comes_first_in_the_list_of_the_manager(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """Among forty conferences it was found by reading all of them."""
    late = case_in_evaluation(db_session, cast, clock())
    clock.advance(days=60)
    fresh = prepared_case(db_session, cast, clock())
    sign_in(client, cast.ruud)

    links = [address for _name, address in client.page("/").links if address.startswith("/conferences/")]

    assert [address for address in links if address.count("/") == 2][-2:] == [
        f"/conferences/{late.id}",
        f"/conferences/{fresh.id}",
    ]


def test_who_goes_on_with_a_case_stands_where_the_manager_has_nothing_to_do(
    client: PageClient, cast: Cast, db_session: Session, case: Made
) -> None:
    """It said that nothing had to be done now, with eight things open, and not who does them."""
    sign_in(client, cast.ruud)
    page = client.page(f"/conferences/{case.id}")
    assert "Noor van Dijk goes on with this" in page.text
    assert "Nothing has to be done now" not in page.text
    assert "Noor van Dijk (no number known)" in page.text
    (beside,) = page.all("aside")  # in each phase
    assert "Coordinator Noor van Dijk (no number known)" in text_of(beside)
    sign_in(client, cast.noor)
    assert "goes on with this" not in client.page(f"/conferences/{case.id}").text


def test_a_registration_stands_once_at_home(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    fresh, title = registered_case(db_session, cast, clock()), "Family De Wit - El Amrani"
    sign_in(client, cast.ruud)
    page = client.page("/")
    assert (len(needs(page)), page.text.count(title)) == (1, 1)
    assert "Waiting for a coordinator" not in page.text
    ask_coordinator(By(db_session, cast.ruud, clock()), fresh.id, cast.noor.account_id or 0)
    accept(By(db_session, cast.noor, clock()), fresh.id, INDEPENDENT)

    page = client.page("/")

    assert (needs(page), page.text.count(title)) == ([], 1)
    assert "Waiting for a coordinator" in page.text


def test_of_a_coordinator_who_is_not_there_nothing_is_known(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """Without a coordinator there is no conflict, but that is not shown as independent."""
    fresh = registered_case(db_session, cast, clock())
    sign_in(client, cast.ruud)

    page = client.page(f"/conferences/{fresh.id}")

    assert "The coordinator is independent (to do)" in page.text


def test_a_manager_who_coordinates_a_case_finds_it_among_their_own(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, case: Made
) -> None:
    """Also while somebody was not told yet, who is counted in the lists of a coordinator alone."""
    clock.set(clock() + timedelta(hours=1))
    choose_date(By(db_session, cast.noor, clock()), case.id, clock() + timedelta(days=30))
    untold = {"informed_on": None, "attends": Attends.IN_PERSON}  # on the day that is chosen now
    db_session.execute(update(Participant).where(Participant.id == case.people["kees"]).values(untold))
    db_session.commit()
    sign_in(client, cast.noor)
    as_coordinator = needs(client.page("/"))
    rows = [row for row in client.here.all("li") if "rows__row--lines" in row.get("class", "")]
    assert len(rows) == 1  # both lines are of one case
    both = AccountRole(account_id=cast.noor.account_id, role=Role.REGIONAL_MANAGER, region_id=cast.north)
    both.given_at = clock()
    db_session.add(both)
    db_session.commit()

    page = client.page("/")

    assert (needs(page), len(as_coordinator)) == (as_coordinator, 2)


@pytest.fixture
def many(db_session: Session, cast: Cast, clock: FrozenClock) -> list[int]:
    """The ids of 54 cases of one coordinator: the oldest has a call that is due, the plans of all others go on."""
    first = case_in_evaluation(db_session, cast, clock()).id
    clock.advance(days=40)
    names = [name for name in Conference.__table__.c.keys() if name not in {"id", "number"}]  # noqa: SIM118
    row = select(*(Conference.__table__.c[name] for name in names)).where(Conference.id == first)
    for number in range(53):
        copy = row.add_columns(literal(f"EKC-2025-{number:04}"))
        db_session.execute(insert(Conference).from_select([*names, "number"], copy))
    db_session.commit()
    return list(db_session.scalars(select(Conference.id).order_by(Conference.id)))


def listed(page: Page) -> list[int]:
    """The ids of the cases in the list of a coordinator."""
    sections = [part for part in page.all("section") if part.get("aria-labelledby") == "mine"]
    found = [link.get("href", "") for part in sections for row in part.iter("li") for link in row.iter("a")]
    return [int(href.rpartition("/")[2]) for href in found]


def test_many_cases_are_on_pages_and_what_presses_is_on_the_first(
    client: PageClient, cast: Cast, many: list[int]
) -> None:
    sign_in(client, cast.noor)
    first = client.page("/")
    rows = listed(first)

    assert (len(rows), rows) == (50, sorted(rows, reverse=True))
    assert rows[-1] == many[0]
    assert "Family De Wit - El Amrani Call after four weeks: 12 days ago" in needs(first)
    assert "You have more than 50 conferences" in first.text

    others = client.follow("The next 50")
    assert (others.heading, sorted([*listed(others), *rows])) == ("My other conferences", many)
    assert listed(client.follow("Back to the first page")) == rows


def test_what_is_late_longest_comes_first(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    now = clock()
    for days, title in ((30, "Two days late"), (45, "Late longest"), (37, "Nine days late")):
        case_in_evaluation(db_session, cast, now - timedelta(days=days), title=title)
    case_in_presentation(db_session, cast, now, title="Held now")
    sign_in(client, cast.noor)

    titles = ("Held now", "Late longest", "Nine days late", "Two days late")
    calls = [line for line in needs(client.page("/")) if "Call after four weeks" in line or "presents" in line]
    assert [next(title for title in titles if line.startswith(title)) for line in calls] == list(titles)


def test_statements_of_a_coordinators_home_do_not_grow(
    app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, case: Made
) -> None:
    sign_in(client, cast.noor)
    with counted(app) as one:
        client.page("/")
    prepared_case(db_session, cast, clock())
    with counted(app) as two:
        page = client.page("/")

    assert (len(two), len(listed(page))) == (len(one), 2)


@pytest.mark.both_databases
def in_section(page: Page, name: str) -> list[str]:
    """The lines of a list of home."""
    sections = [part for part in page.all("section") if part.get("aria-labelledby") == name]
    return [text_of(row) for part in sections for row in part.iter("li")]


def test_the_lists_of_a_manager_go_on_and_what_worries_is_on_the_first_page(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, many: list[int]
) -> None:
    stuck = {"phase": Phase.PRIVATE_TIME, "phase_since": clock() - timedelta(days=32)}
    with writing(db_session):
        db_session.execute(update(Conference).where(Conference.id == many[0]).values(**stuck))
    case = registered_case(db_session, cast, clock())
    names = [name for name in Conference.__table__.c.keys() if name not in {"id", "number"}]  # noqa: SIM118
    row = select(*(Conference.__table__.c[name] for name in names)).where(Conference.id == case.id)
    for number in range(53):
        copy = row.add_columns(literal(f"EKC-2024-{number:04}"))
        db_session.execute(insert(Conference).from_select([*names, "number"], copy))
    db_session.commit()
    sign_in(client, cast.ruud)
    first = client.page("/")
    regional = in_section(first, "regional")
    assert (len(regional), any("Private time" in row for row in regional)) == (50, True)
    other = client.page(next(href for name, href in first.links if "list=regional" in href))
    assert (other.heading, len(in_section(other, "regional"))) == ("Others under way in your region", 4)
    assert not {*regional} & {*in_section(other, "regional")}
    assert in_section(other, "mine") == in_section(other, "waiting") == []
    waiting = client.page(next(href for name, href in first.links if "list=registrations" in href))
    assert waiting.heading == "Others that wait for a coordinator"
    assert len(in_section(waiting, "waiting")) + len(needs(waiting)) == 4
    assert client.page("/?list=x&after=2.1").heading == "My other conferences"


def test_private_time_that_nobody_ended_is_told_to_manager_and_coordinator(
    client: PageClient, cast: Cast, case: Made, db_session: Session, clock: FrozenClock
) -> None:
    begun = {"phase": Phase.PRIVATE_TIME, "phase_since": clock()}
    with writing(db_session):
        db_session.execute(update(Conference).where(Conference.id == case.id).values(**begun))
    said = "Private time began on 2 Mar, 32 days ago, and nobody wrote down that it ended"
    clock.advance(hours=12)
    for who in (cast.noor, cast.ruud):
        sign_in(client, who)
        assert "nobody wrote down that it ended" not in client.page("/").text
    clock.advance(days=32, hours=-12)

    for who, asked in ((cast.noor, "ring the family"), (cast.ruud, "ask Noor van Dijk")):
        sign_in(client, who)
        page = client.page("/")
        assert needs(page) == [f"Family De Wit - El Amrani {said}: {asked}"]
        assert client.follow("Family De Wit - El Amrani", near="Private time began").status == 200


def test_a_page_that_is_asked_wrongly_is_the_first(client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.noor)
    wrong = ("", "x", "1", "1.x", "-.1", "2.0", "1.-1", f"1.{2**31}", f"1.{'9' * 5000}")

    assert {len(listed(client.page(f"/?after={value}"))) for value in wrong} == {1}
    assert listed(client.page("/?after=2.1")) == []
