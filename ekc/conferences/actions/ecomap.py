"""Where somebody stands on the ecomap: what the family says, by itself or written down by the coordinator."""

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member
from ekc.conferences.queries.circle import circle, placed_by
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import Activity, Closeness


def place(by: By, conference_id: int, participant_id: int, closeness: Closeness) -> str:
    """Place somebody of the circle on this ring, as the family told; returns their name. Raises Unknown."""
    return _place(by, conference_id, participant_id, closeness, Activity.CHANGE_CIRCLE)


def place_own(by: By, conference_id: int, participant_id: int, closeness: Closeness) -> str:
    """The same by a main person, of whomever they see there (`placed_by`). Raises Unknown."""
    return _place(by, conference_id, participant_id, closeness, Activity.PLACE_CIRCLE)


def _place(by: By, conference_id: int, participant_id: int, closeness: Closeness, activity: Activity) -> str:
    with writing(by.session):
        lock_case(by, conference_id, activity)
        participant = member(by.session, conference_id, participant_id)
        if activity is Activity.PLACE_CIRCLE:
            me = by.visitor.participant_id or 0
            if participant_id not in {one.id for one in placed_by(me, circle(by.session, conference_id))}:
                raise Unknown
        if participant.closeness is not closeness:
            participant.closeness = closeness
            by.record("circle.placed", conference_id, name=participant.name, closeness=closeness)
    return participant.name
