"""All that a guard may know about a case, frozen.

`journey/facts.py` gathers it from every feature; guards decide on it alone. Nothing here is looked up or computed from
a clock, except what follows from the fields themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.independence import Conflict
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.profiles import NL, Profile
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    TAKES_PART,
    ActionKind,
    Agreed,
    ArrangementKind,
    Attends,
    InformationKind,
    Part,
    Phase,
    SupportAnswer,
    Variant,
    VoiceMatter,
)

OF_AGE = 18  # years
_OLD_ENOUGH = 16  # to be rung when it goes wrong
#: A conference about a place or a question asks nobody to consent.
NO_CONSENT = frozenset({Variant.GROUP, Variant.LEARNING})


@dataclass(frozen=True, slots=True)
class PersonFacts(MaybeProfessional):
    """Somebody in the circle, as far as a guard needs to know."""

    id: int
    name: str
    part: Part
    attends: Attends | None = None
    informed: bool = False
    said_safe: bool = False  # asked on their own, in this round: it is safe for them
    age: int | None = None  # where it is estimated, the lowest that is possible
    oldest: int | None = None  # the highest that is possible; None: as `age`
    may_be_a_child: bool = False  # of a main person whose birth is not known: their relation is that of a child
    consented: bool = False
    needs_interpreter: bool = False
    concerns: int = 0  # safety concerns, with an arrangement or without
    unmet_concerns: int = 0  # of these, those that have no arrangement yet
    side: str = ""  # on which side they stand, where the case has sides
    present: bool = False  # was in the room at a meeting of this round
    in_room: bool = False  # is there now
    to_be_read_out: bool = False  # is not there, and what they have to say was not read out in this round
    came_as_professional: bool = False  # to a meeting of this conference, whatever their part is now
    perhaps_professional: bool = False  # works where a professional of the case works; as what they come is not known
    has_task: bool = False
    said_earlier: bool = False  # what they say of the plan is about an earlier text of it
    voices: Mapping[VoiceMatter, Agreed] = field(default_factory=dict)  # what they themselves said, as it stands now
    spoken_with: frozenset[VoiceMatter] = frozenset()  # their wishes about which staff spoke with them
    no_stands: bool = False  # was a main person, and had said no before that ended
    withdrew_on: date | None = None  # asked or by themselves took their consent back then, and gave no other since

    @property
    def is_family(self) -> bool:
        """Whether this person belongs to the family group. Nobody does who came as a professional."""
        return self.part in FAMILY_PARTS and not self.came_as_professional

    @property
    def is_child(self) -> bool:
        """Whether this person counts as a child: that was said, or they are of the family and known to be under age."""
        return self.part is Part.CHILD or (self.is_family and self.age is not None and self.age < OF_AGE)

    @property
    def may_be_rung(self) -> bool:
        """Whether others may ring them when it goes wrong, or be called together by them: no young child bears that."""
        return not self.is_child or (self.age is not None and self.age >= _OLD_ENOUGH)

    def asked_to_consent(self, from_age: int) -> bool:
        """Whether their own consent is asked, where children are asked from this age on, in years.

        Whoever may have that age is asked; a main person whose age is not known may be grown up, and is asked. Whoever
        took their consent back is asked whatever their part or age becomes, so that no change of these lifts it.
        """
        if self.withdrew_on:
            return True
        oldest = self.age if self.oldest is None else self.oldest
        if self.part is Part.MAIN_PERSON:
            return oldest is None or oldest >= from_age
        return self.is_child and oldest is not None and oldest >= from_age

    def needs_another_consent(self, from_age: int) -> bool:
        """Whether somebody of age has to consent for them: a main person who is, or may be, too young to be asked."""
        too_young = self.part is Part.MAIN_PERSON and self.age is not None and self.age < from_age
        return too_young and (not self.consented or self.asked_to_consent(from_age))

    def consent_missing(self, from_age: int) -> bool:
        """Whether their own consent is asked, and is not here."""
        return self.asked_to_consent(from_age) and not self.consented

    @property
    def takes_part(self) -> bool:
        """Whether this person will be in the room or on the line."""
        return self.attends in TAKES_PART

    @property
    def not_informed(self) -> bool:
        """Whether this person takes part and was not told personally yet; an interpreter need not be."""
        return self.takes_part and not self.informed and self.part is not Part.INTERPRETER

    @property
    def asked_about_safety(self) -> bool:
        """Whether they are asked, on their own, whether it is safe for them: nobody who comes for their work is."""
        return self.takes_part and not self.is_professional and self.part is not Part.INTERPRETER

    @property
    def safety_unasked(self) -> bool:
        """Whether they are to be asked that, and said nothing about it yet."""
        return self.asked_about_safety and not self.said_safe and not self.concerns


def consents_missing(variant: Variant, profile: Profile, people: Iterable[PersonFacts]) -> tuple[PersonFacts, ...]:
    """Whose own consent is asked in a conference of this kind, and is not here."""
    asked_from = profile.own_consent_from
    return () if variant in NO_CONSENT else tuple(p for p in people if p.consent_missing(asked_from))


@dataclass(frozen=True, slots=True)
class BottomLineFacts:
    """What a plan has to meet."""

    id: int
    number: int
    shared: bool
    met: bool | None
    agreed: bool = False  # both whoever sets it and the coordinator said yes to the words that stand
    waits: bool = False  # whoever sets it asks since for other words, or to take it away


@dataclass(frozen=True, slots=True)
class GoalFacts:
    """A goal of the plan, and how many actions are under it."""

    number: int
    key: str
    actions: int


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """One line of the plan. `number` is as printed: goal.action."""

    number: str
    key: str
    people: int
    what: bool
    timed: bool
    who: frozenset[int] = frozenset()
    by: date | None = None
    done: bool = False  # those who do it said so
    starts: date | None = None
    kind: ActionKind = ActionKind.FAMILY
    answer: SupportAnswer | None = None


@dataclass(frozen=True, slots=True)
class WhatIfFacts:
    """What happens if the plan does not work out, and how many people meet then."""

    number: int
    key: str
    complete: bool
    people: int


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """The plan as it is presented now."""

    goals: tuple[GoalFacts, ...] = ()
    actions: tuple[ActionFacts, ...] = ()
    what_ifs: tuple[WhatIfFacts, ...] = ()
    monitor: int | None = None  # who keeps an eye on it, of those in the circle
    evaluation_on: date | None = None
    evaluation_place: bool = False
    convenor: int | None = None


@dataclass(frozen=True, slots=True)
class CoordinatorFacts:
    """How far the match with a coordinator has come, and what ties them to the case that nobody has waived."""

    asked: bool = False
    accepted: bool = False
    declared: bool = False
    knows_unsaid: bool = False  # declared, but not yet whether they know anybody: in private time that is not asked
    name: str = ""
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """One case on one day."""

    phase: Phase
    today: date
    variant: Variant = Variant.FAMILY
    sides: tuple[str, ...] = ()
    profile: Profile = NL
    coordinator: CoordinatorFacts = field(default_factory=CoordinatorFacts)
    question_agreed: bool = False
    people: tuple[PersonFacts, ...] = ()
    former: tuple[PersonFacts, ...] = ()  # taken out of the circle; what they said no to as main persons still stands
    bottom_lines: tuple[BottomLineFacts, ...] = ()
    said_no_bottom_lines: bool = False
    meeting_on: date | None = None
    venue: bool = False
    arranged: frozenset[ArrangementKind] = frozenset()  # arranged, or said not to be needed
    told: frozenset[InformationKind] = frozenset()
    questions: int = 0  # asked in this round
    open_questions: int = 0  # of these, those without an answer
    in_force: bool = False  # a plan is: one was agreed
    no_conference_held: bool = False  # no meeting of this round was opened
    meeting_held: bool = False  # the plan of this round was made at a conference, and it was written down who was there
    without_conference: bool = False  # the plan as presented now was made without a conference
    plan: PlanFacts = field(default_factory=PlanFacts)
    not_printable: str = ""  # the characters of its words, and of the names, that paper cannot show
    accepted: bool | None = None  # what the referrer or professional said to the plan as presented now
    settled_follow_ups: frozenset[FollowUpKind] = frozenset()  # of these kinds none is open: held, or given up
    evaluation_held: bool = False
    family_wants_new_version: bool = False

    @property
    def family(self) -> tuple[PersonFacts, ...]:
        """The family group."""
        return tuple(p for p in self.people if p.is_family)

    @property
    def professionals(self) -> tuple[PersonFacts, ...]:
        """Referrer and professionals."""
        return tuple(p for p in self.people if p.is_professional)


def youngest(people: Iterable[PersonFacts]) -> int | None:
    """The lowest age among those of the family group, in years.

    None where it cannot be known: the age of a child, or of a main person, who may be one, is missing; or nobody's is
    known. Whoever else has no age is no child, as far as anybody said.
    """
    family = [p for p in people if p.is_family]
    if any(p.age is None for p in family if p.part in {Part.CHILD, Part.MAIN_PERSON}):
        return None
    return min((p.age for p in family if p.age is not None), default=None)
