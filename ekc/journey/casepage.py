"""The data of the case page, read with few queries into plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import Case, may_open
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries import concerns as concern_queries
from ekc.conferences.queries import registration, traces
from ekc.conferences.queries.concerns import ConcernRow
from ekc.conferences.queries.members import Circle
from ekc.conferences.queries.voices import VoiceRow, voices
from ekc.core.clock import local_date
from ekc.evaluations import queries as evaluations
from ekc.evaluations.queries import FollowUpRow
from ekc.journey.deadlines import Deadline, deadlines_of
from ekc.journey.facts import CaseContext, Dissent, dissent, gather_facts, read_context, voices_about
from ekc.journey.notices import owed_in
from ekc.journey.panel import BlockerLink, Panel, blocker_link, owed_page, panel
from ekc.journey.queries import steps as step_queries
from ekc.journey.queries.look_alikes import Alike, alike, goes_on_as
from ekc.journey.queries.steps import StepRow
from ekc.journey.taking_back import LastStep, own_last_step
from ekc.matching.queries import match as match_queries
from ekc.meetings import queries as meetings
from ekc.meetings.facts import read_meeting_facts
from ekc.plans.queries import versions as plan_versions
from ekc.privatetime import queries as privatetime
from ekc.workflow.blocker import GuardRule
from ekc.workflow.definition.kinds import StepRule
from ekc.workflow.ends.kinds import End, EndRule
from ekc.workflow.ends.rows import ROUND_ENDS
from ekc.workflow.engine import FOLLOW_UP_RULES, PHASE_RULES, STEP_RULES, broken, steps_from, why_not, wish_steps
from ekc.workflow.facts import Facts
from ekc.workflow.follow_ups import FINDINGS
from ekc.workflow.guards.follow_ups import follow_up_settled
from ekc.workflow.open_things import STOPS, OpenThing, open_things, reminded_at
from ekc.workflow.owed.rows import RULES
from ekc.workflow.owed.still_owed import Owed, by_people, open_lines
from ekc.workflow.standing import standing
from ekc.workflow.vocabulary import Activity, CasePart, Part, Phase, Role, Step, VoiceMatter
from ekc.workflow.voices import all_want, hear, must_be_asked, told_to_others


@dataclass(frozen=True, slots=True)
class RailPhase:
    """A phase on the phase rail: its state (done, now or todo) and when the case last entered it in this round.

    `skipped`: it lies behind, and this round never was in it; it is not done.
    """

    title: str
    state: str
    entered: datetime | None
    skipped: bool


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """A line of the checklist. `blocker_link` is None when the line is done, or `given_up` with a reason.

    `nothing`: why there is nothing to be done, where it is about nobody and nothing; then it is not done either.
    """

    title: str
    blocker_link: BlockerLink | None
    given_up: bool
    nothing: str

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.blocker_link is None and not self.given_up and not self.nothing


@dataclass(frozen=True, slots=True)
class OneOf:
    """Somebody whom staff ring: their name, and their number if it is known."""

    id: int
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class SaidWish:
    """What somebody said about a step that all main persons have to want; `voice.answer` no: they do not want it.

    `others`: the names of the main persons who are asked about it. `noted`: staff noted it, and may correct it.
    `unsafe`: nobody answered them yet that it does not feel safe.
    """

    person: OneOf
    voice: VoiceRow
    others: str
    noted: bool
    unsafe: bool


@dataclass(frozen=True, slots=True)
class OpenWish:
    """A step for which somebody wishes: who wishes it, who does not, and which main persons have not been heard."""

    matter: VoiceMatter
    said: tuple[SaidWish, ...]
    not_heard: tuple[OneOf, ...]
    step: Step
    all_want: bool  # every main person says yes, and the visitor may take the step
    may_ask: bool  # whether the others are asked waits for the coordinator: somebody is worried about safety


@dataclass(frozen=True, slots=True)
class NotSafe:
    """Somebody who said that it does not feel safe, and whom nobody has answered yet."""

    person: OneOf
    row: ConcernRow


@dataclass(frozen=True, slots=True)
class Related:
    """A case before or after this one. `opens`: the visitor may open it, so its number is a link."""

    id: int
    number: str
    is_before: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """All that the case page shows.

    `in_private_time`: the family has private time and the visitor is not in the room, so most parts are empty.
    """

    rail: tuple[RailPhase, ...]
    on_rail: bool  # false before the first phase and after closing
    panel: Panel
    checklist: tuple[ChecklistLine, ...]
    circle: Circle
    family: int
    not_informed: int
    meeting: meetings.MeetingRow | None
    open_things: tuple[OpenThing, ...]  # for a meeting that is near, besides what stops the next step
    match: match_queries.MatchRow | None
    alone: bool  # the coordinator cannot act any more
    undecided: bool  # there is a conflict of interest that nobody has decided about
    unwanted: bool  # a main person would rather have another coordinator
    several: bool  # there are several main persons
    dissent: tuple[Dissent, ...]  # of main persons, while the plan can be agreed
    not_safe: tuple[NotSafe, ...]
    wishes: tuple[OpenWish, ...]  # empty unless somebody wants such a step
    follow_ups: tuple[FollowUpRow, ...]
    next_follow_up: FollowUpRow | None
    deadlines: tuple[Deadline, ...]
    versions: tuple[plan_versions.VersionRow, ...]
    family_question: str | None  # the question with which the family interrupted private time
    in_private_time: bool
    related: tuple[Related, ...]  # the case on which this one follows, and those that follow on it
    owed: tuple[tuple[tuple[Owed, ...], str], ...]  # what the same people still have to hear or do, and the page for it
    found: tuple[tuple[Owed, str], ...]  # of `owed`: what a follow-up found, which comes before all else
    ended_round: EndRule | None  # the last round ended without a new plan, a few days ago
    alike: tuple[Alike, ...]  # for the regional manager: other registrations that look like this one
    goes_on_as: Related | None  # it was registered twice, and goes on as this case
    last_step: LastStep | None  # of the visitor, a few minutes ago
    today: date
    facts: Facts


def case_page(session: Session, case: Case, at: datetime) -> CasePage:
    """Read the page of a case for the visitor who opened it."""
    today = local_date(at, case.timezone)
    in_private_time = case.phase is Phase.PRIVATE_TIME and Role.COORDINATOR in case.roles
    nobody = match_queries.Matches()
    read = (
        CaseContext((), meetings.current_meeting(session, case.id), nobody)
        if in_private_time
        else read_context(session, case.id)
    )
    facts = gather_facts(session, case, at, read)
    changes = step_queries.steps_taken(session, case.id)
    follow_ups = evaluations.follow_ups(session, case.id, today) if case.plan_number and not in_private_time else ()
    open_ones = [row for row in follow_ups if row.is_open]
    rounds = privatetime.rounds(session, case.id) if case.phase is Phase.INFORMATION else ()
    owed = _owed(session, case, read) if case.may(Activity.TELL) else ()
    return CasePage(
        rail=rail(case, changes),
        on_rail=PHASE_RULES[case.phase].on_rail,
        panel=panel(why_not(facts, case.roles), case.phase, Role.COORDINATOR in case.roles, broken(facts)),
        checklist=checklist(facts, given_up(follow_ups)),
        circle=read.circle,
        family=sum(person.is_family for person in facts.people),
        not_informed=sum(person.not_informed for person in facts.people),
        meeting=read.meeting,
        open_things=_open_things(session, case, read.meeting, today),
        match=read.matches.current,
        alone=bool(read.matches.current and read.matches.current.gone(at)) and case.phase is not Phase.CLOSED,
        undecided=bool(facts.coordinator.conflicts),
        unwanted=bool(hear(VoiceMatter.COORDINATOR, facts).no),
        several=len(must_be_asked(VoiceMatter.COORDINATOR, facts)) > 1,
        dissent=_dissent(session, case, facts),
        not_safe=() if in_private_time else _not_safe(session, case, facts),
        wishes=() if in_private_time else _wishes(session, case, read, facts),
        follow_ups=follow_ups,
        next_follow_up=min(open_ones, key=lambda row: row.due_on, default=None),
        deadlines=deadlines_of(session, [case], at, {case.id: changes}).get(case.id, ()),
        versions=plan_versions.versions(session, case.id)
        if case.plan_number and case.may(Activity.SEE_VERSIONS)
        else (),
        family_question=_family_question(session, read, rounds) if facts.open_questions else None,
        in_private_time=in_private_time,
        related=tuple(
            Related(one.id, one.number, one.is_before, may_open(By(session, case.visitor, at), one.id))
            for one in registration.related_cases(session, case)
        ),
        owed=tuple((same, owed_page(same[0], case.may)) for same in by_people(owed)),
        found=tuple(
            (one, owed_page(one, case.may)) for one in sorted(owed, key=_weight) if one.notice.kind in FINDINGS
        ),
        ended_round=step_queries.ended_round(changes, news_at=at),
        alike=_alike(session, case),
        goes_on_as=_goes_on_as(session, case, at),
        last_step=own_last_step(session, case, at, changes),
        today=today,
        facts=facts,
    )


def _open_things(
    session: Session, case: Case, meeting: meetings.MeetingRow | None, today: date
) -> tuple[OpenThing, ...]:
    if case.phase is not Phase.SETUP or meeting is None or meeting.starts_at is None or meeting.started_at is not None:
        return ()
    if reminded_at((local_date(meeting.starts_at, case.timezone) - today).days) is None:
        return ()
    people = circle_queries.circle(session, case.id)
    things = open_things(read_meeting_facts(session, case.region_id, case.timezone, meeting, people))
    return tuple(one for one in things if one.sentence not in STOPS)


def _alike(session: Session, case: Case) -> tuple[Alike, ...]:
    if Role.REGIONAL_MANAGER not in case.roles or case.phase not in STEP_RULES[Step.REGISTERED_TWICE].sources:
        return ()
    return alike(session, case)


def _goes_on_as(session: Session, case: Case, at: datetime) -> Related | None:
    if case.end is None or case.end.end is not End.TWICE:
        return None
    found = goes_on_as(session, case.id)
    return Related(*found, is_before=False, opens=may_open(By(session, case.visitor, at), found[0])) if found else None


def _weight(found: Owed) -> int:
    """In the order of the table, which begins with what cannot wait."""
    return list(RULES).index(found.notice.kind)


def _family_question(session: Session, read: CaseContext, rounds: tuple[privatetime.RoundRow, ...]) -> str | None:
    """The question with which the family came out last, until it is answered; why it went on another day is none."""
    last = rounds[-1] if rounds else None
    if last is None or last.ended_by is not Step.ASK_FOR_INFORMATION or read.meeting is None:
        return None
    asked = meetings.questions(session, read.meeting.id)
    waits = any(row.participant_id is None and row.answer is None for row in asked)
    return last.ended_for if waits else None


def _dissent(session: Session, case: Case, facts: Facts) -> tuple[Dissent, ...]:
    """Read where a main person did not simply say yes."""
    if case.phase is not Phase.PRESENTATION:
        return ()
    heard = hear(VoiceMatter.PLAN, facts)
    differs = any(person.part is Part.MAIN_PERSON or person.no_stands for person in (*heard.no, *heard.part))
    return dissent(session, case) if differs else ()


def _owed(session: Session, case: Case, read: CaseContext) -> tuple[Owed, ...]:
    known = {case.id: read.everybody} if read.everybody else None
    return open_lines(owed_in(session, [case.id], known).get(case.id, ()), case.roles)


def _not_safe(session: Session, case: Case, facts: Facts) -> tuple[NotSafe, ...]:
    """Who said that it does not feel safe, as long as nobody has answered them; also once the case has ended."""
    if not case.sees(CasePart.SAFETY) or not (
        case.phase is Phase.CLOSED or any(person.unmet_concerns for person in facts.people)
    ):
        return ()
    rows = [row for row in concern_queries.concerns(session, case.id) if row.unanswered]
    phones = circle_queries.phones(session, case) if rows else {}
    return tuple(NotSafe(OneOf(row.participant_id, row.name, phones.get(row.participant_id, "")), row) for row in rows)


def _wishes(session: Session, case: Case, read: CaseContext, facts: Facts) -> tuple[OpenWish, ...]:
    """What was said about each step for which somebody wishes, until they take it back or the case ends."""
    wished = [(matter, step) for matter, step in wish_steps(case.has_plan).items() if hear(matter, facts).yes]
    if case.phase is Phase.CLOSED or not wished:
        return ()
    about, phones = voices_about(case, read.matches.current), circle_queries.phones(session, case)
    people = {row.id: OneOf(row.id, row.name, phones.get(row.id, "")) for row in read.everybody}
    said = [row for row in voices(session, case.id) if row.participant_id in people]
    worried = any(person.unmet_concerns for person in facts.people)
    concerns = concern_queries.concerns(session, case.id) if worried else ()
    unsafe = {row.participant_id for row in concerns if row.unanswered}

    def open_wish(matter: VoiceMatter, step: StepRule) -> OpenWish:
        asked = must_be_asked(matter, facts)
        rows = [row for row in said if row.matter is matter and row.about == about[matter]]
        heard = {row.participant_id for row in rows}
        noted = traces.noted_wishes(session, case.id, matter)
        return OpenWish(
            matter,
            said=tuple(
                SaidWish(
                    people[row.participant_id],
                    row,
                    ", ".join(person.name for person in asked if person.id != row.participant_id),
                    noted=row.participant_id in noted and row.participant_id in {person.id for person in asked},
                    unsafe=row.participant_id in unsafe,
                )
                for row in rows
            ),
            not_heard=tuple(people[person.id] for person in asked if person.id not in heard),
            step=step.step,
            all_want=all_want(matter, facts) and step in steps_from(case.phase, case.roles, case.has_plan),
            may_ask=not told_to_others(matter, facts),
        )

    return tuple(open_wish(matter, step) for matter, step in wished)


def rail(case: Case, changes: tuple[StepRow, ...]) -> tuple[RailPhase, ...]:
    """The phases on the phase rail, and where the case is."""
    entered = {change.target: change.at for change in this_round(changes) if change.target is not change.source}
    stops = [rule for rule in PHASE_RULES.values() if rule.on_rail]
    order = list(PHASE_RULES)
    here = order.index(case.phase)

    def state(phase: Phase) -> str:
        if phase is case.phase:
            return "now"
        return "done" if order.index(phase) < here and phase in entered else "todo"

    return tuple(
        RailPhase(
            rule.short,
            state(rule.phase),
            entered.get(rule.phase) if state(rule.phase) != "todo" else None,
            skipped=order.index(rule.phase) < here and rule.phase not in entered,
        )
        for rule in stops
    )


def this_round(changes: tuple[StepRow, ...]) -> tuple[StepRow, ...]:
    """The steps of this round, from the one with which it began; after a round that was ended, of the one before it."""
    rounds: list[list[StepRow]] = [[]]
    for change in changes:
        if change.step is Step.RECONVENE:
            rounds.append([])
        rounds[-1].append(change)
        if change.step in ROUND_ENDS:
            rounds.pop()
    return tuple(rounds[-1])


def given_up(follow_ups: tuple[FollowUpRow, ...]) -> frozenset[str]:
    """The guards of kinds of follow-up that were given up and never held."""
    held = {row.kind for row in follow_ups if row.held_on is not None}
    return frozenset(
        follow_up_settled(FOLLOW_UP_RULES[row.kind]).__name__
        for row in follow_ups
        if row.given_up_on is not None and row.kind not in held
    )


def checklist(facts: Facts, given_up: frozenset[str] = frozenset()) -> tuple[ChecklistLine, ...]:
    """The conditions of the phase's main steps, each done or with a link to where it can be done.

    Of those that stand since an earlier step, the ones that do not hold, and those that the table lists.
    """
    steps = [STEP_RULES[step] for step in PHASE_RULES[facts.phase].checklist]
    lines = [
        _checklist_line(guard, facts, given_up)
        for step in steps
        for guard in step.guards
        if guard.line and facts.variant in guard.variants
    ]
    stand = [row for row in standing(facts) if any(step.step in row.stops for step in steps)] if steps else []
    lines += [
        line
        for row in stand
        if (line := _checklist_line(row.guard, facts, given_up)).blocker_link is not None or row.listed
    ]
    return tuple(lines)


def _checklist_line(guard: GuardRule, facts: Facts, given_up: frozenset[str]) -> ChecklistLine:
    first = guard.first(facts) if guard.first else ()
    blocker = next(chain(first, guard.check(facts)), None)
    link = blocker_link(blocker) if blocker else None
    nothing = guard.nothing(facts) if guard.nothing and not link else ""
    return ChecklistLine(guard.line, link, given_up=not link and guard.code in given_up, nothing=nothing)
