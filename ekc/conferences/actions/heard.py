"""What the coordinator heard of several people of the circle, in one transaction: told, coming, safe, spoken to."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from sqlalchemy import select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import circle, safety
from ekc.conferences.actions.contact import log_call
from ekc.conferences.actions.entries import refuse_future
from ekc.conferences.entries import Concern, HeardOfPeople, Telling
from ekc.conferences.models import CallAttempt, Conference, Participant, SafetyConcern
from ekc.conferences.queries.informing import spoken_with
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import (
    N_,
    Activity,
    Attends,
    CallResult,
    InformedOf,
)


def note_heard(by: By, conference_id: int, heard: HeardOfPeople) -> int:
    """Note what was heard; returns of how many people something was noted that was not before."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        tellings = [*heard.told, *_when_spoken_with(by, conference, heard)]
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
            *_note_told(by, conference, chosen, tellings),
            *note_coming(by, conference, _those(chosen, heard.comes), heard.how),
            *_note_safe(by, conference, _those(chosen, heard.safe), heard.safe_on),
            *(_note_worries(by, conference, chosen[id_], words) for id_, words in heard.worries.items()),
            *(_note_not_reached(by, conference, chosen[id_], how) for id_, how in heard.not_reached.items()),
        ]
        for id_, words in heard.afraid.items():
            safety.note_concern(by, conference_id, Concern(participant_id=id_, concern=words))
            people.append(chosen[id_])
        if heard.as_last_time:
            people.append(_as_last_time(by, conference, heard.as_last_time))
        if heard.spoke_with:
            people.append(circle.member(by.session, conference_id, heard.spoke_with))
            log_call(by, conference_id, heard.spoke_with)
    return len({participant.id for participant in people})


def _those(people: Mapping[int, Participant], ids: Collection[int]) -> list[Participant]:
    return [one for id_, one in people.items() if id_ in ids]


def _when_spoken_with(by: By, conference: Conference, heard: HeardOfPeople) -> Iterator[Telling]:
    """Everybody who was spoken with and of whom nothing else is noted now was told of all, then and in that way."""
    if not heard.told_who_was_spoken_with:
        return
    noted = {one.participant_id for one in heard.told}
    for one in spoken_with(by.session, conference):
        if one.participant_id not in noted:
            yield Telling(participant_id=one.participant_id, on=one.on, how=one.how)


def _note_told(
    by: By, conference: Conference, people: Mapping[int, Participant], tellings: Iterable[Telling]
) -> list[Participant]:
    """Note of what these people were told personally (OECD Box 4.1), of those who were not told of all yet.

    In the caller's transaction; returns whom. Once told of all they are informed, on the day of the last.
    """
    today = local_date(by.at, conference.timezone)
    told: dict[date, list[Participant]] = {}
    for telling in tellings:
        participant, day = people[telling.participant_id], telling.on or today
        refuse_future(by.at, conference.timezone, on=day)
        new = set(telling.of) - set(participant.informed_of)
        if participant.informed_on is not None or not new:
            continue
        heard = [one for one in InformedOf if one in new or one in participant.informed_of]
        latest = max(day, participant.told_on or day)
        if len(heard) == len(InformedOf):
            participant.informed_on = latest
            participant.informed_at = circle.told_at(by, conference, latest)
        participant.informed_of, participant.told_on = [one.value for one in heard], latest
        participant.informed_how, participant.informed_by = telling.how, by.visitor.account_id
        told.setdefault(day, []).append(participant)
    for day, those in told.items():
        names = ", ".join(participant.name for participant in those)
        by.record("circle.told", conference.id, names=names, on=day.isoformat())
    return [participant for those in told.values() for participant in those]


def _note_worries(by: By, conference: Conference, participant: Participant, words: str) -> Participant:
    """Add to what worries somebody, as they said it, in the caller's transaction."""
    participant.worries = "\n".join(filter(None, (participant.worries, words)))
    by.record("safety.worries", conference.id, name=participant.name)
    return participant


def _note_not_reached(by: By, conference: Conference, participant: Participant, result: CallResult) -> Participant:
    """Note that somebody was rung and not spoken to, in the caller's transaction."""
    by.session.add(
        CallAttempt(
            conference_id=conference.id,
            participant_id=participant.id,
            at=by.at,
            result=result,
            account_id=by.visitor.account_id,
        )
    )
    by.record("contact.not_reached", conference.id, name=participant.name, result=result)
    return participant


def note_coming(by: By, conference: Conference, people: Iterable[Participant], how: Attends) -> list[Participant]:
    """Note that these people take part so, of whom nothing is noted yet, in the caller's transaction; returns whom."""
    undecided = [participant for participant in people if participant.attends is None]
    for participant in undecided:
        participant.attends = how
        circle.trace_attends(by, conference, participant)
    if undecided:
        names = ", ".join(participant.name for participant in undecided)
        by.record("circle.coming", conference.id, names=names, attends=how)
    return undecided


def note_not_known(by: By, conference: Conference, people: Iterable[Participant]) -> None:
    """Of these people it is not known any more whether they take part on the day that is set now.

    In the caller's transaction. What was noted before stays beside it, to be taken over.
    """
    names = []
    for participant in people:
        participant.attends_before, participant.attends, participant.asked_again = participant.attends, None, True
        names.append(participant.name)
    if names:
        by.record("circle.not_known", conference.id, names=", ".join(names))


def _note_safe(
    by: By, conference: Conference, people: Iterable[Participant], on: Mapping[int, date]
) -> list[Participant]:
    """Note that these people said, on their own, that it is safe for them; as `note_coming`.

    `on`: on which day, by id, unless it was today.
    """
    refuse_future(by.at, conference.timezone, on=max(on.values(), default=None))
    asked = [participant for participant in people if participant.safe_on is None]
    for participant in asked:
        participant.safe_on = on.get(participant.id) or local_date(by.at, conference.timezone)
        participant.safe_by = by.visitor.account_id
    if asked:
        by.record("circle.safe", conference.id, names=", ".join(participant.name for participant in asked))
    return asked


def _as_last_time(by: By, conference: Conference, participant_id: int) -> Participant:
    """Take over from the round before how somebody comes, and what was arranged for their safety.

    In the caller's transaction. Not that they were told: whoever takes part is told personally again.
    """
    participant = circle.member(by.session, conference.id, participant_id)
    if participant.attends is None and participant.attends_before is not None:
        participant.attends = participant.attends_before
        circle.trace_attends(by, conference, participant)
    for concern in by.session.scalars(select(SafetyConcern).where(SafetyConcern.participant_id == participant_id)):
        concern.arrangement = concern.arrangement or concern.arrangement_before
    by.record("circle.as_last_time", conference.id, name=participant.name)
    return participant
