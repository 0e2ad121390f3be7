"""The last follow-up is the last task of a coordinator: their access then ends, even if nobody closes the case."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.core.errors import NotNow
from ekc.evaluations import actions as evaluations
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.journey.home import staff_home
from ekc.journey.needs.kinds import NeedKind
from ekc.journey.reminders import remind_before_access_ends
from ekc.matching.actions.asking import ask_coordinator
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import Activity, Step
from tests import build
from tests.build import Made
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock

TODAY = START.date()
OVER = START + timedelta(days=31)


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """Agreed on Monday 2 March; call and evaluation are to be held."""
    return build.case_in_evaluation(db_session, cast, START)


def give_up(session: Session, cast: Cast, case: Made, *kinds: FollowUpKind) -> None:
    for row in follow_ups(session, case.id, TODAY):
        if row.kind in kinds:
            evaluations.give_up(By(session, cast.noor, START), case.id, row.id, "The family moved away.")


def ended(session: Session, case: Made) -> date | None:
    return session.get_one(Conference, case.id).tasks_ended_on


def test_it_is_the_last_follow_up_that_counts(db_session: Session, cast: Cast, case: Made) -> None:
    give_up(db_session, cast, case, *set(FollowUpKind) - {FollowUpKind.EVALUATION})
    assert ended(db_session, case) is None

    give_up(db_session, cast, case, FollowUpKind.EVALUATION)
    assert ended(db_session, case) == TODAY


def test_writing_one_down_again_gives_no_days_more(db_session: Session, cast: Cast, case: Made) -> None:
    give_up(db_session, cast, case, *FollowUpKind)
    (call,) = (row for row in follow_ups(db_session, case.id, TODAY) if row.kind is FollowUpKind.CALL)
    report = evaluations.FollowUpReport(held_on=TODAY)

    evaluations.record_follow_up(By(db_session, cast.noor, START + timedelta(days=20)), case.id, call.id, report)

    assert ended(db_session, case) == TODAY


def test_one_more_evaluation_is_a_task_again(db_session: Session, cast: Cast, case: Made) -> None:
    give_up(db_session, cast, case, *FollowUpKind)

    evaluations.plan_evaluation(By(db_session, cast.noor, START), case.id, TODAY + timedelta(days=60))

    assert ended(db_session, case) is None


def test_a_new_round_is_a_task_again(db_session: Session, cast: Cast, case: Made) -> None:
    give_up(db_session, cast, case, *FollowUpKind)

    build.step(db_session, cast, START, case, Step.RECONVENE, "Wim is worse.")

    assert ended(db_session, case) is None


def test_the_coordinator_is_told_to_close_it(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    give_up(db_session, cast, case, *FollowUpKind)
    sign_in(client, cast.noor)

    home, page = client.page("/").text, client.page(f"/conferences/{case.id}").text

    assert "All follow-ups are held or given up: close the conference by Wednesday 1 April (in 30 days)" in home
    assert (
        "All follow-ups are held or given up, so the conference can be closed. "
        "You can open this conference until Wednesday 1 April 2026 (in 30 days)."
    ) in page


def test_where_nobody_closes_it_the_coordinator_is_out_all_the_same(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    give_up(db_session, cast, case, *FollowUpKind)
    sent = [remind_before_access_ends(db_session, START + timedelta(days=days), cast.north) for days in range(40)]
    clock.set(OVER)
    sign_in(client, cast.noor)

    assert (sum(sent), sent[23]) == (1, 1)
    assert client.get(f"/conferences/{case.id}").status_code == 403
    assert "You have no conferences yet." in client.page("/").text


def test_the_manager_finds_it_and_closes_it(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    give_up(db_session, cast, case, *FollowUpKind)
    clock.set(OVER)
    sign_in(client, cast.ruud)
    assert "all follow-ups are held or given up" in client.page("/").text

    take_step(By(db_session, cast.ruud, OVER), case.id, Taking(Step.CLOSE))

    closed = db_session.get_one(Conference, case.id)
    assert (closed.closed_on, closed.tasks_ended_on) == (local_date(OVER, closed.timezone), TODAY)
    with pytest.raises(NotNow, match="can open it"):  # closing gives nobody access again
        open_case(By(db_session, cast.noor, OVER), case.id, Activity.SEE_CASE)


def test_who_is_asked_to_take_it_over_sees_that(db_session: Session, cast: Cast, case: Made) -> None:
    give_up(db_session, cast, case, *FollowUpKind)
    ask_coordinator(By(db_session, cast.ruud, OVER), case.id, cast.denise.account_id or 0)

    assert [row.case.id for row in staff_home(db_session, cast.denise, OVER).waits[NeedKind.ASKED]] == [case.id]
