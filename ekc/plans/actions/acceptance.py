"""Whether a plan is accepted by referrer and professionals, and meets the bottom lines.

Both belong to the current presentation and to the text of the plan as it was then, as an agreement does.
"""

from sqlalchemy import select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.models import BottomLine
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.plans.models import Acceptance, BottomLineCheck
from ekc.plans.queries.circle import circle, deciders
from ekc.plans.queries.versions import stored_draft
from ekc.workflow.vocabulary import N_, Activity, Role


def check_bottom_line(by: By, conference_id: int, bottom_line_id: int, met: bool) -> None:
    """Record whether the plan meets a bottom line."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CHECK_PLAN)
        line = by.session.get(BottomLine, bottom_line_id)
        if line is None or line.conference_id != conference_id:
            raise Unknown
        text = stored_draft(by.session, conference_id).text
        row = by.session.scalar(
            select(BottomLineCheck).where(
                BottomLineCheck.bottom_line_id == line.id,
                BottomLineCheck.presentation == conference.presentation,
                BottomLineCheck.text == text,
            )
        )
        if row is None:
            row = BottomLineCheck(bottom_line_id=line.id, presentation=conference.presentation, text=text)
            by.session.add(row)
        row.met, row.checked_at = met, by.at
        by.record(
            "plan.bottom_line",
            conference_id,
            number=line.number,
        )


def decide_acceptance(
    by: By,
    conference_id: int,
    participant_id: int,
    accepted: bool,
    reason: str = "",
) -> None:
    """Record that a referrer or professional accepts the plan, or refuses it for a safety reason (AD2).

    The referrer and those who set a bottom line decide; if there are none, any professional. By personal link they
    decide for themselves; the coordinator notes any decision. Earlier decisions are kept.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.DECIDE_ACCEPTANCE)
        if participant_id not in {
            one.id for one in deciders(by.session, conference_id, circle(by.session, conference_id))
        }:
            raise Unknown
        if Role.COORDINATOR not in roles and by.visitor.participant_id != participant_id:
            raise Unknown
        if not accepted and not reason:
            raise Refusal(N_("Say which safety concern the plan leaves open."))
        by.session.add(
            Acceptance(
                conference_id=conference_id,
                presentation=conference.presentation,
                text=stored_draft(by.session, conference_id).text,
                participant_id=participant_id,
                accepted=accepted,
                reason=reason or None,
                decided_at=by.at,
            )
        )
        by.record("plan.acceptance", conference_id, participant=participant_id)
