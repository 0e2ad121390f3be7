"""Reading a case: its registration, circle, safety, bottom lines and contact log. Nothing here writes or decides.

Whoever calls has opened the case (`access.py`); `search` alone looks over cases, and finds only what may be opened.
"""

from collections import Counter
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, exists, false, or_, select
from sqlalchemy.orm import Session

from ekc.conferences.access import roles_in
from ekc.conferences.entries import Registration
from ekc.conferences.models import BottomLine, Conference, Consent, ContactEntry, NameKey, Participant, SafetyConcern
from ekc.core.crypto import keyring_of, words
from ekc.people.access import Visitor
from ekc.people.models import Region
from ekc.workflow.engine import may
from ekc.workflow.vocabulary import Activity, Attends, Part, Phase, Role

_MOST_WORDS = 4  # of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody in the circle, without what only their own page shows."""

    id: int
    name: str
    part: Part
    relation: str
    side: str
    organisation: str
    speaks_for: str
    language: str
    born: date | None
    needs: tuple[str, ...]
    needs_interpreter: bool
    support_id: int | None
    attends: Attends | None
    informed_on: date | None
    address_secret: bool
    convenes: bool
    consented: bool  # to the conference; a withdrawn consent is none
    concerns: int
    unmet_concerns: int

    @property
    def excluded(self) -> bool:
        """Whether it was decided that they stay away."""
        return self.attends is Attends.EXCLUDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(PersonRow):
    """Somebody in the circle, with all that is kept of them."""

    phone: str
    email: str
    address: str
    view: str
    exclusion_reason: str | None
    excluded_by: str | None
    excluded_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRow(Registration):
    """The registration, with what is not changed any more. `version` tells whether somebody else changed the case."""

    registered_on: date
    registered_by: Part
    region: str
    version: int


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent and whose it is."""

    id: int
    participant_id: int
    name: str
    scope: str
    given_on: date
    withdrawn_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A worry about safety, whose it is, and what was arranged (None: nothing yet)."""

    id: int
    participant_id: int
    name: str
    concern: str
    arrangement: str | None


@dataclass(frozen=True, slots=True)
class BottomLineRow:
    """A bottom line and who set it."""

    id: int
    number: int
    text: str
    ground: str
    set_by: int
    set_by_name: str
    shared_on: date | None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A line of the contact log. `name` is None where it is about nobody in particular."""

    id: int
    on: date
    channel: str
    text: str
    participant_id: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A case that a search found, and by whom; `name` is empty where the case number was given."""

    conference_id: int
    number: str
    title: str
    phase: Phase
    name: str = ""


_COUNTED = frozenset({"consented", "concerns", "unmet_concerns"})
_NAME = {"name": Participant.name, "set_by_name": Participant.name, "region": Region.name}
_Kind = TypeVar("_Kind")


def _columns(kind: Any, table: Any, without: frozenset[str] = frozenset()) -> list[Any]:
    """The columns that fill a dataclass, by the names of its fields."""
    named = [field.name for field in fields(kind) if field.name not in without]
    return [(getattr(table, name) if hasattr(table, name) else _NAME[name]).label(name) for name in named]


def _filled(kind: type[_Kind], row: Row[Any], **more: Any) -> _Kind:
    read = {name: tuple(value) if isinstance(value, list) else value for name, value in row._asdict().items()}
    return kind(**read, **more)


def _people(session: Session, conference_id: int, kind: type[_Kind], *only: ColumnElement[bool]) -> tuple[_Kind, ...]:
    here = (Participant.conference_id == conference_id, Participant.removed_at.is_(None))
    found = select(*_columns(kind, Participant, _COUNTED)).where(*here, *only).order_by(Participant.id)
    rows = session.execute(found).all()
    yes = select(Consent.participant_id, Consent.scope).where(
        Consent.conference_id == conference_id, Consent.withdrawn_on.is_(None)
    )
    consented = {one.participant_id for one in session.execute(yes) if one.scope != "file"}
    afraid = select(SafetyConcern.participant_id, SafetyConcern.arrangement)
    worries = session.execute(afraid.where(SafetyConcern.conference_id == conference_id)).all()
    every = Counter(one.participant_id for one in worries)
    unmet = Counter(one.participant_id for one in worries if not one.arrangement)
    return tuple(
        _filled(kind, row, consented=row.id in consented, concerns=every[row.id], unmet_concerns=unmet[row.id])
        for row in rows
    )


def circle(session: Session, conference_id: int) -> tuple[PersonRow, ...]:
    """Everybody in the circle now, in the order in which they came into it. Three queries."""
    return _people(session, conference_id, PersonRow)


def person(session: Session, conference_id: int, participant_id: int) -> Person | None:
    """Somebody in the circle; None if there is no such person in this case now."""
    people = _people(session, conference_id, Person, Participant.id == participant_id)
    return people[0] if people else None


def names(session: Session, conference_id: int) -> dict[int, str]:
    """The name of everybody who is or was in the circle, by participant id."""
    found = select(Participant.id, Participant.name).where(Participant.conference_id == conference_id)
    return {row.id: row.name for row in session.execute(found)}


def registration(session: Session, conference_id: int) -> RegistrationRow:
    """The registration of a case that was opened."""
    found = select(*_columns(RegistrationRow, Conference)).join(Region, Region.id == Conference.region_id)
    return _filled(RegistrationRow, session.execute(found.where(Conference.id == conference_id)).one())


def consents(session: Session, conference_id: int) -> tuple[ConsentRow, ...]:
    """All consents, withdrawn ones too, in the order in which they were entered."""
    found = select(*_columns(ConsentRow, Consent)).join(Participant, Participant.id == Consent.participant_id)
    rows = session.execute(found.where(Consent.conference_id == conference_id).order_by(Consent.id))
    return tuple(_filled(ConsentRow, row) for row in rows)


def concerns(session: Session, conference_id: int) -> tuple[ConcernRow, ...]:
    """The safety concerns of everybody who is in the circle now."""
    whose = Participant.id == SafetyConcern.participant_id
    found = select(*_columns(ConcernRow, SafetyConcern)).join(Participant, whose)
    here = (SafetyConcern.conference_id == conference_id, Participant.removed_at.is_(None))
    return tuple(_filled(ConcernRow, row) for row in session.execute(found.where(*here).order_by(SafetyConcern.id)))


def bottom_lines(session: Session, conference_id: int) -> tuple[BottomLineRow, ...]:
    """The bottom lines, by number."""
    found = select(*_columns(BottomLineRow, BottomLine)).join(Participant, Participant.id == BottomLine.set_by)
    rows = session.execute(found.where(BottomLine.conference_id == conference_id).order_by(BottomLine.number))
    return tuple(_filled(BottomLineRow, row) for row in rows)


def contact_log(session: Session, conference_id: int) -> tuple[ContactRow, ...]:
    """The contact log, newest first."""
    whose = Participant.id == ContactEntry.participant_id
    found = select(*_columns(ContactRow, ContactEntry)).outerjoin(Participant, whose)
    here = found.where(ContactEntry.conference_id == conference_id)
    rows = session.execute(here.order_by(ContactEntry.on.desc(), ContactEntry.id.desc()))
    return tuple(_filled(ContactRow, row) for row in rows)


def search(session: Session, visitor: Visitor, asked: str, most: int = 50) -> tuple[Found, ...]:
    """The cases in which somebody's name has all words of `asked`, or their beginnings of two letters and more.

    A whole case number finds its case. Only cases that the visitor may open now are found; the latest come first.
    """
    mine = or_(
        Conference.coordinator_id == visitor.account_id if Role.COORDINATOR in visitor.roles else false(),
        Conference.region_id.in_(visitor.regions),
    )
    head = (Conference.id, Conference.number, Conference.title, Conference.phase)
    whose = (Conference.coordinator_id, Conference.region_id)
    case = select(*head, *whose).where(mine)
    rows: list[Row[Any]] = list(session.execute(case.where(Conference.number == asked.strip().upper())))
    if keys := [keyring_of(session).index_key(word) for word in words(asked)[:_MOST_WORDS] if len(word) > 1]:
        here = (NameKey.region_id == Conference.region_id, NameKey.participant_id == Participant.id)
        by_name = case.add_columns(Participant.name).join(Participant, Participant.conference_id == Conference.id)
        by_name = by_name.where(*(exists().where(*here, NameKey.key == key) for key in keys))
        rows += session.execute(by_name.order_by(Conference.id.desc(), Participant.id).limit(most))
    return tuple(
        Found(row.id, row.number, row.title, row.phase, getattr(row, "name", ""))
        for row in rows
        if may(Activity.SEE_CASE, row.phase, roles_in(visitor, row, None, None))
    )
