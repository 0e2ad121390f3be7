"""The judge: reads the tables of the policy and decides, with every reason. Screen and rule both ask here."""

from collections.abc import Iterable
from dataclasses import dataclass

from ekc.workflow.activities import ACTIVITIES, ActivityRule
from ekc.workflow.blocker import Blocker, GuardRule
from ekc.workflow.definition import PHASES, STEPS, PhaseRule, StepRule
from ekc.workflow.duties import DUTIES, Duty, DutyRule
from ekc.workflow.facts import Facts
from ekc.workflow.follow_ups import FOLLOW_UPS, FollowUpKind, FollowUpRule
from ekc.workflow.parts import PARTS, PartRule
from ekc.workflow.vocabulary import Activity, CasePart, Phase, Role, Scope, Step

PHASE_RULES: dict[Phase, PhaseRule] = {rule.phase: rule for rule in PHASES}
STEP_RULES: dict[Step, StepRule] = {rule.step: rule for rule in STEPS}
#: By the name under which an override is stored.
GUARD_RULES: dict[str, GuardRule] = {guard.code: guard for rule in STEPS for guard in rule.guards}
ACTIVITY_RULES: dict[Activity, ActivityRule] = {rule.activity: rule for rule in ACTIVITIES}
PART_RULES: dict[CasePart, PartRule] = {rule.part: rule for rule in PARTS}
DUTY_RULES: dict[Duty, DutyRule] = {rule.duty: rule for rule in DUTIES}
FOLLOW_UP_RULES: dict[FollowUpKind, FollowUpRule] = {rule.kind: rule for rule in FOLLOW_UPS}


@dataclass(frozen=True, slots=True)
class UnmetGuard:
    """A blocker, the guard it comes from, and whether this person may override that guard."""

    guard: str
    blocker: Blocker
    may_override: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of one step: `reasons` empty means it can be taken."""

    rule: StepRule
    reasons: tuple[UnmetGuard, ...]
    questions: tuple[Blocker, ...] = ()  # what to ask before it is taken

    @property
    def allowed(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.reasons

    @property
    def overridable(self) -> bool:
        """Whether something stands in the way, and this person may override all of it with a reason."""
        return bool(self.reasons) and all(reason.may_override for reason in self.reasons)


def judge(rule: StepRule, facts: Facts, roles: Iterable[Role], overridden: frozenset[str] = frozenset()) -> Verdict:
    """Every reason why somebody with `roles` cannot take this step now.

    `overridden` names guards that are overridden; one that this person may not override is judged all the same.
    """
    held = frozenset(roles)
    reasons = tuple(
        UnmetGuard(guard.code, blocker, may)
        for guard in rule.guards
        for may in (bool(guard.override & held),)
        if not (may and guard.code in overridden)
        for blocker in guard.check(facts)
    )
    return Verdict(rule, reasons, tuple(asked for question in rule.questions for asked in question(facts)))


def steps_from(phase: Phase, roles: Iterable[Role]) -> tuple[StepRule, ...]:
    """The steps that somebody with `roles` could take from `phase`, guards aside, in the order of the table."""
    held = frozenset(roles)
    return tuple(rule for rule in STEPS if phase in rule.sources and rule.takers(phase) & held)


def why_not(facts: Facts, roles: Iterable[Role]) -> tuple[Verdict, ...]:
    """The verdict on each step that could be taken from here."""
    held = frozenset(roles)
    return tuple(judge(rule, facts, held) for rule in steps_from(facts.phase, held))


def verdict_on(
    step: Step, facts: Facts, roles: Iterable[Role], overridden: frozenset[str] = frozenset()
) -> Verdict | None:
    """What a request to take `step` is answered with: None where these roles have no such step from this phase."""
    held = frozenset(roles)
    rule = STEP_RULES[step]
    return judge(rule, facts, held, overridden) if rule in steps_from(facts.phase, held) else None


def may(activity: Activity, phase: Phase, roles: Iterable[Role]) -> bool:
    """Whether somebody with `roles` may do this in this phase."""
    grants = ACTIVITY_RULES[activity].grants
    return any(phase in grants.get(role, ()) for role in roles)


def ever_may(activity: Activity, roles: Iterable[Role]) -> bool:
    """Whether somebody with `roles` may do this in some phase: then a refusal may say why, else it says nothing."""
    grants = ACTIVITY_RULES[activity].grants
    return any(role in grants for role in roles)


def sees(part: CasePart, phase: Phase, roles: Iterable[Role]) -> Scope | None:
    """How far somebody with `roles` sees this part in this phase, the widest of what their roles give; None: not."""
    grants = PART_RULES[part].grants
    held = {grants[role].scope for role in roles if role in grants and phase in grants[role].phases}
    return next((scope for scope in Scope if scope in held), None)


def has_duty(duty: Duty, roles: Iterable[Role]) -> bool:
    """Whether somebody with these offices has this duty, as far as an office of theirs holds."""
    return not DUTY_RULES[duty].roles.isdisjoint(roles)


def diagram() -> str:
    """The process as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Phase.REGISTRATION}"]
    lines += [f"    {rule.phase} : {rule.title}" for rule in PHASES]
    lines += [f"    {source} --> {rule.target or source} : {rule.title}" for rule in STEPS for source in rule.sources]
    return "\n".join([*lines, f"    {Phase.CLOSED} --> [*]"])
