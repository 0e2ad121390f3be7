"""The mails that a step sends to the circle, and the reminder to a coordinator whose access ends."""

from ekc.core.outbox import Audience, MailRule
from ekc.workflow.vocabulary import FAMILY_PARTS, N_, PROFESSIONAL_PARTS, Part

WELCOME = MailRule(
    name="welcome",
    audience=Audience.CIRCLE,
    parts=frozenset({Part.MAIN_PERSON}),
    key="{case}:welcome:{round}:{to}",
    subject=N_("Your coordinator begins"),
    body=N_("A coordinator has taken on your conference and will contact you. You do not have to do anything now."),
)
PLAN_READY = MailRule(
    name="plan_ready",
    audience=Audience.CIRCLE,
    parts=FAMILY_PARTS | {Part.SUPPORTER},
    key="{case}:plan-{plan}:{round}:{to}",
    subject=N_("The plan is ready"),
    body=N_("The plan is written down as it was agreed. Ask your coordinator for it, or open it with your own link."),
)
PLAN_AGREED = MailRule(  # professionals see only what the family shares
    name="plan_agreed",
    audience=Audience.CIRCLE,
    parts=PROFESSIONAL_PARTS,
    key="{case}:plan-{plan}:{round}:{to}",
    subject=N_("The plan is agreed"),
    body=N_("The family agreed its plan. With your own link you see what the family shares of it with you."),
)
NO_PLAN = MailRule(  # only that there is no plan, never anybody's views (NZ6)
    name="no_plan",
    audience=Audience.CIRCLE,
    parts=PROFESSIONAL_PARTS,
    key="{case}:no-plan:{round}:{to}",
    subject=N_("The conference ended without a plan"),
    body=N_("The family group came together and did not make a plan. Nothing else is recorded."),
)
CLOSING = MailRule(
    name="closing",
    audience=Audience.CIRCLE,
    parts=PROFESSIONAL_PARTS | {Part.MAIN_PERSON},
    key="{case}:closing:{round}:{to}",
    subject=N_("The conference does not go on"),
    body=N_("The preparation of the conference has stopped. Your coordinator can tell you more."),
)
ACCESS_ENDS = MailRule(
    name="access_ends",
    audience=Audience.COORDINATOR,
    key="{case}:access-ends:{ended_on}",
    subject=N_("A conference of yours will soon be closed to you"),
    body=N_(
        "Within a week you can no longer open a conference in which your tasks are done. Sign in to see which "
        "one and until when, and finish what you still have to write."
    ),
)
CORRECTED = MailRule(
    name="registration_corrected",
    audience=Audience.MANAGERS,
    key="corrected:{case}:{at}:{to}",
    subject=N_("The registration of a conference was corrected"),
    body=N_(
        "The region, country, kind, municipality or referrer of a conference was corrected. It comes to your region, "
        "leaves it or stays. Sign in to see what changed."
    ),
)
CORRECTED_YOURS = MailRule(
    name="own_registration_corrected",
    audience=Audience.COORDINATOR,
    key="corrected:{case}:{at}:coordinator",
    subject=N_("The registration of a conference of yours was corrected"),
    body=N_(
        "The region, country, kind, municipality or referrer of a conference of yours was corrected. You stay its "
        "coordinator. Sign in to see what changed, and which dates."
    ),
)
