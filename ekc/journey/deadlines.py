"""Deadlines: the clocks of the profile, started and stopped by events; which of them run, in many cases at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from ekc.core.clock import local_date
from ekc.journey.queries.referrers import Referrer, referrers_of_cases
from ekc.journey.queries.steps import StepRow, steps_of_cases
from ekc.workflow.profiles import PROFILES, Clock, Event, Profile
from ekc.workflow.vocabulary import Phase, Step


@dataclass(frozen=True, slots=True)
class Deadline:
    """A running clock: the day on which it is due, and the last day that still counts as in time."""

    clock: Clock
    on: date
    latest: date

    def late(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.latest


def running_deadlines(profile: Profile, events: dict[Event, date], referred: bool) -> tuple[Deadline, ...]:
    """The clocks that were started and not stopped, earliest first. `events` holds the day of each event.

    `referred`: whether somebody referred the case; some clocks run only then.
    """
    dues = (
        Deadline(clock, profile.due(clock, events[clock.start]), profile.latest(clock, events[clock.start]))
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
    steps: Mapping[int, Iterable[StepRow]] | None = None,
    referred: bool | None = None,
) -> dict[int, tuple[Deadline, ...]]:
    """By case the clocks that run, earliest first; none once it is closed.

    `steps`: if they were read already. `referred`: whether somebody referred them, instead of what the circle says.
    """
    open_ones = [case for case in cases if case.phase is not Phase.CLOSED]
    taken = steps_of_cases(session, [case.id for case in open_ones]) if steps is None else steps
    about = referrers_of_cases(session, [case.id for case in open_ones if _asks_referrer(case)])
    return {
        case.id: running_deadlines(
            PROFILES[case.profile],
            _events(case, taken.get(case.id, ()), about[case.id]),
            about[case.id].referred if referred is None else referred,
        )
        for case in open_ones
    }


def late_clocks(
    session: Session, cases: Collection[Clocked], at: datetime, steps: Mapping[int, Iterable[StepRow]]
) -> dict[int, tuple[Deadline, ...]]:
    """By case the clocks that are late; cases without one are missing. `steps`: those taken in the open ones."""
    running = deadlines_of(session, cases, steps)
    found = {
        case.id: tuple(due for due in running.get(case.id, ()) if due.late(local_date(at, case.timezone)))
        for case in cases
    }
    return {id_: late for id_, late in found.items() if late}


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
