"""Independence of a coordinator: declarations, employers, confirmation by the main person, waivers of conflicts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import Account
from ekc.accounts.queries import who_can_coordinate
from ekc.conferences.access import lock_case
from ekc.conferences.actions import voices
from ekc.conferences.effects import (
    give_notice,
    give_notice_of_number,
    number_changed,
    queue_circle_mail,
    renew_watch,
    to_be_rung,
)
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries import voices as voice_queries
from ekc.conferences.queries.members import members
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.transaction import writing
from ekc.directory.actions import list_organisations
from ekc.links.actions import ask_on_new_devices
from ekc.links.models import PersonalLink
from ekc.matching import mails
from ekc.matching.actions.asking import current_match, lock_pending_match, mail_requester, past_day, queue_mail
from ekc.matching.effects import forget_turns
from ekc.matching.entries import Declaration
from ekc.matching.models import Match, Waiver
from ekc.matching.queries.match import open_conflicts, tied_by
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.independence import named_in
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import N_, Activity, Agreed, Phase, Role, VoiceMatter

# Employers


def set_employer(by: By, account_id: int, employer: str) -> None:
    """Set for whom the owner of an account also works; empty: nobody. It counts for all their cases at once.

    By an administrator, or the regional manager of the region where they work. Raises Unknown or Refusal.
    """
    with writing(by.session):
        account = by.session.get(Account, account_id, with_for_update=True)
        if account is None or not account.active:
            raise Unknown
        theirs = has_duty(Duty.ACCOUNTS, by.visitor.roles) or account.region_id in by.visitor.regions
        if by.visitor is not PROGRAM and not (has_duty(Duty.EMPLOYERS, by.visitor.roles) and theirs):
            raise Unknown
        by.check_form()
        note_employer(by, account, employer)


def note_employer(by: By, account: Account, employer: str) -> None:
    """Set the employer in the caller's transaction. Raises Refusal for one's own account."""
    noted = employer.strip() or None
    if noted == account.employer:
        return
    if by.visitor.account_id == account.id:
        raise Refusal(N_("You cannot note this about yourself. Ask another administrator or your manager."))
    account.employer = noted
    list_organisations(by, named_in(employer))
    by.record("account.employer", account=account.id, employer=noted or "")


# Declarations


def accept(by: By, conference_id: int, declared: Declaration, on: date | None = None, phone: str | None = None) -> None:
    """Accept a case with a declaration of independence. `on`: the day it was said; today if None.

    `phone`: the number where families reach them, on their account from now on; None: as it is there.

    From now on they coordinate the case. The former coordinator and the main persons get a mail, and the main persons
    are asked to confirm. Raises Refusal where they work for an agency of the case.
    """
    with writing(by.session):
        conference, match = lock_pending_match(by, conference_id)
        account = by.session.get_one(Account, match.account_id)
        if tied := tied_by(by.session, conference_id, [declared.employer, account.employer]):
            raise Refusal(
                N_(
                    "You work for %(agency)s, which takes part in this conference, and so you cannot be its "
                    "coordinator. Say no below; you need not say why."
                )
                if conference.phase is not Phase.PRIVATE_TIME
                else N_(
                    "You work for an organisation that takes part in this conference, and so you cannot be its "
                    "coordinator. Say no below; you need not say why."
                ),
                agency=tied[0].name,
            )
        if phone is not None and phone != (account.phone or ""):
            number, account.phone = account.phone, phone or None
            number_changed(by.session, account, by.at, number)
            by.record("account.changed", account=account.id, fields="phone")
        day = past_day(by.at, conference, accepted_on=on)
        before = current_match(by.session, conference_id)
        conference.coordinator_id, conference.asked_coordinator_id = match.account_id, None  # mails name the new one
        if before is not None:
            _replace_coordinator(by.session, conference, by.at, before, match.id)
        match.accepted_on = day
        forget_turns(by.session, conference_id)
        conference.silent_since = None  # of the one before
        renew_watch(by.session, conference, by.at)
        if not _earlier_declarations(by.session, match):
            conference.agencies_before = None  # former agencies are no conflict for a new coordinator
        if conference.tasks_ended_on is not None:  # restart the period of access in a case that waits to be closed
            conference.tasks_ended_on = local_date(by.at, conference.timezone)
        _declare(by, conference, match, declared, "match.accepted")


def declare(by: By, conference_id: int, declared: Declaration) -> None:
    """Declare independence again, after something has changed. New conflicts are open from now on.

    Conflicts of earlier declarations stay open until they are waived: other words do not remove them.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.ANSWER_MATCH)
        match = current_match(by.session, conference_id)
        if match is None or match.account_id != by.visitor.account_id:
            raise Unknown
        _declare(by, conference, match, declared, "match.declared")


def _declare(
    by: By,
    conference: Conference,
    match: Match,
    declared: Declaration,
    action: str,
) -> None:
    """Store a declaration with the earlier ones, audit it, and send a mail if a conflict is open."""
    if not declared.independence.strip():
        raise Refusal(N_("Say in your own words how independent you are."))
    before = _earlier_declarations(by.session, match)
    match.independence = declared.independence.strip()
    match.answers = {**declared.answers, "before": before} if before else declared.answers
    list_organisations(by, named_in(declared.employer or ""))
    by.session.flush()
    by.record(
        action,
        conference.id,
        account=match.account_id,
        coordinator=by.actor.name,
        words=match.independence,
        **declared.answers,
    )
    if open_conflicts(by.session, conference.id):
        mail_requester(by, mails.CONFLICT, conference, match)


def _earlier_declarations(session: Session, match: Match) -> list[dict[str, Any]]:
    """What this coordinator declared for the case so far, in former matches too."""
    of_them = (Match.conference_id == match.conference_id, Match.account_id == match.account_id)
    declared_matches = select(Match).where(*of_them, Match.independence.is_not(None)).order_by(Match.id)
    said: list[dict[str, Any]] = []
    for one in session.scalars(declared_matches):
        answers = dict(one.answers or {})
        said += [earlier for earlier in answers.pop("before", ()) if earlier not in said]
        said.append({"independence": one.independence, **answers})
    return said


def _replace_coordinator(session: Session, conference: Conference, at: datetime, before: Match, to: int) -> None:
    """End the match of the former coordinator; the case goes to the coordinator of the match `to`."""
    before.ended_on = local_date(at, conference.timezone)
    session.flush()  # before the next update: the index allows one accepted match
    ask_on_new_devices(session, PersonalLink.conference_id == conference.id)
    queue_mail(session, mails.TAKEN_OVER, conference, at, before.account_id, before)
    queue_circle_mail(session, conference, at, mails.ANOTHER_COORDINATOR, match=to)
    coordinates = session.get_one(Match, to).account_id
    former, new = (session.get_one(Account, account_id) for account_id in (before.account_id, coordinates))
    give_notice(session, conference, at, NoticeKind.COORDINATOR, was=former.name, now=new.name)
    was, now = (to_be_rung(one.name, one.phone) for one in (former, new))
    give_notice_of_number(session, conference, at, was, now)


# What each main person says of the coordinator


def confirm_coordinator(
    by: By,
    conference_id: int,
    on: date | None = None,
    match_id: int | None = None,
    participant_id: int | None = None,
) -> None:
    """Record that a main person accepts the coordinator: by themselves, or noted by staff.

    `on`: the day; None: today. `participant_id`: whose yes staff note; None: of the only main person. `match_id` is the
    match that the page showed; Stale if another coordinator has accepted since.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.CONFIRM_COORDINATOR)
        match = _shown_match(by.session, conference_id, match_id)
        if not who_can_coordinate(by.session, [match.account_id], by.at):
            raise Refusal(N_("This coordinator cannot sign in any more. Another coordinator is being looked for."))
        whose = _main_person(by, conference_id, participant_id)
        decides = (
            Role.REGIONAL_MANAGER in roles and match.account_id != by.visitor.account_id
        )  # nobody decides about themselves
        before = voices.said(by, conference_id, VoiceMatter.COORDINATOR, match.id, whose)
        taken_back = before is not None and before.answer is Agreed.NO
        if taken_back and by.visitor.participant_id != whose and not decides:
            raise Refusal(
                N_(
                    "%(name)s would rather have somebody else. Only they can take that back on their own page, or your "
                    "regional manager notes here that they did."
                ),
                name=by.session.get_one(Participant, whose).name,
            )
        day = past_day(by.at, conference, confirmed_on=on)
        if match.accepted_on is not None and day < match.accepted_on:
            later = N_("The coordinator took the case later than that day. Choose that day or a later one.")
            raise Refusal(later).at("confirmed_on")
        voices.say(by, conference, VoiceMatter.COORDINATOR, match.id, whose, Agreed.YES, on=day)
        name = by.session.get_one(Account, match.account_id).name
        by.record("match.confirmed", conference_id, account=match.account_id, coordinator=name, main_person=whose)
        if taken_back:
            mail_requester(by, mails.WANTED_AFTER_ALL, conference, match)


def want_another_coordinator(by: By, conference_id: int, match_id: int | None = None) -> None:
    """Record that a main person wants another coordinator; no reason is asked. The person who asked gets a mail.

    It holds until they confirm after all, or another coordinator accepts; it ends their own earlier confirmation, and
    nobody else's. `match_id` as in `confirm_coordinator`.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.WANT_ANOTHER_COORDINATOR)
        match = _shown_match(by.session, conference_id, match_id)
        whose = _main_person(by, conference_id, None)
        before = voices.said(by, conference_id, VoiceMatter.COORDINATOR, match.id, whose)
        if before is not None and before.answer is Agreed.NO:
            return
        voices.say(by, conference, VoiceMatter.COORDINATOR, match.id, whose, Agreed.NO)
        mail_requester(by, mails.UNWANTED, conference, match)
        name = by.session.get_one(Account, match.account_id).name
        by.record("match.unwanted", conference_id, account=match.account_id, coordinator=name, main_person=whose)


def _main_person(by: By, conference_id: int, participant_id: int | None) -> int:
    """The visitor if a main person, else the main person who is meant. Raises Refusal, or Unknown for somebody else."""
    circle = members(by.session, conference_id)
    asked = [one.id for one in voice_queries.main_person_voices(circle, (), VoiceMatter.COORDINATOR, 0)]
    if by.visitor.participant_id is not None or participant_id is not None:
        whose = by.visitor.participant_id or participant_id or 0
        if whose not in asked:
            raise Unknown
        return whose
    if len(asked) != 1:
        raise Refusal(N_("Choose whose yes it is: nobody says yes for somebody else."))
    return asked[0]


def _shown_match(session: Session, conference_id: int, match_id: int | None) -> Match:
    """The match of the current coordinator. Raises Stale if the page showed another, Refusal if there is none."""
    match = current_match(session, conference_id)
    if match is None:
        raise Refusal(N_("There is no coordinator yet who has taken this case."))
    if match_id is not None and match.id != match_id:
        raise Stale(N_("Somebody else was first: the conference has moved on. Look where it is now."))
    return match


# Waivers


def waive_conflict(by: By, conference_id: int, conflict: str, reason: str) -> None:
    """Waive the open conflict with this key, for a reason that everybody on the case can read.

    For an agency it covers the present tie or a weaker one; a closer tie is a new conflict. Nobody waives their own
    conflict: a manager may be coordinator as well. Raises Refusal, or Stale where the conflict is no longer open.
    """
    with writing(by.session):
        lock_case(by, conference_id, Activity.MATCH_COORDINATOR)
        match = current_match(by.session, conference_id)
        if not reason.strip():
            raise Refusal(N_("Write down why."))
        if match is not None and match.account_id == by.visitor.account_id:
            raise Refusal(N_("This is about yourself. Somebody else decides it, or takes the case over."))
        found = {one.key: one for one in open_conflicts(by.session, conference_id)}.get(conflict)
        if match is None or found is None or by.visitor.account_id is None:
            raise Stale(N_("This is not open any more. Look at what ties the coordinator to the case now."))
        waiver = Waiver(
            match_id=match.id,
            matter=found.matter,
            about=found.about,
            tie=found.tie,
            reason=reason.strip(),
            waived_at=by.at,
            waived_by=by.visitor.account_id,
        )
        by.session.add(waiver)
        name = by.session.get_one(Account, match.account_id).name
        detail = {"coordinator": name, "matter": found.matter.value, "about": found.about, "reason": waiver.reason}
        by.record("match.conflict_waived", conference_id, **detail)
