"""The judge: every reason, override only by whoever the table names, nothing for whoever has no step."""

from dataclasses import replace

import pytest

from ekc.workflow.definition.kinds import StepRule
from ekc.workflow.definition.rows import STEPS
from ekc.workflow.ends.rows import END_OF_STEP
from ekc.workflow.engine import STEP_RULES, diagram, ever_may, in_room, judge, may, steps_from, verdict_on, why_not
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import Activity, Phase, Role, Step
from tests.workflow.build import NURSE, READY, UNCLE, facts, with_people

COORDINATOR = frozenset({Role.COORDINATOR})
CONFERENCE = (Phase.SETUP, Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION)
BEGIN = STEP_RULES[Step.BEGIN_PRIVATE_TIME]
SPOILED = replace(
    with_people(replace(UNCLE, in_room=False), replace(NURSE, in_room=True)),
    phase=Phase.INFORMATION,
    told=frozenset(),
    open_questions=2,
)


def test_every_reason_is_told_at_once() -> None:
    verdict = judge(BEGIN, SPOILED, COORDINATOR)
    assert [(reason.guard, reason.may_override) for reason in verdict.reasons] == [
        ("information_told", False),
        ("information_told", False),
        ("information_told", False),
        ("questions_answered", True),
        ("professionals_left", False),
    ]
    assert (verdict.allowed, verdict.overridable) == (False, False)


def test_override_takes_away_the_named_guard_alone() -> None:
    case = facts(phase=Phase.INFORMATION, open_questions=1, told=SPOILED.told)
    verdict = judge(BEGIN, case, COORDINATOR, frozenset({"questions_answered"}))
    assert {reason.guard for reason in verdict.reasons} == {"information_told"}


def test_what_may_be_overridden_is_offered() -> None:
    verdict = judge(BEGIN, facts(open_questions=1), COORDINATOR)
    assert (verdict.allowed, verdict.overridable) == (False, True)
    assert judge(BEGIN, facts(open_questions=1), COORDINATOR, frozenset({"questions_answered"})).allowed


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_nobody_else_overrides(role: Role) -> None:
    verdict = judge(
        STEP_RULES[Step.BEGIN_PRIVATE_TIME], facts(open_questions=1), {role}, frozenset({"questions_answered"})
    )
    assert [(reason.guard, reason.may_override) for reason in verdict.reasons] == [("questions_answered", False)]


def test_what_nobody_may_override_stays() -> None:
    verdict = judge(
        STEP_RULES[Step.BEGIN_PRIVATE_TIME], facts(told=frozenset()), frozenset(Role), frozenset({"information_told"})
    )
    assert len(verdict.reasons) == 3


@pytest.mark.parametrize("rule", STEPS)
def test_a_case_in_which_all_is_well_takes_every_step(rule: StepRule) -> None:
    for source in rule.sources:
        for role in rule.who:
            case = replace(READY, phase=source, in_force=bool(rule.in_force))
            verdict = verdict_on(rule.step, case, {role})
            assert verdict is not None
            assert verdict.allowed
            other = replace(case, in_force=not case.in_force)
            assert (verdict_on(rule.step, other, {role}) is None) == (rule.in_force is not None)


def test_a_round_ends_where_a_plan_is_in_force_and_a_case_where_none_is() -> None:
    def ends(phase: Phase, in_force: bool) -> set[Step]:
        found = steps_from(phase, {Role.COORDINATOR}, in_force)
        return {rule.step for rule in found if rule.step in END_OF_STEP} - {Step.ANOTHER_DAY, Step.MAIN_PERSON_GONE}

    assert {phase: (ends(phase, False), ends(phase, True)) for phase in CONFERENCE} == {
        Phase.SETUP: ({Step.STOP, Step.PLAN_WITHOUT_CONFERENCE}, {Step.STOP_ROUND, Step.PLAN_WITHOUT_CONFERENCE}),
        Phase.INFORMATION: (set(), {Step.NO_NEW_PLAN}),
        Phase.PRIVATE_TIME: ({Step.NO_PLAN}, {Step.NO_NEW_PLAN}),
        Phase.PRESENTATION: ({Step.NO_PLAN}, {Step.NO_NEW_PLAN}),
    }


@pytest.mark.parametrize("phase", Phase)
def test_no_role_no_steps(phase: Phase) -> None:
    assert steps_from(phase, ()) == ()
    assert steps_from(phase, {Role.CARE_MANAGER, Role.ADMINISTRATOR, Role.SUPPORTER, Role.CHILD}) == ()
    assert verdict_on(Step.STOP, replace(READY, phase=phase), ()) is None


@pytest.mark.parametrize("activity", Activity)
def test_no_role_no_activity(activity: Activity) -> None:
    outsiders = {Role.CARE_MANAGER, Role.ADMINISTRATOR}
    assert not ever_may(activity, outsiders)
    assert [phase for phase in Phase if may(activity, phase, outsiders)] == []


def test_ever_may_is_may_in_some_phase() -> None:
    for activity in Activity:
        for role in Role:
            can_be = {role, *in_room({role})}
            held = any(may(activity, phase, can_be, in_force) for phase in Phase for in_force in (False, True))
            assert ever_may(activity, {role}) == held


def test_a_plan_in_force_goes_on_in_a_new_round() -> None:
    def added(activity: Activity, role: Role) -> set[Phase]:
        when = {in_force: {p for p in Phase if may(activity, p, {role}, in_force)} for in_force in (False, True)}
        assert when[False] <= when[True]
        return when[True] - when[False]

    again = {Phase.SETUP, Phase.INFORMATION, Phase.PRESENTATION}
    assert [added(Activity.TICK_OFF, role) for role in (Role.FAMILY, Role.SUPPORTER, Role.PROFESSIONAL)] == [again] * 3
    assert [added(Activity.FOLLOW_UP, role) for role in (Role.COORDINATOR, Role.CONVENOR)] == [again] * 2
    assert added(Activity.SEE_FOLLOW_UPS, Role.CONVENOR) == again | {Phase.PRIVATE_TIME}
    assert added(Activity.SEE_VERSIONS, Role.FAMILY) == {Phase.SETUP, Phase.INFORMATION, Phase.PRIVATE_TIME}
    outside = {Role.COORDINATOR, Role.REGIONAL_MANAGER, Role.PLAN_READER, Role.PART_READER, Role.PROFESSIONAL}
    for activity in Activity:
        for role in outside:
            assert Phase.PRIVATE_TIME not in added(activity, role)


def test_a_step_from_another_phase_is_no_step() -> None:
    assert verdict_on(Step.AGREE_PLAN, replace(READY, phase=Phase.INFORMATION), COORDINATOR) is None


def test_the_page_shows_what_the_request_is_answered_with() -> None:
    for phase in Phase:
        case: Facts = replace(SPOILED, phase=phase)
        for role in Role:
            assert why_not(case, {role}) == tuple(
                verdict
                for step in (rule.step for rule in STEPS)
                if (verdict := verdict_on(step, case, {role})) is not None
            )


def test_in_private_time_a_coordinator_only_says_that_the_family_called() -> None:
    assert [(rule.step, bool(rule.called_in)) for rule in steps_from(Phase.PRIVATE_TIME, COORDINATOR)] == [
        (Step.COME_OUT, True),
        (Step.ASK_FOR_INFORMATION, True),
        (Step.ANOTHER_DAY, True),
        (Step.NO_PLAN, True),
    ]
    assert {activity for activity in Activity if may(activity, Phase.PRIVATE_TIME, COORDINATOR)} == {
        Activity.SEE_CASE,
        Activity.TAKE_STEP,
    }


def test_the_way_that_most_cases_go_is_what_is_shown_first() -> None:
    assert [rule.step for rule in STEPS if not rule.rare] == [
        Step.TAKE_ON,
        Step.OPEN_CONFERENCE,
        Step.BEGIN_PRIVATE_TIME,
        Step.COME_OUT,
        Step.ASK_FOR_INFORMATION,
        Step.AGREE_PLAN,
        Step.CLOSE,
    ]


def test_which_steps_ask_for_a_date_for_another_conference_or_whether_it_feels_safe() -> None:
    assert [rule.step for rule in STEPS if rule.asks_date] == [Step.ANOTHER_DAY]
    assert [rule.step for rule in STEPS if rule.asks_other] == [Step.REGISTERED_TWICE]
    assert [rule.step for rule in STEPS if rule.asks_safe] == [
        Step.ANOTHER_DAY,
        Step.RECONVENE,
        Step.STOP,
        Step.STOP_ROUND,
    ]


def test_the_diagram_draws_every_step_from_every_phase() -> None:
    arrows = [line for line in diagram().splitlines() if " --> " in line and "[*]" not in line]
    assert len(arrows) == sum(len(rule.sources) for rule in STEPS)
    assert "    setup --> information : Open the conference" in arrows
    assert "    evaluation --> evaluation : Agree a new version of the plan" in arrows
