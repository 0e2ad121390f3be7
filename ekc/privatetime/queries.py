"""Reading private time: when it began and ended. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.privatetime.models import PrivateRound
from ekc.workflow.vocabulary import Step


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round of private time; open without `ended_at`. `why`: of going back in; `ended_for`: of coming out."""

    id: int
    meeting_id: int | None
    began_at: datetime
    ended_at: datetime | None
    ended_by: Step | None
    why: str | None
    ended_for: str | None


_ROUNDS = (
    select(*(getattr(PrivateRound, name) for name in RoundRow.__dataclass_fields__))
    .where(PrivateRound.conference_id == bindparam("case"))
    .order_by(PrivateRound.began_at, PrivateRound.id)
)


def rounds(session: Session, conference_id: int) -> tuple[RoundRow, ...]:
    """All private time of a case, the first round first."""
    return tuple(RoundRow(*row) for row in session.execute(_ROUNDS, {"case": conference_id}))
