"""What waits for somebody of staff in their cases, by kind."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ekc.conferences.queries import consents
from ekc.conferences.queries.mails import unreachable
from ekc.core.clock import local_date
from ekc.evaluations.queries import FollowUpRow
from ekc.journey.deadlines import Deadline
from ekc.journey.needs.cases import StaffCases
from ekc.journey.needs.kinds import (
    Alone,
    CameTogetherAgain,
    CaseRequest,
    Late,
    LinkRequests,
    NeedKind,
    NoLonger,
    NoMail,
    StillPrivate,
    Todo,
    ToTell,
    Twice,
    Unasked,
    Unsettled,
    Waiting,
    Wanted,
    Why,
)
from ekc.journey.notices import owed_in
from ekc.journey.queries import cases as case_queries
from ekc.journey.queries import people, steps
from ekc.journey.queries.cases import CaseRow, still_private
from ekc.journey.queries.look_alikes import look_alikes
from ekc.links.queries.devices import approval_requests
from ekc.matching.queries import match as match_queries
from ekc.matching.queries.handing_over import TIME_TO_ANSWER
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.engine import broken, may, sees, steps_from, wish_steps
from ekc.workflow.follow_ups import FINDINGS
from ekc.workflow.guards.steps import COORDINATOR_INDEPENDENT
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.owed.still_owed import Owed, open_lines
from ekc.workflow.vocabulary import Activity, CasePart, Part, Phase, Role, Step, VoiceMatter
from ekc.workflow.voices import all_want, hear, hear_people

#: So long a case that ended is told at home, and one that came together again.
_TOLD_FOR = timedelta(days=14)
_A_LIFE = 100 * 365  # days
#: The phases of the day itself.
_HELD = frozenset({Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION})

#: What waits, by kind in the order of the kinds: each a `Waiting`.
Needs = Mapping[NeedKind, tuple[Any, ...]]


def find_needs(
    session: Session,
    read: StaffCases,
    late: Mapping[int, tuple[Deadline, ...]],
    near: Mapping[int, tuple[Deadline, ...]],
) -> Needs:
    """All that waits for the visitor. `late`, `near`: by case the clocks that are, of own cases those that are near."""
    twice = {one.case.id: one for one in _twice(session, read)}
    to_tell = tuple(_to_tell(session, read))
    found: dict[NeedKind, Iterable[Waiting]] = {
        NeedKind.URGENT: (one for one in read.handing_over.unanswered if one.is_urgent(read.at)),
        NeedKind.TO_RING: people.to_ring(session, read.who, read.at),
        NeedKind.UNSAFE: _only(to_tell, lambda line: line.notice.kind is NoticeKind.UNSAFE),
        NeedKind.WANTED: (
            *_wanted(session, read, read.own, Role.COORDINATOR),
            *_wanted(session, read, read.of_regions, Role.REGIONAL_MANAGER),
        ),
        NeedKind.ALONE: _alone(read),
        NeedKind.STILL_PRIVATE: (
            StillPrivate(row, own=row in read.own)
            for row in (*read.own, *read.others)
            if still_private(row, read.at) and not read.gone(row.id)
        ),
        NeedKind.AT_A_LINK: _link_requests(session, read),
        NeedKind.TO_DECIDE: _to_decide(read),
        NeedKind.NO_LONGER: (
            *_no_longer(read, read.own, Role.COORDINATOR),
            *_no_longer(read, read.others, Role.REGIONAL_MANAGER),
        ),
        NeedKind.TWICE: twice.values(),
        NeedKind.REGISTERED: _unasked(session, read, twice),
        NeedKind.HELD_UP: (
            row for row in read.own if _has_conflict(read, row) and _sees_conflicts(row.phase, Role.COORDINATOR)
        ),
        NeedKind.AGAIN: _again(session, read),
        NeedKind.ENDED: _ended(session, read),
        NeedKind.ASKED: (CaseRequest(row, read.asked_at(row.id)) for row in read.requests),
        NeedKind.NO_MAIL: _no_mail(session, read),
        # a manager reads it in the lists
        NeedKind.LATE: (Late(row, late[row.id]) for row in read.own if row.id in late),
        NeedKind.NEAR: (Late(row, near[row.id]) for row in read.own if row.id in near),
        NeedKind.OWED: _only(to_tell, lambda line: line.notice.kind is not NoticeKind.UNSAFE),
        NeedKind.UNSETTLED: _unsettled(session, read),
        NeedKind.TODO: _todos(read, frozenset(one.case.id for one in _only(to_tell, _was_found))),
    }
    return {kind: tuple(found[kind]) for kind in NeedKind}


def _wanted(session: Session, read: StaffCases, rows: Iterable[CaseRow], role: Role) -> Iterator[Wanted]:
    """The steps that every main person of a case wants. Concerns about safety are read where that may be so."""
    facts = read.facts
    found = [
        (row, step)
        for row in rows
        if row.id in facts
        for matter, step in wish_steps(row.in_force).items()
        if step in steps_from(row.phase, {role}, row.in_force) and all_want(matter, facts[row.id])
    ]
    unmet = consents.consents_and_concerns(session, [row.id for row, _step in found]).unmet
    for row, step in found:
        if not any(unmet[person.id] for person in facts[row.id].people if person.part is Part.MAIN_PERSON):
            yield Wanted(row, step)


def _alone(read: StaffCases) -> Iterator[Alone]:
    """The cases that nobody coordinates, those of a conference that is being held first.

    Of those under way, who is asked stands under what is handed over. Whoever was asked just now has time to answer:
    until then nobody has to ring, and the case stands under what waits for a coordinator.
    """
    for row in sorted(read.of_regions, key=lambda row: row.phase not in _HELD):
        pending = read.matched[row.id].pending if row.id in read.matched else None
        if read.gone(row.id):
            yield Alone(row, Why.GONE)
        elif row.phase is not Phase.REGISTRATION:
            continue
        elif pending:
            if pending.asked_at <= read.at - TIME_TO_ANSWER:
                yield Alone(row, Why.ASKED, pending.name, pending.phone, pending.asked_at)
        elif row.id in read.facts and hear(VoiceMatter.COORDINATOR, read.facts[row.id]).no:
            yield Alone(row, Why.UNWANTED)


def _link_requests(session: Session, read: StaffCases) -> Iterator[LinkRequests]:
    """People who wait at a link in own cases, and in those of a manager's regions where no coordinator can act."""
    yield from _at_links(session, read, read.own, Role.COORDINATOR)
    if Role.REGIONAL_MANAGER in read.who.roles:
        unattended = case_queries.cases_with_unattended_links(session, read.who.regions, read.at)
        yield from _at_links(session, read, unattended, Role.REGIONAL_MANAGER)


def _at_links(session: Session, read: StaffCases, rows: Iterable[CaseRow], role: Role) -> Iterator[LinkRequests]:
    """The waiting people by case. None in private time: who of the family is at a screen stays private."""
    seen = {row.id: row for row in rows if sees(CasePart.LINKS, row.phase, {role})}
    asking = approval_requests(session, list(seen), read.at)
    return (LinkRequests(row, *asking[id_]) for id_, row in seen.items() if id_ in asking)


def _to_decide(read: StaffCases) -> Iterator[CaseRow]:
    """In a manager's regions: the coordinator has an open conflict, and is not the manager."""
    for row in (*read.registrations, *read.regional):
        others = row.coordinator_id != read.who.account_id
        if _has_conflict(read, row) and others and _sees_conflicts(row.phase, Role.REGIONAL_MANAGER):
            yield row


def _has_conflict(read: StaffCases, row: CaseRow) -> bool:
    return row.id in read.facts and bool(read.facts[row.id].coordinator.conflicts)


def _sees_conflicts(phase: Phase, role: Role) -> bool:
    """Whether this role sees in this phase what ties the coordinator to the case."""
    return bool(sees(CasePart.INDEPENDENCE, phase, {role}))


def _no_longer(read: StaffCases, rows: Iterable[CaseRow], role: Role) -> Iterator[NoLonger]:
    """What no longer holds; a conflict of interest has a line of its own."""
    for row in rows:
        found = broken(read.facts[row.id], {role}) if row.id in read.facts else ()
        blockers = [
            blocker for one in found if one.rule.guard is not COORDINATOR_INDEPENDENT for blocker in one.blockers
        ]
        if blockers:
            yield NoLonger(row, tuple(blockers))


def _twice(session: Session, read: StaffCases) -> Iterator[Twice]:
    """The registrations in a manager's regions that look like another: of two that can both be stopped, the later."""
    rows = {row.id: row for row in (*read.registrations, *read.regional)}
    for id_, alikes in look_alikes(session, read.who.regions).items() if rows else ():
        earlier = tuple(one for one in alikes if one.other.id < id_ or not one.other.can_stop)
        if earlier and id_ in rows:
            yield Twice(rows[id_], earlier)


def _unasked(session: Session, read: StaffCases, twice: Collection[int]) -> Iterator[Unasked]:
    """The registrations for which nobody is asked now; whether one is the same as another is decided first."""
    rows = [
        row
        for row in read.registrations
        if row.coordinator_id is None and row.asked_coordinator_id is None and row.id not in twice
    ]
    in_vain = match_queries.asked_in_vain(session, [row.id for row in rows])
    return (Unasked(row, in_vain.get(row.id, 0)) for row in rows)


def _again(session: Session, read: StaffCases) -> Iterator[CameTogetherAgain]:
    """The cases whose round began lately and whose conference is being prepared, with the reason."""
    since = read.at - _TOLD_FOR
    rows = {row.id: row for row in (*read.own, *read.others) if row.round > 1 and row.phase is Phase.SETUP}
    lately = [id_ for id_ in rows if any(one.step is Step.RECONVENE and one.at > since for one in read.steps[id_])]
    found = steps.come_together_again(session, lately, since)
    return (CameTogetherAgain(row, found[id_]) for id_, row in rows.items() if id_ in found)


def _ended(session: Session, read: StaffCases) -> Iterator[CaseRow]:
    """The cases that ended in the last days otherwise than with a plan."""
    since = read.at.date() - _TOLD_FOR
    regions = read.who.regions if Role.REGIONAL_MANAGER in read.who.roles else frozenset()
    in_regions = case_queries.ended_cases(session, regions, since) if regions else ()
    own = (row for row in read.own if row.closed_on is not None and row.closed_on >= since)
    found = {row.id: row for row in (*own, *in_regions)}
    return (row for row in found.values() if row.end is not None and row.end.told_at_home)


def _no_mail(session: Session, read: StaffCases) -> Iterator[NoMail]:
    """People whose address takes no mail, while the circle can be changed: in own cases, and where nobody can act."""
    gone = (row for row in read.of_regions if read.gone(row.id))
    roles = {Role.COORDINATOR: read.own, Role.REGIONAL_MANAGER: gone}
    rows = {
        row.id: row for role, some in roles.items() for row in some if may(Activity.CHANGE_CIRCLE, row.phase, {role})
    }
    return (NoMail(rows[id_], people) for id_, people in unreachable(session, rows).items())


def _to_tell(session: Session, read: StaffCases) -> Iterator[ToTell]:
    """The cases in which something is owed: a coordinator's own, and in a manager's regions what is the manager's.

    The manager's is also what no coordinator sees any more.
    """
    manages = Role.REGIONAL_MANAGER in read.who.roles
    untold = case_queries.ended_untold(session, read.who.regions) if manages else ()
    own = {row.id: row for row in read.own}
    theirs = {row.id: row for row in (*read.registrations, *read.others, *untold) if row.id not in own}
    seen = own | theirs
    found = owed_in(session, [id_ for id_, row in seen.items() if may(Activity.TELL, row.phase, Role)], read.circles)
    for id_, row in seen.items():
        # the end is for the manager as well
        attended = row.phase is not Phase.CLOSED and read.attended(row)
        roles = frozenset({Role.REGIONAL_MANAGER} if id_ in theirs else {Role.COORDINATOR})
        if id_ in theirs and not attended:
            roles |= {Role.STANDS_IN}
        wanted = (one for one in found.get(id_, ()) if one.rule.roles or id_ not in theirs or not attended)
        if lines := open_lines(wanted, roles):
            yield ToTell(row, lines, roles)


def _only(to_tell: Iterable[ToTell], which: Callable[[Owed], bool]) -> Iterator[ToTell]:
    """The same cases with these lines alone."""
    for one in to_tell:
        if lines := tuple(filter(which, one.lines)):
            yield replace(one, lines=lines)


def _was_found(line: Owed) -> bool:
    return line.notice.kind in FINDINGS


def _unsettled(session: Session, read: StaffCases) -> Iterator[Unsettled]:
    """What stays open of the answers to plans in force. Who was at the meeting is not read here.

    A new round changes nothing in who says no to a task; whoever was not asked is asked about the plan that it makes.
    """
    hidden = {Phase.PRIVATE_TIME, Phase.CLOSED}
    rows = {row.id: row for row in read.own if row.plan_number and row.phase not in hidden}
    for id_, (text, busy) in plan_versions.tasks_in_force(session, rows).items():
        row = rows[id_]
        answers = {one.id: one.answer_to_text(text) for one in read.circles.get(id_, ())}
        asked = tuple(
            replace(p, has_task=p.id in busy, voices={VoiceMatter.PLAN: said} if (said := answers[p.id]) else {})
            for p in read.facts[id_].people
        )
        heard = hear_people(VoiceMatter.PLAN, asked, meeting_held=False)
        goes_on = row.phase is Phase.EVALUATION
        not_asked = tuple(p.name for p in heard.not_asked if goes_on)
        disagree = tuple(p.name for p in heard.no if p.is_inside and p.has_task)
        by_family = (one.at for one in read.steps[id_] if one.step is Step.REVISE_PLAN and one.by_circle)
        revised = max(by_family, default=None) if goes_on else None
        on = local_date(revised, row.timezone) if revised and revised > read.at - _TOLD_FOR else None
        if not_asked or disagree or on:
            yield Unsettled(row, not_asked, disagree, on)


def in_days(needs: Needs, today: date) -> dict[int, int]:
    """By case in how many days the first thing in it has to be done, where it has a day: less than none, it is late.

    What is being held now comes before all that is late.
    """
    found: dict[int, int] = {}
    for kind in (NeedKind.LATE, NeedKind.NEAR, NeedKind.TODO):
        for one in needs[kind]:
            if (days := _days(one, today)) is not None:
                found[one.case.id] = min(days, found.get(one.case.id, days))
    return found


def _days(one: Late | Todo, today: date) -> int | None:
    if isinstance(one, Late):
        return min((clock.on - today).days for clock in one.clocks)
    if one.follow_up is not None:
        return (one.follow_up.due_on - today).days
    return -_A_LIFE if one.case.phase in _HELD else one.days


def _todos(read: StaffCases, found: Collection[int]) -> Iterator[Todo]:
    """`found`: the cases in which a follow-up found what is to be done before all else."""
    due = read.due
    for row in read.own:
        follow_up: FollowUpRow | None = due.get(row.id)
        if follow_up is not None:  # in a new round too, in which the plan of the round before goes on
            yield Todo(row, follow_up=follow_up)
        match row.phase:
            case Phase.CLOSED:
                continue
            case Phase.EVALUATION:
                if not follow_up and row.open_until:
                    yield Todo(row, found=row.id in found)
            case Phase.SETUP:
                away = (
                    (local_date(row.starts_at, row.timezone) - local_date(read.at, row.timezone)).days
                    if row.starts_at
                    else None
                )
                if away is None or away <= 14 or row.not_informed:
                    yield Todo(row, days=away, not_informed=row.not_informed)
            case _ if not still_private(row, read.at):
                yield Todo(row)
