"""A family that comes together again: the plan in force goes on, and nothing of it counts by itself."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.models import Conference, Participant
from ekc.core.errors import NotNow
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import FollowUpReport
from ekc.evaluations.models import FollowUpState
from ekc.evaluations.queries import follow_ups, own_tasks
from ekc.journey.actions import Blocked, take_step
from ekc.plans.draft import Draft, EvaluationPlan
from ekc.plans.queries import stored_draft
from ekc.workflow.definition import Taking
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import ActionState, Phase, Step
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, enter_as_before, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock

TODAY = START.date()
AGAIN = Taking(Step.RECONVENE, reason="Things changed.")
NEW_ROUND = (Phase.SETUP, Phase.INFORMATION, Phase.PRESENTATION)


def evaluated(session: Session, cast: Cast) -> Made:
    """In a new round: the call was made, with marks and words; the evaluation is still planned; Omar ticked off."""
    case = build.case_in_evaluation(session, cast, START)
    noor, omar = By(session, cast.noor, START), participant(case.id, case.people["omar"])
    [task] = own_tasks(session, case.id, case.people["omar"])
    evaluations.tick(By(session, omar, START), case.id, task.action.key, ActionState.PARTLY)
    call = next(row for row in follow_ups(session, case.id, TODAY) if row.kind is FollowUpKind.CALL)
    found = FollowUpReport(held_on=TODAY, held_by="Noor", found="QfoundZ", decision="QdecidedZ")
    evaluations.record_follow_up(noor, case.id, call.id, found)
    take_step(noor, case.id, AGAIN)
    return case


def to_phase(session: Session, phase: Phase) -> None:
    """Put the case there: what one may see follows from phase and plan alone."""
    with writing(session):
        session.execute(update(Conference).values(phase=phase, phase_since=START))


@pytest.mark.parametrize("phase", NEW_ROUND)
def test_the_coordinator_finds_last_time_on_the_case_page(
    db_session: Session, cast: Cast, client: PageClient, phase: Phase
) -> None:
    case = evaluated(db_session, cast)
    to_phase(db_session, phase)
    sign_in(client, cast.noor)
    here = f"/conferences/{case.id}"
    client.page(here)
    assert "Last time" in client.here.text

    assert client.follow("The plan in force, version 1").url == f"{here}/plan/versions/1"
    client.page(here)
    client.follow("Its tasks, and how far they have come")
    assert "Omar El Amrani says: partly" in client.here.text
    assert ("QfoundZ" in client.here.text, "QdecidedZ" in client.here.text) == (True, True)
    client.page(here)
    assert "Write down how it went" not in client.here.text
    client.follow("Still planned: evaluation, Monday 25 May 2026")
    assert client.here.status == 200


@pytest.mark.parametrize("phase", NEW_ROUND)
def test_the_family_goes_on_with_its_own_tasks(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock, phase: Phase
) -> None:
    case = evaluated(db_session, cast)
    to_phase(db_session, phase)
    mine = enter(client, db_session, START, case.id, case.people["omar"])
    assert "This plan of Monday 2 March 2026 goes on until you agree another one." in mine.text
    assert "We meet again" in mine.text

    client.submit("Done")

    [task] = own_tasks(db_session, case.id, case.people["omar"])
    assert task.state is ActionState.DONE
    assert client.follow("Read the plan").status == 200


def test_in_private_time_tasks_are_read_and_nothing_is_ticked(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock
) -> None:
    case = evaluated(db_session, cast)
    omar = case.people["omar"]
    to_phase(db_session, Phase.PRIVATE_TIME)
    mine = enter_as_before(client, db_session, START, case.id, omar)
    assert "Hangs the week on the fridge" in mine.text
    assert "You said: partly." in mine.text
    assert "Done" not in mine.buttons
    assert client.page(f"/conferences/{case.id}/follow-ups").status == 200  # he calls the family together
    [task] = own_tasks(db_session, case.id, omar)
    with pytest.raises(NotNow):
        evaluations.tick(By(db_session, participant(case.id, omar), START), case.id, task.action.key, ActionState.DONE)
    sign_in(client, cast.noor)
    assert client.get(f"/conferences/{case.id}/follow-ups").status_code == 403


def test_without_a_plan_in_force_there_is_nothing_to_see(db_session: Session, cast: Cast, client: PageClient) -> None:
    case = build.case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    assert "Last time" not in client.page(f"/conferences/{case.id}").text
    assert client.get(f"/conferences/{case.id}/follow-ups").status_code == 403


def test_an_open_follow_up_is_held_in_the_new_round_and_the_coordinator_stays(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock
) -> None:
    case = evaluated(db_session, cast)
    clock.advance(days=84)
    sign_in(client, cast.noor)
    home = client.page("/")
    assert "Evaluation: today" in home.text
    evaluation = next(row for row in follow_ups(db_session, case.id, TODAY) if row.is_open)
    noor = By(db_session, cast.noor, clock())

    evaluations.record_follow_up(noor, case.id, evaluation.id, FollowUpReport(held_on=clock().date(), found="QlaterZ"))

    assert db_session.scalar(select(Conference.tasks_ended_on)) is None
    assert "QlaterZ" in client.page(f"/conferences/{case.id}/follow-ups").text


def test_a_new_plan_gives_up_what_was_planned_for_the_old_one(db_session: Session, cast: Cast) -> None:
    case = evaluated(db_session, cast)
    build.open_again(db_session, cast, START, case)
    build.to_presentation(db_session, cast, START, case)
    assert stored_draft(db_session, case.id).draft == Draft(last_key=4)
    with pytest.raises(Blocked) as refused:
        take_step(By(db_session, cast.noor, START), case.id, Taking(Step.AGREE_PLAN))
    asked = {reason.guard for reason in refused.value.verdict.reasons}
    assert {"actions_complete", "what_if_complete", "monitor_named", "evaluation_arranged"} <= asked
    assert {"everyone_asked", "bottom_lines_met", "accepted"} <= asked

    build.write_again(db_session, cast, START, case)
    build.answer_plan(db_session, cast, START, case)
    build.step(db_session, cast, START, case, Step.AGREE_PLAN)

    rows = [(row.version_number, row.kind, row.state) for row in follow_ups(db_session, case.id, TODAY)]
    assert sorted(rows) == [
        (1, FollowUpKind.CALL, FollowUpState.HELD),
        (1, FollowUpKind.EVALUATION, FollowUpState.GIVEN_UP),
        (2, FollowUpKind.CALL, FollowUpState.PLANNED),
        (2, FollowUpKind.EVALUATION, FollowUpState.PLANNED),
    ]


def test_what_was_agreed_and_arranged_last_time_is_asked_again(db_session: Session, cast: Cast) -> None:
    case = evaluated(db_session, cast)
    with pytest.raises(Blocked) as refused:
        take_step(By(db_session, cast.noor, START), case.id, Taking(Step.OPEN_CONFERENCE))
    assert {reason.guard for reason in refused.value.verdict.reasons} == {
        "question_agreed",
        "everyone_decided",
        "everyone_informed",
        "safety_decided",
        "meeting_arranged",
        "family_outnumbers_professionals",
    }


def test_a_call_that_is_open_is_made_in_the_new_round(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = build.case_in_evaluation(db_session, cast, clock())
    noor = By(db_session, cast.noor, clock())
    take_step(noor, case.id, Taking(Step.RECONVENE, reason="a new question"))
    call = next(row for row in follow_ups(db_session, case.id, clock().date()) if row.kind is FollowUpKind.CALL)

    evaluations.record_follow_up(noor, case.id, call.id, FollowUpReport(held_on=clock().date(), found="QearlyZ"))

    assert not next(row for row in follow_ups(db_session, case.id, clock().date()) if row.id == call.id).is_open


@pytest.fixture
def written_anew(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """At the presentation of the new round, eight days after the plan before was agreed; nothing is written."""
    case = evaluated(db_session, cast)
    clock.advance(days=8)
    build.open_again(db_session, cast, clock(), case)
    build.to_presentation(db_session, cast, clock(), case)
    return case


def test_nothing_of_last_time_stands_in_the_new_plan_until_somebody_takes_it_over(
    db_session: Session, cast: Cast, client: PageClient, written_anew: Made
) -> None:
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{written_anew.id}/plan")
    assert "Last time you agreed" in page.text
    assert "Hangs the week on the fridge" not in page.text

    client.submit("Take over goal 1")

    draft = stored_draft(db_session, written_anew.id).draft
    assert [goal.text for goal in draft.goals] == ["The children are never alone at night."]
    [sleeps, hangs] = draft.goals[0].actions
    assert (sleeps.who, hangs.by) == ((written_anew.people["fatima"],), None)  # the day has passed
    assert (draft.what_ifs, draft.monitor, draft.evaluation) == ((), None, EvaluationPlan())
    assert "Take over goal 1" not in client.here.buttons


def test_everything_is_taken_over_but_the_day_of_the_evaluation(
    db_session: Session, cast: Cast, client: PageClient, written_anew: Made
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{written_anew.id}/plan")

    client.submit("Take over everything from last time")

    draft, omar = stored_draft(db_session, written_anew.id).draft, written_anew.people["omar"]
    assert [len(goal.actions) for goal in draft.goals] == [2]
    assert [what_if.then for what_if in draft.what_ifs] == ["Rings Omar before five"]
    assert draft.monitor == omar
    assert draft.evaluation == EvaluationPlan(place="At Kees's home", convenor=omar)
    assert "Last time you agreed" not in client.here.text


def test_whoever_left_is_not_taken_over(
    db_session: Session, cast: Cast, client: PageClient, written_anew: Made
) -> None:
    db_session.get_one(Participant, written_anew.people["omar"]).removed_at = START
    db_session.commit()
    sign_in(client, cast.noor)
    client.page(f"/conferences/{written_anew.id}/plan")

    client.submit("Take over everything from last time")

    draft = stored_draft(db_session, written_anew.id).draft
    [_, hangs] = draft.goals[0].actions
    assert (hangs.who, draft.monitor) == ((written_anew.people["linda"],), None)
    assert (draft.what_ifs[0].who, draft.evaluation.convenor) == ((written_anew.people["kees"],), None)


@pytest.mark.parametrize("by", ["noor", "marieke"])
def test_that_they_come_together_again_is_told_to_staff_and_stands_on_each_page(
    db_session: Session, cast: Cast, client: PageClient, by: str
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    who = cast.noor if by == "noor" else participant(case.id, case.people["marieke"])
    take_step(By(db_session, who, START), case.id, AGAIN)

    mails = [one for one in db_session.scalars(select(OutboxMessage)) if one.subject == "A family comes together again"]
    staff = [cast.ruud] if by == "noor" else [cast.noor, cast.ruud]
    assert sorted(mail.recipient for mail in mails) == sorted(
        db_session.get_one(Account, one.account_id or 0).email for one in staff
    )
    db_session.rollback()
    for one in (cast.noor, cast.ruud):
        sign_in(client, one)
        assert "Comes together again since 2 Mar: Things changed." in client.page("/").text
    says = "another conference is being prepared. The plan that"
    for name, whose in (("omar", "You come"), ("karim", "The family comes")):
        own = enter(client, db_session, START, case.id, case.people[name]).text
        assert f"{whose} together again: {says}" in own
