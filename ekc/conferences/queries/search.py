"""Looking over cases: finds only what the visitor may open."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, false, or_, select
from sqlalchemy.orm import Session

from ekc.conferences.access import roles_in
from ekc.conferences.models import Conference, NameKey, Participant
from ekc.conferences.queries.rows import Found
from ekc.core.crypto import keyring_of, words
from ekc.people.access import Visitor
from ekc.workflow.engine import may, sees
from ekc.workflow.vocabulary import Activity, CasePart, Role

_MOST_WORDS = 4


def search(session: Session, visitor: Visitor, asked: str, at: datetime, most: int = 50) -> tuple[Found, ...]:
    """The cases in which somebody's name has all words of `asked`, or their beginnings of two letters and more.

    A whole case number finds its case. Only cases that the visitor may open at `at` are found; the latest come first.
    """
    mine = or_(
        Conference.coordinator_id == visitor.account_id if Role.COORDINATOR in visitor.roles else false(),
        Conference.region_id.in_(visitor.regions),
    )
    head = (Conference.id, Conference.number, Conference.title, Conference.phase)
    whose = (
        Conference.coordinator_id,
        Conference.asked_coordinator_id,
        Conference.region_id,
        Conference.tasks_ended_on,
        Conference.timezone,
        Conference.profile,
    )
    case = select(*head, *whose).where(mine)
    rows: list[Row[Any]] = list(session.execute(case.where(Conference.number == asked.strip().upper())))
    if keys := [keyring_of(session).index_key(word) for word in words(asked)[:_MOST_WORDS] if len(word) > 1]:
        here = (NameKey.region_id == Conference.region_id, NameKey.participant_id == Participant.id)
        by_name = case.add_columns(Participant.name).join(Participant, Participant.conference_id == Conference.id)
        by_name = by_name.where(*(exists().where(*here, NameKey.key == key) for key in keys))
        rows += session.execute(by_name.order_by(Conference.id.desc(), Participant.id).limit(most))
    opened = ((row, roles_in(visitor, row, None, at)) for row in rows)
    return tuple(_found(row, roles) for row, roles in opened if may(Activity.SEE_CASE, row.phase, roles))


def _found(row: Row[Any], roles: frozenset[Role]) -> Found:
    named = sees(CasePart.NAMES, row.phase, roles)
    return Found(row.id, row.number, row.title, row.phase, getattr(row, "name", "") if named else "")
