"""Corrections of a registration."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from ekc.accounts.access import Visitor
from ekc.accounts.models import Account, Region
from ekc.conferences.models import Conference
from ekc.core.reading import read_rows
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


def moved_at(session: Session, conference_id: int, at: datetime) -> datetime | None:
    """When the case came to another region, in the last days."""
    moved: datetime | None = session.scalar(_MOVED, {"case": conference_id, "since": at - _RECENT})
    return moved


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


_before, _after = aliased(Region), aliased(Region)
_columns = {
    "conference_id": Conference.id,
    "number": Conference.number,
    "phase": Conference.phase,
    "timezone": Conference.timezone,
    "coordinator_id": Conference.coordinator_id,
    "region_id": Conference.region_id,
    "region_before_id": Correction.region_before,
    "at": Correction.at,
    "by": func.coalesce(Account.name, ""),
    "region_before": _before.name,
    "region_after": _after.name,
    **{name: getattr(Correction, name) for name in _SAME},
}
_CORRECTIONS: Select[*tuple[Any, ...]] = (
    select(*(_columns[name].label(name) for name in CorrectionRow.__slots__))
    .select_from(Correction)
    .join(Conference, Conference.id == Correction.conference_id)
    .join(_before, _before.id == Correction.region_before)
    .join(_after, _after.id == Correction.region_after)
    .outerjoin(Account, Account.id == Correction.account_id)
)
_OF_CASE = _CORRECTIONS.where(Correction.conference_id == bindparam("case")).order_by(Correction.id)
_REGIONS: BindParameter[Any] = bindparam("regions", expanding=True)
_RECENT_ONES = (
    _CORRECTIONS.where(
        or_(
            Correction.region_before.in_(_REGIONS),
            Correction.region_after.in_(_REGIONS),
            (Conference.coordinator_id == bindparam("coordinator")) & (Conference.phase != Phase.CLOSED),
        ),
        Correction.at > bindparam("since"),
        or_(
            Correction.account_id.is_distinct_from(bindparam("account")),
            (Correction.region_before != Correction.region_after) & Conference.region_id.not_in(_REGIONS),
        ),
    )
    .order_by(Correction.at.desc(), Correction.id.desc())
    .limit(_MOST)
)


def corrections(session: Session, conference_id: int) -> tuple[CorrectionRow, ...]:
    """The corrections of the registration of a case, oldest first."""
    return tuple(CorrectionRow(*row) for row in read_rows(session, _OF_CASE, {"case": conference_id}))


def recent_corrections(session: Session, who: Visitor, at: datetime) -> tuple[CorrectionRow, ...]:
    """What was corrected lately, in cases that the visitor coordinates, or whose regions they managed or manage.

    What they corrected themselves only where the case left their regions: they cannot open it to see whom to ring.
    """
    asked = {
        "regions": list(who.regions),
        "coordinator": who.account_id if Role.COORDINATOR in who.roles else None,
        "account": who.account_id,
        "since": at - _RECENT,
    }
    return tuple(CorrectionRow(*row) for row in read_rows(session, _RECENT_ONES, asked))
