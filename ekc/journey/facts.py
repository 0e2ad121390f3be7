"""Reads the facts that guards check from every feature; only those that are asked in the phase, or stand in it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.models import Conference
from ekc.conferences.queries import bottom_lines, consents
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.agencies import agencies, perhaps_professional
from ekc.conferences.queries.bottom_lines import BottomLineState
from ekc.conferences.queries.consents import ConsentsAndConcerns
from ekc.conferences.queries.members import Circle, Member, with_former, with_former_of_cases
from ekc.core.clock import local_date
from ekc.core.documents import not_printable
from ekc.evaluations import queries as evaluations
from ekc.journey.queries.cases import CaseRow
from ekc.matching.queries import match as match_queries
from ekc.meetings import queries as meetings
from ekc.plans.draft import people_with_task
from ekc.plans.facts import plan_facts
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import circle as plan_circle
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.facts import BottomLineFacts, CoordinatorFacts, Facts, PersonFacts
from ekc.workflow.profiles import PROFILES
from ekc.workflow.standing import STANDING
from ekc.workflow.vocabulary import NOT_THERE, TWO_SIDED, Agreed, Part, Phase, VoiceMatter

#: Where something stands, or where somebody may wish to stop. In private time nothing that outsiders see is read of
#: the family.
_STANDS = frozenset({Phase.REGISTRATION}).union(*(row.phases for row in STANDING)) - {Phase.PRIVATE_TIME}


@dataclass(frozen=True, slots=True)
class CaseContext:
    """What pages show besides the facts made of it: circle, latest meeting, matches.

    `everybody`: also whoever was taken out of the circle while their no as a main person stands.
    """

    everybody: Circle
    meeting: meetings.MeetingRow | None
    matches: match_queries.Matches

    @property
    def circle(self) -> Circle:
        """Who is in the circle now."""
        return tuple(one for one in self.everybody if not one.left)


@dataclass(frozen=True, slots=True)
class Dissent:
    """A main person, or one who was and had said no, who does not agree with all of the plan as it is."""

    name: str
    said: plan_answers.AgreementRow


def dissent(session: Session, case: Case) -> tuple[Dissent, ...]:
    """The main persons who do not agree with the draft, or with part of it; also those who are none any more."""
    everybody = plan_circle.circle(session, case.id)
    people = [one for one in everybody if (one.part is Part.MAIN_PERSON and not one.removed) or one.no_stands]
    text = plan_versions.stored_draft(session, case.id).text
    rows = {row.participant_id: row for row in plan_answers.agreements(session, case.id, case.presentation, text)}
    return tuple(
        Dissent(one.name, rows[one.id]) for one in people if one.id in rows and rows[one.id].answer is not Agreed.YES
    )


def read_context(session: Session, conference_id: int) -> CaseContext:
    """Read circle, latest meeting and matches of a case."""
    return CaseContext(
        with_former(session, conference_id),
        meetings.current_meeting(session, conference_id),
        match_queries.matches(session, conference_id),
    )


def gather_facts(session: Session, case: Case | Conference, at: datetime, read: CaseContext | None = None) -> Facts:
    """The facts of a case at `at`. `read` is the context if the caller has read it already."""
    read = read or read_context(session, case.id)
    stands = case.phase not in {Phase.PRIVATE_TIME, Phase.CLOSED}  # there consents and concerns are asked, or stand
    known = consents.consents_and_concerns(session, [case.id]) if stands else None
    facts = _head(case, at, read.everybody, read.matches, known)
    match case.phase:
        case Phase.REGISTRATION:
            return _with_sides(session, case, facts)
        case Phase.SETUP:
            return _with_arrangements(session, case, facts, read.meeting)
        case Phase.INFORMATION:
            return _with_sides(session, case, _with_information(session, case, facts, read.meeting))
        case Phase.PRESENTATION:
            facts = _with_conference(session, case, facts, read.meeting)
            return _with_plan(session, case, facts, read.everybody)
        case Phase.EVALUATION:
            facts = _with_conference(session, case, facts, read.meeting)
            return _with_follow_ups(session, case, _with_plan(session, case, facts, read.everybody))
        case Phase.PRIVATE_TIME | Phase.CLOSED:
            return facts


def circles_of_cases(session: Session, cases: Collection[CaseRow]) -> dict[int, Circle]:
    """The circles of these cases where something stands; of those that were taken out whose no stands too."""
    return with_former_of_cases(session, [case.id for case in cases if case.phase in _STANDS])


def facts_of_circles(
    cases: Collection[CaseRow],
    at: datetime,
    circles: Mapping[int, Circle],
    matched: Mapping[int, match_queries.Matches],
    known: ConsentsAndConcerns | None = None,
) -> dict[int, Facts]:
    """Of these cases, where something stands: coordinator, and circle with what each says, and what is `known`."""
    nobody = match_queries.Matches()
    return {
        case.id: _head(case, at, circles.get(case.id, ()), matched.get(case.id, nobody), known)
        for case in cases
        if case.phase in _STANDS
    }


def standing_facts(
    session: Session,
    cases: Collection[CaseRow],
    at: datetime,
    circles: Mapping[int, Circle],
    matched: Mapping[int, match_queries.Matches],
) -> dict[int, Facts]:
    """All that the standing conditions ask of these cases; what was not read yet in two statements."""
    ids = [case.id for case in cases if case.phase in _STANDS]
    known = consents.consents_and_concerns(session, ids)
    lines = bottom_lines.bottom_line_states_of_cases(session, ids)
    return {
        id_: replace(facts, bottom_lines=_bottom_lines(lines.get(id_, ()), {}))
        for id_, facts in facts_of_circles(cases, at, circles, matched, known).items()
    }


def voices_about(case: Case | Conference | CaseRow, match: match_queries.MatchRow | None) -> dict[VoiceMatter, int]:
    """What a voice has to be about to count now: this coordinator, this round. Of the plan: `_with_plan`."""
    return {
        VoiceMatter.CONFERENCE: 0,
        VoiceMatter.COORDINATOR: match.id if match else 0,
        VoiceMatter.STOPPING: case.round,
        VoiceMatter.AGAIN: case.round,
    }


def _head(
    case: Case | Conference | CaseRow,
    at: datetime,
    everybody: Circle,
    matches: match_queries.Matches,
    known: ConsentsAndConcerns | None,
) -> Facts:
    circle = [row for row in everybody if not row.left]
    today = local_date(at, case.timezone)
    about = voices_about(case, matches.current)
    perhaps = perhaps_professional(circle)
    return Facts(
        phase=case.phase,
        today=today,
        variant=case.variant,
        profile=PROFILES[case.profile],
        coordinator=_coordinator(circle, matches),
        question_agreed=case.question_agreed_on is not None,
        people=tuple(
            row.facts(today, about, perhaps_professional=row.id in perhaps, **(known.of(row.id) if known else {}))
            for row in circle
        ),
        former=tuple(row.facts(today, about) for row in everybody if row.left),
        said_no_bottom_lines=case.no_bottom_lines_on is not None,
        without_conference=case.without_conference,
        in_force=case.plan_number > 0,
    )


def _coordinator(circle: Iterable[Member], matches: match_queries.Matches) -> CoordinatorFacts:
    match = matches.current or matches.pending
    if match is None:
        return CoordinatorFacts()
    return CoordinatorFacts(
        asked=True,
        accepted=match.accepted,
        declared=match.declaration is not None,
        knows_unsaid=match.declaration is not None and match.declaration.knows_unsaid,
        name=match.name,
        conflicts=match.open_conflicts(agencies(circle)),
    )


def _with_arrangements(
    session: Session, case: Case | Conference, facts: Facts, meeting: meetings.MeetingRow | None
) -> Facts:
    facts = _with_bottom_lines(session, case, facts, {})
    if meeting is None:
        return replace(facts, no_conference_held=True)
    arranged = meetings.arranged(session, meeting.id)
    on = local_date(meeting.starts_at, case.timezone) if meeting.starts_at else None
    return replace(
        facts,
        meeting_on=on,
        venue=bool(meeting.venue_name),
        arranged=arranged,
        no_conference_held=not meeting.round_held or meeting.round != case.round,
    )


def _with_information(
    session: Session, case: Case | Conference, facts: Facts, meeting: meetings.MeetingRow | None
) -> Facts:
    facts = _with_bottom_lines(session, case, facts, {})
    if meeting is None:
        return facts
    asked, answered = meetings.questions_and_answers(session, case.id, case.round)
    return replace(
        _with_attendance(session, case, facts, meeting.round),
        told=meetings.information_kinds(session, case.id, case.round),
        questions=asked,
        open_questions=asked - answered,
    )


def _with_sides(session: Session, case: Case | Conference, facts: Facts) -> Facts:
    return replace(facts, sides=circle_queries.sides(session, case.id)) if case.variant in TWO_SIDED else facts


def _with_attendance(session: Session, case: Case | Conference, facts: Facts, round_: int) -> Facts:
    """Who was at a meeting of this round, and who is there now."""
    rows = meetings.stretches_of_round(session, case.id, round_)
    came = {row.participant_id for row in rows}
    there = {row.participant_id for row in rows if row.is_open}
    unread = _unread(session, case, facts)
    people = (
        replace(p, present=p.id in came, in_room=p.id in there, to_be_read_out=p.id in unread) for p in facts.people
    )
    return replace(facts, people=tuple(people), meeting_held=bool(came))


def _unread(session: Session, case: Case | Conference, facts: Facts) -> frozenset[int]:
    """Whose letter was not read out in this round, while the conference is held; mostly everybody is there."""
    if case.phase is Phase.EVALUATION or not any(p.attends in NOT_THERE for p in facts.people):
        return frozenset()
    return frozenset(
        one.participant_id for one in meetings.letters(session, case.id, case.round) if one.read_at is None
    )


def _with_conference(
    session: Session, case: Case | Conference, facts: Facts, meeting: meetings.MeetingRow | None
) -> Facts:
    """Who was at the conference at which the plan was made."""
    return _with_attendance(session, case, facts, meeting.round) if meeting and not case.without_conference else facts


def _with_bottom_lines(session: Session, case: Case | Conference, facts: Facts, met: dict[int, bool]) -> Facts:
    return replace(facts, bottom_lines=_bottom_lines(bottom_lines.bottom_line_states(session, case.id), met))


def _bottom_lines(lines: Iterable[BottomLineState], met: dict[int, bool]) -> tuple[BottomLineFacts, ...]:
    return tuple(
        BottomLineFacts(
            line.id,
            line.number,
            line.shared_on is not None,
            met.get(line.id),
            line.agreed_on is not None,
            line.waits and line.agreed_on is not None,
        )
        for line in lines
    )


def _with_plan(session: Session, case: Case | Conference, facts: Facts, everybody: Circle) -> Facts:
    """The draft, and what was said, decided and checked about its text as it is, in the current presentation."""
    found = plan_versions.stored_draft(session, case.id)
    busy = people_with_task(found.draft)
    said = {row.id: row.answer_to_plan(case.presentation, found.text) for row in everybody}
    decisions = plan_answers.acceptances(session, case.id, case.presentation, found.text)
    met = plan_answers.bottom_line_checks(session, case.id, case.presentation, found.text)
    earlier = {row.id for row in everybody if row.answered_plan(case.presentation)}

    def with_answer(p: PersonFacts) -> PersonFacts:
        answer = said[p.id]
        return replace(
            p,
            has_task=p.id in busy,
            said_earlier=p.id in earlier and answer is None,
            voices={**p.voices, VoiceMatter.PLAN: answer} if answer else p.voices,
        )

    return replace(
        _with_bottom_lines(session, case, facts, met),
        people=tuple(map(with_answer, facts.people)),
        former=tuple(map(with_answer, facts.former)),
        plan=plan_facts(
            found.draft,
            {p.id for p in facts.people},
            plan_versions.done_of_draft(session, case, found.draft),
        ),
        accepted=plan_answers.is_accepted(decisions),
        not_printable=not_printable(_printed_words(session, case, found, everybody)),
    )


def _printed_words(
    session: Session, case: Case | Conference, found: plan_versions.StoredDraft, everybody: Circle
) -> str:
    """The words that stand on the paper of the draft; where a new version is made, without what is said of it."""
    said = (
        plan_answers.agreements(session, case.id, case.presentation, found.text)
        if case.phase is Phase.PRESENTATION
        else ()
    )
    names = (row.name for row in everybody)
    return " ".join((case.title, case.question, repr(found.draft), *names, *(row.words for row in said)))


def _with_follow_ups(session: Session, case: Case | Conference, facts: Facts) -> Facts:
    status = evaluations.follow_up_status(session, case.id)
    return replace(
        facts,
        settled_follow_ups=status.kinds,
        evaluation_held=status.evaluation_held,
        family_wants_new_version=status.wants_new_version,
    )
