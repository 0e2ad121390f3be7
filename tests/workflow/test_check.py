"""Tables that contradict themselves are refused at start, each contradiction by name; every word is used."""

import inspect
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from ekc.workflow import guards
from ekc.workflow.activities import ACTIVITIES, ActivityRule
from ekc.workflow.blocker import GuardRule
from ekc.workflow.check import check_tables
from ekc.workflow.definition.kinds import PhaseRule, ReasonKind, StepRule
from ekc.workflow.definition.rows import PHASES, STEPS
from ekc.workflow.ends.kinds import End
from ekc.workflow.ends.rows import END_RULES, ENDS
from ekc.workflow.engine import ACTIVITY_RULES, STEP_RULES
from ekc.workflow.follow_ups import FOLLOW_UPS
from ekc.workflow.guards.coordinator import coordinator_accepted, coordinator_independent
from ekc.workflow.handbook import handbook
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.owed.rows import NOTICES
from ekc.workflow.vocabulary import Activity, Effect, Phase, Remedy, Role, Step

ROOT = Path(__file__).parents[2]
#: The modules of the guards.
GUARDS = tuple(import_module(f"{guards.__name__}.{one.name}") for one in iter_modules(guards.__path__))


def steps(*changed: StepRule) -> tuple[StepRule, ...]:
    """The steps with these in place of those of the same name."""
    by_step = {rule.step: rule for rule in changed}
    return tuple(by_step.get(rule.step, rule) for rule in STEPS)


def activities(*changed: ActivityRule) -> tuple[ActivityRule, ...]:
    """The activities with these in place of those of the same name."""
    by_activity = {rule.activity: rule for rule in changed}
    return tuple(by_activity.get(rule.activity, rule) for rule in ACTIVITIES)


def test_our_tables_hold_together() -> None:
    check_tables()


ROOM = next(rule for rule in PHASES if rule.phase is Phase.PRIVATE_TIME)
TAKE_ON = STEP_RULES[Step.TAKE_ON]
MANAGERS_OVERRIDE = GuardRule(coordinator_accepted, "A coordinator", frozenset({Role.REGIONAL_MANAGER}))
SILENT = GuardRule(coordinator_accepted, override=TAKE_ON.who)
BARE = GuardRule(coordinator_independent)
SEE_PLAN = ACTIVITY_RULES[Activity.SEE_PLAN]
TAKE_STEP = ACTIVITY_RULES[Activity.TAKE_STEP]


@pytest.mark.parametrize(
    ("phases", "planted", "allowed", "complaint"),
    [
        (PHASES[1:], STEPS, ACTIVITIES, "0 rules for registration"),
        (PHASES, STEPS, (*ACTIVITIES, SEE_PLAN), "2 rules for see_plan"),
        (PHASES, (*STEPS, TAKE_ON), ACTIVITIES, "2 rules for take_on"),
        (PHASES, steps(replace(TAKE_ON, guards=(*TAKE_ON.guards[:2], MANAGERS_OVERRIDE, *TAKE_ON.guards[3:]))),
         ACTIVITIES, "coordinator_accepted is overridden by somebody who never takes take_on"),
        (PHASES, steps(replace(TAKE_ON, guards=(*TAKE_ON.guards[:2], SILENT, *TAKE_ON.guards[3:]))), ACTIVITIES,
         "coordinator_accepted can be overridden and has no line that says what"),
        (PHASES, steps(replace(STEP_RULES[Step.CLOSE], guards=(BARE,))), ACTIVITIES,
         "coordinator_independent is another rule in close"),
        (PHASES, steps(replace(TAKE_ON, reason=ReasonKind.TEXT)), ACTIVITIES,
         "take_on asks for a reason without a question, or has a question without a reason"),
        (PHASES, steps(replace(STEP_RULES[Step.COME_OUT], called_in="")), ACTIVITIES,
         "come_out does not say that the family called the coordinator in"),
        (tuple(replace(ROOM, room=ROOM.room | {Role.COORDINATOR}) if rule is ROOM else rule for rule in PHASES), STEPS,
         ACTIVITIES, "private time is not the family's own"),
        (PHASES, STEPS, activities(replace(SEE_PLAN, grants=SEE_PLAN.grants | {Role.COORDINATOR: frozenset(Phase)})),
         "see_plan is open to coordinator in private time; "
         "see_plan shows bottom_lines to coordinator in private_time, who does not see it then"),
        (PHASES, STEPS, activities(replace(SEE_PLAN, in_force={Role.COORDINATOR: frozenset({Phase.PRIVATE_TIME})})),
         "see_plan is open to coordinator in private time; "
         "see_plan shows bottom_lines to coordinator in private_time, who does not see it then"),
        (PHASES, STEPS, activities(replace(TAKE_STEP, grants=TAKE_STEP.grants | {Role.SUPPORTER: frozenset(Phase)})),
         "take_step and the steps of supporter name different phases"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_by_name(
    phases: tuple[PhaseRule, ...],
    planted: tuple[StepRule, ...],
    allowed: tuple[ActivityRule, ...],
    complaint: str,
) -> None:
    with pytest.raises(ValueError) as refusal:
        check_tables(phases, planted, allowed)
    assert str(refusal.value) == complaint


def test_a_phase_without_way_in_or_out_is_refused() -> None:
    elsewhere = tuple(replace(rule, target=Phase.CLOSED) if rule.target is Phase.EVALUATION else rule for rule in STEPS)
    with pytest.raises(ValueError) as unreached_now:
        check_tables(steps=elsewhere)
    ends = ["agree_plan closes a case and is no end"]
    unheard = [
        f"{step} closes a case and nobody has to hear it" for step in ("agree_plan", "no_new_plan", "stop_round")
    ]
    assert str(unreached_now.value) == "; ".join(["no path leads to evaluation", *ends, *unheard])
    closing = {
        rule.step: replace(rule, target=Phase.CLOSED, back=None) for rule in STEPS if Phase.REGISTRATION in rule.sources
    }
    cut_off = tuple(closing.get(rule.step, rule) for rule in STEPS)
    beyond = (Phase.SETUP, Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION, Phase.EVALUATION)
    with pytest.raises(ValueError) as refusal:
        check_tables(steps=cut_off)
    unreached = [f"no path leads to {phase}" for phase in beyond]
    taken_on = ["take_on closes a case and is no end", "take_on closes a case and nobody has to hear it"]
    assert str(refusal.value) == "; ".join([*unreached, *taken_on])
    stuck = tuple(replace(rule, target=None) if Phase.EVALUATION in rule.sources else rule for rule in STEPS)
    with pytest.raises(ValueError, match=r"^no step leads out of evaluation$"):
        check_tables(steps=stuck)


def test_a_step_on_from_closed_and_a_step_of_nobody_are_refused() -> None:
    reconvene = STEP_RULES[Step.RECONVENE]
    with pytest.raises(ValueError, match="a step leads on from closed"):
        check_tables(steps=steps(replace(reconvene, sources=(Phase.EVALUATION, Phase.CLOSED))))
    with pytest.raises(ValueError, match="nobody takes reconvene"):
        check_tables(steps=steps(replace(reconvene, who=frozenset())))


def test_words_about_a_plan_of_an_end_that_comes_without_one_are_refused() -> None:
    with_plan = END_RULES[End.GONE].with_plan
    ends = tuple(replace(rule, with_plan=with_plan) if rule.end is End.STOPPED else rule for rule in ENDS)
    with pytest.raises(ValueError, match=r"^the end stopped has words for a plan that cannot be in force$"):
        check_tables(ends=ends)


def test_a_step_that_is_two_ends_is_refused() -> None:
    stop = END_RULES[End.STOPPED].steps
    ends = tuple(replace(rule, steps=rule.steps | stop) if rule.end is End.GONE else rule for rule in ENDS)
    with pytest.raises(ValueError, match="; ".join(f"{step} is 2 ends" for step in sorted(stop))):
        check_tables(ends=ends)


def test_a_finding_without_a_button_is_refused() -> None:
    notices = tuple(replace(rule, button="") if rule.kind is NoticeKind.UNSAFE else rule for rule in NOTICES)
    with pytest.raises(ValueError, match=r"^unsafe is a finding without a button, or has one and is none$"):
        check_tables(notices=notices)


def test_every_effect_and_every_remedy_is_used() -> None:
    assert {effect for rule in STEPS for effect in rule.effects} == set(Effect)
    written = "".join(inspect.getsource(module) for module in GUARDS)
    assert set(re.findall(r"Remedy\.([A-Z_]+)", written)) == set(Remedy.__members__)


def test_every_guard_is_asked_by_a_step() -> None:
    asked = {guard.code for rule in STEPS for guard in rule.guards}
    asked |= {question.__name__ for rule in STEPS for question in rule.questions}
    written = {
        name
        for module in GUARDS
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__
    }
    asked |= written & {guard.first.__name__ for rule in STEPS for guard in rule.guards if guard.first}
    asked |= written & {guard.nothing.__name__ for rule in STEPS for guard in rule.guards if guard.nothing}
    assert written - asked == {"follow_up_settled", "follow_up_guards"}  # make the guards of the kinds of follow-ups
    assert asked - written == {f"{rule.kind}_settled" for rule in FOLLOW_UPS if rule.blocks_closing}


def test_the_checklist_has_a_line_for_each_condition_of_its_phase() -> None:
    asked = {
        guard.code: guard.line for phase in PHASES for step in phase.checklist for guard in STEP_RULES[step].guards
    }
    assert [code for code, line in asked.items() if not line] == []
    assert {guard.code for rule in STEPS for guard in rule.guards if guard.line} == set(asked)


def test_the_document_is_the_policy() -> None:
    assert (ROOT / "docs/workflow.md").read_text() == handbook()


def test_every_source_in_the_workflow_can_be_looked_up() -> None:
    key = re.compile(r"\b(?:EK|UK|NZ|NL|AD|AU|PR|PL|EV|DV|US)\d+\b")
    cited = {word for file in (ROOT / "ekc/workflow").glob("*.py") for word in key.findall(file.read_text())}
    listed = re.findall(r"^- \*\*(\w+)\*\*", (ROOT / "docs/sources.md").read_text(), re.MULTILINE)
    assert sorted(cited - set(listed)) == []
    assert len(listed) == len(set(listed))
