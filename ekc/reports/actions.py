"""What leaves the house as a file is noted. The cases in it stay as they are."""

from datetime import date

from ekc.accounts.access import By
from ekc.core.transaction import writing
from ekc.reports.queries import FollowUpFilter, ReportRow, follow_ups


def export_follow_ups(by: By, wanted: FollowUpFilter, today: date) -> tuple[ReportRow, ...]:
    """All follow-ups that the visitor wants as a file; who took how many of which along stands in the audit."""
    with writing(by.session):
        rows = follow_ups(by.session, by.visitor, wanted, today)
        by.record(
            "follow_ups.exported",
            rows=len(rows),
            roles=" ".join(sorted(by.visitor.roles)),
            municipality=wanted.municipality,
            variant=wanted.variant or "",
            states=" ".join(sorted(wanted.states)) or "all",
            due_until=wanted.due_until.isoformat() if wanted.due_until else "",
        )
    return rows
