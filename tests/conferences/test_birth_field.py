"""One field for when somebody was born: a day, a year, or about how old they are."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from ekc.conferences.models import Participant
from ekc.workflow.birth import Birth
from ekc.workflow.vocabulary import Part
from tests.build import case_in_setup, change_details
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed

TODAY = date(2026, 3, 2)


def born(session: Session, who: int) -> Birth | None:
    row = refreshed(session).get_one(Participant, who)
    return Birth.of(row.born, row.born_until)


@pytest.mark.parametrize(
    ("typed", "birth", "shown"),
    [
        ("3-2-2015", Birth(date(2015, 2, 3), date(2015, 2, 3)), "03-02-2015"),
        ("2015-02-03", Birth(date(2015, 2, 3), date(2015, 2, 3)), "03-02-2015"),
        ("3 feb 2015", Birth(date(2015, 2, 3), date(2015, 2, 3)), "03-02-2015"),
        ("12 oktober 2015", Birth(date(2015, 10, 12), date(2015, 10, 12)), "12-10-2015"),
        ("3-3-26", Birth(date(1926, 3, 3), date(1926, 3, 3)), "03-03-1926"),
        ("2015", Birth.in_year(2015), "2015"),
        ("about 11", Birth.aged(11, TODAY, about=True), "about 11"),
        ("±11", Birth.aged(11, TODAY, about=True), "about 11"),
        ("omstreeks 2012", Birth(date(2011, 1, 1), date(2013, 12, 31)), "about 13"),
        ("ongeveer 11 jaar", Birth.aged(11, TODAY, about=True), "about 11"),
        ("11", Birth.aged(11, TODAY, about=False), "11"),
        ("", None, ""),
    ],
)
def test_what_is_known_is_kept_and_shown_as_it_is(
    client: PageClient,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    typed: str,
    birth: Birth | None,
    shown: str,
) -> None:
    case = case_in_setup(db_session, cast, START)
    omar = case.people["omar"]
    change_details(db_session, cast, START, case, omar, part=Part.CHILD)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/{omar}")
    client.submit("Save", {"Born on": typed})
    assert born(db_session, omar) == birth
    client.page(f"/conferences/{case.id}/circle/{omar}")
    assert client.form("Save").shown("Born on") == shown

    clock.set(START.replace(year=2027))  # an estimate that nobody touches is not estimated anew
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/{omar}")
    client.submit("Save", {"Relation": "stepfather"})
    assert born(db_session, omar) == birth


@pytest.mark.parametrize("typed", ["hello", "about 400", "31-2-2015", "3 foo 2015", "1-1-1500", "11 or so"])
def test_what_cannot_be_read_says_how_to_write_it(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, typed: str
) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/{case.people['omar']}")
    page = client.refused("Save", {"Born on": typed}, status=422)
    assert page.errors == ["Born on: Write a day (3-2-2015), a year (2015), or how old they are: 11, or about 11."]
    assert client.form("Save").shown("Born on") == typed
