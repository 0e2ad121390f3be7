"""The mails and text messages about the meeting: which possible dates suit people, invitations, reminders, and what is
still open.

What an invitation and a reminder say is written for each reader (`document/invitation.py`).
"""

from ekc.core.outbox import Audience, MailRule, TextRule
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
INVITATION_MAIL = MailRule(
    name="meeting_invitation",
    audience=Audience.PARTICIPANT,
    key="{case}:invited-{meeting}-{sequence}:{to}",
    subject=N_("You are invited"),
)
INVITATION_TEXT = TextRule(
    name="meeting_invitation_text",
    key="{case}:invited-{meeting}-{sequence}-text:{to}",
    subject=INVITATION_MAIL.subject,
    words=N_("You are invited: %(day)s. Do you come? %(address)s"),
    opens=Activity.ANSWER_INVITATION,
)
DAY_REMINDER = MailRule(
    name="day_reminder",
    audience=Audience.PARTICIPANT,
    key="{case}:day-{meeting}-{sequence}-{days}:{to}",
    subject=N_("It is almost the day of the conference"),
)
DAY_REMINDER_TEXT = TextRule(
    name="day_reminder_text",
    key="{case}:day-{meeting}-{sequence}-{days}-text:{to}",
    subject=DAY_REMINDER.subject,
    words=N_("Remember: %(day)s. Can you not come, or no more reminders? %(address)s"),
    opens=Activity.ANSWER_INVITATION,
)
DAY_OFF = MailRule(
    name="day_off",
    audience=Audience.PARTICIPANT,
    key="{case}:off-{meeting}-{sequence}:{to}",
    subject=N_("The conference is not on that day"),
)
REMIND_BY_HAND = MailRule(
    name="remind_by_hand",
    audience=Audience.COORDINATOR,
    opens=Activity.ARRANGE_MEETING,
    key="{case}:by-hand-{meeting}-{sequence}-{days}:{to}",
    subject=N_("Ring some people before the conference"),
    body=N_(
        "In a few days there is a conference. Some who come were invited by letter or by telephone, so no email and no "
        "text message reminds them. Sign in to see who they are, and ring them."
    ),
)
STILL_OPEN = MailRule(
    name="still_open",
    audience=Audience.COORDINATOR,
    opens=Activity.SEE_CASE,
    key="open:{case}:{meeting}:{on}:{days}:{to}",
    subject=N_("What is still open for a conference of yours"),
    body=N_("A conference of yours is near, and this is still open for it:")
    + "\n\n"
    + N_("Sign in to see for which one, and to arrange it."),
)
