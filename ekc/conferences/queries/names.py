"""What the people of a case are called, so that each is told from a namesake."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Participant
from ekc.core.reading import read_rows
from ekc.names import told_apart

_NAMES = (
    select(Participant.id, Participant.name, Participant.relation, Participant.organisation)
    .where(Participant.conference_id == bindparam("case"))
    .order_by(Participant.id)
)


def names(session: Session, conference_id: int) -> dict[int, str]:
    """The name of everybody who is or was in the circle, and what tells them from a namesake, by participant id."""
    rows = read_rows(session, _NAMES, {"case": conference_id})
    return dict(zip([row.id for row in rows], told_apart(rows), strict=True))
