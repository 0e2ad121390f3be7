"""Who must hear, answer or decide what: what each step and each change makes owed to whom, and what clears it.

A step or a change leaves a notice (`owes` of its row). It is owed as long as the facts do not show that it is settled:
a contact, a mail that was sent, a look at the own page, an answer. Nothing is ticked by hand.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby, pairwise

from ekc.workflow.ends import END_RULES, End, EndRule, Hears, is_gone
from ekc.workflow.parts import PARTS
from ekc.workflow.vocabulary import (
    IN_THE_ROOM,
    INSIDE_PARTS,
    N_,
    PROFESSIONAL_PARTS,
    ROLE_OF_PART,
    TAKES_PART,
    TOOK_PART,
    Attends,
    CasePart,
    Labelled,
    Part,
    Phase,
    Remedy,
    Role,
)


class NoticeKind(Labelled):
    """What is owed."""

    DAY = "day", N_("the day of the conference")
    PLACE = "place", N_("the place of the conference")
    COORDINATOR = "coordinator", N_("there is another coordinator")
    JOINED = "joined", N_("what the conference is, its day and its place")
    CONSENT = "consent", N_("a consent was taken back")
    QUESTION = "question", N_("the family came out with a question")
    SENT_BACK = "sent_back", N_("the plan went back into private time")
    LOOK_AGAIN = "look_again", N_("the plan that went back")
    LETTER = "letter", N_("somebody who is not there has something to say")
    NO_CONFERENCE = "no_conference", N_("the plan is made without a conference")
    END = "end", N_("the conference has ended")
    READING = "reading", N_("somebody sees more of the plan")
    PART = "part", N_("somebody who came as a professional has another part")
    PAPER = "paper", N_("the number on their paper is not right any more")
    ROUND = "round", N_("there is no new plan, and the plan stays as it is")
    AGAIN = "again", N_("people come together again")
    PLAN = "plan", N_("the plan that was agreed")
    UNSAFE = "unsafe", N_("a follow-up found that somebody does not feel safe")
    NOT_DONE = "not_done", N_("a follow-up found that much of the plan was not carried out")
    NEW_VERSION = "new_version", N_("the family wants a new version of the plan")


class Verb(Labelled):
    """What those to whom it is owed do with it."""

    HEAR = "hear", N_("hear")
    ANSWER = "answer", N_("answer")
    DECIDE = "decide", N_("decide")
    GET = "get", N_("get")


class Whom(Labelled):
    """To whom something is owed; never to whoever was taken out of the circle or stays away as was decided."""

    RELIED = "relied", N_("everybody who knew what was so before")
    RELIED_AND_SAYS = (
        "relied_and_says",
        N_("everybody who knew what was so before and may take part, there or from afar, by letter too"),
    )
    RELIED_AND_COMES = "relied_and_comes", N_("everybody who knew what was so before and may come")
    CIRCLE = "circle", N_("everybody in the circle but interpreters")
    HAVE_PLAN = (
        "have_plan",
        N_("main persons, those of family and supporters who took part, and everybody whom the plan names"),
    )
    ON_PAPER = "on_paper", N_("whoever was given a printed slip before")
    THEMSELVES = "themselves", N_("the person themselves")
    MAIN_PERSONS = "main_persons", N_("main persons")
    FAMILY = "family", N_("main persons, and those of family and supporters who take part, there or from afar")
    FAMILY_COMING = "family_coming", N_("main persons, and those of family and supporters who may take part")
    SET_LINES = "set_lines", N_("whoever set a bottom line")
    TOOK_PART = (
        "took_part",
        N_("those who hear of this end, with a mail address or without, whoever has a task, and an interpreter"),
    )
    COORDINATOR = "coordinator", N_("the coordinator, who sees to it")
    STAFF = "staff", N_("coordinator and regional managers")


class ClearedBy(Labelled):
    """What shows that it is owed no longer."""

    CONTACT = "contact", N_("told, as the contact log says")
    GIVEN = "given", N_("given or sent, as the contact log says")
    MAIL = "mail", N_("by mail")
    PAGE = "page", N_("read on their own page")
    PRINT = "print", N_("given a new slip")
    INFORMED = "informed", N_("told personally")
    THERE = "there", N_("was in the room")
    DECIDED = "decided", N_("decided again")
    CONSENT = "consent", N_("said yes again")
    ANSWERED = "answered", N_("answered")
    READ = "read", N_("read out")
    LAPSED = "lapsed", N_("no longer there to be read out")
    SPOKEN = "spoken", N_("spoken with somebody about it, as the contact log says")
    AGREED = "agreed", N_("a new version was agreed")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRule:
    """A kind of notice: who does what with it, in which phases it is owed, what clears it, and where that is done.

    `line`: what home and the case page say where it is owed to staff. `mails`: how the keys of its mails go on behind
    the case; `{id}` is the notice, `{now}` what it says. `changes`: it tells what is so instead of what was so before;
    where nothing was known before there is nothing to tell, unless it is a change `from_nothing` too. `shown`: the
    parts of a case with which the own page tells it; whoever sees none of them has to be told otherwise, because a page
    or a mail that leads there tells them nothing. Empty: it stands on everybody's page.
    `lasts`: it is about the case and not about one conference, so that a new round neither ends it nor begins it anew.
    """

    kind: NoticeKind
    verb: Verb
    to: Whom
    phases: frozenset[Phase]
    cleared_by: frozenset[ClearedBy]
    mails: tuple[str, ...] = ()
    done_at: Remedy | None = None  # None: the page of who still has to hear
    line: str = ""
    changes: bool = False
    from_nothing: bool = False
    shown: frozenset[CasePart] = frozenset()
    lasts: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """To which of the staff it is owed; empty: to people of the circle."""
        return _STAFF.get(self.to, frozenset())


_STAFF = {
    Whom.COORDINATOR: frozenset({Role.COORDINATOR}),
    Whom.STAFF: frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
}
_OUTSIDE = frozenset(Phase) - {Phase.PRIVATE_TIME, Phase.CLOSED}
_OPEN = _OUTSIDE - {Phase.REGISTRATION}
_BEFORE = frozenset({Phase.SETUP})
_MEETING = frozenset({Phase.INFORMATION, Phase.PRESENTATION})
_HEARD = frozenset({ClearedBy.CONTACT, ClearedBy.MAIL, ClearedBy.PAGE})
_BY_NOTICE = "notice-{id}:"
#: What is also told with what the conference is, its day and its place.
_TOLD = _HEARD | {ClearedBy.INFORMED}

NOTICES: tuple[NoticeRule, ...] = (
    NoticeRule(
        kind=NoticeKind.DAY,
        verb=Verb.HEAR,
        to=Whom.RELIED_AND_SAYS,
        phases=_BEFORE,
        cleared_by=_TOLD,
        mails=(_BY_NOTICE, f"{End.ANOTHER_DAY}-"),
        changes=True,
        from_nothing=True,
        shown=frozenset({CasePart.DAY}),
    ),
    NoticeRule(
        kind=NoticeKind.PLACE,
        verb=Verb.HEAR,
        to=Whom.RELIED_AND_COMES,
        phases=_BEFORE,
        cleared_by=_TOLD,
        mails=(_BY_NOTICE,),
        changes=True,
        from_nothing=True,
        shown=frozenset({CasePart.PRACTICAL}),
    ),
    NoticeRule(
        kind=NoticeKind.COORDINATOR,
        verb=Verb.HEAR,
        to=Whom.RELIED,
        phases=_OPEN,
        cleared_by=_TOLD,
        mails=(_BY_NOTICE, "match-"),
        changes=True,
        shown=frozenset({CasePart.WAIVERS}),
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.PAPER,
        verb=Verb.HEAR,
        to=Whom.ON_PAPER,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.CONTACT, ClearedBy.PRINT}),
        changes=True,
        lasts=True,
    ),
    NoticeRule(  # in person, so neither a mail nor their page will do (OECD Box 4.1)
        kind=NoticeKind.JOINED,
        verb=Verb.HEAR,
        to=Whom.THEMSELVES,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.CONTACT, ClearedBy.INFORMED}),
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.CONSENT,
        verb=Verb.DECIDE,
        to=Whom.STAFF,
        phases=_OUTSIDE,
        cleared_by=frozenset({ClearedBy.CONSENT}),
        done_at=Remedy.CONSENTS,
        line=N_("A consent was taken back: decide whether and how it goes on"),
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.QUESTION,
        verb=Verb.ANSWER,
        to=Whom.COORDINATOR,
        phases=_MEETING,
        cleared_by=frozenset({ClearedBy.ANSWERED}),
        done_at=Remedy.INFORMATION,
        line=N_("The family came out with a question: see that it is answered"),
    ),
    NoticeRule(
        kind=NoticeKind.SENT_BACK,
        verb=Verb.HEAR,
        to=Whom.FAMILY,
        phases=frozenset({Phase.PRESENTATION}),
        cleared_by=frozenset({ClearedBy.CONTACT, ClearedBy.PAGE, ClearedBy.THERE}),
        shown=frozenset({CasePart.PLAN}),
    ),
    NoticeRule(
        kind=NoticeKind.LOOK_AGAIN,
        verb=Verb.DECIDE,
        to=Whom.SET_LINES,
        phases=frozenset({Phase.PRESENTATION}),
        cleared_by=frozenset({ClearedBy.DECIDED}),
        done_at=Remedy.AGREEMENT,
    ),
    NoticeRule(
        kind=NoticeKind.LETTER,
        verb=Verb.HEAR,
        to=Whom.COORDINATOR,
        phases=_MEETING,
        cleared_by=frozenset({ClearedBy.READ, ClearedBy.LAPSED}),
        done_at=Remedy.INFORMATION,
        line=N_("Somebody who is not there has something to say: have it read out"),
    ),
    NoticeRule(
        kind=NoticeKind.NO_CONFERENCE,
        verb=Verb.HEAR,
        to=Whom.TOOK_PART,
        phases=frozenset({Phase.PRESENTATION, Phase.EVALUATION}),
        cleared_by=_HEARD,
        mails=(f"{End.WITHOUT_CONFERENCE}-",),
    ),
    NoticeRule(
        kind=NoticeKind.READING,
        verb=Verb.HEAR,
        to=Whom.MAIN_PERSONS,
        phases=_OPEN,
        cleared_by=_HEARD,
        mails=(_BY_NOTICE,),
        changes=True,
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.ROUND,
        verb=Verb.HEAR,
        to=Whom.TOOK_PART,
        phases=frozenset({Phase.EVALUATION}),
        cleared_by=_HEARD,
        mails=(f"{End.ROUND}-",),
    ),
    NoticeRule(
        kind=NoticeKind.PART,
        verb=Verb.HEAR,
        to=Whom.FAMILY_COMING,
        phases=_OUTSIDE,
        cleared_by=_HEARD,
        mails=(_BY_NOTICE,),
        changes=True,
        shown=frozenset({CasePart.SHARING}),
    ),
    NoticeRule(
        kind=NoticeKind.AGAIN,
        verb=Verb.HEAR,
        to=Whom.CIRCLE,
        phases=_BEFORE,
        cleared_by=_TOLD,
        mails=(_BY_NOTICE,),
    ),
    NoticeRule(  # a call does not do: a plan is something to have
        kind=NoticeKind.PLAN,
        verb=Verb.GET,
        to=Whom.HAVE_PLAN,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.GIVEN, ClearedBy.MAIL, ClearedBy.PAGE}),
        mails=("plan-{now}:",),
        lasts=True,
        shown=frozenset({CasePart.OWN_PLAN}),
    ),
    NoticeRule(
        kind=NoticeKind.UNSAFE,
        lasts=True,
        verb=Verb.DECIDE,
        to=Whom.STAFF,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.SPOKEN}),
        done_at=Remedy.FOLLOW_UPS,
        line=N_("Somebody does not feel safe, a follow-up found: ring today, and write it in the contact log"),
    ),
    NoticeRule(
        kind=NoticeKind.NOT_DONE,
        verb=Verb.DECIDE,
        to=Whom.STAFF,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.SPOKEN, ClearedBy.AGREED}),
        done_at=Remedy.FOLLOW_UPS,
        line=N_("Much of the plan was not carried out, a follow-up found: ask the family what helps"),
    ),
    NoticeRule(
        kind=NoticeKind.NEW_VERSION,
        verb=Verb.HEAR,
        to=Whom.COORDINATOR,
        phases=frozenset({Phase.EVALUATION}),
        cleared_by=frozenset({ClearedBy.AGREED}),
        done_at=Remedy.PLAN,
        line=N_("The family wants a new version of the plan: write it with them"),
    ),
    NoticeRule(
        kind=NoticeKind.END,
        verb=Verb.HEAR,
        to=Whom.TOOK_PART,
        phases=frozenset({Phase.CLOSED}),
        cleared_by=_HEARD,
        mails=tuple(f"{end}-" for end in (End.NO_PLAN, End.STOPPED, End.GONE, End.CLOSED)),
    ),
)
RULES: dict[NoticeKind, NoticeRule] = {rule.kind: rule for rule in NOTICES}
#: Ends after which nobody needs to come; also not the interpreter.
_NOBODY_COMES = frozenset({End.STOPPED, End.GONE, End.WITHOUT_CONFERENCE, End.ROUND})
#: They know the coordinator and the day without having been informed as others are.
_KNOW_UNTOLD = frozenset({Part.MAIN_PERSON, Part.INTERPRETER})


@dataclass(frozen=True, slots=True)
class Sign:
    """What shows that somebody heard, or did what they had to. `key`: of a mail, behind the case."""

    at: datetime
    by: ClearedBy
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
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
class Notice:
    """What a step or change left. Of one kind about one person, only the last one is owed.

    `about`: the person whom it is about; `end`: how it ended; `settled`: of what is owed to staff.
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


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice, to whom of the circle it is still owed, and by whom it was settled how.

    As a line of a list (`lines`) all notices of its kind together, of which it names the last.
    """

    notice: Notice
    to: tuple[Listener, ...]
    heard: tuple[tuple[Listener, ClearedBy], ...]

    @property
    def rule(self) -> NoticeRule:
        """The row of its kind."""
        return self.notice.rule

    @property
    def is_open(self) -> bool:
        """Whether it is still owed to anybody."""
        return bool(self.to) or (bool(self.rule.roles) and self.notice.settled is None)


def lines(found: Iterable[Owed]) -> tuple[Owed, ...]:
    """What is owed, one line a kind, in the order of the last notices."""
    by_kind: dict[NoticeKind, Owed] = {}
    for one in found:
        before = by_kind.pop(one.notice.kind, Owed(one.notice, (), ()))
        by_kind[one.notice.kind] = Owed(one.notice, before.to + one.to, before.heard + one.heard)
    return tuple(by_kind.values())


def open_lines(found: Iterable[Owed], roles: Iterable[Role]) -> tuple[Owed, ...]:
    """What is still owed and concerns these of the staff: to them, or to people whom they tell."""
    held = frozenset(roles)
    return lines(one for one in found if one.is_open and (not one.rule.roles or one.rule.roles & held))


def told_together(found: Iterable[Owed]) -> dict[Verb, tuple[Owed, ...]]:
    """What people of the circle still have to hear, which one call tells, and what they still have to get."""
    told: dict[Verb, tuple[Owed, ...]] = {}
    for one in found:
        if one.to and not one.rule.roles and one.rule.verb in (Verb.HEAR, Verb.GET):
            told[one.rule.verb] = (*told.get(one.rule.verb, ()), one)
    return told


def by_people(found: Iterable[Owed]) -> tuple[tuple[Owed, ...], ...]:
    """These lines, with those together that the same people of the circle still have to hear."""
    groups: dict[object, tuple[Owed, ...]] = {}
    for one in found:
        same = frozenset(who.id for who in one.to) if one.to and one.rule.verb is Verb.HEAR else one.notice.kind
        groups[same] = (*groups.get(same, ()), one)
    return tuple(groups.values())


def owed(phase: Phase, notices: Iterable[Notice], circle: Iterable[Listener]) -> tuple[Owed, ...]:
    """What the last notices of each kind make owed in this phase, and to whom; oldest first."""
    in_order = sorted(notices, key=lambda notice: notice.id)
    last = {(notice.kind, notice.about): notice for notice in in_order}
    listeners = tuple(circle)
    return tuple(
        _without_known(_owed(notice, None, listeners), [one for one in in_order if one.kind is notice.kind])
        for notice in sorted(last.values(), key=lambda notice: notice.id)
        if phase in notice.rule.phases and _concerns_somebody(notice, listeners)
    )


def _without_known(found: Owed, same: list[Notice]) -> Owed:
    """Of a change: to those alone who heard last something else than what is so now, each with what they heard.

    `same`: the notices of its kind, oldest first.
    """
    if not found.notice.rule.changes or not (found.notice.was or found.notice.now):
        return found
    still = (replace(one, knows=_heard_last(one, same)) for one in found.to)
    return replace(found, to=tuple(one for one in still if one.knows != found.notice.now))


def _heard_last(one: Listener, same: list[Notice]) -> str:
    known = same[0].was
    for notice, after in pairwise(same):
        if _informed_since(one, notice) or _cleared(one, notice, after.at) is not None:
            known = notice.now
    return known


def all_owed(notices: Iterable[Notice], circle: Iterable[Listener]) -> tuple[Owed, ...]:
    """What each notice made owed, also those that a later one replaced, and how that was cleared; oldest first."""
    listeners = tuple(circle)
    in_order = sorted(notices, key=lambda notice: (notice.kind, notice.about or 0, notice.id))
    found: list[Owed] = []
    for _, group in groupby(in_order, key=lambda notice: (notice.kind, notice.about)):
        same = list(group)
        for notice, after in zip(same, [*same[1:], None], strict=True):
            found.append(_owed(notice, after.at if after else None, listeners))
    return tuple(sorted(found, key=lambda one: one.notice.id))


def _owed(notice: Notice, until: datetime | None, listeners: tuple[Listener, ...]) -> Owed:
    how = [(one, _cleared(one, notice, until)) for one in concerned(notice, listeners)]
    return Owed(
        notice, tuple(one for one, by in how if by is None), tuple((one, by) for one, by in how if by is not None)
    )


def _concerns_somebody(notice: Notice, circle: Iterable[Listener]) -> bool:
    """Whether the person whom it is about is still in the circle; what they had to say is read out in any case."""
    about = next((one for one in circle if one.id == notice.about), None)
    if notice.about is None:
        return True
    return about is not None and (about.attends is not Attends.EXCLUDED or notice.kind is NoticeKind.LETTER)


def _relied(notice: Notice, one: Listener) -> bool:
    """Whether they knew what was so before. Whoever is informed after it hears what is so now."""
    return one.part in _KNOW_UNTOLD or (bool(_informed(notice, one)) and not _informed_since(one, notice))


def _informed(notice: Notice, one: Listener) -> tuple[date, ...]:
    """The days on which they were informed of what such a notice changes: of a conference in its own round alone."""
    days = (one.informed_before_on if notice.rule.lasts else None, one.informed_on)
    return tuple(day for day in days if day is not None)


def _informed_since(one: Listener, notice: Notice) -> bool:
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
    return _said_something(one) or one.has_task


def _has_plan(notice: Notice, one: Listener) -> bool:
    """Whether a version is handed to somebody as theirs. Who came in a later round reads it when they are let."""
    if notice.now and int(notice.now) <= one.earlier_plans:
        return False
    inside = one.part in INSIDE_PARTS and not one.came_as_professional
    return one.part is Part.MAIN_PERSON or one.has_task or (inside and _said_something(one))


def _said_something(one: Listener) -> bool:
    return (one.attends or one.attends_before) in TOOK_PART


_CONCERNS: dict[Whom, Callable[[Notice, Listener], bool]] = {
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


def concerned(notice: Notice, circle: Iterable[Listener]) -> tuple[Listener, ...]:
    """To whom of the circle a notice is owed, heard or not."""
    concerns = _CONCERNS[notice.rule.to]
    return tuple(one for one in circle if one.attends is not Attends.EXCLUDED and concerns(notice, one))


def waits(notice: Notice, circle: Iterable[Listener]) -> bool:
    """Whether it is owed to anybody of the circle as long as no sign is known that they heard."""
    if notice.rule.to is Whom.ON_PAPER:  # that itself is a sign
        return True
    return any(_cleared(replace(one, signs=()), notice, None) is None for one in concerned(notice, circle))


def _cleared(one: Listener, notice: Notice, until: datetime | None) -> ClearedBy | None:
    """By what it was first cleared since the notice, and before the next one; None: not yet."""
    rule = notice.rule
    told = one.informed_on or (one.informed_before_on if notice.earlier else None)
    informed = told is not None and (rule.to is Whom.THEMSELVES or _informed_since(one, notice))
    if ClearedBy.INFORMED in rule.cleared_by and informed:
        return ClearedBy.INFORMED
    mails = tuple(key.format(id=notice.id, now=notice.now) for key in rule.mails)
    told_there = reads_it(rule, one)
    found = (
        sign.by
        for sign in sorted(one.signs, key=lambda sign: sign.at)
        if sign.by in rule.cleared_by
        and sign.at >= notice.at
        and (until is None or sign.at < until)
        and (sign.by is not ClearedBy.MAIL or sign.key.startswith(mails))
        and (told_there or sign.by not in {ClearedBy.MAIL, ClearedBy.PAGE})
    )
    return next(found, None)


def reads_it(rule: NoticeRule, one: Listener) -> bool:
    """Whether somebody's own page tells this: the day, for example, is not shown to those who do not come."""
    roles = {ROLE_OF_PART[one.part]}
    if one.attends in TAKES_PART:
        roles.add(Role.COMES if one.attends in IN_THE_ROOM else Role.JOINS)
    seen = (grant for part in PARTS if part.part in rule.shown for role, grant in part.grants.items() if role in roles)
    return not rule.shown or any(grant.seen(in_force=True) & rule.phases for grant in seen)
