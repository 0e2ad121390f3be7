"""Exports. They are audited where they are handed out; the cases in them do not change."""

from ekc.accounts.access import By
from ekc.core.transaction import writing
from ekc.reports.queries import FollowUpFilter


def record_export(by: By, wanted: FollowUpFilter, rows: int) -> None:
    """Audit who took the follow-ups of the filter along as a file, and how many."""
    with writing(by.session):
        by.record(
            "follow_ups.exported",
            rows=rows,
            roles=" ".join(sorted(by.visitor.roles)),
            municipality=wanted.municipality,
            variant=wanted.variant or "",
            states=" ".join(sorted(wanted.states)) or "all",
            due_until=wanted.due_until.isoformat() if wanted.due_until else "",
        )
