"""Reading the pauses of cases: on which days their deadlines stood still."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from ekc.accounts.models import Account
from ekc.conferences.models import Conference, Pause
from ekc.conferences.queries.rows import of_cases
from ekc.core.clock import local_date
from ekc.core.reading import read_rows
from ekc.workflow.profiles import Paused


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A pause, and who began and ended it; nobody ends one that ended with a step."""

    began_at: datetime
    began_by: str
    reason: str
    ended_at: datetime | None
    ended_by: str


_OF_CASES = (
    select(Pause.conference_id, Pause.began_at, Pause.ended_at, Conference.timezone)
    .join(Conference, Conference.id == Pause.conference_id)
    .where(of_cases(Pause.conference_id))
    .order_by(Pause.began_at)
)


@dataclass(slots=True)
class PausedDays:
    """The pauses of a case, the earliest first; one that goes on lasts until today. `still`: whether one goes on."""

    days: list[Paused] = field(default_factory=list)
    still: bool = False


def paused_days(session: Session, conference_ids: Collection[int], at: datetime) -> dict[int, PausedDays]:
    """By case its pauses. Cases without one are missing."""
    found: defaultdict[int, PausedDays] = defaultdict(PausedDays)
    rows = read_rows(session, _OF_CASES, {"cases": list(conference_ids)}) if conference_ids else ()
    for case, began_at, ended_at, timezone in rows:
        found[case].days.append((local_date(began_at, timezone), local_date(ended_at or at, timezone)))
        found[case].still |= ended_at is None
    return dict(found)


_began, _ended = aliased(Account), aliased(Account)
_PAUSES = (
    select(Pause.began_at, _began.name, Pause.reason, Pause.ended_at, _ended.name.label("ended_by"))
    .outerjoin(_began, _began.id == Pause.began_by)
    .outerjoin(_ended, _ended.id == Pause.ended_by)
    .where(Pause.conference_id == bindparam("case"))
    .order_by(Pause.began_at.desc())
)


def pauses(session: Session, conference_id: int) -> tuple[PauseRow, ...]:
    """The pauses of a case, the latest first."""
    return tuple(
        PauseRow(began_at, name or "", reason, ended_at, ended_by or "")
        for began_at, name, reason, ended_at, ended_by in session.execute(_PAUSES, {"case": conference_id})
    )
