"""Writing the plan: one verb each. Every one is told the `revision` that the page showed.

Raises Stale if the plan has moved on since, Unknown for a key or a person that is not of this case.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.conferences.models import Participant
from ekc.core.audit import record
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.plans import drafting
from ekc.plans.draft import Draft, EvaluationPlan, NewAction, NewWhatIf, from_json, people_of, to_json
from ekc.plans.models import PlanDraft
from ekc.workflow.vocabulary import N_, PROFESSIONAL_PARTS, Activity, Part, Role


class _Sheet:
    """The plan under the pen: what is on it, and whose names it may bear."""

    def __init__(self, draft: Draft, people: frozenset[int], roles: frozenset[Role]) -> None:
        self.draft = draft
        self.roles = roles
        self._people = people | people_of(draft)

    def check(self, *people: int | None) -> None:
        """Only people of this circle, or who stood in the plan already. Raises Unknown."""
        if not self._people.issuperset(person for person in people if person is not None):
            raise Unknown


@contextmanager
def changing(
    session: Session,
    visitor: Visitor,
    at: datetime,
    conference_id: int,
    revision: int,
    done: str,
    *,
    activity: Activity = Activity.WRITE_PLAN,
    **detail: str | int,
) -> Iterator[_Sheet]:
    """Open the plan for one change and store it, all in one transaction; `done` is the code for the audit."""
    with writing(session):
        _, roles = lock_case(session, visitor, conference_id, activity, at)
        row = session.get(PlanDraft, conference_id, populate_existing=True)
        if (row.revision if row else 0) != revision:
            raise Stale(
                N_("Somebody changed the plan meanwhile. You see it as it is now. What you typed is still here.")
            )
        before = from_json(row.content) if row else Draft()
        sheet = _Sheet(before, _circle(session, conference_id), roles)
        try:
            yield sheet
        except KeyError:
            raise Unknown from None
        if row is None:
            row = PlanDraft(conference_id=conference_id, revision=0)
            session.add(row)
        row.content, row.revision, row.changed_at = to_json(sheet.draft), revision + 1, at
        record(session, visitor.actor, at, done, conference_id, **detail)


def _circle(session: Session, conference_id: int) -> frozenset[int]:
    return frozenset(
        session.scalars(
            select(Participant.id).where(
                Participant.conference_id == conference_id,
                Participant.removed_at.is_(None),
                Participant.part != Part.INTERPRETER,
            )
        )
    )


def add_goal(session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, text: str) -> str:
    """Add a goal at the end; gives its key."""
    with changing(session, visitor, at, conference_id, revision, "plan.goal_added", text=text) as sheet:
        sheet.draft, key = drafting.add_goal(sheet.draft, text)
    return key


def set_goal(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, key: str, text: str
) -> None:
    """Say a goal in other words."""
    with changing(session, visitor, at, conference_id, revision, "plan.goal_changed", key=key, text=text) as sheet:
        sheet.draft = drafting.set_goal(sheet.draft, key, text)


def add_action(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, goal_key: str, new: NewAction
) -> str:
    """Add an action at the end of a goal; gives its key."""
    with changing(session, visitor, at, conference_id, revision, "plan.action_added", text=new.what) as sheet:
        sheet.check(*new.who)
        sheet.draft, key = drafting.add_action(sheet.draft, goal_key, new)
    return key


def change_action(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, key: str, new: NewAction
) -> None:
    """Change who does what or when. An answer to support that was asked for falls away with what it answered."""
    done = "plan.action_changed"
    with changing(session, visitor, at, conference_id, revision, done, key=key, text=new.what) as sheet:
        sheet.check(*new.who)
        sheet.draft = drafting.change_action(sheet.draft, key, new)


def add_what_if(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, new: NewWhatIf
) -> str:
    """Add a what-if at the end; gives its key."""
    with changing(session, visitor, at, conference_id, revision, "plan.what_if_added", text=new.if_) as sheet:
        sheet.check(*new.who)
        sheet.draft, key = drafting.add_what_if(sheet.draft, new)
    return key


def change_what_if(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, key: str, new: NewWhatIf
) -> None:
    """Change what happens then, or who meets."""
    done = "plan.what_if_changed"
    with changing(session, visitor, at, conference_id, revision, done, key=key, text=new.if_) as sheet:
        sheet.check(*new.who)
        sheet.draft = drafting.change_what_if(sheet.draft, key, new)


def remove(session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, key: str) -> None:
    """Take out a goal with its actions, an action or a what-if."""
    with changing(session, visitor, at, conference_id, revision, "plan.removed", key=key) as sheet:
        sheet.draft = drafting.remove(sheet.draft, key)


def move(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, key: str, step: int
) -> None:
    """Move a goal, an action or a what-if one place up (`step` -1) or down (1)."""
    with changing(session, visitor, at, conference_id, revision, "plan.moved", key=key) as sheet:
        sheet.draft = drafting.move(sheet.draft, key, 1 if step > 0 else -1)


def set_monitor(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, participant_id: int | None
) -> None:
    """Say who keeps an eye on the plan; None: nobody yet."""
    with changing(session, visitor, at, conference_id, revision, "plan.monitor_set") as sheet:
        sheet.check(participant_id)
        sheet.draft = drafting.set_monitor(sheet.draft, participant_id)


def set_evaluation(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, revision: int, evaluation: EvaluationPlan
) -> None:
    """Say when and where the plan is looked at again, who calls people together, and who else comes."""
    with changing(session, visitor, at, conference_id, revision, "plan.evaluation_set") as sheet:
        sheet.check(evaluation.convenor, *evaluation.others)
        convenor = session.get(Participant, evaluation.convenor) if evaluation.convenor else None
        if convenor is not None and convenor.part in PROFESSIONAL_PARTS:
            raise Refusal(N_("Who calls everyone together may change the plan, so choose somebody of the family."))
        sheet.draft = drafting.set_evaluation(sheet.draft, evaluation)
