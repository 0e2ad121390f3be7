"""Registering a case, finding and changing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Region
from ekc.accounts.notifications import notify_administrators, notify_managers
from ekc.accounts.queries import managers_of, readers
from ekc.conferences import mails
from ekc.conferences.access import lock_case
from ekc.conferences.actions import voices
from ekc.conferences.actions.circle import chosen_members, insert_participant, member
from ekc.conferences.actions.entries import day_of_words, refuse_future, update_row
from ekc.conferences.effects import give_notice, recipient, to_be_rung
from ekc.conferences.entries import NewCase, Registration
from ekc.conferences.models import CaseCounter, Conference, Participant, SafetyConcern
from ekc.conferences.queries import registration
from ekc.conferences.queries.search import SearchResult, search
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown, WrongDay
from ekc.core.outbox import Link, Recipient, nothing_sent, queue
from ekc.core.reading import read_rows
from ekc.core.transaction import nested, writing
from ekc.directory.actions import row_of
from ekc.directory.models import Listing
from ekc.names import words
from ekc.workflow.definition.rows import VERSION
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity, Agreed, Part, Phase, VoiceMatter


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
                raise WrongDay(N_("%(name)s said yes on a day that is still to come. Look at it."), name=person.name)
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


def register_cases(by: By, new: Sequence[NewCase]) -> list[int]:
    """Register these cases, all or none; returns their ids. Nobody gets an email of it: they asked long ago.

    Raises Refusal, also for a region that a manager does not look after.
    """
    if by.visitor.account_id is not None and any(one.region_id not in by.visitor.regions for one in new):
        raise Refusal(N_("From a file you can register only for regions that you look after."))
    with nested(by.session) as inside:
        by.check_form()
        one_by_one = replace(by, session=inside, checks=[])
        with nothing_sent(inside):
            return [register_case(one_by_one, one) for one in new]


def _acknowledge(by: By, conference: Conference, registrant: Participant) -> None:
    """Mail the managers of the region that there is a registration, and whoever registered that it arrived.

    Where nobody manages the region, the administrators hear that instead.
    """
    notify_managers(by.session, mails.REGISTERED, by.at, {conference.region_id}, conference.id, by=by.visitor)
    if not readers(by.session, conference.region_id):
        notify_administrators(by.session, mails.UNMANAGED, by.at, conference.id)
    to = recipient(conference, registrant)
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


_here = (Participant.conference_id == bindparam("case"), Participant.removed_at.is_(None))
_SIDES = select(Participant.id, Participant.side).where(*_here)


def _keep_on_sides(session: Session, conference: Conference, sides: Iterable[str]) -> tuple[str, ...]:
    """The sides, with everybody who stands on one as it is written now. Raises Refusal if somebody's side is gone."""
    found = _by_folded_name(sides)
    on_a_side = [row.id for row in read_rows(session, _SIDES, {"case": conference.id}) if row.side]
    for participant in chosen_members(session, conference.id, on_a_side):
        if _folded(participant.side) not in found:
            raise Refusal(
                N_("%(name)s is on the side “%(side)s”. Choose another side for them first."),
                name=participant.name,
                side=participant.side,
            )
        participant.side = found[_folded(participant.side)]
    for concern in session.scalars(select(SafetyConcern).where(SafetyConcern.conference_id == conference.id)):
        if not concern.apart_from_side:
            continue
        if _folded(concern.apart_from_side) not in found:
            raise Refusal(
                N_("Under safety it says that somebody may not meet the side “%(side)s”. Change that first."),
                side=concern.apart_from_side,
            )
        concern.apart_from_side = found[_folded(concern.apart_from_side)]
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
