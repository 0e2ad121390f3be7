"""The policy: phases and steps, who may, what stands in the way. Change the process here and nowhere else.

What somebody may do besides steps stands in `activities.py`, who sees which part of a case in `parts.py`, and what
offices do across the organisation in `duties.py`.
`docs/workflow.md` is generated from these tables; `engine.py` reads them.
"""

# ruff: noqa: PLC0414  (`as` hands a name on to whoever imports it from here)

from ekc.workflow import guards as g
from ekc.workflow import plan_guards as p
from ekc.workflow.activities import ACTIVITIES as ACTIVITIES
from ekc.workflow.blocker import Guard
from ekc.workflow.duties import DUTIES as DUTIES
from ekc.workflow.duties import Duty as Duty
from ekc.workflow.duties import DutyRule as DutyRule
from ekc.workflow.parts import PARTS as PARTS
from ekc.workflow.parts import SHOWN_BY as SHOWN_BY
from ekc.workflow.rules import ActivityRule as ActivityRule
from ekc.workflow.rules import GuardRule as GuardRule
from ekc.workflow.rules import PartRule as PartRule
from ekc.workflow.rules import PhaseRule as PhaseRule
from ekc.workflow.rules import Reason as Reason
from ekc.workflow.rules import StepRule as StepRule
from ekc.workflow.vocabulary import INSIDE_ROLES, N_, Effect, Phase, Role, Step

#: Pinned by each case when it begins; raise it when a change must not touch cases under way.
VERSION = 1


def _all(*checks: Guard) -> tuple[GuardRule, ...]:
    return tuple(GuardRule(check) for check in checks)


_COORDINATOR = frozenset({Role.COORDINATOR})
_FAMILY = frozenset({Role.MAIN_PERSON, Role.FAMILY})
_EVERYBODY = INSIDE_ROLES | {Role.REFERRER, Role.PROFESSIONAL, Role.COORDINATOR}

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
_PLAN_GUARDS = _all(p.actions_complete, p.what_if_complete, p.evaluation_arranged, p.monitor_named, p.support_answered)

STEPS: tuple[StepRule, ...] = (
    StepRule(
        Step.TAKE_ON,
        N_("Take on the case"),
        (Phase.REGISTRATION,),
        Phase.SETUP,
        _COORDINATOR,
        guards=(
            GuardRule(g.main_person_said_yes),
            GuardRule(g.consents_valid),
            GuardRule(g.coordinator_accepted),
            GuardRule(g.independence_declared),
            GuardRule(g.coordinator_independent),
            GuardRule(g.coordinator_confirmed),
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
            GuardRule(g.question_agreed),
            GuardRule(g.everyone_decided, override=_COORDINATOR),
            GuardRule(g.everyone_informed, override=_COORDINATOR),
            GuardRule(g.safety_decided),
            GuardRule(g.childrens_part_decided),
            GuardRule(g.bottom_lines_shared),
            GuardRule(g.meeting_arranged),
            GuardRule(g.family_outnumbers_professionals, override=_COORDINATOR),
            GuardRule(g.coordinator_independent),
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
            GuardRule(g.information_told),
            GuardRule(g.questions_answered, override=_COORDINATOR),
            GuardRule(g.enough_family_present, override=_COORDINATOR),
            GuardRule(g.professionals_left),
            GuardRule(g.coordinator_independent),
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
        reason=Reason.TEXT,
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
            *_all(p.bottom_lines_met, p.accepted, g.coordinator_independent),
            GuardRule(p.everyone_asked, override=_COORDINATOR),
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
        guards=_all(p.made_at_a_conference),
        effects=(Effect.OPEN_ROOM,),
        reason=Reason.TEXT,
        ask=N_("Which bottom line is not met, or what is unclear?"),
        rare=True,
    ),
    StepRule(
        Step.REVISE_PLAN,
        N_("Agree a new version of the plan"),
        (Phase.EVALUATION,),
        None,
        frozenset({Role.CONVENOR, Role.COORDINATOR}),
        guards=(*_all(p.evaluation_held, p.family_wants_new_version), *_PLAN_GUARDS, *_all(g.coordinator_independent)),
        effects=(Effect.FREEZE_PLAN, Effect.ISSUE_DOCUMENTS, Effect.PLAN_FOLLOW_UPS),
        rare=True,
    ),
    StepRule(
        Step.CLOSE,
        N_("Close the case"),
        (Phase.EVALUATION,),
        Phase.CLOSED,
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
        guards=_all(p.call_settled, p.evaluation_settled, g.coordinator_independent),
        effects=(Effect.START_RETENTION,),
    ),
    StepRule(
        Step.ANOTHER_DAY,
        N_("Go on another day"),
        (Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION),
        Phase.SETUP,
        _FAMILY | _COORDINATOR,
        effects=(Effect.CLOSE_ROOM, Effect.END_MEETING, Effect.NEW_MEETING),
        reason=Reason.TEXT,
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
        guards=_all(g.bottom_lines_shared, g.coordinator_independent),
        effects=(Effect.MARK_WITHOUT_CONFERENCE, Effect.PRESENT_PLAN),
        reason=Reason.TEXT,
        ask=N_("How did the family come to a plan without a conference?"),
        rare=True,
    ),
    StepRule(
        Step.NO_PLAN,
        N_("No plan"),
        (Phase.PRIVATE_TIME, Phase.PRESENTATION),
        Phase.CLOSED,
        _COORDINATOR,
        guards=_all(g.coordinator_independent),
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
        reason=Reason.TEXT,
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
        reason=Reason.CODED,
        ask=N_("Why does it stop?"),
        rare=True,
        own=N_("We want to stop the conference"),
    ),
)
