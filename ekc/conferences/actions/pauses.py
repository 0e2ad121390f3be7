"""Pausing a case, with a reason, and going on. Its targets stand still meanwhile; what the law asks goes on."""

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.effects import end_pause, renew_watch
from ekc.conferences.models import Pause
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, Activity


def pause(by: By, conference_id: int, reason: str) -> None:
    """Let the deadlines of a case stand still from today on. Raises Refusal where they do already."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.PAUSE)
        if conference.paused_at is not None:
            raise Refusal(N_("This conference is paused already."))
        by.session.add(
            Pause(conference_id=conference_id, reason=reason, began_at=by.at, began_by=by.visitor.account_id)
        )
        conference.paused_at = by.at
        by.session.flush()
        renew_watch(by.session, conference, by.at)
        by.record("pause.began", conference_id)


def resume(by: By, conference_id: int) -> None:
    """Let the deadlines go on from today. Raises Refusal where they do."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.PAUSE)
        if conference.paused_at is None:
            raise Refusal(N_("This conference is not paused."))
        end_pause(by.session, conference, by.at, by.visitor.account_id)
        renew_watch(by.session, conference, by.at)
        by.record("pause.ended", conference_id)
