"""What a regional manager says of two registrations that look alike."""

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.core.transaction import writing
from ekc.journey.effects import other_open_case
from ekc.journey.models import LookAlike
from ekc.workflow.vocabulary import Activity


def tell_apart(by: By, conference_id: int, number: str) -> None:
    """Remember that this case and another open one of the visitor's regions are two conferences.

    Raises Unknown, NotNow, Refusal (no such case).
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CORRECT_REGISTRATION)
        other = other_open_case(by.session, conference, number, by.visitor.account_id)
        known = [by.session.get(LookAlike, ids) for ids in ((conference_id, other.id), (other.id, conference_id))]
        if any(known):
            return
        apart = {"conference_id": conference_id, "other_id": other.id, "same": False}
        by.session.add(LookAlike(**apart, at=by.at, account_id=by.visitor.account_id))
        by.record("registration.told_apart", conference_id, number=other.number)
