"""The venues of a region: kept, found however they are typed, changed, merged, taken away; and school holidays."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.errors import Refusal, Unknown
from ekc.meetings import queries as meetings
from ekc.meetings.actions import arranging
from ekc.meetings.actions.arranging import Venue
from ekc.staff.actions.regions import add_region, remove_region
from ekc.venues import actions, queries
from ekc.venues.actions import NewHoliday, VenueDetails
from tests.build import Made, case_in_setup
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed

BRUG = VenueDetails(name="Buurthuis De Brug", address="Waalkade 12", access="level", price=7500)


def names(session: Session, region_id: int) -> list[str]:
    return [row.name for row in queries.venues(refreshed(session), [region_id])]


def at(session: Session, case: Made) -> meetings.MeetingRow:
    found = meetings.current_meeting(refreshed(session), case.id)
    assert found is not None
    return found


@pytest.mark.both_databases
def test_a_venue_is_entered_changed_and_found_under_both_names(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    client.page("/venues")
    assert "No venue is in the list yet." in client.here.text
    wrong = {"Name": "De Brug", "Monday": "from nine", "Price of a conference": "a lot", "How many rooms": "0"}
    assert client.refused("Add the venue", wrong, status=422).errors == [
        "How many rooms: Give a number, like 2.",
        "Price of a conference: Give an amount, like 75 or 1.250,50.",
        "Monday: Write from when until when, such as 9-22 or 9:00-12:30, or “closed”.",
    ]
    client.submit(
        "Add the venue",
        {
            "Monday": "9-17",
            "Sunday": "closed",
            "Every day that has no hours of its own": "9:00 - 22:00",
            "Price of a conference": "1.250,50",
            "How many rooms": "2",
            "Whom to ring": "Ans",
            "Telephone": "01632 960 111",
        },
    )
    (row,) = queries.venues(refreshed(db_session), [cast.north])
    assert (row.price, row.rooms, row.phone) == (125050, 2, "01632 960 111")
    assert [row.hours.days[n] for n in (0, 1, 6)] == [((540, 1020),), ((540, 1320),), ()]
    assert "2 rooms · Mon 9:00–17:00, Tue–Sat 9:00–22:00, Sun closed" in client.page("/venues").text

    client.follow("De Brug")
    client.submit("Save", {"Name": "Buurthuis De Brug"})
    assert names(db_session, cast.north) == ["Buurthuis De Brug"]
    for typed in ("de brug", "BUURTHUIS  de Brug"):
        assert queries.venue_with(db_session, cast.north, typed) == row.id
    assert queries.venue_with(db_session, cast.south, "De Brug") is None


def test_a_venue_that_stands_there_twice_becomes_one_with_its_meetings(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    noor, case = By(db_session, cast.noor, START), case_in_setup(db_session, cast, START)
    first = actions.add_venue(noor, cast.north, BRUG)
    second = actions.add_venue(noor, cast.north, VenueDetails(name="The bridge house"))
    arranging.set_venue(noor, case.id, Venue("The bridge house"))
    assert at(db_session, case).venue_id == second
    with pytest.raises(Refusal, match="Another venue"):
        actions.change_venue(noor, second, BRUG)

    sign_in(client, cast.ruud)
    client.page(f"/venues/{second}")
    client.submit("Make them one", {"It is the same place as": "Buurthuis De Brug"})

    assert names(db_session, cast.north) == ["Buurthuis De Brug"]
    assert at(db_session, case).venue_id == first
    assert at(db_session, case).venue_name == "The bridge house"
    assert queries.venue_with(db_session, cast.north, "bridge house") == first
    assert "used 1 time" in client.page("/venues").text
    client.follow("Buurthuis De Brug")
    client.submit("Take this venue out")
    assert names(db_session, cast.north) == []
    assert (at(db_session, case).venue_id, at(db_session, case).venue_name) == (None, "The bridge house")


def test_venues_and_holidays_of_another_region_are_not_there(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    theirs = actions.add_venue(By(db_session, cast.iris, START), cast.south, BRUG)
    noor, ruud = By(db_session, cast.noor, START), By(db_session, cast.ruud, START)
    mine = actions.add_venue(noor, cast.north, VenueDetails(name="De Ark"))
    half_term = NewHoliday("Half-term", date(2026, 5, 25), date(2026, 5, 29))
    for attempt in (
        lambda: actions.add_venue(noor, cast.south, BRUG),
        lambda: actions.change_venue(noor, theirs, BRUG),
        lambda: actions.take_away_venue(noor, theirs),
        lambda: actions.take_away_venue(noor, mine, theirs),
        lambda: actions.add_venue(By(db_session, cast.bas, START), cast.north, BRUG),
        lambda: actions.add_school_holidays(ruud, cast.south, [half_term]),
        lambda: actions.add_school_holidays(noor, cast.north, [half_term]),
    ):
        with pytest.raises(Unknown):
            attempt()
    sign_in(client, cast.noor)
    assert "Buurthuis De Brug" not in client.page("/venues").text
    for path in (f"/venues/{theirs}", "/school-holidays"):
        assert client.get(path).status_code == 404
    assert names(db_session, cast.south) == ["Buurthuis De Brug"]


@pytest.mark.both_databases
def test_school_holidays_are_pasted_at_once(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sign_in(client, cast.ruud)
    client.page("/school-holidays")
    pasted = (
        "Herfstvakantie 17-10-2026 t/m 25-10-2026\n\n"
        "Kerstvakantie: 19 december 2026 tot en met 3 januari 2027\n"
        "May holiday (25 April – 3 May 2027)\n"
    )
    wrong = f"{pasted}Soon\nZomer 30-2-2026 t/m 1-3-2026"
    assert client.refused("Save", {"School holidays": wrong}, status=422).errors == [
        "School holidays: “Soon”: write a name, the first day and the last, such as “Spring 20-2-2027 - 28-2-2027”."
    ]
    assert "Herfstvakantie 17-10-2026" in str(client.form("Save").shown("School holidays"))
    page = client.submit("Save", {"School holidays": pasted})
    assert page.flashes == ["3 school holidays are saved."]
    rows = queries.school_holidays(refreshed(db_session), [cast.north], START.date())
    assert [(row.name, row.first_on, row.last_on) for row in rows] == [
        ("Herfstvakantie", date(2026, 10, 17), date(2026, 10, 25)),
        ("Kerstvakantie", date(2026, 12, 19), date(2027, 1, 3)),
        ("May holiday", date(2027, 4, 25), date(2027, 5, 3)),
    ]

    client.submit("Save", {"School holidays": "Autumn half-term 17-10-2026 - 25-10-2026"})
    client.submit("Remove: May holiday")
    rows = queries.school_holidays(refreshed(db_session), [cast.north], START.date())
    assert [row.name for row in rows] == ["Autumn half-term", "Kerstvakantie"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Zomer 30-2-2026 t/m 1-3-2026", "one of these days does not exist"),
        ("Zomer 3-3-2026 t/m 1-3-2026", "the last day comes before the first"),
        ("3-3-2026 t/m 9-3-2026", "write a name"),
    ],
)
def test_a_line_that_is_no_holiday_says_why(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, line: str, told: str
) -> None:
    sign_in(client, cast.ruud)
    client.page("/school-holidays")
    (error,) = client.refused("Save", {"School holidays": line}, status=422).errors
    assert told in error


def test_a_region_that_is_removed_takes_its_venues_and_holidays_along(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    bas = By(db_session, cast.bas, START)
    east = add_region(bas, "East")
    manager = replace(cast.ruud, regions=cast.ruud.regions | {east})
    actions.add_venue(By(db_session, manager, START), east, BRUG)
    half_term = NewHoliday("Half-term", date(2026, 5, 25), date(2026, 5, 29))
    actions.add_school_holidays(By(db_session, manager, START), east, [half_term])
    actions.add_venue(By(db_session, cast.noor, START), cast.north, BRUG)

    remove_region(bas, east)

    assert names(db_session, east) == []
    assert queries.school_holidays(db_session, [east], START.date()) == ()
    assert names(db_session, cast.north) == ["Buurthuis De Brug"]
    with pytest.raises(Refusal):
        remove_region(bas, cast.north)
    assert names(db_session, cast.north) == ["Buurthuis De Brug"]
