"""What the coordinator heard of several people of the circle, in one transaction: told, coming, safe, spoken to."""

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import circle
from ekc.conferences.actions.registration import log_call
from ekc.conferences.entries import HeardOfPeople
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, Activity


def note_heard(by: By, conference_id: int, heard: HeardOfPeople) -> int:
    """Note what was heard; returns of how many people something was noted that was not before."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        if not (heard.told or heard.comes or heard.safe or heard.spoke_with or heard.as_last_time):
            raise Refusal(N_("Tick what you heard, and of whom."))
        chosen = circle.chosen_members(by.session, conference_id, {*heard.told, *heard.comes, *heard.safe})
        people = [
            *circle.note_told(by, conference, [one for one in chosen if one.id in heard.told], heard.told_on),
            *circle.note_coming(by, conference, [one for one in chosen if one.id in heard.comes], heard.how),
            *circle.note_safe(by, conference, [one for one in chosen if one.id in heard.safe]),
        ]
        if heard.as_last_time:
            people.append(circle.as_last_time(by, conference, heard.as_last_time))
        if heard.spoke_with:
            people.append(circle.member(by.session, conference_id, heard.spoke_with))
            log_call(by, conference_id, heard.spoke_with)
    return len({participant.id for participant in people})
