"""The mail and the text message with a personal link. They do not reveal its purpose to other readers."""

from datetime import date

from ekc.core.language import day
from ekc.core.language import gettext as _
from ekc.core.outbox import Audience, MailRule
from ekc.links.tokens import MAIL_KEY, TEXT_KEY
from ekc.workflow.vocabulary import N_, Activity

PERSONAL_LINK = MailRule(
    name="personal_link",
    audience=Audience.PARTICIPANT,
    opens=Activity.SEE_OWN_PAGE,
    key=MAIL_KEY,
    subject=N_("The page we spoke about"),
    body=N_(
        "With the link below you come to the page we spoke about. On a new device something is asked "
        "that only you know. Does it not work, or is this email not for you? Ring your coordinator, or "
        "throw it away."
    ),
    has_link=True,
)
#: The same as a text message. Its words name the link and its last day: `text_message`.
PERSONAL_LINK_TEXT = MailRule(
    name="personal_link_text",
    audience=Audience.PARTICIPANT,
    opens=Activity.SEE_OWN_PAGE,
    key=TEXT_KEY,
    subject=PERSONAL_LINK.subject,
    body=PERSONAL_LINK.body,
    has_link=True,
)


def text_message(address: str, until: date) -> str:
    """The text message with a link: with an address of usual length it fits one SMS (160 characters of GSM 03.38)."""
    last = day(until, weekday=False)
    return _("The page we spoke about: %(address)s Works until %(day)s.", address=address, day=last)
