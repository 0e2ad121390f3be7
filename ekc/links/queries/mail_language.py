"""In which language the owner of a link gets mails: their own, else that of their case, else that of its country."""

from typing import Any

from sqlalchemy import bindparam, column, select, table
from sqlalchemy.orm import Session

from ekc.core.language import language_of
from ekc.links.models import PersonalLink
from ekc.workflow.profiles import PROFILES

#: Tables of a feature that stands above, read by name.
_case = table("conference", *map(column, ("id", "language", "profile")))
_owner = table("participant", *map(column, ("id", "language")))
_link = PersonalLink.__table__
#: For a statement that selects from links.
MAIL_LANGUAGE_COLUMNS = (
    select(_owner.c.language).where(_owner.c.id == _link.c.participant_id).scalar_subquery().label("own_language"),
    select(_case.c.language).where(_case.c.id == _link.c.conference_id).scalar_subquery().label("case_language"),
    select(_case.c.profile).where(_case.c.id == _link.c.conference_id).scalar_subquery().label("case_profile"),
)
_OF_LINK = select(*MAIL_LANGUAGE_COLUMNS).where(_link.c.id == bindparam("link"))


def mail_language(row: Any) -> str:
    """The language, from a row with these columns. Always one of `core.language.LANGUAGES`."""
    return language_of(row.own_language, row.case_language, PROFILES[row.case_profile].language)


def mail_language_of_link(session: Session, link_id: int) -> str:
    """The language of the owner of a link."""
    return mail_language(session.execute(_OF_LINK, {"link": link_id}).one())
