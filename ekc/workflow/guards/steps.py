"""The conditions of each step, in the order of its checklist. Named ones go on being asked: `standing.py`."""

from ekc.workflow.blocker import GuardRule, about_nobody
from ekc.workflow.facts import NO_CONSENT
from ekc.workflow.follow_ups import FOLLOW_UPS
from ekc.workflow.guards.agreement import (
    accepted,
    bottom_lines_met,
    doers_asked,
    everyone_asked,
    no_professional,
    tasks_agreed,
)
from ekc.workflow.guards.circle import (
    childrens_part_decided,
    everyone_decided,
    everyone_informed,
    family_outnumbers_professionals,
    only_main_person,
    safety_asked,
    safety_decided,
    somebody_asked,
    two_sides_there,
)
from ekc.workflow.guards.consents import consents_valid, main_person_said_yes
from ekc.workflow.guards.coordinator import (
    coordinator_accepted,
    coordinator_confirmed,
    coordinator_independent,
    independence_declared,
)
from ekc.workflow.guards.follow_ups import evaluation_held, family_wants_new_version, follow_up_guards
from ekc.workflow.guards.meeting import (
    bottom_lines_shared,
    information_told,
    made_at_a_conference,
    meeting_arranged,
    no_bottom_lines,
    no_meeting_held,
    question_agreed,
    questions_answered,
)
from ekc.workflow.guards.plan import (
    actions_ahead,
    actions_before_evaluation,
    actions_complete,
    evaluation_arranged,
    evaluation_chosen,
    monitor_named,
    support_answered,
    what_if_complete,
)
from ekc.workflow.guards.room import enough_family_present, excluded_left, professionals_left, somebody_in_room
from ekc.workflow.vocabulary import N_, ActionKind, Attends, Role, Variant

_COORDINATOR = frozenset({Role.COORDINATOR})
MAIN_PERSON_SAID_YES = GuardRule(main_person_said_yes, N_("Every main person says yes"))
CONSENTS_VALID = GuardRule(
    consents_valid,
    N_("Consents are there"),
    nothing=lambda f: N_("this kind of conference asks for none") if f.variant in NO_CONSENT else "",
)
INDEPENDENCE_DECLARED = GuardRule(independence_declared, N_("The coordinator declares independence"))
COORDINATOR_INDEPENDENT = GuardRule(
    coordinator_independent,
    N_("The coordinator is independent"),
    first=independence_declared,  # of a coordinator who declared nothing no conflict is known
)
COORDINATOR_CONFIRMED = GuardRule(coordinator_confirmed, N_("Every main person confirms the coordinator"))
QUESTION_AGREED = GuardRule(question_agreed, N_("The question is agreed"))
EVERYONE_DECIDED = GuardRule(everyone_decided, N_("It is known who comes"), override=_COORDINATOR)
EVERYONE_INFORMED = GuardRule(
    everyone_informed, N_("Everyone who takes part is told personally"), override=_COORDINATOR
)
SAFETY_ASKED = GuardRule(
    safety_asked,
    N_("Everyone who comes was asked whether it is safe"),
    override=_COORDINATOR,
    first=somebody_asked,  # as long as nobody comes, nobody was asked
)
SAFETY_DECIDED = GuardRule(safety_decided, N_("Every worry about safety has an arrangement"))
CHILDRENS_PART_DECIDED = GuardRule(
    childrens_part_decided,
    N_("Each child's part is decided"),
    nothing=lambda f: "" if any(p.is_child for p in f.people) else N_("no child is in the circle"),
)
BOTTOM_LINES_SHARED = GuardRule(bottom_lines_shared, N_("Bottom lines are shared"), nothing=no_bottom_lines)
#: Who may not be in private time has left before it begins, for the first time or again.
_OTHERS_LEFT = (
    GuardRule(
        professionals_left,
        N_("The professionals have left"),
        first=somebody_in_room,  # as long as nobody noted who is there, nobody has left
        nothing=lambda f: "" if any(p.present and p.is_professional for p in f.people) else N_("none was there"),
    ),
    GuardRule(
        excluded_left,
        N_("Whoever is to stay away has left"),
        first=somebody_in_room,
        nothing=lambda f: (
            "" if any(p.present and p.attends is Attends.EXCLUDED for p in f.people) else N_("none was there")
        ),
    ),
)
_BEFORE_EVALUATION = GuardRule(
    actions_before_evaluation,
    N_("Each action begins before the evaluation"),
    override=_COORDINATOR,
    first=evaluation_chosen,  # without actions, or without its day, none begins in time
)
_AHEAD = GuardRule(
    actions_ahead,
    N_("No action had to be done by a day that is past"),
    override=_COORDINATOR,
    first=actions_complete,  # without actions none lies ahead
)
#: What makes a plan a plan: nothing that lacks one of these is ever agreed.
_IS_A_PLAN = (
    GuardRule(actions_complete, N_("Each action says who, what and when")),
    GuardRule(what_if_complete, N_("What happens if it fails")),
    GuardRule(evaluation_arranged, N_("The evaluation is arranged")),
    GuardRule(monitor_named, N_("Somebody keeps an eye on the plan")),
    GuardRule(
        support_answered,
        N_("Each request for support has a name or an answer"),
        first=actions_complete,  # of a plan without actions no request is known
        nothing=lambda f: (
            ""
            if any(action.kind is ActionKind.PROFESSIONAL for action in f.plan.actions)
            else N_("the plan asks for none")
        ),
    ),
)

TAKE_ON = (
    MAIN_PERSON_SAID_YES,
    CONSENTS_VALID,
    GuardRule(coordinator_accepted, N_("A coordinator takes the case")),
    INDEPENDENCE_DECLARED,
    COORDINATOR_INDEPENDENT,
    COORDINATOR_CONFIRMED,
    GuardRule(two_sides_there, N_("Two sides are there"), variants=frozenset({Variant.RECOVERY})),
)
OPEN_CONFERENCE = (
    QUESTION_AGREED,
    EVERYONE_DECIDED,
    EVERYONE_INFORMED,
    SAFETY_ASKED,
    SAFETY_DECIDED,
    CHILDRENS_PART_DECIDED,
    BOTTOM_LINES_SHARED,
    GuardRule(meeting_arranged, N_("Date, venue, food and travel are arranged")),
    GuardRule(family_outnumbers_professionals, N_("The family is the larger group"), override=_COORDINATOR),
)
PLAN_WITHOUT_CONFERENCE = (GuardRule(no_meeting_held), BOTTOM_LINES_SHARED, SAFETY_DECIDED)
MAIN_PERSON_GONE = (GuardRule(only_main_person),)
BEGIN_PRIVATE_TIME = (
    GuardRule(information_told, N_("Situation, reason and help are told")),
    GuardRule(
        questions_answered,
        N_("Questions are answered"),
        override=_COORDINATOR,
        first=information_told,  # before anything is told nobody has asked
        nothing=lambda f: "" if f.questions else N_("nobody asked anything"),
    ),
    GuardRule(enough_family_present, N_("Enough of the family is there"), override=_COORDINATOR),
    *_OTHERS_LEFT,
)
#: What is asked of each version of a plan, about the text that it becomes.
AGREE_PLAN = (
    *_IS_A_PLAN,
    _BEFORE_EVALUATION,
    _AHEAD,
    GuardRule(bottom_lines_met, N_("Bottom lines are met"), first=bottom_lines_shared, nothing=no_bottom_lines),
    GuardRule(accepted, N_("The plan is accepted"), first=about_nobody, nothing=no_professional),
    GuardRule(everyone_asked, N_("Everyone is asked"), override=_COORDINATOR, first=about_nobody),
    GuardRule(
        tasks_agreed,
        N_("Each task has somebody who agrees to it"),
        override=_COORDINATOR,
        first=doers_asked,  # of a plan without actions, or whose doers were not asked, nobody has agreed to one
    ),
)
GO_BACK = (GuardRule(made_at_a_conference), *_OTHERS_LEFT)
REVISE_PLAN = (
    GuardRule(evaluation_held),
    GuardRule(family_wants_new_version),
    *AGREE_PLAN,
)
CLOSE = follow_up_guards(FOLLOW_UPS)
