"""Whom the plan says to ring, and at which number."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import Participant
from ekc.conferences.queries.names import names
from ekc.core.reading import one_of, read_rows
from ekc.plans.draft import Draft, rung
from ekc.plans.queries.versions import CASE


@dataclass(frozen=True, slots=True)
class PlanNumber:
    """Somebody whom the plan says to ring: their number if it may stand in the plan, and when they said yes or no."""

    id: int
    name: str
    phone: str
    said_on: date | None
    monitors: bool
    convenes: bool

    @property
    def place(self) -> str:
        """The place of its form on the page."""
        return f"number-{self.id}"


_NUMBERS = select(Participant.id, Participant.plan_phone, Participant.plan_phone_on).where(
    Participant.conference_id == CASE,
    Participant.removed_at.is_(None),
    one_of(Participant.id, "people"),
)


def plan_numbers(session: Session, conference_id: int, draft: Draft) -> tuple[PlanNumber, ...]:
    """Who keeps an eye on this plan, and who calls everyone together."""
    people = rung(draft)
    asked = read_rows(session, _NUMBERS, {"case": conference_id, "people": people}) if people else ()
    rows = {row.id: row for row in asked}
    called = names(session, conference_id) if rows else {}
    found = (rows[id_] for id_ in people if id_ in rows)
    return tuple(
        PlanNumber(
            row.id,
            called[row.id],
            row.plan_phone or "",
            row.plan_phone_on,
            monitors=row.id == draft.monitor,
            convenes=row.id == draft.evaluation.convenor,
        )
        for row in found
    )
