"""The state of entering a case file: the case in the database, its people, and times."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.conferences.actions.contact import log_contacts
from ekc.conferences.entries import PersonDetails
from ekc.core.audit import Actor, ActorKind
from ekc.core.clock import from_local
from ekc.demo.case_schema import CaseFile, PersonId
from ekc.journey.actions.steps import take_step
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Attends, Step

#: The time between one edit of the plan and the next.
_A_LINE = timedelta(seconds=30)


class Stage(StrEnum):
    """How far a case is entered; each stage includes the ones before."""

    REGISTERED = "registered"
    PREPARED = "prepared"  # in setup, before the conference
    TOLD = "told"  # in the information phase, before private time
    INSIDE = "inside"  # in the last stretch of private time
    PRESENTED = "presented"  # the plan is written, without answers
    AGREED = "agreed"
    CALLED = "called"  # including the first call
    EVALUATED = "evaluated"


@dataclass(frozen=True)
class Cast:
    """The staff of a case: the manager who matches in its region, and the coordinator."""

    region_id: int
    manager: Visitor
    coordinator: Visitor


@dataclass
class Player:
    """Enters one case. People are referred to by the ids of the file."""

    session: Session
    case: CaseFile
    cast: Cast
    moved: bool = False  # the days are not those of the file
    letters: dict[str, date] = field(default_factory=dict)  # who agrees by letter, and on which day
    not_informed: frozenset[str] = frozenset()  # who is not informed
    settles: bool = False  # everybody is told of day and place, and given the plan: a file does not say so
    id: int = 0
    people: dict[str, int] = field(default_factory=dict)
    details: dict[str, PersonDetails] = field(default_factory=dict)
    revision: int = 0  # of the plan
    actions: list[list[str]] = field(default_factory=list)  # their keys in the plan, goal by goal

    def visitor(self, who: str) -> Visitor:
        """Somebody of the circle as a visitor by personal link, or the coordinator."""
        if who == self.case.coordinator.id:
            return self.cast.coordinator
        own = self.people[who]
        return Visitor(Actor(ActorKind.PARTICIPANT, own), conference_id=self.id, participant_id=own)

    def by(self, at: datetime, who: Visitor | None = None) -> By:
        """The context of an action at an instant: by the coordinator, unless `who` is given."""
        return By(self.session, who or self.cast.coordinator, at)

    def name(self, who: str) -> str:
        """The name of somebody of the file."""
        known = self.case.people.get(who)  # type: ignore[call-overload]
        return known.name if known else self.case.coordinator.name

    def instant(self, local: datetime) -> datetime:
        """The instant of a local time of the file."""
        return from_local(local, self.case.timezone)

    def on(self, day: date, clock: str) -> datetime:
        """The instant of a local time ("14:30") on a day."""
        return self.instant(datetime.combine(day, time.fromisoformat(clock)))

    def tell(self, at: datetime, sentences: dict[str, str]) -> None:
        """Note that everybody who was informed was visited and told this; `sentences`: by the language of the case."""
        said = sentences.get(self.case.language, sentences["en"])
        told = [
            number
            for id_, number in self.people.items()
            if id_ not in self.not_informed and self.case.people[PersonId(id_)].attends is not Attends.EXCLUDED
        ]
        log_contacts(self.by(at), self.id, dict.fromkeys(told, said), "visit")

    def step(self, at: datetime, step: Step, reason: str = "") -> None:
        """Take a step as the coordinator."""
        take_step(self.by(at), self.id, Taking(step, reason))


def evenly_spaced(first: datetime, last: datetime, count: int) -> list[datetime]:
    """`count` instants between two, evenly spaced, in whole seconds."""
    gap = (last - first) / (count + 1)
    return [first + timedelta(seconds=int(gap.total_seconds() * number)) for number in range(1, count + 1)]


class PlanWriter:
    """Edits the plan, one edit after another, from an instant on."""

    def __init__(self, player: Player, at: datetime, writer: Visitor | None = None) -> None:
        self.player = player
        self.at = at
        self.writer = writer or player.cast.coordinator

    def next(self, writer: Visitor | None = None) -> tuple[By, int, int]:
        """The first arguments of a change of the plan: context, case id and revision."""
        found = self.same(writer)
        self.player.revision += 1
        return found

    def same(self, writer: Visitor | None = None) -> tuple[By, int, int]:
        """Those of an answer to a request, which leaves the revision as it is."""
        self.at += _A_LINE
        return self.player.by(self.at, writer or self.writer), self.player.id, self.player.revision
