"""Registering a case, finding and changing it; consents and the contact log."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Region
from ekc.accounts.notifications import notify_administrators, notify_managers
from ekc.accounts.queries import managers_of, readers
from ekc.conferences import mails
from ekc.conferences.access import lock_case
from ekc.conferences.actions import traces, voices
from ekc.conferences.actions.circle import chosen_members, insert_participant, member
from ekc.conferences.actions.entries import day_of_words, refuse_future, update_row
from ekc.conferences.effects import destroy_views, give_notice, to_be_rung
from ekc.conferences.entries import BESIDE_THE_CONFERENCE, SHARING, WAYS, NewCase, NewConsent, NewContact, Registration
from ekc.conferences.models import CaseCounter, Conference, Consent, ContactEntry, Participant, Voice
from ekc.conferences.queries import consents as consent_queries
from ekc.conferences.queries import registration
from ekc.conferences.queries.members import members
from ekc.conferences.queries.names import names
from ekc.conferences.queries.search import SearchResult, search
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.language import language_of
from ekc.core.outbox import Link, Recipient, Way, give_up_to, queue
from ekc.core.reading import one_of
from ekc.core.transaction import writing
from ekc.directory.actions import row_of
from ekc.directory.models import Listing
from ekc.names import words
from ekc.workflow.birth import Birth
from ekc.workflow.definition.rows import VERSION
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity, Agreed, Part, Phase, TraceKind, VoiceMatter

# The case


def register_case(by: By, new: NewCase) -> int:
    """Register a case; returns its id. Needs no account; only staff may give an earlier day of registration.

    A main person who fills in the form themselves says yes by that (EK1), unless a day is given: the first of those who
    are named. The others say yes for themselves. Where staff fill it in, only a day that they give says so.
    """
    profile = PROFILES.get(new.profile)
    by_staff = by.visitor.account_id is not None
    with writing(by.session):
        by.check_form()
        if profile is None or by.session.get(Region, new.region_id) is None:
            raise Unknown
        timezone = new.timezone or profile.timezone
        today = local_date(by.at, timezone)
        on = (new.registered_on if by_staff else None) or today
        refuse_future(by.at, timezone, registered_on=on)
        if not new.main_persons:
            raise Refusal(N_("Say who the main person is."))
        for person, day in zip(new.main_persons, new.said_yes_on, strict=False):
            if day and day > today:
                raise Refusal(N_("%(name)s said yes on a day that is still to come. Look at it."), name=person.name)
        if new.registered_by is not Part.MAIN_PERSON and new.registrant is None:
            raise Refusal(N_("Say who you are: your name, and how you can be reached."))
        said_yes = dict(enumerate(new.said_yes_on))
        if new.registered_by is Part.MAIN_PERSON and not by_staff:
            said_yes[0] = said_yes.get(0) or on
        sides = _by_folded_name([*new.sides, *(person.side for person in new.main_persons if person.side)])
        conference = Conference(
            number=_next_number(by.session, profile.number_prefix, on.year),
            variant=new.variant,
            profile=profile.code,
            workflow_version=VERSION,
            language=new.language or profile.language,
            timezone=timezone,
            legal_context=new.legal_context,
            municipality_id=row_of(by, Listing.MUNICIPALITIES, new.municipality),
            region_id=new.region_id,
            title=new.title or ", ".join(person.name for person in new.main_persons),
            topics=list(new.topics),
            sides=list(sides.values()),
            question=new.question,
            registered_on=on,
            registered_by=new.registered_by,
            reason=new.reason,
            wishes=list(new.wishes),
            sought=[[one.kind, one.about] for one in new.sought],
            phase_since=by.at,
            norm_until=profile.norm_until(Phase.REGISTRATION, today),
            searchable=by_staff,
            follows_id=_followed(by, new.follows) if by_staff else None,
            # Whoever has no account learns nothing from it: staff look it up.
            follows_said=None if by_staff else new.follows or None,
        )
        by.session.add(conference)
        by.session.flush()
        people = [
            insert_participant(
                by,
                conference,
                replace(person, part=Part.MAIN_PERSON, side=sides.get(_folded(person.side), "")),
            )
            for person in new.main_persons
        ]
        for number, row in enumerate(people):
            if day := said_yes.get(number):
                voices.say(by, conference, VoiceMatter.CONFERENCE, 0, row.id, Agreed.YES, on=day)
        if new.registrant is not None:
            people.append(insert_participant(by, conference, replace(new.registrant, part=new.registered_by)))
        _acknowledge(by, conference, next(one for one in people if one.part is new.registered_by))
        by.record("case.registered", conference.id, number=conference.number)
    return conference.id


def _acknowledge(by: By, conference: Conference, registrant: Participant) -> None:
    """Mail the managers of the region that there is a registration, and whoever registered that it arrived.

    Where nobody manages the region, the administrators hear that instead.
    """
    notify_managers(by.session, mails.REGISTERED, by.at, {conference.region_id}, conference.id, by=by.visitor)
    if not readers(by.session, conference.region_id):
        notify_administrators(by.session, mails.UNMANAGED, by.at, conference.id)
    language = language_of(registrant.language, conference.language, PROFILES[conference.profile].language)
    to = Recipient(registrant.id, registrant.email, language)
    managers = managers_of(by.session, conference.region_id)
    ring = "; ".join(to_be_rung(one.name, one.phone) for one in managers)
    queue(by.session, mails.RECEIVED, to, by.at, case=conference.id, ring=ring)


def mail_link(by: By, draft_id: int, to: Recipient, link: Link) -> None:
    """Mail somebody the link with which they go on with a registration that they began."""
    with writing(by.session):
        queue(by.session, mails.GO_ON, to, by.at, link=link, draft=draft_id)


def change_registration(
    by: By,
    conference_id: int,
    new: Registration,
    said_yes_on: Mapping[int, date | None] | None = None,
    follows: str | None = None,
) -> bool:
    """Change the registration. Returns whether another question took away the day on which it was agreed.

    `follows`: the number of a closed case that starts again by this; None: as it was.

    `said_yes_on`: when each of these main persons said yes to a conference, None: not yet; others keep what they said.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CHANGE_REGISTRATION)
        said_yes_on = said_yes_on or {}
        new = replace(new, sides=_keep_on_sides(by.session, conference, new.sides))
        said = {f"said_yes_{id_}": day for id_, day in said_yes_on.items()}
        refuse_future(by.at, new.timezone, question_agreed_on=new.question_agreed_on, **said)
        if new.question_agreed_on and not new.question:
            raise Refusal(N_("Write the question that was agreed, or leave out the day on which it was."))
        question = (conference.question, conference.question_agreed_on)
        agreed_on = day_of_words(question, (new.question, new.question_agreed_on))
        changed = update_row(conference, replace(new, question_agreed_on=agreed_on), Registration)
        if follows is not None:
            followed = _followed(by, follows, conference.follows_id)
            if followed != conference.follows_id:
                conference.follows_id = followed
                changed.append("follows")
        for participant_id, day in said_yes_on.items():
            if _note_yes(by, conference, participant_id, day):
                changed.append(f"said yes {participant_id}")
        if changed:
            by.record("registration.changed", conference_id, fields=", ".join(changed))
    return agreed_on != new.question_agreed_on


def _folded(side: str) -> str:
    return " ".join(words(side)) or side


def _by_folded_name(sides: Iterable[str]) -> dict[str, str]:
    """The sides without those that differ in capitals or spaces alone, by their folded names."""
    found: dict[str, str] = {}
    for side in sides:
        found.setdefault(_folded(side), side)
    return found


def _keep_on_sides(session: Session, conference: Conference, sides: Iterable[str]) -> tuple[str, ...]:
    """The sides, with everybody who stands on one as it is written now. Raises Refusal if somebody's side is gone."""
    found = _by_folded_name(sides)
    here = (Participant.conference_id == conference.id, Participant.removed_at.is_(None))
    for participant in session.scalars(select(Participant).where(*here)):
        if not participant.side:
            continue
        if _folded(participant.side) not in found:
            raise Refusal(
                N_("%(name)s is on the side “%(side)s”. Choose another side for them first."),
                name=participant.name,
                side=participant.side,
            )
        participant.side = found[_folded(participant.side)]
    return tuple(found.values())


def _followed(by: By, number: str, known: int | None = None) -> int | None:
    """The closed case with this number, of the visitor's regions or that they coordinated; `known`: it is that already.

    Raises Refusal; no such case, one that is not closed and somebody else's give the same sentence.
    """
    if not number.strip():
        return None
    found = registration.case_of_number(by.session, number.strip().upper())
    if found is not None and found.id == known:
        return known
    who = by.visitor
    theirs = found is not None and (
        found.region_id in who.regions or (who.account_id is not None and found.coordinator_id == who.account_id)
    )
    if found is None or not theirs or found.phase is not Phase.CLOSED:
        raise Refusal(
            N_(
                "There is no closed conference of yours or of your regions with this number. Look at it again, or "
                "leave it out."
            )
        )
    return found.id


def _note_yes(by: By, conference: Conference, participant_id: int, day: date | None) -> bool:
    """Note when a main person said yes to a conference; returns whether that is new."""
    if member(by.session, conference.id, participant_id).part is not Part.MAIN_PERSON:
        raise Unknown
    before = voices.said(by, conference.id, VoiceMatter.CONFERENCE, 0, participant_id)
    if (before.said_on if before else None) == day:
        return False
    if day is None:
        voices.take_back(by, conference.id, VoiceMatter.CONFERENCE, 0, participant_id)
        give_notice(by.session, conference, by.at, NoticeKind.CONSENT, about=participant_id)
    else:
        voices.say(by, conference, VoiceMatter.CONFERENCE, 0, participant_id, Agreed.YES, on=day)
    return True


def search_and_record(by: By, asked: str) -> tuple[SearchResult, ...]:
    """Search cases, and record the search in the audit.

    A search shows titles and names, so each case that was found gets an audit event, which its people can read.
    """
    with writing(by.session):
        found = search(by.session, by.visitor, asked, by.at)
        roles = " ".join(sorted(by.visitor.roles))
        by.record_each("case.found", {one.conference_id for one in found}, roles=roles)
        by.record("case.searched", asked=asked, found=len(found))
    return found


def _next_number(session: Session, prefix: str, year: int) -> str:
    """The next case number of a year, counted over all prefixes: year and count alone tell cases apart.

    The counter stays locked until commit, so that no number is skipped.
    """
    count = update(CaseCounter).where(CaseCounter.year == year).values(last=CaseCounter.last + 1)
    count = count.execution_options(synchronize_session=False)
    taken = session.scalar(count.returning(CaseCounter.last))
    if taken is None:
        try:
            with session.begin_nested():
                session.execute(insert(CaseCounter).values(year=year, last=0))
        except IntegrityError:
            pass  # another transaction inserted the year at the same time
        taken = session.scalars(count.returning(CaseCounter.last)).one()
    return f"{prefix}-{year}-{taken:04}"


# Consents


def add_consent(by: By, conference_id: int, new: NewConsent) -> int:
    """Note a consent; returns its id."""
    (consent_id,) = add_consents(by, conference_id, [new])
    return consent_id


def add_consents(by: By, conference_id: int, given: Iterable[NewConsent]) -> list[int]:
    """Note the consents of several people at once; returns their ids."""
    with writing(by.session):
        return note_consents(by, conference_id, given)


def note_consents(by: By, conference_id: int, given: Iterable[NewConsent]) -> list[int]:
    """The same in the caller's transaction."""
    conference, _ = lock_case(by, conference_id, Activity.NOTE_CONSENTS)
    return [_add_consent(by, conference, new) for new in given]


def _add_consent(by: By, conference: Conference, new: NewConsent) -> int:
    participant = member(by.session, conference.id, new.participant_id)
    refuse_future(by.at, conference.timezone, given_on=new.given_on)
    if new.scope == SHARING:
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
            N_("%(name)s is younger than %(age)s. Note the consent of who decides for them."),
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


def _withdraw(by: By, conference: Conference, consent: Consent, day: date, *, stands: bool) -> None:
    """Take a consent back, and carry out what follows (`WITHDRAWAL`)."""
    consent.withdrawn_on, consent.withdrawal_stands = day, stands
    if way := WAYS.get(consent.scope):
        _reach_no_more(by, conference, consent, way)
        return
    traces.leave(by, conference, TraceKind.CONSENT_WITHDRAWN, consent.participant_id)
    if consent.scope == SHARING:
        _share_no_more(by, conference, consent)
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
        if consent_queries.own_consent(by.session, conference, me, today) is None:
            raise Unknown
        for row in consent_queries.own_consents(by.session, conference_id, who):
            if row.withdrawn_on is None:
                return row.id
        return _add_consent(by, conference, NewConsent(participant_id=who, given_on=today))


def withdraw_own_consent(by: By, conference_id: int) -> None:
    """Note that the visitor takes their own consents back. Raises Refusal where there is none to take back."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.OWN_CONSENT)
        whose = (Consent.conference_id == conference_id, Consent.participant_id == (by.visitor.participant_id or 0))
        every = by.session.scalars(select(Consent).where(*whose, Consent.withdrawn_on.is_(None)))
        consents = [consent for consent in every if consent.scope not in BESIDE_THE_CONFERENCE]
        if not consents:
            raise Refusal(N_("There is no consent of yours that you could take back."))
        for consent in consents:
            day = max(local_date(by.at, conference.timezone), consent.given_on)
            _withdraw(by, conference, consent, day, stands=True)


# Contact log


def log_contact(by: By, conference_id: int, new: NewContact) -> int:
    """Add an entry to the contact log; returns its id."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.LOG_CONTACT)
        if new.participant_id is not None:
            member(by.session, conference_id, new.participant_id)
        refuse_future(by.at, conference.timezone, on=new.on)
        return _log(by, new, conference_id)


def log_call(by: By, conference_id: int, participant_id: int) -> None:
    """Add that somebody was spoken to by telephone today, without what was said, in the caller's transaction."""
    conference, _ = lock_case(by, conference_id, Activity.LOG_CONTACT)
    today = local_date(by.at, conference.timezone)
    _log(by, NewContact(on=today, channel="phone", text="", participant_id=participant_id), conference_id)


def _log(by: By, new: NewContact, conference_id: int) -> int:
    entry = ContactEntry(**_entry(by, conference_id, new))
    by.session.add(entry)
    by.session.flush()
    by.record("contact.logged", conference_id, channel=new.channel)
    return entry.id


def _entry(by: By, conference_id: int, new: NewContact) -> dict[str, Any]:
    return asdict(new) | {"conference_id": conference_id, "written_at": by.at, "written_by": by.visitor.account_id}


def log_contacts(by: By, conference_id: int, texts: Mapping[int, str], channel: str) -> int:
    """Add an entry of today for each of these people to the contact log, with the text of each; returns how many.

    By the regional manager too, and after the end: whoever told somebody what they had to hear. It settles nothing that
    staff have to speak with somebody about.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.TELL)
        if not texts:
            raise Refusal(N_("Choose who was told."))
        today = local_date(by.at, conference.timezone)
        told = [
            NewContact(on=today, channel=channel, text=texts[person.id], participant_id=person.id)
            for person in chosen_members(by.session, conference_id, texts)
        ]
        entries = [_entry(by, conference_id, new) | {"from_list": True} for new in told]
        by.session.execute(insert(ContactEntry), entries)  # at once: their ids are not asked
        by.record("contact.logged", conference_id, channel=channel, people=len(texts))
    return len(texts)
