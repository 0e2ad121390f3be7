"""The policy: phases and steps, who may, what stands in the way. Change the process here and nowhere else.

What somebody may do besides steps stands in `activities.py`, who sees which part of a case in `parts.py`, what offices
do across the organisation in `duties.py`, and when a plan is looked at again in `follow_ups.py`.
`docs/workflow.md` is generated from these tables; `engine.py` reads them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ekc.workflow import guards as g
from ekc.workflow.blocker import Guard
from ekc.workflow.follow_ups import FOLLOW_UPS
from ekc.workflow.vocabulary import INSIDE_ROLES, N_, Effect, Phase, Role, Step, StopReason

#: Pinned by each case when it begins; raise it when a change must not touch cases under way.
VERSION = 1


@dataclass(frozen=True, slots=True)
class PhaseRule:
    """One phase: its name on the rail, who may be in the room, and what is usually done in it."""

    phase: Phase
    title: str
    short: str
    checklist: tuple[Step, ...]  # whose guards make the checklist
    room: frozenset[Role] = frozenset()
    on_rail: bool = True


@dataclass(frozen=True, slots=True)
class GuardRule:
    """A condition, what the checklist says of it, and the roles that may override it with a reason."""

    check: Guard
    line: str = ""  # the condition said as a thing done; empty: no work of anybody's in that phase
    override: frozenset[Role] = frozenset()
    first: Guard | None = None  # as long as this has a reason why not, the line is not done either

    @property
    def code(self) -> str:
        """The name under which an override is stored."""
        return self.check.__name__


class ReasonKind(StrEnum):
    """What a step asks of the person who takes it, beside the click."""

    NONE = "none"
    TEXT = "text"
    CODED = "coded"


@dataclass(frozen=True, slots=True)
class StepRule:
    """One move. `target` None: the phase stays as it is."""

    step: Step
    title: str
    sources: tuple[Phase, ...]
    target: Phase | None
    who: frozenset[Role]
    guards: tuple[GuardRule, ...] = ()
    effects: tuple[Effect, ...] = ()
    reason: ReasonKind = ReasonKind.NONE
    ask: str = ""  # what the reason should tell
    asks_date: bool = False
    rare: bool = False  # an exit, shown quietly
    called_in: str = ""  # how the coordinator, outside the room, says it
    own: str = ""  # how somebody in the circle says it, on their own page


@dataclass(frozen=True, slots=True)
class Taking:
    """A step as it is asked for. `new_date` is an instant; `overrides` maps the code of a guard to the reason why."""

    step: Step
    reason: str = ""
    stop_reason: StopReason | None = None
    new_date: datetime | None = None
    overrides: dict[str, str] = field(default_factory=dict)


_COORDINATOR = frozenset({Role.COORDINATOR})
_FAMILY = frozenset({Role.MAIN_PERSON, Role.FAMILY})
_EVERYBODY = INSIDE_ROLES | {Role.REFERRER, Role.PROFESSIONAL, Role.COORDINATOR}

_INDEPENDENT = GuardRule(
    g.coordinator_independent,
    N_("The coordinator is independent"),
    first=g.independence_declared,  # of a coordinator who declared nothing no conflict is known
)
_BOTTOM_LINES_SHARED = GuardRule(g.bottom_lines_shared, N_("Bottom lines are shared"))

PHASES: tuple[PhaseRule, ...] = (
    PhaseRule(Phase.REGISTRATION, N_("Registration"), N_("Registration"), (Step.TAKE_ON,), on_rail=False),
    PhaseRule(Phase.SETUP, N_("Coordinator setup"), N_("Setup"), (Step.OPEN_CONFERENCE,)),
    PhaseRule(
        Phase.INFORMATION,
        N_("Information phase"),
        N_("Information"),
        (Step.BEGIN_PRIVATE_TIME,),
        room=_EVERYBODY,
    ),
    PhaseRule(Phase.PRIVATE_TIME, N_("Private time"), N_("Private time"), (), room=INSIDE_ROLES),
    PhaseRule(Phase.PRESENTATION, N_("Plan presentation"), N_("Plan"), (Step.AGREE_PLAN,), room=_EVERYBODY),
    PhaseRule(Phase.EVALUATION, N_("Evaluation"), N_("Evaluation"), (Step.CLOSE,)),
    PhaseRule(Phase.CLOSED, N_("Closed"), N_("Closed"), (), on_rail=False),
)

#: What makes a plan a plan: nothing that lacks one of these is ever agreed.
_PLAN_GUARDS = (
    GuardRule(g.actions_complete, N_("Each action says who, what and when")),
    GuardRule(g.what_if_complete, N_("What happens if it fails")),
    GuardRule(g.evaluation_arranged, N_("The evaluation is arranged")),
    GuardRule(g.monitor_named, N_("Somebody keeps an eye on the plan")),
    GuardRule(g.support_answered, N_("Each request for support has a name or an answer")),
)

STEPS: tuple[StepRule, ...] = (
    StepRule(
        Step.TAKE_ON,
        N_("Take on the case"),
        (Phase.REGISTRATION,),
        Phase.SETUP,
        _COORDINATOR,
        guards=(
            GuardRule(g.main_person_said_yes, N_("The main person says yes")),
            GuardRule(g.consents_valid, N_("Consents are there")),
            GuardRule(g.coordinator_accepted, N_("A coordinator takes the case")),
            GuardRule(g.independence_declared, N_("The coordinator declares independence")),
            _INDEPENDENT,
            GuardRule(g.coordinator_confirmed, N_("The main person confirms the coordinator")),
        ),
        effects=(Effect.WELCOME_LETTER,),
    ),
    StepRule(
        Step.OPEN_CONFERENCE,
        N_("Open the conference"),
        (Phase.SETUP,),
        Phase.INFORMATION,
        _COORDINATOR,
        guards=(
            GuardRule(g.question_agreed, N_("The question is agreed")),
            GuardRule(g.everyone_decided, N_("It is known who comes"), override=_COORDINATOR),
            GuardRule(g.everyone_informed, N_("Everyone is told personally"), override=_COORDINATOR),
            GuardRule(g.safety_decided, N_("Everyone is safe")),
            GuardRule(g.childrens_part_decided, N_("Each child's part is decided")),
            _BOTTOM_LINES_SHARED,
            GuardRule(g.meeting_arranged, N_("Date, venue, food and travel are arranged")),
            GuardRule(g.family_outnumbers_professionals, N_("The family is the larger group"), override=_COORDINATOR),
            _INDEPENDENT,
        ),
        effects=(Effect.START_MEETING,),
    ),
    StepRule(
        Step.BEGIN_PRIVATE_TIME,
        N_("Begin private time"),
        (Phase.INFORMATION,),
        Phase.PRIVATE_TIME,
        _COORDINATOR,
        guards=(
            GuardRule(g.information_told, N_("Situation, reason and help are told")),
            GuardRule(g.questions_answered, N_("Questions are answered"), override=_COORDINATOR),
            GuardRule(g.enough_family_present, N_("Enough of the family is there"), override=_COORDINATOR),
            GuardRule(g.professionals_left, N_("The professionals have left")),
            _INDEPENDENT,
        ),
        effects=(Effect.OPEN_ROOM,),
    ),
    StepRule(
        Step.COME_OUT,
        N_("Come out with a plan"),
        (Phase.PRIVATE_TIME,),
        Phase.PRESENTATION,
        _FAMILY | _COORDINATOR,
        effects=(Effect.CLOSE_ROOM, Effect.PRESENT_PLAN),
        called_in=N_("The family called me in: they have a plan"),
    ),
    StepRule(
        Step.ASK_FOR_INFORMATION,
        N_("Ask for information"),
        (Phase.PRIVATE_TIME,),
        Phase.INFORMATION,
        _FAMILY | _COORDINATOR,
        effects=(Effect.PAUSE_ROOM,),
        reason=ReasonKind.TEXT,
        ask=N_("What does the family want to know, and from whom?"),
        called_in=N_("The family called me in: they have a question"),
    ),
    StepRule(
        Step.AGREE_PLAN,
        N_("Agree the plan"),
        (Phase.PRESENTATION,),
        Phase.EVALUATION,
        _COORDINATOR,
        guards=(
            *_PLAN_GUARDS,
            GuardRule(g.bottom_lines_met, N_("Bottom lines are met")),
            GuardRule(g.accepted, N_("The plan is accepted")),
            _INDEPENDENT,
            GuardRule(g.everyone_asked, N_("Everyone is asked"), override=_COORDINATOR),
        ),
        effects=(
            Effect.FREEZE_PLAN,
            Effect.ISSUE_DOCUMENTS,
            Effect.PLAN_FOLLOW_UPS,
            Effect.END_MEETING,
        ),
    ),
    StepRule(
        Step.GO_BACK,
        N_("Go back into private time"),
        (Phase.PRESENTATION,),
        Phase.PRIVATE_TIME,
        _FAMILY | _COORDINATOR,
        guards=(GuardRule(g.made_at_a_conference),),
        effects=(Effect.OPEN_ROOM,),
        reason=ReasonKind.TEXT,
        ask=N_("Which bottom line is not met, or what is unclear?"),
        rare=True,
    ),
    StepRule(
        Step.REVISE_PLAN,
        N_("Agree a new version of the plan"),
        (Phase.EVALUATION,),
        None,
        frozenset({Role.CONVENOR, Role.COORDINATOR}),
        guards=(GuardRule(g.evaluation_held), GuardRule(g.family_wants_new_version), *_PLAN_GUARDS, _INDEPENDENT),
        effects=(Effect.FREEZE_PLAN, Effect.ISSUE_DOCUMENTS, Effect.PLAN_FOLLOW_UPS),
        rare=True,
    ),
    StepRule(
        Step.CLOSE,
        N_("Close the case"),
        (Phase.EVALUATION,),
        Phase.CLOSED,
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
        guards=(
            *(GuardRule(g.follow_up_settled(rule), rule.line) for rule in FOLLOW_UPS),
            _INDEPENDENT,
        ),
        effects=(Effect.START_RETENTION,),
    ),
    StepRule(
        Step.ANOTHER_DAY,
        N_("Go on another day"),
        (Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION),
        Phase.SETUP,
        _FAMILY | _COORDINATOR,
        effects=(Effect.CLOSE_ROOM, Effect.END_MEETING, Effect.NEW_MEETING),
        reason=ReasonKind.TEXT,
        ask=N_("Why on another day?"),
        asks_date=True,
        rare=True,
        called_in=N_("The family called me in: they want to go on another day"),
    ),
    StepRule(
        Step.PLAN_WITHOUT_CONFERENCE,
        N_("Plan without conference"),
        (Phase.SETUP,),
        Phase.PRESENTATION,
        _COORDINATOR,
        guards=(_BOTTOM_LINES_SHARED, _INDEPENDENT),
        effects=(Effect.MARK_WITHOUT_CONFERENCE, Effect.PRESENT_PLAN),
        reason=ReasonKind.TEXT,
        ask=N_("How did the family come to a plan without a conference?"),
        rare=True,
    ),
    StepRule(
        Step.NO_PLAN,
        N_("No plan"),
        (Phase.PRIVATE_TIME, Phase.PRESENTATION),
        Phase.CLOSED,
        _COORDINATOR,
        guards=(_INDEPENDENT,),
        effects=(
            Effect.CLOSE_ROOM,
            Effect.END_MEETING,
            Effect.NO_PLAN_NOTICE,
            Effect.START_RETENTION,
        ),
        rare=True,
        called_in=N_("The family called me in: there will be no plan"),
    ),
    StepRule(
        Step.RECONVENE,
        N_("Come together again"),
        (Phase.EVALUATION,),
        Phase.SETUP,
        _FAMILY | _COORDINATOR,
        effects=(Effect.NEW_ROUND, Effect.NEW_MEETING),
        reason=ReasonKind.TEXT,
        ask=N_("Why is a new conference needed?"),
        rare=True,
    ),
    StepRule(
        Step.STOP,
        N_("Stop"),
        (Phase.REGISTRATION, Phase.SETUP),
        Phase.CLOSED,
        frozenset({Role.MAIN_PERSON, Role.COORDINATOR, Role.REGIONAL_MANAGER}),
        effects=(Effect.CLOSING_LETTER, Effect.START_RETENTION),
        reason=ReasonKind.CODED,
        ask=N_("Why does it stop?"),
        rare=True,
        own=N_("We want to stop the conference"),
    ),
)
