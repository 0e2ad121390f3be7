"""The audit in lines that people read: when, who, what, which case. Details of cases stay encrypted."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.conferences.models import Conference
from ekc.core.audit import ActorKind, AuditEvent, read_detail


def audit_lines(
    session: Session,
    *,
    since: datetime | None = None,
    case: str = "",
    action: str = "",
    limit: int | None = None,
) -> Iterator[str]:
    """The events since an instant, of a case (by its number), or of actions that begin so; the newest `limit` of them.

    The details of an event that belongs to no case are shown; those of a case may hold what a family said.
    """
    events = (
        select(AuditEvent, Account.name, Conference.number)
        .outerjoin(Account, and_(AuditEvent.actor_kind == ActorKind.ACCOUNT, AuditEvent.actor_id == Account.id))
        .outerjoin(Conference, Conference.id == AuditEvent.conference_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.chain.desc(), AuditEvent.seq.desc())
        .limit(limit)
    )
    if since is not None:
        events = events.where(AuditEvent.at > since)
    if case:
        events = events.where(Conference.number == case)
    if action:
        events = events.where(AuditEvent.action.startswith(action, autoescape=True))
    for event, name, number in reversed(session.execute(events).all()):
        who = name or (f"{event.actor_kind} {event.actor_id}" if event.actor_id else str(event.actor_kind))
        detail = read_detail(session, event) if event.conference_id is None else {}
        said = [f"{key}={value}" for key, value in detail.items()]
        line = [f"{event.at:%Y-%m-%d %H:%M:%S}", who, event.action, *([number] if number else []), *said]
        yield "  ".join(map(_printable, line))


def _printable(words: str) -> str:
    """Words that people wrote, without what ends a line or commands a terminal: that is shown as its code."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in words)
