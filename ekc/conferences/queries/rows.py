"""What is read of a case: plain, frozen values."""

from dataclasses import dataclass
from datetime import date

from ekc.conferences.entries import PersonDetails, Registration
from ekc.workflow.engine import PHASE_RULES
from ekc.workflow.vocabulary import Attends, Part, Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow(PersonDetails):
    """Somebody in the circle, with what follows for them from other tables."""

    id: int
    convenes: bool
    consented: bool  # to the conference; a withdrawn consent is none
    concerns: int
    unmet_concerns: int

    @property
    def excluded(self) -> bool:
        """Whether it was decided that they stay away."""
        return self.attends is Attends.EXCLUDED


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """How somebody can be reached, as they see it themselves. A secret address is not there."""

    phone: str
    email: str
    address: str
    address_secret: bool


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

    @property
    def phase_title(self) -> str:
        """The name of the phase, ready to be translated."""
        return PHASE_RULES[self.phase].title
