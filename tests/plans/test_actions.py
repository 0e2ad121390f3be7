"""Actions on a plan: who may use them, what must be valid, and that versions never change."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from hashlib import sha256

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import BottomLine, Conference, Participant
from ekc.core.db import make_sessions
from ekc.core.errors import NotNow, Refusal, Stale, Unknown
from ekc.core.transaction import writing
from ekc.meetings.models import Meeting, Stretch
from ekc.plans import edits
from ekc.plans.actions.acceptance import check_bottom_line, decide_acceptance
from ekc.plans.actions.agreement import record_agreement, record_agreements
from ekc.plans.actions.documents import issue_document
from ekc.plans.actions.drafts import answer_support, change_plan
from ekc.plans.draft import Action, Draft, EvaluationPlan, NewAction, find
from ekc.plans.draft import actions as actions_of
from ekc.plans.models import IssuedDocument, PlanDraft, PlanVersion
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.vocabulary import ActionKind, Agreed, Part, Phase, PresentBy, SupportAnswer
from tests.cast import Cast, participant
from tests.clock import FrozenClock
from tests.plans.presented import EVALUATION, PRESENTED, Family, address, freeze, presented, somebody, write

LATER = PRESENTED + timedelta(hours=1)


@pytest.fixture
def family(db_session: Session, cast: Cast) -> Family:
    return presented(db_session, cast)


def revision(session: Session, family: Family) -> int:
    session.rollback()
    return plan_versions.stored_draft(session, family.id).revision


def test_a_plan_is_written_step_by_step(db_session: Session, cast: Cast, family: Family) -> None:
    write(db_session, cast, family)

    found = plan_versions.stored_draft(db_session, family.id)
    draft = found.draft
    assert found.revision == 6
    assert [(action.what, action.who) for action in actions_of(draft)] == [
        ("Slaapt bij Marieke", (family["fatima"],)),
        ("Plant de behandeling op dinsdag", (family["priya"],)),
    ]
    assert (draft.monitor, draft.evaluation.convenor) == (family["omar"], family["omar"])


def test_a_page_that_is_behind_changes_nothing(db_session: Session, cast: Cast, family: Family) -> None:
    change_plan(By(db_session, cast.noor, PRESENTED), family.id, 0, edits.add_goal("First"))

    with pytest.raises(Stale):
        change_plan(By(db_session, cast.noor, PRESENTED), family.id, 0, edits.add_goal("Second"))

    assert [goal.text for goal in plan_versions.stored_draft(db_session, family.id).draft.goals] == ["First"]


def test_only_people_of_this_circle_stand_in_the_plan(db_session: Session, cast: Cast, family: Family) -> None:
    other = presented(db_session, cast, "EKC-2026-0008")
    goal = change_plan(By(db_session, cast.noor, PRESENTED), family.id, 0, edits.add_goal("A goal"))

    for stranger in (other["omar"], family["interpreter"], 9999):
        new = NewAction(what="x", who=(stranger,))
        with pytest.raises(Unknown):
            change_plan(By(db_session, cast.noor, PRESENTED), family.id, 1, edits.add_action(goal, new))
        with pytest.raises(Unknown):
            change_plan(By(db_session, cast.noor, PRESENTED), family.id, 1, edits.set_monitor(stranger))
    with pytest.raises(Unknown):
        change_plan(By(db_session, cast.noor, PRESENTED), family.id, 1, edits.change_goal("g77", "x"))
    with pytest.raises(Unknown):
        change_plan(By(db_session, cast.noor, PRESENTED), family.id, 1, edits.remove("w1"))


def test_no_agency_calls_people_together(db_session: Session, cast: Cast, family: Family) -> None:
    evaluation = EvaluationPlan(at=EVALUATION, convenor=family["karim"])
    with pytest.raises(Refusal, match="choose somebody of the family"):
        change_plan(By(db_session, cast.noor, PRESENTED), family.id, 0, edits.set_evaluation(evaluation))


Try = Callable[[Session, Family, Cast], None]


def _goal_by(name: str) -> Try:
    def attempt(session: Session, family: Family, _cast: Cast) -> None:
        change_plan(By(session, participant(family.id, family[name]), PRESENTED), family.id, 0, edits.add_goal("x"))

    return attempt


@pytest.mark.parametrize("name", ["karim", "priya", "joost"])
def test_no_professional_writes_in_the_plan(name: str, db_session: Session, cast: Cast, family: Family) -> None:
    with pytest.raises(Unknown):
        _goal_by(name)(db_session, family, cast)


@pytest.mark.parametrize("name", ["marieke", "omar", "yara"])
def test_the_family_in_the_room_writes_its_plan(name: str, db_session: Session, cast: Cast, family: Family) -> None:
    _goal_by(name)(db_session, family, cast)

    assert len(plan_versions.stored_draft(db_session, family.id).draft.goals) == 1


@pytest.mark.parametrize("how", PresentBy)
def test_whoever_is_not_in_the_room_writes_nothing_until_they_come(
    how: PresentBy, db_session: Session, cast: Cast, family: Family
) -> None:
    """Nor a main person, nor who calls everyone together for the plan before; who joins by telephone or video does."""
    hassan = db_session.get_one(Participant, family["hassan"])
    hassan.part, hassan.convenes = Part.MAIN_PERSON, True
    db_session.commit()

    with pytest.raises(
        NotNow, match="Only somebody who is in the room, or takes part by telephone or video, can do this"
    ):
        _goal_by("hassan")(db_session, family, cast)
    meeting = db_session.scalars(select(Meeting.id)).one()
    stretch = Stretch(meeting_id=meeting, participant_id=hassan.id, part=hassan.part, how=how, came_at=PRESENTED)
    db_session.add(stretch)
    db_session.commit()
    _goal_by("hassan")(db_session, family, cast)
    stretch.left_at = PRESENTED
    db_session.commit()
    with pytest.raises(NotNow):
        _goal_by("hassan")(db_session, family, cast)

    assert len(plan_versions.stored_draft(db_session, family.id).draft.goals) == 1


def test_a_plan_without_a_conference_is_written_at_home_by_all_but_the_children(
    db_session: Session, cast: Cast, family: Family
) -> None:
    db_session.execute(update(Conference).values(without_conference=True))
    db_session.execute(delete(Stretch))
    db_session.commit()
    wrote = []
    for name in ("marieke", "hassan", "yara"):
        with suppress(NotNow):
            _goal_by(name)(db_session, family, cast)
            wrote.append(name)
            db_session.execute(delete(PlanDraft))
            db_session.commit()

    assert wrote == ["marieke", "hassan"]


def test_in_private_time_nobody_writes_here(db_session: Session, cast: Cast, family: Family) -> None:
    db_session.get_one(Conference, family.id).phase = Phase.PRIVATE_TIME
    db_session.commit()

    with pytest.raises(NotNow):
        change_plan(By(db_session, cast.noor, PRESENTED), family.id, 0, edits.add_goal("x"))
    with pytest.raises(NotNow):
        _goal_by("omar")(db_session, family, cast)


def test_agreement_is_recorded_for_many_and_then_in_the_words_of_one(
    db_session: Session, cast: Cast, family: Family
) -> None:
    many = [family["marieke"], family["omar"], family["yara"]]
    record_agreements(By(db_session, cast.noor, PRESENTED), family.id, many)
    record_agreement(By(db_session, cast.noor, LATER), family.id, family["yara"], Agreed.PART, "my part")

    assert [(r.participant_id, r.answer, r.words) for r in plan_answers.agreements(db_session, family.id, 1)] == [
        (family["marieke"], Agreed.YES, ""),
        (family["yara"], Agreed.PART, "my part"),
        (family["omar"], Agreed.YES, ""),
    ]
    assert plan_answers.agreements(db_session, family.id, 2) == ()


def test_professionals_do_not_agree_they_accept(db_session: Session, cast: Cast, family: Family) -> None:
    with pytest.raises(Unknown):
        record_agreement(By(db_session, cast.noor, PRESENTED), family.id, family["karim"], Agreed.YES)
    with pytest.raises(Unknown):
        decide_acceptance(By(db_session, cast.noor, PRESENTED), family.id, family["omar"], True)


def test_a_refusal_names_its_reason_and_the_later_decision_counts(
    db_session: Session, cast: Cast, family: Family
) -> None:
    karim = participant(family.id, family["karim"])
    with pytest.raises(Refusal, match="safety concern"):
        decide_acceptance(By(db_session, karim, PRESENTED), family.id, family["karim"], False)

    decide_acceptance(By(db_session, karim, PRESENTED), family.id, family["karim"], False, "one night alone")
    assert plan_answers.is_accepted(plan_answers.acceptances(db_session, family.id, 1)) is False

    decide_acceptance(By(db_session, cast.noor, LATER), family.id, family["karim"], True)
    decisions = plan_answers.acceptances(db_session, family.id, 1)
    assert [(row.accepted, row.reason) for row in decisions] == [(False, "one night alone"), (True, "")]
    assert plan_answers.is_accepted(decisions) is True

    with pytest.raises(Unknown):  # neither a referrer nor a setter of a bottom line
        decide_acceptance(By(db_session, cast.noor, LATER), family.id, family["priya"], False, "no crisis line")
    with writing(db_session):
        db_session.get_one(BottomLine, family.lines[1]).set_by = family["priya"]
    decide_acceptance(By(db_session, cast.noor, LATER), family.id, family["priya"], False, "no crisis line")
    assert plan_answers.is_accepted(plan_answers.acceptances(db_session, family.id, 1)) is False


def test_nobody_decides_for_a_colleague(db_session: Session, cast: Cast, family: Family) -> None:
    priya = participant(family.id, family["priya"])
    with pytest.raises(Unknown):
        decide_acceptance(By(db_session, priya, PRESENTED), family.id, family["karim"], True)


def test_bottom_lines_are_checked_one_by_one(db_session: Session, cast: Cast, family: Family) -> None:
    other = presented(db_session, cast, "EKC-2026-0008")
    first, second = family.lines
    check_bottom_line(By(db_session, cast.noor, PRESENTED), family.id, first, False)
    check_bottom_line(By(db_session, cast.noor, LATER), family.id, first, True)
    check_bottom_line(By(db_session, cast.noor, LATER), family.id, second, False)

    assert plan_answers.bottom_line_checks(db_session, family.id, 1) == {first: True, second: False}
    with pytest.raises(Unknown):
        check_bottom_line(By(db_session, cast.noor, LATER), family.id, other.lines[0], True)


def test_support_is_answered_by_whoever_is_asked(db_session: Session, cast: Cast, family: Family) -> None:
    key = write(db_session, cast, family)
    karim, priya = (participant(family.id, family[name]) for name in ("karim", "priya"))

    with pytest.raises(Unknown):
        answer_support(By(db_session, karim, LATER), family.id, 6, key, SupportAnswer.AGREED)
    with pytest.raises(Stale):
        answer_support(By(db_session, priya, LATER), family.id, 5, key, SupportAnswer.AGREED)
    answer_support(By(db_session, priya, LATER), family.id, 6, key, SupportAnswer.AGREED, "room until July")

    answered = [
        action for action in actions_of(plan_versions.stored_draft(db_session, family.id).draft) if action.key == key
    ]
    assert [(action.answer, action.answer_words) for action in answered] == [(SupportAnswer.AGREED, "room until July")]


def test_a_version_holds_the_plan_as_it_was_agreed(db_session: Session, cast: Cast, family: Family) -> None:
    write(db_session, cast, family)
    record_agreements(By(db_session, cast.noor, LATER), family.id, [family["omar"]])
    dissent = "Not while I am away."
    record_agreement(By(db_session, cast.noor, LATER), family.id, family["hassan"], Agreed.NO, dissent)
    record_agreement(By(db_session, cast.noor, LATER), family.id, family["yara"], Agreed.PART, "my part")
    decide_acceptance(By(db_session, cast.noor, LATER), family.id, family["karim"], True)
    check_bottom_line(By(db_session, cast.noor, LATER), family.id, family.lines[0], True)
    freeze(db_session, family, LATER)
    db_session.get_one(Participant, family["fatima"]).name = "Somebody else"
    db_session.commit()

    version = plan_versions.version(db_session, family.id, 1)
    assert version is not None
    assert (version.goals, version.family_actions, version.network_actions, version.professional_actions) == (
        1,
        1,
        0,
        1,
    )
    assert (version.agreed_on, version.evaluation_at.isoformat()) == (date(2026, 4, 18), "2026-07-11T12:00:00+00:00")
    snapshot = version.snapshot
    assert snapshot["goals"][0]["actions"][0]["who"] == ["Fatima El Amrani-Benali"]
    assert (snapshot["conference_on"], snapshot["place"]) == ("2026-04-18", "Buurthuis De Brug")
    assert [(one["name"], one["answer"], one["words"]) for one in snapshot["agreed"]] == [
        ("Marieke de Wit", "not_asked", ""),
        ("Yara El Amrani", "part", "my part"),
        ("Fatima El Amrani-Benali", "not_asked", ""),  # as she was called then
        ("Omar El Amrani", "yes", ""),
        ("Hassan El Amrani", "no", dissent),
        ("Joost Lammers", "not_asked", ""),
    ]
    assert snapshot["acceptance"] == {
        "by": "Karim Jansen",
        "organisation": "Youth protection Rivierstad",
        "on": "2026-04-18",
    }
    assert [line["met"] for line in snapshot["bottom_lines"]] == [True, None]
    convening = db_session.scalars(
        select(Participant.id).where(Participant.conference_id == family.id, Participant.convenes)
    )
    assert list(convening) == [family["omar"]]
    assert db_session.get_one(Conference, family.id).plan_number == 1


def test_a_second_version_tells_what_changed_and_claims_no_old_yes(
    db_session: Session, cast: Cast, family: Family
) -> None:
    write(db_session, cast, family)
    record_agreements(By(db_session, cast.noor, PRESENTED), family.id, [family["omar"], family["marieke"]])
    freeze(db_session, family, LATER)
    omar = participant(family.id, family["omar"])
    night = plan_versions.stored_draft(db_session, family.id).draft.goals[0].actions[0]
    moved = NewAction(what="Slaapt vrijdag bij Marieke", who=night.who, starts=night.starts, every=night.every)
    change_plan(By(db_session, omar, LATER), family.id, 6, edits.change_action(night.key, moved))
    evaluation = EvaluationPlan(at=EVALUATION, place="bij Kees thuis", convenor=family["marieke"])
    change_plan(By(db_session, omar, LATER), family.id, 7, edits.set_evaluation(evaluation))
    record_agreements(By(db_session, cast.noor, LATER + timedelta(days=90)), family.id, [family["marieke"]])
    freeze(db_session, family, LATER + timedelta(days=91))

    version = plan_versions.version(db_session, family.id, 2)
    assert version is not None
    assert len(version.snapshot["changes"]) == 3
    said = {one["name"].split()[0]: one["answer"] for one in version.snapshot["agreed"]}
    assert said == dict.fromkeys(("Yara", "Fatima", "Omar", "Joost"), "not_asked") | {"Marieke": "yes"}
    assert [row.number for row in plan_versions.versions(db_session, family.id)] == [2, 1]
    convening = select(Participant.id).where(Participant.conference_id == family.id, Participant.convenes)
    assert list(db_session.scalars(convening)) == [family["marieke"]]


def test_the_database_refuses_to_change_a_version(db_session: Session, cast: Cast, family: Family) -> None:
    write(db_session, cast, family)
    freeze(db_session, family, LATER)
    issue_document(By(db_session, cast.noor, LATER), family.id, 1, "nl", b"paper")

    changes = (update(PlanVersion).values(goals=9), delete(PlanVersion), update(IssuedDocument).values(kind="x"))
    for change in changes:
        with pytest.raises(DBAPIError, match="append-only"):
            db_session.execute(change)
        db_session.rollback()


def test_of_prints_at_once_one_stays(db_session: Session, engine: Engine, cast: Cast, family: Family) -> None:
    write(db_session, cast, family)
    freeze(db_session, family, LATER)

    def issue(content: bytes) -> tuple[int, bytes, bytes]:
        with make_sessions(engine)() as session:
            made = issue_document(By(session, cast.noor, LATER), family.id, 1, "nl", content)
            return made.id, made.content, made.sha256

    with ThreadPoolExecutor(4) as pool:
        given = set(pool.map(issue, (b"1", b"2", b"3", b"4")))

    assert len(given) == 1
    [(_, content, digest)] = given
    assert digest == sha256(content).digest()


def test_there_is_no_plan_before_one_is_written(db_session: Session, cast: Cast) -> None:
    assert plan_versions.stored_draft(db_session, 1) == plan_versions.StoredDraft(Draft(), 0, None)


def test_a_request_for_support_says_since_when_it_waits_where_it_is_answered(
    app: Flask, db_session: Session, cast: Cast, family: Family, clock: FrozenClock
) -> None:
    key = write(db_session, cast, family)
    stored = find(plan_versions.stored_draft(db_session, family.id).draft, key)
    assert isinstance(stored, Action)
    assert stored.asked_on == date(2026, 4, 18)
    db_session.rollback()
    clock.set(PRESENTED + timedelta(days=12))
    asked = "support asked for on 18 April, 12 days ago: no answer yet"
    assert asked in somebody(app, db_session, family, "priya").page(address(family, "/agreement")).text

    another = NewAction(
        what="Plant iets anders", who=(family["priya"],), by=date(2026, 5, 24), kind=ActionKind.PROFESSIONAL
    )
    noor = By(db_session, cast.noor, clock())
    change_plan(noor, family.id, revision(db_session, family), edits.change_action(key, another))
    again = find(plan_versions.stored_draft(db_session, family.id).draft, key)
    assert isinstance(again, Action)
    assert again.asked_on == date(2026, 4, 30)
