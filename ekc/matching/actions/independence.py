"""Independence of a coordinator: accepting with a declaration, employers, confirmation by the main person, waivers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import Account
from ekc.conferences.access import lock_case
from ekc.conferences.effects import queue_circle_mail
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.transaction import writing
from ekc.links.actions import ask_on_new_devices
from ekc.links.models import PersonalLink
from ekc.matching import mails
from ekc.matching.actions.asking import current_match, lock_pending_match, past_day, queue_mail
from ekc.matching.entries import Declaration
from ekc.matching.models import Match, Waiver
from ekc.matching.queries.match import agencies_of, open_conflicts
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.independence import works_for
from ekc.workflow.vocabulary import N_, Activity, Role


def set_employer(by: By, account_id: int, employer: str) -> None:
    """Note for whom the owner of an account works besides; empty: for nobody. All their cases are judged by it at once.

    By an administrator, or the regional manager of the region where they work, who hears of it. Raises Refusal.
    """
    with writing(by.session):
        account = by.session.get(Account, account_id)
        if account is None or not account.active:
            raise Unknown
        theirs = has_duty(Duty.ACCOUNTS, by.visitor.roles) or account.region_id in by.visitor.regions
        if by.visitor is not PROGRAM and not (has_duty(Duty.EMPLOYERS, by.visitor.roles) and theirs):
            raise Unknown
        note_employer(by, account, employer)


def note_employer(by: By, account: Account, employer: str) -> None:
    """The same, in the caller's transaction. Raises Refusal for one's own: nobody decides how independent they are."""
    noted = employer.strip() or None
    if noted == account.employer:
        return
    if by.visitor.account_id == account.id:
        raise Refusal(N_("Nobody notes for whom they work themselves. Ask another administrator or your manager."))
    account.employer = noted
    by.record("account.employer", account=account.id, employer=noted or "")


def accept(by: By, conference_id: int, declared: Declaration, on: date | None = None) -> None:
    """Take the case one was asked for, with a declaration of independence. `on`: the day it was said; today if None.

    From now on they are its coordinator and see it; whoever was so before is it no longer and hears of it, and so do
    the main persons, who are asked for their yes. Raises Refusal where they work for an agency of the case.
    """
    with writing(by.session):
        conference, match = lock_pending_match(by, conference_id)
        employers = [declared.employer or "", by.session.get_one(Account, match.account_id).employer or ""]
        if tied := works_for(employers, agencies_of(by.session, conference_id)):
            raise Refusal(
                N_(
                    "You work for %(agency)s, which takes part in this conference, and so you cannot be its "
                    "coordinator. Say no below; you need not say why."
                ),
                agency=tied[0].name,
            )
        day = past_day(on, by.at, conference)
        if (before := current_match(by.session, conference_id)) is not None:
            _replace_coordinator(by.session, conference, by.at, before, match.id)
        match.accepted_on = day
        conference.coordinator_id, conference.asked_coordinator_id = match.account_id, None
        if not _earlier_declarations(by.session, match):
            conference.agencies_before = None  # what tied others ties nobody who takes the case for the first time
        if conference.tasks_ended_on is not None:  # who takes over a case that waits to be closed has as long for it
            conference.tasks_ended_on = local_date(by.at, conference.timezone)
        _declare(by, conference, match, declared, "match.accepted")


def declare(by: By, conference_id: int, declared: Declaration) -> None:
    """Declare anew, when something has changed since. What ties them now is open from now on.

    What tied them before stays open until it is waived: with other words nobody frees themselves.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.ANSWER_MATCH)
        match = current_match(by.session, conference_id)
        if match is None or match.account_id != by.visitor.account_id:
            raise Unknown
        _declare(by, conference, match, declared, "match.declared")


def confirm_coordinator(
    by: By,
    conference_id: int,
    on: date | None = None,
    match_id: int | None = None,
) -> None:
    """The main person says yes to the coordinator, or staff notes that they did. `on`: the day; today if None.

    `match_id` is the match that the page showed; Stale if another coordinator was asked since: that yes is not theirs.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.CONFIRM_COORDINATOR)
        match = _shown_match(by.session, conference_id, match_id)
        decides = (
            Role.REGIONAL_MANAGER in roles and match.account_id != by.visitor.account_id
        )  # nobody about themselves
        theirs = by.visitor.participant_id == match.unwanted_by or decides
        if match.unwanted_on is not None and not theirs:
            raise Refusal(
                N_(
                    "The main person would rather have somebody else. Only they can take that back on their own page, "
                    "or your regional manager notes here that they did."
                )
            )
        day = past_day(on, by.at, conference)
        if match.accepted_on is not None and day < match.accepted_on:
            raise Refusal(N_("The coordinator took the case later than that day. Choose that day or a later one."))
        match.confirmed_on, match.unwanted_on, match.unwanted_by = day, None, None
        name = by.session.get_one(Account, match.account_id).name
        by.record("match.confirmed", conference_id, coordinator=name)


def want_another_coordinator(by: By, conference_id: int, match_id: int | None = None) -> None:
    """The main person would rather have another coordinator; no reason is asked. Whoever asked this one hears of it.

    It stands until they say yes after all, or somebody else has taken the case; a yes that was there before does so no
    longer. `match_id` as above.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.WANT_ANOTHER_COORDINATOR)
        match = _shown_match(by.session, conference_id, match_id)
        if match.unwanted_on is not None:
            return
        match.confirmed_on, match.unwanted_on = None, local_date(by.at, conference.timezone)
        match.unwanted_by = by.visitor.participant_id
        queue_mail(by.session, mails.UNWANTED, conference, by.at, match.asked_by, match)
        name = by.session.get_one(Account, match.account_id).name
        by.record("match.unwanted", conference_id, coordinator=name)


def _shown_match(session: Session, conference_id: int, match_id: int | None) -> Match:
    """The match of whoever took the case. Raises Stale if the page showed another."""
    match = current_match(session, conference_id)
    if match is None:
        raise Refusal(N_("There is no coordinator yet who has taken this case."))
    if match_id is not None and match.id != match_id:
        raise Stale(N_("Somebody else was first: the conference has moved on. Look where it is now."))
    return match


def _replace_coordinator(session: Session, conference: Conference, at: datetime, before: Match, to: int) -> None:
    """Whoever coordinated the case does so no longer: it goes to the coordinator of the match `to`."""
    before.ended_on = local_date(at, conference.timezone)
    session.flush()  # before the next one: only one may coordinate
    ask_on_new_devices(session, PersonalLink.conference_id == conference.id)
    queue_mail(session, mails.TAKEN_OVER, conference, at, before.account_id, before)
    queue_circle_mail(session, conference, at, mails.ANOTHER_COORDINATOR, match=to)


def _earlier_declarations(session: Session, match: Match) -> list[dict[str, Any]]:
    """What its coordinator declared of the case until now, also when they had it before."""
    of_them = (Match.conference_id == match.conference_id, Match.account_id == match.account_id)
    told = select(Match).where(*of_them, Match.independence.is_not(None)).order_by(Match.id)
    said: list[dict[str, Any]] = []
    for one in session.scalars(told):
        answers = dict(one.answers or {})
        said += [earlier for earlier in answers.pop("before", ()) if earlier not in said]
        said.append({"independence": one.independence, **answers})
    return said


def _declare(
    by: By,
    conference: Conference,
    match: Match,
    declared: Declaration,
    action: str,
) -> None:
    """Write it down; the audit keeps what was said before. Whoever asked hears that there is something to decide."""
    if not declared.independence.strip():
        raise Refusal(N_("Say in your own words how independent you are."))
    before = _earlier_declarations(by.session, match)
    match.independence = declared.independence.strip()
    match.answers = {**declared.answers, "before": before} if before else declared.answers
    by.session.flush()
    by.record(
        action,
        conference.id,
        coordinator=by.actor.name,
        words=match.independence,
        **declared.answers,
    )
    if open_conflicts(by.session, conference.id):
        queue_mail(by.session, mails.CONFLICT, conference, by.at, match.asked_by, match)


def waive_conflict(by: By, conference_id: int, conflict: str, reason: str) -> None:
    """Waive the open conflict with this key, for a reason that everybody on the case can read. Others stay open.

    Of an agency it holds for the tie that it has now, or a weaker one: a closer one is something to decide anew.

    Nobody decides about themselves: a manager may be coordinator as well. Raises Stale where it is not open any more:
    it has gone, was waived, or somebody else is coordinator now.
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
