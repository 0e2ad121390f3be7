"""The blind index by which a case is found by the names of its people."""

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, NameKey, Participant
from ekc.core.crypto import keyring_of


def index_names(session: Session, conference: Conference) -> None:
    """Rewrite the blind index of everybody in the circle, as after the region of the case was changed."""
    here = (Participant.conference_id == conference.id, Participant.removed_at.is_(None))
    for participant in session.scalars(select(Participant).where(*here).order_by(Participant.id)):
        index_name_anew(session, conference, participant)


def make_searchable(session: Session, conference: Conference) -> None:
    """Let a case be found by the names of its people, once staff took its registration on."""
    if not conference.searchable:
        conference.searchable = True
        index_names(session, conference)


_UNINDEX = delete(NameKey).where(NameKey.participant_id == bindparam("person"))


def index_name_anew(session: Session, conference: Conference, participant: Participant) -> None:
    """Rewrite the blind index of a name."""
    session.execute(_UNINDEX, {"person": participant.id})
    index_name(session, conference, participant)


def index_name(session: Session, conference: Conference, participant: Participant) -> None:
    """Write the blind index of a new name; none in a case that is not searchable yet."""
    if conference.searchable:
        session.add_all(
            NameKey(region_id=conference.region_id, key=key, participant_id=participant.id)
            for key in keyring_of(session).index_keys(participant.name, conference.region_id)
        )
