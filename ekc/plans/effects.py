"""Effects of steps on plans: starting a presentation, storing a version. Run in the step's transaction."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.models import BottomLine, Conference, Participant, Voice
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.core.clock import from_local, local_date
from ekc.core.errors import Refusal
from ekc.core.language import language_of, translate, using
from ekc.drafts.actions import forget_of_case
from ekc.meetings.models import Meeting
from ekc.orders.actions import forget_orders_of_case
from ekc.plans.changes import changes
from ekc.plans.document import (
    Answer,
    Every,
    Kind,
    PlanDocument,
    PrintedAcceptance,
    PrintedAction,
    PrintedAgreement,
    PrintedBottomLine,
    PrintedEvaluation,
    PrintedGoal,
    PrintedWhatIf,
    Said,
    to_json,
)
from ekc.plans.draft import Action, Draft, actions, from_json, number_of, rung, tasks_until
from ekc.plans.draft import to_json as stored
from ekc.plans.facts import heard
from ekc.plans.models import Acceptance, BottomLineCheck, FormerText, PlanDraft, PlanVersion
from ekc.plans.queries.answers import AgreementRow, acceptances, agreements, bottom_line_checks, is_accepted
from ekc.plans.queries.circle import CirclePerson, circle
from ekc.plans.queries.versions import StoredDraft, done_of_draft, stored_draft, version
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, ActionKind, Agreed, Phase, VoiceMatter
from ekc.workflow.voices import Heard


def present_plan(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
    """Start a new presentation: agreements start anew, and a draft exists."""
    conference.presentation += 1
    if session.get(PlanDraft, conference.id) is None:
        session.add(PlanDraft(conference_id=conference.id, revision=0, content=stored(Draft()), changed_at=at))
    session.flush()


def unpresent_plan(session: Session, conference: Conference, at: datetime) -> None:
    """Delete the draft that the presentation at `at` began. Which presentation it is then, the steps say."""
    began = (PlanDraft.conference_id == conference.id, PlanDraft.revision == 0, PlanDraft.changed_at == at)
    session.execute(delete(PlanDraft).where(*began))


def begin_round(session: Session, conference: Conference, at: datetime) -> None:
    """Let the next plan begin empty: what was agreed stays in the version in force, to be taken over from there."""
    row = session.get(PlanDraft, conference.id)
    if row is None:
        return
    row.content = stored(Draft(last_key=from_json(row.content).last_key))
    row.revision, row.changed_at = row.revision + 1, at
    row.text = row.revision


def destroy_draft(session: Session, conference: Conference, at: datetime) -> None:
    """Delete the plan that was being written, with the numbers that were to stand in it alone, and drafts of forms.

    Versions that were agreed stay, and the next one begins from the last.
    """
    in_force, row = version(session, conference.id, conference.plan_number), session.get(PlanDraft, conference.id)
    _keep_numbers(session, conference, from_json(in_force.content) if in_force else Draft())
    forget_of_case(session, conference.id)
    forget_orders_of_case(session, conference.id, at)
    if in_force is None or row is None:
        session.execute(delete(PlanDraft).where(PlanDraft.conference_id == conference.id))
        return
    row.content, row.text = in_force.content, in_force.text
    row.revision, row.changed_at = row.revision + 1, at


def destroy_answers(session: Session, conference: Conference, after: int) -> None:
    """Delete what was said to the plan, decided and checked in all presentations after number `after`."""
    of_plan = (Voice.conference_id == conference.id, Voice.matter == VoiceMatter.PLAN)
    session.execute(delete(Voice).where(*of_plan, Voice.about > after))
    for table in (Acceptance, FormerText):
        session.execute(delete(table).where(table.conference_id == conference.id, table.presentation > after))
    lines = select(BottomLine.id).where(BottomLine.conference_id == conference.id)
    checks = (BottomLineCheck.bottom_line_id.in_(lines), BottomLineCheck.presentation > after)
    session.execute(delete(BottomLineCheck).where(*checks))


def freeze_plan(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
    """Store the draft as the next version, which is then in force; sets who convenes, and until when it asks whom."""
    found = stored_draft(session, conference.id)
    draft = found.draft
    store_version(session, conference, at, draft, found.text)
    for person in session.scalars(select(Participant).where(Participant.conference_id == conference.id)):
        person.convenes = person.id == draft.evaluation.convenor
        person.tasks_until = tasks_until(draft, person.id)
    _keep_numbers(session, conference, draft)
    session.flush()


def _keep_numbers(session: Session, conference: Conference, draft: Draft) -> None:
    """Whom this plan does not say to ring is asked again, should a later one say so."""
    others = (Participant.conference_id == conference.id, Participant.id.not_in(rung(draft)))
    session.execute(update(Participant).where(*others).values(plan_phone=None, plan_phone_on=None))


def store_version(session: Session, conference: Conference, at: datetime, draft: Draft, text: int) -> int:
    """Insert the next version of the plan; returns its number. Versions are never updated. `text`: its number.

    Raises Refusal without an evaluation date; the guards of the step check that before.
    """
    if draft.evaluation.at is None:
        raise Refusal(N_("Choose the date of the evaluation first."))
    number = conference.plan_number + 1
    agreed_on = local_date(at, conference.timezone)
    before = version(session, conference.id, conference.plan_number)
    lines: tuple[str, ...] = ()
    begins = conference.phase is not Phase.EVALUATION  # otherwise a new version of the plan of this conference
    if before is not None and not begins:
        with using(language_of(conference.language, PROFILES[conference.profile].language)):
            found = changes(from_json(before.content), draft)
            lines = tuple(translate(change.message, dict(change.params)) for change in found)
    document = _document(session, conference, draft, number, at, text, lines)
    if before is not None and begins:
        document = replace(document, conference=conference.round)
    kinds = Counter(action.kind for action in actions(draft))
    session.add(
        PlanVersion(
            conference_id=conference.id,
            number=number,
            agreed_on=agreed_on,
            content=stored(draft),
            snapshot=json.loads(to_json(document)),
            text=text,
            goals=len(draft.goals),
            family_actions=kinds[ActionKind.FAMILY],
            network_actions=kinds[ActionKind.NETWORK],
            professional_actions=kinds[ActionKind.PROFESSIONAL],
            evaluation_at=from_local(draft.evaluation.at, conference.timezone),
            made_at=at,
        )
    )
    conference.plan_number = number
    session.flush()
    return number


def _document(
    session: Session,
    conference: Conference,
    draft: Draft,
    number: int,
    at: datetime,
    text: int,
    lines: tuple[str, ...],
) -> PlanDocument:
    """The printed values, with the names of people as they are now.

    Agreements, acceptances and checks of another text than this one are left out.
    """
    people = circle(session, conference.id)
    names = {person.id: person.name for person in people}
    evaluation = draft.evaluation
    meeting = session.scalar(
        select(Meeting)
        .where(
            Meeting.conference_id == conference.id,
            Meeting.started_at.is_not(None),
            Meeting.set_aside.is_(False),
        )
        .order_by(Meeting.number.desc())
        .limit(1)
    )
    if conference.without_conference:
        meeting = None
    decisions = acceptances(session, conference.id, conference.presentation, text)
    accepted = decisions[-1] if decisions and is_accepted(decisions) else None
    met = bottom_line_checks(session, conference.id, conference.presentation, text)
    said, unheard = _said_of(session, conference, people, draft, text)
    marks = _Marks(
        done=done_of_draft(session, conference, draft),
        disagree=frozenset(id_ for id_, row in said.items() if row.answer is Agreed.NO),
        not_asked=frozenset(person.id for person in unheard.not_asked),
    )
    return PlanDocument(
        number=conference.number,
        title=conference.title,
        language=language_of(conference.language, PROFILES[conference.profile].language),
        municipality=conference.municipality,
        question=conference.question,
        conference_on=local_date(meeting.started_at, conference.timezone) if meeting and meeting.started_at else None,
        place=meeting.venue_name if meeting else "",
        version=number,
        version_on=local_date(at, conference.timezone),
        goals=tuple(
            PrintedGoal(goal.text, tuple(_action(draft, action, names, marks) for action in goal.actions))
            for goal in draft.goals
        ),
        what_ifs=tuple(
            PrintedWhatIf(what_if.if_, what_if.then, _named(what_if.who, names)) for what_if in draft.what_ifs
        ),
        monitor=names.get(draft.monitor or 0, ""),
        evaluation=PrintedEvaluation(
            at=evaluation.at,
            where=evaluation.place,
            convened_by=names.get(evaluation.convenor or 0, ""),
            others=_named(evaluation.others, names),
        ),
        bottom_lines=tuple(
            PrintedBottomLine(line.text, met.get(line.id)) for line in bottom_lines(session, conference.id)
        ),
        acceptance=PrintedAcceptance(
            accepted.name, accepted.organisation, local_date(accepted.decided_at, conference.timezone)
        )
        if accepted
        else None,
        agreed=_agreed(people, said, unheard),
        changes=lines,
    )


def answers_in_force(session: Session, conference: Conference) -> tuple[dict[int, Agreed], frozenset[int]]:
    """What each said of the version in force, and who had to be asked about it and was not yet."""
    in_force = version(session, conference.id, conference.plan_number)
    if in_force is None:
        return {}, frozenset()
    people, draft = circle(session, conference.id), from_json(in_force.content)
    said, unheard = _said_of(session, conference, people, draft, in_force.text)
    return {id_: row.answer for id_, row in said.items()}, frozenset(person.id for person in unheard.not_asked)


def printed_agreements(
    session: Session, conference: Conference | Case, found: StoredDraft
) -> tuple[PrintedAgreement, ...]:
    """What the paper says of everybody, if the draft is frozen as it is now."""
    people = circle(session, conference.id)
    return _agreed(people, *_said_of(session, conference, people, found.draft, found.text))


def _said_of(
    session: Session, conference: Conference | Case, people: tuple[CirclePerson, ...], draft: Draft, text: int
) -> tuple[dict[int, AgreementRow], Heard]:
    """What each said of this text of the plan, and who has not been asked about it."""
    said = {row.participant_id: row for row in agreements(session, conference.id, conference.presentation, text)}
    answers = {id_: row.answer for id_, row in said.items()}
    return said, heard(people, draft, answers, conference.without_conference)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands beside which task, or beside whose."""

    done: frozenset[str]
    disagree: frozenset[int]
    not_asked: frozenset[int]


def _agreed(
    people: tuple[CirclePerson, ...], said: dict[int, AgreementRow], unheard: Heard
) -> tuple[PrintedAgreement, ...]:
    """What everyone says of the plan, in their words; and whoever has to be asked and was not, by name."""
    not_asked = {person.id for person in unheard.not_asked}
    return (
        *(
            PrintedAgreement(person.name, said[person.id].words, cast(Said, said[person.id].answer.value))
            if person.id in said
            else PrintedAgreement(person.name, "", "not_asked")
            for person in people
            if person.id in said or person.id in not_asked
        ),
        *(PrintedAgreement(side, "", "side_not_asked") for side in unheard.sides),
    )


def _action(draft: Draft, action: Action, names: dict[int, str], marks: _Marks) -> PrintedAction:
    return PrintedAction(
        number=number_of(draft, action.key),
        who=_named(action.who, names),
        what=action.what,
        kind=cast(Kind, action.kind.value),
        by=action.by,
        starts=action.starts,
        every=cast(Every, action.every.value) if action.every else None,
        answer=cast(Answer, action.answer.value) if action.answer else "none",
        answer_words=action.answer_words,
        disagree=_named(tuple(id_ for id_ in action.who if id_ in marks.disagree), names),
        done=action.key in marks.done,
        not_asked=_named(tuple(id_ for id_ in action.who if id_ in marks.not_asked), names),
    )


def _named(people: tuple[int, ...], names: dict[int, str]) -> tuple[str, ...]:
    return tuple(names[person] for person in people)
