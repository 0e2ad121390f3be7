"""Whether family and supporters agree to a plan.

An agreement belongs to the current presentation (`conference.presentation`) and to the text of the plan as it was then
(`PlanDraft.text`); the last one about the text as it is counts.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import voices
from ekc.conferences.actions.circle import member
from ekc.conferences.effects import give_notice, tell_staff
from ekc.conferences.mails import NO_TO_TASK
from ekc.conferences.models import Conference
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.plans.draft import from_json, people_with_task
from ekc.plans.models import PlanVersion
from ekc.plans.queries.answers import agreements
from ekc.plans.queries.versions import is_in_force, stored_draft, text_read, version
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity, Agreed, Attends, Phase, Role, SaidHow, VoiceMatter


def record_agreement(
    by: By,
    conference_id: int,
    participant_id: int,
    answer: Agreed,
    words: str = "",
    how: SaidHow | None = None,
) -> None:
    """Record whether somebody of the family or a supporter agrees to the plan; `words` in their own words.

    `how` they said it, of somebody who was not in the room.
    """
    with writing(by.session):
        conference = _lock_to_note(by, conference_id)
        _refuse_words(conference, words)
        _agree(by, conference, participant_id, answer, words, how)
        by.record("plan.agreement", conference_id, participant=participant_id)


def _lock_to_note(by: By, conference_id: int) -> Conference:
    """The case, to note what others say. Who calls everyone together notes it of a new text alone."""
    conference, roles = lock_case(by, conference_id, Activity.RECORD_AGREEMENT)
    if Role.COORDINATOR not in roles and is_in_force(by.session, conference):
        raise Refusal(
            N_(
                "This version is agreed. Anybody who says something else now does so on their own page, or tells "
                "your coordinator."
            )
        )
    return conference


def _refuse_words(conference: Conference, words: str) -> None:
    if words and PROFILES[conference.profile].only_agreed_recorded:
        raise Refusal(N_("In this country only what is agreed is written down, so leave out their words."))


def say_own_answer(by: By, conference_id: int, answer: Agreed, words: str = "") -> None:
    """Somebody of the family or a supporter says for themselves, on their own page, whether they agree to the plan."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.ANSWER_PLAN)
        _refuse_words(conference, words)
        own = by.visitor.participant_id or 0
        _agree(by, conference, own, answer, words, SaidHow.OWN_PAGE, text_read(by.session, conference))
        by.record("plan.agreement", conference_id, participant=own)


def say_the_same(by: By, conference_id: int, participant_ids: Iterable[int], how: SaidHow | None = None) -> None:
    """Record that these people were asked again, and say of the plan as it is what they said of an earlier text."""
    people = list(participant_ids)
    with writing(by.session):
        conference = _lock_to_note(by, conference_id)
        said = {row.participant_id: row for row in agreements(by.session, conference_id, conference.presentation)}
        if not people or not said.keys() >= set(people):
            raise Refusal(N_("Choose who says the same as before."))
        for person in people:
            _agree(by, conference, person, said[person].answer, said[person].words, how)
        by.record("plan.agreements", conference_id, people=", ".join(map(str, people)))


def record_agreements(by: By, conference_id: int, participant_ids: Iterable[int], how: SaidHow | None = None) -> None:
    """Record that all these people agree. `how` they said it, of people who were not in the room."""
    people = list(participant_ids)
    with writing(by.session):
        conference = _lock_to_note(by, conference_id)
        if not people:
            raise Refusal(N_("Choose who says yes."))
        for person in people:
            _agree(by, conference, person, Agreed.YES, "", how)
        by.record("plan.agreements", conference_id, people=", ".join(map(str, people)))


def _agree(
    by: By,
    conference: Conference,
    participant_id: int,
    answer: Agreed,
    words: str,
    how: SaidHow | None,
    text: int | None = None,
) -> None:
    """Write down an answer, to the text as it is unless another is given.

    Who stays away as was decided is asked about a task of their own.
    """
    person = member(by.session, conference.id, participant_id)
    found = stored_draft(by.session, conference.id)
    busy = people_with_task(found.draft)
    if not person.is_inside or (person.attends is Attends.EXCLUDED and person.id not in busy):
        raise Unknown
    text = found.text if text is None else text
    before = voices.said(by, conference.id, VoiceMatter.PLAN, conference.presentation, person.id, text)
    before_answer = before.answer if before is not None else None  # `say` changes the row
    if before is not None and before.how is SaidHow.OWN_PAGE and how is not SaidHow.OWN_PAGE:
        raise Refusal(
            N_("%(name)s said so on their own page. Nobody else can change that: ask them to change it there."),
            name=person.name,
        )
    voices.say(
        by,
        conference,
        VoiceMatter.PLAN,
        conference.presentation,
        person.id,
        answer,
        text=text,
        how=how,
        words=words,
    )
    if not _agrees_less(before_answer, answer):
        return
    agreed = _in_force(by.session, conference)
    if agreed is None or text != agreed.text:
        return
    if by.visitor.account_id is None or by.visitor.account_id != conference.coordinator_id:
        give_notice(by.session, conference, by.at, NoticeKind.DISSENT, about=person.id)
    if answer is Agreed.NO and person.id in people_with_task(from_json(agreed.content)):
        tell_staff(by.session, conference, by.at, NO_TO_TASK, but=by.visitor.account_id)


def _agrees_less(before: Agreed | None, now: Agreed) -> bool:
    """Whether somebody says no who did not before, or yes to a part alone who said yes to all."""
    return now is not before and (now is Agreed.NO or (before is Agreed.YES and now is Agreed.PART))


def _in_force(session: Session, conference: Conference) -> PlanVersion | None:
    """The version in force, while it is the one that people answer."""
    return version(session, conference.id, conference.plan_number) if conference.phase is Phase.EVALUATION else None
