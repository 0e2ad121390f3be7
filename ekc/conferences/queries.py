"""Reading a case that the caller has opened (`access.py`), and searching for one. Nothing here writes."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, exists, false, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.accounts.models import Region
from ekc.conferences.access import Case, roles_in
from ekc.conferences.entries import PersonDetails, Registration, hidden_fields
from ekc.conferences.models import BottomLine, Conference, Consent, ContactEntry, NameKey, Participant, SafetyConcern
from ekc.core.crypto import keyring_of, search_words
from ekc.workflow import independence
from ekc.workflow.engine import may, sees
from ekc.workflow.independence import Agency, Tie
from ekc.workflow.vocabulary import PROFESSIONAL_PARTS, Activity, Attends, CasePart, Part, Phase, Role, Scope

_people = Participant.__table__.c
_lines = BottomLine.__table__.c
_by_profession = _people.part.in_(PROFESSIONAL_PARTS)
_SETS_LINE = exists().where(_lines.conference_id == _people.conference_id, _lines.set_by == _people.id)
_COMPUTED = frozenset({"consented", "concerns", "unmet_concerns"})
#: Read for one person at a time only, for data protection.
_ONLY_FOR_ONE_PERSON = frozenset(
    {"phone", "email", "address", "view", "exclusion_reason", "excluded_by", "excluded_on"}
)
_EMPTY: dict[str, Any] = {field.name: field.default for field in fields(PersonDetails)}
_NAME = {"name": Participant.name, "set_by_name": Participant.name, "region": Region.name}
_Kind = TypeVar("_Kind")


def _columns(kind: Any, table: Any, without: frozenset[str] = frozenset()) -> list[Any]:
    """The columns that fill a dataclass, by the names of its fields."""
    named = [field.name for field in fields(kind) if field.name not in without]
    return [(getattr(table, name) if hasattr(table, name) else _NAME[name]).label(name) for name in named]


def _to_dataclass(kind: type[_Kind], row: Row[Any], **more: Any) -> _Kind:
    read = {name: tuple(value) if isinstance(value, list) else value for name, value in row._asdict().items()}
    return kind(**read, **more)


# People of the circle


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow(PersonDetails):
    """Somebody in the circle, with consents and safety concerns counted."""

    id: int
    convenes: bool
    consented: bool  # to the conference; a withdrawn consent is none
    concerns: int
    unmet_concerns: int

    @property
    def excluded(self) -> bool:
        """Whether it was decided that they do not attend."""
        return self.attends is Attends.EXCLUDED


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """The contact details of the visitor. A secret address is left empty."""

    phone: str
    email: str
    address: str
    address_secret: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the circle."""

    id: int
    name: str
    part: Part
    attends: Attends | None
    born: date | None
    informed_on: date | None
    needs_interpreter: bool
    organisation: str | None  # of referrer and professionals only
    speaks_for: str | None  # of referrer and professionals only
    sets_bottom_line: bool


_MEMBERS: Select[*tuple[Any, ...]] = (
    select(
        *(_people[name] for name in ("id", "name", "part", "attends", "born", "informed_on", "needs_interpreter")),
        case((_by_profession, _people.organisation)),
        case((_by_profession, _people.speaks_for)),
        _SETS_LINE,
    )
    .where(_people.conference_id == bindparam("case"), _people.removed_at.is_(None))
    .order_by(_people.id)
)


def members(session: Session, conference_id: int) -> tuple[Member, ...]:
    """Everybody in the circle now, in the order in which they were added."""
    return tuple(Member(*row) for row in session.execute(_MEMBERS, {"case": conference_id}))


def circle(session: Session, conference_id: int) -> tuple[PersonRow, ...]:
    """Everybody in the circle now, in the order in which they were added, without contact details. Three queries."""
    return _person_rows(session, conference_id, _ONLY_FOR_ONE_PERSON)


def person(session: Session, case: Case, participant_id: int) -> PersonRow | None:
    """Somebody in the circle, without fields that the visitor may not see; None if not in this case now."""
    people = _person_rows(session, case.id, frozenset(), Participant.id == participant_id)
    if not people:
        return None
    hidden = hidden_fields(people[0].address_secret, case.sees) - {"address_secret"}  # the flag itself may be shown
    return replace(people[0], **{name: _EMPTY[name] for name in hidden})


def _person_rows(
    session: Session, conference_id: int, without: frozenset[str], *only: ColumnElement[bool]
) -> tuple[PersonRow, ...]:
    here = (Participant.conference_id == conference_id, Participant.removed_at.is_(None))
    columns = _columns(PersonRow, Participant, _COMPUTED | without)
    rows = session.execute(select(*columns).where(*here, *only).order_by(Participant.id)).all()
    yes = consented(session, conference_id)
    afraid = select(SafetyConcern.participant_id, SafetyConcern.arrangement)
    worries = session.execute(afraid.where(SafetyConcern.conference_id == conference_id)).all()
    every = Counter(one.participant_id for one in worries)
    unmet = Counter(one.participant_id for one in worries if not one.arrangement)
    return tuple(
        _to_dataclass(PersonRow, row, consented=row.id in yes, concerns=every[row.id], unmet_concerns=unmet[row.id])
        for row in rows
    )


def own_details(session: Session, case: Case) -> OwnDetails | None:
    """The contact details of the visitor. A secret address is left out: others might read it on their phone."""
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
    """Phone numbers of the circle by participant id, for visitors who see contact details; else empty."""
    if not case.sees(CasePart.CONTACT):
        return {}
    here = (Participant.conference_id == case.id, Participant.removed_at.is_(None))
    rows = session.execute(select(Participant.id, Participant.phone).where(*here))
    return {row.id: row.phone for row in rows if row.phone}


# Agencies


_PROFESSIONALS: Select[*tuple[Any, ...]] = (
    select(*(_people[name] for name in ("conference_id", "part", "organisation", "speaks_for")), _SETS_LINE)
    .where(_people.conference_id.in_(bindparam("cases", expanding=True)), _people.removed_at.is_(None), _by_profession)
    .order_by(_people.conference_id, _people.id)
)


def agencies(circle: Iterable[Member]) -> tuple[Agency, ...]:
    """The agencies of a case: for whom its referrer and professionals work or speak. Interpreters have none."""
    return _agencies((one.part, one.organisation, one.speaks_for, one.sets_bottom_line) for one in circle)


def agencies_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, tuple[Agency, ...]]:
    """The agencies of several cases at once; a case without any is left out."""
    rows = session.execute(_PROFESSIONALS, {"cases": list(conference_ids)}).all()
    return {id_: _agencies(tuple(row)[1:] for row in of_one) for id_, of_one in groupby(rows, key=lambda row: row[0])}


def _agencies(rows: Iterable[tuple[Any, ...]]) -> tuple[Agency, ...]:
    """Agencies of tuples of part, organisation, represented organisation, and whether they set a bottom line."""
    return independence.agencies(
        (name, _tie(part, decides)) for part, *names, decides in rows for name in names if name
    )


def _tie(part: Part, decides: bool) -> Tie:
    if part is Part.REFERRER:
        return Tie.REFERS
    return Tie.DECIDES if decides else Tie.HELPS


# Registration and consents


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRow(Registration):
    """The registration, with columns that cannot be changed."""

    registered_on: date
    registered_by: Part
    region: str


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent with the name of its giver."""

    id: int
    participant_id: int
    name: str
    scope: str
    given_on: date
    withdrawn_on: date | None
    note: str


_consents = Consent.__table__.c
_CONSENTS = select(_consents.participant_id, _consents.scope).where(
    _consents.conference_id == bindparam("case"), _consents.withdrawn_on.is_(None)
)


def registration(session: Session, conference_id: int) -> RegistrationRow:
    """The registration of a case."""
    found = select(*_columns(RegistrationRow, Conference)).join(Region, Region.id == Conference.region_id)
    return _to_dataclass(RegistrationRow, session.execute(found.where(Conference.id == conference_id)).one())


def case_number(session: Session, conference_id: int) -> str:
    """The case number."""
    return session.scalars(select(Conference.number).where(Conference.id == conference_id)).one()


def consents(session: Session, conference_id: int) -> tuple[ConsentRow, ...]:
    """All consents, withdrawn ones too, in the order in which they were entered."""
    found = select(*_columns(ConsentRow, Consent)).join(Participant, Participant.id == Consent.participant_id)
    rows = session.execute(found.where(Consent.conference_id == conference_id).order_by(Consent.id))
    return tuple(_to_dataclass(ConsentRow, row) for row in rows)


def consented(session: Session, conference_id: int) -> frozenset[int]:
    """Who consented to the conference. Consent to keeping a file alone does not count, nor a withdrawn one."""
    rows = session.execute(_CONSENTS, {"case": conference_id})
    return frozenset(row.participant_id for row in rows if row.scope != "file")


# Safety concerns


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A safety concern with the person's name and the arrangement (None: not made yet)."""

    id: int
    participant_id: int
    name: str
    concern: str
    arrangement: str | None


_concerns = SafetyConcern.__table__.c
_CONCERNS = select(_concerns.participant_id, _concerns.arrangement).where(_concerns.conference_id == bindparam("case"))


def concerns(session: Session, conference_id: int) -> tuple[ConcernRow, ...]:
    """The safety concerns of everybody who is in the circle now."""
    whose = Participant.id == SafetyConcern.participant_id
    found = select(*_columns(ConcernRow, SafetyConcern)).join(Participant, whose)
    here = (SafetyConcern.conference_id == conference_id, Participant.removed_at.is_(None))
    return tuple(
        _to_dataclass(ConcernRow, row) for row in session.execute(found.where(*here).order_by(SafetyConcern.id))
    )


def unmet_concerns(session: Session, conference_id: int) -> Counter[int]:
    """How many safety concerns of each person have no arrangement yet."""
    rows = session.execute(_CONCERNS, {"case": conference_id})
    return Counter(row.participant_id for row in rows if not row.arrangement)


# Bottom lines


@dataclass(frozen=True, slots=True)
class BottomLineRow:
    """A bottom line with the name of the person who set it."""

    id: int
    number: int
    text: str
    ground: str
    set_by: int
    set_by_name: str
    shared_on: date | None


@dataclass(frozen=True, slots=True)
class BottomLineState:
    """A bottom line without its text."""

    id: int
    number: int
    shared_on: date | None


_LINES = (
    select(*(_lines[name] for name in BottomLineState.__dataclass_fields__))
    .where(_lines.conference_id == bindparam("case"))
    .order_by(_lines.number)
)


def bottom_lines(session: Session, conference_id: int) -> tuple[BottomLineRow, ...]:
    """The bottom lines, by number."""
    found = select(*_columns(BottomLineRow, BottomLine)).join(Participant, Participant.id == BottomLine.set_by)
    rows = session.execute(found.where(BottomLine.conference_id == conference_id).order_by(BottomLine.number))
    return tuple(_to_dataclass(BottomLineRow, row) for row in rows)


def visible_bottom_lines(session: Session, case: Case) -> tuple[BottomLineRow, ...]:
    """The bottom lines that the visitor sees, by number: all, or only those shared with the family."""
    scope = case.sees(CasePart.BOTTOM_LINES)
    lines = bottom_lines(session, case.id) if scope else ()
    return lines if scope is Scope.ALL else tuple(line for line in lines if line.shared_on is not None)


def bottom_line_states(session: Session, conference_id: int) -> tuple[BottomLineState, ...]:
    """The bottom lines without text, by number."""
    return tuple(BottomLineState(*row) for row in session.execute(_LINES, {"case": conference_id}))


# Contact log


@dataclass(frozen=True, slots=True)
class ContactRow:
    """An entry of the contact log. `name` is None where it is about nobody in particular."""

    id: int
    on: date
    channel: str
    text: str
    participant_id: int | None
    name: str | None


def contact_log(session: Session, conference_id: int) -> tuple[ContactRow, ...]:
    """The contact log, newest first."""
    whose = Participant.id == ContactEntry.participant_id
    found = select(*_columns(ContactRow, ContactEntry)).outerjoin(Participant, whose)
    here = found.where(ContactEntry.conference_id == conference_id)
    rows = session.execute(here.order_by(ContactEntry.on.desc(), ContactEntry.id.desc()))
    return tuple(_to_dataclass(ContactRow, row) for row in rows)


# Search


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A case that a search found. `name` is the participant's name that matched; empty for a case number."""

    conference_id: int
    number: str
    title: str
    phase: Phase
    name: str = ""


_MOST_WORDS, _MOST_FOUND = 4, 50


def search(session: Session, visitor: Visitor, asked: str, at: datetime) -> tuple[SearchResult, ...]:
    """The cases with a person whose name has all words of `asked`, or words starting with them (two letters or more).

    A whole case number finds its case. Only cases that the visitor may open at `at` are found, the latest first.
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
    if keys := [keyring_of(session).index_key(word) for word in search_words(asked)[:_MOST_WORDS] if len(word) > 1]:
        here = (NameKey.region_id == Conference.region_id, NameKey.participant_id == Participant.id)
        by_name = case.add_columns(Participant.name).join(Participant, Participant.conference_id == Conference.id)
        by_name = by_name.where(*(exists().where(*here, NameKey.key == key) for key in keys))
        rows += session.execute(by_name.order_by(Conference.id.desc(), Participant.id).limit(_MOST_FOUND))
    opened = ((row, roles_in(visitor, row, None, at)) for row in rows)
    return tuple(_search_result(row, roles) for row, roles in opened if may(Activity.SEE_CASE, row.phase, roles))


def _search_result(row: Row[Any], roles: frozenset[Role]) -> SearchResult:
    named = sees(CasePart.NAMES, row.phase, roles)
    return SearchResult(row.id, row.number, row.title, row.phase, getattr(row, "name", "") if named else "")
