"""Taking a step: atomic, one at a time, with every reason of a refusal, and recorded."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.bottom_lines import add_bottom_line
from ekc.conferences.entries import BottomLineText
from ekc.conferences.models import Conference
from ekc.core.audit import AuditEvent, broken_chains, read_detail
from ekc.core.db import make_sessions
from ekc.core.errors import NotNow, Refusal, Stale, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.steps import Blocked, take_step
from ekc.journey.models import PhaseChange
from ekc.journey.queries.steps import history
from ekc.plans.models import PlanVersion
from ekc.privatetime.queries import rounds
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.vocabulary import Outcome, Phase, Step, StopReason
from tests import build
from tests.cast import Cast, participant
from tests.clock import START


def phase_of(session: Session, case: build.Made) -> Phase:
    session.rollback()
    return session.scalars(select(Conference.phase).where(Conference.id == case.id)).one()


def state(session: Session) -> dict[str, int]:
    """The number of rows of every table."""
    session.rollback()
    tables = Conference.metadata.sorted_tables
    return {table.name: session.scalars(select(func.count()).select_from(table)).one() for table in tables}


def test_all_reasons_are_told_and_nothing_changes(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    before = state(db_session)
    with pytest.raises(Blocked) as refused:
        take_step(By(db_session, cast.noor, START), case.id, Taking(Step.OPEN_CONFERENCE))
    assert [reason.guard for reason in refused.value.verdict.reasons] == [
        "question_agreed",
        "everyone_decided",
        "everyone_informed",
        "safety_decided",
        "bottom_lines_shared",
        "meeting_arranged",
        "meeting_arranged",
        "meeting_arranged",
        "meeting_arranged",
        "family_outnumbers_professionals",
    ]
    assert state(db_session) == before
    assert phase_of(db_session, case) is Phase.SETUP


def test_the_whole_way_is_written_down(db_session: Session, cast: Cast) -> None:
    case = build.closed_case(db_session, cast, START)
    steps = [(change.source, change.step, change.target) for change in history(db_session, case.id)]
    assert steps == [
        (Phase.REGISTRATION, Step.TAKE_ON, Phase.SETUP),
        (Phase.SETUP, Step.OPEN_CONFERENCE, Phase.INFORMATION),
        (Phase.INFORMATION, Step.BEGIN_PRIVATE_TIME, Phase.PRIVATE_TIME),
        (Phase.PRIVATE_TIME, Step.COME_OUT, Phase.PRESENTATION),
        (Phase.PRESENTATION, Step.AGREE_PLAN, Phase.EVALUATION),
        (Phase.EVALUATION, Step.CLOSE, Phase.CLOSED),
    ]
    conference = db_session.get_one(Conference, case.id)
    assert (conference.outcome, conference.closed_on) == (Outcome.PLAN, START.date())
    assert list(broken_chains(db_session)) == []


def test_back_and_forth_between_information_and_private_time(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    marieke = participant(case.id, case.people["marieke"])
    ask = Taking(Step.ASK_FOR_INFORMATION, reason="May the nurse come in the evening?")
    assert take_step(By(db_session, marieke, START), case.id, ask) is Phase.INFORMATION
    build.answer_family(db_session, cast, START, case)
    build.step(db_session, cast, START, case, Step.BEGIN_PRIVATE_TIME)
    assert take_step(By(db_session, marieke, START), case.id, Taking(Step.COME_OUT)) is Phase.PRESENTATION
    back = Taking(Step.GO_BACK, reason="The first bottom line is not met.")
    assert take_step(By(db_session, marieke, START), case.id, back) is Phase.PRIVATE_TIME
    told = [(row.why, row.ended_by, row.ended_for) for row in rounds(db_session, case.id)]
    assert told == [
        (None, Step.ASK_FOR_INFORMATION, "May the nurse come in the evening?"),
        (None, Step.COME_OUT, None),
        ("The first bottom line is not met.", None, None),
    ]


def test_no_plan_keeps_no_view(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    take_step(By(db_session, cast.noor, START), case.id, Taking(Step.NO_PLAN, reason="Omar and Linda do not agree."))
    change = history(db_session, case.id)[-1]
    assert (change.step, change.reason) == (Step.NO_PLAN, None)
    assert rounds(db_session, case.id)[-1].ended_for is None
    to_karim = OutboxMessage.key.like(f"%:{case.people['karim']}")
    subjects = db_session.scalars(select(OutboxMessage.subject).where(to_karim)).all()
    assert subjects == ["The conference ended without a plan"]


def test_stopping_asks_for_a_coded_reason(db_session: Session, cast: Cast) -> None:
    case = build.registered_case(db_session, cast, START)
    with pytest.raises(Refusal, match="Choose the reason"):
        take_step(By(db_session, cast.ruud, START), case.id, Taking(Step.STOP))
    stop = Taking(Step.STOP, stop_reason=StopReason.NETWORK_TOO_SMALL)
    assert take_step(By(db_session, cast.ruud, START), case.id, stop) is Phase.CLOSED
    conference = db_session.get_one(Conference, case.id)
    assert (conference.outcome, conference.stop_reason) == (Outcome.STOPPED, StopReason.NETWORK_TOO_SMALL)


def test_a_plan_without_a_conference_rests_on_no_bottom_line_the_family_does_not_know(
    db_session: Session, cast: Cast
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    line = BottomLineText(text="Somebody sleeps there.", set_by=case.people["karim"])
    add_bottom_line(By(db_session, cast.noor, START), case.id, line)
    at_home = Taking(Step.PLAN_WITHOUT_CONFERENCE, reason="They made it at home.")

    with pytest.raises(Blocked) as refused:
        take_step(By(db_session, cast.noor, START), case.id, at_home)

    assert [reason.guard for reason in refused.value.verdict.reasons] == ["bottom_lines_shared", "safety_decided"]


def test_an_override_is_written_down(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    build.change_details(db_session, cast, START, case, case.people["kees"], informed_on=None)
    with pytest.raises(Blocked):
        build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    why = {"everyone_informed": "Kees is at sea and hears it on the day."}
    take_step(By(db_session, cast.noor, START), case.id, Taking(Step.OPEN_CONFERENCE, overrides=why))
    assert history(db_session, case.id)[-1].overrides == why


def told(session: Session, case: build.Made) -> tuple[object, object]:
    """What the last step left: the overrides in the history, the details in the audit."""
    change = history(session, case.id)[-1]
    line = select(AuditEvent).where(AuditEvent.action == f"step.{change.step}").order_by(AuditEvent.seq.desc()).limit(1)
    return change.overrides, read_detail(session, session.scalars(line).one())


def test_no_words_are_kept_as_an_override_that_nobody_may_give(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    words = {guard.code: "Omar said terrible things." for guard in STEP_RULES[Step.NO_PLAN].guards} | {
        "made up": "Gran."
    }
    take_step(By(db_session, cast.noor, START), case.id, Taking(Step.NO_PLAN, overrides=words))
    assert told(db_session, case) == ({}, {"actor": cast.noor.actor.name})


def test_no_words_are_kept_about_what_stands_in_nobodys_way(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    words = {"everyone_informed": "Kees drinks.", "meeting_arranged": "Or so they say."}
    take_step(By(db_session, cast.noor, START), case.id, Taking(Step.OPEN_CONFERENCE, overrides=words))
    assert told(db_session, case) == ({}, {"actor": cast.noor.actor.name})


def test_of_a_stop_the_audit_keeps_the_code_of_its_reason_and_no_word(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    stop = Taking(Step.STOP, reason="Gran is ill.", stop_reason=StopReason.SITUATION_CHANGED)
    take_step(By(db_session, cast.noor, START), case.id, stop)
    assert told(db_session, case) == ({}, {"actor": cast.noor.actor.name, "reason": "situation_changed"})


def test_who_may_not_step(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    before = state(db_session)
    for stranger in (cast.denise, cast.iris, cast.mila, cast.bas, cast.nobody, participant(case.id, 999)):
        with pytest.raises(Unknown):
            take_step(By(db_session, stranger, START), case.id, Taking(Step.COME_OUT))
    with pytest.raises(NotNow):
        take_step(By(db_session, cast.ruud, START), case.id, Taking(Step.COME_OUT))
    assert state(db_session) == before


def test_a_page_that_is_behind(db_session: Session, cast: Cast) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    with pytest.raises(Stale):
        take_step(By(db_session, cast.noor, START), case.id, Taking(Step.NO_PLAN), seen_phase=Phase.PRIVATE_TIME)
    assert phase_of(db_session, case) is Phase.PRESENTATION


def test_two_clicks_at_once_make_one_move(engine: Engine, db_session: Session, cast: Cast) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    build.answer_plan(db_session, cast, START, case)
    db_session.rollback()
    answers: list[object] = []
    together = Barrier(2)

    def click() -> None:
        with make_sessions(engine)() as session:
            together.wait(10)
            try:
                answers.append(
                    take_step(
                        By(session, cast.noor, START), case.id, Taking(Step.AGREE_PLAN), seen_phase=Phase.PRESENTATION
                    )
                )
            except Stale as stale:
                answers.append(stale.message)

    clicks = [Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join(30)
    assert sorted(map(str, answers)) == [
        "Somebody else was first: the conference has moved on. Look where it is now.",
        "evaluation",
    ]
    db_session.rollback()
    assert db_session.scalars(select(func.count()).select_from(PlanVersion)).one() == 1
    assert [c.step for c in history(db_session, case.id)].count(Step.AGREE_PLAN) == 1


def test_steps_are_audited(db_session: Session, cast: Cast) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    actions = db_session.scalars(
        select(AuditEvent.action).where(AuditEvent.conference_id == case.id, AuditEvent.action.like("step.%"))
    ).all()
    taken = db_session.scalars(select(PhaseChange.step).order_by(PhaseChange.number)).all()
    assert sorted(actions) == sorted(f"step.{step}" for step in taken)
