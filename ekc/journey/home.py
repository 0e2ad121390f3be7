"""The data of the staff home page: this week, what to do now, all conferences."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.accounts.models import Account
from ekc.accounts.queries import RecentManager, has_phone, managers_of, recent_managers
from ekc.conferences.queries import consents
from ekc.core.clock import local_date
from ekc.core.language import gettext
from ekc.evaluations import queries as evaluations
from ekc.journey.deadlines import Deadline, late_clocks
from ekc.journey.facts import Circle, circles_of_cases, facts_of_circles, standing_facts
from ekc.journey.notices import owed_in
from ekc.journey.panel import owed_page
from ekc.journey.queries import cases as case_queries
from ekc.journey.queries import corrections as correction_queries
from ekc.journey.queries import people, steps
from ekc.journey.queries.cases import CaseRow
from ekc.journey.queries.corrections import CorrectionRow
from ekc.journey.queries.people import ToRing
from ekc.journey.queries.steps import StepRow, StepWhy
from ekc.links.queries.devices import approval_requests
from ekc.matching.queries import match as match_queries
from ekc.matching.queries.handing_over import HandingOver, UnansweredRequest, handing_over
from ekc.plans import queries as plans
from ekc.workflow.blocker import Blocker
from ekc.workflow.definition import StepRule
from ekc.workflow.engine import PHASE_RULES, broken, may, sees, steps_from, wish_steps
from ekc.workflow.facts import Facts
from ekc.workflow.guards.steps import COORDINATOR_INDEPENDENT
from ekc.workflow.owed.still_owed import Owed, by_people, open_lines
from ekc.workflow.vocabulary import Activity, CasePart, Part, Phase, Role, Step, VoiceMatter
from ekc.workflow.voices import all_want, hear, hear_people

#: So long a case that ended is told at home.
_TOLD_FOR = timedelta(days=14)
_WEEK = timedelta(days=6)  # behind today
#: The phases of the day itself.
_HELD = frozenset({Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION})


@dataclass(frozen=True, slots=True)
class Todo:
    """A case in which the coordinator has something to do.

    `days` until its conference, people not informed yet, and the follow-up that is due. In evaluation without a
    follow-up: all are done, and the case can be closed until its coordinator's access ends.
    """

    case: CaseRow
    days: int | None = None
    not_informed: int = 0
    follow_up: evaluations.FollowUpRow | None = None


@dataclass(frozen=True, slots=True)
class LinkRequests:
    """A case in which people wait to be let in with a personal link, or gave too many wrong answers."""

    case: CaseRow
    waiting: int
    since: datetime | None  # when the first of them asked


@dataclass(frozen=True, slots=True)
class ToTell:
    """A case in which somebody still has to hear, answer or decide something. `roles`: of the visitor in it."""

    case: CaseRow
    lines: tuple[Owed, ...]
    roles: frozenset[Role]

    @property
    def by_people(self) -> tuple[tuple[Owed, ...], ...]:
        """The lines, with those together that the same people still have to hear."""
        return by_people(self.lines)

    @property
    def endpoint(self) -> str:
        """The page where it is done; where that is several, the case page, which lists them."""
        pages = {owed_page(line, self._may) for line in self.lines}
        return pages.pop() if len(pages) == 1 else "journey.case"

    def _may(self, activity: Activity) -> bool:
        return may(activity, self.case.phase, self.roles, self.case.in_force)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A case with a plan in force that somebody did not answer, or does not agree with: names.

    `not_asked`: main persons, and whoever has a task. `disagree`: whoever has a task, and says no.
    `revised_on`: since lately there is a new version, agreed without the coordinator.
    """

    case: CaseRow
    not_asked: tuple[str, ...]
    disagree: tuple[str, ...]
    revised_on: date | None


@dataclass(frozen=True, slots=True)
class NoLonger:
    """A case, and what stands in it and does not hold, as far as the visitor can mend it."""

    case: CaseRow
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A case in which every main person wants a step that staff then take."""

    case: CaseRow
    step: StepRule


class Why(StrEnum):
    """Why nobody coordinates a case."""

    GONE = "gone"  # the coordinator cannot sign in any more
    UNWANTED = "unwanted"  # a main person would rather have another
    ASKED = "asked"  # somebody was asked, and has not answered


@dataclass(frozen=True, slots=True)
class Alone:
    """A case that nobody coordinates, and who was asked when."""

    case: CaseRow
    why: Why
    asked: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """A case that waits for a coordinator, or for the answer of one who was asked at `asked_at`.

    Of what a coordinator is asked the row shows number and municipality only.
    """

    case: CaseRow
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Again:
    """A case that came together again lately, and why."""

    case: CaseRow
    taken: StepWhy


class NeedKind(StrEnum):
    """Why something waits for the visitor; in which words, `templates/journey/_need.html` says."""

    URGENT = "urgent"
    TO_RING = "to_ring"
    WANTED = "wanted"
    ALONE = "alone"
    AT_A_LINK = "at_a_link"
    TO_DECIDE = "to_decide"
    NO_LONGER = "no_longer"
    REGISTERED = "registered"
    HELD_UP = "held_up"
    AGAIN = "again"
    ENDED = "ended"
    ASKED = "asked"
    LATE = "late"
    OWED = "owed"
    UNSETTLED = "unsettled"
    TODO = "todo"


Waiting = (
    (UnansweredRequest | ToRing | Wanted | Alone | LinkRequests | CaseRow | NoLonger | Again | CaseRequest | ToTell)
    | Unsettled
    | Todo
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing in a case that waits for the visitor."""

    kind: NeedKind
    conference_id: int
    title: str
    about: Waiting
    case: CaseRow | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The home page of one visitor."""

    today: date
    this_week: tuple[CaseRow, ...]
    calls: tuple[tuple[evaluations.FollowUpRow, CaseRow], ...]  # calls and evaluations of this week
    link_requests: tuple[LinkRequests, ...]  # shown first: somebody may be waiting on the phone
    to_decide: tuple[CaseRow, ...]  # in a manager's regions: the coordinator has an open conflict
    awaiting_decision: tuple[CaseRow, ...]  # a coordinator's own cases with an open conflict
    no_longer: tuple[NoLonger, ...]  # in a coordinator's own cases, and in a manager's regions
    to_ring: tuple[ToRing, ...]  # it does not feel safe to them, or they wish to stop or to come together again
    wanted: tuple[Wanted, ...]  # in a coordinator's own cases, and in a manager's regions
    requests: tuple[CaseRequest, ...]
    late: Mapping[int, tuple[Deadline, ...]]  # by case the clocks that are late, for coordinator and manager
    to_tell: tuple[ToTell, ...]  # in a coordinator's own cases, and in a manager's regions
    unsettled: tuple[Unsettled, ...]  # of a coordinator's own cases
    todos: tuple[Todo, ...]
    cases: tuple[CaseRow, ...]
    registrations: tuple[CaseRequest, ...]  # in a manager's regions
    regional: tuple[CaseRow, ...]
    new_registrations: tuple[CaseRow, ...]  # of `registrations`: nobody was asked yet
    again: tuple[Again, ...]  # which came together again lately, for coordinator and manager
    ended: tuple[CaseRow, ...]  # which ended in the last days otherwise than with a plan, for coordinator and manager
    handing_over: HandingOver
    urgent: tuple[UnansweredRequest, ...]  # of `handing_over`: without an answer for days, and a day comes soon
    alone: tuple[Alone, ...]  # in a manager's regions, those of a conference that is being held first
    corrections: tuple[CorrectionRow, ...]  # made lately, of cases that were or are the visitor's
    managers: dict[int, tuple[Account, ...]]  # of the other region of each that moved, by region
    recent_managers: list[RecentManager]  # of a manager's regions
    asks_phone: bool  # a manager without a phone number, whom nobody of the circle can ring then

    @property
    def needs(self) -> tuple[tuple[Need, ...], ...]:
        """What waits for this visitor, by case, the most urgent first; so are the cases."""
        lates = (row for row in self.cases if row.id in self.late)  # a manager reads it in the lists
        kinds: tuple[tuple[NeedKind, Iterable[Waiting]], ...] = (
            (NeedKind.URGENT, self.urgent),
            (NeedKind.TO_RING, self.to_ring),
            (NeedKind.WANTED, self.wanted),
            (NeedKind.ALONE, self.alone),
            (NeedKind.AT_A_LINK, self.link_requests),
            (NeedKind.TO_DECIDE, self.to_decide),
            (NeedKind.NO_LONGER, self.no_longer),
            (NeedKind.REGISTERED, self.new_registrations),
            (NeedKind.HELD_UP, self.awaiting_decision),
            (NeedKind.AGAIN, self.again),
            (NeedKind.ENDED, self.ended),
            (NeedKind.ASKED, self.requests),
            (NeedKind.LATE, lates),
            (NeedKind.OWED, self.to_tell),
            (NeedKind.UNSETTLED, self.unsettled),
            (NeedKind.TODO, self.todos),
        )
        found: dict[int, list[Need]] = {}
        for kind, waiting in kinds:
            for one in waiting:
                need = _need(kind, one)
                found.setdefault(need.conference_id, []).append(need)
        return tuple(map(tuple, found.values()))


def _need(kind: NeedKind, one: Waiting) -> Need:
    if isinstance(one, UnansweredRequest | ToRing):
        return Need(kind, one.conference_id, one.title, one)
    row = one if isinstance(one, CaseRow) else one.case
    return Need(kind, row.id, row.number if kind is NeedKind.ASKED else row.title, one, row)


def staff_home(session: Session, who: Visitor, at: datetime) -> Home:
    """Read the home page of staff."""
    cases: tuple[CaseRow, ...] = ()
    requests: tuple[CaseRow, ...] = ()
    today = at.date()
    dues: dict[int, evaluations.FollowUpRow] = {}
    calls: tuple[tuple[evaluations.FollowUpRow, CaseRow], ...] = ()
    if who.account_id is not None and Role.COORDINATOR in who.roles:
        found = case_queries.cases_of_coordinator(session, who.account_id, at)
        cases = tuple(row for row in found if row.coordinator_id == who.account_id)
        requests = tuple(row for row in found if row.coordinator_id != who.account_id and _sees_request(row.phase))
        today = local_date(at, cases[0].timezone) if cases else today  # a coordinator works in one country
        week = evaluations.due_follow_ups(session, who.account_id, today + _WEEK)
        dues = {row.conference_id: row for row in reversed(week) if row.due_on <= today}
        of_case = {row.id: row for row in cases}
        ahead = (row for row in week if row.due_on > today and row.conference_id in of_case)
        calls = tuple((row, of_case[row.conference_id]) for row in ahead)
    manages = Role.REGIONAL_MANAGER in who.roles
    registrations = case_queries.registrations(session, who.regions) if manages else ()
    regional = case_queries.cases_of_regions(session, who.regions) if manages else ()
    own = {row.id for row in cases}
    others = [row for row in regional if row.id not in own]
    untold = case_queries.ended_untold(session, who.regions) if manages else ()
    unattended = case_queries.cases_with_unattended_links(session, who.regions, at) if manages else ()
    open_ones = {row.id for row in (*cases, *registrations, *regional, *requests) if row.phase is not Phase.CLOSED}
    matched = match_queries.matches_of_cases(session, open_ones)
    asked_at = {id_: of_case.pending.asked_at for id_, of_case in matched.items() if of_case.pending}
    gone = {id_ for id_, of_case in matched.items() if of_case.current and of_case.current.gone(at)}
    to_hand_over = handing_over(session, at, who.regions) if manages else HandingOver()
    corrected = correction_queries.recent_corrections(session, who, at)
    of_regions = [*(row for row in registrations if row.id not in own), *others]
    circles = circles_of_cases(session, (*cases, *of_regions))
    regional_facts = facts_of_circles(of_regions, at, circles, matched)
    own_facts = standing_facts(session, cases, at, circles, matched)
    facts = regional_facts | own_facts
    with_conflicts = {id_ for id_, one in facts.items() if one.coordinator.conflicts}
    taken = steps.steps_of_cases(session, open_ones)
    return Home(
        today=today,
        this_week=tuple(sorted((row for row in cases if _this_week(row, at)), key=lambda row: row.starts_at or at)),
        calls=calls,
        link_requests=(
            *_link_requests(session, cases, at, Role.COORDINATOR),
            *_link_requests(session, unattended, at, Role.REGIONAL_MANAGER),
        ),
        to_decide=tuple(
            row for row in (*registrations, *regional) if row.id in with_conflicts and _may_decide(who, row)
        ),
        awaiting_decision=tuple(
            row for row in cases if row.id in with_conflicts and _sees_conflicts(row.phase, Role.COORDINATOR)
        ),
        no_longer=(
            *_no_longer(cases, own_facts, Role.COORDINATOR),
            *_no_longer(others, regional_facts, Role.REGIONAL_MANAGER),
        ),
        to_ring=people.to_ring(session, who, at),
        wanted=(
            *_wanted(session, cases, own_facts, Role.COORDINATOR),
            *_wanted(session, of_regions, regional_facts, Role.REGIONAL_MANAGER),
        ),
        requests=tuple(CaseRequest(row, asked_at.get(row.id)) for row in requests),
        late=late_clocks(session, {row.id: row for row in (*cases, *registrations, *regional)}.values(), at, taken),
        to_tell=_to_tell(session, cases, (*registrations, *others, *untold), at, gone),
        unsettled=tuple(_unsettled(session, cases, at, circles, own_facts, taken)),
        todos=tuple(todo for row in cases for todo in _todos(row, dues.get(row.id), at)),
        cases=cases,
        registrations=tuple(CaseRequest(row, asked_at.get(row.id)) for row in registrations),
        regional=tuple(replace(row, coordinator="") if row.id in gone else row for row in regional),
        new_registrations=tuple(
            row for row in registrations if row.coordinator_id is None and row.asked_coordinator_id is None
        ),
        again=_again(session, (*cases, *others), at, taken),
        ended=_ended(session, who, cases, at),
        handing_over=to_hand_over,
        urgent=tuple(one for one in to_hand_over.unanswered if one.is_urgent(at)),
        alone=tuple(_alone(of_regions, matched, regional_facts, gone)),
        corrections=corrected,
        managers=_managers_elsewhere(session, who, corrected),
        recent_managers=recent_managers(session, at, who.account_id or 0, who.regions) if manages else [],
        asks_phone=manages and not has_phone(session, who.account_id or 0),
    )


def _alone(
    cases: Iterable[CaseRow],
    matched: Mapping[int, match_queries.Matches],
    facts: Mapping[int, Facts],
    gone: Collection[int],
) -> Iterator[Alone]:
    """The cases that nobody coordinates. Of those under way, who is asked stands under what is handed over."""
    for row in sorted(cases, key=lambda row: row.phase not in _HELD):
        pending = matched[row.id].pending if row.id in matched else None
        if row.id in gone:
            yield Alone(row, Why.GONE)
        elif row.phase is not Phase.REGISTRATION:
            continue
        elif pending:
            yield Alone(row, Why.ASKED, pending.name, pending.asked_at)
        elif row.id in facts and hear(VoiceMatter.COORDINATOR, facts[row.id]).no:
            yield Alone(row, Why.UNWANTED)


def _managers_elsewhere(
    session: Session, who: Visitor, corrected: Iterable[CorrectionRow]
) -> dict[int, tuple[Account, ...]]:
    """Whom the visitor can ring about a case that came from another region, or went to one."""
    regions = {region for row in corrected if row.moved for region in (row.region_id, row.region_before_id)}
    return {region: tuple(managers_of(session, region)) for region in sorted(regions - who.regions)}


def _no_longer(cases: Iterable[CaseRow], facts: Mapping[int, Facts], role: Role) -> Iterator[NoLonger]:
    """What no longer holds; a conflict of interest has a line of its own."""
    for row in cases:
        found = broken(facts[row.id], {role}) if row.id in facts else ()
        blockers = [
            blocker for one in found if one.rule.guard is not COORDINATOR_INDEPENDENT for blocker in one.blockers
        ]
        if blockers:
            yield NoLonger(row, tuple(blockers))


def _wanted(session: Session, cases: Iterable[CaseRow], facts: Mapping[int, Facts], role: Role) -> Iterator[Wanted]:
    """The steps that every main person of a case wants. Concerns about safety are read where that may be so."""
    found = [
        (row, step)
        for row in cases
        if row.id in facts
        for matter, step in wish_steps(row.in_force).items()
        if step in steps_from(row.phase, {role}, row.in_force) and all_want(matter, facts[row.id])
    ]
    unmet = consents.consents_and_concerns(session, [row.id for row, _step in found]).unmet
    for row, step in found:
        if not any(unmet[person.id] for person in facts[row.id].people if person.part is Part.MAIN_PERSON):
            yield Wanted(row, step)


def _ended(session: Session, who: Visitor, cases: tuple[CaseRow, ...], at: datetime) -> tuple[CaseRow, ...]:
    """The cases whose end is told at home, for `_TOLD_FOR` after it."""
    since = at.date() - _TOLD_FOR
    in_regions = (
        case_queries.ended_cases(session, who.regions, since)
        if Role.REGIONAL_MANAGER in who.roles and who.regions
        else ()
    )
    own = (row for row in cases if row.closed_on is not None and row.closed_on >= since)
    found = {row.id: row for row in (*own, *in_regions) if row.end is not None and row.end.told_at_home}
    return tuple(found.values())


def _again(
    session: Session, cases: Iterable[CaseRow], at: datetime, taken: Mapping[int, Sequence[StepRow]]
) -> tuple[Again, ...]:
    """The cases whose round began lately and whose conference is being prepared, with the reason."""
    rows = {row.id: row for row in cases if row.round > 1 and row.phase is Phase.SETUP}
    lately = [id_ for id_ in rows if any(one.step is Step.RECONVENE and one.at > at - _TOLD_FOR for one in taken[id_])]
    found = steps.come_together_again(session, lately, at - _TOLD_FOR)
    return tuple(Again(row, found[id_]) for id_, row in rows.items() if id_ in found)


def _link_requests(session: Session, cases: tuple[CaseRow, ...], at: datetime, role: Role) -> tuple[LinkRequests, ...]:
    """The waiting people by case. None in private time: who of the family is at a screen stays private."""
    seen = [row.id for row in cases if sees(CasePart.LINKS, row.phase, {role})]
    asking = approval_requests(session, seen, at)
    return tuple(LinkRequests(row, *asking[row.id]) for row in cases if row.id in asking)


def _to_tell(
    session: Session, own: tuple[CaseRow, ...], regional: Iterable[CaseRow], at: datetime, gone: Collection[int]
) -> tuple[ToTell, ...]:
    """The cases in which something is owed: a coordinator's own, and in a manager's regions what is the manager's.

    The manager's is also what no coordinator sees any more.
    """
    seen = {row.id: row for row in own}
    theirs = {row.id: row for row in regional if row.id not in seen}
    seen |= theirs
    found = owed_in(session, [id_ for id_, row in seen.items() if may(Activity.TELL, row.phase, Role)], names=False)
    told = []
    for id_, row in seen.items():
        attended = id_ not in gone and _attended(row, at)
        roles = frozenset({Role.REGIONAL_MANAGER} if id_ in theirs else {Role.COORDINATOR})
        if id_ in theirs and not attended:
            roles |= {Role.STANDS_IN}
        wanted = (one for one in found.get(id_, ()) if one.rule.roles or id_ not in theirs or not attended)
        if lines := open_lines(wanted, roles):
            told.append(ToTell(row, lines, roles))
    return tuple(told)


def _attended(row: CaseRow, at: datetime) -> bool:
    """Whether a coordinator still tells people; the end is for the manager as well."""
    if row.phase is Phase.CLOSED or row.coordinator_id is None:
        return False
    return row.open_until is None or local_date(at, row.timezone) <= row.open_until


def _unsettled(
    session: Session,
    cases: tuple[CaseRow, ...],
    at: datetime,
    circles: Mapping[int, Circle],
    facts: Mapping[int, Facts],
    taken: Mapping[int, Sequence[StepRow]],
) -> Iterator[Unsettled]:
    """What stays open of the answers to plans in force. Who was at the meeting is not read here.

    A new round changes nothing in who says no to a task; whoever was not asked is asked about the plan that it makes.
    """
    hidden = {Phase.PRIVATE_TIME, Phase.CLOSED}
    rows = {row.id: row for row in cases if row.plan_number and row.phase not in hidden}
    found = plans.tasks_in_force(session, rows)
    for id_, (text, busy) in found.items():
        row = rows[id_]
        answers = {one.id: one.answer_to_text(text) for one in circles.get(id_, ())}
        people = tuple(
            replace(p, has_task=p.id in busy, voices={VoiceMatter.PLAN: said} if (said := answers[p.id]) else {})
            for p in facts[id_].people
        )
        heard = hear_people(VoiceMatter.PLAN, people, meeting_held=False)
        goes_on = row.phase is Phase.EVALUATION
        not_asked = tuple(p.name for p in heard.not_asked if goes_on)
        disagree = tuple(p.name for p in heard.no if p.is_inside and p.has_task)
        by_family = (one.at for one in taken[id_] if one.step is Step.REVISE_PLAN and one.by_circle)
        revised = max(by_family, default=None) if goes_on else None
        on = local_date(revised, row.timezone) if revised and revised > at - _TOLD_FOR else None
        if not_asked or disagree or on:
            yield Unsettled(row, not_asked, disagree, on)


def _sees_request(phase: Phase) -> bool:
    """Whether a coordinator who is asked for the case can answer: not once it is closed."""
    return may(Activity.ANSWER_MATCH, phase, {Role.ASKED_COORDINATOR})


def _sees_conflicts(phase: Phase, role: Role) -> bool:
    """Whether this role sees in this phase what ties the coordinator to the case."""
    return bool(sees(CasePart.INDEPENDENCE, phase, {role}))


def _may_decide(who: Visitor, row: CaseRow) -> bool:
    """Nobody decides about their own conflict of interest."""
    return row.coordinator_id != who.account_id and _sees_conflicts(row.phase, Role.REGIONAL_MANAGER)


def _this_week(row: CaseRow, at: datetime) -> bool:
    return row.phase is Phase.SETUP and row.starts_at is not None and at < row.starts_at < at + timedelta(days=7)


def _todos(row: CaseRow, due: evaluations.FollowUpRow | None, at: datetime) -> Iterator[Todo]:
    if due is not None:  # in a new round too, in which the plan of the round before goes on
        yield Todo(row, follow_up=due)
    match row.phase:
        case Phase.CLOSED:
            return
        case Phase.EVALUATION:
            if not due and row.open_until:
                yield Todo(row)
        case Phase.SETUP:
            away = (
                (local_date(row.starts_at, row.timezone) - local_date(at, row.timezone)).days if row.starts_at else None
            )
            if away is None or away <= 14 or row.not_informed:
                yield Todo(row, days=away, not_informed=row.not_informed)
        case _:
            yield Todo(row)


def dots(phase: Phase) -> list[dict[str, str]]:
    """The phase rail of a list row."""
    order = list(PHASE_RULES)
    here = order.index(phase)
    return [
        {
            "name": gettext(rule.short),
            "state": "now" if rule.phase is phase else "done" if order.index(rule.phase) < here else "todo",
        }
        for rule in PHASE_RULES.values()
        if rule.on_rail
    ]
