"""Exports. They are audited; the cases in them do not change."""

from datetime import date

from ekc.accounts.access import By
from ekc.core.transaction import writing
from ekc.reports.queries import FollowUpFilter, ReportRow, follow_ups


def export_follow_ups(by: By, wanted: FollowUpFilter, today: date) -> tuple[ReportRow, ...]:
    """All follow-ups of the filter, for a file. The audit records who exported how many, and the filter."""
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
