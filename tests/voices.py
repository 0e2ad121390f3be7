"""What was said in a matter, for tests."""

from datetime import date

from sqlalchemy.orm import Session

from ekc.conferences.queries.voices import voices
from ekc.workflow.vocabulary import Agreed, VoiceMatter


def said(session: Session, conference_id: int, matter: VoiceMatter) -> list[tuple[int, Agreed, date]]:
    """Who said what on which day, in the order in which it was written down; of the last thing it was about."""
    rows = [row for row in voices(session, conference_id) if row.matter is matter]
    last = max((row.about for row in rows), default=0)
    return [(row.participant_id, row.answer, row.said_on) for row in rows if row.about == last]
