"""The circle of a case: its people, and who was informed."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import parts, traces
from ekc.conferences.actions.entries import refuse_future, update_row
from ekc.conferences.actions.name_index import index_name, index_name_anew
from ekc.conferences.effects import give_notice, sharing_now, tell_staff, tell_who_sees_more
from ekc.conferences.entries import PersonDetails, hidden_fields, is_sealed
from ekc.conferences.mails import NOT_COMING
from ekc.conferences.models import Conference, NameKey, Participant, ViewPicture
from ekc.conferences.queries.agencies import agencies
from ekc.conferences.queries.members import members
from ekc.conferences.roles import in_the_room
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.core.reading import one_of, read_rows
from ekc.core.transaction import writing
from ekc.directory.actions import list_organisations
from ekc.directory.models import Listing
from ekc.directory.queries import called
from ekc.links import actions as links_actions
from ekc.workflow.ends.kinds import EndRule
from ekc.workflow.ends.rows import is_gone
from ekc.workflow.engine import sees
from ekc.workflow.independence import Agency, Tie, closest
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.owed.rows import RULES
from ekc.workflow.vocabulary import (
    N_,
    NOT_THERE,
    PROFESSIONAL_PARTS,
    ROLE_OF_PART,
    Activity,
    Attends,
    InformedOf,
    Part,
    Role,
    TraceKind,
)

_IN_CIRCLE = select(Participant).where(Participant.conference_id == bindparam("case"), Participant.removed_at.is_(None))
_MEMBER = _IN_CIRCLE.where(Participant.id == bindparam("person"))
_MEMBERS = _IN_CIRCLE.where(one_of(Participant.id, "people")).order_by(Participant.id)
_MEMBER_IDS = _MEMBERS.with_only_columns(Participant.id)


def member(session: Session, conference_id: int, participant_id: int) -> Participant:
    """Somebody who is in the circle of this case now. Raises Unknown."""
    found = session.scalar(_MEMBER, {"person": participant_id, "case": conference_id})
    if found is None:
        raise Unknown
    return found


def chosen_members(session: Session, conference_id: int, participant_ids: Collection[int]) -> list[Participant]:
    """These people, by id, if each is in the circle of this case now. Raises Unknown."""
    if not participant_ids:
        return []
    found = list(session.scalars(_MEMBERS, {"people": participant_ids, "case": conference_id}))
    if len(found) != len(set(participant_ids)):
        raise Unknown
    return found


def chosen_ids(session: Session, conference_id: int, participant_ids: Collection[int]) -> list[int]:
    """The same, where nothing of these people is changed or read. Raises Unknown."""
    found = [one.id for one in read_rows(session, _MEMBER_IDS, {"people": participant_ids, "case": conference_id})]
    if len(found) != len(set(participant_ids)):
        raise Unknown
    return found


def has_page(part: Part, attends: Attends | None, end: EndRule | None = None) -> bool:
    """Whether somebody in the circle has an own page, and so can have a personal link. `end`: how the case ended."""
    return ROLE_OF_PART[part] is not None and attends is not Attends.EXCLUDED and not is_gone(part, end)


def add_person(by: By, conference_id: int, new: PersonDetails, why: str = "") -> int:
    """Add somebody to the circle; returns the participant id. A name and a part are enough.

    `why`: where it is somebody who came to this conference as a professional, why they come back in another part.
    """
    return add_people(by, conference_id, (new,), why)[0]


def add_people(by: By, conference_id: int, people: Sequence[PersonDetails], why: str = "") -> list[int]:
    """Add these people to the circle, all or none; returns their participant ids. `why`: as of `add_person`."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        told_already = _told_already(by.session, conference)
        return [_add(by, conference, _with_exclusion(new, None), told_already, why).id for new in people]


def add_in(by: By, conference: Conference, new: PersonDetails, why: str = "") -> Participant:
    """Add somebody in the caller's transaction; who joins after others were told has to be told. `why`: as above."""
    return _add(by, conference, new, _told_already(by.session, conference), why)


def _add(by: By, conference: Conference, new: PersonDetails, told_already: bool, why: str) -> Participant:
    _validate(by.session, by.at, conference, new, None)
    came_before = parts.came_before(by.session, conference, new, None, why)
    participant = insert_participant(by, conference, new)
    if new.informed_on:
        set_informed(by, conference, participant, new.informed_on)
    if new.safe_on:
        participant.safe_by = by.visitor.account_id
    if told_already and new.informed_on is None:
        give_notice(by.session, conference, by.at, NoticeKind.JOINED, about=participant.id)
    if came_before:
        parts.note_other_part(by, conference, participant, why)
    leave_letter(by, conference, participant)
    trace_attends(by, conference, participant)
    by.record("circle.added", conference.id, name=new.name, part=new.part)
    return participant


def change_person(by: By, conference_id: int, participant_id: int, details: PersonDetails, why: str = "") -> int | None:
    """Change the details of somebody. Exclusion revokes their personal links.

    Returns how many links were revoked if this call excludes them, else None. Fields that the visitor does not see keep
    their value, whatever `details` holds. `why`: why somebody who came as a professional, or a main person who had said
    no, has another part; asked at the field of that name.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        before = sharing_now(by.session, conference)
        stopped = change_in(by, conference, roles, member(by.session, conference_id, participant_id), details, why)
        tell_who_sees_more(by.session, conference, by.at, before)
    return stopped


def change_in(
    by: By, conference: Conference, roles: frozenset[Role], participant: Participant, details: PersonDetails, why: str
) -> int | None:
    """The same in the caller's transaction, which tells who sees more of a plan by it."""
    stopped = None
    seen = partial(sees, phase=conference.phase, roles=roles)
    hidden = hidden_fields(participant.address_secret, seen, is_sealed(participant, conference.phase))
    details = replace(details, **{name: getattr(participant, name) for name in hidden})
    details = _with_exclusion(details, participant)
    _validate(by.session, by.at, conference, details, participant)
    details = parts.of_this_organisation(by.session, details, participant)
    parts.refuse_other_part(conference, participant, details.part)
    other_part = parts.has_other_part(by.session, participant, details.part, why) or parts.came_before(
        by.session, conference, details, participant, why
    )
    no_stands = parts.no_stands(by.session, conference, participant, details, why)
    preserve_agencies(by.session, conference)
    if changed := update_row(participant, details, PersonDetails):
        if "informed_on" in changed:
            set_informed(by, conference, participant, details.informed_on)
        if "safe_on" in changed:
            participant.safe_by = by.visitor.account_id if details.safe_on else None
        if "name" in changed:
            index_name_anew(by.session, conference, participant)
        _list_organisation(by, participant)
        if "attends" in changed:
            trace_attends(by, conference, participant)
        if not has_page(details.part, details.attends):
            ended = _revoke_access(by.session, by.at, participant)
            stopped = ended if details.attends is Attends.EXCLUDED and "attends" in changed else None
            if stopped is not None:
                _leave_plan(by, conference, participant)
        if "view" in changed:
            mark_view(by, conference, participant)
        if not {"view", "attends"}.isdisjoint(changed):
            leave_letter(by, conference, participant)
        if "part" in changed:
            participant.no_stands &= details.part is not Part.MAIN_PERSON
        if other_part:
            parts.note_other_part(by, conference, participant, why)
        if no_stands:
            parts.note_no_stands(by, conference, participant, why or details.exclusion_reason or "")
        by.record("circle.changed", conference.id, name=details.name, fields=", ".join(changed))
    return stopped


def say_not_coming(by: By, conference_id: int, participant_id: int) -> None:
    """Somebody says for themselves, or for a child whom they support, that they do not come. Staff get a mail.

    Who stays away as was decided stays away. Raises Unknown for anybody else.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.SAY_NOT_COMING)
        person, own = member(by.session, conference_id, participant_id), by.visitor.participant_id
        beside = person.part is Part.CHILD and person.support_id == own and person.attends is not Attends.EXCLUDED
        if person.id != own and not beside:
            raise Unknown
        note_attends(by, conference, person, Attends.NO)


def note_attends(by: By, conference: Conference, person: Participant, attends: Attends | None) -> None:
    """Note how somebody comes as they said it, in the caller's transaction; None: they do not know yet.

    Where they say on their own page that they do not come, staff hear it.
    """
    if person.attends is attends:
        return
    person.attends = attends
    trace_attends(by, conference, person)
    leave_letter(by, conference, person)
    if attends is Attends.NO and by.visitor.participant_id is not None:
        give_notice(by.session, conference, by.at, NoticeKind.NOT_COMING, about=person.id)
        by.record("circle.not_coming", conference.id, name=person.name)
        tell_staff(by.session, conference, by.at, NOT_COMING)


def say_own_timezone(by: By, conference_id: int, timezone: str) -> None:
    """Somebody says in which time zone they are; empty: that of the case. It is the name of one."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.SAY_OWN_TIMEZONE)
        person = member(by.session, conference_id, by.visitor.participant_id or 0)
        if person.timezone != timezone:
            person.timezone = timezone
            by.record("circle.own_timezone", conference_id, name=person.name)


def remove_person(by: By, conference_id: int, participant_id: int, reason: str) -> int:
    """Remove somebody from the circle, with a reason for the audit.

    Revokes their personal links; returns how many.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.CHANGE_CIRCLE)
        participant = member(by.session, conference_id, participant_id)
        _require_other_main_person(by.session, conference, participant)
        if in_the_room(by.session, participant_id):
            raise Refusal(N_("%(name)s is in the room. Write down first that they have left."), name=participant.name)
        preserve_agencies(by.session, conference)
        before = sharing_now(by.session, conference)
        traces.leave(by, conference, TraceKind.REMOVED, participant_id, reason=reason)
        is_asked = parts.is_asked(participant.part, participant.attends)
        if is_asked and parts.said_no(by.session, conference, participant_id):
            parts.note_no_stands(by, conference, participant, reason)
        _leave_plan(by, conference, participant)
        participant.removed_at = by.at
        participant.convenes = False
        by.session.execute(delete(NameKey).where(NameKey.participant_id == participant_id))
        beside_them = (Participant.conference_id == conference_id, Participant.support_id == participant_id)
        by.session.execute(update(Participant).where(*beside_them).values(support_id=None))
        brought_in = (Participant.conference_id == conference_id, Participant.brought_by_id == participant_id)
        by.session.execute(update(Participant).where(*brought_in).values(brought_by_id=None))
        stopped = _revoke_access(by.session, by.at, participant)
        by.record("circle.removed", conference_id, name=participant.name, reason=reason)
        tell_who_sees_more(by.session, conference, by.at, before)
    return stopped


def set_informed(by: By, conference: Conference, participant: Participant, day: date | None) -> None:
    """Somebody was told of all on that day; None: that was a mistake."""
    participant.informed_on = participant.told_on = day
    participant.informed_at = told_at(by, conference, day)
    participant.informed_of = [one.value for one in InformedOf] if day else []
    participant.informed_how, participant.informed_by = None, by.visitor.account_id if day else None


def told_at(by: By, conference: Conference, day: date | None) -> datetime | None:
    """When somebody was told, as far as it is known: now, if it was today."""
    return by.at if day == local_date(by.at, conference.timezone) else None


_TOLD = (
    select(Participant.id)
    .where(
        Participant.conference_id == bindparam("case"),
        Participant.informed_on.is_not(None),
        Participant.removed_at.is_(None),
    )
    .limit(1)
)


def _told_already(session: Session, conference: Conference) -> bool:
    """Whether somebody was told of this conference, so that whoever joins now joins late."""
    return session.scalar(_TOLD, {"case": conference.id}) is not None


def _leave_plan(by: By, conference: Conference, participant: Participant) -> None:
    """Whoever the plan in force names goes: somebody else does it, keeps an eye on it or calls people together."""
    if participant.tasks_until is not None:
        give_notice(by.session, conference, by.at, NoticeKind.LEFT_PLAN, about=participant.id)


_PICTURE = select(ViewPicture.id).where(ViewPicture.participant_id == bindparam("person")).limit(1)


def mark_view(by: By, conference: Conference, participant: Participant) -> None:
    """Note whether somebody has a view, in words or in pictures, after a change of it, in the caller's transaction."""
    known = participant.id is not None  # whoever is new has no picture
    has_one = participant.view or (known and by.session.scalar(_PICTURE, {"person": participant.id}) is not None)
    if has_one and participant.view_on is None:
        participant.view_on, participant.view_destroyed_on = local_date(by.at, conference.timezone), None
    elif not has_one:
        participant.view_on = participant.view_read_back_on = None
        participant.view_own = participant.view_open = False


def leave_letter(by: By, conference: Conference, participant: Participant) -> None:
    """What somebody who is not there has to say is read out, also where it comes in during the conference."""
    here = conference.phase in RULES[NoticeKind.LETTER].phases
    if here and participant.attends in NOT_THERE and participant.view_on:
        give_notice(by.session, conference, by.at, NoticeKind.LETTER, about=participant.id)


def trace_attends(by: By, conference: Conference, participant: Participant) -> None:
    if participant.attends is not None:
        traces.leave(by, conference, TraceKind.ATTENDS, participant.id, participant.attends)


def insert_participant(by: By, conference: Conference, details: PersonDetails) -> Participant:
    """Insert somebody into the circle, in the caller's transaction."""
    participant = Participant(conference_id=conference.id, earlier_plans=conference.earlier_plans)
    update_row(participant, details, PersonDetails)
    mark_view(by, conference, participant)
    by.session.add(participant)
    by.session.flush()
    index_name(by.session, conference, participant)
    _list_organisation(by, participant)
    return participant


def _list_organisation(by: By, participant: Participant) -> None:
    """Let the organisation of a professional have a row. For whom others work is their own, and gets none."""
    if participant.part in PROFESSIONAL_PARTS:
        list_organisations(by, [participant.organisation])


def set_referrer(session: Session, conference: Conference, participant_id: int | None) -> None:
    """Make a professional of the circle the referrer (None: nobody was); a former referrer is a professional then.

    Raises Unknown for anybody who is no professional: becoming one decides about private time.
    """
    chosen = member(session, conference.id, participant_id) if participant_id is not None else None
    if chosen is not None and chosen.part not in PROFESSIONAL_PARTS:
        raise Unknown
    preserve_agencies(session, conference)
    here = (Participant.conference_id == conference.id, Participant.part == Part.REFERRER)
    for former in session.scalars(select(Participant).where(*here)).all():
        former.part = Part.PROFESSIONAL
    if chosen is not None:
        chosen.part = Part.REFERRER
    conference.registered_by = Part.REFERRER if chosen is not None else Part.MAIN_PERSON


def preserve_agencies(session: Session, conference: Conference) -> None:
    """Store the agencies of a case as they are now, before a change to circle or bottom lines.

    Otherwise a coordinator could end their own conflict of interest by changing the circle or the bottom lines.
    """
    now = agencies(members(session, conference.id))
    named = called(session, Listing.ORGANISATIONS, (name for name, _tie in conference.agencies_before or ()))
    before = (Agency(named[name], Tie(tie)) for name, tie in conference.agencies_before or ())
    kept = closest((*before, *now))
    conference.agencies_before = [[agency.name, agency.tie] for agency in kept]


def _with_exclusion(details: PersonDetails, current: Participant | None) -> PersonDetails:
    """The details with `attends` set to excluded if a decision to exclude was entered.

    Choosing another way to attend does not lift an exclusion: its reason, decider and day have to be cleared as well.
    """
    decision = (details.exclusion_reason, details.excluded_by, details.excluded_on)
    if not any(decision) or details.attends is Attends.EXCLUDED:
        return details
    if current is not None and current.attends is Attends.EXCLUDED:
        raise Refusal(
            N_(
                "It was decided that %(name)s stays away. If that holds no longer, "
                "clear why, by whom and when it was decided."
            ),
            name=current.name,
        )
    if current is not None and decision == (current.exclusion_reason, current.excluded_by, current.excluded_on):
        return details  # the decision is not new: something else is changed
    return replace(details, attends=Attends.EXCLUDED)


def _validate(
    session: Session, at: datetime, conference: Conference, details: PersonDetails, current: Participant | None
) -> None:
    """The rules for the details of a person. Raises Refusal, or Unknown for a supporter of another case."""
    days = {name: getattr(details, name) for name in ("born", "informed_on", "excluded_on", "safe_on")}
    refuse_future(at, conference.timezone, **days)
    parts.refuse_professional_again(session, conference, details, current)
    parts.refuse_unknown_part(session, conference, details, current)
    explained = details.exclusion_reason and details.excluded_by and details.excluded_on
    if details.attends is Attends.EXCLUDED and not explained:
        raise Refusal(N_("Write why they stay away, who decided it and when. It is kept for everybody's safety."))
    if details.support_id is not None:
        supporter = member(session, conference.id, details.support_id)
        if current is not None and supporter.id == current.id:
            raise Refusal(N_("Nobody is their own supporter. Choose somebody else."))
    if details.brought_by_id is not None:
        bringer = member(session, conference.id, details.brought_by_id)
        if current is not None and bringer.id == current.id:
            raise Refusal(N_("They cannot have brought themselves in. Choose somebody else."))
    if current is not None and (details.part is not Part.MAIN_PERSON or details.attends is Attends.EXCLUDED):
        _require_other_main_person(session, conference, current)


def _require_other_main_person(session: Session, conference: Conference, participant: Participant) -> None:
    """Refuse to lose the last main person: a case always has one."""
    if participant.part is not Part.MAIN_PERSON:
        return
    others = select(Participant.id).where(
        Participant.conference_id == conference.id,
        Participant.part == Part.MAIN_PERSON,
        Participant.removed_at.is_(None),
        or_(Participant.attends.is_(None), Participant.attends != Attends.EXCLUDED),
        Participant.id != participant.id,
    )
    if session.scalar(others.limit(1)) is None:
        raise Refusal(
            N_("%(name)s is the only main person. Add another main person first, or stop the case."),
            name=participant.name,
        )


def _revoke_access(session: Session, at: datetime, participant: Participant) -> int:
    """Revoke the personal links of somebody and delete unsent mails to them; returns how many links."""
    to_them = OutboxMessage.key.like(f"{participant.conference_id}:%:{participant.id}")  # the keys of `Audience.CIRCLE`
    session.execute(delete(OutboxMessage).where(to_them, OutboxMessage.sent_at.is_(None)))
    return links_actions.revoke(session, at, participant_id=participant.id)
