"""What can end, who hears of it, what it settles and destroys; and the row of an end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ekc.workflow.vocabulary import N_, Labelled, Step


class End(StrEnum):
    """What can end."""

    NO_PLAN = "no_plan"
    STOPPED = "stopped"
    GONE = "gone"
    CLOSED = "closed"
    WITHOUT_CONFERENCE = "without_conference"
    ANOTHER_DAY = "another_day"
    OTHER_REGION = "other_region"
    ROUND = "round"
    TWICE = "twice"


class Hears(Labelled):
    """Who hears of an end by mail; whoever brought it about does not."""

    FAMILY = (
        "family",
        N_("main persons, and those of family and supporters who take part, in the room or from elsewhere"),
    )
    INSIDE = "inside", N_("main persons, family and supporters, also whoever does not come")
    RELATIVES = "relatives", N_("those of family and supporters who take part, in the room or from elsewhere")
    AGENCIES = "agencies", N_("referrer and professionals")
    NAMED_AGENCIES = "named_agencies", N_("the referrer and professionals whom the plan names")
    COORDINATOR = "coordinator", N_("coordinator")
    MANAGERS = "managers", N_("regional managers of the region")


class Settled(Labelled):
    """What an end settles."""

    FOLLOW_UPS = "follow_ups", N_("open follow-ups are given up, with the end as the reason")
    LINKS = "links", N_("personal links of whoever died or left end; all others last until their day, to read the end")
    REQUEST = "request", N_("a coordinator who was asked and has not answered is asked no longer, and told")
    MAILS = "mails", N_("emails to the circle that wait to be sent are not sent any more, except personal links")
    MEETING = "meeting", N_("a meeting that was planned has no date any more")
    FOREIGN_REQUEST = (
        "foreign_request",
        N_("a coordinator of the former region who was asked and has not answered is asked no longer, and told"),
    )
    LISTS = "lists", N_("open follow-ups go to the list of the new region, and the names to its search")
    STAYS = "stays", N_("the coordinator who accepted, personal links, devices and the plan stay as they are")


class Destroyed(Labelled):
    """What an end destroys: of this round alone, never what an agreed version of a plan holds."""

    DRAFT = "draft", N_("the plan that was being written")
    ANSWERS = "answers", N_("what people said to the plan, acceptances and refusals, and the checks of bottom lines")
    SAID = "said", N_("what was told and asked at the conference, and what absent people wanted to say")
    REASONS = (
        "reasons",
        N_(
            "why the family came out of private time or went back, all reasons of steps in words, and who wished to "
            "stop or to come together again"
        ),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """A mail: subject and body."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Again:
    """How one starts again: on the case page, and on own pages and in the mails to the circle.

    `by_number`: by a new case that names the number of this one, which a mail does not say and the own page does.
    """

    staff: str
    family: str
    agencies: str
    by_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithPlan:
    """What is said of an end where a plan is in force: it stays."""

    staff: str
    family: str
    agencies: str
    mails: Mapping[Hears, Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRule:
    """One end.

    `title` is what lists call it, `reason` why a follow-up was given up. Pages say `staff`, `family` or `agencies`
    above all else; empty where the case goes on and the page itself tells what is next. `again`: how one starts again.
    `by_correction`: no step brings it about, but a correction of the registration.
    """

    end: End
    title: str
    steps: frozenset[Step]
    settles: frozenset[Settled]
    destroys: frozenset[Destroyed] = frozenset()
    mails: Mapping[Hears, Words]
    again: Again
    reason: str = ""
    staff: str = ""
    family: str = ""
    agencies: str = ""
    by_correction: bool = False
    told_at_home: bool = False  # a line on the home pages of coordinator and managers
    with_plan: WithPlan | None = None

    def told(self, in_force: bool) -> "EndRule":
        """The row with the words for a case in which a plan is in force, or in which there is none."""
        words = self.with_plan if in_force else None
        if words is None:
            return self
        return replace(
            self,
            mails={**self.mails, **words.mails},
            staff=words.staff,
            family=words.family,
            agencies=words.agencies,
        )
