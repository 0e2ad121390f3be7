"""Leaving a trace of what somebody of the circle said or decided, for the history; in the caller's transaction."""

from ekc.accounts.access import By
from ekc.conferences.models import Conference, Trace
from ekc.workflow.vocabulary import Attends, TraceKind


def leave(
    by: By,
    conference: Conference,
    kind: TraceKind,
    participant_id: int,
    attends: Attends | None = None,
    reason: str = "",
) -> None:
    """Leave a trace about this person: by themselves, or as a member of staff noted it. `reason`: why staff did it."""
    by.session.add(
        Trace(
            conference_id=conference.id,
            participant_id=participant_id,
            kind=kind,
            round=conference.round,
            at=by.at,
            attends=attends,
            reason=reason or None,
            account_id=by.visitor.account_id,
        )
    )
