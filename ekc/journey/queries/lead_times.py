"""The open cases of a manager's regions: how long they are in their phase against its norm, silent, or paused.

Each region is read by itself, so that an index gives the rows as they stand; there are few regions to a manager.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import Conference, Pause
from ekc.core.clock import local_date
from ekc.core.reading import read_rows
from ekc.workflow.profiles import PROFILES, PhaseNorm
from ekc.workflow.vocabulary import N_, Phase

PAGE = 50
#: The shortest silence that any country tells, in days.
_SILENT = min(profile.silent_after for profile in PROFILES.values())
_MOST = 100  # that is counted


class View(Enum):
    """What is listed: its title, and the column by which it is sorted."""

    NORM = "norm", N_("Longest past the norm"), "norm_until"
    SILENT = "silent", N_("Silent"), "silent_since"
    PAUSED = "paused", N_("Paused"), "paused_at"

    def __init__(self, code: str, title: str, column: str) -> None:
        self.code, self.title, self.column = code, title, column


class LeadTimePlace(NamedTuple):
    """Where a page begins: after this day or instant, and this case."""

    since: date | datetime
    id: int


@dataclass(frozen=True, slots=True)
class LeadTime:
    """An open case, and how long things take in it."""

    id: int
    number: str
    title: str
    phase: Phase
    phase_since: datetime
    timezone: str
    profile: str
    norm_until: date | None
    silent_since: date | None
    paused_at: datetime | None
    asked_how_on: date | None
    coordinator_id: int | None
    coordinator: str
    phone: str
    active: bool | None
    paused_for: str

    def days(self, today: date) -> int:
        """Days in the phase."""
        return (today - local_date(self.phase_since, self.timezone)).days

    @property
    def norm(self) -> PhaseNorm | None:
        """The norm of the phase."""
        return PROFILES[self.profile].norms.get(self.phase)

    def past_norm(self, today: date) -> int:
        """So many days past the norm; 0: within it, without one, or paused."""
        return max(0, (today - self.norm_until).days) if self.norm_until else 0

    def silent(self, today: date) -> int:
        """Days without a sign of the coordinator; 0: as few as the profile lets be."""
        days = (today - self.silent_since).days if self.silent_since else 0
        return days if days >= PROFILES[self.profile].silent_after else 0


_case = Conference.__table__.c
_ROWS = (
    select(
        *(_case[name] for name in list(LeadTime.__dataclass_fields__)[:12]),
        Account.name.label("coordinator"),
        Account.phone,
        Account.active,
        Pause.reason.label("paused_for"),
    )
    .outerjoin_from(Conference.__table__, Account, Account.id == _case.coordinator_id)
    .outerjoin(Pause, and_(Pause.conference_id == _case.id, Pause.ended_at.is_(None)))
    .where(_case.region_id == bindparam("region"))
    .limit(PAGE + 1)
)


def _page_of(view: View) -> Select[*tuple[Any, ...]]:
    column = _case[view.column]
    since = bindparam("since", type_=column.type)
    rows = _ROWS.where(
        column.is_not(None),
        column >= since,
        or_(column > since, _case.id > bindparam("after")),
    ).order_by(column, _case.id)
    return rows.where(column <= bindparam("until", type_=column.type)) if view is View.SILENT else rows


_PAGES = {view: _page_of(view) for view in View}
_COUNTED: dict[View, Select[*tuple[Any, ...]]] = {
    view: select(func.count()).select_from(
        select(_case.id)
        .where(
            _case.region_id == bindparam("region"),
            _case[view.column].is_not(None),
            *([_case[view.column] <= bindparam("until", type_=_case[view.column].type)] if limited else []),
        )
        .limit(_MOST)
        .subquery()
    )
    for view, limited in ((View.NORM, True), (View.SILENT, True), (View.PAUSED, False))
}


def lead_times(
    session: Session, regions: Collection[int], view: View, today: date, after: LeadTimePlace | None = None
) -> tuple[tuple[LeadTime, ...], LeadTimePlace | None]:
    """A page of these cases, what takes longest first, and where the next one begins; None: there is none.

    Who is silent is listed alone; in the other lists those within the norm follow.
    """
    first = date.min if view is not View.PAUSED else datetime(1970, 1, 1, tzinfo=UTC)
    given: dict[str, Any] = {"since": after.since if after else first, "after": after.id if after else 0}
    if view is View.SILENT:
        given["until"] = today - timedelta(days=_SILENT)
    of_each = [
        [_lead_time(row) for row in read_rows(session, _PAGES[view], given | {"region": region})]
        for region in sorted(regions)
    ]
    found = tuple(islice(merge(*of_each, key=lambda row: _place(row, view)), PAGE + 1))
    shown = found[:PAGE]
    return shown, _place(shown[-1], view) if len(found) > PAGE else None


def _lead_time(row: Row[*tuple[Any, ...]]) -> LeadTime:
    said = dict(zip(LeadTime.__dataclass_fields__, row, strict=True))
    return LeadTime(**{**said, **{name: said[name] or "" for name in ("coordinator", "phone", "paused_for")}})


def _place(row: LeadTime, view: View) -> LeadTimePlace:
    return LeadTimePlace(getattr(row, view.column), row.id)


def counted(
    session: Session, regions: Collection[int], today: date, views: Collection[View] = tuple(View)
) -> dict[View, int]:
    """How many are past the norm, silent and paused, or some of these; in each region up to a hundred."""
    until = {View.NORM: today - timedelta(days=1), View.SILENT: today - timedelta(days=_SILENT)}
    given = {view: {"until": until[view]} if view in until else {} for view in View}
    return {
        view: sum(session.execute(_COUNTED[view], given[view] | {"region": region}).scalar_one() for region in regions)
        for view in views
    }
