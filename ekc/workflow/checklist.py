"""What the guards ask for, as lines of a checklist: the same conditions, said as things done."""

from ekc.workflow.blocker import Guard
from ekc.workflow.guards import independence_declared
from ekc.workflow.vocabulary import N_

#: By the name of the guard. Guards that are no work of somebody's in that phase have no line.
LINES: dict[str, str] = {
    "main_person_said_yes": N_("The main person says yes"),
    "consents_valid": N_("Consents are there"),
    "coordinator_accepted": N_("A coordinator takes the case"),
    "independence_declared": N_("The coordinator declares independence"),
    "coordinator_independent": N_("The coordinator is independent"),
    "coordinator_confirmed": N_("The main person confirms the coordinator"),
    "question_agreed": N_("The question is agreed"),
    "everyone_decided": N_("It is known who comes"),
    "everyone_informed": N_("Everyone is told personally"),
    "safety_decided": N_("Everyone is safe"),
    "childrens_part_decided": N_("Each child's part is decided"),
    "bottom_lines_shared": N_("Bottom lines are shared"),
    "meeting_arranged": N_("Date, venue, food and travel are arranged"),
    "family_outnumbers_professionals": N_("The family is the larger group"),
    "information_told": N_("Situation, reason and help are told"),
    "questions_answered": N_("Questions are answered"),
    "enough_family_present": N_("Enough of the family is there"),
    "professionals_left": N_("The professionals have left"),
    "actions_complete": N_("Each action says who, what and when"),
    "what_if_complete": N_("What happens if it fails"),
    "evaluation_arranged": N_("The evaluation is arranged"),
    "monitor_named": N_("Somebody keeps an eye on the plan"),
    "support_answered": N_("Each request for support has a name or an answer"),
    "bottom_lines_met": N_("Bottom lines are met"),
    "accepted": N_("The plan is accepted"),
    "everyone_asked": N_("Everyone is asked"),
    "call_settled": N_("The call after four weeks"),
    "evaluation_settled": N_("The evaluation"),
}

#: What has to hold before a line can be done, though its own guard has nothing against it: of nobody nothing is known.
FIRST: dict[str, Guard] = {"coordinator_independent": independence_declared}
