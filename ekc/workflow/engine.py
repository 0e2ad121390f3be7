"""The judge: reads the tables of the policy and decides, with every reason. Screen and rule both ask here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from ekc.workflow.activities import ACTIVITIES, ActivityRule
from ekc.workflow.blocker import Blocker, GuardRule
from ekc.workflow.definition.kinds import TAKEN_BACK_WITHIN, PhaseRule, StepRule
from ekc.workflow.definition.rows import PHASES, STEPS
from ekc.workflow.duties import DUTIES, Duty, DutyRule
from ekc.workflow.facts import Facts
from ekc.workflow.follow_ups import FOLLOW_UPS, OPEN_FOLLOW_UPS, FollowUpKind, FollowUpRule, OpenFollowUpsRule
from ekc.workflow.parts import PARTS, PartRule
from ekc.workflow.standing import NOT_YET_IN_ORDER, STANDING, StandingRule, standing
from ekc.workflow.vocabulary import FAMILY_ROLES, N_, Activity, CasePart, Phase, Remedy, Role, Scope, Step, VoiceMatter

PHASE_RULES: dict[Phase, PhaseRule] = {rule.phase: rule for rule in PHASES}
STEP_RULES: dict[Step, StepRule] = {rule.step: rule for rule in STEPS}
#: The matters in which somebody can wish for a step: `wish_steps`.
WISHES: tuple[VoiceMatter, ...] = tuple(dict.fromkeys(rule.matter for rule in STEPS if rule.matter is not None))
#: What each step can ask: its own conditions, then those that may stand when it is taken.
STEP_GUARDS: dict[Step, tuple[GuardRule, ...]] = {
    rule.step: (*rule.guards, *(row.guard for row in STANDING if rule.step in row.stops)) for rule in STEPS
}
STANDING_RULES: dict[str, StandingRule] = {row.guard.code: row for row in STANDING}
#: By the name under which an override is stored.
GUARD_RULES: dict[str, GuardRule] = {guard.code: guard for rule in STEPS for guard in rule.guards}
ACTIVITY_RULES: dict[Activity, ActivityRule] = {rule.activity: rule for rule in ACTIVITIES}
PART_RULES: dict[CasePart, PartRule] = {rule.part: rule for rule in PARTS}
DUTY_RULES: dict[Duty, DutyRule] = {rule.duty: rule for rule in DUTIES}
FOLLOW_UP_RULES: dict[FollowUpKind, FollowUpRule] = {rule.kind: rule for rule in FOLLOW_UPS}
OPEN_FOLLOW_UPS_RULES: dict[Step, OpenFollowUpsRule] = {rule.step: rule for rule in OPEN_FOLLOW_UPS}


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


@dataclass(frozen=True, slots=True)
class Broken:
    """A standing condition that does not hold now, and why."""

    rule: StandingRule
    blockers: tuple[Blocker, ...]


def broken(facts: Facts, mended_by: Iterable[Role] = Role) -> tuple[Broken, ...]:
    """Which of the standing conditions that these roles mend do not hold now, in the order of the table."""
    roles = frozenset(mended_by)
    found = (Broken(row, tuple(row.guard.check(facts))) for row in standing(facts) if row.mended_by & roles)
    return tuple(one for one in found if one.blockers)


def guards_now(rule: StepRule, facts: Facts) -> tuple[GuardRule, ...]:
    """What this step asks of this case: its own conditions, and those that stand now and stop it."""
    return (*rule.guards, *(row.guard for row in standing(facts) if rule.step in row.stops))


def judge(rule: StepRule, facts: Facts, roles: Iterable[Role], overridden: frozenset[str] = frozenset()) -> Verdict:
    """Every reason why somebody with `roles` cannot take this step now.

    `overridden` names guards that are overridden; one that this person may not override is judged all the same.
    """
    held = frozenset(roles)
    reasons = tuple(
        UnmetGuard(guard.code, blocker, may)
        for guard in guards_now(rule, facts)
        for may in (bool(guard.override & held),)
        if not (may and guard.code in overridden)
        for blocker in guard.check(facts)
    )
    return Verdict(rule, reasons, tuple(asked for question in rule.questions for asked in question(facts)))


def as_the_circle_reads(verdict: Verdict) -> Verdict:
    """The same verdict without whose consent, safety or wish it is: one sentence for all such reasons."""
    hidden = {code: row for code, row in STANDING_RULES.items() if not row.told_in_circle}
    reasons: list[UnmetGuard] = []
    for reason in verdict.reasons:
        told = Blocker(NOT_YET_IN_ORDER, Remedy.CIRCLE) if reason.guard in hidden else reason.blocker
        if told.message not in {one.blocker.message for one in reasons} or reason.guard not in hidden:
            reasons.append(replace(reason, blocker=told))
    return Verdict(verdict.rule, tuple(reasons))


def steps_from(phase: Phase, roles: Iterable[Role], in_force: bool = False) -> tuple[StepRule, ...]:
    """The steps that somebody with `roles` could take from `phase`, guards aside, in the order of the table.

    `in_force`: whether a plan is.
    """
    held = frozenset(roles)
    return tuple(rule for rule in STEPS if rule.is_from(phase, in_force) and rule.who & held)


def wish_steps(in_force: bool) -> dict[VoiceMatter, StepRule]:
    """The steps for which somebody can wish, by matter. `in_force`: whether a plan is."""
    return {rule.matter: rule for rule in STEPS if rule.matter is not None and rule.in_force in (None, in_force)}


def why_not(facts: Facts, roles: Iterable[Role]) -> tuple[Verdict, ...]:
    """The verdict on each step that could be taken from here."""
    held = frozenset(roles)
    return tuple(judge(rule, facts, held) for rule in steps_from(facts.phase, held, facts.in_force))


def verdict_on(
    step: Step, facts: Facts, roles: Iterable[Role], overridden: frozenset[str] = frozenset()
) -> Verdict | None:
    """What a request to take `step` is answered with: None where these roles have no such step from this phase."""
    held = frozenset(roles)
    rule = STEP_RULES[step]
    return judge(rule, facts, held, overridden) if rule in steps_from(facts.phase, held, facts.in_force) else None


def why_not_back(rule: StepRule, since: timedelta, *, changed: bool) -> tuple[str, ...]:
    """Why a step that was taken `since` ago cannot be taken back; empty: it can. `changed`: something else was done."""
    if rule.back is None:
        return (N_("This step cannot be taken back."),)
    if since > TAKEN_BACK_WITHIN:
        return (N_("More than five minutes have passed, so this step is not taken back any more."), rule.back.instead)
    if changed:
        said = N_("Something else was done in this conference since, so this step is not taken back any more.")
        return (said, rule.back.instead)
    return ()


def may(activity: Activity, phase: Phase, roles: Iterable[Role], in_force: bool = False) -> bool:
    """Whether somebody with `roles` may do this in this phase. `in_force`: whether a plan is."""
    rule = ACTIVITY_RULES[activity]
    return any(phase in rule.phases(role, in_force) for role in roles)


def ever_may(activity: Activity, roles: Iterable[Role]) -> bool:
    """Whether somebody with `roles` may do this in some phase: then a refusal may say why, else it says nothing."""
    rule, held = ACTIVITY_RULES[activity], frozenset(roles)
    return any(rule.phases(role, in_force=True) for role in held | in_room(held))


def in_room(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles that somebody with these would have in the room, another time."""
    family = FAMILY_ROLES & frozenset(roles)
    grown_up = {Role.GROWN_UP_IN_ROOM} if family - {Role.CHILD} else frozenset[Role]()
    return frozenset({Role.IN_ROOM, *grown_up}) if family else frozenset()


def sees(part: CasePart, phase: Phase, roles: Iterable[Role], in_force: bool = False) -> Scope | None:
    """How far somebody with `roles` sees this part in this phase, the widest of what their roles give; None: not.

    `in_force`: whether a plan is.
    """
    grants = PART_RULES[part].grants
    held = {grants[role].scope for role in roles if role in grants and phase in grants[role].seen(in_force)}
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
