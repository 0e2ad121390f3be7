"""The plan on an own page: what is asked about it, who disagrees, who else reads it, when it is looked at again."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.queries.members import Member
from ekc.evaluations import queries as evaluations
from ekc.journey.facts import CaseContext
from ekc.plans.changes import Change, text_changes
from ekc.plans.draft import from_json, involvement_of, people_with_task, rung
from ekc.plans.models import PlanVersion
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import circle as plan_circle
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.engine import FOLLOW_UP_RULES
from ekc.workflow.vocabulary import Activity, Agreed, Attends, CasePart, Phase, Role, Scope


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """Whether the visitor agrees to the plan: what they say of it, or `earlier` said of a text before it."""

    text: int  # the number of the text that they read
    next: bool  # that of the next version, where one is in force
    said: plan_answers.AgreementRow | None
    earlier: plan_answers.AgreementRow | None
    changes: tuple[Change, ...]  # of the plan since `earlier`


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Somebody who says no to the plan in force, and their tasks in it, by number."""

    name: str
    words: str
    tasks: tuple[str, ...]


def sharing(session: Session, case: Case, me: Member) -> tuple[plan_circle.CirclePerson, ...]:
    """About whom the visitor says who else reads the plan."""
    people = plan_circle.circle(session, case.id)
    return plan_circle.asked_about(people, next((person for person in people if person.id == me.id), None))


def has_tasks(case: Case) -> bool:
    """Whether what the plan in force asks of the visitor goes on: until the case is closed."""
    return case.phase is not Phase.CLOSED and bool(case.sees(CasePart.OWN_PLAN))


def refusals(session: Session, case: Case) -> tuple[plan_answers.AcceptanceRow, ...]:
    """Who did not accept the plan and why, for the family; empty once it is accepted."""
    if case.phase not in {Phase.PRESENTATION, Phase.PRIVATE_TIME} or case.sees(CasePart.ACCEPTANCE) is not Scope.ALL:
        return ()
    decisions = {row.participant_id: row for row in plan_answers.acceptances(session, case.id, case.presentation)}
    return tuple(row for row in decisions.values() if not row.accepted)


def plan_question(session: Session, case: Case, me: Member, agreed: PlanVersion | None) -> PlanQuestion | None:
    """The question whether they agree: to the draft, and after the agreement to the version in force, until the family
    wants another and what is written for it is put to them.
    """
    if not case.may(Activity.ANSWER_PLAN):
        return None
    in_force = agreed if case.phase is Phase.EVALUATION else None
    if in_force is not None and not plan_versions.next_is_wanted(session, case):
        text, draft = in_force.text, from_json(in_force.content)
    else:
        found = plan_versions.stored_draft(session, case.id)
        text, draft = found.text, found.draft
    stays_away = me.attends is Attends.EXCLUDED and me.id not in people_with_task(draft)
    if not draft.goals or stays_away:
        return None
    answers = plan_answers.answers(session, case.id, case.presentation, text)
    earlier = answers.earlier.get(me.id)
    former = answers.former.get(earlier.text) if earlier else None
    changed = text_changes(former.draft, draft) if former else ()
    return PlanQuestion(text, in_force is not None and text != in_force.text, answers.said.get(me.id), earlier, changed)


def disagreements(session: Session, case: Case, read: CaseContext, agreed: PlanVersion) -> tuple[Disagreement, ...]:
    """Who says no to the version in force, for those who decide, keep an eye on it or convene."""
    draft, me = from_json(agreed.content), case.visitor.participant_id
    concerned = Role.MAIN_PERSON in case.roles or me in rung(draft)
    open_ = case.phase not in {Phase.PRIVATE_TIME, Phase.CLOSED}  # a new round changes nothing in it
    if not open_ or not concerned or not case.sees(CasePart.PLAN):  # who agrees is part of it
        return ()
    names = {row.id: row.name for row in read.circle}
    rows = plan_answers.said_of_version(session, agreed)
    return tuple(
        Disagreement(
            names[row.participant_id],
            row.words,
            tuple(number for number, _action in involvement_of(draft, row.participant_id).actions),
        )
        for row in rows
        if row.answer is Agreed.NO and row.participant_id in names and row.participant_id != me
    )


def next_evaluation(session: Session, case: Case, agreed: PlanVersion, today: date) -> evaluations.FollowUpRow | None:
    """The next meeting about the plan. Its place, often somebody's home, only for people who are to come."""
    scope = case.sees(CasePart.NEXT_TIME)
    rows = evaluations.follow_ups(session, case.id, today) if scope else ()
    ahead = [row for row in rows if row.is_open and FOLLOW_UP_RULES[row.kind].is_meeting]
    found = min(ahead, key=lambda row: row.due_on, default=None)
    if found is None or scope is Scope.ALL:
        return found
    comes = involvement_of(from_json(agreed.content), case.visitor.participant_id or 0).attends_evaluation
    return found if comes else replace(found, place="")
