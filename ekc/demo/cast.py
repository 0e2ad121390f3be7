"""The people whom a visitor of the demonstration can be: its staff, and whoever of a circle has a link."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account, AccountRole, Region
from ekc.conferences.models import Conference, Participant
from ekc.links.models import PersonalLink
from ekc.workflow.vocabulary import Part, Phase, Role


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as whom anybody can sign in with one click: by account, or by personal link."""

    name: str
    part: Role | Part
    place: str  # their region, or what they are to the main person
    account_id: int | None = None
    link_id: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A case and who of its circle one can be. `shows`: what is special about it."""

    id: int
    title: str
    shows: str
    phase: Phase
    people: tuple[Person, ...]


def staff(session: Session) -> tuple[Person, ...]:
    """Everybody who works here, the first one first."""
    return tuple(_accounts(session).values())


def groups(session: Session, at: datetime) -> tuple[Group, ...]:
    """The cases of whose circle one can be somebody."""
    found = _linked(session, at)
    cases = session.scalars(select(Conference).where(Conference.id.in_(found)).order_by(Conference.id))
    return tuple(Group(case.id, case.title, found[case.id][0], case.phase, tuple(found[case.id][1])) for case in cases)


def around(session: Session, at: datetime, conference_id: int | None) -> tuple[Person, ...]:
    """Whom one can be in this case: its coordinator, who is asked, who manages its region, and its circle."""
    case = session.get(Conference, conference_id) if conference_id else None
    if case is None:
        return staff(session)
    working = _accounts(session)
    managing = (AccountRole.role == Role.REGIONAL_MANAGER) & (AccountRole.region_id == case.region_id)
    managers = session.scalars(select(AccountRole.account_id).where(managing)).all()
    ids = dict.fromkeys([case.coordinator_id, case.asked_coordinator_id, *managers])
    _, circle = _linked(session, at).get(case.id, ("", []))
    return (*(working[id_] for id_ in ids if id_ in working), *circle)


def _accounts(session: Session) -> Mapping[int | None, Person]:
    rows = session.execute(
        select(Account.id, Account.name, AccountRole.role, Region.name.label("region"))
        .join(AccountRole, AccountRole.account_id == Account.id)
        .join(Region, Region.id == Account.region_id)
        .where(Account.active)
        .order_by(Account.id, AccountRole.id.desc())
    )
    return {row.id: Person(row.name, row.role, row.region, account_id=row.id) for row in rows}


def _linked(session: Session, at: datetime) -> dict[int, tuple[str, list[Person]]]:
    """By case what is special about it, and the people whose link says so."""
    rows = session.execute(
        select(PersonalLink, Participant.name, Participant.part, Participant.relation)
        .join(Participant, Participant.id == PersonalLink.participant_id)
        .where(PersonalLink.note.is_not(None), PersonalLink.revoked_at.is_(None), PersonalLink.expires_at > at)
        .order_by(PersonalLink.id)
    )
    found: dict[int, tuple[str, list[Person]]] = defaultdict(lambda: ("", []))
    for link, name, part, relation in rows:
        person = Person(name, part, relation or "", link_id=link.id)
        found[link.conference_id] = (link.note or "", [*found[link.conference_id][1], person])
    return found
