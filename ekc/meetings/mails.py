"""The mails about the meeting: which possible dates suit people."""

from ekc.core.outbox import Audience, MailRule
from ekc.workflow.vocabulary import N_, Activity

_OR_RING = "\n\n" + N_("Do you have no link, or does it not open? Ring, and say which days suit you.")

DATES_ASKED = MailRule(
    name="dates_asked",
    audience=Audience.PARTICIPANT,
    opens=Activity.ANSWER_DATES,
    key="{case}:dates-{meeting}-{at}:{to}",
    subject=N_("Which days suit you?"),
    body=N_(
        "A conference is being planned, and you are asked which days suit you. Open your page with your own link and "
        "say it there. Nobody but the coordinator sees what you answer."
    )
    + _OR_RING,
)
DATES_REMINDER = MailRule(
    name="dates_reminder",
    audience=Audience.PARTICIPANT,
    opens=Activity.ANSWER_DATES,
    key="{case}:dates-{meeting}-{asked}-{number}:{to}",
    subject=N_("Which days suit you? We have not heard from you yet"),
    body=N_(
        "A conference is being planned, and it is not known yet which days suit you. Open your page with your own link "
        "and say it there. Without your answer a day may be chosen on which you cannot come."
    )
    + _OR_RING,
)
