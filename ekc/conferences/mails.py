"""The mails about a registration and about changes that people rely on."""

from ekc.core.outbox import Audience, MailRule
from ekc.workflow.vocabulary import INSIDE_PARTS, N_, PROFESSIONAL_PARTS, Activity, Part

#: Below what is seen with a personal link: not everybody has one, and who can be rung follows.
OR_RING = "\n\n" + N_("Do you have no link, or does it not open? Ring, and you hear it.")
_BY_NOTICE = "{case}:notice-{notice}:{round}:{to}"

NOTICE = MailRule(
    name="notice",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_OWN_PAGE,
    parts=INSIDE_PARTS | PROFESSIONAL_PARTS,
    key="{case}:day-and-place-{at}:{round}:{to}",
    subject=N_("When and where the conference is"),
    body=N_(
        "The day or the place of the conference is new. Open it with your own link to see when and where it is now."
    )
    + OR_RING,
)
AGAIN_NOTICE = MailRule(
    name="notice_again",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_OWN_PAGE,
    parts=INSIDE_PARTS,
    key=_BY_NOTICE,
    subject=N_("You come together again"),
    body=N_(
        "Another conference is being prepared. The plan that you agreed stays until you agree another one. You hear "
        "when and where you meet."
    ),
)
AGAIN_NOTICE_AGENCIES = MailRule(
    name="notice_again_agencies",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_OWN_PAGE,
    parts=PROFESSIONAL_PARTS,
    key=_BY_NOTICE,
    subject=N_("The family comes together again"),
    body=N_(
        "Another conference is being prepared. The plan that was agreed stays until there is another one. You hear "
        "whether you are asked to come."
    ),
)
COORDINATOR_NOTICE = MailRule(  # main persons get one of their own
    name="notice_coordinator",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_OWN_PAGE,
    parts=NOTICE.parts,
    key=_BY_NOTICE,
    subject=N_("The conference has another coordinator"),
    body=N_(
        "Another coordinator has taken over the conference. Open it with your own link to see who it is and whom you "
        "can ring."
    )
    + OR_RING,
)
LINES_ASKED = MailRule(
    name="bottom_lines_asked",
    audience=Audience.PARTICIPANT,
    opens=Activity.SET_BOTTOM_LINES,
    key="{case}:bottom-lines-{day}:{to}",
    subject=N_("What the plan has to meet: you are asked"),
    body=N_(
        "A conference is being prepared in which you set the bottom lines: what the plan has to meet, whatever else "
        "the family decides. Open your page with your own link, and write them there, or say that there are none. The "
        "family reads them before the conference."
    )
    + "\n\n"
    + N_("Do you have no link, or does it not open? Ring, and say them by telephone."),
)
CONSENT_BACK = MailRule(
    name="consent_back",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_REGISTRATION,
    key="consent:{case}:{notice}:{to}",
    subject=N_("A consent to a conference was taken back"),
    body=N_(
        "A consent to a conference was taken back. It goes no further until it is decided how it goes on. Nobody else "
        "in the circle was told. Sign in to see it."
    ),
)
FOUND_UNSAFE = MailRule(
    name="found_unsafe",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_FOLLOW_UPS,
    key="found:{case}:{notice}:{to}",
    subject=N_("Somebody does not feel safe, a follow-up found: ring today"),
    body=N_(
        "At a follow-up of a plan it was written down that somebody does not feel safe. Sign in to read it, and ring "
        "today."
    ),
)
FOUND_NOT_DONE = MailRule(
    name="found_not_done",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_FOLLOW_UPS,
    key=FOUND_UNSAFE.key,
    subject=N_("Much of a plan was not carried out"),
    body=N_(
        "A follow-up found that much of a plan was not carried out. Sign in to read it, and ask the family what helps."
    ),
)
FOUND_NEW_VERSION = MailRule(
    name="found_new_version",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_FOLLOW_UPS,
    key=FOUND_UNSAFE.key,
    subject=N_("A family wants a new version of its plan"),
    body=N_("A follow-up found that a family wants a new version of its plan. Sign in to read it."),
)
NO_TO_TASK = MailRule(
    name="no_to_task",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_CASE,
    key="no-to-task:{case}:{at}:{to}",
    subject=N_("Somebody with a task does not agree with the plan any more"),
    body=N_(
        "Somebody who has a task in a plan that was agreed now says that they do not agree. Sign in to see who it is, "
        "and speak with the family about what happens instead."
    ),
)
READS_MORE = MailRule(
    name="reads_more",
    audience=Audience.CIRCLE,
    opens=Activity.SHARE_PLAN,
    parts=frozenset({Part.MAIN_PERSON}),
    key=_BY_NOTICE,
    subject=N_("Somebody sees more of the plan"),
    body=N_(
        "Somebody sees more of the plan than before, because every main person agreed to it. Open the plan with your "
        "own link to see who sees what. You can change your own answer at any time: as long as one of you does not "
        "want it, they do not read it."
    )
    + OR_RING,
)
OTHER_PART = MailRule(
    name="other_part",
    audience=Audience.CIRCLE,
    opens=Activity.SEE_OWN_PAGE,
    parts=INSIDE_PARTS,
    key=_BY_NOTICE,
    subject=N_("Somebody who came as a professional has another role"),
    body=N_(
        "Somebody who came to the conference as a professional now has another role in the circle. They are not "
        "there in private time: whoever came as a professional stays outside as long as this conference lasts. Is "
        "that wrong? Tell your coordinator or the regional manager."
    ),
)
NO_STANDS = MailRule(
    name="no_stands",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_HISTORY,
    key="no-stands:{case}:{participant}:{at}:{to}",
    subject=N_("Somebody who had said no is a main person no longer"),
    body=N_(
        "A main person who had said no was taken out of the circle, stays away or has another role now. What they "
        "said still holds. Sign in, read in the history why it was done, and decide how it goes on."
    ),
)
REGISTERED = MailRule(
    name="case_registered",
    audience=Audience.MANAGERS,
    opens=Activity.SEE_REGISTRATION,
    key="registered:{case}:{to}",
    subject=N_("A conference was registered in your region"),
    body=N_("A new registration waits for a coordinator. Sign in to read it, then ask somebody."),
)
UNMANAGED = MailRule(
    name="case_registered_unmanaged",
    audience=Audience.OVERSIGHT,
    key="unmanaged:{case}:{to}",
    subject=N_("A registration came in that no manager sees"),
    body=N_("A conference was registered in a region that nobody manages. Sign in and give the region a manager."),
)
GO_ON = MailRule(
    name="registration_go_on",
    audience=Audience.REGISTRANT,
    key="registering:{draft}:{at}",
    subject=N_("The form that you began"),
    body=N_(
        "With the link below you go on with the form that you began. It works until two weeks after you last filled "
        "something in. Whoever has the link reads what you filled in, so keep it to yourself. Was this not you? Throw "
        "this email away."
    ),
    has_link=True,
)
RECEIVED = MailRule(
    name="registration_received",
    audience=Audience.PARTICIPANT,
    key="{case}:received:{to}",
    subject=N_("We received your registration"),
    body=N_(
        "Your registration has arrived. The regional manager reads it and rings you within a few working days. An "
        "independent coordinator then rings the people whom it is about, and says their name and number. You do not "
        "have to do anything now. Has anything changed, or have you heard nothing within a week? Ring the regional "
        "manager. Was this not you? "
        "Throw this email away."
    ),
)
NOT_SAFE = MailRule(
    name="not_safe",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_CASE,
    key="wish:{case}:not-safe:{at}:{to}",
    subject=N_("Somebody says that it does not feel safe: ring them today"),
    body=N_(
        "Somebody of a conference says that it does not feel safe. Nobody else in the circle was told. Sign in to see "
        "who it is and what else they want, and ring them first."
    ),
)
NOT_COMING = MailRule(
    name="not_coming",
    audience=Audience.CASE_STAFF,
    opens=Activity.SEE_REGISTRATION,
    key="coming:{case}:no:{at}:{to}",
    subject=N_("Somebody says that they do not come"),
    body=N_(
        "Somebody of the circle says on their own page that they, or the child whom they support, do not come to the "
        "conference. Sign in to see who it is, and ring them: what do they want to have said there?"
    ),
)
NOT_SAFE_UNMANAGED = MailRule(
    name="not_safe_unmanaged",
    audience=Audience.OVERSIGHT,
    key="wish:{case}:not-safe-unmanaged:{at}:{to}",
    subject=N_("Somebody says that it does not feel safe, and no manager sees it"),
    body=N_(
        "Somebody of a conference says that it does not feel safe. No coordinator can act, and nobody manages the "
        "region. Sign in and give the region a manager today, who then sees whom to ring."
    ),
)
