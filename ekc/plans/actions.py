"""Actions on a plan: changing it, agreeing, accepting, sharing, and storing the printed document.

Agreements, acceptances and checks belong to the current presentation (`conference.presentation`) and to the text of the
plan as it was then (`PlanDraft.text`); the last one about the text as it is counts.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import voices
from ekc.conferences.actions.circle import member
from ekc.conferences.effects import give_notice, sharing_now, tell_staff, tell_who_sees_more
from ekc.conferences.mails import NO_TO_TASK
from ekc.conferences.models import BottomLine, Conference, Participant
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.transaction import writing
from ekc.plans import edits
from ekc.plans.changes import text_changes
from ekc.plans.document import PLAN
from ekc.plans.draft import Draft, actions, dated, from_json, people_of, people_with_task, rung, to_json
from ekc.plans.models import Acceptance, BottomLineCheck, FormerText, IssuedDocument, PlanDraft, PlanVersion
from ekc.plans.queries import (
    agreements,
    asked_about,
    circle,
    deciders,
    decides_alone,
    is_answered,
    is_in_force,
    issued,
    main_persons,
    own_sharing,
    stored_draft,
    text_read,
    version,
)
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    N_,
    SHARES,
    Activity,
    Agreed,
    Attends,
    Part,
    Phase,
    PlanSharing,
    Role,
    SaidHow,
    SupportAnswer,
    VoiceMatter,
)

#: What a main person answers who lets a professional see so much.
_ANSWERS = {sharing: answer for answer, sharing in SHARES.items()}


def change_plan(by: By, conference_id: int, revision: int, edit: edits.Edit) -> str:
    """Apply one edit. Returns the key of the part that was added or changed, or its anchor; "" after a removal.

    Raises Stale if the plan has changed since the page with this `revision`, Unknown for a part or person not of this
    case.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.WRITE_PLAN)
        row = _at_revision(by.session, conference_id, revision)
        return _edit(by, row, edit, local_date(by.at, conference.timezone))


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


def answer_support(
    by: By,
    conference_id: int,
    revision: int,
    key: str,
    answer: SupportAnswer,
    words: str = "",
) -> None:
    """Answer a request for support. By personal link only if named in the action; the coordinator notes any answer.

    Raises Stale if the plan has changed since the page with this `revision`, because the request may have changed.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.ANSWER_SUPPORT)
        row = _at_revision(by.session, conference_id, revision)
        named = {person for action in actions(from_json(row.content)) if action.key == key for person in action.who}
        if Role.COORDINATOR not in roles and by.visitor.participant_id not in named:
            raise Unknown
        _edit(by, row, edits.answer_support(key, answer, words), local_date(by.at, conference.timezone))


def _at_revision(session: Session, conference_id: int, revision: int) -> PlanDraft:
    """The row of the draft, to be changed. Raises Stale unless it is at this revision."""
    row = session.get(PlanDraft, conference_id, populate_existing=True)
    if row is None:
        row = PlanDraft(conference_id=conference_id, revision=0, text=0, content=to_json(Draft()))
    if row.revision != revision:
        raise Stale(N_("Somebody changed the plan meanwhile. You see it as it is now. What you typed is still here."))
    return row


def _edit(by: By, row: PlanDraft, edit: edits.Edit, today: date) -> str:
    """Apply an edit to the row. Only people of the circle may be named, and no professional may be the convenor.

    What is agreed lies ahead: a day that is set anew is none of the past.
    """
    before = from_json(row.content)
    try:
        after = dated(edit.apply(before), today)
    except KeyError:
        raise Unknown from None
    if not people_of(after) - people_of(before) <= _nameable(by.session, row.conference_id):
        raise Unknown
    convenor = by.session.get(Participant, edit.convenor) if edit.convenor else None
    if convenor is not None and convenor.is_professional:
        raise Refusal(N_("Who calls everyone together may change the plan, so choose somebody of the family.")).at(
            "convenor"
        )
    _refuse_past(before, after, today)
    text = row.text
    if not edit.answers:  # an answer makes nobody's page of the plan an older one
        row.revision += 1
    if text_changes(before, after):
        row.text = row.revision
        _keep_answered(by, row.conference_id, text, before, edits.changed_part(edit, before, after))
    row.content, row.changed_at = to_json(after), by.at
    by.session.add(row)
    by.record(edit.code, row.conference_id, **edit.detail)
    return edits.newest_key(after) if edit.target is None else edit.target


def _refuse_past(before: Draft, after: Draft, today: date) -> None:
    again, was = after.evaluation.at, {action.key: action.by for action in actions(before)}
    if again and again != before.evaluation.at and again.date() <= today:
        raise Refusal(N_("The evaluation date does not lie ahead: choose a later one")).at("at")
    for action in actions(after):
        if action.by and action.by < today and action.by != was.get(action.key):
            raise Refusal(N_("This day has passed. Choose a day that lies ahead.")).at("by")


def _keep_answered(
    by: By, conference_id: int, text: int, before: Draft, changed: tuple[edits.ChangedPart, str]
) -> None:
    """Keep the text that is left, if somebody answered it: to be shown beside what they said."""
    presentation = by.session.get_one(Conference, conference_id).presentation
    if not is_answered(by.session, conference_id, presentation, text):
        return
    part, number = changed
    by.session.add(
        FormerText(
            conference_id=conference_id,
            presentation=presentation,
            text=text,
            content=to_json(before),
            changed_at=by.at,
            changed_part=part,
            changed_number=number,
            account_id=by.visitor.account_id,
            participant_id=by.visitor.participant_id,
        )
    )


def _nameable(session: Session, conference_id: int) -> frozenset[int]:
    """The people whom the plan may name: the circle, without interpreters."""
    return frozenset(
        session.scalars(
            select(Participant.id).where(
                Participant.conference_id == conference_id,
                Participant.removed_at.is_(None),
                Participant.part != Part.INTERPRETER,
            )
        )
    )


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


def check_bottom_line(by: By, conference_id: int, bottom_line_id: int, met: bool) -> None:
    """Record whether the plan meets a bottom line."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CHECK_PLAN)
        line = by.session.get(BottomLine, bottom_line_id)
        if line is None or line.conference_id != conference_id:
            raise Unknown
        text = stored_draft(by.session, conference_id).text
        row = by.session.scalar(
            select(BottomLineCheck).where(
                BottomLineCheck.bottom_line_id == line.id,
                BottomLineCheck.presentation == conference.presentation,
                BottomLineCheck.text == text,
            )
        )
        if row is None:
            row = BottomLineCheck(bottom_line_id=line.id, presentation=conference.presentation, text=text)
            by.session.add(row)
        row.met, row.checked_at = met, by.at
        by.record(
            "plan.bottom_line",
            conference_id,
            number=line.number,
        )


def decide_acceptance(
    by: By,
    conference_id: int,
    participant_id: int,
    accepted: bool,
    reason: str = "",
) -> None:
    """Record that a referrer or professional accepts the plan, or refuses it for a safety reason (AD2).

    The referrer and those who set a bottom line decide; if there are none, any professional. By personal link they
    decide for themselves; the coordinator notes any decision. Earlier decisions are kept.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.DECIDE_ACCEPTANCE)
        if participant_id not in {
            one.id for one in deciders(by.session, conference_id, circle(by.session, conference_id))
        }:
            raise Unknown
        if Role.COORDINATOR not in roles and by.visitor.participant_id != participant_id:
            raise Unknown
        if not accepted and not reason:
            raise Refusal(N_("Say which safety concern the plan leaves open."))
        by.session.add(
            Acceptance(
                conference_id=conference_id,
                presentation=conference.presentation,
                text=stored_draft(by.session, conference_id).text,
                participant_id=participant_id,
                accepted=accepted,
                reason=reason or None,
                decided_at=by.at,
            )
        )
        by.record("plan.acceptance", conference_id, participant=participant_id)


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


def issue_document(
    by: By, conference_id: int, number: int, language: str, content: bytes, kind: str = PLAN.name
) -> IssuedDocument:
    """Store the printed plan of a version, unless it is stored already; returns the stored document.

    `kind`: as of `document.paper_kind`.
    `content` is rendered before, outside any writing transaction. Of two concurrent calls the first one is kept.
    """
    with writing(by.session):
        lock_case(by, conference_id, PLAN.activity)
        found = version(by.session, conference_id, number)
        if found is None:
            raise Unknown
        document = issued(by.session, found.id, kind)
        if document is None:
            document = IssuedDocument(
                version_id=found.id,
                kind=kind,
                language=language,
                content=content,
                sha256=hashlib.sha256(content).digest(),
                made_at=by.at,
            )
            by.session.add(document)
            by.record("plan.printed", conference_id, number=number)
    return document
