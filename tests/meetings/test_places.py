"""The place of a meeting: chosen from the venues of the region, at a home, kept, secret, and when it is open."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.errors import Refusal
from ekc.meetings import queries
from ekc.meetings.actions import arranging, dates
from ekc.meetings.actions.arranging import Venue
from ekc.meetings.actions.dates import DatesOffered
from ekc.venues import actions as venues
from ekc.venues.actions import NewHoliday, VenueDetails
from ekc.venues.queries import venues as venues_of
from ekc.workflow.opening_hours import OpeningHours
from tests.build import Made, case_in_setup, change_details
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.form import Value

#: Open on weekdays until five, closed in the weekend.
BRUG = VenueDetails(
    name="Buurthuis De Brug",
    address="Waalkade 12, Rivierstad",
    access="level, two rooms",
    route="Bus 3.",
    rooms=1,
    price=125050,
    contact="Ans",
    phone="01632 960 111",
    kitchen="an oven",
    hours=OpeningHours((*(((540, 1020),),) * 5, (), ())),
)
CHOSEN = "Buurthuis De Brug, Waalkade 12, Rivierstad · 1 room · Mon–Fri 9:00–17:00, Sat–Sun closed"


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """In setup; its region knows one venue."""
    made = case_in_setup(db_session, cast, START)
    venues.add_venue(By(db_session, cast.noor, START), cast.north, BRUG)
    return made


def at(session: Session, case: Made) -> queries.MeetingRow:
    meeting = queries.current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return meeting


@pytest.mark.both_databases
def test_a_known_venue_is_chosen_in_two_taps_and_fills_in_what_is_known(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    page = client.submit("Save", {"Places used before": CHOSEN})

    meeting = at(db_session, case)
    assert (meeting.venue_name, meeting.venue_address, meeting.venue_access, meeting.venue_cost) == (
        "Buurthuis De Brug",
        "Waalkade 12, Rivierstad",
        "level, two rooms",
        125050,
    )
    assert queries.place_of(db_session, meeting).route == "Bus 3."
    for words in ("01632 960 111 Ans", "an oven", "Mon–Fri 9:00–17:00", "€1,250.50", "private time needs a second one"):
        assert words in page.text
    another = {"Place": "De Ark", "Places used before": CHOSEN}
    venues.add_venue(By(db_session, cast.noor, START), cast.north, VenueDetails(name="De Linde"))
    client.page(f"/conferences/{case.id}/meeting")
    two = "Places used before: You chose another place as well. Choose one."
    assert client.refused("Save", another | {"Places used before": "De Linde"}, status=422).errors == [two]


@pytest.mark.both_databases
def test_another_spelling_is_the_same_venue_and_nearly_the_same_is_asked_about(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    refused = client.refused("Save", {"Place": "Buurthuis De Brugg"}, status=422)
    assert refused.errors == ["Place: This is nearly the same as Buurthuis De Brug. Choose which one you mean."]
    client.submit("Save", {"Which one do you mean?": "Buurthuis De Brug"})
    assert (at(db_session, case).venue_name, at(db_session, case).venue_address) == (BRUG.name, BRUG.address)

    client.submit("Save", {"Place": "De Ark", "Address": "Veerweg 3", "How people get in": "two steps"})
    assert at(db_session, case).venue_id is None
    client.submit("Save", {"Place": "BUURTHUIS  de brug", "How people get in": "by the back door"})
    meeting = at(db_session, case)
    assert (meeting.venue_name, meeting.venue_address) == (BRUG.name, BRUG.address)
    assert meeting.venue_access == "by the back door"
    assert meeting.venue_id is not None


def test_a_place_is_kept_when_that_is_ticked_and_a_home_never_is(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    change_details(db_session, cast, START, case, case.people["omar"], address="Zoomstraat 8, Rivierstad")
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    keep = "Save this place for other conferences in this region"
    client.submit("Save", {"Place": "De Ark", "Address": "Veerweg 3", "What the place costs": "1.250,50", keep: True})
    _brug, ark = venues_of(refreshed(db_session), [cast.north])
    assert (ark.name, ark.address, ark.price) == ("De Ark", "Veerweg 3", 125050)
    assert at(db_session, case).venue_id == ark.id
    client.submit("Save", {"Address": "Veerweg 5"})
    assert at(db_session, case).venue_id is None  # the list has another address
    client.submit("Save", {keep: True})
    assert [row.address for row in venues_of(refreshed(db_session), [cast.north])] == [BRUG.address, "Veerweg 5"]

    typed: dict[str, Value] = {"Place": "With uncle", "Address": "zoomstraat 8\nRivierstad", keep: True}
    refused = client.refused("Save", typed, status=409)
    assert refused.errors == [f"{keep}: Somebody of the circle lives there. A home is not kept for other conferences."]
    assert [row.name for row in venues_of(refreshed(db_session), [cast.north])] == [BRUG.name, "De Ark"]


def test_a_conference_at_home_takes_the_address_unless_it_is_secret(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    change_details(db_session, cast, START, case, case.people["omar"], address="Zoomstraat 8, Rivierstad")
    change_details(
        db_session, cast, START, case, case.people["marieke"], address="Dijkweg 1, Rivierstad", address_secret=True
    )
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/meeting")
    assert "Zoomstraat" not in page.text
    for nobody in ("Marieke de Wit", "Linda de Wit"):  # a secret address, and none
        with pytest.raises(AssertionError, match=nobody):
            client.form("Save").fill({"At somebody's home": nobody})
    client.submit("Save", {"At somebody's home": "Omar El Amrani"})
    meeting = at(db_session, case)
    assert (meeting.venue_name, meeting.venue_address) == ("Bij Omar El Amrani thuis", "Zoomstraat 8, Rivierstad")
    assert meeting.venue_id is None

    secret = "The address stays secret: people hear from you where it is"
    refused = client.refused("Save", {"Place": "With Marieke", "Address": "Dijkweg 1\nRivierstad"}, status=409)
    told = "Somebody of the circle lives there, and their address is secret. Tick that it stays secret."
    assert refused.errors == [f"{secret}: {told}"]
    client.submit("Save", {secret: True})
    place = queries.place_of(db_session, at(db_session, case))
    assert (place.name, place.address, place.secret) == ("With Marieke", "", True)


def test_where_a_secret_place_is_no_page_tells_but_that_of_the_coordinator(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    noor = By(db_session, cast.noor, START)
    arranging.choose_date(noor, case.id, datetime(2026, 4, 18, 8, 0, tzinfo=UTC))
    arranging.set_venue(noor, case.id, Venue("The shelter", "Dijkweg 1", "ring twice", secret=True))
    enter(client, db_session, START, case.id, case.people["marieke"])
    page = client.page(f"/conferences/{case.id}/mine")
    assert "The shelter" in page.text
    assert "Your coordinator tells you where it is." in page.text
    assert "Dijkweg" not in page.text
    assert "ring twice" not in page.text
    sign_in(client, cast.ruud)
    assert "Dijkweg" not in client.page(f"/conferences/{case.id}/meeting").text
    sign_in(client, cast.noor)
    assert "Dijkweg" in client.page(f"/conferences/{case.id}/meeting").text


@pytest.mark.both_databases
def test_the_week_tells_when_the_place_is_shut_and_when_there_is_no_school(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    """A conference of four hours: in the afternoon, from two o'clock, the place shuts before it is over."""
    noor, ruud = By(db_session, cast.noor, START), By(db_session, cast.ruud, START)
    half_term = NewHoliday("Half-term", datetime(2026, 3, 9).date(), datetime(2026, 3, 10).date())  # noqa: DTZ001
    venues.add_school_holidays(ruud, cast.north, [half_term])
    arranging.set_venue(noor, case.id, Venue("De Brug, buurthuis", BRUG.address))
    sign_in(client, cast.noor)
    assert "struck through" not in client.page(f"/conferences/{case.id}/dates").text
    arranging.set_venue(noor, case.id, Venue(BRUG.name, BRUG.address, stays=True))
    arranging.set_expected_minutes(noor, case.id, 240)
    dates.offer_dates(noor, case.id, DatesOffered(frozenset(), (datetime(2026, 3, 10, 18, 0, tzinfo=UTC),)))

    page = client.page(f"/conferences/{case.id}/dates")

    assert "Buurthuis De Brug is open: Mon–Fri 9:00–17:00, Sat–Sun closed." in page.text
    shut = ", not open for the whole conference"
    labels = client.form("Save the possible dates").labels
    assert f"Monday 9 March, afternoon{shut}" in labels
    assert "Monday 9 March, morning" in labels
    assert f"Saturday 7 March, morning{shut}" in labels
    assert "Monday 9 March School holiday: Half-term." in page.text
    assert "Wednesday 11 March School holiday" not in page.text

    arranging.choose_date(noor, case.id, datetime(2026, 3, 10, 18, 0, tzinfo=UTC))
    page = client.page(f"/conferences/{case.id}/meeting")
    assert "This day is in a school holiday: Half-term." in page.text
    assert "Buurthuis De Brug is not open for the whole conference: Mon–Fri 9:00–17:00, Sat–Sun closed." in page.text


def test_a_venue_of_another_region_is_typed_and_tells_nothing(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    venues.add_venue(By(db_session, cast.iris, START), cast.south, VenueDetails(name="De Zuid", address="Zuidweg 1"))
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/meeting")
    assert "De Zuid" not in page.text
    client.submit("Save", {"Place": "De Zuid"})
    meeting = at(db_session, case)
    assert (meeting.venue_name, meeting.venue_address, meeting.venue_id) == ("De Zuid", "", None)


def test_whoever_saw_a_venue_that_was_taken_away_meanwhile_is_asked_to_choose_again(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    (row,) = venues_of(db_session, [cast.north])
    venues.take_away_venue(By(db_session, cast.noor, START), row.id)
    refused = client.refused("Save", {"Places used before": CHOSEN, "Hours": "3"}, status=422)
    assert refused.errors == ["Place: The place that you chose is not in the list any more. Choose another one."]
    with pytest.raises(Refusal, match="Give it a name"):
        arranging.set_venue(By(db_session, cast.noor, START), case.id, Venue("", "Waalkade 12"))
