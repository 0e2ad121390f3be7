"""The number of somebody whom the plan says to ring: whether it may stand in the plan."""

from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member
from ekc.conferences.effects import give_notice
from ekc.conferences.models import Conference, Participant
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale
from ekc.core.transaction import writing
from ekc.plans.draft import from_json, rung
from ekc.plans.queries.versions import stored_draft, version
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import N_, Activity

NOT_RUNG = N_("This person no longer keeps an eye on the plan or calls everyone together. Look at the plan again.")


def say_number(by: By, conference_id: int, participant_id: int, phone: str, may: bool) -> None:
    """Write down whether the number of somebody whom the plan says to ring may stand in it, as they said; and which."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.WRITE_PLAN)
        if participant_id not in rung(stored_draft(by.session, conference_id).draft):
            raise Stale(NOT_RUNG)
        person = member(by.session, conference_id, participant_id)
        theirs = by.visitor.participant_id in {None, participant_id}
        if not theirs and person.plan_phone_on and _is_theirs_to_change(by.session, conference, person):
            raise Refusal(
                N_(
                    "%(name)s said already which number may be in the plan. Only they or the coordinator can change it."
                ),
                name=person.name,
            )
        if may and not phone:
            raise Refusal(N_("Write the number that may be in the plan.")).at("phone")
        _keep_number(by, conference, person, phone if may else None)


def _is_theirs_to_change(session: Session, conference: Conference, person: Participant) -> bool:
    """Whether what was said of a number is their own to change: a no, or where a plan in force says to ring them."""
    return person.plan_phone is None or _says_to_ring(session, conference, person)


def _says_to_ring(session: Session, conference: Conference, person: Participant) -> bool:
    """Whether the version in force says to ring this person."""
    agreed = version(session, conference.id, conference.plan_number)
    return agreed is not None and person.id in rung(from_json(agreed.content))


def take_number_out(by: By, conference_id: int) -> None:
    """The visitor takes their own number out of the plan."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.OWN_NUMBER)
        _keep_number(by, conference, member(by.session, conference_id, by.visitor.participant_id or 0), None)


def _keep_number(by: By, conference: Conference, person: Participant, phone: str | None) -> None:
    """Keep what is said of a number. Who takes theirs out of the plan in force leaves a notice of it."""
    taken_out = phone is None and person.plan_phone is not None and by.visitor.participant_id == person.id
    if taken_out and _says_to_ring(by.session, conference, person):
        give_notice(by.session, conference, by.at, NoticeKind.NUMBER_OUT, about=person.id)
    person.plan_phone, person.plan_phone_on = phone, local_date(by.at, conference.timezone)
    by.record("plan.number", conference.id, participant=person.id, may="no" if phone is None else "yes")
