"""The shapes of the tables in `definition.py`, `activities.py` and `parts.py`: what a line of the policy can say."""

from dataclasses import dataclass
from enum import StrEnum

from ekc.workflow.blocker import Guard
from ekc.workflow.vocabulary import Activity, CasePart, Effect, Phase, Role, Scope, Step


@dataclass(frozen=True, slots=True)
class PhaseRule:
    """One phase: its name on the rail, who may be in the room, and what is usually done in it."""

    phase: Phase
    title: str
    short: str
    checklist: tuple[Step, ...]  # whose guards make the checklist
    room: frozenset[Role] = frozenset()
    on_rail: bool = True


@dataclass(frozen=True, slots=True)
class GuardRule:
    """A condition, and the roles that may override it with a reason."""

    check: Guard
    override: frozenset[Role] = frozenset()

    @property
    def code(self) -> str:
        """The name under which an override is stored."""
        return self.check.__name__


class Reason(StrEnum):
    """What a step asks of the person who takes it, beside the click."""

    NONE = "none"
    TEXT = "text"
    CODED = "coded"


@dataclass(frozen=True, slots=True)
class StepRule:
    """One move. `target` None: the phase stays as it is."""

    step: Step
    title: str
    sources: tuple[Phase, ...]
    target: Phase | None
    who: frozenset[Role]
    guards: tuple[GuardRule, ...] = ()
    effects: tuple[Effect, ...] = ()
    reason: Reason = Reason.NONE
    ask: str = ""  # what the reason should tell
    asks_date: bool = False
    rare: bool = False  # an exit, shown quietly
    called_in: str = ""  # how the coordinator, outside the room, says it
    own: str = ""  # how somebody in the circle says it, on their own page


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """What somebody may do or see, and who may in which phases."""

    activity: Activity
    title: str
    grants: dict[Role, frozenset[Phase]]


@dataclass(frozen=True, slots=True)
class Grant:
    """In which phases a role sees a part, and how far."""

    phases: frozenset[Phase]
    scope: Scope = Scope.ALL


@dataclass(frozen=True, slots=True)
class PartRule:
    """A part of a case, and who sees it."""

    part: CasePart
    title: str
    grants: dict[Role, Grant]
