"""Each person's yes, no and wish is their own: on the pages of the family and of staff, on paper and in mails."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference
from ekc.core.documents import document_html
from ekc.core.errors import Refusal
from ekc.core.language import using
from ekc.core.outbox import OutboxMessage
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import FollowUpReport
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.matching.actions import asking, independence
from ekc.meetings.actions import attendance, information
from ekc.meetings.actions.information import InformationText
from ekc.plans import edits
from ekc.plans.actions.acceptance import decide_acceptance
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import change_plan
from ekc.plans.document import PLAN, from_json
from ekc.plans.draft import NewAction
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import (
    Agreed,
    Attends,
    InformationKind,
    Part,
    Phase,
    Step,
    Variant,
    VoiceMatter,
)
from tests import build, markup
from tests.build import Made
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.page import Page
from tests.voices import said

#: A mother, and the victim of what happened, who does not come.
MARIEKE = PersonDetails(name="Marieke de Wit", part=Part.MAIN_PERSON, relation="mother", side="offenders")
VERA = PersonDetails(name="Vera Smit", part=Part.MAIN_PERSON, relation="victim", side="victims")
TWO = (MARIEKE, VERA)


def client_of(app: Flask) -> PageClient:
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def staff(app: Flask, who: object) -> PageClient:
    client = client_of(app)
    sign_in(client, who)  # type: ignore[arg-type]
    return client


def own(app: Flask, session: Session, case: Made, name: str) -> PageClient:
    client = client_of(app)
    enter(client, session, START, case.id, case.people[name])
    return client


def presented(session: Session, cast: Cast, away: str, **changes: object) -> Made:
    """In presentation, with a plan; one person takes part by letter."""
    case = build.prepared_case(session, cast, START, **changes)
    build.change_details(session, cast, START, case, case.people[away], attends=Attends.LETTER)
    build.step(session, cast, START, case, Step.OPEN_CONFERENCE)
    noor = By(session, cast.noor, START)
    there = [id_ for name, id_ in case.people.items() if name != away]
    attendance.record_attendance(noor, case.id, there)
    for kind in InformationKind:
        information.add_information(noor, case.id, InformationText(kind, "What there is to say."))
    attendance.professionals_leave(noor, case.id)
    build.step(session, cast, START, case, Step.BEGIN_PRIVATE_TIME)
    build.step(session, cast, START, case, Step.COME_OUT)
    attendance.professionals_return(noor, case.id)
    build.write_plan(session, cast, START, case)
    return case


def all_but(session: Session, cast: Cast, case: Made, *away: str) -> None:
    """Everybody else agrees, and nothing but the agreement holds the plan up."""
    build.answer_plan(session, cast, START, case, but=[case.people[name] for name in away])


def paper(session: Session, case: Made, number: int = 1) -> str:
    """The words of a version of the printed plan."""
    version = plan_versions.version(refreshed(session), case.id, number)
    assert version is not None
    with using("en"):
        tree = markup.parsed(document_html(PLAN, from_json(json.dumps(version.snapshot).encode())))
    [body] = tree.iter("body")
    return " ".join("".join(body.itertext()).split())


def subjects(session: Session) -> list[tuple[str, str]]:
    rows = refreshed(session).execute(select(OutboxMessage.recipient, OutboxMessage.subject).order_by(OutboxMessage.id))
    return [(recipient, subject) for recipient, subject in rows if "main person" in subject or "again" in subject]


def test_a_victim_by_letter_is_asked_or_named(app: Flask, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = presented(db_session, cast, "vera", main_persons=TWO)
    all_but(db_session, cast, case, "vera")
    dissent = "Not every Sunday."
    noor = By(db_session, cast.noor, START)
    record_agreement(noor, case.id, case.people["omar"], Agreed.PART, "my part")
    record_agreement(noor, case.id, case.people["kees"], Agreed.NO, dissent)
    client = staff(app, cast.noor)

    page = client.page(f"/conferences/{case.id}")
    assert "Vera Smit has not been asked about the plan yet" in page.text
    assert "Vera Smit, victim not asked yet was not there" in client.page(f"/conferences/{case.id}/plan/agreement").text
    client.page(f"/conferences/{case.id}/steps/agree_plan")
    client.submit("Agree the plan", {"Why all the same": "She answers by letter on Monday."})

    told = paper(db_session, case)
    assert "What everyone says of this plan" in told
    assert "Marieke de Wit: agrees " in told
    assert "Vera Smit: not asked yet" in told
    assert "Omar El Amrani: agrees with part of it. “my part”" in told
    assert f"Kees de Wit: does not agree. “{dissent}”" in told
    read = client.page(f"/conferences/{case.id}/plan/versions/1").text
    assert ("Vera Smit: not asked yet" in read, f"Kees de Wit: does not agree. “{dissent}”" in read) == (True, True)


def test_once_the_victim_is_asked_nothing_has_to_be_overridden(
    cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = presented(db_session, cast, "vera", main_persons=TWO)
    all_but(db_session, cast, case, "vera")
    record_agreement(By(db_session, cast.noor, START), case.id, case.people["vera"], Agreed.NO, "Never.")

    build.step(db_session, cast, START, case, Step.AGREE_PLAN)

    assert "Vera Smit: does not agree. “Never.”" in paper(db_session, case)


@pytest.mark.parametrize("profile", ["nl", "england", "nz"])
def test_the_paper_names_each_answer_in_every_country(
    cast: Cast, db_session: Session, clock: FrozenClock, profile: str
) -> None:
    case = presented(db_session, cast, "vera", main_persons=TWO, profile=profile)
    all_but(db_session, cast, case, "vera")
    noor = By(db_session, cast.noor, START)
    record_agreement(noor, case.id, case.people["omar"], Agreed.PART)
    record_agreement(noor, case.id, case.people["kees"], Agreed.NO)
    asked = {"everyone_asked": "She answers by letter on Monday."}
    take_step(noor, case.id, Taking(Step.AGREE_PLAN, overrides=asked))

    version = plan_versions.version(refreshed(db_session), case.id, 1)
    assert version is not None
    assert {one["name"]: one["answer"] for one in version.snapshot["agreed"]} == {
        "Marieke de Wit": "yes",
        "Vera Smit": "not_asked",
        "Joost Lammers": "yes",
        "Omar El Amrani": "part",
        "Linda de Wit": "yes",
        "Kees de Wit": "no",
        "Fatima El Amrani-Benali": "yes",
    }


def test_a_next_version_is_asked_about_anew(app: Flask, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    evaluation = next(row for row in follow_ups(db_session, case.id, START.date()) if row.kind == "evaluation")
    held = FollowUpReport(held_on=START.date(), wants_new_version=True)
    evaluations.record_follow_up(noor, case.id, evaluation.id, held)
    record_agreement(noor, case.id, case.people["joost"], Agreed.PART, "QlateZ")  # about the version in force
    omar = own(app, db_session, case, "omar")  # who convenes
    omar.page(f"/conferences/{case.id}/plan")
    omar.submit("Save when we meet again", {"Where": "In the park"})

    page = omar.page(f"/conferences/{case.id}/steps/revise_plan")
    assert "people answered: ask again (Marieke de Wit, Joost Lammers, Omar El Amrani" in page.text
    page = omar.page(f"/conferences/{case.id}/plan/agreement")
    assert "This is about the next version, as it is written now. What people said of version 1 is below" in page.text
    others = ["Marieke de Wit", "Joost Lammers", "Omar El Amrani", "Linda de Wit", "Fatima El Amrani-Benali"]
    told: dict[str, str | list[str]] = {"How they said it": "in person, at another moment"}
    omar.submit("They all say yes", {"They say yes": others, **told})
    omar.submit("Save what they say", {"Who": "Kees de Wit", "What they say": "does not agree", **told})
    omar.submit("The plan meets it")
    karim = By(db_session, participant(case.id, case.people["karim"]), START)
    decide_acceptance(karim, case.id, case.people["karim"], True)
    omar.page(f"/conferences/{case.id}/steps/revise_plan")
    omar.submit("Agree a new version of the plan")

    printed = paper(db_session, case, 2)
    assert ("Kees de Wit: does not agree" in printed, "Joost Lammers: agrees" in printed) == (True, True)
    assert ("QlateZ" in printed, "not asked yet" in printed) == (False, False)


@pytest.mark.both_databases
def test_a_group_is_asked_side_by_side(app: Flask, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = presented(db_session, cast, "kees", main_persons=(MARIEKE,), variant=Variant.GROUP)
    build.change_details(db_session, cast, START, case, case.people["kees"], side="young people")
    all_but(db_session, cast, case, "kees")
    client = staff(app, cast.noor)
    waits = "Nobody of the side “young people” has been asked about the plan yet"
    assert waits in client.page(f"/conferences/{case.id}").text
    sides = client.page(f"/conferences/{case.id}/plan/agreement").text
    assert "young people nobody of this side has been asked yet" in sides

    # a task makes him somebody who has to be asked himself
    found = plan_versions.stored_draft(db_session, case.id)
    sweeps = NewAction(what="Sweeps the square", who=(case.people["kees"],), by=START.date() + timedelta(7))
    goal = found.draft.goals[0].key
    change_plan(By(db_session, cast.noor, START), case.id, found.revision, edits.add_action(goal, sweeps))
    all_but(db_session, cast, case, "kees")  # the others answered a plan without it, so they are asked again
    text = client.page(f"/conferences/{case.id}").text
    assert ("Kees de Wit has not been asked about the plan yet" in text, waits in text) == (True, False)

    client.page(f"/conferences/{case.id}/steps/agree_plan")
    client.submit("Agree the plan", {"Why all the same": "He is abroad."})
    assert "Kees de Wit: not asked yet" in paper(db_session, case)


@pytest.fixture
def two(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """Noor took the case of two main persons; neither has said anything about her."""
    case = build.registered_case(db_session, cast, START, main_persons=TWO)
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.noor.account_id or 0)
    independence.accept(By(db_session, cast.noor, START), case.id, build.INDEPENDENT)
    return case


@pytest.mark.both_databases
def test_two_main_persons_differ_about_the_coordinator(app: Flask, cast: Cast, db_session: Session, two: Made) -> None:
    marieke, vera = own(app, db_session, two, "marieke"), own(app, db_session, two, "vera")
    marieke.submit("Yes, that is good")

    # her yes is not Vera's
    assert "May Noor van Dijk be your coordinator?" in vera.page(f"/conferences/{two.id}/mine").text
    assert (
        "Vera Smit has not confirmed the coordinator yet" in staff(app, cast.noor).page(f"/conferences/{two.id}").text
    )

    vera.submit("Ask for somebody else")

    theirs = marieke.page(f"/conferences/{two.id}/mine")
    assert ("You would rather have" in theirs.text, "Another coordinator is looked for" in theirs.text) == (
        False,
        False,
    )
    assert "You would rather have another coordinator" in vera.page(f"/conferences/{two.id}/mine").text
    assert said(db_session, two.id, VoiceMatter.COORDINATOR) == [
        (two.people["marieke"], Agreed.YES, START.date()),
        (two.people["vera"], Agreed.NO, START.date()),
    ]
    assert subjects(db_session) == [("ruud@example.org", "A main person would rather have another coordinator")]
    alert = "A main person would rather have another coordinator than Noor van Dijk, and need not say why."
    for who in (cast.noor, cast.ruud):
        assert alert in staff(app, who).page(f"/conferences/{two.id}").text
    noor = By(db_session, cast.noor, START)
    with pytest.raises(Refusal, match="would rather have somebody else"):  # nobody takes it back for her
        independence.confirm_coordinator(noor, two.id, participant_id=two.people["vera"])


@pytest.mark.both_databases
def test_staff_note_whose_yes_it_is(app: Flask, cast: Cast, db_session: Session, two: Made) -> None:
    with pytest.raises(Refusal, match="Choose whose yes it is"):
        independence.confirm_coordinator(By(db_session, cast.noor, START), two.id)
    client = staff(app, cast.noor)
    client.page(f"/conferences/{two.id}/coordinator")

    client.submit("Note their yes", {"Who said yes": "Vera Smit"})

    assert said(db_session, two.id, VoiceMatter.COORDINATOR) == [(two.people["vera"], Agreed.YES, START.date())]
    assert client.form("Note their yes").shown("Who said yes") == "Marieke de Wit"  # the only one left
    assert "Note their yes" not in client.submit("Note their yes", {}).buttons


def test_one_main_person_does_not_stop_it_for_all(app: Flask, cast: Cast, db_session: Session, two: Made) -> None:
    vera, marieke = own(app, db_session, two, "vera"), own(app, db_session, two, "marieke")
    page = vera.page(f"/conferences/{two.id}/mine")
    assert "We want to stop the conference" not in page.text
    page = vera.follow("I want to stop the conference")
    assert ("There are several main persons." in page.text, "This ends the case." in page.text) == (True, False)

    page = vera.submit("I want to stop the conference", {"Why does it stop?": "we do not want it any more"})

    assert "It is written down as your own wish." in page.text
    assert "You want to stop the conference" in page.text
    assert refreshed(db_session).get_one(Conference, two.id).phase is Phase.REGISTRATION
    told = [(who, "A main person wants to stop") for who in ("noor@example.org", "ruud@example.org")]
    assert sorted(subjects(db_session)) == told
    for who in (cast.noor, cast.ruud):
        client = staff(app, who)
        assert "A main person wants to stop: ring them" in client.page("/").text
        seen = client.page(f"/conferences/{two.id}").text
        assert (
            "Vera Smit (no number known): wants to stop, Monday 2 March 2026, 10:00: "
            "a main person does not want it any more" in seen
        )
    theirs = marieke.page(f"/conferences/{two.id}/mine")
    assert ("Should the conference stop?" in theirs.text, "Vera" in _asked(theirs)) == (True, False)

    marieke.submit("I want to go on")
    assert (
        "Marieke de Wit (no number known): wants to go on" in staff(app, cast.noor).page(f"/conferences/{two.id}").text
    )
    marieke.follow("I want to stop the conference")
    marieke.submit("I want to stop the conference", {"Why does it stop?": "things are different now"})

    # staff speak with each of them and take the step
    assert refreshed(db_session).get_one(Conference, two.id).phase is Phase.REGISTRATION
    client = staff(app, cast.ruud)
    assert "All main persons want it: take the step" in client.page("/").text
    client.page(f"/conferences/{two.id}")
    client.follow("All main persons want it: take the step")
    client.submit("Stop", {"Why does it stop?": "the situation changed"})
    assert refreshed(db_session).get_one(Conference, two.id).phase is Phase.CLOSED


def _asked(page: Page) -> str:
    """What the page says between the question and the rest."""
    return page.text.partition("Should the conference stop?")[2].partition("I want to go on")[0]


def test_a_wish_to_stop_is_taken_back(app: Flask, cast: Cast, db_session: Session, two: Made) -> None:
    vera = own(app, db_session, two, "vera")
    vera.page(f"/conferences/{two.id}/steps/stop")
    vera.submit("I want to stop the conference", {"Why does it stop?": "another reason"})

    page = vera.submit("I want to go on after all")

    assert "You want to stop the conference" not in page.text
    assert "Somebody wants to stop" not in staff(app, cast.noor).page(f"/conferences/{two.id}").text
    assert "ring them" not in staff(app, cast.ruud).page("/").text


def test_a_relative_who_wants_to_come_together_again_asks_the_main_person(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    omar, marieke = own(app, db_session, case, "omar"), own(app, db_session, case, "marieke")
    omar.page(f"/conferences/{case.id}/mine")
    omar.follow("I want to come together again")

    page = omar.submit("I want to come together again", {"Why is a new conference needed?": "Wim is worse."})

    assert "You want to come together again" in page.text
    assert refreshed(db_session).get_one(Conference, case.id).phase is Phase.EVALUATION
    again = "A family wants to come together again"
    assert sorted(subjects(db_session)) == [(who, again) for who in ("noor@example.org", "ruud@example.org")]
    seen = staff(app, cast.noor).page(f"/conferences/{case.id}").text
    assert ("Omar El Amrani (no number known): wants to come together again" in seen, "“Wim is worse.”" in seen) == (
        True,
        True,
    )
    marieke.page(f"/conferences/{case.id}/mine")
    marieke.follow("I want to come together again too")
    marieke.submit("Come together again", {"Why is a new conference needed?": "We need each other."})
    assert refreshed(db_session).get_one(Conference, case.id).phase is Phase.SETUP


def test_the_family_reads_why_the_plan_is_not_accepted(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    karim = case.people["karim"]
    decide_acceptance(By(db_session, cast.noor, START), case.id, karim, False, "One night without an adult.")

    for name in ("marieke", "omar"):
        page = own(app, db_session, case, name).page(f"/conferences/{case.id}/mine")
        assert "The plan is not accepted yet Karim Jansen: “One night without an adult.”" in page.text
    assert "One night" not in own(app, db_session, case, "els").page(f"/conferences/{case.id}/mine").text
    decide_acceptance(By(db_session, cast.noor, START), case.id, karim, True)
    assert "not accepted" not in own(app, db_session, case, "omar").page(f"/conferences/{case.id}/mine").text
