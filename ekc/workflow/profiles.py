"""Countries: their words, clocks, consent ages, limits and legal notes; each rule with its source and its force.

A number is either law, a service's published target, usual practice, or our own default; pages and the generated
documentation tell which. Sources are the keys of `docs/sources.md`. How a deadline is counted stands here too; no clock
is read. Public holidays are no working days (`holidays.py`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ekc.workflow.holidays import Place, holiday, is_working_day, next_working_day
from ekc.workflow.vocabulary import N_, Labelled, Phase, Variant


class Force(Labelled):
    """How binding a number is."""

    LAW = "law", N_("law")
    LOCAL_TARGET = "local_target", N_("local target")
    CUSTOM = "custom", N_("usual practice")
    DEFAULT = "default", N_("our default")


class NotePlace(Labelled):
    """Where a legal note is shown."""

    REGISTRATION = "registration", N_("the registration")
    CONSENTS = "consents", N_("the consents")
    AGREEMENT = "agreement", N_("who agrees with the plan")
    NO_PLAN = "no_plan", N_("the step to no plan")


class Unit(Labelled):
    """In what a clock counts."""

    DAYS = "days", N_("days")
    WORKING_DAYS = "working_days", N_("working days")
    WEEKS = "weeks", N_("weeks")
    MONTHS = "months", N_("months")


class Event(Labelled):
    """What starts or stops a clock."""

    REGISTERED = "registered", N_("the case was registered")
    TAKEN_ON = "taken_on", N_("the coordinator took on the case, or people came together again")
    REFERRER_SPOKEN = "referrer_spoken", N_("the coordinator spoke to the referrer")
    BOTTOM_LINES_KNOWN = "bottom_lines_known", N_("the bottom lines were written, or said to be none")
    MEETING_HELD = "meeting_held", N_("the conference was held")
    PLAN_AGREED = "plan_agreed", N_("the plan was agreed")
    FOLLOW_UP_HELD = "follow_up_held", N_("it was held")


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline: `length` `unit` after `start`; stopped by `stop`. Day one is the day after the start."""

    code: str
    title: str
    start: Event
    stop: Event
    length: int
    unit: Unit
    force: Force
    source: str
    window: int = 0  # further days in which late is still in time
    with_referrer: bool = False  # runs only where somebody referred the case
    off_holidays: bool = False  # somebody acts on its day: on a public holiday it moves to the next working day
    warned: int = 7  # so many days before its day the coordinator is warned
    law_pauses: bool = False  # of a clock of the law: whether the law lets it stand still

    @property
    def by_law(self) -> bool:
        """Whether the law asks it, and not a target or practice."""
        return self.force is Force.LAW

    @property
    def pauses(self) -> bool:
        """Whether days on which a case is paused do not count. The clock of the law goes on, unless it says so."""
        return self.law_pauses or not self.by_law


#: A pause: its first day, and the day on which the clocks went on, or today.
Paused = tuple[date, date]


@dataclass(frozen=True, slots=True)
class PhaseNorm:
    """How long a case is in a phase at most, in days."""

    days: int
    force: Force
    source: str = ""


def with_pauses(
    day: date, start: date, pauses: Iterable[Paused], unit: Unit = Unit.DAYS, place: Place | None = None
) -> date:
    """This last day of a clock that began on `start`, later by the days that were paused before it was over.

    `pauses`: the earliest first. In a clock of working days these are counted.
    """
    for first, until in pauses:
        began = max(first, start)
        if began > day or until <= began:
            continue
        if unit is Unit.WORKING_DAYS:
            paused = sum(is_working_day(began + timedelta(days=n), place) for n in range(1, (until - began).days + 1))
            day = shift(day, paused, unit, place)
        else:
            day += until - began
    return day


def shift(start: date, length: int, unit: Unit, place: Place | None = None) -> date:
    """`length` `unit` after `start`; a month ends on its last day where the same day does not exist.

    `place`: whose public holidays are no working days; without one they are not known.
    """
    match unit:
        case Unit.DAYS:
            return start + timedelta(days=length)
        case Unit.WEEKS:
            return start + timedelta(weeks=length)
        case Unit.MONTHS:
            months = start.year * 12 + start.month - 1 + length
            first = date(months // 12, months % 12 + 1, 1)
            following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
            return first + timedelta(days=min(start.day, (following - first).days) - 1)
        case Unit.WORKING_DAYS:
            day = start
            for _ in range(length):
                day = next_working_day(day, place)
            return day


def age(born: date, on: date) -> int:
    """Whole years from `born` to `on`."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The longest time to the evaluation, by age of the youngest child (years; None: any age). The strictest first."""

    below_age: int | None
    months: int


@dataclass(frozen=True, slots=True)
class LegalNote:
    """A sentence about the rules of a country, and the pages on which it matters."""

    sentence: str
    source: str
    places: frozenset[NotePlace]
    force: Force = Force.LAW
    variants: frozenset[Variant] = frozenset(Variant)  # the kinds of conference that it is about


#: What the law says about children and their protection concerns no street and no school class.
_OF_FAMILIES = frozenset({Variant.FAMILY})


@dataclass(frozen=True, slots=True)
class ChildLine:
    """Whom a child can ring about anything, free, without saying who they are."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs by country."""

    code: str
    name: str
    timezone: str
    language: str
    area: str  # what the local authority of a case is called; its field on forms
    number_prefix: str  # the letters of new case numbers
    currency: str  # ISO 4217
    emergency: str  # the number for danger now
    child_line: ChildLine | None  # None: we know of none that is sure to stay
    calling_code: str  # with which its telephone numbers begin abroad
    phone_example: str  # a number that belongs to nobody, written as in this country
    place: Place  # whose public holidays hold
    clocks: tuple[Clock, ...]
    own_consent_from: int  # years; from here on a child is asked to consent as well
    own_consent_force: Force
    own_consent_source: str
    ceilings: tuple[Ceiling, ...] = ()
    ceiling_force: Force = Force.DEFAULT
    ceiling_source: str = ""
    norms: Mapping[Phase, PhaseNorm] = field(default_factory=dict)  # without one a phase takes as long as it takes
    silent_after: int = 21  # days without a sign of the coordinator, after which the manager sees it; our default
    least_family_present: int = 3  # our default; a coordinator may override it with a reason
    meeting_minutes: int = 240  # how long a conference takes, where that is not known; our default
    ring_within: int = 3  # working days from a registration in which whoever registered is rung; our default
    access_days: int = 30  # so long after their last task a coordinator can still open a case; our default
    access_warning_days: int = 7  # so long before that ends they get a mail
    #: So many days after the plan was agreed, or the case closed, what absent people wanted to say is destroyed.
    views_kept_days: int = 7
    views_force: Force = Force.DEFAULT
    views_source: str = ""
    offer_source: str = ""  # of the duty to offer a conference to a family; empty: there is none
    only_agreed_recorded: bool = False  # of a plan only what is agreed is written down, no other views
    legal_notes: tuple[LegalNote, ...] = ()

    def notes(self, place: NotePlace | str, variant: Variant) -> tuple[LegalNote, ...]:
        """The legal notes that are shown in this place of a conference of this kind."""
        return tuple(note for note in self.legal_notes if place in note.places and variant in note.variants)

    def evaluation_limit(self, from_day: date, youngest: int | None) -> date | None:
        """The last day on which an evaluation planned on `from_day` may be, or None where nothing limits it.

        `youngest` in years; None: not known, which counts as the strictest.
        """
        for ceiling in self.ceilings:
            if ceiling.below_age is None or youngest is None or youngest < ceiling.below_age:
                return shift(from_day, ceiling.months, Unit.MONTHS)
        return None

    def due(self, clock: Clock, started: date, pauses: Sequence[Paused] = ()) -> date:
        """The last day that is in time, for a clock started on `started`; or the day to act on, never a holiday.

        Every day that the program proposes by itself comes from here.
        """
        day = self._runs_out(clock, started, pauses)
        return next_working_day(day, self.place) if clock.off_holidays and holiday(day, self.place) else day

    def latest(self, clock: Clock, started: date, pauses: Sequence[Paused] = ()) -> date:
        """The last day of the window after the day on which the clock runs out, whether that is a holiday or not."""
        return self._runs_out(clock, started, pauses) + timedelta(days=clock.window)

    def _runs_out(self, clock: Clock, started: date, pauses: Sequence[Paused]) -> date:
        day = shift(started, clock.length, clock.unit, self.place)
        return with_pauses(day, started, pauses if clock.pauses else (), clock.unit, self.place)

    def norm_until(self, phase: Phase, since: date, pauses: Sequence[Paused] = ()) -> date | None:
        """The last day within the norm of a phase that began on `since`; None: it has none."""
        norm = self.norms.get(phase)
        return with_pauses(since + timedelta(days=norm.days), since, pauses) if norm else None

    def moved_from(self, clock: Clock, due: date, latest: date) -> date | None:
        """The public holiday from which this due day was moved; None: it was not."""
        day = latest - timedelta(days=clock.window)
        return day if clock.off_holidays and day < due and holiday(day, self.place) else None

    def asks_offer(self, variant: Variant) -> bool:
        """Whether it has to be noted when a conference of this kind was offered, to whom, and what they said."""
        return bool(self.offer_source) and variant in _OF_FAMILIES

    def rung_by(self, registered_on: date) -> date:
        """The last day on which whoever registered is rung."""
        return shift(registered_on, self.ring_within, Unit.WORKING_DAYS, self.place)

    def clock(self, code: str) -> Clock:
        """The clock of this code."""
        return next(clock for clock in self.clocks if clock.code == code)

    def open_until(self, tasks_ended_on: date) -> date:
        """The last day on which a coordinator can open a case in which their last task was done then."""
        return shift(tasks_ended_on, self.access_days, Unit.DAYS)


def _call(source: str, force: Force) -> Clock:
    return Clock(
        "call",
        N_("Call after four weeks"),
        Event.PLAN_AGREED,
        Event.FOLLOW_UP_HELD,
        28,
        Unit.DAYS,
        force,
        source,
        window=14,
        off_holidays=True,
    )


def _conference(weeks: int, source: str, force: Force) -> Clock:
    title = N_("Hold the conference")
    return Clock("conference", title, Event.TAKEN_ON, Event.MEETING_HELD, weeks, Unit.WEEKS, force, source, warned=14)


def _norms(weeks: int, force: Force, source: str = "") -> dict[Phase, PhaseNorm]:
    """The norms of a country in which a conference is prepared in so many weeks. That a meeting is one day, and that a
    coordinator is found in two weeks, is our default; an evaluation is on the day that the family chooses.
    """
    meets = dict.fromkeys((Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION), PhaseNorm(1, Force.DEFAULT))
    before = {Phase.REGISTRATION: PhaseNorm(14, Force.DEFAULT), Phase.SETUP: PhaseNorm(weeks * 7, force, source)}
    return before | meets


NL = Profile(
    code="nl",
    name=N_("Netherlands"),
    timezone="Europe/Amsterdam",
    language="nl",
    area=N_("Municipality"),
    number_prefix="EKC",
    currency="EUR",
    emergency="112",
    child_line=ChildLine("Kindertelefoon", "0800 0432"),
    calling_code="31",
    phone_example="06 12345678",
    place=Place("NL"),
    clocks=(
        _conference(10, "EK3", Force.CUSTOM),
        _call("EK4, EK5", Force.CUSTOM),
    ),
    norms=_norms(10, Force.CUSTOM, "EK3"),
    # PR4 is about the file: from 12 a child may read it. We ask from the same age on; the law on consent says 16.
    own_consent_from=12,
    own_consent_force=Force.DEFAULT,
    own_consent_source="PR4",
    legal_notes=(
        LegalNote(
            N_("A family group plan is a right, not a duty, and free in form; the municipality supports it."),
            "NL2",
            frozenset({NotePlace.REGISTRATION, NotePlace.NO_PLAN}),
            variants=_OF_FAMILIES,
        ),
        LegalNote(
            N_("Providers and certified institutions offer it first, except under guardianship and youth probation."),
            "NL3",
            frozenset({NotePlace.REGISTRATION}),
            variants=_OF_FAMILIES,
        ),
        LegalNote(
            N_(
                "By law a child may see its file from 12 if capable, and parents with authority until the child is 16; "
                "from 16 it consents alone. Until then whoever has authority is asked as well."
            ),
            "PR4",
            frozenset({NotePlace.CONSENTS}),
        ),
    ),
)

# A referral is acknowledged within two days (UK4); that has no clock: the acknowledgement goes out at once.
ENGLAND = Profile(
    code="england",
    name=N_("England"),
    timezone="Europe/London",
    language="en",
    area=N_("Council"),
    number_prefix="FGC",
    currency="GBP",
    emergency="999",
    child_line=ChildLine("Childline", "0800 1111"),
    calling_code="44",
    phone_example="07700 900123",
    place=Place("GB", "ENG"),
    clocks=(
        Clock(
            "referrer",
            N_("Referrer spoken to"),
            Event.TAKEN_ON,
            Event.REFERRER_SPOKEN,
            2,
            Unit.DAYS,
            Force.LOCAL_TARGET,
            "UK4",
            with_referrer=True,
            warned=1,
        ),
        Clock(
            "bottom_lines",
            N_("Bottom lines fixed with the referrer"),
            Event.TAKEN_ON,
            Event.BOTTOM_LINES_KNOWN,
            5,
            Unit.WORKING_DAYS,
            Force.LOCAL_TARGET,
            "UK5",
            with_referrer=True,
            warned=2,
        ),
        _conference(8, "UK6", Force.LOCAL_TARGET),
        _call("EK4, EK5", Force.DEFAULT),
    ),
    norms=_norms(8, Force.LOCAL_TARGET, "UK6"),
    own_consent_from=16,
    own_consent_force=Force.DEFAULT,
    own_consent_source="",
    offer_source="UK1",
    legal_notes=(
        LegalNote(
            N_(
                "Before applying for an order, the authority offers a family group decision-making meeting; if a "
                "parent accepts, it is held first. Exempt only where it is not in the child's best interests. "
                "(Children Act 1989, s.31ZA; from which day it holds is not verified.)"
            ),
            "UK1",
            frozenset({NotePlace.REGISTRATION, NotePlace.NO_PLAN}),
            variants=_OF_FAMILIES,
        ),
        LegalNote(
            N_("Whoever refers a family hears within two days that the referral came in."),
            "UK4",
            frozenset({NotePlace.REGISTRATION}),
            Force.LOCAL_TARGET,
        ),
    ),
)

NEW_ZEALAND = Profile(
    code="nz",
    name=N_("New Zealand"),
    timezone="Pacific/Auckland",
    language="en",
    area=N_("Area"),
    number_prefix="FGC",
    currency="NZD",
    emergency="111",
    child_line=None,
    calling_code="64",
    phone_example="021 555 0123",
    place=Place("NZ"),
    # Youth justice has clocks of its own for convening and holding (NZ4); the day limits are not verified: none here.
    clocks=(_call("EK4, EK5", Force.DEFAULT),),
    norms=_norms(10, Force.DEFAULT),
    own_consent_from=16,
    own_consent_force=Force.DEFAULT,
    own_consent_source="",
    ceilings=(Ceiling(7, 6), Ceiling(None, 12)),
    ceiling_force=Force.LAW,
    ceiling_source="NZ3",
    only_agreed_recorded=True,
    views_kept_days=1,  # views are never part of what is recorded
    views_source="NZ5, NZ6",
    legal_notes=(
        LegalNote(
            N_("The law lists who is entitled to attend. They have a say in the decision."),
            "NZ1, NZ2",
            frozenset({NotePlace.REGISTRATION, NotePlace.CONSENTS}),
        ),
        LegalNote(
            N_("Only agreed decisions are recorded; what was said in the conference is privileged."),
            "NZ5, NZ7",
            frozenset({NotePlace.AGREEMENT, NotePlace.NO_PLAN}),
        ),
        LegalNote(
            N_("A court may learn that there was no agreement, never the details or the views."),
            "NZ6",
            frozenset({NotePlace.NO_PLAN}),
        ),
    ),
)

PROFILES: dict[str, Profile] = {profile.code: profile for profile in (NL, ENGLAND, NEW_ZEALAND)}

#: Where several countries meet, such as a form on which none is chosen yet.
ANY_AREA = N_("Municipality, council or area")


def area_word(codes: Collection[str]) -> str:
    """What the local authority is called in these countries; one word for all if theirs differ."""
    words = {PROFILES[code].area for code in codes}
    return words.pop() if len(words) == 1 else ANY_AREA


def emergency_numbers(code: str, phone: str, countries: Iterable[str]) -> tuple[Profile, ...]:
    """The countries of which somebody in danger is told the number, the likeliest first; one, where all have the same.

    Nobody writes down in which country somebody lives: their telephone number may tell, the country of the case
    (`code`) need not be it, and any of `countries` in which the service works may.
    """
    digits = "".join(one for one in phone if one.isdigit()) if phone.strip().startswith(("+", "00")) else ""
    theirs = [one.code for one in PROFILES.values() if digits.removeprefix("00").startswith(one.calling_code)]
    found: dict[str, Profile] = {}
    for one in (*theirs, code, *countries):
        found.setdefault(PROFILES[one].emergency, PROFILES[one])
    return tuple(found.values())
