"""The kinds of what waits for somebody of staff in a case, and what is known of each."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ekc.conferences.queries.mails import Unreachable
from ekc.evaluations.queries import FollowUpRow
from ekc.journey.deadlines import Deadline
from ekc.journey.panel import owed_page
from ekc.journey.queries.cases import CaseRow
from ekc.journey.queries.look_alikes import Alike
from ekc.journey.queries.people import ToRing
from ekc.journey.queries.steps import StepWhy
from ekc.matching.queries.handing_over import UnansweredRequest
from ekc.workflow.blocker import Blocker
from ekc.workflow.definition.kinds import StepRule
from ekc.workflow.engine import may
from ekc.workflow.owed.still_owed import Owed, by_people
from ekc.workflow.vocabulary import Activity, Role


@dataclass(frozen=True, slots=True)
class Todo:
    """A case in which the coordinator has something to do.

    `days` until its conference, people not informed yet, and the follow-up that is due. In evaluation without a
    follow-up: all are done, and the case can be closed until its coordinator's access ends, unless one of them `found`
    what is to be done first.
    """

    case: CaseRow
    days: int | None = None
    not_informed: int = 0
    follow_up: FollowUpRow | None = None
    found: bool = False


@dataclass(frozen=True, slots=True)
class LinkRequests:
    """A case in which people wait to be let in with a personal link, or gave too many wrong answers."""

    case: CaseRow
    waiting: int
    since: datetime | None  # when the first of them asked


@dataclass(frozen=True, slots=True)
class ToTell:
    """A case in which somebody still has to hear, answer or decide something. `roles`: of the visitor in it."""

    case: CaseRow
    lines: tuple[Owed, ...]
    roles: frozenset[Role]

    @property
    def by_people(self) -> tuple[tuple[Owed, ...], ...]:
        """The lines, with those together that the same people still have to hear."""
        return by_people(self.lines)

    @property
    def endpoint(self) -> str:
        """The page where it is done; where that is several, the case page, which lists them."""
        pages = {owed_page(line, self._may) for line in self.lines}
        return pages.pop() if len(pages) == 1 else "journey.case"

    def _may(self, activity: Activity) -> bool:
        return may(activity, self.case.phase, self.roles, self.case.in_force)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A case with a plan in force that somebody did not answer, or does not agree with: names.

    `not_asked`: main persons, and whoever has a task. `disagree`: whoever has a task, and says no.
    `revised_on`: since lately there is a new version, agreed without the coordinator.
    """

    case: CaseRow
    not_asked: tuple[str, ...]
    disagree: tuple[str, ...]
    revised_on: date | None


@dataclass(frozen=True, slots=True)
class NoLonger:
    """A case, and what stands in it and does not hold, as far as the visitor can mend it."""

    case: CaseRow
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A case in which every main person wants a step that staff then take."""

    case: CaseRow
    step: StepRule


@dataclass(frozen=True, slots=True)
class StillPrivate:
    """A case whose private time nobody ended. `own`: the visitor coordinates it."""

    case: CaseRow
    own: bool


class Why(StrEnum):
    """Why nobody coordinates a case."""

    GONE = "gone"  # the coordinator cannot sign in any more
    UNWANTED = "unwanted"  # a main person would rather have another
    ASKED = "asked"  # somebody was asked, and has not answered


@dataclass(frozen=True, slots=True)
class Alone:
    """A case that nobody coordinates, and who was asked when."""

    case: CaseRow
    why: Why
    asked: str = ""
    phone: str | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """A case that waits for a coordinator, or for the answer of one who was asked at `asked_at`.

    Of what a coordinator is asked the row shows number and municipality only.
    """

    case: CaseRow
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unasked:
    """A registration for which nobody is asked now. `in_vain`: how many said no, or did not answer in time."""

    case: CaseRow
    in_vain: int


@dataclass(frozen=True, slots=True)
class Twice:
    """A registration, and the others that look like it."""

    case: CaseRow
    alike: tuple[Alike, ...]


@dataclass(frozen=True, slots=True)
class CameTogetherAgain:
    """A case that came together again lately, and why."""

    case: CaseRow
    taken: StepWhy


@dataclass(frozen=True, slots=True)
class NoMail:
    """A case, and people in it whose email address takes no mail."""

    case: CaseRow
    people: tuple[Unreachable, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """A case with clocks that are late, or near."""

    case: CaseRow
    clocks: tuple[Deadline, ...]


class NeedKind(StrEnum):
    """Why something waits for the visitor; the most urgent first. In which words, `words.py` says."""

    URGENT = "urgent"
    TO_RING = "to_ring"
    UNSAFE = "unsafe"
    WANTED = "wanted"
    ALONE = "alone"
    STILL_PRIVATE = "still_private"
    AT_A_LINK = "at_a_link"
    TO_DECIDE = "to_decide"
    NO_LONGER = "no_longer"
    TWICE = "twice"
    REGISTERED = "registered"
    HELD_UP = "held_up"
    AGAIN = "again"
    ENDED = "ended"
    ASKED = "asked"
    NO_MAIL = "no_mail"
    LATE = "late"
    NEAR = "near"
    OWED = "owed"
    UNSETTLED = "unsettled"
    TODO = "todo"


#: What the visitor only has to know: what there is to do about it has lines of its own.
NEWS = frozenset({NeedKind.AGAIN, NeedKind.ENDED})


Waiting = (
    UnansweredRequest
    | ToRing
    | Wanted
    | Alone
    | LinkRequests
    | CaseRow
    | NoLonger
    | CameTogetherAgain
    | CaseRequest
    | ToTell
    | StillPrivate
) | (Unsettled | NoMail | Late | Unasked | Twice | Todo)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing in a case that waits for the visitor."""

    kind: NeedKind
    about: Waiting

    @property
    def case(self) -> CaseRow | None:
        """The case, where more of it was read than its title."""
        if isinstance(self.about, UnansweredRequest | ToRing):
            return None
        return self.about if isinstance(self.about, CaseRow) else self.about.case

    @property
    def conference_id(self) -> int:
        """The id of the case."""
        if isinstance(self.about, UnansweredRequest | ToRing):
            return self.about.conference_id
        return self.about.id if isinstance(self.about, CaseRow) else self.about.case.id

    @property
    def title(self) -> str:
        """What the case is called; of one for which the visitor is asked its number alone."""
        if isinstance(self.about, UnansweredRequest | ToRing):
            return self.about.title
        row = self.about if isinstance(self.about, CaseRow) else self.about.case
        return row.number if self.kind is NeedKind.ASKED else row.title
