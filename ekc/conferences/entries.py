"""What is entered about a case: made by forms, taken by actions, frozen. No checks and no decisions here."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Protocol

from ekc.core.outbox import Way
from ekc.workflow.matching import CoordinatorWish
from ekc.workflow.vocabulary import (
    N_,
    Attends,
    CallResult,
    CasePart,
    Closeness,
    InformedHow,
    InformedOf,
    LegalContext,
    OfferStage,
    Part,
    Phase,
    Scope,
    Variant,
)

SHARING, RESEARCH = "sharing the plan", "research"
#: The scopes of a consent: stored value and label.
CONSENT_SCOPES = {
    "conference and file": N_("the conference, and keeping a file"),
    "conference": N_("the conference"),
    "file": N_("keeping a file"),
    "mail": N_("email"),
    "text message": N_("text messages"),
    SHARING: N_("showing the plan to professionals"),
    RESEARCH: N_("taking part in research"),
}
#: Those that are no consent to the conference.
BESIDE_THE_CONFERENCE = frozenset({"file", "mail", "text message", SHARING, RESEARCH})
#: Those that go on after a case is closed, so that they can be taken back then too.
OWN_ONCE_CLOSED = BESIDE_THE_CONFERENCE - {"file"}
#: Those that a child who is too young to be asked does not give; nor does somebody of the circle for them.
NOT_TOO_YOUNG = frozenset({SHARING, RESEARCH})
#: Those about how somebody is reached. Taking one back is carried out at once, and holds nothing else up.
WAYS = {"mail": Way.EMAIL, "text message": Way.TEXT}
#: What taking a consent back brings about; shown before it is done.
WITHDRAWAL = {
    "conference and file": N_(
        "The conference goes no further until it is decided how it goes on. The coordinator and the regional manager "
        "hear it at once. Nobody else in the circle is told."
    ),
    "conference": N_(
        "The conference goes no further until it is decided how it goes on. The coordinator and the regional manager "
        "hear it at once. Nobody else in the circle is told."
    ),
    "file": N_("The coordinator and the regional manager hear it at once, and decide what has to leave the file."),
    "mail": N_(
        "The email address is taken out of the circle now, and no email that still waits is sent. What was sent before "
        "stays with them."
    ),
    "text message": N_(
        "No text message that still waits is sent, and none can be sent from now on. The number stays, to ring."
    ),
    SHARING: N_(
        "From now on the program shows the plan to no professional, until the main persons say again who may see it. "
        "What was handed out on paper stays with them."
    ),
    RESEARCH: N_(
        "From now on they are asked nothing for research, and nothing about them is given to it. What was given before "
        "stays there. The conference goes on."
    ),
}
#: The same to whoever takes back their own, on their own page; for the conference that page has words of its own.
OWN_WITHDRAWAL = {
    "file": N_("Your coordinator and the regional manager hear it at once, and decide what has to leave the file."),
    "mail": N_(
        "Your email address is taken out now, and no email that still waits is sent to you. You hear by telephone, by "
        "letter or on this page."
    ),
    "text message": N_("You get no text messages any more. We can still ring you."),
    SHARING: N_(
        "From now on no professional reads the plan here, until the main persons say again who may. What was handed "
        "out on paper stays with them."
    ),
    RESEARCH: N_(
        "From now on nobody asks you anything for research, and nothing about you is given to it. What was given "
        "before stays there. Nothing else changes."
    ),
}
#: The channels of a contact: stored value and label.
CHANNELS = {
    "visit": N_("visit"),
    "phone": N_("phone call"),
    "message": N_("message"),
    "mail": N_("email"),
    "letter": N_("letter"),
}
#: Those with which somebody can be given something to keep.
GIVES = frozenset(CHANNELS) - {"phone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """All that is stored of somebody in the circle. A name and a part are enough."""

    name: str
    part: Part
    relation: str = ""
    side: str = ""
    organisation: str = ""
    for_themselves: bool = False  # of an organisation whose professional takes part, and not here for it
    speaks_for: str = ""
    language: str = ""
    second_language: str = ""
    timezone: str = ""  # IANA name; empty: that of the case
    born: date | None = None
    born_until: date | None = None  # the last possible day, where only a year or an estimate is known
    phone: str = ""
    email: str = ""
    address: str = ""
    address_secret: bool = False
    needs: tuple[str, ...] = ()
    need_kinds: tuple[str, ...] = ()  # values of PersonNeed
    needs_interpreter: bool = False
    support_id: int | None = None
    closeness: Closeness | None = None  # None: nobody said it yet
    brought_by_id: int | None = None  # who brought them in
    attends: Attends | None = None
    view: str = ""
    exclusion_reason: str | None = None
    excluded_by: str | None = None
    excluded_on: date | None = None
    informed_on: date | None = None
    worries: str = ""  # about the conference, as they said them
    safe_on: date | None = None  # when they said, on their own, that it is safe for them; in this round


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Somebody was told personally `of` these, on that day; None: today."""

    participant_id: int
    on: date | None = None
    how: InformedHow = InformedHow.IN_PERSON
    of: Collection[InformedOf] = tuple(InformedOf)


def told_of_all(
    people: Iterable[int], on: date | None = None, how: InformedHow = InformedHow.IN_PERSON
) -> list[Telling]:
    """These people were told of all there is to tell, on that day; None: today."""
    return [Telling(participant_id=id_, on=on, how=how) for id_ in people]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardOfPeople:
    """What was heard of several people, noted at once. It replaces nothing that was noted of them before.

    `worries` are added to those that are noted; `afraid` makes a safety concern, for which nothing is arranged yet.
    """

    told: Collection[Telling] = ()
    told_who_was_spoken_with: bool = False  # and so was everybody who was spoken with in this phase, when they were
    worries: Mapping[int, str] = field(default_factory=dict)
    afraid: Mapping[int, str] = field(default_factory=dict)
    not_reached: Mapping[int, CallResult] = field(default_factory=dict)  # they were rung just now
    comes: Collection[int] = ()  # these take part, in the way `how`
    how: Attends = Attends.IN_PERSON
    safe: Collection[int] = ()  # these said, on their own, that it is safe for them
    safe_on: Mapping[int, date] = field(default_factory=dict)  # on which day, by id, unless it was today
    spoke_with: int | None = None  # by telephone just now: for the contact log
    as_last_time: int | None = None  # comes as in the round before


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledIn:
    """What was filled in of somebody that was not known yet. It replaces nothing.

    `details`: by the name of the field of PersonDetails. `consented_on`: to the conference and keeping a file.
    """

    participant_id: int
    details: Mapping[str, Any] = field(default_factory=dict)
    consented_on: date | None = None
    consent_note: str = ""
    concern: str = ""
    arrangement: str = ""


_BEFORE_THE_DAY = frozenset({Phase.REGISTRATION, Phase.SETUP})
#: The part of the case to which a field belongs; other fields belong to DETAILS.
_PART_OF_FIELD = {
    "name": CasePart.NAMES,
    "part": CasePart.NAMES,
    "phone": CasePart.CONTACT,
    "email": CasePart.CONTACT,
    "address": CasePart.CONTACT,
    "address_secret": CasePart.CONTACT,
    "timezone": CasePart.CONTACT,
    "view": CasePart.VIEWS,
    "exclusion_reason": CasePart.SAFETY,
    "excluded_by": CasePart.SAFETY,
    "excluded_on": CasePart.SAFETY,
    "safe_on": CasePart.SAFETY,
    "worries": CasePart.SAFETY,
}


class Viewed(Protocol):
    """What is known of the view of somebody, beside its words."""

    @property
    def view_own(self) -> bool: ...
    @property
    def view_open(self) -> bool: ...


def is_sealed(person: Viewed, phase: Phase) -> bool:
    """Whether nobody but themselves reads a view: they wrote it on their own page, and the day has not come."""
    return person.view_own and not person.view_open and phase in _BEFORE_THE_DAY


def hidden_fields(secret: bool, sees: Callable[[CasePart], Scope | None], sealed: bool = False) -> frozenset[str]:
    """The fields of `PersonDetails` that the visitor neither sees nor changes.

    `secret`: their address is secret; `sealed`: nobody else reads their view yet.
    """
    names = [field.name for field in fields(PersonDetails)]
    hidden = {name for name in names if not sees(_PART_OF_FIELD.get(name, CasePart.DETAILS))}
    if secret and not sees(CasePart.SECRET_ADDRESSES):
        hidden |= {"address", "address_secret", "timezone"}
    if sealed:
        hidden.add("view")
    return frozenset(hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """A registration. Empty `language` and `timezone` follow from the country, `title` from the main persons."""

    variant: Variant = Variant.FAMILY
    profile: str = "nl"
    language: str = ""
    timezone: str = ""
    legal_context: LegalContext = LegalContext.VOLUNTARY
    municipality: str
    region_id: int
    title: str = ""
    topics: tuple[str, ...] = ()
    question: str = ""
    reason: str
    wishes: tuple[str, ...] = ()
    sought: tuple[CoordinatorWish, ...] = ()  # for the coordinator, to be compared; `wishes` are in own words
    sides: tuple[str, ...] = ()
    registered_on: date | None = None  # None: today in the case's time zone
    registered_by: Part = Part.MAIN_PERSON  # or Part.REFERRER, or Part.NETWORK: somebody close to them, on their behalf
    #: When each main person said yes to a conference, in their order; missing: not yet
    said_yes_on: tuple[date | None, ...] = ()
    follows: str = ""  # the number of a closed case that starts again by this
    main_persons: tuple[PersonDetails, ...]
    registrant: PersonDetails | None = None  # whoever registers others


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The registration of an existing case."""

    title: str
    question: str
    question_agreed_on: date | None
    reason: str
    topics: tuple[str, ...]
    wishes: tuple[str, ...]
    sides: tuple[str, ...]
    legal_context: LegalContext
    language: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What decides who sees a case, and which rules hold. `referrer_id`: a participant; None: nobody referred it."""

    region_id: int
    profile: str
    variant: Variant
    municipality: str
    referrer_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """A consent. `scope` is a key of CONSENT_SCOPES."""

    participant_id: int
    scope: str = "conference and file"
    given_on: date
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOffer:
    """A line about the offer of the conference. `participant_id` None, with a reason: it is exempt."""

    stage: OfferStage
    on: date
    participant_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A safety concern. An empty arrangement is still to be made.

    `apart_from_id`: with whom they may not be; `apart_from_side`: which side their own side, or they alone where they
    are on none, may not meet; `said_by`: who said or decided that.
    """

    participant_id: int
    concern: str
    arrangement: str = ""
    apart_from_id: int | None = None
    apart_from_side: str = ""
    said_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BottomLineText:
    """A bottom line. `set_by` is the participant id of a referrer or professional; None: the visitor."""

    text: str
    ground: str = ""
    set_by: int | None = None
    shared_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """An entry of the contact log. `channel` is a key of CHANNELS."""

    on: date
    channel: str
    text: str
    participant_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A personal link. On a new device it asks `question`, else a code; `by_hand`: the coordinator confirms it."""

    days: int = 180  # the evaluation is usually within three months
    question: str = ""
    answer: str = field(default="", repr=False)
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class NewCode:
    """The code of a link that was there before, which is stored as a hash only."""

    participant_id: int
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link that was just made, with values that are not stored. `code` is empty if it asks something else."""

    participant_id: int
    token: str = field(repr=False)
    code: str = field(default="", repr=False)
