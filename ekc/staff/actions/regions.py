"""Adding and changing regions."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Region
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.staff.actions.accounts import ensure_administrator
from ekc.workflow.profiles import NL
from ekc.workflow.vocabulary import N_


def add_region(by: By, name: str, timezone: str = NL.timezone) -> int:
    """Add a region; returns its id. Raises Refusal for a taken name."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        by.check_form()
        region = Region(name=name, timezone=timezone)
        _save(by.session, region)
        by.record("region.added", region=name)
    return region.id


def change_region(by: By, region_id: int, name: str, timezone: str) -> None:
    """Change name and time zone of a region. Raises Refusal for a taken name, Unknown."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        region = by.session.get(Region, region_id, with_for_update=True)
        if region is None:
            raise Unknown
        by.check_form()
        before = region.name
        region.name, region.timezone = name, timezone
        _save(by.session, region)
        by.record("region.changed", region=name, before=before, timezone=timezone)


def _save(session: Session, region: Region) -> None:
    name = region.name
    with session.no_autoflush:
        taken = session.scalar(select(Region.id).where(Region.name == name))
    refusal = Refusal(N_("There is a region %(name)s already."), name=name)
    if taken is not None and taken != region.id:
        raise refusal
    session.add(region)
    try:
        session.flush()
    except IntegrityError:
        raise refusal from None  # taken by a concurrent request
