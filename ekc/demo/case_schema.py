"""The format of a case file: a whole conference as dataclasses of plain values.

Times are local to the file's time zone, durations are in hours, money is in euro or pound. Optional fields default to
None; a missing section has not happened yet. Reading and writing: `casefile.py`; rules between fields: `validation.py`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, NewType

from cattrs import override

from ekc.workflow.engine import FOLLOW_UP_RULES
from ekc.workflow.follow_ups import FollowUpKind, FollowUpRule
from ekc.workflow.vocabulary import (
    ActionKind,
    ActionState,
    Attends,
    Closeness,
    Every,
    InformationKind,
    LegalContext,
    Part,
    PersonNeed,
    Variant,
)

#: The id of one of the people in the file.
PersonId = NewType("PersonId", str)
#: The id of one of the people, or of the coordinator.
SpeakerId = NewType("SpeakerId", str)
#: A birth date: it does not move when a case is shifted in time.
BirthDate = NewType("BirthDate", date)
#: A local time without zone, a string in the file: "2026-04-18T10:00".
LocalTime = datetime


@dataclass(frozen=True, slots=True)
class DatedText:
    """A text with its time, one string in the file: "2026-04-18T15:00 - one night alone"."""

    at: LocalTime
    words: str


class RegisteredBy(StrEnum):
    """Who registers a case."""

    MAIN_PERSON = "main_person"
    REFERRER = "referrer"


@dataclass(frozen=True, kw_only=True)
class ConsentEntry:
    """A consent; `scope` is one of CONSENT_SCOPES."""

    person: PersonId
    scope: str
    given_on: date
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class RegistrationEntry:
    """The registration."""

    on: date
    by: RegisteredBy
    reason: str
    main_person_said_yes_on: date
    consents: tuple[ConsentEntry, ...] | None = None
    wishes: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class CoordinatorEntry:
    """The coordinator; `id` refers to them in the rest of the file."""

    id: str
    name: str
    email: str
    languages: tuple[str, ...] | None = None
    accepted_on: date
    independence: str


@dataclass(frozen=True, kw_only=True)
class PersonEntry:
    """Somebody in the circle. Without `attends` they come in person. The last three fields explain an exclusion."""

    name: str
    role: Part
    relation: str | None = None
    side: str | None = None
    organisation: str | None = None
    speaks_on_behalf_of: str | None = None
    language: str | None = None
    timezone: str | None = None
    born: BirthDate | None = None
    phone: str | None = None
    email: str | None = None
    address_secret: bool | None = None
    needs: tuple[str, ...] | None = None
    need_kinds: tuple[PersonNeed, ...] | None = None
    interpreter: bool | None = None
    support: PersonId | None = None
    closeness: Closeness | None = None
    brought_by: PersonId | None = None
    attends: Attends | None = None
    view: str | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class SafetyConcernEntry:
    """A safety concern, and what was arranged."""

    person: PersonId
    concern: str
    arrangement: str
    apart_from: PersonId | None = None
    said_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class VenueEntry:
    """Where people meet."""

    name: str
    address: str
    access: str


@dataclass(frozen=True, kw_only=True)
class BottomLineEntry:
    """What the plan has to meet."""

    text: str
    set_by: PersonId
    ground: str
    shared_on: date


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The preparation. `informed`: who was informed personally, on which day."""

    informed: dict[PersonId, date]
    safety: tuple[SafetyConcernEntry, ...] | None = None
    date_options: tuple[LocalTime, ...]
    chosen: LocalTime
    expected_hours: float
    venue: VenueEntry
    catering: str | None = None
    childcare: str | None = None
    travel: str | None = None
    bottom_lines: tuple[BottomLineEntry, ...]


class EndedBy(StrEnum):
    """How a round of private time ended."""

    QUESTION = "asked for information"
    PLAN = "plan ready"


class FollowUpMoment(StrEnum):
    """The kinds of follow-ups in a case file."""

    CALL = "call after four weeks"
    MEETING = "evaluation meeting"

    @property
    def kind(self) -> FollowUpKind:
        """The kind of follow-up in the workflow."""
        return _KINDS[self]


_KINDS = {FollowUpMoment.CALL: FollowUpKind.CALL, FollowUpMoment.MEETING: FollowUpKind.EVALUATION}


@dataclass(frozen=True, kw_only=True)
class InformationItemEntry:
    """Information given in the information phase."""

    by: SpeakerId
    kind: InformationKind
    text: str


@dataclass(frozen=True, kw_only=True)
class QuestionEntry:
    """A question asked in the information phase."""

    asked_by: PersonId
    text: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class Information:
    """The first part of the conference."""

    started: LocalTime
    present: tuple[PersonId, ...]
    items: tuple[InformationItemEntry, ...]
    questions: tuple[QuestionEntry, ...]


@dataclass(frozen=True, kw_only=True)
class PrivateRoundEntry:
    """One round of private time. `note`: the question they came out with, `answer` what they then heard; `why`: why
    they went back in.
    """

    began: LocalTime
    ended: LocalTime
    ended_by: EndedBy
    note: str | None = None
    answer: str | None = None
    why: str | None = None


@dataclass(frozen=True, kw_only=True)
class PrivateTimeEntry:
    """All rounds of private time."""

    rounds: tuple[PrivateRoundEntry, ...]


@dataclass(frozen=True, kw_only=True)
class ActionEntry:
    """Who does what: `by` a day, or from `starts` on. `answer`: to a request for support."""

    what: str
    who: tuple[PersonId, ...]
    by: date | None = None
    starts: date | None = None
    every: Every | None = None
    kind: ActionKind
    answer: str | None = None


@dataclass(frozen=True, kw_only=True)
class GoalEntry:
    """A goal and its actions."""

    text: str
    actions: tuple[ActionEntry, ...]


@dataclass(frozen=True, kw_only=True)
class WhatIfEntry:
    """What happens if the plan does not work out."""

    if_: Annotated[str, override(rename="if")]
    then: str
    who: tuple[PersonId, ...]


@dataclass(frozen=True, kw_only=True)
class NextEvaluationEntry:
    """The evaluation meeting."""

    on: LocalTime
    where: str
    convened_by: PersonId
    with_: Annotated[tuple[PersonId, ...], override(rename="with")]


@dataclass(frozen=True, kw_only=True)
class PlanEntry:
    """The plan, and who agreed to it in which words. `sent_back_once`: when and why it was not accepted."""

    goals: tuple[GoalEntry, ...]
    accepted_on: date
    accepted_by: PersonId
    sent_back_once: DatedText | None = None
    bottom_lines_met: tuple[bool, ...] | None = None
    monitor: PersonId
    contingency: tuple[WhatIfEntry, ...]
    evaluation: NextEvaluationEntry
    agreed: dict[PersonId, str]


@dataclass(frozen=True, kw_only=True)
class GoalScoreEntry:
    """Goal attainment, from -2 to +2."""

    goal: int
    score: int


@dataclass(frozen=True, kw_only=True)
class FollowUpEntry:
    """A follow-up and its result. `marks` by person; those under `family` have no names."""

    kind: FollowUpMoment
    on: date
    by: SpeakerId | None = None
    found: str | None = None
    present: tuple[PersonId, ...] | None = None
    goals: tuple[GoalScoreEntry, ...] | None = None
    actions: dict[ActionState, int]
    marks: dict[str, int | tuple[int, ...]] | None = None
    decision: str | None = None

    @property
    def rule(self) -> FollowUpRule:
        """The rule of its kind of follow-up."""
        return FOLLOW_UP_RULES[self.kind.kind]


@dataclass(frozen=True, kw_only=True)
class AvoidedCostEntry:
    """A cost that is said to have been avoided."""

    what: str
    amount: float
    basis: str


@dataclass(frozen=True, kw_only=True)
class CostsEntry:
    """What the conference took, in hours and money."""

    coordinator_hours: float | None = None
    fee: float | None = None
    venue_and_food: float | None = None
    interpreter: float | None = None
    travel: float | None = None
    childcare: float | None = None
    family_hours: float | None = None
    professional_hours: float | None = None
    avoided: tuple[AvoidedCostEntry, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """The whole file."""

    title: str
    variant: Variant
    profile: str
    language: str
    timezone: str
    legal_context: LegalContext
    municipality: str
    topics: tuple[str, ...]
    question: str
    sides: tuple[str, ...] | None = None
    registration: RegistrationEntry
    coordinator: CoordinatorEntry
    people: dict[PersonId, PersonEntry]
    setup: Setup | None = None
    information: Information | None = None
    private_time: PrivateTimeEntry | None = None
    plan: PlanEntry | None = None
    evaluation: tuple[FollowUpEntry, ...] | None = None
    costs: CostsEntry | None = None
