"""A version of the plan: what is asked of it whoever agrees it, what its page says, and who hears of it how."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.clock import local_date
from ekc.core.outbox import OutboxMessage
from ekc.evaluations.actions import FollowUpReport, give_up, record_follow_up, tick
from ekc.evaluations.models import FollowUp
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import Blocked, take_step
from ekc.journey.notices import owed_in
from ekc.plans import edits
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import actions
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import ActionState, Agreed, Step
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.page import text_of

MONTHS_LATER = START + timedelta(weeks=12, days=1)


@pytest.fixture
def evaluated(cast: Cast, db_session: Session, clock: FrozenClock) -> Made:
    """Version 1 was looked at; the family wants another, and Omar has written when they meet again."""
    case = build.case_in_evaluation(db_session, cast, START)
    clock.set(MONTHS_LATER)
    today = local_date(MONTHS_LATER, build.TIMEZONE)
    noor = By(db_session, cast.noor, MONTHS_LATER)
    [evaluation] = [row for row in follow_ups(db_session, case.id, today) if row.kind is FollowUpKind.EVALUATION]
    report = FollowUpReport(held_on=today, found="It goes well.", wants_new_version=True)
    record_follow_up(noor, case.id, evaluation.id, report)
    omar = By(db_session, participant(case.id, case.people["omar"]), MONTHS_LATER)
    found = plan_versions.stored_draft(db_session, case.id)
    assert found.draft.evaluation.at is not None
    again = replace(found.draft.evaluation, at=found.draft.evaluation.at + timedelta(weeks=12))
    change_plan(omar, case.id, found.revision, edits.set_evaluation(again))
    hangs = found.draft.goals[0].actions[1]
    later = replace(hangs, by=today + timedelta(7))
    change_plan(omar, case.id, found.revision + 1, edits.change_action(hangs.key, later))
    return case


def revise(session: Session, case: Made, who: str = "omar") -> None:
    omar = participant(case.id, case.people[who])
    take_step(By(session, omar, MONTHS_LATER), case.id, Taking(Step.REVISE_PLAN))


def client_of(app: Flask, session: Session, case: Made, name: str) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    enter(client, session, MONTHS_LATER, case.id, case.people[name])
    return client


def mails(session: Session, since: int) -> set[tuple[str, str]]:
    rows = refreshed(session).execute(select(OutboxMessage).where(OutboxMessage.id > since)).scalars()
    return {(row.recipient, row.subject) for row in rows}


def last_mail(session: Session) -> int:
    return max(session.scalars(select(OutboxMessage.id)), default=0)


def test_whoever_convenes_agrees_no_version_alone(db_session: Session, cast: Cast, evaluated: Made) -> None:
    with pytest.raises(Blocked) as blocked:
        revise(db_session, evaluated)

    assert {reason.guard for reason in blocked.value.verdict.reasons} == {
        "bottom_lines_met",
        "accepted",
        "everyone_asked",
    }
    assert plan_versions.stored_draft(db_session, evaluated.id).text > 0


def test_whoever_convenes_is_led_to_the_new_version_that_the_family_wants(
    app: Flask, db_session: Session, cast: Cast, evaluated: Made
) -> None:
    omar, marieke = (client_of(app, db_session, evaluated, name) for name in ("omar", "marieke"))
    wanted = "You want a new version of the plan"
    assert [wanted in one.here.text for one in (omar, marieke)] == [True, False]  # she writes no version
    assert "Write down how it went" not in omar.here.text  # it is written down
    assert omar.here.text.count("Agree a new version of the plan") == 0  # it is offered once

    page = omar.follow("Agree the new version")
    missing = [address for name, address in page.links if name.endswith(" go to the answers")]
    assert missing == [f"/conferences/{evaluated.id}/plan/agreement"] * 3
    omar.page(f"/conferences/{evaluated.id}/mine")
    assert omar.follow("Change the plan").heading == "The plan"

    build.answer_plan(db_session, cast, MONTHS_LATER, evaluated)
    revise(db_session, evaluated)
    page = omar.page(f"/conferences/{evaluated.id}/mine")
    assert (wanted in page.text, "Write down how it went" in page.text) == (False, True)


def test_ending_while_a_new_version_is_wanted_is_asked_about(
    client: PageClient, db_session: Session, cast: Cast, evaluated: Made
) -> None:
    asked = "The family wants a new version of the plan, and none was agreed yet: does it end all the same?"
    today = local_date(MONTHS_LATER, build.TIMEZONE)
    noor = By(db_session, cast.noor, MONTHS_LATER)
    [call] = [row for row in follow_ups(db_session, evaluated.id, today) if row.kind is FollowUpKind.CALL]
    give_up(noor, evaluated.id, call.id, "Nobody answers.")
    close = f"/conferences/{evaluated.id}/steps/close"

    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{evaluated.id}")
    assert ("You can open this conference until" in page.text, "so the conference can be closed" in page.text) == (
        True,
        False,  # above what is next: "write it with them"
    )
    home = client.page("/").text
    assert "The family wants a new version of the plan: write it with them" in home
    assert ("close the conference" in home, "You can open this conference until" in home) == (False, True)
    page = client.page(close)
    assert (asked in page.text, "Close the case" in page.buttons) == (True, True)
    assert f"/conferences/{evaluated.id}/plan" in [address for _, address in page.links]
    sign_in(client, cast.ruud)
    page = client.page(close)
    assert (asked in page.text, "Close the case" in page.buttons) == (True, True)
    assert f"/conferences/{evaluated.id}/plan" not in [address for _, address in page.links]

    build.answer_plan(db_session, cast, MONTHS_LATER, evaluated)
    revise(db_session, evaluated)
    assert asked not in client.page(close).text


def test_everybody_reads_the_next_version_that_the_family_wants_and_answers_it_on_their_own_page(
    app: Flask, db_session: Session, cast: Cast, evaluated: Made
) -> None:
    marieke = client_of(app, db_session, evaluated, "marieke")
    page = marieke.page(f"/conferences/{evaluated.id}/mine")
    assert "Do you agree with the new version of the plan?" in page.text

    page = marieke.follow("Read the new version as it is now")
    assert "Version 1 stays in force until the family agrees to this one." in page.text
    assert "Add this goal" not in page.buttons  # she writes nothing
    marieke.page(f"/conferences/{evaluated.id}/mine")
    marieke.submit("Save what I say", {"Do you agree with the plan?": "in part"})

    said = plan_answers.answers(db_session, evaluated.id, 1, stored_text(db_session, evaluated)).said
    assert said[evaluated.people["marieke"]].answer is Agreed.PART
    page = client_of(app, db_session, evaluated, "omar").page(f"/conferences/{evaluated.id}/plan/agreement")
    assert "Your own answer to version 1" not in page.text  # nor is his


def test_whoever_agrees_a_new_version_has_it(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock, evaluated: Made
) -> None:
    build.answer_plan(db_session, cast, MONTHS_LATER, evaluated)
    omar = client_of(app, db_session, evaluated, "omar")
    omar.page(f"/conferences/{evaluated.id}/mine")
    clock.set(MONTHS_LATER + timedelta(seconds=20))
    omar.follow("Agree the new version")
    omar.submit("Agree a new version of the plan")

    [plan] = [one for one in owed_in(refreshed(db_session), [evaluated.id])[evaluated.id] if one.notice.kind == "plan"]
    assert "Omar El Amrani" not in [one.name for one in plan.to]
    assert "Omar El Amrani" in [one.name for one, _how in plan.heard]


def test_what_goes_on_is_not_done_in_the_next_version(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.set(MONTHS_LATER)
    weekly = next(one for one in actions(plan_versions.stored_draft(db_session, case.id).draft) if one.every)
    for name, id_ in case.people.items():
        if id_ in weekly.who:
            who = By(db_session, participant(case.id, case.people[name]), MONTHS_LATER)
            tick(who, case.id, weekly.key, ActionState.DONE)
    sign_in(client, cast.noor)

    client.page(f"/conferences/{case.id}/plan")

    [row] = [row for row in client.here.all("li") if row.get("id") == weekly.key]
    assert "done" not in text_of(row).split()


def stored_text(session: Session, case: Made) -> int:
    return plan_versions.stored_draft(refreshed(session), case.id).text


def test_whoever_writes_a_new_version_that_nobody_wants_yet_reads_of_which_their_own_answer_is(
    app: Flask, db_session: Session, evaluated: Made
) -> None:
    db_session.execute(update(FollowUp).values(wants_new_version=False))
    db_session.commit()
    agreement = f"/conferences/{evaluated.id}/plan/agreement"
    omar, marieke = (client_of(app, db_session, evaluated, name) for name in ("omar", "marieke"))

    page = omar.page(agreement).text
    assert "Your own answer to version 1" in page
    assert "Your answer to the next version is written down below" in page
    page = marieke.page(agreement).text
    assert "Your own answer" in page
    assert "Your own answer to version 1" not in page  # she reads no other


def test_a_new_version_is_told_to_the_coordinator(
    client: PageClient, db_session: Session, cast: Cast, evaluated: Made
) -> None:
    build.answer_plan(db_session, cast, MONTHS_LATER, evaluated)
    before = last_mail(db_session)
    revise(db_session, evaluated)

    ready = {f"{name}@example.org" for name in ("marieke", "omar", "linda")}
    assert mails(db_session, before) == {
        ("noor@example.org", "A family agreed a new version of its plan"),
        ("karim@example.org", "The plan is agreed"),
        *((address, "The plan is ready") for address in ready),
    }
    sign_in(client, cast.noor)
    assert "The family agreed a new version of its plan on" in client.page("/").text
    text = client.page(f"/conferences/{evaluated.id}/plan/agreement").text
    assert "This is about version 2." in text


def test_the_mail_to_the_coordinator_is_no_sign_that_somebody_of_the_circle_heard(
    client: PageClient, db_session: Session, cast: Cast, evaluated: Made
) -> None:
    build.answer_plan(db_session, cast, MONTHS_LATER, evaluated)
    before = last_mail(db_session)
    revise(db_session, evaluated)
    new = db_session.scalars(select(OutboxMessage).where(OutboxMessage.id > before))
    [to_noor] = [row for row in new if row.recipient == "noor@example.org"]
    to_noor.sent_at = MONTHS_LATER
    db_session.commit()
    sign_in(client, cast.noor)

    pages = ("/", f"/conferences/{evaluated.id}", f"/conferences/{evaluated.id}/to-tell")
    told = [client.page(page).text for page in pages]

    assert [text.count("Marieke de Wit") > 0 for text in told] == [False, True, True]


def test_the_page_of_the_step_says_what_the_paper_will_say(
    app: Flask, db_session: Session, cast: Cast, evaluated: Made
) -> None:
    omar = client_of(app, db_session, evaluated, "omar")
    page = omar.page(f"/conferences/{evaluated.id}/steps/revise_plan").text
    assert "What the paper will say" in page
    assert "Marieke de Wit: not asked yet" in page
    assert "Your coordinator hears of the new version." in page

    omar.page(f"/conferences/{evaluated.id}/plan/agreement")
    again = omar.refused("They say the same about the plan as it is now", status=422)
    assert again.errors == ["How they said it: Say how they said it."]  # there is no room where they were, or were not
    assert "not in the room" not in again.text
    omar.submit("They say the same about the plan as it is now", {"How they said it": "in person, at another moment"})
    page = omar.page(f"/conferences/{evaluated.id}/steps/revise_plan").text
    assert "Marieke de Wit: agrees" in page
    assert "has not been asked about the plan" not in page


def test_a_mail_tells_nobody_that_they_agreed_who_did_not(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    build.answer_plan(db_session, cast, START, case, but=[case.people["linda"]])
    noor = By(db_session, cast.noor, START)
    record_agreement(noor, case.id, case.people["marieke"], Agreed.NO, "Not without my mother.")
    sign_in(client, cast.noor)
    for page in (f"/conferences/{case.id}", f"/conferences/{case.id}/steps/agree_plan"):
        assert "Marieke de Wit: does not agree. “Not without my mother.”" in client.page(page).text

    before = last_mail(db_session)
    take_step(noor, case.id, Taking(Step.AGREE_PLAN, overrides={"everyone_asked": "Linda is at work."}))
    assert {(to, subject) for to, subject in mails(db_session, before) if to != "karim@example.org"} == {
        ("marieke@example.org", "The plan is written down"),
        ("linda@example.org", "The plan is written down: do you agree?"),
        ("omar@example.org", "The plan is ready"),
    }


def test_what_is_past_is_asked_about_until_those_who_do_it_say_that_it_is_done(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    clock.set(MONTHS_LATER)
    sign_in(client, cast.noor)
    asked = "Action 1.2 had to be done by"
    page = client.page(f"/conferences/{case.id}/plan").text
    assert (asked in page, "Hangs the week on the fridge, no later than Monday 9 March. past" in page) == (True, True)
    assert asked in client.page(f"/conferences/{case.id}/steps/revise_plan").text

    hangs = plan_versions.stored_draft(db_session, case.id).draft.goals[0].actions[1].key
    for name in ("omar", "linda"):
        tick(By(db_session, participant(case.id, case.people[name]), MONTHS_LATER), case.id, hangs, ActionState.DONE)
    page = client.page(f"/conferences/{case.id}/plan").text
    assert (asked in page, "Hangs the week on the fridge, no later than Monday 9 March. done" in page) == (False, True)
    assert asked not in client.page(f"/conferences/{case.id}/steps/revise_plan").text
