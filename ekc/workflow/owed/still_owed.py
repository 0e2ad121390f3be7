"""To whom notices are still owed, and by what they were cleared."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise

from ekc.workflow.owed.kinds import ClearedBy, NoticeKind, NoticeRule, Verb, Whom
from ekc.workflow.owed.listeners import Listener, NoticeFacts, concerned, informed_since
from ekc.workflow.parts import PARTS
from ekc.workflow.vocabulary import ROLE_OF_ATTENDS, ROLE_OF_PART, Attends, Phase, Role


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice, to whom of the circle it is still owed, and by whom it was settled how.

    As a line of a list (`lines`) all notices of its kind together, of which it names the last.
    """

    notice: NoticeFacts
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
    return lines(one for one in found if one.is_open and one.rule.listed_to & held)


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


def owed(phase: Phase, notices: Iterable[NoticeFacts], circle: Iterable[Listener]) -> tuple[Owed, ...]:
    """What the last notices of each kind make owed in this phase, and to whom; oldest first."""
    in_order = sorted(notices, key=lambda notice: notice.id)
    last = {(notice.kind, notice.about): notice for notice in in_order}
    listeners = tuple(circle)
    return tuple(
        _without_known(_owed(notice, None, listeners), [one for one in in_order if one.kind is notice.kind])
        for notice in sorted(last.values(), key=lambda notice: notice.id)
        if phase in notice.rule.phases and _concerns_somebody(notice, listeners)
    )


def _without_known(found: Owed, same: list[NoticeFacts]) -> Owed:
    """Of a change: to those alone who heard last something else than what is so now, each with what they heard.

    `same`: the notices of its kind, oldest first.
    """
    if not found.notice.rule.changes or not (found.notice.was or found.notice.now):
        return found
    still = (replace(one, knows=_heard_last(one, same)) for one in found.to)
    return replace(found, to=tuple(one for one in still if one.knows != found.notice.now))


def _heard_last(one: Listener, same: list[NoticeFacts]) -> str:
    known = same[0].was
    for notice, after in pairwise(same):
        if informed_since(one, notice) or _cleared(one, notice, after.at) is not None:
            known = notice.now
    return known


def all_owed(notices: Iterable[NoticeFacts], circle: Iterable[Listener]) -> tuple[Owed, ...]:
    """What each notice made owed, also those that a later one replaced, and how that was cleared; oldest first."""
    listeners = tuple(circle)
    in_order = sorted(notices, key=lambda notice: (notice.kind, notice.about or 0, notice.id))
    found: list[Owed] = []
    for _, group in groupby(in_order, key=lambda notice: (notice.kind, notice.about)):
        same = list(group)
        for notice, after in zip(same, [*same[1:], None], strict=True):
            found.append(_owed(notice, after.at if after else None, listeners))
    return tuple(sorted(found, key=lambda one: one.notice.id))


def _owed(notice: NoticeFacts, until: datetime | None, listeners: tuple[Listener, ...]) -> Owed:
    how = [(one, _cleared(one, notice, until)) for one in concerned(notice, listeners)]
    return Owed(
        notice, tuple(one for one, by in how if by is None), tuple((one, by) for one, by in how if by is not None)
    )


def _concerns_somebody(notice: NoticeFacts, circle: Iterable[Listener]) -> bool:
    """Whether the person whom it is about is still in the circle; what they had to say is read out in any case.

    That somebody whom the plan names left is owed because they left.
    """
    about = next((one for one in circle if one.id == notice.about), None)
    if notice.about is None or notice.kind is NoticeKind.LEFT_PLAN:
        return True
    return about is not None and (about.attends is not Attends.EXCLUDED or notice.kind is NoticeKind.LETTER)


def waits(notice: NoticeFacts, circle: Iterable[Listener]) -> bool:
    """Whether it is owed to anybody of the circle as long as no sign is known that they heard."""
    if notice.rule.to is Whom.ON_PAPER:  # that itself is a sign
        return True
    if notice.was and ClearedBy.INVITED in notice.rule.cleared_by and any(one.attends is None for one in circle):
        return True  # whoever was invited knew
    unheard = (replace(one, signs=()) if one.signs else one for one in concerned(notice, circle))
    return any(_cleared(one, notice, None) is None for one in unheard)


def _cleared(one: Listener, notice: NoticeFacts, until: datetime | None) -> ClearedBy | None:
    """By what it was first cleared since the notice, and before the next one; None: not yet."""
    rule = notice.rule
    told = one.informed_on or (one.informed_before_on if notice.earlier else None)
    informed = told is not None and (rule.to is Whom.THEMSELVES or informed_since(one, notice))
    if ClearedBy.INFORMED in rule.cleared_by and informed:
        return ClearedBy.INFORMED
    if not one.signs:
        return None
    later = [
        sign
        for sign in one.signs
        if sign.at >= notice.at and sign.by in rule.cleared_by and (until is None or sign.at < until)
    ]
    if not later:
        return None
    mails = tuple(key.format(id=notice.id, at=notice.at.isoformat(), now=notice.now) for key in rule.mails)
    told_there = reads_it(rule, one)
    found = (
        sign.by
        for sign in sorted(later, key=lambda sign: sign.at)
        if (sign.by is not ClearedBy.MAIL or (sign.key.startswith(mails) and (sign.has_link or rule.mail_tells)))
        and (told_there or sign.by not in {ClearedBy.MAIL, ClearedBy.PAGE})
    )
    return next(found, None)


def reads_it(rule: NoticeRule, one: Listener) -> bool:
    """Whether somebody's own page tells this: the day, for example, is not shown to those who do not come."""
    role = Role.PROFESSIONAL if one.came_as_professional else ROLE_OF_PART[one.part]
    roles = {role, ROLE_OF_ATTENDS.get(one.attends)}
    seen = (grant for part in PARTS if part.part in rule.shown for role, grant in part.grants.items() if role in roles)
    return not rule.shown or any(grant.seen(in_force=True) & rule.phases for grant in seen)
