"""Where the clock of the demonstration can go, and moving it on with the work of each night on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from config import Settings
from ekc.conferences.models import Conference
from ekc.core.attempts import due_jobs, perform
from ekc.core.clock import from_local, local_date, to_local
from ekc.core.demo_clock import clock_time, set_clock
from ekc.core.jobs import Nightly
from ekc.core.transaction import nested, writing
from ekc.evaluations.queries import follow_ups
from ekc.journey.jobs import NIGHT, RULES, plan_nights
from ekc.meetings.queries import current_meeting
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.profiles import NL
from ekc.workflow.vocabulary import N_

_MORNING = time(9)
_DAY = timedelta(days=1)
_FOUR_WEEKS = timedelta(weeks=4)
#: A visitor who goes on and on ends somewhere.
_FURTHEST = timedelta(days=3 * 365)


class To(StrEnum):
    """Where the clock can go."""

    TOMORROW = "tomorrow"
    DAY = "day"
    FOUR_WEEKS = "four_weeks"
    EVALUATION = "evaluation"


LABELS = {
    To.TOMORROW: N_("Tomorrow"),
    To.DAY: N_("The day of the conference"),
    To.FOUR_WEEKS: N_("Four weeks later"),
    To.EVALUATION: N_("The evaluation"),
}


@dataclass(frozen=True, slots=True)
class MomentAhead:
    """A moment that lies ahead, of a case or of any."""

    to: To
    at: datetime
    timezone: str

    @property
    def label(self) -> str:
        """What its button says."""
        return LABELS[self.to]


def places(session: Session, now: datetime, conference_id: int | None) -> tuple[MomentAhead, ...]:
    """Where the clock can go from `now`, as seen from a case: first what comes first."""
    case = session.get(Conference, conference_id) if conference_id else None
    timezone = case.timezone if case else NL.timezone
    found = {To.TOMORROW: _morning(now + _DAY, timezone), To.FOUR_WEEKS: _morning(now + _FOUR_WEEKS, timezone)}
    if case is not None:
        found |= {to: at for to, at in _of_case(session, now, case) if at > now}
    return tuple(MomentAhead(to, at, timezone) for to, at in sorted(found.items(), key=lambda one: one[1]))


def _of_case(session: Session, now: datetime, case: Conference) -> Iterator[tuple[To, datetime]]:
    meeting = current_meeting(session, case.id)
    if meeting is not None and meeting.starts_at is not None:
        yield To.DAY, meeting.starts_at
    for row in follow_ups(session, case.id, local_date(now, case.timezone)):
        due = row.starts_at or from_local(datetime.combine(row.due_on, _MORNING), case.timezone)
        if row.is_open:
            yield To.FOUR_WEEKS if row.kind is FollowUpKind.CALL else To.EVALUATION, due


def _morning(day: datetime, timezone: str) -> datetime:
    return from_local(datetime.combine(local_date(day, timezone), _MORNING), timezone)


def move_on(session: Session, settings: Settings, to: datetime) -> None:
    """Let it be `to` now, with the work of each night before it done."""
    now = clock_time(session, settings)
    to = min(to, settings.clock() + _FURTHEST)
    if to <= now:
        return
    with nested(session) as inside:
        for night in nights(now, to):
            plan_nights(inside, night, frozenset({Nightly.REGION}))  # that of the service clears away: once is enough
            catch_up(inside, settings, night)
        plan_nights(inside, to)
        catch_up(inside, settings, to)
        with writing(inside):
            set_clock(inside, settings, to)


def catch_up(session: Session, settings: Settings, to: datetime) -> None:
    """Run what was due until now, each at its own moment: alone, because what was added after that moment counts as
    due then, as if the clock had been put back, and would be sent before it was written.
    """
    for job in due_jobs(session, RULES, to):
        perform(session, settings, RULES, job.id, job.due, alone=True)


def nights(now: datetime, to: datetime) -> Iterator[datetime]:
    """The nights between two moments."""
    night = from_local(datetime.combine(to_local(now, NL.timezone).date(), NIGHT), NL.timezone)
    while night <= to:
        if night > now:
            yield night
        night += _DAY
