"""Searching for a case by its number or by somebody's name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, false, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.conferences.models import Conference, NameKey, Participant
from ekc.conferences.roles import roles_in
from ekc.core.crypto import Keyring, keyring_of
from ekc.names import has_words, is_known_by_one, words
from ekc.workflow.engine import may, sees
from ekc.workflow.vocabulary import Activity, CasePart, Phase, Role


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A case that a search found. `name` is the participant's name that matched; empty for a case number."""

    conference_id: int
    number: str
    title: str
    phase: Phase
    name: str


_MOST_WORDS, _MOST_FOUND = 4, 50
#: A case number, with or without its letters and its year.
_NUMBER = re.compile(r"(?:[a-z]{2,4}[- ])?(?:(?P<year>[0-9]{4})[- ])?(?P<count>[0-9]{1,7})", re.IGNORECASE)


def search(session: Session, visitor: Visitor, asked: str, at: datetime) -> tuple[SearchResult, ...]:
    """The cases with a person whose name has all words of `asked`, or words starting with them.

    Two letters or more, or one where the name is one letter or a sign, as in Chinese.

    A case number finds its case, whatever its letters, and so do its year and count (2026-0007) or the count alone.
    Only cases that the visitor may open at `at` are found, the latest first; by name only where they see names now.
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
    rows: list[Row[Any]] = []
    if number := _NUMBER.fullmatch(asked.strip()):
        year, count = number["year"], int(number["count"])
        ending = f"%-{year}-{count:04}" if year else f"%-{count:04}"
        rows += session.execute(case.where(Conference.number.like(ending)).order_by(Conference.id.desc()))
    typed = words(asked)
    wanted = tuple(word for word in typed if len(word) > 1 or all(map(is_known_by_one, typed)))[:_MOST_WORDS]
    regions = session.scalars(select(Conference.region_id).where(mine).distinct().order_by(Conference.region_id)).all()
    if wanted and regions:
        by_name = case.add_columns(Participant.name).join(Participant, Participant.conference_id == Conference.id)
        by_name = by_name.where(*(_has_key(keyring_of(session), word, regions) for word in wanted))
        named = session.execute(by_name.order_by(Conference.id.desc(), Participant.id))
        rows += islice((row for row in named if has_words(row.name, wanted)), _MOST_FOUND)
    return tuple(
        SearchResult(row.id, row.number, row.title, row.phase, getattr(row, "name", ""))
        for row in rows
        if _may_find(row, roles_in(visitor, row, None, at))
    )


def _has_key(keyring: Keyring, word: str, regions: Iterable[int]) -> ColumnElement[bool]:
    keys = (and_(NameKey.region_id == one, NameKey.key == keyring.index_key(word, one)) for one in regions)
    return exists().where(
        NameKey.region_id == Conference.region_id, NameKey.participant_id == Participant.id, or_(*keys)
    )


def _may_find(row: Row[Any], roles: frozenset[Role]) -> bool:
    """Whether the visitor may open the case, and sees its names if it was found by one."""
    by_name = hasattr(row, "name")
    return may(Activity.SEE_CASE, row.phase, roles) and (
        not by_name or sees(CasePart.NAMES, row.phase, roles) is not None
    )
