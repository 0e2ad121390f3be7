"""How long a personal link works: until its owner's last task or the answer to what they said, and some days.

Judged when it is used; nothing is stored.

The coordinator's own access, which ends the same number of days after their last task: `profiles.py`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import INSIDE_PARTS, Part, Phase

#: How long after what was promised a day that somebody typed, of a task or a follow-up, can make a link work.
_LONGEST = timedelta(days=731)
_AFTER_CONFERENCE = frozenset({Phase.EVALUATION, Phase.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What decides of the case and of the owner of a link. Days are local."""

    phase: Phase
    profile: str
    part: Part
    promised_until: date  # said when it was handed over: it never ends before
    open_follow_up: date | None = None  # the day of the last one that is still open
    tasks_until: date | None = None  # the last day on which the plan in force asks something of the owner
    ended_on: date | None = None  # of the case, or of the coordinator's tasks
    wish_waits: bool = False  # the owner wished for something that nobody answered yet
    safety_waits: bool = False  # they said that it does not feel safe, and nobody answered yet
    answered_on: date | None = None  # when what they said was answered last


@dataclass(frozen=True, slots=True)
class LinkLife:
    """The last day on which a link works. `goes_on`: something lies ahead, and as long as it does the day moves on."""

    until: date
    goes_on: bool = False


def link_life(f: LinkFacts, today: date) -> LinkLife:
    """How long a link works, as it stands today.

    Until a plan is agreed the conference lies ahead of everybody. From then on an open follow-up concerns family and
    supporters, and of the professionals whoever the plan names. Once the case is closed no task and no wish makes it
    last longer: an end answers them. What somebody said about safety no end answers.
    """
    is_closed = f.phase is Phase.CLOSED
    concerned = f.part in INSIDE_PARTS or f.tasks_until is not None
    follow_up = f.open_follow_up if concerned and not is_closed else None
    waits = f.safety_waits or (f.wish_waits and not is_closed)
    goes_on = f.phase not in _AFTER_CONFERENCE or follow_up is not None or waits
    typed = [follow_up, None if is_closed else f.tasks_until]
    farthest = f.promised_until + _LONGEST
    last = [*(min(day, farthest) for day in typed if day), f.ended_on, f.answered_on, today if goes_on else None]
    after = timedelta(days=PROFILES[f.profile].access_days)
    return LinkLife(max([f.promised_until, *(day + after for day in last if day is not None)]), goes_on)
