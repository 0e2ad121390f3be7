"""A personal link lives until its owner's last task, and its owner reads until when."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import safety
from ekc.conferences.models import Conference, Participant, SafetyConcern, Voice
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import FollowUpReport
from ekc.evaluations.models import FollowUp
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.journey.actions.wishes import speak_about
from ekc.matching.actions import independence
from ekc.matching.models import Match
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import Agreed, Part, Step, StopReason, VoiceMatter
from tests import build
from tests.build import Made
from tests.cast import Cast, make_link, open_link, participant
from tests.client import PageClient
from tests.clock import START, FrozenClock

pytestmark = pytest.mark.both_databases

WEEKS = timedelta(weeks=12, days=1)  # until the evaluation


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
    clock.advance(days=85)
    mine = open_link(client, kees)
    assert until(mine.text) == (
        "You can open this page until Thursday 25 June 2026 at least, "
        "and longer if there is still something for you here."
    )

    clock.advance(days=39)  # it is late, and still to be held
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


def _want_again(by: By, case: Made) -> None:
    take_step(by, case.id, Taking(Step.RECONVENE, reason="It goes wrong again."))


def _want_another(by: By, case: Made) -> None:
    independence.want_another_coordinator(by, case.id)


def _not_safe(by: By, case: Made) -> None:
    safety.say_not_safe(by, case.id, "")


def _want_new_version(by: By, case: Made) -> None:
    """Who calls everybody together writes it down, of one more evaluation."""
    session = by.session
    session.get_one(Participant, by.visitor.participant_id).convenes = True
    version, due = session.get_one(Conference, case.id).plan_number, by.at.date()
    row = FollowUp(
        conference_id=case.id,
        region_id=session.get_one(Conference, case.id).region_id,
        version_number=version,
        kind=FollowUpKind.EVALUATION,
        due_on=due,
        latest_on=due,
        held_on=due,
        written_by=by.visitor.participant_id,
        wants_new_version=True,
    )
    session.add(row)
    session.commit()


def _speak(by: By, case: Made, who: int) -> None:
    speak_about(by, case.id, VoiceMatter.AGAIN, who, "We ring on Monday.")


def _answer_safety(by: By, case: Made, _who: int) -> None:
    concern = by.session.scalars(select(SafetyConcern.id).where(SafetyConcern.said_at.is_not(None))).one()
    safety.answer_concern(by, case.id, concern, "We spoke.")


def _replace(by: By, _case: Made, _who: int) -> None:
    by.session.execute(update(Match).values(ended_on=by.at.date()))
    by.session.commit()


@pytest.mark.parametrize(
    ("says", "answers"),
    [(_want_again, _speak), (_want_another, _replace), (_not_safe, _answer_safety), (_want_new_version, None)],
)
def test_what_somebody_says_on_the_last_day_keeps_their_page_open_until_it_is_answered(
    says: Callable[[By, Made], None],
    answers: Callable[[By, Made, int], None] | None,
    client: PageClient,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    db_session.get_one(Participant, case.people["kees"]).part = Part.MAIN_PERSON  # so that a wish waits for others
    db_session.commit()
    settle(db_session, cast, clock, case)
    db_session.execute(update(Participant).values(tasks_until=None))
    db_session.commit()
    path = make_link(db_session, START - timedelta(days=40), case.id, case.people["marieke"])
    clock.advance(days=30)
    assert client.page(path).status == 200
    says(By(db_session, participant(case.id, case.people["marieke"]), clock()), case)

    clock.advance(days=60)
    assert client.page(path).status == 200
    if answers is not None:
        answers(By(db_session, cast.ruud, clock()), case, case.people["marieke"])
        clock.advance(days=30)
        assert client.page(path).status == 200
        clock.advance(days=1)
        client.page(path, status=404)


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
    assert "and longer if there is still" in open_link(client, path).text


def test_a_wish_to_stop_that_nobody_answered_keeps_no_link_alive_once_the_plan_is_agreed(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    settle(db_session, cast, clock, case)
    db_session.execute(update(Participant).values(tasks_until=None))
    kees = case.people["kees"]
    stop = Voice(
        conference_id=case.id,
        matter=VoiceMatter.STOPPING,
        about=1,
        participant_id=kees,
        answer=Agreed.YES,
        reason_code=StopReason.SITUATION_CHANGED,
        said_on=START.date(),
        written_at=START,
    )
    db_session.add(stop)
    path = make_link(db_session, START, case.id, kees)
    assert client.page(path).status == 200
    clock.advance(days=61)  # the day that was promised has passed
    client.page(path, status=404)
