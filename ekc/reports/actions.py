"""What leaves the house as a file is noted. The cases in it stay as they are."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.core.audit import record
from ekc.core.transaction import writing
from ekc.reports.queries import FollowUpFilter, ReportRow, follow_ups


def export_follow_ups(
    session: Session, visitor: Visitor, at: datetime, wanted: FollowUpFilter, today: date
) -> tuple[ReportRow, ...]:
    """All follow-ups that the visitor wants as a file; who took how many of which along stands in the audit."""
    with writing(session):
        rows = follow_ups(session, visitor, wanted, today)
        record(
            session,
            visitor.actor,
            at,
            "follow_ups.exported",
            rows=len(rows),
            roles=" ".join(sorted(visitor.roles)),
            municipality=wanted.municipality,
            variant=wanted.variant or "",
            states=" ".join(sorted(wanted.states)) or "all",
            due_until=wanted.due_until.isoformat() if wanted.due_until else "",
        )
    return rows
