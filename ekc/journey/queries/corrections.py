"""Corrections of a registration."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from ekc.accounts.access import Visitor
from ekc.accounts.models import Account, Region
from ekc.conferences.models import Conference
from ekc.journey.models import Correction
from ekc.workflow.vocabulary import Phase, Role, Variant

_MOST = 50  # in the list of the home page
_RECENT = timedelta(days=14)  # so long a correction stays on home pages, and another region on own pages
_moved = Correction.__table__.c
_MOVED = (
    select(func.max(_moved.at))
    .where(_moved.conference_id == bindparam("case"), _moved.region_before != _moved.region_after)
    .where(_moved.at > bindparam("since"))
)


def moved_lately(session: Session, conference_id: int, at: datetime) -> bool:
    """Whether the case came to another region in the last days."""
    return session.scalar(_MOVED, {"case": conference_id, "since": at - _RECENT}) is not None


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction: by whom, and the values before and after. `region_before` and `region_after` are names."""

    conference_id: int
    number: str
    phase: Phase
    timezone: str
    coordinator_id: int | None
    region_id: int  # of the case now
    region_before_id: int
    at: datetime
    by: str
    region_before: str
    region_after: str
    profile_before: str
    profile_after: str
    variant_before: Variant
    variant_after: Variant
    municipality_before: str
    municipality_after: str
    referrer_before: int | None
    referrer_after: int | None

    @property
    def moved(self) -> bool:
        """Whether the case came to another region."""
        return self.region_before != self.region_after


_SAME = CorrectionRow.__slots__[11:]  # the fields that are columns of their own name


def _corrections() -> Select[*tuple[Any, ...]]:
    before, after = aliased(Region), aliased(Region)
    columns = {
        "conference_id": Conference.id,
        "number": Conference.number,
        "phase": Conference.phase,
        "timezone": Conference.timezone,
        "coordinator_id": Conference.coordinator_id,
        "region_id": Conference.region_id,
        "region_before_id": Correction.region_before,
        "at": Correction.at,
        "by": func.coalesce(Account.name, ""),
        "region_before": before.name,
        "region_after": after.name,
        **{name: getattr(Correction, name) for name in _SAME},
    }
    return (
        select(*(columns[name].label(name) for name in CorrectionRow.__slots__))
        .select_from(Correction)
        .join(Conference, Conference.id == Correction.conference_id)
        .join(before, before.id == Correction.region_before)
        .join(after, after.id == Correction.region_after)
        .outerjoin(Account, Account.id == Correction.account_id)
    )


def corrections(session: Session, conference_id: int) -> tuple[CorrectionRow, ...]:
    """The corrections of the registration of a case, oldest first."""
    rows = session.execute(_corrections().where(Correction.conference_id == conference_id).order_by(Correction.id))
    return tuple(CorrectionRow(*row) for row in rows)


def recent_corrections(session: Session, who: Visitor, at: datetime) -> tuple[CorrectionRow, ...]:
    """What was corrected lately, in cases that the visitor coordinates, or whose regions they managed or manage.

    What they corrected themselves only where the case left their regions: they cannot open it to see whom to ring.
    """
    theirs: list[ColumnElement[bool]] = [
        Correction.region_before.in_(who.regions),
        Correction.region_after.in_(who.regions),
    ]
    if Role.COORDINATOR in who.roles:
        theirs.append((Conference.coordinator_id == who.account_id) & (Conference.phase != Phase.CLOSED))
    found = _corrections().where(
        or_(*theirs),
        Correction.at > at - _RECENT,
        or_(
            Correction.account_id.is_distinct_from(who.account_id),
            (Correction.region_before != Correction.region_after) & Conference.region_id.not_in(who.regions),
        ),
    )
    latest = found.order_by(Correction.at.desc(), Correction.id.desc()).limit(_MOST)
    return tuple(CorrectionRow(*row) for row in session.execute(latest))
