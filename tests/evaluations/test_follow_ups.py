"""Follow-ups: when they are planned, their states, what may be recorded and by whom."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Participant
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.evaluations import queries
from ekc.evaluations.actions import FollowUpReport, give_up, plan_evaluation, record_follow_up, tick
from ekc.evaluations.models import ActionCheck, FollowUp, FollowUpPresence, FollowUpState, GoalScore, Mark
from ekc.evaluations.queries import FollowUpRecord, FollowUpRow, FollowUpStatus
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.vocabulary import ActionState, Step
from tests.cast import Cast, participant
from tests.clock import START
from tests.evaluations.agreed import CALL_AND_EVALUATION, agreed_case, revise
from tests.tasks import own_tasks

AGREED = START.date()
CALL_DUE = AGREED + timedelta(days=28)
EVALUATION_DUE = date(2026, 7, 11)
LATER = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
#: Nothing of these is open in the cases here.
OTHER = frozenset(FollowUpKind) - CALL_AND_EVALUATION


def one(session: Session, follow_up_id: int, case_id: int, today: date) -> FollowUpRow:
    return next(row for row in queries.follow_ups(session, case_id, today) if row.id == follow_up_id)


def states(session: Session, case_id: int, today: date) -> list[tuple[FollowUpKind, int, date, FollowUpState]]:
    rows = queries.follow_ups(session, case_id, today)
    return [(row.kind, row.version_number, row.due_on, row.state) for row in rows]


@pytest.mark.parametrize(
    ("day", "call"),
    [
        (CALL_DUE - timedelta(days=1), FollowUpState.PLANNED),
        (CALL_DUE, FollowUpState.DUE),
        (CALL_DUE + timedelta(days=14), FollowUpState.DUE),
        (CALL_DUE + timedelta(days=15), FollowUpState.LATE),
    ],
)
def test_a_call_is_due_after_28_days_and_late_after_two_more_weeks(
    db_session: Session, cast: Cast, day: date, call: FollowUpState
) -> None:
    case = agreed_case(db_session, cast, START)

    assert states(db_session, case.id, day) == [
        (FollowUpKind.CALL, 1, CALL_DUE, call),
        (FollowUpKind.EVALUATION, 1, EVALUATION_DUE, FollowUpState.PLANNED),
    ]
    evaluation = one(db_session, case.evaluation, case.id, day)
    assert evaluation.starts_at == datetime(2026, 7, 11, 12, 0, tzinfo=UTC)
    assert evaluation.place == "at Kees's"


def test_a_revised_plan_gets_a_new_evaluation_and_no_second_call(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    next_year = datetime(2027, 1, 9, 11, 0)  # noqa: DTZ001 - local, as people agree it

    revise(db_session, case, LATER, next_year, Step.REVISE_PLAN)

    assert states(db_session, case.id, CALL_DUE) == [
        (FollowUpKind.CALL, 1, CALL_DUE, FollowUpState.DUE),
        (FollowUpKind.EVALUATION, 2, next_year.date(), FollowUpState.PLANNED),
        (FollowUpKind.EVALUATION, 1, EVALUATION_DUE, FollowUpState.GIVEN_UP),
    ]
    assert one(db_session, case.evaluation, case.id, CALL_DUE).given_up_reason == "A new version of the plan was agreed"


def test_each_round_is_settled_for_itself(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    assert queries.follow_up_status(db_session, case.id) == FollowUpStatus(OTHER)

    report = FollowUpReport(held_on=EVALUATION_DUE, found="Goes well", wants_new_version=True)
    record_follow_up(By(db_session, cast.noor, LATER), case.id, case.evaluation, report)
    assert queries.follow_up_status(db_session, case.id) == FollowUpStatus(
        OTHER | {FollowUpKind.EVALUATION}, True, True
    )
    give_up(By(db_session, cast.noor, LATER), case.id, case.call, "Nobody answered three times")
    assert queries.follow_up_status(db_session, case.id) == FollowUpStatus(frozenset(FollowUpKind), True, True)

    revise(db_session, case, LATER, datetime(2027, 1, 9, 11, 0), Step.REVISE_PLAN)  # noqa: DTZ001
    assert queries.follow_up_status(db_session, case.id) == FollowUpStatus(OTHER | {FollowUpKind.CALL})

    revise(db_session, case, LATER, datetime(2027, 3, 9, 11, 0), Step.AGREE_PLAN)  # noqa: DTZ001 - a second round
    assert queries.follow_up_status(db_session, case.id) == FollowUpStatus()


def test_a_kind_that_the_round_did_not_plan_does_not_hold_up_closing(db_session: Session, cast: Cast) -> None:
    """As in a case agreed before that kind existed. A case without any follow-up is not settled."""
    case = agreed_case(db_session, cast, START)
    with writing(db_session):
        db_session.execute(delete(FollowUp).where(FollowUp.id == case.evaluation))
    assert queries.follow_up_status(db_session, case.id).kinds == set(FollowUpKind) - {FollowUpKind.CALL}

    with writing(db_session):
        db_session.execute(delete(FollowUp).where(FollowUp.conference_id == case.id))
    assert queries.follow_up_status(db_session, case.id).kinds == set()


def test_what_was_found_is_kept_and_can_be_corrected(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    omar = participant(case.id, case.omar)
    first = FollowUpReport(
        held_on=EVALUATION_DUE,
        held_by="Omar",
        actions={case.nights: ActionState.DONE, case.school: ActionState.NOT_YET},
        present=frozenset({case.omar, case.karim}),
        goals={1: 1, 2: -2},
        marks={case.marieke: 8, case.karim: 7},
        unnamed_marks=(9, 8, 8, 9, 8),
        decision="The plan goes on.",
    )
    record_follow_up(By(db_session, omar, LATER), case.id, case.evaluation, first)

    assert queries.follow_up_records(db_session, [case.evaluation])[case.evaluation] == FollowUpRecord(
        actions={case.nights: ActionState.DONE, case.school: ActionState.NOT_YET},
        present=tuple(sorted((case.omar, case.karim))),
        goals={1: 1, 2: -2},
        marks={case.marieke: 8, case.karim: 7},
        unnamed=(9, 8, 8, 9, 8),
    )

    second = FollowUpReport(held_on=EVALUATION_DUE, actions={case.nights: ActionState.PARTLY}, marks={case.marieke: 0})
    record_follow_up(By(db_session, cast.noor, LATER), case.id, case.evaluation, second)

    assert queries.follow_up_records(db_session, [case.evaluation])[case.evaluation] == FollowUpRecord(
        actions={case.nights: ActionState.PARTLY}, marks={case.marieke: 0}
    )
    row = one(db_session, case.evaluation, case.id, LATER.date())
    assert (row.state, row.held_by, row.decision) == (FollowUpState.HELD, "", "")


def test_a_report_that_makes_no_sense_changes_nothing(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    other = agreed_case(db_session, cast, START)
    day = EVALUATION_DUE

    def refused(follow_up: int, report: FollowUpReport, error: type[Refusal] = Refusal) -> None:
        with pytest.raises(error):
            record_follow_up(By(db_session, cast.noor, LATER), case.id, follow_up, report)

    refused(case.evaluation, FollowUpReport(held_on=LATER.date() + timedelta(days=1)))
    refused(case.evaluation, FollowUpReport(held_on=AGREED - timedelta(days=1)))
    refused(case.evaluation, FollowUpReport(held_on=day, goals={1: 3}))
    refused(case.evaluation, FollowUpReport(held_on=day, unnamed_marks=(11,)))
    refused(case.call, FollowUpReport(held_on=day, marks={case.omar: 8}))
    refused(case.call, FollowUpReport(held_on=day, unnamed_marks=(8,)))
    refused(case.call, FollowUpReport(held_on=day, present=frozenset({case.omar})))
    refused(case.call, FollowUpReport(held_on=day, goals={1: 0}))
    refused(case.call, FollowUpReport(held_on=day, wants_new_version=True))
    refused(case.evaluation, FollowUpReport(held_on=day, goals={3: 0}), Unknown)
    refused(case.evaluation, FollowUpReport(held_on=day, actions={"a99": ActionState.DONE}), Unknown)
    refused(case.evaluation, FollowUpReport(held_on=day, marks={other.omar: 8}), Unknown)
    refused(case.evaluation, FollowUpReport(held_on=day, present=frozenset({other.omar})), Unknown)
    refused(other.evaluation, FollowUpReport(held_on=day), Unknown)

    for table in (ActionCheck, FollowUpPresence, GoalScore, Mark):
        assert db_session.scalar(select(func.count()).select_from(table)) == 0
    assert queries.follow_up_status(db_session, case.id) == FollowUpStatus(OTHER)


def test_only_the_coordinator_and_the_convenor_record(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    report = FollowUpReport(held_on=EVALUATION_DUE)

    for visitor in (cast.denise, cast.ruud, cast.mila, cast.bas, participant(case.id, case.yara)):
        with pytest.raises(Unknown):
            record_follow_up(By(db_session, visitor, LATER), case.id, case.evaluation, report)
        with pytest.raises(Unknown):
            give_up(By(db_session, visitor, LATER), case.id, case.evaluation, "No time")


def test_what_was_held_cannot_be_given_up(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    record_follow_up(By(db_session, cast.noor, LATER), case.id, case.call, FollowUpReport(held_on=CALL_DUE))

    with pytest.raises(Refusal, match="was held"):
        give_up(By(db_session, cast.noor, LATER), case.id, case.call, "No time")
    with pytest.raises(Refusal, match="few words"):
        give_up(By(db_session, cast.noor, LATER), case.id, case.evaluation, "  ")


def test_one_more_evaluation_keeps_the_case_open(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    record_follow_up(By(db_session, cast.noor, LATER), case.id, case.evaluation, FollowUpReport(held_on=EVALUATION_DUE))

    plan_evaluation(By(db_session, cast.noor, LATER), case.id, date(2026, 10, 10), "at Kees's")

    assert queries.follow_up_status(db_session, case.id) == FollowUpStatus(OTHER, evaluation_held=True)
    with pytest.raises(Refusal, match="has passed"):
        plan_evaluation(By(db_session, cast.noor, LATER), case.id, date(2026, 7, 31))


def test_the_next_evaluation_is_within_the_limit_of_the_country(db_session: Session, cast: Cast) -> None:
    """Six months in New Zealand as long as it is not known how old the main person is; nothing limits it elsewhere."""
    case = agreed_case(db_session, cast, START, profile="nz")
    born = {row.id: row for row in db_session.scalars(select(Participant))}
    said = []
    for day in (date(2031, 1, 1), date(2027, 2, 2), date(2027, 2, 1)):
        try:
            plan_evaluation(By(db_session, cast.noor, LATER), case.id, day)
        except Refusal as refusal:
            said.append((refusal.message % refusal.params).partition(": it is")[0])
    assert said == ["The evaluation must be on 2027-02-01 at the latest, as for a young child"] * 2

    for row in born.values():
        row.born = date(1984, 5, 6)
    db_session.commit()
    plan_evaluation(By(db_session, cast.noor, LATER), case.id, date(2027, 8, 1))
    with pytest.raises(Refusal, match=r"at the latest$"):
        plan_evaluation(By(db_session, cast.noor, LATER), case.id, date(2027, 8, 2))


def test_a_coordinator_hears_of_what_is_due_in_their_own_cases(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    agreed_case(db_session, cast, START)
    assert cast.noor.account_id
    assert cast.denise.account_id

    give_up(By(db_session, cast.noor, LATER), case.id, case.call, "Nobody answered")
    due = queries.due_follow_ups(db_session, cast.noor.account_id, CALL_DUE)

    assert [(row.kind, row.state, row.conference_id == case.id) for row in due] == [
        (FollowUpKind.CALL, FollowUpState.DUE, False)
    ]
    assert queries.due_follow_ups(db_session, cast.denise.account_id, CALL_DUE) == ()


def test_people_tick_off_their_own_tasks_alone(db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    omar = participant(case.id, case.omar)

    tick(By(db_session, omar, START), case.id, case.nights, ActionState.NOT_YET)
    tick(By(db_session, omar, LATER), case.id, case.nights, ActionState.DONE)
    tick(By(db_session, participant(case.id, case.karim), LATER), case.id, case.school, ActionState.PARTLY)

    tasks = own_tasks(db_session, case.id, case.omar)
    assert [(task.number, task.action.key, task.state) for task in tasks] == [
        ("1.1", case.nights, ActionState.DONE),
        ("2.1", case.school, None),
    ]
    assert queries.task_ticks(db_session, case.id, 1) == {
        case.nights: {case.omar: ActionState.DONE},
        case.school: {case.karim: ActionState.PARTLY},
    }
    for visitor, key in ((omar, case.roster), (omar, "a99"), (cast.noor, case.nights)):
        with pytest.raises(Unknown):
            tick(By(db_session, visitor, LATER), case.id, key, ActionState.DONE)
