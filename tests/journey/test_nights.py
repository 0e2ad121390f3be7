"""The work of each night: once a night in each region, by its own clock, and made up for when nobody ran it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from ekc.accounts.models import Region
from ekc.core.jobs import Job, JobState, Nightly
from ekc.core.transaction import writing
from ekc.journey.jobs import JOBS, last_night, plan_nights
from tests.cast import Cast
from tests.clock import START
from tests.database import refreshed
from tests.work import work

AUCKLAND, AMSTERDAM = "Pacific/Auckland", "Europe/Amsterdam"


def planned(session: Session, region_id: int) -> list[datetime]:
    """When the work of a region was due that ends access."""
    wanted = (Job.kind == "access_ends", Job.subject == region_id)
    return list(refreshed(session).scalars(select(Job.due).where(*wanted).order_by(Job.due)))


@pytest.mark.parametrize(
    ("at", "timezone", "night"),
    [
        ("2026-03-02 01:59", AMSTERDAM, "2026-03-01 02:00"),
        ("2026-03-02 02:00", AMSTERDAM, "2026-03-02 02:00"),
        ("2026-03-02 09:00", AUCKLAND, "2026-03-01 14:00"),
        ("2026-03-29 09:00", AMSTERDAM, "2026-03-29 01:00"),  # the clock went forward
    ],
)
def test_a_night_is_that_of_its_place(at: str, timezone: str, night: str) -> None:
    instant, found = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (at, night))

    assert last_night(instant, timezone) == found


def test_each_region_has_its_own_night_and_a_missed_one_is_made_up_for(
    db_session: Session, cast: Cast, settings: Settings
) -> None:
    with writing(db_session):
        db_session.get_one(Region, cast.south).timezone = AUCKLAND
    for _ in range(2):
        plan_nights(db_session, START)  # nobody was there at night
        work(db_session, replace(settings, demo=True), START)

    assert planned(db_session, cast.north) == [last_night(START, AMSTERDAM)]
    assert planned(db_session, cast.south) == [last_night(START, AUCKLAND)]
    rows = db_session.scalars(select(Job)).all()
    nightly = [rule.nightly for rule in JOBS]
    assert len(rows) == 2 * nightly.count(Nightly.REGION) + nightly.count(Nightly.SERVICE)
    assert {row.state for row in rows} == {JobState.DONE}

    plan_nights(db_session, START + timedelta(days=3))
    plan_nights(db_session, START + timedelta(days=3, hours=5))  # night in New Zealand

    assert len(planned(db_session, cast.north)) == 2
    assert planned(db_session, cast.south)[-1] == last_night(START, AUCKLAND) + timedelta(days=4)
