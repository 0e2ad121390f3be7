"""What other features do to the circle of a case, in their own transaction."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM
from ekc.accounts.models import Account
from ekc.accounts.notifications import notify_case_staff
from ekc.conferences.mails import (
    AGAIN_NOTICE,
    AGAIN_NOTICE_AGENCIES,
    CONSENT_BACK,
    COORDINATOR_NOTICE,
    FOUND_NEW_VERSION,
    FOUND_NOT_DONE,
    FOUND_UNSAFE,
    NOTICE,
    OTHER_PART,
    READS_MORE,
)
from ekc.conferences.models import Conference, Notice, Participant, Pause, SafetyConcern, Trace, ViewPicture, Voice
from ekc.conferences.queries.pauses import PausedDays, paused_days
from ekc.conferences.queries.staff import staff_to_ring
from ekc.conferences.roles import ASKED_ABOUT, SHARED, attended, circle_access, coordinator_with_access, shared
from ekc.core.audit import record
from ekc.core.clock import local_date
from ekc.core.language import language_of
from ekc.core.outbox import MailRule, OutboxMessage, Recipient, queue
from ekc.core.reading import Rows, read_rows
from ekc.core.transaction import writing
from ekc.links.models import PersonalLink
from ekc.links.queries.links import ON_PAPER
from ekc.workflow.ends.kinds import End
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.owed.listeners import Listener, NoticeFacts, concerned
from ekc.workflow.owed.rows import RULES
from ekc.workflow.owed.still_owed import reads_it
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    INSIDE_PARTS,
    TOOK_PART,
    Activity,
    Attends,
    Part,
    Phase,
    PlanSharing,
    Role,
    TraceKind,
    VoiceMatter,
)

_HAS_VIEW = Participant.view_on.is_not(None)
_WISHES = frozenset(
    {
        TraceKind.STOP_WISHED,
        TraceKind.STOP_TAKEN_BACK,
        TraceKind.AGAIN_WISHED,
        TraceKind.AGAIN_TAKEN_BACK,
        TraceKind.ASKED,
        TraceKind.ANSWERED,
    }
)


#: What is said of a case and asked again in each round: the day, and the one for the round before.
_ASKED_AGAIN = (
    ("question_agreed_on", "question_agreed_before_on"),
    ("no_bottom_lines_on", "no_bottom_lines_before_on"),
)
#: The mails of notices that are not about day or place.
_MAILS = {
    NoticeKind.COORDINATOR: (COORDINATOR_NOTICE,),
    NoticeKind.READING: (READS_MORE,),
    NoticeKind.PART: (OTHER_PART,),
    NoticeKind.AGAIN: (AGAIN_NOTICE, AGAIN_NOTICE_AGENCIES),
}


_STAFF_MAILS = {
    NoticeKind.CONSENT: CONSENT_BACK,
    NoticeKind.UNSAFE: FOUND_UNSAFE,
    NoticeKind.NOT_DONE: FOUND_NOT_DONE,
    NoticeKind.NEW_VERSION: FOUND_NEW_VERSION,
}


def queue_circle_mail(
    session: Session,
    conference: Conference,
    at: datetime,
    rule: MailRule,
    comes: bool = False,
    named: bool = False,
    other: Callable[[int], MailRule] | None = None,
    phase: Phase | None = None,
    **fields: Any,
) -> None:
    """Queue a mail for everybody whose part is in the rule, except excluded people. `other`: the mail of each, by id.

    Nobody gets one that leads to a page which they may not open; whom the case treats as a professional gets those to
    professionals. `phase`: in which they read it, where the step that sends it leads to another.

    `comes`: of family and supporters other than main persons, only those who take part, there or from afar, or did in
    the round before and have not said yet, and those whom the plan in force names. `named`: only those whom it names.
    """
    people = [person for person in _people(session, conference) if person.email]
    if not people:
        return
    access = circle_access(session, conference, phase or conference.phase)
    fields.setdefault("ring", to_ring(session, conference, at))
    for person in people:
        reader = access.get(person.id)
        if reader is None or not reader.may(Activity(rule.opens)):
            continue
        may_stay_home = comes and person.part in INSIDE_PARTS - {Part.MAIN_PERSON}
        stays_home = may_stay_home and (person.attends or person.attends_before) not in TOOK_PART
        if (stays_home or named) and person.tasks_until is None:
            continue
        if reader.mail_part(person.part) in rule.parts:
            _queue(session, conference, at, other(person.id) if other else rule, person, **fields)


def give_notice(
    session: Session,
    conference: Conference,
    at: datetime,
    kind: NoticeKind,
    *,
    was: str = "",
    now: str = "",
    about: int | None = None,
    end: End | None = None,
    account_id: int | None = None,
) -> None:
    """Leave what somebody must hear, answer or decide; mail those of them who have an address, and staff.

    Of most changes nothing is left where nothing was known before. Of another coordinator, of a plan and of an end
    there are mails of their own. `account_id`: of the coordinator who did it, who gets no mail about it.
    """
    rule = RULES[kind]
    if rule.changes and (was == now or not (was or rule.from_nothing)):
        return
    left = Notice(
        conference_id=conference.id, kind=kind, round=conference.round, at=at, about=about, end=end, was=was, now=now
    )
    session.add(left)
    session.flush()
    if kind in _STAFF_MAILS:
        manager = Role.REGIONAL_MANAGER in rule.roles
        tell_staff(session, conference, at, _STAFF_MAILS[kind], but=account_id, managers=manager, notice=left.id)
    if not rule.has_mails:
        return
    if rule.from_nothing and not was:  # there may have been something before there was nothing
        of_kind = (Notice.conference_id == conference.id, Notice.kind == kind, Notice.round == conference.round)
        earlier = session.scalars(select(Notice.was).where(*of_kind).order_by(Notice.id.desc())).all()
        was = next(filter(None, earlier), "")
    people = {person.id: person for person in _people(session, conference)}
    known = ("id", "part", "attends", "informed_on", "informed_at", "informed_before_on", "came_as_professional")
    listeners = [Listener(**{name: getattr(one, name) for name in known}) for one in people.values()]
    facts = NoticeFacts(id=left.id, kind=kind, at=at, on=local_date(at, conference.timezone), about=about, was=was)
    hear = [one for one in concerned(facts, listeners) if people[one.id].email and reads_it(rule, one)]
    if not hear:
        return
    mails = {part: mail for mail in _MAILS.get(kind, (NOTICE,)) for part in mail.parts}
    mailed, access = _mailed(session, conference, at, rule.mails), circle_access(session, conference, conference.phase)
    ring = to_ring(session, conference, at)
    for one in hear:
        mail = mails.get(access[one.id].mail_part(one.part)) if one.id in access else None
        if mail and one.id not in mailed and access[one.id].may(Activity(mail.opens)):
            _queue(session, conference, at, mail, people[one.id], notice=left.id, ring=ring)


def tell_staff(
    session: Session,
    conference: Conference,
    at: datetime,
    rule: MailRule,
    *,
    but: int | None = None,
    managers: bool = True,
    **fields: Any,
) -> None:
    """Queue a mail about a case for its coordinator, as long as they have access, `but` this account; and for managers.

    Where no coordinator has access any more, managers get it in any case.
    """
    coordinator = coordinator_with_access(conference, at)
    region = conference.region_id if managers or coordinator is None else None
    notify_case_staff(session, rule, at, conference.id, coordinator if coordinator != but else None, region, **fields)


def give_notice_of_number(session: Session, conference: Conference, at: datetime, was: str, now: str) -> None:
    """Leave that printed slips name somebody who is rung no longer at that number, if any were given out."""
    if session.scalar(select(PersonalLink.id).where(PersonalLink.conference_id == conference.id, ON_PAPER).limit(1)):
        give_notice(session, conference, at, NoticeKind.PAPER, was=was, now=now)


def to_be_rung(name: str, phone: str | None) -> str:
    """Whom a slip or a mail says to ring."""
    return f"{name}, {phone}" if phone else name


def to_ring(session: Session, conference: Conference, at: datetime) -> str:
    """Whom the circle can ring, as a mail and a slip say it."""
    people = staff_to_ring(session, conference, attended(session, conference, at))
    return "; ".join(to_be_rung(one.name, one.phone) for one in people)


def number_changed(session: Session, account: Account, at: datetime, was: str | None) -> None:
    """In each open case of this coordinator: slips name the number that they had before (`was`), if they had one."""
    if not was:
        return
    theirs = (Conference.coordinator_id == account.id, Conference.phase != Phase.CLOSED)
    for conference in session.scalars(select(Conference).where(*theirs)).all():
        before, after = (to_be_rung(account.name, phone) for phone in (was, account.phone))
        give_notice_of_number(session, conference, at, before, after)


_mail = OutboxMessage.__table__.c
_QUEUED = select(_mail.key).where(_mail.conference_id == bindparam("case"), _mail.queued_at == bindparam("at"))


def _mailed(session: Session, conference: Conference, at: datetime, keys: tuple[str, ...]) -> set[int]:
    """Who gets a mail already that tells the same: the step that left this sent it."""
    queued = (row.key for row in read_rows(session, _QUEUED, {"case": conference.id, "at": at}))
    found = (key for key in queued if key.partition(":")[2].startswith(keys))
    return {int(key.rpartition(":")[2]) for key in found}


def sharing_now(session: Session, conference: Conference) -> dict[int, tuple[str, PlanSharing]]:
    """Those about whom main persons say who else reads the plan, by id: their name, and what they see of it."""
    found = session.execute(_SHARING, {"case": conference.id})
    return {row.id: (row.name, shared(row.shared)) for row in found}


def tell_who_sees_more(
    session: Session, conference: Conference, at: datetime, before: Mapping[int, tuple[str, PlanSharing]]
) -> None:
    """Give notice of those who see more of the plan than `before` (`sharing_now`), if there are any.

    Because somebody answered, or because somebody who did not want it is no longer asked.
    """
    levels = list(PlanSharing)
    more = [
        (before[id_][1], sharing, name)
        for id_, (name, sharing) in sharing_now(session, conference).items()
        if id_ in before and levels.index(sharing) > levels.index(before[id_][1])
    ]
    was, now = ("\n".join(f"{one[place]} {one[2]}" for one in more) for place in (0, 1))
    give_notice(session, conference, at, NoticeKind.READING, was=was, now=now)


_HERE = (Participant.conference_id == bindparam("case"), Participant.removed_at.is_(None))
_PEOPLE = select(
    Participant.id,
    Participant.name,
    Participant.part,
    Participant.email,
    Participant.language,
    Participant.attends,
    Participant.attends_before,
    Participant.informed_on,
    Participant.informed_at,
    Participant.informed_before_on,
    Participant.tasks_until,
    Participant.came_as_professional,
).where(*_HERE)
_SHARING = (
    select(Participant.id, Participant.name, SHARED.label("shared")).where(*_HERE, ASKED_ABOUT).order_by(Participant.id)
)


def _people(session: Session, conference: Conference) -> Rows:
    return read_rows(session, _PEOPLE, {"case": conference.id})


def recipient(conference: Conference, person: Participant | Row[Any]) -> Recipient:
    """Somebody of the circle as mails reach them: in their own language, or else in that of the case or the country."""
    language = language_of(person.language, conference.language, PROFILES[conference.profile].language)
    return Recipient(person.id, person.email, language)


def _queue(
    session: Session, conference: Conference, at: datetime, rule: MailRule, person: Row[Any], **fields: Any
) -> None:
    to = recipient(conference, person)
    about = {"round": conference.round, "plan": conference.plan_number, **fields}
    queue(session, rule, to, at, case=conference.id, **about)


def begin_round(session: Session, conference: Conference) -> None:
    """Set aside what held for the round before: who was told, who comes, and what was arranged for safety.

    Who stays away by decision still does. That the question was agreed, and that there are no bottom lines, is asked
    again.
    """
    conference.earlier_plans = conference.plan_number
    for on, before in _ASKED_AGAIN:
        setattr(conference, before, getattr(conference, on) or getattr(conference, before))
        setattr(conference, on, None)
    for concern in session.scalars(select(SafetyConcern).where(SafetyConcern.conference_id == conference.id)):
        concern.arrangement_before, concern.arrangement = concern.arrangement or concern.arrangement_before, None
    of_case = (Participant.conference_id == conference.id, Participant.removed_at.is_(None))
    told = func.coalesce(Participant.informed_on, Participant.informed_before_on)
    session.execute(
        update(Participant)
        .where(*of_case)
        .values(
            informed_before_on=told,
            attends_before=Participant.attends,
            asked_again=False,
            informed_on=None,
            informed_of=[],
            told_on=None,
            informed_how=None,
            informed_by=None,
            safe_before_on=func.coalesce(Participant.safe_on, Participant.safe_before_on),
            safe_on=None,
            safe_by=None,
            lines_asked_on=None,
            lines_none_on=None,
        )
    )
    decided = Participant.attends == Attends.EXCLUDED
    session.execute(update(Participant).where(*of_case, ~decided).values(attends=None))


def end_round(session: Session, conference: Conference) -> None:
    """Let hold again what `begin_round` set aside, where nothing else was said in this round.

    Whoever does not come to this round counts as in the round before, in which the plan that stays was made.
    """
    for on, before in _ASKED_AGAIN:
        setattr(conference, on, getattr(conference, on) or getattr(conference, before))
    of_case = (Participant.conference_id == conference.id, Participant.removed_at.is_(None))
    came = Participant.attends_before.in_(set(Attends) - {Attends.EXCLUDED})
    not_there = or_(Participant.attends.is_(None), Participant.attends.not_in(TOOK_PART | {Attends.EXCLUDED}))
    session.execute(update(Participant).where(*of_case, came, not_there).values(attends=Participant.attends_before))
    told = func.coalesce(Participant.informed_on, Participant.informed_before_on)
    safe = func.coalesce(Participant.safe_on, Participant.safe_before_on)
    session.execute(update(Participant).where(*of_case).values(informed_on=told, safe_on=safe))
    for concern in session.scalars(select(SafetyConcern).where(SafetyConcern.conference_id == conference.id)):
        concern.arrangement = concern.arrangement or concern.arrangement_before


def destroy_views(session: Session, conference: Conference, on: date, participant_id: int | None = None) -> None:
    """Destroy what absent people wanted to say, and their pictures; of one alone, if one is named.

    What stays is the day on which it was destroyed, for their own page.
    """
    of_case = Participant.conference_id == conference.id
    whose = and_(of_case, Participant.id == participant_id) if participant_id is not None else of_case
    pictures = ViewPicture.participant_id.in_(select(Participant.id).where(whose))
    session.execute(delete(ViewPicture).where(pictures))
    session.execute(update(Participant).where(whose, Participant.view_on.is_not(None)).values(view_destroyed_on=on))
    gone = {"view": "", "view_on": None, "view_own": False, "view_open": False, "view_read_back_on": None}
    session.execute(update(Participant).where(whose).values(gone))


def destroy_due_views(session: Session, at: datetime, region_id: int) -> int:
    """In the cases of a region, destroy the views that are kept no longer; returns of how many cases.

    So many days after the plan was agreed, or the case closed, as the profile says.
    """
    ended = (Conference.phase.in_((Phase.EVALUATION, Phase.CLOSED)), Conference.region_id == region_id)
    here = select(Conference.id).where(*ended, Conference.id.in_(select(Participant.conference_id).where(_HAS_VIEW)))
    count = 0
    for conference_id in session.scalars(here).all():
        with writing(session):
            conference = session.get_one(Conference, conference_id, with_for_update=True, populate_existing=True)
            today, since = (local_date(one, conference.timezone) for one in (at, conference.phase_since))
            last = since + timedelta(days=PROFILES[conference.profile].views_kept_days)
            if conference.phase in (Phase.EVALUATION, Phase.CLOSED) and today > last:
                destroy_views(session, conference, today)
                record(session, PROGRAM.actor, at, "view.destroyed", conference_id)
                count += 1
    return count


def destroy_worries(session: Session, conference: Conference) -> None:
    """Empty what worried people."""
    session.execute(update(Participant).where(Participant.conference_id == conference.id).values(worries=""))


def destroy_wishes(session: Session, conference: Conference) -> None:
    """Delete who wanted to stop in this round, and who wanted to come together for it or again."""
    stopping = (Voice.matter == VoiceMatter.STOPPING) & (Voice.about == conference.round)
    again = (Voice.matter == VoiceMatter.AGAIN) & (Voice.about >= conference.round - 1)
    session.execute(delete(Voice).where(Voice.conference_id == conference.id, stopping | again))
    told = (Trace.conference_id == conference.id, Trace.round >= conference.round - 1, Trace.kind.in_(_WISHES))
    session.execute(delete(Trace).where(*told))


#: Where silence of the coordinator is watched; in the evaluation its follow-ups tell who is late.
_WATCHED = frozenset(Phase) - {Phase.EVALUATION, Phase.CLOSED}


def renew_watch(session: Session, conference: Conference, at: datetime) -> None:
    """Note anew until when the phase is within its norm, and whether silence is watched; in a pause neither."""
    profile, today = PROFILES[conference.profile], local_date(at, conference.timezone)
    since = local_date(conference.phase_since, conference.timezone)
    goes_on = conference.paused_at is None
    paused = paused_days(session, [conference.id], at).get(conference.id, PausedDays()).days
    conference.norm_until = profile.norm_until(conference.phase, since, paused) if goes_on else None
    watched = goes_on and conference.coordinator_id is not None and conference.phase in _WATCHED
    conference.silent_since = (conference.silent_since or today) if watched else None


def end_pause(session: Session, conference: Conference, at: datetime, account_id: int | None = None) -> None:
    """Let the deadlines go on, if they stand still. `account_id`: whose decision it was; None: a step was taken."""
    if conference.paused_at is None:
        return
    conference.paused_at = None
    open_one = update(Pause).where(Pause.conference_id == conference.id, Pause.ended_at.is_(None))
    session.execute(open_one.values(ended_at=at, ended_by=account_id))


def pause_again(session: Session, conference: Conference, taken_at: datetime) -> None:
    """Pause again what a step that is taken back ended."""
    ended = select(Pause).where(Pause.conference_id == conference.id, Pause.ended_at == taken_at)
    if (row := session.scalar(ended.where(Pause.ended_by.is_(None)))) is not None:
        row.ended_at, conference.paused_at = None, row.began_at
