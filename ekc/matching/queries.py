"""Reading who was asked for a case, and who could be. Nothing here writes or decides."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.audit import AuditEvent, read_detail
from ekc.matching.models import Match
from ekc.people.models import Account
from ekc.people.queries import coordinators
from ekc.workflow.vocabulary import Phase


@dataclass(frozen=True, slots=True)
class MatchRow:
    """The coordinator who is asked for a case now, and how far that has come."""

    id: int
    account_id: int
    name: str
    asked_at: datetime
    accepted_on: date | None
    declined_on: date | None
    independence: str | None
    conflict_open: bool
    confirmed_on: date | None

    @property
    def accepted(self) -> bool:
        """Whether they took the case."""
        return self.accepted_on is not None

    @property
    def declared(self) -> bool:
        """Whether they said how independent they are."""
        return bool(self.independence)

    @property
    def confirmed(self) -> bool:
        """Whether the main person said yes to them."""
        return self.confirmed_on is not None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coordinator who could be asked."""

    id: int
    name: str
    spoken: tuple[str, ...]  # language codes
    introduction: str
    open_cases: int


@dataclass(frozen=True, slots=True)
class MatchEvent:
    """Something that was done about the coordinator of a case, as the audit has it."""

    at: datetime
    action: str  # asked, accepted, declined, declared, confirmed, ended, conflict_cleared
    coordinator: str
    reason: str
    actor: str


def current_match(session: Session, conference_id: int) -> MatchRow | None:
    """The match of a case that is not ended."""
    row = session.execute(
        select(
            Match.id,
            Match.account_id,
            Account.name,
            Match.asked_at,
            Match.accepted_on,
            Match.declined_on,
            Match.independence,
            Match.conflict_open,
            Match.confirmed_on,
        )
        .join(Account, Account.id == Match.account_id)
        .where(Match.conference_id == conference_id, Match.ended_on.is_(None))
    ).one_or_none()
    return MatchRow(*row) if row else None


def candidates(session: Session, region_id: int) -> list[Candidate]:
    """The coordinators of a region with the number of their open cases; by name."""
    counted = (
        select(Conference.coordinator_id, func.count())
        .where(Conference.phase != Phase.CLOSED, Conference.coordinator_id.is_not(None))
        .group_by(Conference.coordinator_id)
    )
    busy: dict[int | None, int] = {row[0]: row[1] for row in session.execute(counted)}
    return [
        Candidate(row.id, row.name, tuple(row.spoken.split()), row.introduction, busy.get(row.id, 0))
        for row in coordinators(session, region_id)
    ]


def wishes(session: Session, conference_id: int) -> list[str]:
    """What the family asked of its coordinator."""
    return session.scalar(select(Conference.wishes).where(Conference.id == conference_id)) or []


def match_history(session: Session, conference_id: int) -> list[MatchEvent]:
    """All that was done about the coordinator of a case, the latest first."""
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.conference_id == conference_id, AuditEvent.action.startswith("match."))
        .order_by(AuditEvent.seq.desc())
    )
    found = []
    for event in events:
        detail = read_detail(session, event)
        said = [str(detail.get(key, "")) for key in ("coordinator", "reason", "actor")]
        found.append(MatchEvent(event.at, event.action.removeprefix("match."), *said))
    return found
