"""Adding, changing and removing regions."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Region
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.names import words
from ekc.staff.actions.accounts import ensure_administrator
from ekc.venues.actions import forget_region
from ekc.workflow.profiles import NL
from ekc.workflow.vocabulary import N_


def add_region(by: By, name: str, timezone: str = NL.timezone) -> int:
    """Add a region; returns its id. Raises Refusal for a name that is empty or taken."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        by.check_form()
        region = Region(timezone=timezone)
        _save(by.session, region, name)
        by.record("region.added", region=region.name)
    return region.id


def change_region(by: By, region_id: int, name: str, timezone: str) -> None:
    """Change name and time zone of a region. Raises Refusal for a name that is empty or taken, Unknown."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        region = by.session.get(Region, region_id, with_for_update=True)
        if region is None:
            raise Unknown
        by.check_form()
        before = region.name
        region.timezone = timezone
        _save(by.session, region, name)
        by.record("region.changed", region=region.name, before=before, timezone=timezone)


def remove_region(by: By, region_id: int) -> None:
    """Remove a region that was added by mistake, with the venues and school holidays in its lists.

    Raises Refusal once somebody works or a case is in it, Unknown.
    """
    ensure_administrator(by.visitor)
    with writing(by.session):
        region = by.session.get(Region, region_id, with_for_update=True)
        if region is None:
            raise Unknown
        name = region.name
        try:
            forget_region(by.session, region_id)
            by.session.delete(region)
            by.session.flush()
        except IntegrityError:
            raise Refusal(
                N_("%(name)s is in use: somebody works there, or a case is or was there."), name=name
            ) from None
        by.record("region.removed", region=name)


def _save(session: Session, region: Region, name: str) -> None:
    """Give it this name. Two that differ in capitals, accents or blanks alone would be confused: they are the same."""
    name = " ".join(name.split())
    if not words(name):
        raise Refusal(N_("Write a name."))
    with session.no_autoflush:
        taken = [row.name for row in session.execute(select(Region.id, Region.name)) if row.id != region.id]
    for other in taken:
        if words(other) == words(name):
            raise Refusal(N_("There is a region %(name)s already."), name=other)
    region.name = name
    session.add(region)
    try:
        session.flush()
    except IntegrityError:
        raise Refusal(N_("There is a region %(name)s already."), name=name) from None  # taken by a concurrent request
