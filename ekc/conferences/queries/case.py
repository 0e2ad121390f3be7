"""Reading an opened case: its registration, circle, safety, bottom lines and contact log."""

from collections import Counter
from dataclasses import fields, replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.entries import PersonDetails, kept_back
from ekc.conferences.models import BottomLine, Conference, Consent, ContactEntry, Participant, SafetyConcern
from ekc.conferences.queries.members import consented
from ekc.conferences.queries.rows import (
    BottomLineRow,
    ConcernRow,
    ConsentRow,
    ContactRow,
    OwnDetails,
    PersonRow,
    RegistrationRow,
)
from ekc.people.models import Region
from ekc.workflow.vocabulary import CasePart, Scope

_COUNTED = frozenset({"consented", "concerns", "unmet_concerns"})
#: Not read of many people at once: each of these is asked for by somebody who looks at one person.
_OF_ONE = frozenset({"phone", "email", "address", "view", "exclusion_reason", "excluded_by", "excluded_on"})
_EMPTY: dict[str, Any] = {field.name: field.default for field in fields(PersonDetails)}
_NAME = {"name": Participant.name, "set_by_name": Participant.name, "region": Region.name}
_Kind = TypeVar("_Kind")


def _columns(kind: Any, table: Any, without: frozenset[str] = frozenset()) -> list[Any]:
    """The columns that fill a dataclass, by the names of its fields."""
    named = [field.name for field in fields(kind) if field.name not in without]
    return [(getattr(table, name) if hasattr(table, name) else _NAME[name]).label(name) for name in named]


def _filled(kind: type[_Kind], row: Row[Any], **more: Any) -> _Kind:
    read = {name: tuple(value) if isinstance(value, list) else value for name, value in row._asdict().items()}
    return kind(**read, **more)


def _people(
    session: Session, conference_id: int, without: frozenset[str], *only: ColumnElement[bool]
) -> tuple[PersonRow, ...]:
    here = (Participant.conference_id == conference_id, Participant.removed_at.is_(None))
    columns = _columns(PersonRow, Participant, _COUNTED | without)
    rows = session.execute(select(*columns).where(*here, *only).order_by(Participant.id)).all()
    yes = consented(session, conference_id)
    afraid = select(SafetyConcern.participant_id, SafetyConcern.arrangement)
    worries = session.execute(afraid.where(SafetyConcern.conference_id == conference_id)).all()
    every = Counter(one.participant_id for one in worries)
    unmet = Counter(one.participant_id for one in worries if not one.arrangement)
    return tuple(
        _filled(PersonRow, row, consented=row.id in yes, concerns=every[row.id], unmet_concerns=unmet[row.id])
        for row in rows
    )


def circle(session: Session, conference_id: int) -> tuple[PersonRow, ...]:
    """Everybody in the circle now, in the order in which they came into it; not how to reach them. Three queries."""
    return _people(session, conference_id, _OF_ONE)


def person(session: Session, case: Case, participant_id: int) -> PersonRow | None:
    """Somebody in the circle; None if there is no such person in this case now. Without what the visitor sees not."""
    people = _people(session, case.id, frozenset(), Participant.id == participant_id)
    if not people:
        return None
    hidden = kept_back(people[0].address_secret, case.sees) - {"address_secret"}  # that there is a secret is no secret
    return replace(people[0], **{name: _EMPTY[name] for name in hidden})


def own_details(session: Session, case: Case) -> OwnDetails | None:
    """What is kept of the visitor themselves. A secret address is not told: whoever holds their phone would read it."""
    if not case.sees(CasePart.OWN_DETAILS):
        return None
    columns = (Participant.phone, Participant.email, Participant.address, Participant.address_secret)
    own = (Participant.id == case.visitor.participant_id, Participant.conference_id == case.id)
    phone, email, address, secret = session.execute(select(*columns).where(*own)).one()
    return OwnDetails(phone, email, "" if secret else address, secret)


def names(session: Session, conference_id: int) -> dict[int, str]:
    """The name of everybody who is or was in the circle, by participant id."""
    found = select(Participant.id, Participant.name).where(Participant.conference_id == conference_id)
    return {row.id: row.name for row in session.execute(found)}


def phones(session: Session, case: Case) -> dict[int, str]:
    """The phone of everybody in the circle who has one, by participant id, for whoever sees how to reach people."""
    if not case.sees(CasePart.CONTACT):
        return {}
    here = (Participant.conference_id == case.id, Participant.removed_at.is_(None))
    rows = session.execute(select(Participant.id, Participant.phone).where(*here))
    return {row.id: row.phone for row in rows if row.phone}


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


def lines_seen(session: Session, case: Case) -> tuple[BottomLineRow, ...]:
    """The bottom lines that the visitor sees, by number: all of them, or those that the family was told."""
    scope = case.sees(CasePart.BOTTOM_LINES)
    lines = bottom_lines(session, case.id) if scope else ()
    return lines if scope is Scope.ALL else tuple(line for line in lines if line.shared_on is not None)


def contact_log(session: Session, conference_id: int) -> tuple[ContactRow, ...]:
    """The contact log, newest first."""
    whose = Participant.id == ContactEntry.participant_id
    found = select(*_columns(ContactRow, ContactEntry)).outerjoin(Participant, whose)
    here = found.where(ContactEntry.conference_id == conference_id)
    rows = session.execute(here.order_by(ContactEntry.on.desc(), ContactEntry.id.desc()))
    return tuple(_filled(ContactRow, row) for row in rows)


def number_of(session: Session, conference_id: int) -> str:
    """The case number."""
    return session.scalars(select(Conference.number).where(Conference.id == conference_id)).one()
