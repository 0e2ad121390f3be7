"""Safety concerns: what staff write down, what somebody says themselves, and what was said or arranged about it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.notifications import notify_administrators, notify_case_staff
from ekc.accounts.queries import managers_of
from ekc.conferences.access import lock_case
from ekc.conferences.actions import traces
from ekc.conferences.actions.circle import member
from ekc.conferences.actions.entries import update_row
from ekc.conferences.entries import Concern
from ekc.conferences.mails import NOT_SAFE, NOT_SAFE_UNMANAGED
from ekc.conferences.models import Conference, Participant, SafetyConcern
from ekc.conferences.queries.concerns import UNANSWERED
from ekc.conferences.roles import unattended
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, Activity, Phase, Step, TraceKind

_THEIR_OWN = N_("What somebody said themselves stays as they said it. Write down what was said or arranged.")


def add_concern(by: By, conference_id: int, new: Concern) -> int:
    """Add a safety concern; returns its id."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        return note_concern(by, conference_id, new)


def note_concern(by: By, conference_id: int, new: Concern) -> int:
    """The same in the caller's transaction, which has locked the case."""
    participant = _of_whom(by.session, conference_id, new)
    concern = SafetyConcern(conference_id=conference_id)
    update_row(concern, new, Concern)
    by.session.add(concern)
    by.session.flush()
    by.record("safety.added", conference_id, name=participant.name)
    return concern.id


def change_concern(by: By, conference_id: int, concern_id: int, new: Concern) -> None:
    """Change a safety concern or its arrangement. Raises Refusal for what somebody said themselves."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        concern = _concern(by.session, conference_id, concern_id)
        if concern.said_at is not None:
            raise Refusal(_THEIR_OWN)
        participant = _of_whom(by.session, conference_id, new)
        update_row(concern, new, Concern)
        by.record("safety.changed", conference_id, name=participant.name)


def remove_concern(by: By, conference_id: int, concern_id: int) -> None:
    """Delete a safety concern; its text stays in the audit. Raises Refusal for what somebody said themselves."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        concern = _concern(by.session, conference_id, concern_id)
        if concern.said_at is not None:
            raise Refusal(_THEIR_OWN)
        by.record("safety.removed", conference_id, concern=concern.concern or "")
        by.session.delete(concern)


def say_not_safe(by: By, conference_id: int, words: str) -> None:
    """Note that the visitor says that it does not feel safe. `words`: what they want to say with it; may be empty."""
    with writing(by.session):
        conference, _roles = lock_case(by, conference_id, Activity.SAY_NOT_SAFE)
        note_not_safe(by, conference, words)


def note_not_safe(by: By, conference: Conference, words: str, step: Step | None = None) -> None:
    """The same in the caller's transaction; `step`: they say it with this step.

    Whoever of coordinator and managers can act gets a mail, where nobody can the administrators; in private time only
    once the family has come out (`tell_not_safe`).
    """
    who = by.visitor.participant_id or 0
    mine = (SafetyConcern.conference_id == conference.id, SafetyConcern.participant_id == who)
    concern = by.session.scalar(select(SafetyConcern).where(*mine, UNANSWERED))
    if concern is None:
        concern = SafetyConcern(conference_id=conference.id, participant_id=who, said_at=by.at)
        by.session.add(concern)
    concern.concern = "\n".join(filter(None, (concern.concern, words))) or None
    concern.said_with = step or concern.said_with
    concern.said_at = by.at
    traces.leave(by, conference, TraceKind.NOT_SAFE, who)
    by.session.flush()
    by.record("voice.not_safe", conference.id)
    if conference.phase is not Phase.PRIVATE_TIME:
        _mail(by, conference)


def tell_not_safe(by: By, conference: Conference, since: datetime) -> None:
    """Mail staff if somebody said since then, in private time, that it does not feel safe."""
    said = (SafetyConcern.conference_id == conference.id, SafetyConcern.said_at >= since, UNANSWERED)
    if by.session.scalar(select(SafetyConcern.id).where(*said).limit(1)) is not None:
        _mail(by, conference)


def answer_concern(by: By, conference_id: int, concern_id: int, said: str) -> None:
    """Write down what was said or arranged with whoever said that it does not feel safe; also after the end."""
    with writing(by.session):
        conference, _roles = lock_case(by, conference_id, Activity.ANSWER_SAFETY)
        concern = _concern(by.session, conference_id, concern_id)
        if concern.said_at is None:
            raise Unknown
        if not said:
            raise Refusal(N_("Write what was said or arranged."))
        concern.arrangement = said
        traces.leave(by, conference, TraceKind.SAFETY_ANSWERED, concern.participant_id)
        by.record("safety.answered", conference_id)


def _of_whom(session: Session, conference_id: int, new: Concern) -> Participant:
    """Whom a concern is about. Raises Unknown if they, or with whom they may not be, are not in the circle."""
    if new.apart_from_id is not None:
        member(session, conference_id, new.apart_from_id)
        if new.apart_from_id == new.participant_id:
            raise Refusal(N_("Choose two people."))
    return member(session, conference_id, new.participant_id)


def _mail(by: By, conference: Conference) -> None:
    coordinator = None if unattended(by.session, conference, by.at) else conference.coordinator_id
    notify_case_staff(by.session, NOT_SAFE, by.at, conference.id, coordinator, conference.region_id)
    if coordinator is None and not managers_of(by.session, conference.region_id):
        notify_administrators(by.session, NOT_SAFE_UNMANAGED, by.at, conference.id)


def _concern(session: Session, conference_id: int, concern_id: int) -> SafetyConcern:
    found = session.get(SafetyConcern, concern_id)
    if found is None or found.conference_id != conference_id:
        raise Unknown
    return found
