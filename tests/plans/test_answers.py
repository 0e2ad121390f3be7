"""Each answer to the plan is about a text: of an earlier one it counts no more, and everybody sees why."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.journey.actions.steps import take_step
from ekc.journey.facts import gather_facts
from ekc.plans import edits
from ekc.plans.actions.acceptance import check_bottom_line, decide_acceptance
from ekc.plans.actions.agreement import record_agreement, record_agreements, say_own_answer
from ekc.plans.actions.drafts import answer_support, change_plan
from ekc.plans.draft import EvaluationPlan, NewAction
from ekc.plans.draft import actions as actions_of
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.guards.agreement import accepted, bottom_lines_met, everyone_asked, tasks_agreed
from ekc.workflow.vocabulary import Agreed, Every, Phase, SaidHow, Step, SupportAnswer
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.plans.presented import EVALUATION, PRESENTED, Family, address, freeze, presented, somebody, write

LATER = PRESENTED + timedelta(minutes=12)  # 14:52
WAITING = {"marieke", "yara", "fatima", "omar", "joost"}


@pytest.fixture
def family(db_session: Session, cast: Cast, clock: FrozenClock) -> Family:
    """Their plan is written, everybody who was there says yes, it meets what it has to, and it is accepted."""
    clock.set(LATER)
    made = presented(db_session, cast)
    write(db_session, cast, made)
    noor = By(db_session, cast.noor, PRESENTED)
    record_agreements(noor, made.id, [made[name] for name in sorted(WAITING)])
    for line in made.lines:
        check_bottom_line(noor, made.id, line, True)
    decide_acceptance(noor, made.id, made["karim"], True)
    return made


@pytest.fixture
def noor(client: PageClient, cast: Cast, family: Family) -> PageClient:
    sign_in(client, cast.noor)
    return client


def night(session: Session, family: Family) -> tuple[str, int]:
    """The key of Fatima's action, and the revision of the plan."""
    session.rollback()
    found = plan_versions.stored_draft(session, family.id)
    return next(action.key for action in actions_of(found.draft)), found.revision


def change_night(session: Session, cast: Cast, family: Family, what: str, by: str = "omar") -> None:
    key, revision = night(session, family)
    new = NewAction(what=what, who=(family["fatima"],), every=Every.WEEK)
    who = By(session, participant(family.id, family[by]), LATER)
    change_plan(who, family.id, revision, edits.change_action(key, new))


def open_points(session: Session, family: Family) -> dict[str, int]:
    """How many reasons each condition about answers gives."""
    session.rollback()
    facts = gather_facts(session, session.get_one(Conference, family.id), LATER)
    rules = (everyone_asked, accepted, bottom_lines_met, tasks_agreed)
    return {rule.__name__: len(list(rule(facts))) for rule in rules}


ALL_WELL = {"everyone_asked": 0, "accepted": 0, "bottom_lines_met": 0, "tasks_agreed": 0}
ALL_OPEN = {"everyone_asked": 1, "accepted": 1, "bottom_lines_met": 2, "tasks_agreed": 0}


def test_a_change_after_the_answers_opens_them_again(db_session: Session, cast: Cast, family: Family) -> None:
    assert open_points(db_session, family) == ALL_WELL

    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")

    assert open_points(db_session, family) == ALL_OPEN


def _answer(session: Session, cast: Cast, family: Family, revision: int) -> None:
    request = [action.key for action in actions_of(plan_versions.stored_draft(session, family.id).draft)][1]
    priya = By(session, participant(family.id, family["priya"]), LATER)
    answer_support(priya, family.id, revision, request, SupportAnswer.AGREED, "From May.")


def _move(session: Session, cast: Cast, family: Family, revision: int) -> None:
    key, _ = night(session, family)
    change_plan(By(session, cast.noor, LATER), family.id, revision, edits.move(key, 1))


@pytest.mark.parametrize("leave", [_answer, _move])
def test_an_answer_to_a_request_and_another_order_leave_the_text(
    leave: object, db_session: Session, cast: Cast, family: Family
) -> None:
    leave(db_session, cast, family, night(db_session, family)[1])  # type: ignore[operator]

    assert open_points(db_session, family) == ALL_WELL


@pytest.mark.parametrize(
    "edit",
    [
        edits.set_monitor(2),
        edits.set_evaluation(EvaluationPlan(at=EVALUATION, place="elsewhere", convenor=4, others=(7,))),
        edits.add_goal("Another goal"),
        edits.remove("w4"),
    ],
    ids=["monitor", "evaluation", "goal", "what-if"],
)
def test_what_makes_it_another_text(edit: edits.Edit, db_session: Session, cast: Cast, family: Family) -> None:
    _, revision = night(db_session, family)
    change_plan(By(db_session, cast.noor, LATER), family.id, revision, edit)

    assert open_points(db_session, family) == ALL_OPEN


def test_the_page_says_what_changed_and_one_press_asks_everybody_again(
    noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")

    page = noor.page(address(family, "/agreement"))
    assert "said of an earlier text: agrees, before Omar El Amrani (family) changed action 1.1 on" in page.text
    assert "14:52" in page.text
    assert "1.1 is now: Slaapt zondag bij Marieke" in page.text
    assert page.text.count("not asked again yet") == len(WAITING)
    noor.submit("They say the same about the plan as it is now")

    assert open_points(db_session, family) == ALL_OPEN | {"everyone_asked": 0}
    text = plan_versions.stored_draft(db_session, family.id).text
    said = plan_answers.answers(db_session, family.id, 1, text)
    assert {row.answer for row in said.said.values()} == {Agreed.YES}
    assert (set(said.said), said.earlier) == ({family[name] for name in WAITING}, {})


def test_an_answer_on_an_older_page_is_not_one_to_the_plan_as_it_is(
    noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    noor.page(address(family, "/agreement"))
    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")

    page = noor.refused("The plan meets it", near="An adult", status=409)
    assert "another text than you saw" in page.text
    assert (
        plan_answers.bottom_line_checks(
            db_session, family.id, 1, plan_versions.stored_draft(db_session, family.id).text
        )
        == {}
    )


def test_the_paper_claims_no_yes_to_another_text(db_session: Session, cast: Cast, family: Family) -> None:
    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")
    record_agreements(By(db_session, cast.noor, LATER), family.id, [family["omar"]])
    freeze(db_session, family, LATER)

    version = plan_versions.version(db_session, family.id, 1)
    assert version is not None
    said = {one["name"].split()[0].lower(): one["answer"] for one in version.snapshot["agreed"]}
    assert said == dict.fromkeys(WAITING - {"omar"}, "not_asked") | {"omar": "yes"}
    assert version.snapshot["acceptance"] is None
    assert [line["met"] for line in version.snapshot["bottom_lines"]] == [None, None]
    assert version.snapshot["goals"][0]["actions"][0]["not_asked"] == ["Fatima El Amrani-Benali"]


def test_a_no_of_everybody_who_does_it_holds_the_plan_up_and_stands_beside_the_task(
    db_session: Session, cast: Cast, family: Family
) -> None:
    fatima = By(db_session, participant(family.id, family["fatima"]), LATER)
    say_own_answer(fatima, family.id, Agreed.NO, "I cannot on Sundays.")
    assert open_points(db_session, family) == ALL_WELL | {"tasks_agreed": 1}

    freeze(db_session, family, LATER)
    version = plan_versions.version(db_session, family.id, 1)
    assert version is not None
    assert [action.get("disagree") for action in version.snapshot["goals"][0]["actions"]] == [
        ["Fatima El Amrani-Benali"],
        None,
    ]


def test_after_the_agreement_a_no_stands_where_somebody_acts_on_it(
    app: Flask, noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    freeze(db_session, family, PRESENTED)
    assert "Has a task" not in noor.page("/").text

    fatima = somebody(app, db_session, family, "fatima")
    page = fatima.page(f"/conferences/{family.id}/mine")
    assert "You said on" in page.text
    page = fatima.submit(
        "Save what I say", {"Do you agree with the plan?": "no", "In your words": "I cannot on Sundays."}
    )

    assert ": no. “I cannot on Sundays.” That is not right, or I say something else now" in page.text
    version = fatima.page(address(family, "/versions/1")).text
    at_her_task = "Fatima El Amrani-Benali: does not agree, said on"
    assert version.count(at_her_task) == 2  # and below what everyone says
    assert version.index(at_her_task) < version.index("If it goes wrong")
    assert "Has a task and does not agree: Fatima El Amrani-Benali" in noor.page("/").text
    omar = somebody(app, db_session, family, "omar").page(f"/conferences/{family.id}/mine")
    assert "Fatima El Amrani-Benali does not agree with the plan, which names them in 1.1." in omar.text
    yara = somebody(app, db_session, family, "yara").page(f"/conferences/{family.id}/mine")
    assert "does not agree with the plan, which names them in" not in yara.text


def test_an_answer_to_a_request_is_no_change_to_whoever_writes(
    noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    noor.page(address(family))
    _answer(db_session, cast, family, night(db_session, family)[1])

    noor.submit("Add this goal", {"Goal": "Daan is at school."})

    assert len(plan_versions.stored_draft(db_session, family.id).draft.goals) == 2


def test_of_a_request_the_older_page_is_refused(
    app: Flask, noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    noor.page(address(family, "/agreement"))
    _answer(db_session, cast, family, night(db_session, family)[1])

    page = noor.refused("Save the answer", {"In their words": "No room."}, near="Answer request 1.2", status=409)
    assert "From May." in page.text


def test_a_page_marks_the_task_of_whoever_says_no_or_was_not_asked(
    app: Flask, noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    record_agreement(By(db_session, cast.noor, LATER), family.id, family["fatima"], Agreed.NO)
    beside = "Fatima El Amrani-Benali: does not agree"
    assert beside in noor.page(address(family)).text
    freeze(db_session, family, LATER)
    assert beside in noor.page(address(family, "/versions/1")).text
    assert beside in somebody(app, db_session, family, "yara").page(address(family)).text


def test_each_version_has_the_answers_that_are_about_it(
    app: Flask, noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    freeze(db_session, family, LATER)
    assert "This is about version 1." in noor.page(address(family, "/agreement")).text
    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")

    page = noor.page(address(family, "/agreement")).text
    assert "This is about the next version, as it is written now." in page
    assert "Version 1, in force" in page
    yara = somebody(app, db_session, family, "yara").page(address(family, "/agreement")).text
    assert "This is about version 1." in yara
    assert "not asked again yet" not in yara


def test_with_no_plan_the_texts_that_were_answered_go_too(db_session: Session, cast: Cast, family: Family) -> None:
    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")
    assert [row.part.value for row in plan_answers.former_texts(db_session, family.id, 1)] == ["action"]

    take_step(By(db_session, cast.noor, LATER), family.id, Taking(Step.NO_PLAN))

    assert plan_answers.former_texts(db_session, family.id, 1) == ()


def test_whoever_was_not_asked_is_asked_on_their_own_page(
    app: Flask, noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    change_night(db_session, cast, family, "Slaapt zondag bij Marieke")
    freeze(db_session, family, LATER)
    assert "Has not been asked about the plan yet: Marieke de Wit, Fatima El Amrani-Benali" in noor.page("/").text

    hassan = somebody(app, db_session, family, "hassan")
    own = hassan.page(f"/conferences/{family.id}/mine")
    assert "Save what I say" in own.buttons
    assert "not been asked" not in own.text  # the page asks
    fatima = somebody(app, db_session, family, "fatima")
    assert (
        "The plan changed after you answered (yes). Do you still agree?"
        in fatima.page(f"/conferences/{family.id}/mine").text
    )
    fatima.refused("Save what I say")  # nothing is chosen for her
    page = fatima.submit("Save what I say", {"Do you agree with the plan?": "yes"})
    assert page.url.partition("#")[0] == f"/conferences/{family.id}/mine"  # where it was asked

    version = plan_versions.version(db_session, family.id, 1)
    assert version is not None
    rows = plan_answers.agreements(db_session, family.id, 1, version.text)
    assert [(row.participant_id, row.answer, row.how) for row in rows] == [
        (family["fatima"], Agreed.YES, SaidHow.OWN_PAGE)
    ]
    assert "Has a task" not in noor.page("/").text


@pytest.mark.parametrize(("name", "refused"), [("karim", Unknown), ("priya", Unknown)])
def test_professionals_have_no_voice_about_the_plan(
    name: str, refused: type[Refusal], db_session: Session, family: Family
) -> None:
    who = By(db_session, participant(family.id, family[name]), LATER)
    with pytest.raises(refused):
        say_own_answer(who, family.id, Agreed.YES)


def test_nobody_is_asked_in_private_time(db_session: Session, family: Family) -> None:
    db_session.get_one(Conference, family.id).phase = Phase.PRIVATE_TIME
    db_session.commit()
    with pytest.raises(NotNow):
        say_own_answer(By(db_session, participant(family.id, family["omar"]), LATER), family.id, Agreed.YES)


def test_nothing_is_chosen_beforehand_and_who_is_not_there_said_it_somehow(
    app: Flask, noor: PageClient, db_session: Session, cast: Cast, family: Family
) -> None:
    noor.page(address(family, "/agreement"))
    page = noor.refused("Save what they say")
    assert "Choose who says it." in page.text
    assert "Choose what they say." in page.text

    hassan = {"Who": "Hassan El Amrani", "What they say": "agrees"}
    assert "Say how they said it: they were not in the room." in noor.refused("Save what they say", hassan).text
    noor.submit("Save what they say", hassan | {"How they said it": "by telephone"})

    own = somebody(app, db_session, family, "hassan").page(f"/conferences/{family.id}/mine")
    assert "yes (by telephone)" in own.text
