"""How the day goes, on paper: its parts in order, with times as the clock on the wall says them.

The times are proposed: the day belongs to those who are there. Private time has no end.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ekc.core.clock import to_local
from ekc.core.documents import DocumentRule
from ekc.core.language import clock_time, using
from ekc.core.language import gettext as _
from ekc.meetings.document.head import DayHead
from ekc.workflow.vocabulary import N_, Activity

#: Private time begins after an hour, or after a third of a short conference.
_BEFORE_PRIVATE_TIME = timedelta(hours=1)
_STEP = timedelta(minutes=5)
_COMES_IN, _WELCOME, _INFORMATION, _PRIVATE_TIME, _FOOD, _PLAN, _END = range(7)
_PARTS: tuple[tuple[int, str, str], ...] = (
    (_COMES_IN, N_("Coming in"), N_("There is something to drink.")),
    (_WELCOME, N_("Welcome"), N_("Everybody says who they are; then the question, and how the day goes.")),
    (
        _INFORMATION,
        N_("Information"),
        N_("You hear what is known, why a plan is needed, and what help there is. You can ask anything."),
    ),
    (
        _PRIVATE_TIME,
        N_("Private time"),
        N_(
            "Everybody who is here for their work leaves the room, the coordinator as well. The family makes the plan, "
            "and takes the time that it needs."
        ),
    ),
    (_FOOD, N_("Food"), N_("It is there during private time: you eat when you like.")),
    (
        _PLAN,
        N_("The plan is shown"),
        N_(
            "The family calls the coordinator and tells what was agreed: who does what and by when, who meets whom if "
            "it goes wrong, and when the plan is looked at again."
        ),
    ),
    (_END, N_("The end"), ""),
)


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A part of the day. `time`: empty where it has none, and `blank` where it is still to be written."""

    time: str
    blank: bool
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Agenda:
    """The values of the agenda. `clock`: that the clocks change, in words."""

    language: str
    head: DayHead
    question: str
    clock: str
    lines: tuple[AgendaLine, ...]


AGENDA = DocumentRule(
    name="agenda",
    title=N_("How the day goes, on paper"),
    values=Agenda,
    activity=Activity.SEE_HISTORY,
    template="meetings/agenda_document.html",
    stylesheets=("day.css",),
    filename="{case}-agenda.pdf",
    unprintable=N_("This paper cannot be printed now. Write the times on a sheet of paper. (%(why)s)"),
)


def agenda(
    language: str,
    head: DayHead,
    question: str,
    timezone: str,
    starts_at: datetime | None,
    minutes: int | None,
    food: bool,
) -> Agenda:
    """The agenda of a meeting that takes `minutes`, as far as is known. `food`: whether people eat there."""
    takes = timedelta(minutes=minutes) if minutes else None
    first = _BEFORE_PRIVATE_TIME if takes is None else min(_BEFORE_PRIVATE_TIME, takes / 3)
    after = {
        _COMES_IN: timedelta(),
        _WELCOME: max(_rounded(first / 6), _STEP),
        _INFORMATION: max(_rounded(first / 3), 2 * _STEP),
        _PRIVATE_TIME: max(_rounded(first), 3 * _STEP),
        _END: takes,
    }
    with using(language):
        lines = []
        for part, title, words in _PARTS:
            if part == _FOOD and not food:
                continue
            since = after.get(part)
            at = clock_time(starts_at + since, timezone) if starts_at and since is not None else ""
            if at and part == _END:
                at = _("about %(time)s", time=at)
            lines.append(AgendaLine(at, not at and part in after, _(title), _(words) if words else ""))
        clock = clocks_note(starts_at, starts_at + (takes or timedelta()), timezone) if starts_at else ""
        return Agenda(language, head, question, clock, tuple(lines))


def clocks_note(starts_at: datetime, ends_at: datetime, timezone: str) -> str:
    """That the clocks change on the day of a meeting or during it, in words; empty: they do not."""
    start, end = to_local(starts_at, timezone), to_local(ends_at, timezone)
    before, after = datetime.combine(start.date(), time(), start.tzinfo).utcoffset(), end.utcoffset()
    if before is None or after is None or before == after:
        return ""
    if after > before:
        return _("The clocks go forward that night. These are the times on the clock.")
    return _("The clocks go back that night. These are the times on the clock.")


def _rounded(length: timedelta) -> timedelta:
    return length // _STEP * _STEP
