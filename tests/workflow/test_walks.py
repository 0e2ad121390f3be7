"""Random walks: random people take random steps in a case whose facts change at random, all through the judge.

Whatever happens, a plan that was agreed is a plan about which everyone was asked, private time is the family's, a
reason why not can be put right, and only the table moves a case. What is stored: `tests/journey/test_walk.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ekc.journey.panel import PAGES
from ekc.workflow.definition.rows import STEPS
from ekc.workflow.engine import STANDING_RULES, STEP_RULES, Verdict, broken, judge, may, verdict_on, why_not
from ekc.workflow.facts import Facts, PersonFacts
from ekc.workflow.vocabulary import (
    INSIDE_ROLES,
    ActionKind,
    Activity,
    Attends,
    Effect,
    Part,
    Phase,
    Role,
    Step,
    SupportAnswer,
    VoiceMatter,
)
from ekc.workflow.voices import hear
from tests.workflow.build import READY
from tests.workflow.chance import CHANGES, MATTERS, NOT_CHANGED_BY_PEOPLE, OVERRIDES, ROLES

PROTECTS = (Step.COME_OUT, Step.ASK_FOR_INFORMATION, Step.ANOTHER_DAY, Step.RECONVENE, Step.STOP, Step.STOP_ROUND)
CONFERENCE = {Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION}


@dataclass
class Case:
    """A case without a database: facts, and what the effects have left behind."""

    facts: Facts
    room: bool = False
    meeting: bool = False

    def take(self, step: Step, roles: Iterable[Role], overridden: frozenset[str]) -> Verdict | None:
        """Take a step as `journey/actions/steps.py` does: judge, then effects, then the phase."""
        verdict = verdict_on(step, self.facts, roles, overridden)
        if verdict is None or not verdict.allowed:
            return verdict
        for effect in verdict.rule.effects:
            self._do(effect)
        self.facts = replace(self.facts, phase=verdict.rule.target or self.facts.phase)
        return verdict

    def _do(self, effect: Effect) -> None:
        match effect:
            case Effect.OPEN_ROOM:
                self.room = True
            case Effect.PAUSE_ROOM | Effect.CLOSE_ROOM:
                self.room = False
            case Effect.START_MEETING:
                self.meeting = True
                self.facts = replace(self.facts, meeting_held=True, without_conference=False)
            case Effect.END_MEETING:
                self.meeting = False
            case Effect.MARK_WITHOUT_CONFERENCE:
                self.facts = replace(self.facts, meeting_held=False, without_conference=True)
            case Effect.FREEZE_PLAN:
                self.facts = replace(self.facts, in_force=True)
            case Effect.BACK_TO_PLAN:
                self.facts = replace(self.facts, meeting_held=True, without_conference=False)
            case Effect.NEW_ROUND:
                self.facts = replace(self.facts, meeting_held=False, without_conference=False)
            case _:
                pass  # letters, documents and dates leave nothing that a later step asks for


class Walk(RuleBasedStateMachine):
    """One case, from where it begins to wherever it goes."""

    @initialize(
        phase=st.sampled_from([Phase.REGISTRATION, Phase.SETUP, Phase.INFORMATION, Phase.PRESENTATION]),
        again=st.booleans(),
    )
    def begin(self, phase: Phase, again: bool) -> None:
        """Often not at the beginning, and in a later round, so that the rare things near the end are met too."""
        under_way, in_force = phase in CONFERENCE, again and phase is not Phase.REGISTRATION
        self.case = Case(replace(READY, phase=phase, meeting_held=under_way, in_force=in_force), meeting=under_way)
        self.began = phase
        self.path: list[tuple[Step, Phase, Phase]] = []

    @rule(step=st.sampled_from(Step), roles=ROLES, overridden=OVERRIDES)
    def anybody_tries(self, step: Step, roles: frozenset[Role], overridden: frozenset[str]) -> None:
        self._try(step, roles, overridden)

    @precondition(lambda self: self.case.facts.phase is not Phase.CLOSED)
    @rule(data=st.data(), overridden=OVERRIDES)
    def somebody_tries_when_something_is_wrong(self, data: st.DataObject, overridden: frozenset[str]) -> None:
        name = data.draw(
            st.sampled_from(MATTERS[self.case.facts.phase]) | st.sampled_from(sorted(CHANGES)), label="fact"
        )
        self._change({name: data.draw(CHANGES[name], label=name)})
        self._try_a_step_from_here(data, overridden)

    @precondition(lambda self: self.case.facts.phase is not Phase.CLOSED)
    @rule(data=st.data())
    def somebody_goes_on_when_all_is_well(self, data: st.DataObject) -> None:
        self._change({})
        self._try_a_step_from_here(data, frozenset())

    def _change(self, spoiled: dict[str, Any]) -> None:
        well = {name: getattr(READY, name) for name in CHANGES}
        self.case.facts = replace(self.case.facts, **(well | spoiled))

    def _try_a_step_from_here(self, data: st.DataObject, overridden: frozenset[str]) -> None:
        rules = [rule for rule in STEPS if rule.is_from(self.case.facts.phase, self.case.facts.in_force)]
        rules.sort(key=lambda rule: rule.target is Phase.CLOSED)  # what ends a walk is drawn less
        chosen = data.draw(st.sampled_from(rules) | st.sampled_from(rules[:2]), label="rule")
        self._try(
            chosen.step,
            {data.draw(st.sampled_from(sorted(chosen.who)), label="who")},
            overridden,
        )

    def _try(self, step: Step, roles: Iterable[Role], overridden: frozenset[str]) -> None:
        before = replace(self.case)
        verdict = self.case.take(step, roles, overridden)
        source, target = before.facts.phase, self.case.facts.phase
        if verdict is None or not verdict.allowed:
            assert self.case == before
            return
        assert verdict.rule.who & set(roles)
        self.path.append((step, source, target))
        self._what_stood_holds(step, before.facts, overridden)
        match step:
            case Step.OPEN_CONFERENCE:
                assert [p for p in before.facts.people if p.unmet_concerns] == []
            case Step.BEGIN_PRIVATE_TIME | Step.GO_BACK:
                assert [p for p in before.facts.professionals if p.in_room] == []
                assert [p for p in before.facts.people if p.in_room and p.came_as_professional] == []
            case Step.AGREE_PLAN:
                _is_a_plan(before.facts)
                assert [line for line in before.facts.bottom_lines if not line.met] == []
                assert _not_asked(before.facts) == [] or "everyone_asked" in overridden
            case Step.REVISE_PLAN:
                _is_a_plan(before.facts)
                assert before.facts.evaluation_held
                assert before.facts.family_wants_new_version

    def _what_stood_holds(self, step: Step, facts: Facts, overridden: frozenset[str]) -> None:
        """Whoever joined, came of age or took something back on the way: no step that it stops was taken."""
        stood = {one.rule.guard.code for one in broken(facts) if step in one.rule.stops}
        assert stood <= overridden & {code for code, row in STANDING_RULES.items() if row.guard.override}
        if STEP_RULES[step].target is Phase.PRIVATE_TIME:
            assert [p for p in facts.people if p.unmet_concerns] == []
            coordinator = hear(VoiceMatter.COORDINATOR, facts)
            assert (coordinator.no, coordinator.not_asked) == ((), ())
        if step in {Step.OPEN_CONFERENCE, Step.BEGIN_PRIVATE_TIME, Step.GO_BACK, Step.AGREE_PLAN, Step.REVISE_PLAN}:
            assert [p for p in facts.people if p.consent_missing(facts.profile.own_consent_from)] == []
        if step not in {Step.GO_BACK, Step.MAIN_PERSON_GONE, *PROTECTS}:
            assert facts.coordinator.conflicts == ()

    @invariant()
    def what_does_not_hold_stops_what_its_row_says(self) -> None:
        facts = self.case.facts
        for step in STEPS:
            if facts.phase in step.sources:
                reasons = {reason.guard for reason in judge(step, facts, step.who).reasons}
                stopped_by = {one.rule.guard.code for one in broken(facts) if step.step in one.rule.stops}
                assert reasons - {guard.code for guard in step.guards} == stopped_by

    @precondition(lambda self: self.case.facts.phase is not Phase.PRIVATE_TIME)
    @invariant()
    def a_reason_can_be_put_right(self) -> None:
        """Whoever of the staff reads it may open its page now. In private time nobody outside puts anything right."""
        for role in (Role.COORDINATOR, Role.REGIONAL_MANAGER):
            remedies = {one.blocker.remedy for verdict in why_not(self.case.facts, {role}) for one in verdict.reasons}
            assert [remedy for remedy in remedies if not may(PAGES[remedy][1], self.case.facts.phase, {role})] == []

    @precondition(lambda self: self.case.facts.phase is not Phase.CLOSED)
    @invariant()
    def nobody_is_locked_in(self) -> None:
        """Whatever does not hold, what protects people can be taken wherever the table has it."""
        facts = self.case.facts
        for step in PROTECTS:
            verdict = verdict_on(step, facts, STEP_RULES[step].who)
            assert (verdict is not None) == STEP_RULES[step].is_from(facts.phase, facts.in_force)
            assert verdict is None or verdict.allowed

    @invariant()
    def the_path_is_one_of_the_table(self) -> None:
        at = self.began
        for step, source, target in self.path:
            assert source is at
            assert source in STEP_RULES[step].sources
            assert target is (STEP_RULES[step].target or source)
            at = target
        assert self.case.facts.phase is at

    @precondition(lambda self: self.case.facts.phase is Phase.PRIVATE_TIME)
    @invariant()
    def private_time_is_the_family_s(self) -> None:
        outsiders = set(Role) - INSIDE_ROLES - {Role.IN_ROOM, Role.GROWN_UP_IN_ROOM}
        may_do = {activity for activity in Activity if may(activity, self.case.facts.phase, outsiders)}
        answers = {Activity.ASK_COORDINATOR, Activity.ANSWER_MATCH}  # who coordinates, and nothing of the family
        assert may_do == {Activity.SEE_CASE, Activity.SEE_OWN_PAGE, Activity.TAKE_STEP} | answers
        steps = [step for step in Step if verdict_on(step, self.case.facts, outsiders)]
        assert [step for step in steps if not STEP_RULES[step].called_in] == []
        assert [step for step in steps if verdict_on(step, self.case.facts, outsiders - {Role.COORDINATOR})] == []

    @invariant()
    def the_room_is_open_in_private_time_alone(self) -> None:
        assert self.case.room == (self.case.facts.phase is Phase.PRIVATE_TIME)

    @invariant()
    def nobody_is_in_a_conference_that_was_not_opened(self) -> None:
        expected = self.case.facts.phase in CONFERENCE and not self.case.facts.without_conference
        assert self.case.meeting == expected
        assert not (self.case.facts.without_conference and self.case.facts.phase in CONFERENCE - {Phase.PRESENTATION})


def _is_a_plan(facts: Facts) -> None:
    """Who, what and when of every action; who meets if it fails; when, where and by whose call it is evaluated."""
    plan = facts.plan
    assert plan.actions
    for action in plan.actions:
        assert (action.what, action.timed, action.people > 0) == (True, True, True)
        assert not (action.kind is ActionKind.PROFESSIONAL and action.answer is SupportAnswer.DECLINED)
    assert [what_if for what_if in plan.what_ifs if what_if.complete and what_if.people > 1]
    assert plan.evaluation_on is not None
    assert plan.evaluation_on > facts.today
    assert (plan.evaluation_place, plan.convenor is None, plan.monitor is None) == (True, False, False)


def _not_asked(facts: Facts) -> list[str]:
    """Who has to say something to the plan and has not: main persons, who was there, who has a task, and each side."""

    def is_asked(p: PersonFacts) -> bool:
        here = p.part is Part.MAIN_PERSON or (p.present and facts.meeting_held)
        return p.has_task or (here and p.attends is not Attends.EXCLUDED)

    family = [p for p in facts.people if p.is_family or p.part is Part.SUPPORTER]
    sides = {p.side for p in family if p.side and p.attends is not Attends.EXCLUDED}
    heard = {p.side for p in family if VoiceMatter.PLAN in p.voices and p.attends is not Attends.EXCLUDED}
    silent = [p.name for p in family if is_asked(p) and VoiceMatter.PLAN not in p.voices]
    return silent + sorted(sides - heard)


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


def test_the_walk_may_change_every_fact_that_people_change() -> None:
    assert set(CHANGES) | NOT_CHANGED_BY_PEOPLE == {field.name for field in fields(Facts)}
