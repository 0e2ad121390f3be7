"""The people of the circle with all that is known of them; contact details of one at a time."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.entries import PersonDetails, hidden_fields, is_sealed
from ekc.conferences.models import Conference, Participant, SafetyConcern
from ekc.conferences.queries.consents import consented
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import columns_of, to_dataclass
from ekc.core.reading import Rows, one_of, read_row, read_rows
from ekc.names import told_apart
from ekc.workflow.birth import Birth
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.vocabulary import IN_THE_ROOM, INSIDE_PARTS, Attends, CasePart, Part, PersonNeed

_COMPUTED = frozenset({"label", "consented", "concerns", "unmet_concerns"})
#: Read for one person at a time only, for data protection.
_ONLY_FOR_ONE_PERSON = frozenset(
    {"phone", "email", "address", "timezone", "view", "worries", "exclusion_reason", "excluded_by", "excluded_on"}
)
_EMPTY: dict[str, Any] = {field.name: field.default for field in fields(PersonDetails)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow(MaybeProfessional, PersonDetails):
    """Somebody in the circle, with consents and safety concerns counted."""

    id: int
    label: str  # the name, and what tells them from somebody of the same name in the circle
    attends_before: Attends | None  # in the round before
    informed_before_on: date | None
    convenes: bool
    came_as_professional: bool
    view_own: bool
    view_open: bool
    consented: bool  # to the conference; a withdrawn consent is none
    concerns: int
    unmet_concerns: int

    @property
    def needed(self) -> tuple[PersonNeed, ...]:
        """What they need of what has a name, in the order of its table."""
        return tuple(one for one in PersonNeed if one in self.need_kinds)

    @property
    def excluded(self) -> bool:
        """Whether it was decided that they do not attend."""
        return self.attends is Attends.EXCLUDED

    @property
    def expected_in_room(self) -> bool:
        """Whether they come into the room, or it is not known yet."""
        return self.attends is None or self.attends in IN_THE_ROOM

    @property
    def safety_unasked(self) -> bool:
        """Whether they are still to be asked whether it is safe for them: nobody who comes for their work is."""
        nobody = self.excluded or self.is_professional or self.part is Part.INTERPRETER
        return not (nobody or self.safe_on or self.concerns)

    def cannot_read(self, on: date) -> bool:
        """Whether they are certainly too young to read a page by themselves."""
        birth = Birth.of(self.born, self.born_until)
        return birth is not None and birth.cannot_read(on)


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """The contact details of the visitor. A secret address is left empty. `plan_phone`: what stands in the plan."""

    phone: str
    email: str
    address: str
    address_secret: bool
    plan_phone: str


_CASE: BindParameter[int] = bindparam("case")


def _people(without: frozenset[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns_of(PersonRow, Participant, _COMPUTED | without))
        .where(Participant.conference_id == _CASE, Participant.removed_at.is_(None))
        .order_by(Participant.id)
    )


_CIRCLE = _people(_ONLY_FOR_ONE_PERSON)
_IN_FULL = _people(frozenset())
_PERSON = _IN_FULL.where(Participant.id == bindparam("participant"))
_ZONE = _PERSON.with_only_columns(Participant.timezone, Participant.address_secret)
_WORRIES = select(SafetyConcern.participant_id, SafetyConcern.arrangement).where(SafetyConcern.conference_id == _CASE)


def circle(session: Session, conference_id: int) -> tuple[PersonRow, ...]:
    """Everybody in the circle now, in the order in which they were added, without contact details. Three queries."""
    return _person_rows(session, conference_id, read_rows(session, _CIRCLE, {"case": conference_id}))


def person(session: Session, case: Case, participant_id: int) -> PersonRow | None:
    """Somebody in the circle, without fields that the visitor may not see; None if not in this case now."""
    asked = {"case": case.id, "participant": participant_id}
    people = _person_rows(session, case.id, read_rows(session, _PERSON, asked))
    if not people:
        return None
    hidden = hidden_fields(people[0].address_secret, case.sees, is_sealed(people[0], case.phase))
    hidden -= {"address_secret"}  # the flag itself may be shown
    label = names(session, case.id)[participant_id]
    return replace(people[0], label=label, **{name: _EMPTY[name] for name in hidden})


def timezone_of(session: Session, case: Case, participant_id: int) -> str:
    """In which time zone somebody in the circle is, as far as the visitor may see it; empty: that of the case."""
    row = read_row(session, _ZONE, {"case": case.id, "participant": participant_id})
    return "" if row is None or "timezone" in hidden_fields(row.address_secret, case.sees) else row.timezone


def known(session: Session, conference_id: int) -> dict[int, frozenset[str]]:
    """The names of the fields of PersonDetails in which something stands, by participant id; not what stands there."""
    names_of_fields = [field.name for field in fields(PersonDetails)]
    rows = read_rows(session, _IN_FULL, {"case": conference_id})
    return {row.id: frozenset(name for name in names_of_fields if getattr(row, name)) for row in rows}


def _person_rows(session: Session, conference_id: int, rows: Rows) -> tuple[PersonRow, ...]:
    yes = consented(session, conference_id)
    worries = read_rows(session, _WORRIES, {"case": conference_id})
    every = Counter(one.participant_id for one in worries)
    unmet = Counter(one.participant_id for one in worries if not one.arrangement)
    labels = dict(zip([row.id for row in rows], told_apart(rows), strict=True))
    return tuple(
        to_dataclass(
            PersonRow,
            row,
            label=labels[row.id],
            consented=row.id in yes,
            concerns=every[row.id],
            unmet_concerns=unmet[row.id],
        )
        for row in rows
    )


def placed_by(me: int, circle: Iterable[PersonRow]) -> tuple[PersonRow, ...]:
    """Those of whom a main person says how close they are: not of another side, and of nobody who stays away."""
    people = tuple(circle)
    mine = next((one.side for one in people if one.id == me), "")
    around = (one for one in people if one.part in INSIDE_PARTS - {Part.MAIN_PERSON} and not one.excluded)
    return tuple(one for one in around if not (mine and one.side) or one.side == mine)


_SIDES = select(Conference.sides).where(Conference.id == _CASE)


def sides(session: Session, conference_id: int) -> tuple[str, ...]:
    """The sides of a case."""
    return tuple(session.scalars(_SIDES, {"case": conference_id}).one())


_OWN_DETAILS = select(
    Participant.phone, Participant.email, Participant.address, Participant.address_secret, Participant.plan_phone
).where(Participant.id == bindparam("participant"), Participant.conference_id == bindparam("case"))


def own_details(session: Session, case: Case) -> OwnDetails | None:
    """The contact details of the visitor. A secret address is left out: others might read it on their phone."""
    if not case.sees(CasePart.OWN_DETAILS):
        return None
    asked = {"participant": case.visitor.participant_id, "case": case.id}
    phone, email, address, secret, plan_phone = session.execute(_OWN_DETAILS, asked).one()
    return OwnDetails(phone, email, "" if secret else address, secret, plan_phone or "")


@dataclass(frozen=True, slots=True)
class Reach:
    """How somebody can be reached; `by_post`: their address is known, and not secret."""

    phone: str
    email: str
    by_post: bool


_REACH = select(
    Participant.id, Participant.phone, Participant.email, Participant.address, Participant.address_secret
).where(one_of(Participant.id, "people"))


def reach(session: Session, participant_ids: Collection[int]) -> dict[int, Reach]:
    """How these people can be reached, by id; for visitors who see contact details."""
    rows = read_rows(session, _REACH, {"people": list(participant_ids)})
    return {row.id: Reach(row.phone, row.email, by_post=bool(row.address) and not row.address_secret) for row in rows}


_PHONES = select(Participant.id, Participant.phone).where(
    Participant.conference_id == _CASE, Participant.removed_at.is_(None)
)


def phones(session: Session, case: Case) -> dict[int, str]:
    """Phone numbers of the circle by participant id, for visitors who see contact details; else empty."""
    if not case.sees(CasePart.CONTACT):
        return {}
    return {row.id: row.phone for row in read_rows(session, _PHONES, {"case": case.id}) if row.phone}
