"""What other features do to the circle of a case, in their own transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, Participant, SafetyConcern
from ekc.core.language import language_of
from ekc.core.outbox import MailRule, Recipient, queue
from ekc.workflow.vocabulary import FAMILY_PARTS, TAKES_PART, Attends, Part


def queue_circle_mail(
    session: Session, conference: Conference, at: datetime, rule: MailRule, comes: bool = False, **fields: Any
) -> None:
    """Queue a mail for everybody whose part is in the rule, except excluded people.

    `comes`: of family and supporters other than main persons, only those who take part, or did in the round before and
    have not said yet.
    """
    people = session.execute(
        select(
            Participant.id,
            Participant.email,
            Participant.language,
            Participant.attends,
            Participant.attends_before,
            Participant.part,
        ).where(
            Participant.conference_id == conference.id,
            Participant.removed_at.is_(None),
            Participant.part.in_(rule.parts),
        )
    )
    fields |= {"round": conference.round, "plan": conference.plan_number}
    for person in people:
        may_stay_home = comes and person.part in (FAMILY_PARTS | {Part.SUPPORTER}) - {Part.MAIN_PERSON}
        if may_stay_home and (person.attends or person.attends_before) not in TAKES_PART:
            continue
        if person.attends is not Attends.EXCLUDED:
            to = Recipient(person.id, person.email, language_of(person.language, conference.language))
            queue(session, rule, to, at, case=conference.id, **fields)


def begin_round(session: Session, conference: Conference) -> None:
    """Set aside what held for the round before: who was told, who comes, and what was arranged for safety.

    Who stays away by decision still does.
    """
    for concern in session.scalars(select(SafetyConcern).where(SafetyConcern.conference_id == conference.id)):
        concern.arrangement_before, concern.arrangement = concern.arrangement or concern.arrangement_before, None
    of_case = (Participant.conference_id == conference.id, Participant.removed_at.is_(None))
    session.execute(
        update(Participant)
        .where(*of_case)
        .values(informed_before_on=Participant.informed_on, attends_before=Participant.attends, informed_on=None)
    )
    decided = Participant.attends == Attends.EXCLUDED
    session.execute(update(Participant).where(*of_case, ~decided).values(attends=None))


def destroy_views(session: Session, conference: Conference) -> None:
    """Empty what absent people wanted to say."""
    session.execute(update(Participant).where(Participant.conference_id == conference.id).values(view=""))
