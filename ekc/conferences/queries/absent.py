"""What somebody who is not there wants to say, in words and in pictures, for whoever may read it now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.entries import is_sealed
from ekc.conferences.models import Participant, ViewPicture
from ekc.conferences.queries.names import names
from ekc.core.errors import Unknown
from ekc.core.reading import one_of, read_rows
from ekc.workflow.vocabulary import NOT_THERE, Attends, CasePart, Scope


@dataclass(frozen=True, slots=True)
class ViewPictureRow:
    """A picture without what is in it."""

    participant_id: int
    number: int
    shows: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class AbsentView:
    """What somebody wants to have said. `sealed`: the visitor does not read it yet, so that words and pictures are
    left out.
    """

    participant_id: int
    name: str
    attends: Attends | None
    text: str
    view_on: date | None
    view_own: bool
    view_open: bool
    read_back_on: date | None
    destroyed_on: date | None
    speaker: str  # who speaks for them; empty: nobody
    sealed: bool
    pictures: tuple[ViewPictureRow, ...]


_PICTURES = (
    select(ViewPicture.participant_id, ViewPicture.number, ViewPicture.shows, ViewPicture.width, ViewPicture.height)
    .where(one_of(ViewPicture.participant_id, "people"))
    .order_by(ViewPicture.participant_id, ViewPicture.number)
)
_OF_CASE = (
    select(
        Participant.id,
        Participant.attends,
        Participant.view,
        Participant.view_on,
        Participant.view_own,
        Participant.view_open,
        Participant.view_read_back_on,
        Participant.view_destroyed_on,
        Participant.support_id,
    )
    .where(Participant.conference_id == bindparam("case"), Participant.removed_at.is_(None))
    .order_by(Participant.id)
)
_OF_ONE = _OF_CASE.where(Participant.id == bindparam("person"))
_JPEG = select(ViewPicture.jpeg).where(
    ViewPicture.participant_id == bindparam("person"), ViewPicture.number == bindparam("number")
)


def pictures(session: Session, people: Collection[int]) -> dict[int, tuple[ViewPictureRow, ...]]:
    """The pictures of these people, by person, in the order in which they came."""
    rows = read_rows(session, _PICTURES, {"people": list(people)}) if people else ()
    found = (ViewPictureRow(*row) for row in rows)
    return {id_: tuple(of_one) for id_, of_one in groupby(found, attrgetter("participant_id"))}


def absent_view(session: Session, case: Case, participant_id: int) -> AbsentView:
    """What this person wants to have said. Raises Unknown for somebody of whom the visitor reads nothing."""
    rows = read_rows(session, _OF_ONE, {"case": case.id, "person": participant_id})
    found = _views(session, case, rows)
    if not found:
        raise Unknown
    return found[0]


def absent_views(session: Session, case: Case) -> tuple[AbsentView, ...]:
    """What those who are not there want to say, as far as the visitor may read it now, in the order of the circle."""
    rows = [row for row in read_rows(session, _OF_CASE, {"case": case.id}) if row.view_on]
    return tuple(one for one in _views(session, case, rows) if not one.sealed and one.attends in NOT_THERE)


def picture(session: Session, case: Case, participant_id: int, number: int) -> bytes:
    """A picture, as JPEG. Raises Unknown where the visitor does not see it."""
    if absent_view(session, case, participant_id).sealed:
        raise Unknown
    return jpeg(session, participant_id, number)


def jpeg(session: Session, participant_id: int, number: int) -> bytes:
    """A picture, whoever may see it. Raises Unknown if there is none."""
    found = session.scalar(_JPEG, {"person": participant_id, "number": number})
    if found is None:
        raise Unknown
    return found


def _views(session: Session, case: Case, rows: Collection[Row[Any]]) -> list[AbsentView]:
    """The views of these rows that are for the visitor: all, their own, or those of whoever is not there."""
    scope, own = case.sees(CasePart.VIEWS), case.visitor.participant_id
    here = [
        row
        for row in rows
        if scope is Scope.ALL or (scope and row.id == own) or (scope is Scope.TOLD and row.attends in NOT_THERE)
    ]
    called = names(session, case.id) if here else {}
    seen = pictures(session, [row.id for row in here])
    found = []
    for row in here:
        sealed = row.id != own and is_sealed(row, case.phase)
        found.append(
            AbsentView(
                participant_id=row.id,
                name=called[row.id],
                attends=row.attends,
                text="" if sealed else row.view,
                view_on=row.view_on,
                view_own=row.view_own,
                view_open=row.view_open,
                read_back_on=row.view_read_back_on,
                destroyed_on=row.view_destroyed_on,
                speaker=called.get(row.support_id, "") if row.support_id else "",
                sealed=sealed,
                pictures=() if sealed else seen.get(row.id, ()),
            )
        )
    return found
