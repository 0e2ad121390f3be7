"""A case whose coordinator cannot act any more: the regional manager hears of it and lets people in, and the family
reads whom to ring.
"""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions import take_step
from ekc.journey.home import staff_home
from ekc.links.queries import Door, door
from ekc.matching.actions import independence
from ekc.staff.actions import closing
from ekc.workflow.definition import Taking
from ekc.workflow.vocabulary import Activity, Phase, Role, Step
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START

ALONE = "Noor van Dijk cannot sign in any more: nobody coordinates this conference. Ask somebody today"
LOOKED_FOR = "Another coordinator is being looked for. Do you need somebody now? Ring your region: Ruud Kramer"


def close_noor(session: Session, cast: Cast) -> None:
    closing.close_account(By(session, cast.bas, START), cast.noor.account_id or 0)


@pytest.fixture
def in_setup(db_session: Session, cast: Cast) -> Made:
    case = build.case_in_setup(db_session, cast, START)
    close_noor(db_session, cast)
    return case


@pytest.fixture
def came_out(app: Flask, client: PageClient, db_session: Session, cast: Cast) -> Made:
    """The family comes out of private time when the account of its coordinator is closed."""
    case = build.case_in_private_time(db_session, cast, START)
    close_noor(db_session, cast)
    marieke = participant(case.id, case.people["marieke"])
    assert take_step(By(db_session, marieke, START), case.id, Taking(Step.ASK_FOR_INFORMATION, reason="Which school?"))
    return case


def mails_to(session: Session, name: str) -> list[str]:
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [mail.subject for mail in rows if mail.recipient == f"{name}@example.org"]


def test_the_manager_hears_that_a_family_came_out(db_session: Session, cast: Cast, came_out: Made) -> None:
    subject = "A family has come out, and nobody coordinates its conference"
    assert mails_to(db_session, "ruud").count(subject) == 1
    home = staff_home(db_session, cast.ruud, START)
    assert ([row.id for row in home.alone], home.needs_somebody) == ([came_out.id], True)


def test_nobody_hears_it_while_somebody_coordinates(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    marieke = participant(case.id, case.people["marieke"])
    take_step(By(db_session, marieke, START), case.id, Taking(Step.ASK_FOR_INFORMATION, reason="Which school?"))

    assert mails_to(db_session, "ruud").count("A family has come out, and nobody coordinates its conference") == 0
    assert staff_home(db_session, cast.ruud, START).alone == ()


def test_the_pages_of_staff_say_it_first(client: PageClient, cast: Cast, came_out: Made) -> None:
    sign_in(client, cast.ruud)
    assert "The conference is being held, and its coordinator cannot sign in any more: ask somebody today" in (
        client.page("/").text
    )
    page = client.page(f"/conferences/{came_out.id}")
    assert ALONE in page.text
    assert "Nothing has to be done now" not in page.text
    page = client.follow("Ask somebody today")
    assert ALONE in page.text
    assert "coordinator of this conference" not in page.text
    assert "stays the coordinator until" not in page.text


def test_the_family_reads_whom_to_ring(app: Flask, db_session: Session, cast: Cast, came_out: Made) -> None:
    page = enter(app.test_client(), db_session, START, came_out.id, came_out.people["marieke"])  # type: ignore[arg-type]
    assert LOOKED_FOR in page.text
    assert "Noor van Dijk" not in page.text


def test_nobody_says_yes_to_somebody_who_cannot_act(db_session: Session, cast: Cast, in_setup: Made) -> None:
    marieke = participant(in_setup.id, in_setup.people["marieke"])
    with pytest.raises(Refusal, match="cannot sign in any more"):
        independence.confirm_coordinator(By(db_session, marieke, START), in_setup.id)


def test_the_manager_lets_people_in_as_long_as_no_coordinator_can(
    db_session: Session, cast: Cast, in_setup: Made
) -> None:
    by = By(db_session, cast.ruud, START)
    assert Role.STANDS_IN in open_case(by, in_setup.id, Activity.MAKE_LINKS).roles
    assert door(db_session, in_setup.id, START) == Door(Role.REGIONAL_MANAGER, "")
    for other in (cast.iris, cast.mila, cast.bas, cast.denise):
        with pytest.raises(Unknown):
            open_case(By(db_session, other, START), in_setup.id, Activity.MAKE_LINKS)


def test_while_a_coordinator_can_the_manager_does_not(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    with pytest.raises(NotNow):
        open_case(By(db_session, cast.ruud, START), case.id, Activity.MAKE_LINKS)


def test_in_private_time_the_manager_lets_nobody_in(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    close_noor(db_session, cast)
    with pytest.raises(NotNow):
        open_case(By(db_session, cast.ruud, START), case.id, Activity.MAKE_LINKS)
    assert door(db_session, case.id, START) == Door()
    assert [row.phase for row in staff_home(db_session, cast.ruud, START).alone] == [Phase.PRIVATE_TIME]
