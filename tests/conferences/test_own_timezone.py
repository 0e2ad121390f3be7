"""Somebody of the circle is abroad: said by the coordinator or by themselves, and shown to them alone."""

from datetime import UTC, datetime, timedelta

import pytest
from babel.core import get_global
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle
from ekc.conferences.forms.places import zone_called
from ekc.conferences.models import Participant
from ekc.core.clock import zone
from ekc.core.errors import NotNow, Refusal
from ekc.core.language import city, using
from ekc.meetings import queries
from ekc.meetings.actions import dates
from ekc.meetings.actions.dates import DatesOffered
from tests import build
from tests.build import Made, case_in_setup, change_details
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.conferences.test_importing import choose, circle_of
from tests.database import refreshed

ISTANBUL = "Europe/Istanbul"
#: 18:30 in the Netherlands, before and after the clock changes there; Istanbul knows no summer time.
IN_WINTER = datetime(2026, 3, 27, 17, 30, tzinfo=UTC)
IN_SUMMER = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """In setup; grandmother Fatima and uncle Omar are asked about two dates."""
    made = case_in_setup(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    dates.offer_dates(noor, made.id, DatesOffered(frozenset(), (IN_WINTER, IN_SUMMER)))
    dates.ask_about_dates(noor, made.id, [made.people["fatima"], made.people["omar"]])
    return made


def kept(session: Session, case: Made, name: str) -> str:
    return refreshed(session).get_one(Participant, case.people[name]).timezone


def test_a_grandmother_in_istanbul_reads_what_her_own_clock_says(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    fatima = case.people["fatima"]
    page = enter(client, db_session, START, case.id, fatima)
    assert "I am abroad: my clock is different" in page.text
    page = client.refused("Save where I am", {"Where are you?": "Spain"})
    assert "Write one of these: Ceuta, Canaries, Madrid." in page.text
    page = client.refused("Save where I am", {"Where are you?": "At my sister's"})
    assert "We do not know this place." in page.text
    assert client.form("Save where I am").shown("Where are you?") == "At my sister's"
    page = client.submit("Save where I am", {"Where are you?": "turkey"})
    assert kept(db_session, case, "fatima") == ISTANBUL
    assert "My clock: Istanbul" in page.text
    assert client.form("Save where I am").shown("Where are you?") == "Istanbul"

    client.follow("Say which days suit me")
    page = client.submit(
        "Send my answers",
        {
            "Friday 27 March 2026, 18:30 (Amsterdam), 20:30 where you are (Istanbul)": "no",
            "Tuesday 31 March 2026, 18:30 (Amsterdam), 19:30 where you are (Istanbul)": "yes",
        },
    )
    later = max(dates_of(db_session, case).items())[1]
    dates.choose_from_answers(By(refreshed(db_session), cast.noor, START), case.id, later)
    said = "Tuesday 31 March 2026, 18:30 (Amsterdam), 19:30 where you are (Istanbul)"
    change_details(db_session, cast, START, case, fatima, informed_on=START.date())
    assert said in client.page(f"/conferences/{case.id}/mine").text
    assert f"The day has been chosen: {said}." in client.page(f"/conferences/{case.id}/my-dates").text

    client.page(f"/conferences/{case.id}/mine")
    client.submit("Save where I am", {"Where are you?": ""})
    assert kept(db_session, case, "fatima") == ""
    assert "Tuesday 31 March 2026, 18:30 (in 29 days)" in client.here.text


def dates_of(session: Session, case: Made) -> dict[datetime, int]:
    meeting = queries.current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return {row.starts_at: row.id for row in queries.date_options(session, meeting.id)}


def test_the_coordinator_says_it_and_rings_by_both_clocks(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    sign_in(client, cast.noor)
    fatima = f"/conferences/{case.id}/circle/{case.people['fatima']}"
    client.page(fatima)
    page = client.refused("Save", {"Time zone": "Byzantium", "Phone": "0612345678"})
    assert "We do not know this place. Write the country, such as Turkey, or its largest city." in page.text
    assert client.form("Save").shown("Phone") == "0612345678"
    client.submit("Save", {"Time zone": "Turkije"})
    assert kept(db_session, case, "fatima") == ISTANBUL
    client.page(fatima)
    assert client.form("Save").shown("Time zone") == "Istanbul"
    client.submit("Save", {"Phone": "0612345679"})
    assert kept(db_session, case, "fatima") == ISTANBUL

    page = client.page(f"/conferences/{case.id}/dates/of/{case.people['fatima']}")
    assert "Tuesday 31 March 2026, 18:30 (Amsterdam), 19:30 where they are (Istanbul)" in page.text
    page = client.page(f"/conferences/{case.id}/dates/of/{case.people['omar']}")
    assert "Tuesday 31 March 2026, 18:30" in page.text
    assert "Amsterdam" not in page.text


def test_nobody_else_of_the_circle_reads_it_and_whoever_has_the_same_clock_reads_nothing_more(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    change_details(db_session, cast, START, case, case.people["fatima"], timezone=ISTANBUL)
    change_details(db_session, cast, START, case, case.people["omar"], timezone="Europe/Brussels")
    enter(client, refreshed(db_session), START, case.id, case.people["omar"])
    assert "Istanbul" not in client.here.text
    page = client.follow("Say which days suit me")
    assert "Tuesday 31 March 2026, 18:30" in page.text
    assert [word for word in ("Istanbul", "where you are") if word in page.text] == []


def test_where_the_address_is_secret_the_coordinator_alone_knows_the_time_zone(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    fatima = case.people["fatima"]
    change_details(db_session, cast, START, case, fatima, timezone=ISTANBUL, address="Kadıköy", address_secret=True)
    sign_in(client, cast.ruud)
    page = client.page(f"/conferences/{case.id}/circle/{fatima}")
    assert "Istanbul" not in page.html
    client.submit("Save", {"Relation": "grandma"})
    assert kept(db_session, case, "fatima") == ISTANBUL


def test_it_is_ones_own_and_said_while_times_lie_ahead(db_session: Session, cast: Cast, case: Made) -> None:
    with pytest.raises(Refusal):
        circle.say_own_timezone(By(db_session, cast.noor, START), case.id, ISTANBUL)
    inside = build.case_in_private_time(db_session, cast, START + timedelta(days=1))
    omar = participant(inside.id, inside.people["omar"])
    with pytest.raises(NotNow):
        circle.say_own_timezone(By(db_session, omar, START), inside.id, ISTANBUL)
    nobody = [one for one in case.people if kept(db_session, case, one)]
    assert nobody == []


def test_the_evaluation_is_told_by_both_clocks_too(client: PageClient, db_session: Session, cast: Cast) -> None:
    agreed = build.case_in_evaluation(db_session, cast, START)
    change_details(db_session, cast, START, agreed, agreed.people["omar"], timezone=ISTANBUL)
    enter(client, refreshed(db_session), START, agreed.id, agreed.people["omar"])
    said = "Tuesday 26 May 2026, 10:00 (Amsterdam), 11:00 where you are (Istanbul)"
    assert f"{said} (in 85 days)" in client.here.text
    assert "My clock: Istanbul" in client.here.text
    pages = [f"/conferences/{agreed.id}/{one}" for one in ("plan", "plan/versions/1", "follow-ups")]
    assert [one for one in pages if said not in client.page(one).html] == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ""),
        (" istanbul ", ISTANBUL),
        ("Istanboel", ISTANBUL),
        ("Türkiye", ISTANBUL),
        ("Turkije", ISTANBUL),
        ("europe/istanbul", ISTANBUL),
        ("Auckland", "Pacific/Auckland"),
        ("NZ", "Pacific/Auckland"),
        ("Curaçao", "America/Curacao"),
        ("curacao", "America/Curacao"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("Duitsland", "Europe/Berlin"),  # two names of one clock
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("New York", "America/New_York"),
    ],
)
def test_a_place_is_what_people_call_it(typed: str, found: str) -> None:
    assert zone_called(typed) == found


@pytest.mark.parametrize("typed", ["../../etc/passwd", "Etc/Unknown", "Antarctica", "Nowhere", "%s", "\u202e"])
def test_what_is_no_place_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="We do not know this place"):
        zone_called(typed)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_each_city_is_read_again_as_the_zone_after_which_it_is_called(language: str) -> None:
    with using(language):
        for name in get_global("zone_territories"):
            if name != "Etc/Unknown":
                assert zone_called(city(name)) == zone_called(name) == zone(name).key


def test_a_list_from_a_file_says_it_too(client: PageClient, db_session: Session, cast: Cast, case: Made) -> None:
    sign_in(client, cast.noor)
    page = choose(client, case.id, b"Name;Relation;Country\nNuri Aksoy;uncle;Byzantium\n")
    assert "Row 2, column C (Country): We do not know this place." in page.text
    page = choose(client, case.id, b"Name;Relation;Country\nNuri Aksoy;uncle;Turkije\n")
    assert "is in Istanbul" in page.text
    client.submit("Add them to the circle")
    assert circle_of(db_session, case.id)["Nuri Aksoy"].timezone == ISTANBUL
