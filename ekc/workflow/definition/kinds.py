"""What a phase, a step and the request to take one consist of. Which there are is in `rows.py`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ekc.workflow.blocker import Guard, GuardRule
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import Effect, Phase, Role, Step, StopReason, VoiceMatter


@dataclass(frozen=True, slots=True)
class PhaseRule:
    """One phase: its name on the rail, who may be in the room, and what is usually done in it."""

    phase: Phase
    title: str
    short: str
    checklist: tuple[Step, ...]  # whose guards make the checklist
    room: frozenset[Role] = frozenset()
    on_rail: bool = True


class ReasonKind(StrEnum):
    """What a step asks of the person who takes it, beside the click."""

    NONE = "none"
    TEXT = "text"
    CODED = "coded"


@dataclass(frozen=True, slots=True)
class WayOut:
    """A step out of private time where the family does not get there: what it is in plain words, and who agrees."""

    title: str
    what: str
    agree: str


#: So long after a step whoever took it can take it back.
TAKEN_BACK_WITHIN = timedelta(minutes=5)
#: So long its mails wait: a request that was sent in time may have to wait for the case.
MAILS_WAIT = TAKEN_BACK_WITHIN + timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TakingBack:
    """How a step is taken back: its button, what is so then, and what to do where that is not possible any more."""

    title: str
    done: str
    instead: str


@dataclass(frozen=True, slots=True)
class StepRule:
    """One move. `target` None: the phase stays as it is."""

    step: Step
    title: str
    done: str  # what is so once it is taken
    sources: tuple[Phase, ...]
    target: Phase | None
    who: frozenset[Role]
    guards: tuple[GuardRule, ...] = ()
    effects: tuple[Effect, ...] = ()
    reason: ReasonKind = ReasonKind.NONE
    ask: str = ""  # what the reason should tell
    reasons: tuple[StopReason, ...] = ()  # the coded ones to choose from
    asks_date: bool = False
    asks_other: bool = False  # for the number of another conference
    rare: bool = False  # an exit, shown quietly
    called_in: str = ""  # how the coordinator, outside the room, says it
    own: str = ""  # how somebody in the circle says it, on their own page
    questions: tuple[Guard, ...] = ()  # asked before it is taken; a yes is enough, and none holds it up
    matter: VoiceMatter | None = None  # taken by somebody in the circle, it is their wish until this is settled
    owes: frozenset[NoticeKind] = frozenset()  # what it makes owed, to whom the rows in `owed/` say
    asks_safe: bool = False  # whoever takes it of the circle can say with it that it does not feel safe
    way_out: WayOut | None = None  # of private time, where the family does not get there
    back: TakingBack | None = None  # None: it is not taken back
    in_force: bool | None = None  # taken only while a plan is in force (True), or only while none is (False)

    def is_from(self, phase: Phase, in_force: bool) -> bool:
        """Whether it is taken from this phase. `in_force`: whether a plan is."""
        return phase in self.sources and self.in_force in (None, in_force)


@dataclass(frozen=True, slots=True)
class Taking:
    """A step as it is asked for. `new_date` is an instant; `overrides` maps the code of a guard to the reason why."""

    step: Step
    reason: str = ""
    stop_reason: StopReason | None = None
    new_date: datetime | None = None  # None of "another day": the date follows
    other: str = ""  # the number of another conference
    overrides: dict[str, str] = field(default_factory=dict)
    account_id: int | None = None  # of the member of staff who takes it
    unsafe: bool = False  # somebody of the circle says with it that it does not feel safe
