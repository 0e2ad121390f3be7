"""The data of the case page, read with few queries into plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from sqlalchemy.orm import Session

from ekc.conferences import queries as conferences
from ekc.conferences.access import Case
from ekc.core.clock import local_date
from ekc.evaluations import queries as evaluations
from ekc.evaluations.queries import FollowUpRow
from ekc.journey import queries
from ekc.journey.deadlines import Deadline, running_deadlines
from ekc.journey.facts import CaseContext, Circle, gather_facts, read_context, voices_about
from ekc.journey.panel import BlockerLink, Panel, blocker_link, panel
from ekc.matching.queries import match as match_queries
from ekc.meetings import queries as meetings
from ekc.plans import queries as plans
from ekc.privatetime import queries as privatetime
from ekc.workflow.engine import PHASE_RULES, STEP_RULES, why_not
from ekc.workflow.facts import Facts
from ekc.workflow.profiles import PROFILES, Event
from ekc.workflow.vocabulary import Activity, Part, Phase, Role, Step, VoiceMatter
from ekc.workflow.voices import hear, must_be_asked


@dataclass(frozen=True, slots=True)
class RailPhase:
    """A phase on the phase rail: its state (done, now or todo) and when the case last entered it."""

    title: str
    state: str
    entered: datetime | None


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """A line of the checklist. `blocker_link` is None when the line is done."""

    title: str
    blocker_link: BlockerLink | None


@dataclass(frozen=True, slots=True)
class SaidWish:
    """What somebody said about a step that all main persons have to want; `voice.answer` no: they do not want it."""

    name: str
    voice: conferences.VoiceRow


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
    match: match_queries.MatchRow | None
    undecided: bool  # there is a conflict of interest that nobody has decided about
    unwanted: bool  # a main person would rather have another coordinator
    several: bool  # there are several main persons
    wishes: tuple[SaidWish, ...]  # empty unless somebody wants such a step
    follow_ups: tuple[FollowUpRow, ...]
    next_follow_up: FollowUpRow | None
    deadlines: tuple[Deadline, ...]
    versions: tuple[plans.VersionRow, ...]
    family_question: str | None  # the question with which the family interrupted private time
    in_private_time: bool
    today: date


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
    referred = any(person.part is Part.REFERRER for person in facts.people)
    changes = queries.steps_taken(session, case.id)
    follow_ups = evaluations.follow_ups(session, case.id, today) if case.plan_number and not in_private_time else ()
    open_ones = [row for row in follow_ups if row.is_open]
    rounds = privatetime.rounds(session, case.id) if case.phase is Phase.INFORMATION else ()
    return CasePage(
        rail=rail(case, changes),
        on_rail=PHASE_RULES[case.phase].on_rail,
        panel=panel(why_not(facts, case.roles), case.phase, called_in=Role.COORDINATOR in case.roles),
        checklist=checklist(facts),
        circle=read.circle,
        family=sum(person.is_family for person in facts.people),
        not_informed=sum(person.not_informed for person in facts.people),
        meeting=read.meeting,
        match=read.matches.current,
        undecided=bool(facts.coordinator.conflicts),
        unwanted=bool(hear(VoiceMatter.COORDINATOR, facts).no),
        several=len(must_be_asked(VoiceMatter.COORDINATOR, facts)) > 1,
        wishes=_wishes(session, case, read, facts),
        follow_ups=follow_ups,
        next_follow_up=min(open_ones, key=lambda row: row.due_on, default=None),
        deadlines=running_deadlines(
            PROFILES[case.profile], clock_events(session, case, changes, read.meeting), referred
        ),
        versions=plans.versions(session, case.id) if case.plan_number and case.may(Activity.SEE_VERSIONS) else (),
        family_question=rounds[-1].ended_for if rounds else None,
        in_private_time=in_private_time,
        today=today,
    )


def _wishes(session: Session, case: Case, read: CaseContext, facts: Facts) -> tuple[SaidWish, ...]:
    """What was said about each step for which somebody wishes."""
    matters = [rule.matter for rule in STEP_RULES.values() if rule.matter and case.phase in rule.sources]
    wished = [matter for matter in matters if hear(matter, facts).yes]
    if not wished:
        return ()
    about, names = voices_about(case, read.matches.current), {row.id: row.name for row in read.circle}
    return tuple(
        SaidWish(names[row.participant_id], row)
        for row in conferences.voices(session, case.id)
        if row.matter in wished and row.about == about[row.matter] and row.participant_id in names
    )


def rail(case: Case, changes: tuple[queries.StepRow, ...]) -> tuple[RailPhase, ...]:
    """The phases on the phase rail, and where the case is."""
    entered = {change.target: change.at for change in changes if change.target is not change.source}
    stops = [rule for rule in PHASE_RULES.values() if rule.on_rail]
    order = list(PHASE_RULES)
    here = order.index(case.phase)

    def state(phase: Phase) -> str:
        if phase is case.phase:
            return "now"
        done = order.index(phase) < here and (case.phase is not Phase.CLOSED or phase in entered)
        return "done" if done else "todo"

    return tuple(
        RailPhase(rule.short, state(rule.phase), entered.get(rule.phase) if state(rule.phase) != "todo" else None)
        for rule in stops
    )


def checklist(facts: Facts) -> tuple[ChecklistLine, ...]:
    """The guards of the phase's main steps, each done or with a link to where it can be done."""
    lines = []
    for step in PHASE_RULES[facts.phase].checklist:
        for guard in STEP_RULES[step].guards:
            if guard.line:
                first = guard.first(facts) if guard.first else ()
                blocker = next(chain(first, guard.check(facts)), None)
                lines.append(ChecklistLine(guard.line, blocker_link(blocker) if blocker else None))
    return tuple(lines)


def clock_events(
    session: Session, case: Case, changes: tuple[queries.StepRow, ...], meeting: meetings.MeetingRow | None
) -> dict[Event, date]:
    """The day of each event that starts or stops a clock; of a step taken more than once, the last day."""
    found: dict[Event, date] = {Event.REGISTERED: case.registered_on}
    for change in changes:
        on = local_date(change.at, case.timezone)
        if change.step is Step.TAKE_ON:
            found[Event.TAKEN_ON] = on
        elif change.step is Step.AGREE_PLAN:
            found[Event.PLAN_AGREED] = on
    if case.phase is Phase.SETUP and any(clock.with_referrer for clock in PROFILES[case.profile].clocks):
        found |= queries.referrer_events(session, case.id, case.no_bottom_lines_on)
    if meeting and meeting.started_at:
        found[Event.MEETING_HELD] = local_date(meeting.started_at, case.timezone)
    if case.without_conference or case.phase in {Phase.EVALUATION, Phase.CLOSED}:
        found.setdefault(Event.MEETING_HELD, local_date(case.phase_since, case.timezone))
        # From here on the due dates of the follow-ups replace this clock.
        found.setdefault(Event.FOLLOW_UP_HELD, local_date(case.phase_since, case.timezone))
    return found
