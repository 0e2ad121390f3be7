"""What other features do to the circle of a case, in their own transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, Participant
from ekc.core.language import language_of
from ekc.core.outbox import MailRule, Recipient, queue
from ekc.workflow.vocabulary import Attends


def queue_circle_mail(session: Session, conference: Conference, at: datetime, rule: MailRule, **fields: Any) -> None:
    """Queue a mail for everybody whose part is in the rule, except excluded people."""
    people = session.execute(
        select(Participant.id, Participant.email, Participant.language, Participant.attends).where(
            Participant.conference_id == conference.id,
            Participant.removed_at.is_(None),
            Participant.part.in_(rule.parts),
        )
    )
    fields |= {"round": conference.round, "plan": conference.plan_number}
    for person in people:
        if person.attends is not Attends.EXCLUDED:
            to = Recipient(person.id, person.email, language_of(person.language, conference.language))
            queue(session, rule, to, at, case=conference.id, **fields)
