"""What pages say of taking back the last step: until when, or why that is not possible any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.journey.queries.steps import StepRow, changed_since, steps_taken
from ekc.workflow.definition.kinds import TAKEN_BACK_WITHIN, StepRule
from ekc.workflow.engine import STEP_RULES, why_not_back
from ekc.workflow.vocabulary import Activity


@dataclass(frozen=True, slots=True)
class LastStep:
    """The step that the visitor took a few minutes ago. `why_not`: sentences; empty: they can take it back."""

    rule: StepRule
    until: datetime
    why_not: tuple[str, ...]


def own_last_step(
    session: Session, case: Case, at: datetime, steps: Sequence[StepRow] | None = None
) -> LastStep | None:
    """The visitor's step, as long as it could be taken back; None: there is none. `steps`: if the caller read them."""
    if at - case.phase_since > TAKEN_BACK_WITHIN or not case.may(Activity.TAKE_STEP):
        return None
    taken = next(reversed(steps_taken(session, case.id) if steps is None else steps), None)
    rule = STEP_RULES[taken.step] if taken else None
    if taken is None or rule is None or rule.back is None or not taken.can_be_taken_back_by(case.visitor.actor):
        return None
    why_not = why_not_back(rule, at - taken.at, changed=changed_since(session, case.id, taken))
    return LastStep(rule, taken.at + TAKEN_BACK_WITHIN, why_not)
