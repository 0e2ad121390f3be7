"""What the coordinator heard of several people of the circle, in one transaction: told, coming, safe, spoken to."""

from collections.abc import Collection, Iterator, Mapping

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import circle, safety
from ekc.conferences.actions.registration import log_call
from ekc.conferences.entries import Concern, HeardOfPeople, Telling
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.informing import spoken_with
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, Activity


def note_heard(by: By, conference_id: int, heard: HeardOfPeople) -> int:
    """Note what was heard; returns of how many people something was noted that was not before."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        tellings = [*_tellings(heard), *_when_spoken_with(by, conference, heard)]
        about = {
            *(one.participant_id for one in tellings),
            *heard.comes,
            *heard.safe,
            *heard.worries,
            *heard.afraid,
            *heard.not_reached,
        }
        if not (about or heard.spoke_with or heard.as_last_time):
            raise Refusal(N_("Tick what you heard, and of whom."))
        chosen = {one.id: one for one in circle.chosen_members(by.session, conference_id, about)}
        people = [
            *circle.note_told(by, conference, chosen, tellings),
            *circle.note_coming(by, conference, _those(chosen, heard.comes), heard.how),
            *circle.note_safe(by, conference, _those(chosen, heard.safe), heard.safe_on),
            *(circle.note_worries(by, conference, chosen[id_], words) for id_, words in heard.worries.items()),
            *(circle.note_not_reached(by, conference, chosen[id_], how) for id_, how in heard.not_reached.items()),
        ]
        for id_, words in heard.afraid.items():
            safety.note_concern(by, conference_id, Concern(participant_id=id_, concern=words))
            people.append(chosen[id_])
        if heard.as_last_time:
            people.append(circle.as_last_time(by, conference, heard.as_last_time))
        if heard.spoke_with:
            people.append(circle.member(by.session, conference_id, heard.spoke_with))
            log_call(by, conference_id, heard.spoke_with)
    return len({participant.id for participant in people})


def _those(people: Mapping[int, Participant], ids: Collection[int]) -> list[Participant]:
    return [one for id_, one in people.items() if id_ in ids]


def _tellings(heard: HeardOfPeople) -> Iterator[Telling]:
    for id_ in heard.told:
        yield Telling(participant_id=id_, on=heard.told_on, how=heard.told_how)
    yield from heard.tellings


def _when_spoken_with(by: By, conference: Conference, heard: HeardOfPeople) -> Iterator[Telling]:
    """Everybody who was spoken with and of whom nothing else is noted now was told of all, then and in that way."""
    if not heard.told_who_was_spoken_with:
        return
    noted = {one.participant_id for one in _tellings(heard)}
    for one in spoken_with(by.session, conference):
        if one.participant_id not in noted:
            yield Telling(participant_id=one.participant_id, on=one.on, how=one.how)
