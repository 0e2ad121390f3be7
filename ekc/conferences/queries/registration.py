"""The registration of a case that the caller has opened, its number, and the cases before and after it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Region
from ekc.conferences.access import Case
from ekc.conferences.entries import Assignment, Registration
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.rows import columns_of, to_dataclass
from ekc.core.reading import one_of, read_rows
from ekc.workflow.vocabulary import Part, Phase, Variant
from ekc.workflow.wording import Wording, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRow(Registration):
    """The registration, with columns that cannot be changed."""

    registered_on: date
    registered_by: Part
    municipality: str
    region: str
    sought: tuple[list[str], ...]  # kind and about of each wish for the coordinator that is compared
    follows_said: str | None  # the number of an earlier case, as somebody without an account typed it


_REGISTRATION: Select[*tuple[Any, ...]] = (
    select(*columns_of(RegistrationRow, Conference))
    .join(Region, Region.id == Conference.region_id)
    .where(Conference.id == bindparam("case"))
)


def registration(session: Session, conference_id: int) -> RegistrationRow:
    """The registration of a case."""
    [row] = read_rows(session, _REGISTRATION, {"case": conference_id})
    return to_dataclass(RegistrationRow, row)


def assignment(session: Session, conference_id: int) -> Assignment:
    """Region, country, kind, municipality and referrer of a case as they are."""
    columns = (Conference.region_id, Conference.profile, Conference.variant, Conference.municipality)
    row = session.execute(select(*columns).where(Conference.id == conference_id)).one()
    referrers = select(func.min(Participant.id)).where(
        Participant.conference_id == conference_id, Participant.part == Part.REFERRER, Participant.removed_at.is_(None)
    )
    return Assignment(**row._asdict(), referrer_id=session.scalar(referrers))


def case_number(session: Session, conference_id: int) -> str:
    """The case number."""
    return session.scalars(select(Conference.number).where(Conference.id == conference_id)).one()


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """A case before or after another one: the number, and what decides who may name it."""

    id: int
    number: str
    phase: Phase
    region_id: int
    coordinator_id: int | None
    is_before: bool = False


_related = (Conference.id, Conference.number, Conference.phase, Conference.region_id, Conference.coordinator_id)


def case_of_number(session: Session, number: str) -> RelatedCase | None:
    """The case with this number; None where there is none."""
    row = session.execute(select(*_related).where(Conference.number == number)).one_or_none()
    return RelatedCase(*row) if row else None


def related_cases(session: Session, case: Case) -> tuple[RelatedCase, ...]:
    """The case on which this one follows, and those that follow on this one."""
    if case.follows_id is None and case.phase is not Phase.CLOSED:  # only a closed case is followed
        return ()
    either = or_(Conference.id == case.follows_id, Conference.follows_id == case.id)
    rows = session.execute(select(*_related).where(either).order_by(Conference.id))
    return tuple(RelatedCase(*row, is_before=row.id == case.follows_id) for row in rows)


_VARIANT = select(Conference.variant).where(Conference.id == bindparam("case"))


def wording_of(session: Session, conference_id: int) -> Wording | None:
    """The words of the kind of conference that this case is."""
    return wording(session.scalars(_VARIANT, {"case": conference_id}).one())


_VARIANTS = select(Conference.id, Conference.variant).where(one_of(Conference.id, "cases"))


def wordings_of(session: Session, conference_ids: Collection[int]) -> dict[int, Wording | None]:
    """The same of many cases."""
    rows = read_rows(session, _VARIANTS, {"cases": conference_ids}) if conference_ids else ()
    return {row.id: wording(row.variant) for row in rows}


def registered_as(session: Session, number: str) -> Row[str, Variant, int, date, int] | None:
    """Country profile, kind, region, day and number of main persons of the case of this number; None: no such case."""
    main = select(func.count()).where(Participant.conference_id == Conference.id, Participant.part == Part.MAIN_PERSON)
    columns = (Conference.profile, Conference.variant, Conference.region_id, Conference.registered_on)
    found = select(*columns, main.scalar_subquery().label("main_persons")).where(Conference.number == number)
    return session.execute(found).one_or_none()


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case, as far as a registration can be it: its number, municipality and main persons."""

    number: str
    municipality: str
    main_persons: tuple[str, ...]


_OPEN_CASES = (
    select(Conference.number, Conference.municipality.label("municipality"), Participant.name)
    .join(Participant, Participant.conference_id == Conference.id)
    .where(one_of(Conference.region_id, "regions"), Conference.phase.in_([p for p in Phase if p is not Phase.CLOSED]))
    .where(Participant.part == Part.MAIN_PERSON, Participant.removed_at.is_(None))
    .order_by(Conference.id, Participant.id)
)


def open_cases(session: Session, regions: Collection[int]) -> list[OpenCase]:
    """The open cases of these regions."""
    rows = read_rows(session, _OPEN_CASES, {"regions": list(regions)}) if regions else ()
    return [
        OpenCase(*case, tuple(row.name for row in people))
        for case, people in groupby(rows, lambda row: (row.number, row.municipality))
    ]
