"""What a case file holds up to the day of the conference: registration, coordinator, circle, preparation.

The conference and what comes after it stand in `shape.py`. Plain values, as they stand in the file.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ekc.demo.reading import Born, Moment, PersonId
from ekc.workflow.vocabulary import Attends, Part


class RegisteredBy(StrEnum):
    """Who registers a case."""

    MAIN_PERSON = "main_person"
    REFERRER = "referrer"


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A yes; `scope` is one of CONSENT_SCOPES."""

    person: PersonId
    scope: str
    given_on: date
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Registration:
    """How the case began."""

    on: date
    by: RegisteredBy
    reason: str
    main_person_said_yes_on: date
    consents: tuple[Consent, ...] | None = None
    wishes: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Coordinator:
    """Who coordinates; `id` stands for them in the rest of the file."""

    id: str
    name: str
    email: str
    languages: tuple[str, ...] | None = None
    accepted_on: date
    independence: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in the circle. Who does not say how they take part comes. The last three explain an exclusion."""

    name: str
    role: Part
    relation: str | None = None
    side: str | None = None
    organisation: str | None = None
    speaks_on_behalf_of: str | None = None
    language: str | None = None
    born: Born | None = None
    phone: str | None = None
    email: str | None = None
    address_secret: bool | None = None
    needs: tuple[str, ...] | None = None
    support: PersonId | None = None
    attends: Attends | None = None
    view: str | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Concern:
    """What somebody is afraid of, and what was arranged."""

    person: PersonId
    concern: str
    arrangement: str


@dataclass(frozen=True, kw_only=True)
class Venue:
    """Where people meet."""

    name: str
    address: str
    access: str


@dataclass(frozen=True, kw_only=True)
class BottomLine:
    """What the plan has to meet."""

    text: str
    set_by: PersonId
    ground: str
    shared_on: date


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What was prepared. `informed`: who was told personally, on which day."""

    informed: dict[PersonId, date]
    safety: tuple[Concern, ...] | None = None
    date_options: tuple[Moment, ...]
    chosen: Moment
    expected_hours: float
    venue: Venue
    catering: str | None = None
    childcare: str | None = None
    travel: str | None = None
    bottom_lines: tuple[BottomLine, ...]
