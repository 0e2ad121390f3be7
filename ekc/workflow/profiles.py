"""Countries: their clocks, consent ages and limits, each number with its source and its force.

A number is either law, a service's published target, the field's custom, or our own default; pages and the generated
documentation tell which. Sources are the keys of `docs/sources.md`. How a deadline is counted stands in `clocks.py`.
"""

# ruff: noqa: PLC0414  (`as` hands a name on to whoever imports it from here)

from dataclasses import dataclass
from datetime import date

from ekc.workflow.clocks import Clock as Clock
from ekc.workflow.clocks import Event as Event
from ekc.workflow.clocks import Force as Force
from ekc.workflow.clocks import Unit as Unit
from ekc.workflow.clocks import age as age
from ekc.workflow.clocks import shift as shift
from ekc.workflow.vocabulary import N_


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The longest time to the evaluation, by age of the youngest child (years; None: any age)."""

    below_age: int | None
    months: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs by country."""

    code: str
    name: str
    timezone: str
    language: str
    clocks: tuple[Clock, ...]
    own_consent_from: int  # years
    own_consent_force: Force
    own_consent_source: str
    ceilings: tuple[Ceiling, ...] = ()
    ceiling_force: Force = Force.DEFAULT
    ceiling_source: str = ""
    least_family_present: int = 3  # our default; a coordinator may override it with a reason
    legal_notes: tuple[tuple[str, str], ...] = ()  # (sentence, source)

    def evaluation_limit(self, agreed_on: date, youngest: int | None) -> date | None:
        """The last day on which the evaluation may be, or None where nothing limits it."""
        for ceiling in self.ceilings:
            if ceiling.below_age is None or (youngest is not None and youngest < ceiling.below_age):
                return shift(agreed_on, ceiling.months, Unit.MONTHS)
        return None


def _call(source: str, force: Force) -> Clock:
    return Clock(
        "call",
        N_("Call after four weeks"),
        Event.PLAN_AGREED,
        Event.CALL_HELD,
        28,
        Unit.DAYS,
        force,
        source,
        window=14,
    )


NL = Profile(
    code="nl",
    name=N_("Netherlands"),
    timezone="Europe/Amsterdam",
    language="nl",
    clocks=(
        Clock(
            "conference",
            N_("Conference held"),
            Event.TAKEN_ON,
            Event.MEETING_HELD,
            10,
            Unit.WEEKS,
            Force.CUSTOM,
            "EK3",
        ),
        _call("EK4, EK5", Force.CUSTOM),
    ),
    own_consent_from=12,
    own_consent_force=Force.LAW,
    own_consent_source="PR4",
    legal_notes=(
        (
            N_("A family group plan is a right, not a duty, and free in form; the municipality supports it."),
            "NL2",
        ),
        (
            N_("Providers and certified institutions offer it first, except under guardianship and youth probation."),
            "NL3",
        ),
    ),
)

ENGLAND = Profile(
    code="england",
    name=N_("England"),
    timezone="Europe/London",
    language="en",
    clocks=(
        Clock(
            "allocation",
            N_("Coordinator found and at work"),
            Event.REGISTERED,
            Event.TAKEN_ON,
            5,
            Unit.WORKING_DAYS,
            Force.LOCAL_TARGET,
            "UK5",
        ),
        Clock(
            "conference",
            N_("Conference held"),
            Event.TAKEN_ON,
            Event.MEETING_HELD,
            8,
            Unit.WEEKS,
            Force.LOCAL_TARGET,
            "UK6",
        ),
        _call("EK4", Force.DEFAULT),
    ),
    own_consent_from=16,
    own_consent_force=Force.DEFAULT,
    own_consent_source="",
    legal_notes=(
        (
            N_(
                "Before applying for an order, the authority offers a family group decision-making meeting "
                "(Children Act 1989, s.31ZA)."
            ),
            "UK1",
        ),
    ),
)

NEW_ZEALAND = Profile(
    code="nz",
    name=N_("New Zealand"),
    timezone="Pacific/Auckland",
    language="en",
    clocks=(_call("EK4", Force.DEFAULT),),
    own_consent_from=16,
    own_consent_force=Force.DEFAULT,
    own_consent_source="",
    ceilings=(Ceiling(7, 6), Ceiling(None, 12)),
    ceiling_force=Force.LAW,
    ceiling_source="NZ3",
    legal_notes=(
        (
            N_("Only agreed decisions are recorded; what was said in the conference is privileged."),
            "NZ5, NZ7",
        ),
        (N_("A court may learn that there was no agreement, never the details or the views."), "NZ6"),
    ),
)

PROFILES: dict[str, Profile] = {profile.code: profile for profile in (NL, ENGLAND, NEW_ZEALAND)}
