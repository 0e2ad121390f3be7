"""What a step or a change left (a notice), the people of the circle, and whom of them it concerns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ekc.workflow.ends.kinds import End, EndRule, Hears
from ekc.workflow.ends.rows import END_RULES, is_gone
from ekc.workflow.owed.kinds import ClearedBy, NoticeKind, NoticeRule, Whom
from ekc.workflow.owed.rows import RULES
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.vocabulary import IN_THE_ROOM, INSIDE_PARTS, PROFESSIONAL_PARTS, TAKES_PART, TOOK_PART, Attends, Part

#: Ends after which nobody needs to come; also not the interpreter.
_NOBODY_COMES = frozenset({End.STOPPED, End.GONE, End.WITHOUT_CONFERENCE, End.ROUND})
#: They know the coordinator and the day without having been informed as others are.
_KNOW_UNTOLD = frozenset({Part.MAIN_PERSON, Part.INTERPRETER})


@dataclass(frozen=True, slots=True)
class Sign:
    """What shows that somebody heard, or did what they had to.

    `key`: of a mail, behind the case; `has_link`: its reader could open the page to which it leads.
    """

    at: datetime
    by: ClearedBy
    key: str = ""
    has_link: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener(MaybeProfessional):
    """Somebody in the circle, with each sign that they heard something from the service."""

    id: int
    name: str = ""
    part: Part
    attends: Attends | None
    attends_before: Attends | None = None  # in the round before
    informed_on: date | None = None
    informed_at: datetime | None = None  # when that was written down; of an earlier day: None
    has_task: bool = False  # the plan in force names them
    informed_before_on: date | None = None  # for a round before
    set_line: bool = False  # set a bottom line
    earlier_plans: int = 0  # versions of the rounds before they came
    came_as_professional: bool = False
    knows: str = ""  # of a change: what they heard last
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """What a step or change left. Of one kind about one person, only the last one is owed.

    `about`: the person whom it is about; `end`: how it ended; `settled`: of what is owed to staff. `was`: what was so
    before, or before there was nothing for a while.
    """

    id: int
    kind: NoticeKind
    at: datetime
    on: date  # the same day where the case is
    about: int | None = None
    end: End | None = None
    settled: ClearedBy | None = None
    was: str = ""
    now: str = ""
    earlier: bool = False  # left in a round before

    @property
    def rule(self) -> NoticeRule:
        """The row of its kind."""
        return RULES[self.kind]


def _relied(notice: NoticeFacts, one: Listener) -> bool:
    """Whether they knew what was so before, as does whoever was invited, or said that they take part.

    Whoever is informed after it hears what is so now.
    """
    if one.part in _KNOW_UNTOLD:
        return True
    invited = any(sign.by is ClearedBy.INVITED and sign.at <= notice.at for sign in one.signs)
    knew = bool(_informed(notice, one)) or (bool(notice.was) and (invited or one.attends in TOOK_PART))
    return knew and not informed_since(one, notice)


def _informed(notice: NoticeFacts, one: Listener) -> tuple[date, ...]:
    """The days on which they were informed of what such a notice changes: of a conference in its own round alone."""
    days = (one.informed_before_on if notice.rule.lasts else None, one.informed_on)
    return tuple(day for day in days if day is not None)


def informed_since(one: Listener, notice: NoticeFacts) -> bool:
    """Whether they were told personally after this. Of the same day only what was written down after it is known."""
    if one.informed_at is not None and one.informed_at >= notice.at:
        return True
    return any(day > notice.on for day in _informed(notice, one))


def _took_part(end: EndRule, one: Listener) -> bool:
    """Whether this end concerns them; a main person who died or left hears nothing of it."""
    if one.part in PROFESSIONAL_PARTS:
        return Hears.AGENCIES in end.mails or one.has_task
    if one.part is Part.MAIN_PERSON:
        return not is_gone(one.part, end)
    if one.part is Part.INTERPRETER:
        return end.end in _NOBODY_COMES and (one.attends is None or one.attends in TAKES_PART)
    return Hears.INSIDE in end.mails or _said_something(one) or one.has_task


def _has_plan(notice: NoticeFacts, one: Listener) -> bool:
    """Whether a version is handed to somebody as theirs. Who came in a later round reads it when they are let."""
    if notice.now and int(notice.now) <= one.earlier_plans:
        return False
    return one.part is Part.MAIN_PERSON or one.has_task or (one.is_inside and _said_something(one))


def _said_something(one: Listener) -> bool:
    return (one.attends or one.attends_before) in TOOK_PART


_CONCERNS: dict[Whom, Callable[[NoticeFacts, Listener], bool]] = {
    Whom.RELIED: _relied,
    Whom.RELIED_AND_SAYS: lambda notice, one: (
        _relied(notice, one) and (one.attends is None or one.attends in TOOK_PART)
    ),
    Whom.RELIED_AND_COMES: lambda notice, one: (
        _relied(notice, one) and (one.attends is None or one.attends in IN_THE_ROOM)
    ),
    Whom.CIRCLE: lambda _, one: one.part is not Part.INTERPRETER,
    Whom.HAVE_PLAN: _has_plan,
    Whom.ON_PAPER: lambda notice, one: any(sign.by is ClearedBy.PRINT and sign.at < notice.at for sign in one.signs),
    Whom.THEMSELVES: lambda notice, one: one.id == notice.about,
    Whom.MAIN_PERSONS: lambda _, one: one.part is Part.MAIN_PERSON,
    Whom.FAMILY: lambda _, one: one.part is Part.MAIN_PERSON or (one.part in INSIDE_PARTS and one.attends in TOOK_PART),
    Whom.FAMILY_COMING: lambda notice, one: (
        one.id != notice.about
        and (
            one.part is Part.MAIN_PERSON
            or (one.part in INSIDE_PARTS and (one.attends is None or one.attends in TAKES_PART))
        )
    ),
    Whom.SET_LINES: lambda _, one: one.set_line and one.part in PROFESSIONAL_PARTS,
    Whom.TOOK_PART: lambda notice, one: notice.end is not None and _took_part(END_RULES[notice.end], one),
    Whom.COORDINATOR: lambda _notice, _one: False,
    Whom.STAFF: lambda _notice, _one: False,
}


def concerned(notice: NoticeFacts, circle: Iterable[Listener]) -> tuple[Listener, ...]:
    """To whom of the circle a notice is owed, heard or not."""
    concerns = _CONCERNS[notice.rule.to]
    return tuple(one for one in circle if one.attends is not Attends.EXCLUDED and concerns(notice, one))
