"""Answering to the plan: who agrees, which bottom lines it meets, whether it is accepted, what support is given.

What is said belongs to the plan of the current presentation (`conference.presentation`); the last word counts.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member
from ekc.conferences.models import BottomLine, Conference
from ekc.core.audit import record
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.plans import drafting
from ekc.plans.actions.writing import changing
from ekc.plans.draft import Action, find
from ekc.plans.models import Acceptance, Agreement, BottomLineCheck
from ekc.plans.queries import circle, deciders
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    N_,
    Activity,
    Agreed,
    Attends,
    Part,
    Role,
    SupportAnswer,
)

_ASKED = FAMILY_PARTS | {Part.SUPPORTER}


def record_agreement(
    session: Session,
    visitor: Visitor,
    at: datetime,
    conference_id: int,
    participant_id: int,
    answer: Agreed,
    words: str = "",
) -> None:
    """Record what one of the family or a supporter says to the plan, in their words if they have any."""
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.CHECK_PLAN, at)
        _agree(session, conference, participant_id, answer, words, at)
        record(
            session,
            visitor.actor,
            at,
            "plan.agreement",
            conference_id,
            participant=participant_id,
            answer=answer.value,
            words=words,
        )


def record_agreements(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, participant_ids: Iterable[int]
) -> None:
    """Record that all these people say yes."""
    people = list(participant_ids)
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.CHECK_PLAN, at)
        if not people:
            raise Refusal(N_("Choose who says yes."))
        for person in people:
            _agree(session, conference, person, Agreed.YES, "", at)
        record(session, visitor.actor, at, "plan.agreements", conference_id, people=", ".join(map(str, people)))


def _agree(
    session: Session, conference: Conference, participant_id: int, answer: Agreed, words: str, at: datetime
) -> None:
    person = member(session, conference.id, participant_id)
    if person.part not in _ASKED or person.attends is Attends.EXCLUDED:
        raise Unknown
    key = (
        Agreement.conference_id == conference.id,
        Agreement.presentation == conference.presentation,
        Agreement.participant_id == participant_id,
    )
    row = session.scalar(select(Agreement).where(*key))
    if row is None:
        row = Agreement(
            conference_id=conference.id, presentation=conference.presentation, participant_id=participant_id
        )
        session.add(row)
    row.answer, row.words, row.said_at = answer, words, at


def check_bottom_line(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, bottom_line_id: int, met: bool
) -> None:
    """Record whether the plan meets a bottom line."""
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.CHECK_PLAN, at)
        line = session.get(BottomLine, bottom_line_id)
        if line is None or line.conference_id != conference_id:
            raise Unknown
        row = session.scalar(
            select(BottomLineCheck).where(
                BottomLineCheck.bottom_line_id == line.id, BottomLineCheck.presentation == conference.presentation
            )
        )
        if row is None:
            row = BottomLineCheck(bottom_line_id=line.id, presentation=conference.presentation)
            session.add(row)
        row.met, row.checked_at = met, at
        record(
            session,
            visitor.actor,
            at,
            "plan.bottom_line",
            conference_id,
            number=line.number,
            met="yes" if met else "no",
        )


def decide_acceptance(
    session: Session,
    visitor: Visitor,
    at: datetime,
    conference_id: int,
    participant_id: int,
    accepted: bool,
    reason: str = "",
) -> None:
    """Record that somebody of the agencies accepts the plan, or refuses it for a reason of safety (AD2).

    The referrer decides, and whoever set a bottom line; where there is neither, any professional. They decide for
    themselves by link; the coordinator notes what any of them decided. Earlier decisions stay.
    """
    with writing(session):
        conference, roles = lock_case(session, visitor, conference_id, Activity.DECIDE_ACCEPTANCE, at)
        if participant_id not in {one.id for one in deciders(session, conference_id, circle(session, conference_id))}:
            raise Unknown
        if Role.COORDINATOR not in roles and visitor.participant_id != participant_id:
            raise Unknown
        if not accepted and not reason:
            raise Refusal(N_("Say which safety concern the plan leaves open."))
        session.add(
            Acceptance(
                conference_id=conference_id,
                presentation=conference.presentation,
                participant_id=participant_id,
                accepted=accepted,
                reason=reason or None,
                decided_at=at,
            )
        )
        done = "plan.accepted" if accepted else "plan.refused"
        record(session, visitor.actor, at, done, conference_id, participant=participant_id, reason=reason)


def answer_support(
    session: Session,
    visitor: Visitor,
    at: datetime,
    conference_id: int,
    revision: int,
    key: str,
    answer: SupportAnswer,
    words: str = "",
) -> None:
    """Answer a request for support. By link only where one is named in the action; the coordinator notes any answer.

    Raises Stale if the plan has moved on since the page with this `revision`, for the request may say something else.
    """
    with changing(
        session,
        visitor,
        at,
        conference_id,
        revision,
        "plan.support_answered",
        activity=Activity.ANSWER_SUPPORT,
        key=key,
        answer=answer.value,
        words=words,
    ) as sheet:
        action = find(sheet.draft, key)
        named = action.who if isinstance(action, Action) else ()
        if Role.COORDINATOR not in sheet.roles and visitor.participant_id not in named:
            raise Unknown
        sheet.draft = drafting.answer_support(sheet.draft, key, answer, words)
