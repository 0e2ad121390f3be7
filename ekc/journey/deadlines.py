"""Deadlines: the clocks of the profile, started and stopped by events; which of them run, in many cases at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from ekc.conferences.queries.pauses import PausedDays, paused_days
from ekc.core.clock import local_date
from ekc.journey.queries.referrers import Referrer, referrers_of_cases
from ekc.journey.queries.steps import StepRow, steps_of_cases
from ekc.workflow.profiles import PROFILES, Clock, Event, Paused, Profile
from ekc.workflow.vocabulary import Phase, Step


@dataclass(frozen=True, slots=True)
class Deadline:
    """A running clock: the day on which it is due, and the last day that still counts as in time."""

    clock: Clock
    on: date
    latest: date
    paused: int = 0  # so many days later, because they did not count
    still: bool = False  # in a pause that goes on

    def near(self, today: date) -> bool:
        """Whether the coordinator is warned: some days before its day, until it is late."""
        return not self.still and self.on - timedelta(days=self.clock.warned) <= today <= self.latest

    def late(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.latest


def running_deadlines(
    profile: Profile,
    events: dict[Event, date],
    referred: bool,
    pauses: Sequence[Paused] = (),
    *,
    still: bool = False,
) -> tuple[Deadline, ...]:
    """The clocks that were started and not stopped, earliest first. `events` holds the day of each event.

    `referred`: whether somebody referred the case; some clocks run only then. `pauses`: days that may not count.
    `still`: whether one of these goes on.
    """

    def deadline(clock: Clock, started: date) -> Deadline:
        on = profile.due(clock, started, pauses)
        paused = (on - profile.due(clock, started)).days if pauses else 0
        return Deadline(clock, on, profile.latest(clock, started, pauses), paused, still and clock.pauses)

    dues = (
        deadline(clock, events[clock.start])
        for clock in profile.clocks
        if clock.start in events and clock.stop not in events and (referred or not clock.with_referrer)
    )
    return tuple(sorted(dues, key=lambda due: due.on))


class Clocked(Protocol):
    """What clocks need of a case."""

    @property
    def id(self) -> int: ...
    @property
    def phase(self) -> Phase: ...
    @property
    def profile(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def registered_on(self) -> date: ...
    @property
    def no_bottom_lines_on(self) -> date | None: ...


def deadlines_of(
    session: Session,
    cases: Collection[Clocked],
    at: datetime,
    steps: Mapping[int, Iterable[StepRow]] | None = None,
    referred: bool | None = None,
) -> dict[int, tuple[Deadline, ...]]:
    """By case the clocks that run, earliest first; none once it is closed. While it is paused, as if until today.

    `steps`: if they were read already. `referred`: whether somebody referred them, instead of what the circle says.
    """
    open_ones = [case for case in cases if case.phase is not Phase.CLOSED]
    taken = steps_of_cases(session, [case.id for case in open_ones]) if steps is None else steps
    about = referrers_of_cases(session, [case.id for case in open_ones if _asks_referrer(case)])

    def running(case: Clocked, paused: PausedDays | None = None) -> tuple[Deadline, ...]:
        return running_deadlines(
            PROFILES[case.profile],
            _events(case, taken.get(case.id, ()), about[case.id]),
            about[case.id].referred if referred is None else referred,
            paused.days if paused else (),
            still=paused is not None and paused.still,
        )

    found = {case.id: running(case) for case in open_ones}
    pauses = paused_days(session, [id_ for id_, clocks in found.items() if clocks], at)
    return found | {case.id: running(case, pauses[case.id]) for case in open_ones if case.id in pauses}


def those(
    running: Mapping[int, tuple[Deadline, ...]],
    cases: Iterable[Clocked],
    at: datetime,
    which: Callable[[Deadline, date], bool],
) -> dict[int, tuple[Deadline, ...]]:
    """By case the clocks that are so on the day where it is, such as late; cases without one are missing."""
    found = {
        case.id: tuple(due for due in running.get(case.id, ()) if which(due, local_date(at, case.timezone)))
        for case in cases
    }
    return {id_: clocks for id_, clocks in found.items() if clocks}


def _asks_referrer(case: Clocked) -> bool:
    return any(clock.with_referrer for clock in PROFILES[case.profile].clocks)


def _events(case: Clocked, steps: Iterable[StepRow], about: Referrer) -> dict[Event, date]:
    """The day of each event that starts or stops a clock. What stopped once stays so; a new round starts its own.

    Bottom lines that were shared were said about the case and stay; the referrer is spoken to again.
    """
    found: dict[Event, date] = {Event.REGISTERED: case.registered_on}
    began: date | None = None
    for step in steps:
        on = local_date(step.at, case.timezone)
        if step.step is Step.TAKE_ON:
            found[Event.TAKEN_ON] = on
        elif step.step in {Step.OPEN_CONFERENCE, Step.PLAN_WITHOUT_CONFERENCE}:
            found[Event.MEETING_HELD] = on
        elif step.step is Step.AGREE_PLAN:  # the due dates of the follow-ups replace the clock from here on
            found[Event.PLAN_AGREED] = found[Event.FOLLOW_UP_HELD] = on
        elif step.step is Step.RECONVENE:
            found[Event.TAKEN_ON] = began = on
            found.pop(Event.MEETING_HELD, None)
        elif step.target is Phase.EVALUATION and step.source is not Phase.EVALUATION:  # a round that was given up
            found.setdefault(Event.MEETING_HELD, on)
    spoken = [on for on in about.spoken if began is None or on >= began]
    if spoken:
        found[Event.REFERRER_SPOKEN] = min(spoken)
    known = case.no_bottom_lines_on or min(about.shared, default=None)
    if known:
        found[Event.BOTTOM_LINES_KNOWN] = known
    return found
