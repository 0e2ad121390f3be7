"""The mails that a step sends to the circle, those of the ends, and the reminder to a coordinator whose access ends."""

import re

from ekc.conferences.mails import OR_RING
from ekc.core.outbox import Audience, MailRule
from ekc.workflow.ends.kinds import End, EndRule, Hears, Words
from ekc.workflow.ends.rows import ENDS
from ekc.workflow.vocabulary import INSIDE_PARTS, N_, PROFESSIONAL_PARTS, Activity, Part

WELCOME = MailRule(
    name="welcome",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_OWN_PAGE,
    parts=frozenset({Part.MAIN_PERSON}),
    key="{case}:welcome:{round}:{to}",
    subject=N_("Your coordinator begins"),
    body=N_("A coordinator has taken on your conference and will contact you. You do not have to do anything now."),
)
PLAN_READY = MailRule(
    name="plan_ready",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_VERSIONS,
    parts=INSIDE_PARTS,
    key="{case}:plan-{plan}:{round}:{to}",
    subject=N_("The plan is ready"),
    body=N_("The plan is written down as it was agreed. Ask your coordinator for it, or open it with your own link."),
)
PLAN_READY_DISSENT = MailRule(
    name="plan_ready_dissent",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_VERSIONS,
    parts=PLAN_READY.parts,
    key=PLAN_READY.key,
    subject=N_("The plan is written down"),
    body=N_(
        "The plan is written down. You said that you do not agree. Ask your coordinator for the plan, or open it with "
        "your own link: there you can say it if that changes."
    ),
)
PLAN_READY_NOT_ASKED = MailRule(
    name="plan_ready_not_asked",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_VERSIONS,
    parts=PLAN_READY.parts,
    key=PLAN_READY.key,
    subject=N_("The plan is written down: do you agree?"),
    body=N_(
        "The plan is written down, and you have not been asked yet whether you agree. Say it on your own page, with "
        "your own link, or to your coordinator."
    ),
)
PLAN_REVISED = MailRule(
    name="plan_revised",
    audience=Audience.COORDINATOR,
    opens=Activity.SEE_VERSIONS,
    key="{case}:plan-{plan}:{round}:coordinator",
    subject=N_("A family agreed a new version of its plan"),
    body=N_(
        "In a conference of yours a new version of the plan was agreed. Sign in to read it, and to see who was asked "
        "whether they agree."
    ),
)
PLAN_AGREED = MailRule(  # professionals see only what the family shares
    name="plan_agreed",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_OWN_PAGE,
    parts=PROFESSIONAL_PARTS,
    key="{case}:plan-{plan}:{round}:{to}",
    subject=N_("The plan is agreed"),
    body=N_("The family agreed its plan. With your own link you see what the family shares of it with you.") + OR_RING,
)
STOP_WISHED = MailRule(
    name="stop_wished",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_CASE,
    key="wish:{case}:stop:{at}:{to}",
    subject=N_("A main person wants to stop"),
    body=N_(
        "A main person wants to stop a conference. It goes on until staff take the step: when all main persons "
        "want it, or when you decide. Sign in to see whose wish it is, and ring them."
    ),
)
AGAIN_WISHED = MailRule(
    name="again_wished",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_CASE,
    key="wish:{case}:again:{at}:{to}",
    subject=N_("A family wants to come together again"),
    body=N_(
        "Somebody of a family wants to come together again. When every main person wants it, the coordinator speaks "
        "with each of them and prepares it. Sign in to see whose wish it is."
    ),
)
WISH_TAKEN_BACK = MailRule(
    name="wish_taken_back",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_CASE,
    key="wish:{case}:back:{at}:{to}",
    subject=N_("A wish was taken back"),
    body=N_(
        "Somebody of a conference wished to stop or to come together again, and has taken that back. Sign in to see it."
    ),
)
COMES_TOGETHER_AGAIN = MailRule(
    name="comes_together_again",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_CASE,
    key="round:{case}:{round}:{to}",
    subject=N_("A family comes together again"),
    body=N_(
        "A family comes together again: another conference is being prepared. The plan that was agreed stays until "
        "there is another one. Sign in to see which one, and why."
    ),
)
CAME_OUT_ALONE = MailRule(
    name="came_out_alone",
    audience=Audience.MANAGERS,
    opens=Activity.SEE_CASE,
    key="alone:{case}:{at}:{to}",
    subject=N_("A family has come out, and nobody coordinates its conference"),
    body=N_(
        "A family has come out of private time, and the coordinator of its conference cannot sign in any more. Sign "
        "in, ask somebody today, and ring them and the family."
    ),
)
ACCESS_ENDS = MailRule(
    name="access_ends",
    audience=Audience.COORDINATOR,
    opens=Activity.SEE_CASE,
    key="{case}:access-ends:{ended_on}",
    subject=N_("A conference of yours will soon be closed to you"),
    body=N_(
        "Within a week you can no longer open a conference in which your tasks are done. Sign in to see which "
        "one and until when, and finish what you still have to write."
    ),
)
HOW_IT_GOES = MailRule(
    name="how_it_goes",
    audience=Audience.COORDINATOR,
    opens=Activity.SEE_CASE,
    key="how:{case}:{day}:{to}",
    subject=N_("How is one of your conferences going?"),
    body=N_(
        "Your regional manager would like to know how one of your conferences is going. Sign in to see which one, "
        "write down what you did, or pause it with a reason. Do you need help, or can you not go on? Ring them."
    ),
)
DEADLINE_NEAR = MailRule(
    name="deadline_near",
    audience=Audience.COORDINATOR,
    opens=Activity.SEE_CASE,
    key="deadline:{case}:{codes}:{round}:near:{to}",
    subject=N_("A deadline in one of your conferences is near"),
    body=N_("This is due soon in one of your conferences:") + "\n\n" + N_("Sign in to see on which day."),
)
DEADLINE_PASSED = MailRule(
    name="deadline_passed",
    audience=Audience.MANAGERS,
    opens=Activity.SEE_CASE,
    key="deadline:{case}:{codes}:{round}:passed:{to}",
    subject=N_("A deadline in a conference of your region has passed"),
    body=N_("This is late in a conference of your region:")
    + "\n\n"
    + N_("Sign in to see since when, and whether you can help its coordinator."),
)


_NUMBER = N_("You find the number of this conference on your own page.")


def _end_mail(rule: EndRule, hears: Hears, words: Words, name: str) -> MailRule:
    end = rule.end
    staff = "end:{case}:" + f"{end}-" + "{at}:{to}"
    circle = "{case}:" + f"{end}-" + "{at}:{round}:{to}"
    audience, key, parts = {
        Hears.FAMILY: (Audience.CIRCLE, circle, INSIDE_PARTS),
        Hears.INSIDE: (Audience.CIRCLE, circle, INSIDE_PARTS),
        Hears.RELATIVES: (Audience.CIRCLE, circle, INSIDE_PARTS - {Part.MAIN_PERSON}),
        Hears.AGENCIES: (Audience.CIRCLE, circle, PROFESSIONAL_PARTS),
        Hears.NAMED_AGENCIES: (Audience.CIRCLE, circle, PROFESSIONAL_PARTS),
        Hears.COORDINATOR: (Audience.COORDINATOR, staff, frozenset()),
        Hears.MANAGERS: (Audience.MANAGERS, staff, frozenset()),
    }[hears]
    again = dict.fromkeys((Hears.FAMILY, Hears.INSIDE, Hears.RELATIVES), rule.again.family)
    again |= dict.fromkeys((Hears.AGENCIES, Hears.NAMED_AGENCIES), rule.again.agencies)
    number = _NUMBER if rule.again.by_number and hears in again else ""
    body = "\n\n".join(one for one in (words.body, again.get(hears), number) if one)
    body += OR_RING if parts and re.search(r"\bown (link|page)\b", body) else ""
    opens = Activity.SEE_OWN_PAGE if parts else Activity.SEE_CASE
    return MailRule(name=name, audience=audience, key=key, subject=words.subject, body=body, parts=parts, opens=opens)


#: The mails of the table of ends.
END_MAILS: dict[tuple[End, Hears], MailRule] = {
    (rule.end, hears): _end_mail(rule, hears, words, f"{rule.end}_{hears}")
    for rule in ENDS
    for hears, words in rule.mails.items()
}
#: Those that are other words where a plan is in force.
END_MAILS_WITH_PLAN: dict[tuple[End, Hears], MailRule] = {
    (rule.end, hears): _end_mail(rule, hears, words, f"{rule.end}_with_plan_{hears}")
    for rule in ENDS
    if rule.with_plan
    for hears, words in rule.with_plan.mails.items()
}

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
    opens=Activity.SEE_CASE,
    key="corrected:{case}:{at}:coordinator",
    subject=N_("The registration of a conference of yours was corrected"),
    body=N_(
        "The region, country, kind, municipality or referrer of a conference of yours was corrected. You stay its "
        "coordinator. Sign in to see what changed, and which dates."
    ),
)
