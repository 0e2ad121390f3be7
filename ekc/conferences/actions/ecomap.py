"""Where somebody stands on the ecomap: what the family says, written down by whoever prepares the conference."""

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import Activity, Closeness


def place(by: By, conference_id: int, participant_id: int, closeness: Closeness) -> str:
    """Place somebody of the circle on this ring; returns their name. Raises Unknown."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        participant = member(by.session, conference_id, participant_id)
        if participant.closeness is not closeness:
            participant.closeness = closeness
            by.record("circle.placed", conference_id, name=participant.name, closeness=closeness)
    return participant.name
