"""The notices that steps and changes left: as pages show them, and as it is judged what is owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, Notice
from ekc.conferences.queries.rows import of_cases
from ekc.core.reading import read_rows
from ekc.workflow.owed.kinds import NoticeKind, NoticeRule
from ekc.workflow.owed.rows import NOTICES, RULES
from ekc.workflow.vocabulary import Part, PlanSharing

_LASTING = frozenset(rule.kind for rule in NOTICES if rule.lasts)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What a step or a change left. `was` and `now`: the day in ISO 8601, a place or a name; empty: none."""

    id: int
    kind: NoticeKind
    at: datetime
    round: int
    was: str
    now: str

    @property
    def rule(self) -> NoticeRule:
        """The row of its kind."""
        return RULES[self.kind]

    @property
    def days(self) -> tuple[datetime | None, datetime | None]:
        """The days before and after, of a notice of another day."""
        return tuple(datetime.fromisoformat(day) if day else None for day in (self.was, self.now))  # type: ignore[return-value]

    @property
    def part(self) -> Part:
        """The part that somebody has now, of a notice of another part."""
        return Part(self.now)

    @property
    def readers(self) -> tuple[tuple[str, PlanSharing], ...]:
        """Who sees how much of the plan now, of a notice that a professional sees more of it."""
        known = (line.split(" ", 1) for line in self.now.splitlines())
        return tuple((name, PlanSharing(sharing)) for sharing, name in known)


_notices, _case = Notice.__table__.c, Conference.__table__.c
_ALL = (
    select(*(_notices[name] for name in NoticeRow.__dataclass_fields__))
    .where(of_cases(_notices.conference_id))
    .order_by(_notices.id)
)


def notices(session: Session, conference_id: int) -> tuple[NoticeRow, ...]:
    """All notices of a case, oldest first."""
    return tuple(NoticeRow(*row) for row in read_rows(session, _ALL, {"cases": [conference_id]}))


_GIVEN = (
    select(
        *(_notices[name] for name in ("id", "conference_id", "kind", "at", "about", "end", "was", "now")),
        *(_case.phase, _case.timezone, _case.round, _notices.round.label("left_in")),
    )
    .join_from(Notice.__table__, Conference.__table__)
    .where(of_cases(_notices.conference_id), or_(_notices.round == _case.round, _notices.kind.in_(_LASTING)))
    .order_by(_notices.id)
)


def notices_of_cases(session: Session, conference_ids: Collection[int]) -> list[Row[Any]]:
    """The notices that count in the round of each case now, with the phase, time zone and round of the case."""
    return list(read_rows(session, _GIVEN, {"cases": list(conference_ids)}))


def joined_at(session: Session, conference_id: int, participant_id: int) -> datetime | None:
    """When somebody was added to the circle of a case that was under way; None: they were there before."""
    of_them = (Notice.conference_id == conference_id, Notice.kind == NoticeKind.JOINED, Notice.about == participant_id)
    return session.scalar(select(func.max(Notice.at)).where(*of_them))
