"""What other features bring about in the circle of a case, in their own transaction."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.letters import language_of
from ekc.conferences.models import Conference, Participant
from ekc.core.outbox import queue
from ekc.workflow.vocabulary import Attends, Part


def write_to_circle(
    session: Session, conference: Conference, at: datetime, what: str, parts: Collection[Part], subject: str, body: str
) -> None:
    """A mail, once for each `what` of a round, to those with these parts; nobody who was excluded hears of it."""
    people = session.execute(
        select(Participant.id, Participant.email, Participant.language, Participant.attends).where(
            Participant.conference_id == conference.id, Participant.removed_at.is_(None), Participant.part.in_(parts)
        )
    )
    for person in people:
        if person.attends is not Attends.EXCLUDED:
            queue(
                session,
                f"{conference.id}:{what}:{conference.round}:{person.id}",
                recipient=person.email,
                subject=subject,
                body=body,
                at=at,
                conference_id=conference.id,
                language=language_of(person.language, conference.language),
            )
