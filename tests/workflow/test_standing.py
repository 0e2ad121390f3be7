"""What a step asked goes on being asked: each row stops what it says and nothing else, for whoever comes later too."""

from dataclasses import replace

import pytest

from ekc.workflow.blocker import GuardRule
from ekc.workflow.check import check_tables
from ekc.workflow.definition.rows import PHASES, STEPS
from ekc.workflow.engine import STEP_GUARDS, STEP_RULES, as_the_circle_reads, broken, judge, verdict_on
from ekc.workflow.facts import BottomLineFacts, Facts
from ekc.workflow.guards.coordinator import coordinator_confirmed
from ekc.workflow.guards.steps import (
    BOTTOM_LINES_SHARED,
    CONSENTS_VALID,
    COORDINATOR_CONFIRMED,
    COORDINATOR_INDEPENDENT,
    MAIN_PERSON_SAID_YES,
    SAFETY_DECIDED,
)
from ekc.workflow.independence import Conflict, Matter, Tie
from ekc.workflow.standing import NOT_YET_IN_ORDER, STANDING, StandingRule
from ekc.workflow.vocabulary import Agreed, Attends, Part, Phase, Role, Step, Variant, VoiceMatter
from tests.workflow.build import CHILD, MOTHER, READY, UNCLE, facts, person, with_people

#: Somebody who said yes to everything else.
_WITHOUT = {matter: {other: Agreed.YES for other in VoiceMatter if other is not matter} for matter in VoiceMatter}
LATER = person(20, Part.FAMILY)
AFTER_TAKING_ON = [Phase.SETUP, Phase.INFORMATION, Phase.PRESENTATION]
AFTER_OPENING = [Phase.INFORMATION, Phase.PRESENTATION]


def joined(**spoiled: object) -> Facts:
    """A case into which somebody came later."""
    return facts(people=(*READY.people, replace(LATER, **spoiled)))  # type: ignore[arg-type]


#: A case in which the condition of the row does not hold, by its guard.
BROKEN: dict[str, Facts] = {
    "main_person_said_yes": with_people(replace(MOTHER, voices=_WITHOUT[VoiceMatter.CONFERENCE])),
    "consents_valid": with_people(replace(MOTHER, consented=False)),
    "independence_declared": facts(coordinator=replace(READY.coordinator, declared=False)),
    "coordinator_confirmed": with_people(replace(MOTHER, voices=_WITHOUT[VoiceMatter.COORDINATOR])),
    "question_agreed": facts(question_agreed=False),
    "everyone_decided": joined(attends=None),
    "everyone_informed": joined(informed=False),
    "safety_asked": joined(said_safe=False),
    "safety_decided": with_people(replace(UNCLE, unmet_concerns=1)),
    "childrens_part_decided": joined(part=Part.CHILD, age=8, attends=None),
    "bottom_lines_shared": facts(bottom_lines=(BottomLineFacts(11, 1, shared=False, met=True),)),
    "coordinator_independent": facts(
        coordinator=replace(READY.coordinator, conflicts=(Conflict(Matter.EMPLOYER, "De Wilg", Tie.HELPS),))
    ),
}

#: What each condition stops, and in which phases it stands, written out.
STOPS: dict[str, tuple[list[Step], list[Phase]]] = {
    "main_person_said_yes": (
        [
            Step.OPEN_CONFERENCE,
            Step.BEGIN_PRIVATE_TIME,
            Step.AGREE_PLAN,
            Step.GO_BACK,
            Step.PLAN_WITHOUT_CONFERENCE,
        ],
        AFTER_TAKING_ON,
    ),
    "consents_valid": (
        [
            Step.OPEN_CONFERENCE,
            Step.BEGIN_PRIVATE_TIME,
            Step.AGREE_PLAN,
            Step.GO_BACK,
            Step.REVISE_PLAN,
            Step.PLAN_WITHOUT_CONFERENCE,
        ],
        [*AFTER_TAKING_ON, Phase.EVALUATION],
    ),
    "question_agreed": ([Step.BEGIN_PRIVATE_TIME, Step.GO_BACK], AFTER_OPENING),
    "everyone_decided": ([Step.BEGIN_PRIVATE_TIME, Step.GO_BACK], AFTER_OPENING),
    "everyone_informed": ([Step.BEGIN_PRIVATE_TIME, Step.GO_BACK], AFTER_OPENING),
    "safety_asked": ([Step.BEGIN_PRIVATE_TIME, Step.GO_BACK], AFTER_OPENING),
    "safety_decided": (
        [Step.BEGIN_PRIVATE_TIME, Step.AGREE_PLAN, Step.GO_BACK, Step.REVISE_PLAN],
        [*AFTER_OPENING, Phase.EVALUATION],
    ),
    "childrens_part_decided": ([Step.BEGIN_PRIVATE_TIME, Step.GO_BACK], AFTER_OPENING),
    "bottom_lines_shared": ([Step.BEGIN_PRIVATE_TIME, Step.AGREE_PLAN, Step.GO_BACK], AFTER_OPENING),
    "coordinator_independent": (
        [
            Step.OPEN_CONFERENCE,
            Step.BEGIN_PRIVATE_TIME,
            Step.AGREE_PLAN,
            Step.REVISE_PLAN,
            Step.CLOSE,
            Step.PLAN_WITHOUT_CONFERENCE,
            Step.NO_PLAN,
            Step.NO_NEW_PLAN,
        ],
        [*AFTER_TAKING_ON[:2], Phase.PRIVATE_TIME, Phase.PRESENTATION, Phase.EVALUATION],
    ),
}
STOPS["independence_declared"] = STOPS["coordinator_confirmed"] = STOPS["main_person_said_yes"]


def test_every_row_is_told_here() -> None:
    codes = [row.guard.code for row in STANDING]
    assert sorted(codes) == sorted(BROKEN) == sorted(STOPS)


@pytest.mark.parametrize("row", STANDING, ids=lambda row: row.guard.code)
def test_what_does_not_hold_stops_what_the_row_says_and_nothing_else(row: StandingRule) -> None:
    code = row.guard.code
    stopped = [
        (rule.step, phase)
        for rule in STEPS
        for phase in rule.sources
        if code in {one.guard for one in judge(rule, replace(BROKEN[code], phase=phase), rule.who).reasons}
        and rule.step not in row.since
    ]
    steps, phases = STOPS[code]
    assert stopped == [(rule.step, source) for rule in STEPS if rule.step in steps for source in rule.sources]
    assert {phase for _, phase in stopped} == set(phases) == row.phases


@pytest.mark.parametrize("row", STANDING, ids=lambda row: row.guard.code)
def test_what_does_not_hold_is_seen_in_each_phase_in_which_it_stands(row: StandingRule) -> None:
    code = row.guard.code
    seen = {
        phase for phase in Phase if code in {one.rule.guard.code for one in broken(replace(BROKEN[code], phase=phase))}
    }
    assert seen == row.phases
    assert [one.rule.guard.code for phase in Phase for one in broken(replace(READY, phase=phase))] == []


@pytest.mark.parametrize("row", STANDING, ids=lambda row: row.guard.code)
def test_every_way_into_private_time_is_stopped_alike(row: StandingRule) -> None:
    """But for what ties the coordinator: going back is the family's own (ADR 14)."""
    ways = {rule.step for rule in STEPS if rule.target is Phase.PRIVATE_TIME}
    kept = ways & row.stops
    assert kept == ({Step.BEGIN_PRIVATE_TIME} if row.guard is COORDINATOR_INDEPENDENT else ways)


@pytest.mark.parametrize("row", STANDING, ids=lambda row: row.guard.code)
def test_nobody_is_ever_locked_in(row: StandingRule) -> None:
    """Whatever does not hold: the family comes out, asks, goes on another day; whoever may stop, stops."""
    case = BROKEN[row.guard.code]
    for step in (Step.COME_OUT, Step.ASK_FOR_INFORMATION, Step.ANOTHER_DAY, Step.STOP, Step.STOP_ROUND, Step.RECONVENE):
        for phase in STEP_RULES[step].sources:
            for role in STEP_RULES[step].who:
                in_force = bool(STEP_RULES[step].in_force)
                verdict = verdict_on(step, replace(case, phase=phase, in_force=in_force), {role})
                assert verdict is not None
                assert verdict.allowed


@pytest.mark.parametrize("phase", AFTER_TAKING_ON)
def test_a_child_who_comes_later_or_comes_of_age_is_asked(phase: Phase) -> None:
    for late in (replace(LATER, part=Part.CHILD, age=14), replace(CHILD, id=20, age=12)):
        case = facts(phase=phase, people=(*READY.people, replace(late, consented=False)))
        assert [one.rule.guard for one in broken(case)] == [CONSENTS_VALID]
        assert broken(replace(case, people=READY.people)) == ()
    younger = facts(phase=phase, people=(*READY.people, replace(LATER, part=Part.CHILD, age=11, consented=False)))
    assert broken(younger) == ()


def test_what_only_the_opening_asks_does_not_stand_without_a_conference() -> None:
    case = facts(phase=Phase.PRESENTATION, without_conference=True, question_agreed=False)
    silent = replace(MOTHER, voices=_WITHOUT[VoiceMatter.CONFERENCE])
    untold = replace(UNCLE, informed=False, attends=Attends.IN_PERSON, unmet_concerns=1)
    case = replace(case, people=(silent, untold), bottom_lines=(BottomLineFacts(1, 1, shared=False, met=True),))
    assert [one.rule.guard for one in broken(case)] == [
        MAIN_PERSON_SAID_YES,
        SAFETY_DECIDED,
        BOTTOM_LINES_SHARED,
    ]


def test_whoever_can_mend_it_is_told() -> None:
    case = replace(with_people(replace(MOTHER, voices={})), phase=Phase.SETUP)
    told = {role: [one.rule.guard.code for one in broken(case, {role})] for role in Role}
    assert {role: codes for role, codes in told.items() if codes} == {
        Role.MAIN_PERSON: ["main_person_said_yes", "coordinator_confirmed"],
        Role.COORDINATOR: ["main_person_said_yes", "coordinator_confirmed"],
        Role.REGIONAL_MANAGER: ["coordinator_confirmed"],
    }


def test_what_may_be_overridden_where_it_is_asked_may_be_overridden_later() -> None:
    begin = STEP_RULES[Step.BEGIN_PRIVATE_TIME]
    case = replace(BROKEN["everyone_informed"], phase=Phase.INFORMATION)
    verdict = judge(begin, case, {Role.COORDINATOR})
    assert (verdict.allowed, verdict.overridable) == (False, True)
    assert judge(begin, case, {Role.COORDINATOR}, frozenset({"everyone_informed"})).allowed
    safety = replace(BROKEN["safety_decided"], phase=Phase.INFORMATION)
    assert not judge(begin, safety, frozenset(Role), frozenset({"safety_decided"})).allowed
    back = verdict_on(
        Step.GO_BACK, replace(case, phase=Phase.PRESENTATION), {Role.GROWN_UP_IN_ROOM}, frozenset({"everyone_informed"})
    )
    assert back is not None
    assert not back.allowed


def test_the_circle_reads_that_something_is_not_in_order_and_not_whose() -> None:
    case = replace(
        with_people(replace(MOTHER, consented=False), replace(UNCLE, unmet_concerns=1, informed=False)),
        phase=Phase.PRESENTATION,
        without_conference=True,
        coordinator=BROKEN["coordinator_independent"].coordinator,
    )
    back = judge(STEP_RULES[Step.GO_BACK], case, {Role.FAMILY})
    assert [reason.blocker.message for reason in as_the_circle_reads(back).reasons] == [
        "This plan was made without a conference. To hold one, choose: go on another day",
        NOT_YET_IN_ORDER,
    ]
    revise = judge(STEP_RULES[Step.REVISE_PLAN], replace(case, phase=Phase.EVALUATION), {Role.CONVENOR})
    assert [reason.blocker.message for reason in as_the_circle_reads(revise).reasons] == [
        NOT_YET_IN_ORDER,
        "%(name)s works for %(agency)s, whose people take part as professionals",
    ]


CONFIRMED = next(row for row in STANDING if row.guard is COORDINATOR_CONFIRMED)
MANAGERS = GuardRule(coordinator_confirmed, "Confirmed", override=frozenset({Role.REGIONAL_MANAGER}))


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (replace(CONFIRMED, guard=GuardRule(coordinator_confirmed)),
         "coordinator_confirmed stands and has no line that says what"),
        (replace(CONFIRMED, since=frozenset()), "coordinator_confirmed stands since no step"),
        (replace(CONFIRMED, since=frozenset({Step.CLOSE})),
         "coordinator_confirmed stands since close, which does not ask it"),
        (replace(CONFIRMED, mended_by=frozenset()), "coordinator_confirmed stands and nobody mends it"),
        (replace(CONFIRMED, stops=CONFIRMED.stops | {Step.TAKE_ON}, phases=CONFIRMED.phases | {Phase.REGISTRATION}),
         "take_on asks coordinator_confirmed itself and is stopped by it as well"),
        (replace(CONFIRMED, stops=CONFIRMED.stops | {Step.CLOSE}),
         "coordinator_confirmed stops close, which is never taken where it stands"),
        (replace(CONFIRMED, stops=CONFIRMED.stops - {Step.OPEN_CONFERENCE, Step.PLAN_WITHOUT_CONFERENCE}),
         "coordinator_confirmed stands in setup and stops nothing there"),
        (replace(CONFIRMED, stops=CONFIRMED.stops | {Step.COME_OUT}, phases=CONFIRMED.phases | {Phase.PRIVATE_TIME}),
         "coordinator_confirmed stops come_out, which protects people"),
        (replace(CONFIRMED, stops=CONFIRMED.stops | {Step.STOP}),
         "coordinator_confirmed stops stop, which protects people"),
        (replace(CONFIRMED, guard=MANAGERS, stops=frozenset({Step.OPEN_CONFERENCE}), phases=frozenset({Phase.SETUP})),
         "coordinator_confirmed is overridden by somebody who never takes open_conference"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_is_refused(row: StandingRule, complaint: str) -> None:
    planted = tuple(row if one is CONFIRMED else one for one in STANDING)
    with pytest.raises(ValueError) as refusal:
        check_tables(standing=planted)
    assert complaint in str(refusal.value).split("; ")


def test_two_rows_of_one_condition_and_a_step_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError) as refusal:
        check_tables(standing=(*STANDING, CONFIRMED))
    assert str(refusal.value) == "2 rows say since when coordinator_confirmed stands"
    without = tuple(rule for rule in STEPS if rule.step is not Step.GO_BACK)
    with pytest.raises(ValueError, match="coordinator_confirmed stops go_back, which is no step"):
        check_tables(steps=without)


def test_no_line_is_ticked_in_a_case_of_which_nothing_is_known() -> None:
    """A tick needs a fact under it, in each phase."""
    ticked = {}
    for rule in PHASES:
        guards = [guard for step in rule.checklist for guard in STEP_GUARDS[step]]
        ticked[rule.phase] = {
            guard.code
            for guard in guards
            for variant in guard.variants & {Variant.FAMILY} or guard.variants
            for case in [Facts(phase=rule.phase, today=READY.today, variant=variant)]
            if guard.line and not [*(guard.first(case) if guard.first else ()), *guard.check(case)]
        }
    assert {phase: codes for phase, codes in ticked.items() if codes} == {}


def test_no_step_asks_a_condition_twice() -> None:
    for guards in STEP_GUARDS.values():
        codes = [guard.code for guard in guards]
        assert len(codes) == len(set(codes))
