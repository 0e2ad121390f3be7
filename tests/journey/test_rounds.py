"""A family that comes together again: the plan in force goes on, and nothing of it counts by itself."""

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.actions.links import make_link
from ekc.conferences.actions.safety import add_concern, change_concern
from ekc.conferences.entries import Concern
from ekc.conferences.models import Conference, Participant, Voice
from ekc.conferences.queries.concerns import concerns
from ekc.core.audit import broken_chains
from ekc.core.errors import NotNow, Stale
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import FollowUpReport
from ekc.evaluations.models import FollowUpState
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import Blocked, take_step
from ekc.journey.facts import gather_facts
from ekc.journey.notices import owed_in
from ekc.links.queries.links import link_of_token
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import Draft, EvaluationPlan
from ekc.plans.edits import add_goal
from ekc.plans.queries.answers import agreements
from ekc.plans.queries.versions import stored_draft
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.ends.kinds import End
from ekc.workflow.ends.rows import END_RULES
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import ActionState, Agreed, Attends, Part, Phase, Step, StopReason, VoiceMatter
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, enter_as_before, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.journey.stored import everything
from tests.page import text_of
from tests.tasks import own_tasks

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
    client.follow("Still planned: evaluation, Tuesday 26 May 2026")
    assert client.here.status == 200


def test_what_a_follow_up_found_about_safety_stands_where_the_next_round_asks_about_it(
    db_session: Session, cast: Cast, client: PageClient
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor, words = By(db_session, cast.noor, START), "A follow-up found on 2 Mar that somebody does not feel safe."
    sign_in(client, cast.noor)
    assert words not in client.page(f"/conferences/{case.id}/safety").text
    call = next(row for row in follow_ups(db_session, case.id, TODAY) if row.kind is FollowUpKind.CALL)
    evaluations.record_follow_up(noor, case.id, call.id, FollowUpReport(held_on=TODAY, found="QfoundZ", unsafe=True))
    take_step(noor, case.id, AGAIN)

    assert words in client.page(f"/conferences/{case.id}/safety").text
    assert "QfoundZ" in client.follow("Read the report").text


@pytest.mark.parametrize("phase", NEW_ROUND)
def test_the_family_goes_on_with_its_own_tasks(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock, phase: Phase
) -> None:
    case = evaluated(db_session, cast)
    to_phase(db_session, phase)
    mine = enter(client, db_session, START, case.id, case.people["omar"])
    assert "This plan of Monday 2 March 2026 goes on until you agree another one." in mine.text
    assert "We meet again" in mine.text

    client.submit("Save", {"How far is this?": "Done"}, near="How far is this?")

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
    assert "How far is this?" not in mine.text
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
    clock.advance(days=85)
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


HANGS = "1.2 Omar El Amrani and Linda de Wit: Hangs the week on the fridge, no later than Monday 9 March past"
SLEEPS = "1.1 Fatima El Amrani-Benali: Sleeps at Marieke's from Sunday to Tuesday, every week, from Monday 2 March"
GOAL = "1. The children are never alone at night."
WHAT_IF = "If Somebody cannot come, then Rings Omar before five (Omar El Amrani and Kees de Wit)"
REST = (
    "Omar El Amrani keeps an eye on the plan",
    "Where you meet again, and who calls everyone together; you choose the day again",
)
LAST_TIME = "What do you want to take over?"


def test_nothing_of_last_time_stands_in_the_new_plan_until_it_is_chosen_part_by_part(
    db_session: Session, cast: Cast, client: PageClient, written_anew: Made
) -> None:
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{written_anew.id}/plan")
    boxes = [box for box in page.all("input") if box.get("name") == "part"]
    assert [box.get("checked") for box in boxes] == [None] * 6
    assert "Choose what you want to take over." in client.submit("Take over what is chosen").text

    client.submit("Take over what is chosen", {LAST_TIME: [HANGS]})

    draft = stored_draft(db_session, written_anew.id).draft
    assert [goal.text for goal in draft.goals] == ["The children are never alone at night."]
    [hangs] = draft.goals[0].actions
    assert (hangs.who, hangs.by) == ((written_anew.people["omar"], written_anew.people["linda"]), None)  # it has passed
    assert (draft.what_ifs, draft.monitor, draft.evaluation) == ((), None, EvaluationPlan())
    db_session.rollback()

    client.submit("Take over what is chosen", {LAST_TIME: [SLEEPS, WHAT_IF]})

    draft = stored_draft(db_session, written_anew.id).draft
    assert [action.who for action in draft.goals[0].actions][1] == (written_anew.people["fatima"],)
    assert [what_if.then for what_if in draft.what_ifs] == ["Rings Omar before five"]
    left = [box.get("value") for box in client.here.all("input") if box.get("name") == "part"]
    assert left == ["monitor", "evaluation"]


def test_a_goal_is_taken_over_without_its_actions(
    db_session: Session, cast: Cast, client: PageClient, written_anew: Made
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{written_anew.id}/plan")

    client.submit("Take over what is chosen", {LAST_TIME: [GOAL]})

    draft = stored_draft(db_session, written_anew.id).draft
    assert [(goal.text, goal.actions) for goal in draft.goals] == [("The children are never alone at night.", ())]


def test_everything_is_taken_over_but_the_day_of_the_evaluation(
    db_session: Session, cast: Cast, client: PageClient, written_anew: Made
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{written_anew.id}/plan")

    client.submit("Take over what is chosen", {LAST_TIME: [GOAL, SLEEPS, HANGS, WHAT_IF, *REST]})

    draft, omar = stored_draft(db_session, written_anew.id).draft, written_anew.people["omar"]
    assert [len(goal.actions) for goal in draft.goals] == [2]
    assert [what_if.then for what_if in draft.what_ifs] == ["Rings Omar before five"]
    assert draft.monitor == omar
    assert draft.evaluation == EvaluationPlan(place="At Kees's home", convenor=omar)
    assert "Last time you agreed" not in client.here.text


def test_what_is_done_is_marked_and_whoever_left_is_not_taken_over(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock, written_anew: Made
) -> None:
    tick = By(db_session, participant(written_anew.id, written_anew.people["omar"]), clock())
    [task] = own_tasks(db_session, written_anew.id, written_anew.people["omar"])
    evaluations.tick(tick, written_anew.id, task.action.key, ActionState.DONE)
    db_session.get_one(Participant, written_anew.people["omar"]).removed_at = START
    db_session.commit()
    sign_in(client, cast.noor)
    client.page(f"/conferences/{written_anew.id}/plan")
    labels = [text_of(label) for label in client.here.all("label") if "Hangs the week" in text_of(label)]
    assert [label.endswith("done") for label in labels] == [True]
    assert ["Omar El Amrani (no longer in the circle)" in label for label in labels] == [True]
    rest = [text_of(label) for label in client.here.all("label") if str(label.get("for")).startswith("take-")]

    client.submit("Take over what is chosen", {LAST_TIME: rest})

    draft = stored_draft(db_session, written_anew.id).draft
    hangs = draft.goals[0].actions[1]
    assert (hangs.who, draft.monitor) == ((written_anew.people["linda"],), None)
    assert (draft.what_ifs[0].who, draft.evaluation.convenor) == ((written_anew.people["kees"],), None)


def test_a_part_that_was_not_in_it_is_not_there(client: PageClient, cast: Cast, written_anew: Made) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{written_anew.id}/plan")
    form = client.form("Take over what is chosen").fill({LAST_TIME: [GOAL]})
    assert client.post(form.url, data={**dict(form.fields), "part": ["g99"]}).status_code == 404


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
        sections = {part.get("aria-labelledby"): text_of(part) for part in client.page("/").all("section")}
        again = "Comes together again since 2 Mar: Things changed."
        assert (again in sections["news"], again in sections.get("needs", "")) == (True, False)
    says = "another conference is being prepared. The plan that"
    for name, whose in (("omar", "You come"), ("karim", "The family comes")):
        own = enter(client, db_session, START, case.id, case.people[name]).text
        assert f"{whose} together again: {says}" in own


# The end of a round


STOP_ROUND = Taking(Step.STOP_ROUND, stop_reason=StopReason.SITUATION_CHANGED)
NO_NEW_PLAN = Taking(Step.NO_NEW_PLAN)


def to_the_end_of_the_round(session: Session, cast: Cast, case: Made, until: Phase) -> None:
    """In the new round, to this phase; with words of it."""
    noor = By(session, cast.noor, START)
    if until is Phase.SETUP:
        return
    for row in concerns(session, case.id):
        again = Concern(participant_id=row.participant_id, concern=row.concern or "", arrangement="They sit apart.")
        change_concern(noor, case.id, row.id, again)
    build.open_again(session, cast, START, case)
    if until is Phase.INFORMATION:
        return
    build.to_presentation(session, cast, START, case)
    change_plan(noor, case.id, stored_draft(session, case.id).revision, add_goal("QgoalZ"))
    record_agreement(noor, case.id, case.people["omar"], Agreed.NO, "QneverZ")
    if until is Phase.PRIVATE_TIME:
        take_step(noor, case.id, Taking(Step.GO_BACK, reason="QwhyZ"))


@pytest.mark.parametrize(
    ("until", "taking"),
    [
        (Phase.SETUP, STOP_ROUND),
        (Phase.INFORMATION, NO_NEW_PLAN),
        (Phase.PRIVATE_TIME, NO_NEW_PLAN),
        (Phase.PRESENTATION, NO_NEW_PLAN),
    ],
)
def test_a_round_that_is_given_up_leads_back_to_the_plan_in_force(
    db_session: Session, cast: Cast, client: PageClient, clock: FrozenClock, until: Phase, taking: Taking
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor, omar = By(db_session, cast.noor, START), case.people["omar"]
    concern = Concern(participant_id=omar, concern="He is afraid of Kees.", arrangement="They sit apart.")
    add_concern(noor, case.id, concern)
    before = so_is_it(db_session, case)
    agreed, link = agreements(db_session, case.id, 1), make_link(noor, case.id, omar)
    take_step(noor, case.id, AGAIN)
    to_the_end_of_the_round(db_session, cast, case, until)
    stale = stored_draft(db_session, case.id).revision

    phase = take_step(noor, case.id, taking)

    assert phase is Phase.EVALUATION
    assert so_is_it(db_session, case) == before
    assert agreements(db_session, case.id, 1) == agreed != ()
    assert agreements(db_session, case.id, 2) == ()
    assert [word for word in ("QgoalZ", "QneverZ", "QwhyZ", AGAIN.reason) if word in everything(db_session)] == []
    assert link_of_token(db_session, START, link.token) is not None
    with pytest.raises(Stale):
        change_plan(noor, case.id, stale, add_goal("Of an older page."))
    clock.advance(days=1)
    enter(client, db_session, clock(), case.id, omar)
    client.submit("Save", {"How far is this?": "Done"}, near="How far is this?")
    [task] = own_tasks(db_session, case.id, omar)
    assert task.state is ActionState.DONE
    said = END_RULES[End.ROUND].family
    assert said in client.page(f"/conferences/{case.id}/mine").text
    db_session.rollback()
    clock.advance(days=20)  # a look at the page counts as having heard it, so it still says so
    assert said in enter(client, db_session, clock(), case.id, omar).text
    sign_in(client, cast.noor)
    rail = [text_of(stop) for stop in client.page(f"/conferences/{case.id}").all("li") if "2 Mar" in text_of(stop)]
    assert len(rail) >= 3  # each phase of the round in which the plan was made
    assert STEP_RULES[taking.step].done in client.page(f"/conferences/{case.id}/history").text
    assert list(broken_chains(db_session)) == []


def so_is_it(session: Session, case: Made) -> tuple[object, ...]:
    """All that the evaluation of the plan in force asks, and what is planned for it."""
    session.rollback()
    conference = session.get_one(Conference, case.id)
    facts = gather_facts(session, conference, START)
    found = stored_draft(session, case.id)
    return facts, found.draft, found.text, follow_ups(session, case.id, TODAY), conference.presentation


def test_after_a_round_that_was_given_up_a_new_version_and_a_new_round_are_made(
    db_session: Session, cast: Cast
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    for _ in range(2):
        take_step(noor, case.id, AGAIN)
        to_the_end_of_the_round(db_session, cast, case, Phase.PRESENTATION)
        take_step(noor, case.id, NO_NEW_PLAN)
    evaluation = next(row for row in follow_ups(db_session, case.id, TODAY) if row.kind is FollowUpKind.EVALUATION)
    found = FollowUpReport(held_on=TODAY, found="QfoundZ", wants_new_version=True)
    evaluations.record_follow_up(noor, case.id, evaluation.id, found)
    change_plan(noor, case.id, stored_draft(db_session, case.id).revision, add_goal("Summer."))
    with pytest.raises(Blocked) as refused:
        take_step(noor, case.id, Taking(Step.REVISE_PLAN))
    asked = {reason.guard for reason in refused.value.verdict.reasons}
    assert asked == {"accepted", "actions_complete", "bottom_lines_met", "everyone_asked"}  # the new goal has no action

    take_step(noor, case.id, AGAIN)
    build.open_again(db_session, cast, START, case)
    build.to_presentation(db_session, cast, START, case)
    build.write_again(db_session, cast, START, case)
    build.answer_plan(db_session, cast, START, case)
    build.step(db_session, cast, START, case, Step.AGREE_PLAN)

    conference = db_session.get_one(Conference, case.id)
    assert (conference.round, conference.presentation, conference.plan_number) == (4, 2, 2)


def test_once_all_was_settled_the_access_of_the_coordinator_ends_after_the_round_too(
    db_session: Session, cast: Cast
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    for row in follow_ups(db_session, case.id, TODAY):
        evaluations.give_up(noor, case.id, row.id, "They moved away.")
    take_step(noor, case.id, AGAIN)
    assert db_session.scalar(select(Conference.tasks_ended_on)) is None

    take_step(noor, case.id, STOP_ROUND)

    assert db_session.scalar(select(Conference.tasks_ended_on)) == TODAY


def test_whoever_hears_of_the_end_of_a_round_stays_on_the_list_until_told(db_session: Session, cast: Cast) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor, who = By(db_session, cast.noor, START), case.people
    take_step(noor, case.id, AGAIN)
    build.change_details(db_session, cast, START, case, who["linda"], attends=Attends.NO)
    take_step(noor, case.id, STOP_ROUND)

    (line,) = (one for one in owed_in(db_session, [case.id])[case.id] if one.notice.kind is NoticeKind.ROUND)
    assert {one.id for one in line.to} == set(who.values())  # Linda made the plan that stays
    mailed = {mail.recipient for mail in db_session.scalars(select(OutboxMessage)) if ":round-" in mail.key}
    assert {"marieke@example.org", "omar@example.org", "linda@example.org", "karim@example.org"} <= mailed


def test_whoever_got_a_mail_that_they_come_together_again_gets_one_that_they_do_not(
    db_session: Session, cast: Cast
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor, linda = By(db_session, cast.noor, START), case.people["linda"]
    with writing(db_session):  # she never came, and has no task
        of_linda = update(Participant).where(Participant.id == linda)
        db_session.execute(of_linda.values(attends=Attends.NO, tasks_until=None))
    take_step(noor, case.id, AGAIN)
    begun = {mail.recipient for mail in db_session.scalars(select(OutboxMessage)) if ":notice-" in mail.key}

    take_step(noor, case.id, STOP_ROUND)

    ended = {mail.recipient for mail in db_session.scalars(select(OutboxMessage)) if ":round-" in mail.key}
    assert "linda@example.org" in begun <= ended


@pytest.mark.parametrize("phase", NEW_ROUND)
def test_who_says_no_to_a_task_stays_known_as_long_as_the_plan_goes_on(
    app: Flask, db_session: Session, cast: Cast, client: PageClient, phase: Phase
) -> None:
    case = evaluated(db_session, cast)
    with writing(db_session):
        said = update(Voice).where(Voice.participant_id == case.people["omar"], Voice.matter == VoiceMatter.PLAN)
        db_session.execute(said.values(answer=Agreed.NO))
    to_phase(db_session, phase)
    with writing(db_session):  # another plan was presented meanwhile, which says nothing of the one in force
        db_session.execute(update(Conference).values(presentation=Conference.presentation + 1))

    mine = enter(client, db_session, START, case.id, case.people["marieke"])
    assert "Omar El Amrani does not agree with the plan" in mine.text
    staff = app.test_client()
    assert isinstance(staff, PageClient)
    sign_in(staff, cast.noor)
    staff.page("/")
    line = "Has a task and does not agree: Omar El Amrani"
    assert line in staff.here.text
    addresses = [str(one.get("href")) for one in staff.here.all("a") if "/plan/versions/1" in str(one.get("href"))]
    assert staff.page(addresses[0]).status == 200


@pytest.mark.parametrize("step", [Step.STOP, Step.NO_PLAN])
def test_a_case_with_a_plan_in_force_does_not_end_by_its_round(db_session: Session, cast: Cast, step: Step) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    take_step(noor, case.id, AGAIN)
    if step is Step.NO_PLAN:
        to_the_end_of_the_round(db_session, cast, case, Phase.PRESENTATION)
    with pytest.raises(NotNow):
        take_step(noor, case.id, Taking(step, stop_reason=StopReason.SITUATION_CHANGED))


def test_one_of_two_main_persons_who_wants_to_stop_the_round_wishes_it(
    db_session: Session, cast: Cast, client: PageClient
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    take_step(noor, case.id, AGAIN)
    build.change_details(db_session, cast, START, case, case.people["omar"], part=Part.MAIN_PERSON)
    marieke = By(db_session, participant(case.id, case.people["marieke"]), START)

    assert take_step(marieke, case.id, STOP_ROUND) is Phase.SETUP

    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}")
    assert "Somebody wants to stop" in page.text
    assert take_step(noor, case.id, STOP_ROUND) is Phase.EVALUATION
    assert "Somebody wants to stop" not in client.page(f"/conferences/{case.id}").text
