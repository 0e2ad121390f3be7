"""In private time, a family that does not get there reads the ways out, who agrees to each, and whom to call in."""

from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.workflow.check import check_tables
from ekc.workflow.definition.rows import STEPS
from ekc.workflow.vocabulary import Step
from tests.build import case_in_presentation, case_in_private_time
from tests.cast import Cast, enter, enter_as_before
from tests.client import PageClient
from tests.clock import START, FrozenClock


def test_the_family_reads_its_ways_out_and_whom_to_call_in(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    db_session.execute(update(Account).where(Account.id == cast.noor.account_id).values(phone="06 1111 1111"))
    db_session.commit()
    case = case_in_private_time(db_session, cast, START)
    clock.advance(minutes=1)
    enter_as_before(client, db_session, START, case.id, case.people["omar"])

    page = client.follow("We do not get there")

    ways = ["We want to know something first", "There will be no plan", "We go on another day"]
    assert {way for way in ways if way in page.text} == set(ways)
    assert "One of you who is in the room can say it, for all of you." in page.text
    assert "nobody can do it here alone: call your coordinator in" in page.text
    assert "Noor van Dijk, 06 1111 1111" in page.text
    steps = {name for name in ("Ask for information", "Go on another day", "No plan") if name in dict(page.links)}
    assert steps == {"Ask for information", "Go on another day"}
    assert client.follow("Ask for information").heading == "Ask for information"


def test_another_time_there_is_no_such_page(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = case_in_presentation(db_session, cast, START)
    enter(client, db_session, START, case.id, case.people["omar"])
    assert client.get(f"/conferences/{case.id}/ways-out").status_code == 403


def test_each_way_out_of_private_time_has_its_words() -> None:
    steps = tuple(replace(rule, way_out=None) if rule.step is Step.NO_PLAN else rule for rule in STEPS)
    with pytest.raises(ValueError, match="no_plan leads out of private time without words for the family"):
        check_tables(steps=steps)
