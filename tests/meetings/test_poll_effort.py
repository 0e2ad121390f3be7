"""What it takes to come from no date to one that was chosen: eighteen people, six of whom are rung; four dates."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle
from ekc.conferences.entries import PersonDetails
from ekc.meetings import queries
from ekc.workflow.vocabulary import Part
from tests.build import case_in_setup
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.effort import Effort

FOUR = (
    "Tuesday 10 March, morning",
    "Thursday 12 March, evening",
    "Saturday 14 March, morning",
    "Saturday 14 March, afternoon",
)
#: What it may take: the coordinator all together, and whoever answers on their own page. Nobody types anything.
BUDGET = {"the coordinator": Effort(30, 0, 14), "whoever answers": Effort(4, 0, 2)}


def test_from_no_date_to_one_that_was_chosen(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = case_in_setup(db_session, cast, START)
    more = [
        PersonDetails(name=f"Cousin {n}", part=Part.FAMILY, email=f"cousin{n}@example.org" if n > 2 else "")
        for n in range(1, 11)
    ]
    circle.add_people(By(db_session, cast.noor, START), case.id, more)

    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}")
    noor = client.effort
    client.page(f"/conferences/{case.id}/dates")
    client.submit("Save the possible dates", dict.fromkeys(FOUR, True))
    page = client.submit("Ask them")
    assert page.flashes[0] == "12 people are asked. 12 of them by email."
    to_ring = page.flashes[1].partition("link. ")[2].rstrip(".").split(", ")
    assert len(to_ring) == 6
    noor = client.effort - noor

    enter(client, refreshed(db_session), START, case.id, case.people["omar"])
    omar = client.effort
    client.follow("Say which days suit me")
    client.submit(
        "Send my answers",
        {"Tuesday 10 March 2026, 10:00": "no", "All dates that have no answer yet": "yes"},
    )
    omar = client.effort - omar

    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/dates")
    ringing = client.effort
    for name in to_ring:
        if f"Which days suit {name}?" not in client.here.text:
            client.page(f"/conferences/{case.id}/dates")
            client.follow(name)
        button = next(one for one in client.here.buttons if one.startswith("Save, and"))
        client.submit(button, {"Tuesday 10 March 2026, 10:00": "no", "All dates that have no answer yet": "yes"})
    client.page(f"/conferences/{case.id}/dates")
    client.submit("Set this date", near="Thursday 12 March 2026, 19:00")
    noor += client.effort - ringing

    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    assert meeting.starts_at == datetime(2026, 3, 12, 18, 0, tzinfo=UTC)
    for who, taken in {"the coordinator": noor, "whoever answers": omar}.items():
        assert taken.is_within(BUDGET[who]), (who, str(taken))
