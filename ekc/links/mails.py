"""The mail and the text message with a personal link. They do not reveal its purpose to other readers."""

from datetime import date

from ekc.core.language import day, gettext
from ekc.core.outbox import Audience, MailRule, TextRule
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
#: The same as a text message: with an address of usual length it fits one SMS (160 characters of GSM 03.38).
PERSONAL_LINK_TEXT = TextRule(
    name="personal_link_text",
    opens=Activity.SEE_OWN_PAGE,
    key=TEXT_KEY,
    subject=PERSONAL_LINK.subject,
    words=N_("The page we spoke about: %(address)s Works until %(day)s."),
)


def text_message(address: str, until: date) -> str:
    """The words of the text message with a link, to be sent, or copied where nobody sends them."""
    return gettext(PERSONAL_LINK_TEXT.words, address=address, day=day(until, weekday=False))
