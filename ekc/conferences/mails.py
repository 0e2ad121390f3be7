"""Mails to the circle about changes that people rely on."""

from ekc.core.outbox import Audience, MailRule
from ekc.workflow.vocabulary import FAMILY_PARTS, N_, PROFESSIONAL_PARTS, Part

NOTICE = MailRule(
    name="notice",
    audience=Audience.CIRCLE,
    parts=FAMILY_PARTS | PROFESSIONAL_PARTS | {Part.SUPPORTER},
    key="{case}:notice-{notice}:{round}:{to}",
    subject=N_("The day or the place of the conference has changed"),
    body=N_(
        "The day or the place of the conference has changed. Open it with your own link to see when and where it is "
        "now, or ask your coordinator."
    ),
)
