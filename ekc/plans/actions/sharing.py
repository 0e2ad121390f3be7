"""Who else reads a plan, as its main persons say."""

from collections.abc import Mapping

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import voices
from ekc.conferences.effects import sharing_now, tell_who_sees_more
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.plans.queries.circle import asked_about, circle, decides_alone, main_persons, own_sharing
from ekc.workflow.vocabulary import N_, SHARES, Activity, PlanSharing, Role, VoiceMatter

#: What a main person answers who lets a professional see so much.
_ANSWERS = {sharing: answer for answer, sharing in SHARES.items()}


def share_plan(by: By, conference_id: int, participant_id: int, choices: Mapping[int, PlanSharing]) -> None:
    """Write down what a main person says each of these participants may see of the plan; the strictest answer counts.

    By personal link for themselves alone; the coordinator notes anybody's answer. Every main person hears of it when
    somebody sees more from now on. Raises Refusal for a main person who is too young to consent alone.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.SHARE_PLAN)
        people, before = circle(by.session, conference_id), sharing_now(by.session, conference)
        if Role.COORDINATOR not in roles and by.visitor.participant_id != participant_id:
            raise Unknown
        whose = next((person for person in main_persons(people) if person.id == participant_id), None)
        if whose is None:
            raise Unknown
        if not decides_alone(by.session, conference, by.visitor, local_date(by.at, conference.timezone)):
            raise Refusal(N_("Decide this together with your family. Your coordinator writes down what you say."))
        said = own_sharing(by.session, conference_id, participant_id)
        for about, sharing in choices.items():
            if about not in {person.id for person in asked_about(people, whose)}:
                raise Unknown
            if said.get(about) is not sharing:
                voices.say(by, conference, VoiceMatter.READING, about, participant_id, _ANSWERS[sharing])
                by.record("voice.reading", conference_id, person=participant_id, about=about, sharing=sharing.value)
        tell_who_sees_more(by.session, conference, by.at, before)
