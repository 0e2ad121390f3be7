"""What people said or decided about wishes and consents, as the history tells it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import Trace
from ekc.workflow.vocabulary import Attends, TraceKind, VoiceMatter
from ekc.workflow.voices import VOICE_RULES


@dataclass(frozen=True, slots=True)
class TraceRow:
    """What somebody said or decided; `by` is the name of whoever of the staff noted it, empty: themselves."""

    participant_id: int
    kind: TraceKind
    at: datetime
    attends: Attends | None
    reason: str | None  # why staff changed it
    by: str


def traces(session: Session, conference_id: int) -> tuple[TraceRow, ...]:
    """The traces of a case, oldest first."""
    columns = (Trace.participant_id, Trace.kind, Trace.at, Trace.attends, Trace.reason, func.coalesce(Account.name, ""))
    found = select(*columns).outerjoin(Account, Account.id == Trace.account_id)
    rows = session.execute(found.where(Trace.conference_id == conference_id).order_by(Trace.id))
    return tuple(TraceRow(*row) for row in rows)


def noted_wishes(session: Session, conference_id: int, matter: VoiceMatter) -> frozenset[int]:
    """Whose last word about this step was noted by staff: nobody else's may be corrected."""
    rule = VOICE_RULES[matter]
    last = {
        row.participant_id: row for row in traces(session, conference_id) if row.kind in {rule.wished, rule.taken_back}
    }
    return frozenset(id_ for id_, row in last.items() if row.by)
