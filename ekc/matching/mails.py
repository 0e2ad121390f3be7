"""Mails about the coordinator of a case: to coordinators, to those who asked them, and to main persons."""

from ekc.conferences.mails import OR_RING
from ekc.core.outbox import Audience, MailRule
from ekc.workflow.vocabulary import N_, Activity, Part

ASKED = MailRule(
    name="coordinator_asked",
    audience=Audience.COORDINATOR,
    opens=Activity.ANSWER_MATCH,
    key="match:{match}:asked",
    subject=N_("You are asked for a conference"),
    body=N_("You are asked to be the coordinator of a conference. Sign in to read about it, then say yes or no."),
)
DECLINED = MailRule(
    name="coordinator_declined",
    audience=Audience.REQUESTER,
    opens=Activity.ASK_COORDINATOR,
    key="match:{match}:declined:{to}",
    subject=N_("A coordinator cannot take a conference"),
    body=N_("A coordinator whom you asked for a conference said no. Sign in and ask somebody else."),
)
NOT_IN_TIME = MailRule(
    name="coordinator_not_in_time",
    audience=Audience.COORDINATOR,
    key="match:{match}:late",
    subject=N_("You need not answer any more about a conference"),
    body=N_("You were asked for a conference. The last day to answer is over, so you need not answer any more."),
)
NOBODY_NEXT = MailRule(
    name="no_coordinator_next",
    audience=Audience.REQUESTER,
    opens=Activity.ASK_COORDINATOR,
    key="match:{match}:nobody:{to}",
    subject=N_("No coordinator has answered for a conference"),
    body=N_(
        "A coordinator whom you asked for a conference has not answered in time, and nobody is next. Sign in and ask "
        "somebody else."
    ),
)
UNWANTED = MailRule(
    name="coordinator_unwanted",
    audience=Audience.REQUESTER,
    opens=Activity.ASK_COORDINATOR,
    key="match:{match}:unwanted:{at}:{to}",
    subject=N_("A main person would rather have another coordinator"),
    body=N_("A main person would rather have another coordinator, and need not say why. Sign in and ask one."),
)
WANTED_AFTER_ALL = MailRule(
    name="coordinator_wanted_after_all",
    audience=Audience.REQUESTER,
    opens=Activity.ASK_COORDINATOR,
    key="match:{match}:wanted:{at}:{to}",
    subject=N_("A main person says yes to the coordinator after all"),
    body=N_(
        "A main person who would rather have had another coordinator says yes to this one after all. Did you ask "
        "somebody else already? Sign in, and take that back if they are not needed any more."
    ),
)
CONFLICT = MailRule(
    name="coordinator_conflict",
    audience=Audience.REQUESTER,
    opens=Activity.ASK_COORDINATOR,
    key="match:{match}:conflict:{at}:{to}",
    subject=N_("A coordinator may not be independent"),
    body=N_("Something may tie a coordinator to a conference. Sign in and decide whether that is an obstacle."),
)
WITHDRAWN = MailRule(
    name="coordinator_not_needed",
    audience=Audience.COORDINATOR,
    key="match:{match}:withdrawn",
    subject=N_("You are not needed for a conference any more"),
    body=N_("You were asked for a conference, but you are not needed there any more. You need not answer."),
)
TAKEN_OVER = MailRule(
    name="coordinator_replaced",
    audience=Audience.COORDINATOR,
    key="match:{match}:over",
    subject=N_("Another coordinator has taken over a conference of yours"),
    body=N_("A conference that you coordinated has another coordinator now, and you no longer see it."),
)
ANOTHER_COORDINATOR = MailRule(
    name="another_coordinator",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_OWN_PAGE,
    parts=frozenset({Part.MAIN_PERSON}),
    key="{case}:match-{match}:{round}:{to}",
    subject=N_("You have another coordinator"),
    body=N_("Another coordinator has taken over your conference. Open it with your own link to see who it is.")
    + OR_RING,
)
