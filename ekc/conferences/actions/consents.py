"""Consents: noted, given by oneself, and withdrawn with what follows."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import traces
from ekc.conferences.actions.circle import member
from ekc.conferences.actions.entries import refuse_future
from ekc.conferences.effects import destroy_views, give_notice
from ekc.conferences.entries import (
    BESIDE_THE_CONFERENCE,
    NOT_TOO_YOUNG,
    OWN_ONCE_CLOSED,
    RESEARCH,
    SHARING,
    WAYS,
    NewConsent,
)
from ekc.conferences.models import Conference, Consent, Participant, Voice
from ekc.conferences.queries import consents as consent_queries
from ekc.conferences.queries.members import members
from ekc.conferences.queries.names import names
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import Way, give_up_to
from ekc.core.reading import one_of
from ekc.core.transaction import writing
from ekc.workflow.birth import Birth
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity, Part, Phase, TraceKind, VoiceMatter


def add_consent(by: By, conference_id: int, new: NewConsent) -> int:
    """Note a consent; returns its id."""
    (consent_id,) = add_consents(by, conference_id, [new])
    return consent_id


def add_consents(by: By, conference_id: int, given: Iterable[NewConsent]) -> list[int]:
    """Note the consents of several people at once; returns their ids."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.NOTE_CONSENTS)
        return [note_consent(by, conference, new) for new in given]


def note_consent(by: By, conference: Conference, new: NewConsent) -> int:
    """The same of one in the caller's transaction, which has locked the case to note consents."""
    participant = member(by.session, conference.id, new.participant_id)
    refuse_future(by.at, conference.timezone, given_on=new.given_on)
    if new.scope in NOT_TOO_YOUNG:
        _refuse_too_young(by, conference, participant)
    consent = Consent(conference_id=conference.id, **asdict(new))
    by.session.add(consent)
    if new.scope not in WAYS:
        traces.leave(by, conference, TraceKind.CONSENT_GIVEN, participant.id)
    by.session.flush()
    by.record("consent.given", conference.id, name=participant.name, scope=new.scope)
    return consent.id


def _refuse_too_young(by: By, conference: Conference, participant: Participant) -> None:
    """Refuse the consent of a child that is too young in this country to give one by itself."""
    birth = Birth.of(participant.born, participant.born_until)
    asked_from = PROFILES[conference.profile].own_consent_from
    if birth is not None and birth.oldest(local_date(by.at, conference.timezone)) < asked_from:
        raise Refusal(
            N_(
                "%(name)s is too young: a child is asked from the age of %(age)s. Note the consent of whoever decides "
                "for them."
            ),
            name=participant.name,
            age=asked_from,
        )


def withdraw_consent(by: By, conference_id: int, consent_id: int, on: date | None = None) -> None:
    """Note that a consent was withdrawn. `on` None: today."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.NOTE_CONSENTS)
        consent = by.session.get(Consent, consent_id)
        if consent is None or consent.conference_id != conference_id or consent.withdrawn_on is not None:
            raise Unknown
        day = on or local_date(by.at, conference.timezone)
        refuse_future(by.at, conference.timezone, on=day)
        if day < consent.given_on:
            raise Refusal(N_("A consent is taken back after it was given. Look at the day again."))
        _withdraw(by, conference, consent, day, stands=_was_asked(by, conference, consent.participant_id))


def _was_asked(by: By, conference: Conference, participant_id: int) -> bool:
    """Whether the consent of somebody in the circle is asked, or may be: another may be noted by mistake."""
    today, asked_from = local_date(by.at, conference.timezone), PROFILES[conference.profile].own_consent_from
    circle = (one.facts(today, {}) for one in members(by.session, conference.id) if one.id == participant_id)
    return any(one.asked_to_consent(asked_from) or (one.is_child and one.age is None) for one in circle)


def take_over(by: By, conference: Conference, theirs: Iterable[dict[str, Any]]) -> None:
    """Note consents that people of this case gave or took back under another number of it: rows as they are here.

    Of a person and scope the last word stands, alone. Whoever took a consent to the conference back took each back that
    they gave before.
    """
    new = [Consent(**row) for row in theirs]
    mine = list(by.session.scalars(select(Consent).where(Consent.conference_id == conference.id).order_by(Consent.id)))
    unheard = [one for one in new if one.withdrawn_on]  # nothing followed from it here yet
    for some, others in ((mine, new), (new, mine)):
        for one in some:
            later = [other for other in others if _takes_back(other, one)]
            if later and one.withdrawn_on is None:
                last = max(later, key=_last_word)
                one.withdrawn_on, one.withdrawal_stands = last.withdrawn_on, last.withdrawal_stands
                unheard += [one] if some is mine else []
    for key in {_about(one) for one in mine} & {_about(one) for one in new}:
        *former, _last = sorted((one for one in (*mine, *new) if _about(one) == key), key=_last_word)
        for one in former:
            (mine if one in mine else new).remove(one)
            if one.id:
                by.session.delete(one)
    by.session.add_all(new)
    by.session.flush()
    here = {one.id for one in members(by.session, conference.id)}
    known = consent_queries.consents_and_concerns(by.session, [conference.id])
    stand = {_about(one) for one in (*mine, *new) if one.withdrawn_on is None}
    stand |= {_about(one) for one in unheard if one.participant_id in known.consented and _is_to_conference(one)}
    for one in {_about(one): one for one in unheard if one in mine or one in new}.values():
        if one.participant_id in here and _about(one) not in stand and one.withdrawn_on:
            _carry_out(by, conference, one, one.withdrawn_on)


def _about(consent: Consent) -> tuple[int, str]:
    return consent.participant_id, consent.scope


def _last_word(consent: Consent) -> tuple[date, bool]:
    """When somebody spoke last about a consent; of one day, that they took it back."""
    return consent.withdrawn_on or consent.given_on, consent.withdrawn_on is not None


def _is_to_conference(consent: Consent) -> bool:
    return consent.scope not in BESIDE_THE_CONFERENCE


def _takes_back(one: Consent, other: Consent) -> bool:
    """Whether one of them was taken back after the other was given, and was to the same."""
    to_same = one.scope == other.scope or (_is_to_conference(one) and _is_to_conference(other))
    back = one.withdrawn_on is not None and one.withdrawn_on >= other.given_on
    return one.participant_id == other.participant_id and to_same and back


def _withdraw(by: By, conference: Conference, consent: Consent, day: date, *, stands: bool) -> None:
    """Take a consent back, and carry out what follows (`WITHDRAWAL`)."""
    consent.withdrawn_on, consent.withdrawal_stands = day, stands
    if consent.scope not in WAYS:
        traces.leave(by, conference, TraceKind.CONSENT_WITHDRAWN, consent.participant_id)
    _carry_out(by, conference, consent, day)


def _carry_out(by: By, conference: Conference, consent: Consent, day: date) -> None:
    if way := WAYS.get(consent.scope):
        _reach_no_more(by, conference, consent, way)
        return
    if consent.scope == SHARING:
        _share_no_more(by, conference, consent)
        return
    if consent.scope == RESEARCH:  # who takes part is read where it is used (`queries.consents.said_yes_to`)
        name = names(by.session, conference.id)[consent.participant_id]
        by.record("consent.withdrawn", conference.id, name=name, scope=consent.scope)
        return
    destroy_views(by.session, conference, local_date(by.at, conference.timezone), consent.participant_id)
    give_notice(by.session, conference, by.at, NoticeKind.CONSENT, about=consent.participant_id)
    whose = names(by.session, conference.id)[consent.participant_id]
    by.record("consent.withdrawn", conference.id, name=whose, on=day.isoformat())


def _share_no_more(by: By, conference: Conference, consent: Consent) -> None:
    """Take back that professionals see the plan: a main person's own answers, else those of each of them."""
    circle_now = members(by.session, conference.id)
    mains = {one.id for one in circle_now if one.part is Part.MAIN_PERSON}
    whose = {consent.participant_id} if consent.participant_id in mains else mains
    answers = (Voice.conference_id == conference.id, Voice.matter == VoiceMatter.READING)
    by.session.execute(delete(Voice).where(*answers, one_of(Voice.participant_id, "people")), {"people": list(whose)})
    name = names(by.session, conference.id)[consent.participant_id]
    by.record("consent.withdrawn", conference.id, name=name, scope=consent.scope)


def _reach_no_more(by: By, conference: Conference, consent: Consent, way: Way) -> None:
    """Send them nothing more this way. An address serves nothing else, so it goes; a number also rings."""
    participant = member(by.session, conference.id, consent.participant_id)
    give_up_to(by.session, participant.id, way, by.at)
    if way is Way.EMAIL:
        participant.email = ""
    by.record("consent.withdrawn", conference.id, name=participant.name, scope=consent.scope)


def give_own_consent(by: By, conference_id: int) -> int:
    """Note the visitor's own consent; returns its id. Given already, it stays as it is.

    Raises Unknown for somebody whose own consent is not asked.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.OWN_CONSENT)
        who, today = by.visitor.participant_id or 0, local_date(by.at, conference.timezone)
        me = next(one for one in members(by.session, conference_id) if one.id == who)
        own = consent_queries.own_consent(by.session, conference, me, today)
        if own is None or not own.asked:
            raise Unknown
        for row in consent_queries.own_consents(by.session, conference_id, who):
            if row.withdrawn_on is None and row.scope not in BESIDE_THE_CONFERENCE:
                return row.id
        return note_consent(by, conference, NewConsent(participant_id=who, given_on=today))


def withdraw_own_consent(by: By, conference_id: int, scope: str = "") -> None:
    """Note that the visitor takes their own consents back: those to the conference, or those to `scope` alone.

    Raises Refusal where there is none to take back.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.OWN_CONSENT)
        whose = (Consent.conference_id == conference_id, Consent.participant_id == (by.visitor.participant_id or 0))
        every = by.session.scalars(select(Consent).where(*whose, Consent.withdrawn_on.is_(None)))
        consents = [
            one for one in every if one.scope == scope or (not scope and one.scope not in BESIDE_THE_CONFERENCE)
        ]
        if not consents or (conference.phase is Phase.CLOSED and scope not in OWN_ONCE_CLOSED):
            raise Refusal(N_("There is no consent of yours that you could take back."))
        for consent in consents:
            day = max(local_date(by.at, conference.timezone), consent.given_on)
            _withdraw(by, conference, consent, day, stands=True)
