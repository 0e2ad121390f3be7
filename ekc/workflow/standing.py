"""The policy: what a step asked goes on being asked, from that step until its last phase, and by which later steps.

People come into the circle later, come of age, withdraw a consent, raise a concern. So a condition that protects them
is judged at each look and at each step that it stops, by `engine.judge`, as if that step had asked it itself. It never
stops what protects people: out of private time, another day, stopping. `check_tables` refuses a row that would.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ekc.workflow.blocker import GuardRule
from ekc.workflow.facts import Facts, PersonFacts
from ekc.workflow.guards import steps
from ekc.workflow.vocabulary import N_, Phase, Role, Step, VoiceMatter
from ekc.workflow.voices import hear


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A condition that stands: since which steps, in which phases, what it stops, and whose work it is to mend it."""

    guard: GuardRule
    since: frozenset[Step]  # these ask it themselves
    phases: frozenset[Phase]
    stops: frozenset[Step]
    mended_by: frozenset[Role]  # they find it at home, or on their own page
    listed: bool = False  # on the checklist of each phase; otherwise only as long as it does not hold
    told_in_circle: bool = False  # its reasons are for the circle to read; otherwise they read `NOT_YET_IN_ORDER`
    waits_for: Callable[[Facts, PersonFacts], bool] | None = None  # whether it waits for this person's own word
    own: str = ""  # what that person reads on their own page


#: What the circle reads of a reason that names somebody's consent, safety or wish.
NOT_YET_IN_ORDER = N_("Something has to be put in order first. Your coordinator sees what it is.")

_TAKE_ON = frozenset({Step.TAKE_ON})
_OPEN_CONFERENCE = frozenset({Step.OPEN_CONFERENCE})
#: Every way into private time.
_INTO_PRIVATE_TIME = frozenset({Step.BEGIN_PRIVATE_TIME, Step.GO_BACK})
_TO_THE_PLAN = _OPEN_CONFERENCE | {Step.PLAN_WITHOUT_CONFERENCE} | _INTO_PRIVATE_TIME | {Step.AGREE_PLAN}

_CONFERENCE = frozenset({Phase.INFORMATION, Phase.PRESENTATION})
_UNTIL_THE_PLAN = _CONFERENCE | {Phase.SETUP}

_COORDINATOR = frozenset({Role.COORDINATOR})
_WITH_MAIN_PERSON = _COORDINATOR | {Role.MAIN_PERSON}

STANDING: tuple[StandingRule, ...] = (
    StandingRule(
        steps.MAIN_PERSON_SAID_YES,
        since=_TAKE_ON,
        phases=_UNTIL_THE_PLAN,
        stops=_TO_THE_PLAN,
        mended_by=_WITH_MAIN_PERSON,
        waits_for=lambda f, person: person in hear(VoiceMatter.CONFERENCE, f).not_asked,
        own=N_(
            "It is not written down that you say yes to this conference. It goes no further until you do. Tell your "
            "coordinator what you want."
        ),
    ),
    StandingRule(  # a new version names people and is handed out again, so it asks as well
        steps.CONSENTS_VALID,
        since=_TAKE_ON,
        phases=_UNTIL_THE_PLAN | {Phase.EVALUATION},
        stops=_TO_THE_PLAN | {Step.REVISE_PLAN},
        mended_by=_WITH_MAIN_PERSON | {Role.CHILD, Role.FAMILY},
        waits_for=lambda f, person: person.consent_missing(f.profile.own_consent_from),
        own=N_(
            "Your own consent to this conference is asked, and we do not have it. It goes no further without it. Tell "
            "your coordinator what you want."
        ),
    ),
    StandingRule(
        steps.INDEPENDENCE_DECLARED,
        since=_TAKE_ON,
        phases=_UNTIL_THE_PLAN,
        stops=_TO_THE_PLAN,
        mended_by=_COORDINATOR,
    ),
    StandingRule(
        steps.COORDINATOR_CONFIRMED,
        since=_TAKE_ON,
        phases=_UNTIL_THE_PLAN,
        stops=_TO_THE_PLAN,
        mended_by=_WITH_MAIN_PERSON | {Role.REGIONAL_MANAGER},
    ),
    StandingRule(
        steps.QUESTION_AGREED,
        since=_OPEN_CONFERENCE,
        phases=_CONFERENCE,
        stops=_INTO_PRIVATE_TIME,
        mended_by=_COORDINATOR,
    ),
    StandingRule(
        steps.EVERYONE_DECIDED,
        since=_OPEN_CONFERENCE,
        phases=_CONFERENCE,
        stops=_INTO_PRIVATE_TIME,
        mended_by=_COORDINATOR,
    ),
    StandingRule(
        steps.EVERYONE_INFORMED,
        since=_OPEN_CONFERENCE,
        phases=_CONFERENCE,
        stops=_INTO_PRIVATE_TIME,
        mended_by=_COORDINATOR,
    ),
    StandingRule(
        steps.SAFETY_ASKED,
        since=_OPEN_CONFERENCE,
        phases=_CONFERENCE,
        stops=_INTO_PRIVATE_TIME,
        mended_by=_COORDINATOR,
    ),
    StandingRule(  # a plan lasts longer than a conference, and people meet again to look at it
        steps.SAFETY_DECIDED,
        since=_OPEN_CONFERENCE | {Step.PLAN_WITHOUT_CONFERENCE},
        phases=_CONFERENCE | {Phase.EVALUATION},
        stops=_INTO_PRIVATE_TIME | {Step.AGREE_PLAN, Step.REVISE_PLAN},
        mended_by=_COORDINATOR,
    ),
    StandingRule(
        steps.CHILDRENS_PART_DECIDED,
        since=_OPEN_CONFERENCE,
        phases=_CONFERENCE,
        stops=_INTO_PRIVATE_TIME,
        mended_by=_COORDINATOR,
    ),
    StandingRule(
        steps.BOTTOM_LINES_SHARED,
        since=_OPEN_CONFERENCE | {Step.PLAN_WITHOUT_CONFERENCE},
        phases=_CONFERENCE,
        stops=_INTO_PRIVATE_TIME | {Step.AGREE_PLAN},
        mended_by=_COORDINATOR,
    ),
    StandingRule(  # not what is the family's own, such as going back into private time (ADR 14)
        steps.COORDINATOR_INDEPENDENT,
        since=_TAKE_ON,
        phases=frozenset(Phase) - {Phase.REGISTRATION, Phase.CLOSED},
        stops=(_TO_THE_PLAN - {Step.GO_BACK}) | {Step.NO_PLAN, Step.NO_NEW_PLAN, Step.REVISE_PLAN, Step.CLOSE},
        mended_by=frozenset({Role.REGIONAL_MANAGER}),
        listed=True,
        told_in_circle=True,
    ),
)


def standing(f: Facts) -> Iterator[StandingRule]:
    """The conditions that stand in this case now. What only the opening asks does not stand where none was opened."""
    not_taken = _OPEN_CONFERENCE if f.without_conference else frozenset[Step]()
    return (row for row in STANDING if f.phase in row.phases and row.since - not_taken)


def asked_of(f: Facts, person_id: int) -> tuple[str, ...]:
    """What stands, does not hold, and waits for the word of this person: sentences for their own page."""
    me = next((person for person in f.people if person.id == person_id), None)
    rows = (row for row in standing(f) if row.waits_for and me and any(True for _ in row.guard.check(f)))
    return tuple(row.own for row in rows if row.waits_for and me and row.waits_for(f, me))
