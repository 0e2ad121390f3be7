"""Mails and text messages to the people of a case: what was sent to whom, and whose address takes none."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from ekc.conferences.models import Participant
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import of_cases
from ekc.core.language import translate
from ekc.core.outbox import OutboxMessage, Way
from ekc.core.reading import read_rows

_later = aliased(OutboxMessage)
_ARRIVED_LATER = exists().where(
    _later.participant_id == OutboxMessage.participant_id,
    _later.id > OutboxMessage.id,
    _later.way == Way.EMAIL,
    _later.sent_at.is_not(None),
    _later.returned_at.is_(None),
)
_RETURNED = (
    select(OutboxMessage.conference_id, Participant.id, Participant.name, Participant.email)
    .add_columns(OutboxMessage.recipient, OutboxMessage.returned_at)
    .join(Participant, Participant.id == OutboxMessage.participant_id)
    .where(of_cases(OutboxMessage.conference_id), OutboxMessage.returned_at.is_not(None), ~_ARRIVED_LATER)
    .where(Participant.removed_at.is_(None))
    .order_by(OutboxMessage.id)
)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Somebody in a circle whose email address takes no mail, as far as the last mail to it tells."""

    participant_id: int
    name: str
    since: datetime


def unreachable(session: Session, conference_ids: Collection[int]) -> dict[int, tuple[Unreachable, ...]]:
    """The people in these cases to whose present address no mail gets, by case."""
    found: dict[int, dict[int, Unreachable]] = {}
    for row in read_rows(session, _RETURNED, {"cases": list(conference_ids)}) if conference_ids else ():
        if row.recipient == row.email:
            people = found.setdefault(row.conference_id, {})
            people.setdefault(row.id, Unreachable(row.id, row.name, row.returned_at))
    return {id_: _told_apart(session, id_, people) for id_, people in found.items()}


def _told_apart(session: Session, conference_id: int, people: dict[int, Unreachable]) -> tuple[Unreachable, ...]:
    called = names(session, conference_id)
    return tuple(replace(one, name=called[id_]) for id_, one in people.items())


_SENT = (
    select(Participant.id, OutboxMessage.way, OutboxMessage.subject, OutboxMessage.queued_at)
    .add_columns(OutboxMessage.sent_at, OutboxMessage.given_up_at, OutboxMessage.returned_at)
    .join(Participant, Participant.id == OutboxMessage.participant_id)
    .where(of_cases(OutboxMessage.conference_id))
    .order_by(OutboxMessage.queued_at.desc(), OutboxMessage.id)
)


@dataclass(frozen=True, slots=True)
class SentMail:
    """What was sent at one time to people of a circle: its subject, and the names of those to whom it went."""

    at: datetime
    way: Way
    subject: str
    sent: tuple[str, ...]
    waiting: tuple[str, ...]
    lost: tuple[str, ...]  # it did not arrive, and will not


def sent_mails(session: Session, conference_id: int) -> tuple[SentMail, ...]:
    """What was sent to the people of a case, the latest first."""
    rows = read_rows(session, _SENT, {"cases": [conference_id]})
    called = names(session, conference_id) if rows else {}
    found = []
    for (at, way, subject), some in groupby(rows, key=attrgetter("queued_at", "way", "subject")):
        whom: dict[str, list[str]] = {"sent": [], "waiting": [], "lost": []}
        for row in some:
            is_lost = row.given_up_at or row.returned_at
            whom["lost" if is_lost else "sent" if row.sent_at else "waiting"].append(called[row.id])
        found.append(SentMail(at, way, translate(subject), **{how: tuple(who) for how, who in whom.items()}))
    return tuple(found)
