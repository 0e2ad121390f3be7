"""Reads the facts that guards check from every feature; only those that the guards of the phase need."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.conferences import queries as conferences
from ekc.conferences.access import Case
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.evaluations import queries as evaluations
from ekc.matching.queries import match as match_queries
from ekc.meetings import queries as meetings
from ekc.plans import queries as plans
from ekc.plans.draft import people_with_task
from ekc.plans.facts import plan_facts
from ekc.workflow.facts import BottomLineFacts, CoordinatorFacts, Facts, PersonFacts
from ekc.workflow.profiles import PROFILES, age
from ekc.workflow.vocabulary import Phase, VoiceMatter

Circle = tuple[conferences.Member, ...]


@dataclass(frozen=True, slots=True)
class CaseContext:
    """What pages show besides the facts made of it: circle, latest meeting, matches."""

    circle: Circle
    meeting: meetings.MeetingRow | None
    matches: match_queries.Matches


def read_context(session: Session, conference_id: int) -> CaseContext:
    """Read circle, latest meeting and matches of a case."""
    return CaseContext(
        conferences.members(session, conference_id),
        meetings.current_meeting(session, conference_id),
        match_queries.matches(session, conference_id),
    )


def gather_facts(session: Session, case: Case | Conference, at: datetime, read: CaseContext | None = None) -> Facts:
    """The facts of a case at `at`. `read` is the context if the caller has read it already."""
    today = local_date(at, case.timezone)
    read = read or read_context(session, case.id)
    about = voices_about(case, read.matches.current)
    facts = Facts(
        phase=case.phase,
        today=today,
        variant=case.variant,
        profile=PROFILES[case.profile],
        coordinator=_coordinator(read),
        question_agreed=case.question_agreed_on is not None,
        people=tuple(_person(row, today, about) for row in read.circle),
        said_no_bottom_lines=case.no_bottom_lines_on is not None,
        without_conference=case.without_conference,
    )
    match case.phase:
        case Phase.REGISTRATION:
            return _with_consents(session, case, facts)
        case Phase.SETUP:
            return _with_arrangements(session, case, _with_concerns(session, case, facts), read.meeting)
        case Phase.INFORMATION:
            return _with_information(session, facts, read.meeting)
        case Phase.PRESENTATION:
            return _with_answers(session, case, _with_plan(session, case, facts), read.meeting)
        case Phase.EVALUATION:
            return _with_follow_ups(session, case, _with_plan(session, case, facts))
        case Phase.PRIVATE_TIME | Phase.CLOSED:
            return facts


def voices_about(case: Case | Conference, match: match_queries.MatchRow | None) -> dict[VoiceMatter, int]:
    """What a voice in each matter has to be about to count now: this coordinator, this presentation, this round."""
    return {
        VoiceMatter.CONFERENCE: 0,
        VoiceMatter.COORDINATOR: match.id if match else 0,
        VoiceMatter.PLAN: case.presentation,
        VoiceMatter.STOPPING: case.round,
        VoiceMatter.AGAIN: case.round,
    }


def _person(row: conferences.Member, today: date, about: dict[VoiceMatter, int]) -> PersonFacts:
    return PersonFacts(
        id=row.id,
        name=row.name,
        part=row.part,
        attends=row.attends,
        informed=row.informed_on is not None,
        age=age(row.born, today) if row.born else None,
        needs_interpreter=row.needs_interpreter,
        side=row.side,
        voices={said.matter: said.answer for said in row.said if said.about == about[said.matter]},
    )


def _with_consents(session: Session, case: Case | Conference, facts: Facts) -> Facts:
    yes = conferences.consented(session, case.id)
    return replace(facts, people=tuple(replace(p, consented=p.id in yes) for p in facts.people))


def _with_concerns(session: Session, case: Case | Conference, facts: Facts) -> Facts:
    unmet = conferences.unmet_concerns(session, case.id)
    return replace(
        facts, people=tuple(replace(p, unmet_concerns=unmet[p.id]) if unmet[p.id] else p for p in facts.people)
    )


def _coordinator(read: CaseContext) -> CoordinatorFacts:
    match = read.matches.current or read.matches.pending
    if match is None:
        return CoordinatorFacts()
    return CoordinatorFacts(
        asked=True,
        accepted=match.accepted,
        declared=match.declaration is not None,
        name=match.name,
        conflicts=match.open_conflicts(conferences.agencies(read.circle)),
    )


def _with_arrangements(
    session: Session, case: Case | Conference, facts: Facts, meeting: meetings.MeetingRow | None
) -> Facts:
    facts = _with_bottom_lines(session, case, facts, {})
    if meeting is None:
        return facts
    arranged = meetings.arranged(session, meeting.id)
    on = local_date(meeting.starts_at, case.timezone) if meeting.starts_at else None
    return replace(facts, meeting_on=on, venue=bool(meeting.venue_name), arranged=arranged)


def _with_information(session: Session, facts: Facts, meeting: meetings.MeetingRow | None) -> Facts:
    if meeting is None:
        return facts
    return replace(
        _with_attendance(session, meeting.id, facts),
        told=meetings.information_kinds(session, meeting.id),
        open_questions=sum(row.answer is None for row in meetings.questions(session, meeting.id)),
    )


def _with_attendance(session: Session, meeting_id: int, facts: Facts) -> Facts:
    there = {row.participant_id: row.left_at is None for row in meetings.attendance(session, meeting_id)}
    people = (replace(p, present=p.id in there, in_room=there.get(p.id, False)) for p in facts.people)
    return replace(facts, people=tuple(people), meeting_held=bool(there))


def _with_bottom_lines(session: Session, case: Case | Conference, facts: Facts, met: dict[int, bool]) -> Facts:
    lines = conferences.bottom_line_states(session, case.id)
    return replace(
        facts,
        bottom_lines=tuple(
            BottomLineFacts(line.id, line.number, line.shared_on is not None, met.get(line.id)) for line in lines
        ),
    )


def _with_plan(session: Session, case: Case | Conference, facts: Facts) -> Facts:
    draft = plans.stored_draft(session, case.id).draft
    busy = people_with_task(draft)
    people = (replace(p, has_task=p.id in busy) for p in facts.people)
    return replace(facts, people=tuple(people), plan=plan_facts(draft, {p.id for p in facts.people}))


def _with_answers(
    session: Session, case: Case | Conference, facts: Facts, meeting: meetings.MeetingRow | None
) -> Facts:
    """Attendance, acceptance and bottom line checks of the current presentation."""
    if not case.without_conference and meeting:
        facts = _with_attendance(session, meeting.id, facts)
    decisions = plans.acceptances(session, case.id, case.presentation)
    met = plans.bottom_line_checks(session, case.id, case.presentation)
    return replace(
        _with_bottom_lines(session, case, facts, met),
        accepted=plans.is_accepted(decisions),
    )


def _with_follow_ups(session: Session, case: Case | Conference, facts: Facts) -> Facts:
    status = evaluations.follow_up_status(session, case.id)
    return replace(
        facts,
        settled_follow_ups=status.kinds,
        evaluation_held=status.evaluation_held,
        family_wants_new_version=status.wants_new_version,
    )
