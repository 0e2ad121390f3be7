"""Taking a step back, shortly after it was taken."""

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.effects import pause_again, renew_watch
from ekc.core.errors import Refusal, Stale
from ekc.core.outbox import withdraw
from ekc.core.transaction import writing
from ekc.journey.effects import UNDONE, withdraw_notices
from ekc.journey.models import StepTakenBack
from ekc.journey.queries import steps
from ekc.workflow.definition.kinds import MAILS_WAIT, TakingBack
from ekc.workflow.engine import STEP_RULES, why_not_back
from ekc.workflow.vocabulary import N_, Activity, Step


class TooLate(Refusal):
    """The step cannot be taken back any more. `instead`: what can be done, as a sentence to be translated; or empty."""

    def __init__(self, message: str, instead: str = "") -> None:
        super().__init__(message)
        self.instead = instead


def take_back(by: By, conference_id: int, step: Step) -> TakingBack:
    """Take back this step, the last that was taken: as if it had not been taken, but for the history.

    Its mails, which waited, are not sent; what it made owed is not. Returns how it is taken back.
    Raises Unknown, NotNow, Stale (another step was taken meanwhile) and Refusal (it is too late, with what to do).
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.TAKE_STEP)
        taken = next(reversed(steps.steps_taken(by.session, conference_id)), None)
        if taken is None or taken.step is not step or not taken.can_be_taken_back_by(by.actor):
            raise Stale(N_("Somebody else was first: the conference has moved on. Look where it is now."))
        rule = STEP_RULES[taken.step]
        changed = steps.changed_since(by.session, conference_id, taken)
        why = why_not_back(rule, by.at - taken.at, changed=changed)
        if why or rule.back is None:
            raise TooLate(*why)
        by.session.add(StepTakenBack(change_id=taken.id, at=by.at))
        conference.phase = taken.source
        conference.phase_since = steps.in_phase_since(by.session, conference_id)
        by.session.flush()
        for effect in reversed(rule.effects):
            for undo in UNDONE[effect]:
                undo(by.session, conference, taken.at)
        pause_again(by.session, conference, taken.at)
        renew_watch(by.session, conference, by.at)
        withdraw_notices(by.session, conference, taken.at, rule)
        withdraw(by.session, conference_id, taken.at, taken.at + MAILS_WAIT)
        by.record(f"step_back.{taken.step}", conference_id)
    return rule.back
