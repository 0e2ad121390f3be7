"""The words with which a personal link is sent to a phone, in the language in force. They tell nobody what it is."""

from datetime import date

from ekc.core.language import LANGUAGES, day
from ekc.core.language import gettext as _


def language_of(*wanted: str) -> str:
    """The first of these languages in which our fixed sentences are; English if they are in none."""
    return next((code for code in wanted if code in LANGUAGES), "en")


def text_message(address: str, until: date) -> str:
    """A text message: with a usual address it fits into one of 160 characters, in the alphabet of telephones."""
    last = day(until, weekday=False)
    return str(_("The page we spoke about: %(address)s Works until %(day)s.", address=address, day=last))
