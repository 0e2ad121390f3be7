"""Who still has to hear what: what changes tell people, and by what it counts as heard. Nothing is ticked by hand.

A change that people rely on leaves a notice. Whoever relied on what it was before is owed it, until a contact, a mail
that was sent or a look at their own page after the change shows that they heard.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ekc.workflow.vocabulary import N_, TAKES_PART, Attends, Labelled, Part, Phase


class NoticeKind(Labelled):
    """What people in the circle have to hear."""

    DAY = "day", N_("the conference is on another day")
    PLACE = "place", N_("the conference is in another place")
    COORDINATOR = "coordinator", N_("there is another coordinator")
    READING = "reading", N_("a professional sees more of the plan")


class HeardBy(Labelled):
    """How somebody heard."""

    CONTACT = "contact", N_("told by the coordinator")
    MAIL = "mail", N_("by mail")
    PAGE = "page", N_("read on their own page")


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """A kind of notice: in which phases it is owed, and whether only to those who take part, or to main persons."""

    kind: NoticeKind
    phases: frozenset[Phase]
    to_those_who_come: bool
    to_main_persons: bool = False


#: They know the coordinator and the day without having been informed as others are.
_KNOW_UNTOLD = frozenset({Part.MAIN_PERSON, Part.INTERPRETER})
_BEFORE = frozenset({Phase.SETUP})
_PLAN = frozenset({Phase.PRESENTATION, Phase.EVALUATION})
_OPEN = frozenset(Phase) - {Phase.REGISTRATION, Phase.PRIVATE_TIME, Phase.CLOSED}

NOTICES: tuple[NoticeRule, ...] = (
    NoticeRule(NoticeKind.DAY, _BEFORE, to_those_who_come=True),
    NoticeRule(NoticeKind.PLACE, _BEFORE, to_those_who_come=True),
    NoticeRule(NoticeKind.COORDINATOR, _OPEN, to_those_who_come=False),
    NoticeRule(NoticeKind.READING, _PLAN, to_those_who_come=False, to_main_persons=True),
)
RULES: dict[NoticeKind, NoticeRule] = {rule.kind: rule for rule in NOTICES}


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody in the circle, and when and how they last heard from the service."""

    id: int
    name: str
    part: Part
    attends: Attends | None
    informed_on: date | None
    heard: tuple[tuple[datetime, HeardBy], ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A change that people have to hear. Of one kind, only the last one counts."""

    id: int
    kind: NoticeKind
    at: datetime
    on: date  # the same day where the case is


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice, who still has to hear it, and who heard it how."""

    notice: Notice
    to: tuple[Listener, ...]
    heard: tuple[tuple[Listener, HeardBy], ...]


def owed(phase: Phase, notices: Iterable[Notice], circle: Iterable[Listener]) -> tuple[Owed, ...]:
    """For each kind of notice of this phase its last one, with who still has to hear it; oldest first."""
    last = {notice.kind: notice for notice in sorted(notices, key=lambda notice: notice.id)}
    listeners = tuple(circle)
    found = []
    for notice in sorted(last.values(), key=lambda notice: notice.id):
        if phase in RULES[notice.kind].phases:
            how = [(one, _heard(one, notice)) for one in concerned(notice.kind, notice.on, listeners)]
            to = tuple(one for one, by in how if by is None)
            found.append(Owed(notice, to, tuple((one, by) for one, by in how if by is not None)))
    return tuple(found)


def concerned(kind: NoticeKind, on: date, circle: Iterable[Listener]) -> tuple[Listener, ...]:
    """Who may rely on what was so before the notice of this day. Whoever is informed after it hears what is so now."""
    return tuple(
        one
        for one in circle
        if one.attends is not Attends.EXCLUDED
        and (one.attends is None or one.attends in TAKES_PART or not RULES[kind].to_those_who_come)
        and (one.part is Part.MAIN_PERSON or not RULES[kind].to_main_persons)
        and (one.part in _KNOW_UNTOLD or (one.informed_on is not None and one.informed_on <= on))
    )


def _heard(one: Listener, notice: Notice) -> HeardBy | None:
    """How they first heard since the notice; None: not yet."""
    return next((by for at, by in sorted(one.heard) if at >= notice.at), None)
