"""Refuses tables that contradict themselves. Asked once when the program starts, before anybody relies on them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from ekc.workflow.activities import ACTIVITIES, ActivityRule
from ekc.workflow.definition.kinds import PhaseRule, ReasonKind, StepRule
from ekc.workflow.definition.rows import PHASES, REVERSIBLE, STEPS
from ekc.workflow.duties import DUTIES, Duty, DutyRule
from ekc.workflow.ends.kinds import End, EndRule, Hears
from ekc.workflow.ends.rows import ENDS
from ekc.workflow.follow_ups import FINDINGS, FOLLOW_UPS, OPEN_FOLLOW_UPS, FollowUpKind, FollowUpRule
from ekc.workflow.owed.kinds import CLEARED_WITH, ClearedBy, NoticeKind, NoticeRule
from ekc.workflow.owed.rows import NOTICES
from ekc.workflow.parts import PARTS, SHOWN_BY, PartRule
from ekc.workflow.profiles import PROFILES, Event
from ekc.workflow.standing import STANDING, StandingRule
from ekc.workflow.vocabulary import (
    FAMILY_ROLES,
    INSIDE_ROLES,
    ROLE_OF_PART,
    ROLES_OF_SHARING,
    Activity,
    CasePart,
    Effect,
    Phase,
    Role,
    Scope,
    Step,
)

#: All that anybody outside the room does in private time: see that it goes on, and be called in.
_OUTSIDE_THE_ROOM = frozenset(
    {
        Activity.SEE_CASE,
        Activity.SEE_OWN_PAGE,
        Activity.TAKE_STEP,
        Activity.ASK_COORDINATOR,
        Activity.ANSWER_MATCH,
    }
)

#: Whatever does not hold, these can be taken: out of private time, another day, together again, stopping.
_PROTECTS = frozenset(
    {Step.COME_OUT, Step.ASK_FOR_INFORMATION, Step.ANOTHER_DAY, Step.RECONVENE, Step.STOP, Step.STOP_ROUND}
)
#: Where a round ends: nobody is in danger because of an end.
_AFTER = frozenset({Phase.EVALUATION, Phase.CLOSED})

_MANAGES = frozenset({Role.REGIONAL_MANAGER, Role.STANDS_IN})

#: Nobody in the circle, on whatever side, ever sees these of anybody; what is kept of oneself is a part of its own.
_NEVER_IN_THE_CIRCLE = frozenset(
    {
        CasePart.DETAILS,
        CasePart.CONTACT,
        CasePart.SECRET_ADDRESSES,
        CasePart.SAFETY,
        CasePart.REGISTRATION,
        CasePart.CONSENTS,
        CasePart.LINKS,
        CasePart.CONTACT_LOG,
        CasePart.INFORMATION,
        CasePart.COSTS,
        CasePart.HISTORY,
        CasePart.ACCOUNTS,
    }
)
_CIRCLE = frozenset(
    {role for role in ROLE_OF_PART.values() if role}
    | {Role.CONVENOR, Role.COMES, Role.JOINS, Role.IN_ROOM, Role.GROWN_UP_IN_ROOM}
).union(*ROLES_OF_SHARING.values())
#: No convenor is anything but family or a supporter.
_INSIDE = INSIDE_ROLES | {Role.IN_ROOM, Role.GROWN_UP_IN_ROOM, Role.CONVENOR}
#: Whoever has this role has one of these too, and sees what that one sees.
_HELD_WITH = {Role.IN_ROOM: FAMILY_ROLES, Role.GROWN_UP_IN_ROOM: FAMILY_ROLES - {Role.CHILD}}
#: Roles and parts that belong to each other alone.
_ONLY_THIS = {
    Role.ASKED_COORDINATOR: CasePart.REQUEST,
    Role.CARE_MANAGER: CasePart.FIGURES,
    Role.ADMINISTRATOR: CasePart.ACCOUNTS,
}
_ONLY_THEY = {
    CasePart.REQUEST: Role.ASKED_COORDINATOR,
    CasePart.SECRET_ADDRESSES: Role.COORDINATOR,
    CasePart.ACCOUNTS: Role.ADMINISTRATOR,
}
#: All that anybody outside the room sees of a case in private time.
_SEEN_FROM_OUTSIDE = frozenset(
    {CasePart.TITLE, CasePart.FIGURES, CasePart.QUESTION, CasePart.OWN_DETAILS, CasePart.ACCOUNTS}
)
#: Whoever sees the whole of these needs no grant for a piece of it.
_WHOLE_OF = {CasePart.OWN_PLAN: CasePart.PLAN, CasePart.OWN_DETAILS: CasePart.DETAILS}


def check_tables(
    phases: tuple[PhaseRule, ...] = PHASES,
    steps: tuple[StepRule, ...] = STEPS,
    activities: tuple[ActivityRule, ...] = ACTIVITIES,
    parts: tuple[PartRule, ...] = PARTS,
    shown_by: Mapping[Activity, frozenset[CasePart]] = SHOWN_BY,
    duties: tuple[DutyRule, ...] = DUTIES,
    follow_ups: tuple[FollowUpRule, ...] = FOLLOW_UPS,
    standing: tuple[StandingRule, ...] = STANDING,
    ends: tuple[EndRule, ...] = ENDS,
    notices: tuple[NoticeRule, ...] = NOTICES,
) -> None:
    """Refuse tables that contradict themselves. Raises ValueError that names every contradiction."""
    problems = [
        *_one_rule_each(Phase, (rule.phase for rule in phases)),
        *_one_rule_each(Step, (rule.step for rule in steps)),
        *_one_rule_each(Activity, (rule.activity for rule in activities)),
        *_one_rule_each(CasePart, (rule.part for rule in parts)),
        *_one_rule_each(Duty, (rule.duty for rule in duties)),
        *_one_rule_each(FollowUpKind, (rule.kind for rule in follow_ups)),
        *_one_rule_each(NoticeKind, (rule.kind for rule in notices)),
        *_one_rule_each(End, (rule.end for rule in ends)),
        *_paths(steps),
        *(problem for rule in steps for problem in _step(rule)),
        *_guards(steps, standing),
        *(problem for row in standing for problem in _standing(row, {rule.step: rule for rule in steps})),
        *_follow_ups(follow_ups, steps),
        *_open_follow_ups(steps),
        *_ends(ends, steps),
        *_owed(notices, steps, activities),
        *(problem for rule in notices for problem in _can_be_cleared(rule, activities)),
        *_private_time(phases, activities),
        *_take_step(steps, activities),
        *(problem for rule in parts for problem in _part(rule)),
        *(f"nobody has the duty {rule.duty}" for rule in duties if not rule.roles),
        *(f"{rule.duty} is of somebody in a circle" for rule in duties if rule.roles & _CIRCLE),
        *_shown(activities, {rule.part: rule for rule in parts}, shown_by),
    ]
    if problems:
        raise ValueError("; ".join(problems))


def _one_rule_each(words: type[StrEnum], ruled: Iterable[StrEnum]) -> Iterator[str]:
    count = Counter(ruled)
    for word in words:
        if count[word] != 1:
            yield f"{count[word]} rules for {word}"


def _paths(steps: tuple[StepRule, ...]) -> Iterator[str]:
    reached, border = {Phase.REGISTRATION}, {Phase.REGISTRATION}
    while border:
        border = {rule.target for rule in steps if rule.target and border & set(rule.sources)} - reached
        reached |= border
    for phase in Phase:
        if phase not in reached:
            yield f"no path leads to {phase}"
        leaves = any(phase in rule.sources and rule.target not in {None, phase} for rule in steps)
        if phase is Phase.CLOSED and any(phase in rule.sources for rule in steps):
            yield "a step leads on from closed"
        if phase is not Phase.CLOSED and not leaves:
            yield f"no step leads out of {phase}"


def _step(rule: StepRule) -> Iterator[str]:
    if not rule.who:
        yield f"nobody takes {rule.step}"
    for guard in rule.guards:
        if not guard.override <= rule.who:
            yield f"{guard.code} is overridden by somebody who never takes {rule.step}"
    if rule.back and not set(rule.effects) <= REVERSIBLE:
        yield f"{rule.step} is taken back and brings about what cannot be undone"
    if rule.back and rule.target in {None, Phase.PRIVATE_TIME, Phase.CLOSED}:
        yield f"{rule.step} is taken back and moves nothing, shuts people out or ends the case"
    if (rule.reason is not ReasonKind.NONE) != bool(rule.ask):
        yield f"{rule.step} asks for a reason without a question, or has a question without a reason"
    if (rule.reason is ReasonKind.CODED) != bool(rule.reasons):
        yield f"{rule.step} has coded reasons without asking for one, or asks and has none"
    if Phase.PRIVATE_TIME in rule.sources and Role.COORDINATOR in rule.who and not rule.called_in:
        yield f"{rule.step} does not say that the family called the coordinator in"
    gives_up = Phase.PRIVATE_TIME in rule.sources and rule.target is not Phase.PRESENTATION
    if gives_up != (rule.way_out is not None):
        yield f"{rule.step} leads out of private time without words for the family, or has them and does not"


def _guards(steps: tuple[StepRule, ...], standing: tuple[StandingRule, ...]) -> Iterator[str]:
    """A guard is stored and shown by its code alone, so it reads the same in every step that asks it."""
    rules = {guard.code: guard for rule in steps for guard in rule.guards}
    rules |= {row.guard.code: row.guard for row in standing}
    for code, count in Counter(row.guard.code for row in standing).items():
        if count > 1:
            yield f"{count} rows say since when {code} stands"
    for rule in steps:
        for guard in rule.guards:
            if guard != rules[guard.code]:
                yield f"{guard.code} is another rule in {rule.step}"
    for guard in rules.values():
        if guard.override and not guard.line:
            yield f"{guard.code} can be overridden and has no line that says what"


def _standing(row: StandingRule, steps: Mapping[Step, StepRule]) -> Iterator[str]:
    code = row.guard.code
    if not row.guard.line:
        yield f"{code} stands and has no line that says what"
    if bool(row.waits_for) != bool(row.own):
        yield f"{code} waits for somebody without a sentence, or has one and waits for nobody"
    if not row.since:
        yield f"{code} stands since no step"
    if not row.mended_by:
        yield f"{code} stands and nobody mends it"
    for step in sorted(row.since):
        if step not in steps or code not in {guard.code for guard in steps[step].guards}:
            yield f"{code} stands since {step}, which does not ask it"
    for step in sorted(row.stops):
        if step in steps:
            yield from _stopped(row, steps[step])
        else:
            yield f"{code} stops {step}, which is no step"
    for phase in sorted(row.phases):
        if not any(step in steps and phase in steps[step].sources for step in row.stops):
            yield f"{code} stands in {phase} and stops nothing there"


def _stopped(row: StandingRule, rule: StepRule) -> Iterator[str]:
    code, step = row.guard.code, rule.step
    if not row.phases & set(rule.sources):
        yield f"{code} stops {step}, which is never taken where it stands"
    if row.guard in rule.guards:
        yield f"{step} asks {code} itself and is stopped by it as well"
    if not row.guard.override <= rule.who:
        yield f"{code} is overridden by somebody who never takes {step}"
    if step in _PROTECTS or (Phase.PRIVATE_TIME in rule.sources and rule.target not in _AFTER):
        yield f"{code} stops {step}, which protects people"


def _follow_ups(rules: tuple[FollowUpRule, ...], steps: tuple[StepRule, ...]) -> Iterator[str]:
    planning = {rule.step for rule in steps if Effect.PLAN_FOLLOW_UPS in rule.effects}
    for rule in rules:
        if not rule.planned_by:
            yield f"nothing plans the follow-up {rule.kind}"
        for step in sorted(rule.planned_by - planning):
            yield f"the follow-up {rule.kind} is planned by {step}, which plans none"
        if not rule.blocks_closing == bool(rule.line) == bool(rule.unsettled):
            yield f"the follow-up {rule.kind} blocks closing without its sentences, or has them and blocks nothing"
        for profile in PROFILES.values() if rule.clock else ():
            clock = next((clock for clock in profile.clocks if clock.code == rule.clock), None)
            if clock is None or (clock.start, clock.stop) != (Event.PLAN_AGREED, Event.FOLLOW_UP_HELD):
                yield f"{profile.code} has no clock {rule.clock} from agreeing a plan to a follow-up"
    if not any(rule.once_a_round for rule in rules):
        yield "no follow-up is planned once a round, so that rounds cannot be told apart"


def _open_follow_ups(steps: tuple[StepRule, ...]) -> Iterator[str]:
    """Each step that plans follow-ups, or begins a round, says what happens to open ones."""
    count = Counter(rule.step for rule in OPEN_FOLLOW_UPS)
    for step in steps:
        concerned = {Effect.PLAN_FOLLOW_UPS, Effect.NEW_ROUND} & set(step.effects)
        if count[step.step] != bool(concerned):
            yield f"{count[step.step]} rules say what {step.step} does to open follow-ups"


def _ends(rules: tuple[EndRule, ...], steps: tuple[StepRule, ...]) -> Iterator[str]:
    """Each step into closed has one end, which says to everybody that it ended and how one starts again."""
    count = Counter(step for rule in rules for step in rule.steps)
    told = {Effect.SETTLE_END, Effect.TELL_END}
    for step in steps:
        if step.target is Phase.CLOSED and not count[step.step]:
            yield f"{step.step} closes a case and is no end"
        if Effect.BACK_TO_PLAN in step.effects and not (count[step.step] and step.in_force):
            yield f"{step.step} goes back to a plan that need not be there, or is no end"
        if count[step.step] > 1:
            yield f"{step.step} is {count[step.step]} ends"
        if count[step.step] and not told <= set(step.effects):
            yield f"{step.step} is an end that settles or tells nothing"
        if not count[step.step] and told & set(step.effects):
            yield f"{step.step} settles or tells an end and is none"
    ending = {step.step for step in steps if step.target is Phase.CLOSED or Effect.BACK_TO_PLAN in step.effects}
    for rule in rules:
        if bool(rule.steps) == rule.by_correction:
            yield f"nothing brings about the end {rule.end}"
        if rule.steps & ending and not (rule.staff and rule.family and rule.agencies and rule.reason):
            yield f"the end {rule.end} ends a case or a round and does not say so to everybody"
        if rule.with_plan and not (rule.with_plan.staff and rule.with_plan.family and rule.with_plan.agencies):
            yield f"the end {rule.end} does not say to everybody that the plan stays"
        if rule.with_plan and all(step.in_force is False for step in steps if step.step in rule.steps):
            yield f"the end {rule.end} has words for a plan that cannot be in force"
        if not {Hears.FAMILY, Hears.INSIDE, Hears.RELATIVES} & rule.mails.keys():
            yield f"the family hears nothing of the end {rule.end}"


def _owed(
    notices: tuple[NoticeRule, ...], steps: tuple[StepRule, ...], activities: tuple[ActivityRule, ...]
) -> Iterator[str]:
    """Whatever is owed is left by something and cleared by something; an end is owed to those who took part."""
    rules = {rule.kind for rule in notices}
    left = frozenset[NoticeKind]().union(*(rule.owes for rule in steps), *(rule.owes for rule in activities))
    for kind in sorted(left - rules):
        yield f"{kind} is owed and has no row"
    for rule in notices:
        if rule.kind not in left:
            yield f"nothing makes {rule.kind} owed"
        if not rule.phases or not rule.cleared_by:
            yield f"{rule.kind} is never owed, or never cleared"
        if bool(rule.button) != (rule.kind in FINDINGS):
            yield f"{rule.kind} is a finding without a button, or has one and is none"
        if Phase.PRIVATE_TIME in rule.phases:
            yield f"{rule.kind} is read in private time"
        if bool(rule.roles) != bool(rule.line):
            yield f"{rule.kind} is owed to staff without a line for them, or has one and is owed to nobody of them"
        if bool(rule.mails) != (ClearedBy.MAIL in rule.cleared_by):
            yield f"{rule.kind} is cleared by an email that it does not name, or names one that does not clear it"
    for step in steps:
        if step.target is Phase.CLOSED and NoticeKind.END not in step.owes:
            yield f"{step.step} closes a case and nobody has to hear it"
        if Effect.BACK_TO_PLAN in step.effects and NoticeKind.ROUND not in step.owes:
            yield f"{step.step} ends a round and nobody has to hear it"


def _can_be_cleared(rule: NoticeRule, activities: tuple[ActivityRule, ...]) -> Iterator[str]:
    """Whoever has a line of what is owed can do what clears it, also where there is no coordinator, or no manager.

    Where no coordinator can act, the manager may be able to ask another alone, who then does it.
    """
    clears = {CLEARED_WITH[by] for by in rule.cleared_by if by in CLEARED_WITH}
    for nobody in (_MANAGES, frozenset({Role.COORDINATOR})):
        if not rule.listed_to & nobody:
            yield f"{rule.kind} is listed to none of {', '.join(sorted(nobody))}"
    for role in sorted(rule.listed_to):
        stands_in = role is Role.STANDS_IN
        held = {role, Role.REGIONAL_MANAGER} if stands_in else {role}
        enough = clears | {Activity.MATCH_COORDINATOR} if stands_in else clears
        may = [one.grants.get(as_role, frozenset()) for one in activities if one.activity in enough for as_role in held]
        for phase in sorted(rule.phases - frozenset[Phase]().union(*may)):
            yield f"{rule.kind} is listed in {phase} to {role}, who cannot clear it"


def _private_time(phases: tuple[PhaseRule, ...], activities: tuple[ActivityRule, ...]) -> Iterator[str]:
    for phase in phases:
        if phase.phase is Phase.PRIVATE_TIME and phase.room != INSIDE_ROLES:
            yield "private time is not the family's own"
    for rule in activities:
        outside = {role for role in Role if Phase.PRIVATE_TIME in rule.phases(role, in_force=True)} - _INSIDE
        if outside and rule.activity not in _OUTSIDE_THE_ROOM:
            yield f"{rule.activity} is open to {', '.join(sorted(outside))} in private time"


def _take_step(steps: tuple[StepRule, ...], activities: tuple[ActivityRule, ...]) -> Iterator[str]:
    granted = {rule.activity: rule.grants for rule in activities}.get(Activity.TAKE_STEP, {})
    for role in Role:
        has_steps = {phase for rule in steps for phase in rule.sources if role in rule.who}
        if has_steps != set(granted.get(role, ())):
            yield f"take_step and the steps of {role} name different phases"


def _part(rule: PartRule) -> Iterator[str]:
    for role, grant in rule.grants.items():
        if role in _CIRCLE and rule.part in _NEVER_IN_THE_CIRCLE:
            yield f"{role} sees {rule.part}, which nobody in the circle sees"
        if _ONLY_THIS.get(role, rule.part) is not rule.part:
            yield f"{role} sees {rule.part} and not {_ONLY_THIS[role]} alone"
        if _ONLY_THEY.get(rule.part, role) is not role:
            yield f"{rule.part} is seen by {role} and not by {_ONLY_THEY[rule.part]} alone"
        if (
            Phase.PRIVATE_TIME in grant.seen(in_force=True)
            and role not in _INSIDE
            and rule.part not in _SEEN_FROM_OUTSIDE
        ):
            yield f"{rule.part} is seen by {role} in private time"
        if rule.part in _WHOLE_OF and grant.scope is not Scope.OWN:
            yield f"{role} sees {rule.part} of others"


def _seen(parts: Iterable[PartRule], role: Role, in_force: bool) -> frozenset[Phase]:
    """The phases in which a role sees one of these parts."""
    return frozenset[Phase]().union(*(one.grants[role].seen(in_force) for one in parts if role in one.grants))


def _shown(
    activities: tuple[ActivityRule, ...],
    parts: Mapping[CasePart, PartRule],
    shown_by: Mapping[Activity, frozenset[CasePart]],
) -> Iterator[str]:
    """What the pages of an activity show is seen by everybody who has it."""
    for rule in activities:
        if rule.activity not in shown_by:
            yield f"it is not said which parts {rule.activity} shows"
        for part in sorted(shown_by.get(rule.activity, ())):
            enough = [parts[one] for one in (part, _WHOLE_OF.get(part, part)) if one in parts]
            for role in Role:
                for held in (False, True):
                    seen = (_seen(enough, one, held) for one in _HELD_WITH.get(role, {role}))
                    if missing := sorted(rule.phases(role, held) - frozenset.intersection(*seen)):
                        when = ", ".join(missing)
                        yield f"{rule.activity} shows {part} to {role} in {when}, who does not see it then"
                        break
