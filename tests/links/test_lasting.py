"""A personal link lives until its owner's last task, and its owner reads until when."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Participant
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import FollowUpReport
from ekc.evaluations.queries import follow_ups
from tests import build
from tests.build import Made
from tests.cast import Cast, make_link, open_link
from tests.client import PageClient
from tests.clock import START, FrozenClock

WEEKS = timedelta(weeks=12)  # until the evaluation


def until(page_text: str) -> str:
    """The sentence about the link."""
    return page_text.partition("My link ")[2].partition(" If things change")[0].partition(" My file")[0]


def settle(session: Session, cast: Cast, clock: FrozenClock, case: Made) -> None:
    """Call and evaluation were held."""
    for row in follow_ups(session, case.id, clock().date()):
        report = FollowUpReport(held_on=clock().date(), found="It goes well.")
        evaluations.record_follow_up(By(session, cast.noor, clock()), case.id, row.id, report)


def test_no_link_dies_before_the_evaluation(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    kees = make_link(db_session, START - timedelta(days=59), case.id, case.people["kees"])  # promised until tomorrow
    clock.advance(days=84)
    mine = open_link(client, kees)
    assert until(mine.text) == (
        "You can open this page until Wednesday 24 June 2026 at least. "
        "As long as something lies ahead for you here, that day moves on."
    )

    clock.advance(days=40)  # it is late, and still to be held
    assert client.page(kees).status == 200

    settle(db_session, cast, clock, case)
    mine = client.submit("Go to my page")
    assert until(mine.text) == (
        "You can open this page until Monday 3 August 2026. Then your link ends: print what you want to keep."
    )
    clock.advance(days=30)
    assert client.page(kees).status == 200
    clock.advance(days=1)
    assert client.page(kees, status=404).heading == "This link does not work any more"
    assert client.page(mine.url).heading == "You are signed out"


def test_whom_the_plan_does_not_ask_goes_with_the_day_that_was_promised(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    rows = dict(db_session.execute(select(Participant.id, Participant.tasks_until)).all())
    asked = {name for name, id_ in case.people.items() if rows[id_]}
    assert asked == {"fatima", "omar", "linda", "kees"}
    els = make_link(db_session, START - timedelta(days=59), case.id, case.people["els"])
    assert client.page(els).status == 200
    clock.advance(days=2)
    client.page(els, status=404)


def test_a_link_of_a_conference_in_preparation_goes_on(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    path = make_link(db_session, START, case.id, case.people["marieke"])
    clock.advance(days=200)
    assert "that day moves on" in open_link(client, path).text
