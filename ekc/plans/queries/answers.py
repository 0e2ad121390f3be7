"""Reading what was said to a plan: who agrees, who accepts, which bottom lines are met."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from ekc.conferences.models import BottomLine, Participant
from ekc.plans.models import Acceptance, Agreement, BottomLineCheck
from ekc.workflow.vocabulary import Agreed


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """What somebody said to the plan."""

    participant_id: int
    answer: Agreed
    words: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """What somebody decided about the plan of one presentation."""

    presentation: int
    participant_id: int
    name: str
    organisation: str
    accepted: bool
    reason: str
    decided_at: datetime


def agreements(
    session: Session, conference_id: int, presentation: int, since: datetime | None = None
) -> tuple[AgreementRow, ...]:
    """What people said to the plan of one presentation, in the order of the circle; only after `since`, if given."""
    rows = session.execute(
        select(Agreement.participant_id, Agreement.answer, Agreement.words, Agreement.said_at)
        .where(
            Agreement.conference_id == conference_id,
            Agreement.presentation == presentation,
            _after(Agreement.said_at, since),
        )
        .order_by(Agreement.participant_id)
    )
    return tuple(AgreementRow(*row) for row in rows)


def acceptances(
    session: Session, conference_id: int, presentation: int | None = None, since: datetime | None = None
) -> tuple[AcceptanceRow, ...]:
    """What was decided, the oldest first; of one presentation, or of all of them; only after `since`, if given."""
    query = (
        select(
            Acceptance.presentation,
            Acceptance.participant_id,
            Participant.name,
            Participant.organisation,
            Acceptance.accepted,
            Acceptance.reason,
            Acceptance.decided_at,
        )
        .join(Participant, Participant.id == Acceptance.participant_id)
        .where(Acceptance.conference_id == conference_id, _after(Acceptance.decided_at, since))
        .order_by(Acceptance.id)
    )
    if presentation is not None:
        query = query.where(Acceptance.presentation == presentation)
    return tuple(
        AcceptanceRow(
            r.presentation, r.participant_id, r.name, r.organisation, r.accepted, r.reason or "", r.decided_at
        )
        for r in session.execute(query)
    )


def is_accepted(decisions: tuple[AcceptanceRow, ...]) -> bool | None:
    """What the decisions of one presentation come to: of each person the last; a refusal outweighs; None: none."""
    last = {row.participant_id: row.accepted for row in decisions}
    return all(last.values()) if last else None


def bottom_line_checks(
    session: Session, conference_id: int, presentation: int, since: datetime | None = None
) -> dict[int, bool]:
    """Which bottom lines the plan of one presentation meets, by id; those not looked at yet are not there."""
    rows = session.execute(
        select(BottomLineCheck.bottom_line_id, BottomLineCheck.met)
        .join(BottomLine, BottomLine.id == BottomLineCheck.bottom_line_id)
        .where(
            BottomLine.conference_id == conference_id,
            BottomLineCheck.presentation == presentation,
            _after(BottomLineCheck.checked_at, since),
        )
    )
    return {row.bottom_line_id: row.met for row in rows}


def _after(column: InstrumentedAttribute[datetime], since: datetime | None) -> ColumnElement[bool]:
    return true() if since is None else column > since
