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
STOP_WISHED = MailRule(
    name="stop_wished",
    audience=Audience.CASE_STAFF,
    key="wish:{case}:stop:{at}:{to}",
    subject=N_("A main person wants to stop"),
    body=N_(
        "A main person wants to stop a conference. It goes on until all main persons want to stop, or until you "
        "decide. Sign in to see whose wish it is, and ring them."
    ),
)
NOT_SAFE = MailRule(
    name="not_safe",
    audience=Audience.CASE_STAFF,
    key="wish:{case}:not-safe:{at}:{to}",
    subject=N_("It is not safe for a main person: ring them today"),
    body=N_(
        "A main person wants to stop a conference because it does not feel safe. Nobody else in the circle was told. "
        "Sign in to see whose wish it is, and ring them first."
    ),
)
AGAIN_WISHED = MailRule(
    name="again_wished",
    audience=Audience.CASE_STAFF,
    key="wish:{case}:again:{at}:{to}",
    subject=N_("A family wants to come together again"),
    body=N_(
        "Somebody of a family wants to come together again. It is prepared when every main person wants it, or when "
        "the coordinator decides so. Sign in to see whose wish it is."
    ),
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
