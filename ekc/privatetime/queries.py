"""Reading private time: that it began and ended. Never writes; there is nothing more to read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.privatetime.models import PrivateRound
from ekc.workflow.vocabulary import Step


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One stretch of private time; open without `ended_at`. `why`: they went back in; `ended_for`: they came out."""

    id: int
    meeting_id: int | None
    began_at: datetime
    ended_at: datetime | None
    ended_by: Step | None
    why: str | None
    ended_for: str | None


def rounds(session: Session, conference_id: int) -> tuple[RoundRow, ...]:
    """All private time of a case, the first stretch first."""
    wanted = select(
        PrivateRound.id,
        PrivateRound.meeting_id,
        PrivateRound.began_at,
        PrivateRound.ended_at,
        PrivateRound.ended_by,
        PrivateRound.why,
        PrivateRound.ended_for,
    ).where(PrivateRound.conference_id == conference_id)
    ordered = wanted.order_by(PrivateRound.began_at, PrivateRound.id)
    return tuple(RoundRow(*row) for row in session.execute(ordered))
