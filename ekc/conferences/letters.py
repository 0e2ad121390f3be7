"""The words with which a personal link is sent, in the language in force: short, telling nobody what it is about."""

from datetime import date

from flask_babel import gettext as _

from ekc.core.text import LANGUAGES, day


def language_of(*wanted: str) -> str:
    """The first of these languages in which our fixed sentences are; English if they are in none."""
    return next((code for code in wanted if code in LANGUAGES), "en")


def text_message(address: str, until: date) -> str:
    """A text message: with a usual address it fits into one of 160 characters, in the alphabet of telephones."""
    last = day(until, weekday=False)
    return str(_("The page we spoke about: %(address)s Works until %(day)s.", address=address, day=last))


def mail(address: str, until: date) -> tuple[str, str]:
    """Subject and body of a mail."""
    lines = (
        _("This is the link to the page we spoke about:"),
        address,
        _("It works until %(day)s. On a new device something is asked that only you know.", day=day(until)),
        _("Does it not work, or is this mail not for you? Ring your coordinator, or throw it away."),
    )
    return _("The page we spoke about"), "\n\n".join(lines)
