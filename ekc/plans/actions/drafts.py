"""Changing the draft of a plan: one edit at a time, at the revision that the page showed."""

from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.models import Conference, Participant
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown, WrongDay
from ekc.core.transaction import writing
from ekc.plans import edits
from ekc.plans.changes import text_changes
from ekc.plans.draft import Draft, actions, dated, from_json, people_of, to_json
from ekc.plans.models import FormerText, PlanDraft
from ekc.plans.queries.answers import is_answered
from ekc.workflow.vocabulary import N_, Activity, Part, Role, SupportAnswer


def change_plan(by: By, conference_id: int, revision: int, edit: edits.Edit) -> str:
    """Apply one edit. Returns the key of the part that was added or changed, or its anchor; "" after a removal.

    Raises Stale if the plan has changed since the page with this `revision`, Unknown for a part or person not of this
    case.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.WRITE_PLAN)
        row = _at_revision(by.session, conference_id, revision)
        return _edit(by, row, edit, local_date(by.at, conference.timezone))


def answer_support(
    by: By,
    conference_id: int,
    revision: int,
    key: str,
    answer: SupportAnswer,
    words: str = "",
) -> None:
    """Answer a request for support. By personal link only if named in the action; the coordinator notes any answer.

    Raises Stale if the plan has changed since the page with this `revision`, because the request may have changed.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.ANSWER_SUPPORT)
        row = _at_revision(by.session, conference_id, revision)
        named = {person for action in actions(from_json(row.content)) if action.key == key for person in action.who}
        if Role.COORDINATOR not in roles and by.visitor.participant_id not in named:
            raise Unknown
        _edit(by, row, edits.answer_support(key, answer, words), local_date(by.at, conference.timezone))


def _at_revision(session: Session, conference_id: int, revision: int) -> PlanDraft:
    """The row of the draft, to be changed. Raises Stale unless it is at this revision."""
    row = session.get(PlanDraft, conference_id, populate_existing=True)
    if row is None:
        row = PlanDraft(conference_id=conference_id, revision=0, text=0, content=to_json(Draft()))
    if row.revision != revision:
        raise Stale(N_("Somebody changed the plan meanwhile. You see it as it is now. What you typed is still here."))
    return row


def _edit(by: By, row: PlanDraft, edit: edits.Edit, today: date) -> str:
    """Apply an edit to the row. Only people of the circle may be named, and no professional may be the convenor.

    What is agreed lies ahead: a day that is set anew is none of the past.
    """
    before = from_json(row.content)
    try:
        after = dated(edit.apply(before), today)
    except KeyError:
        raise Unknown from None
    if not people_of(after) - people_of(before) <= _nameable(by.session, row.conference_id):
        raise Unknown
    convenor = by.session.get(Participant, edit.convenor) if edit.convenor else None
    if convenor is not None and convenor.is_professional:
        raise Refusal(N_("Whoever calls everyone together may change the plan, so choose somebody of the family.")).at(
            "convenor"
        )
    _refuse_past(before, after, today)
    changes = text_changes(before, after)
    if changes:
        _keep_answered(by, row.conference_id, row.text, before, edits.changed_part(edit, before, after))
    if not edit.answers:  # an answer makes nobody's page of the plan an older one
        row.revision += 1
    if changes:
        row.text = row.revision
    row.content, row.changed_at = to_json(after), by.at
    by.session.add(row)
    by.record(edit.code, row.conference_id, **edit.detail)
    return edits.newest_key(after) if edit.target is None else edit.target


def _refuse_past(before: Draft, after: Draft, today: date) -> None:
    again, was = after.evaluation.at, {action.key: action.by for action in actions(before)}
    if again and again != before.evaluation.at and again.date() <= today:
        raise WrongDay(N_("The evaluation date does not lie ahead: choose a later one")).at("at")
    for action in actions(after):
        if action.by and action.by < today and action.by != was.get(action.key):
            raise WrongDay(N_("This day has passed. Choose a day that lies ahead.")).at("by")


def _keep_answered(
    by: By, conference_id: int, text: int, before: Draft, changed: tuple[edits.ChangedPart, str]
) -> None:
    """Keep the text that is left, if somebody answered it: to be shown beside what they said."""
    presentation = by.session.get_one(Conference, conference_id).presentation
    if not is_answered(by.session, conference_id, presentation, text):
        return
    part, number = changed
    by.session.add(
        FormerText(
            conference_id=conference_id,
            presentation=presentation,
            text=text,
            content=to_json(before),
            changed_at=by.at,
            changed_part=part,
            changed_number=number,
            account_id=by.visitor.account_id,
            participant_id=by.visitor.participant_id,
        )
    )


_NAMEABLE = select(Participant.id).where(
    Participant.conference_id == bindparam("case"),
    Participant.removed_at.is_(None),
    Participant.part != Part.INTERPRETER,
)


def _nameable(session: Session, conference_id: int) -> frozenset[int]:
    """The people whom the plan may name: the circle, without interpreters."""
    return frozenset(session.scalars(_NAMEABLE, {"case": conference_id}))
