"""Asking a coordinator, declining, ending a match; and functions shared with `independence.py`."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import Account
from ekc.accounts.notifications import notify_managers
from ekc.accounts.queries import visitor_of_account
from ekc.conferences.access import lock_case
from ekc.conferences.actions.entries import refuse_future
from ekc.conferences.actions.name_index import make_searchable
from ekc.conferences.models import Conference
from ekc.core import jobs
from ekc.core.clock import from_local, local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.outbox import MailRule, queue
from ekc.core.transaction import writing
from ekc.links.actions import ask_on_new_devices
from ekc.links.models import PersonalLink
from ekc.matching import mails
from ekc.matching.effects import forget_turns, withdraw_request
from ekc.matching.models import CoordinatorTurn, Match
from ekc.matching.queries.coordinators import can_be_asked
from ekc.matching.queries.match import match_history, tied_by
from ekc.workflow.vocabulary import N_, Activity, Phase

#: The kind of job that ends a request to which nobody answered in time.
UNANSWERED = "unanswered_request"


def ask_coordinator(
    by: By, conference_id: int, account_id: int, reason: str = "", *, days: int | None = None, then: Sequence[int] = ()
) -> int:
    """Ask a coordinator of the region for a case; returns the match. A former unanswered request ends.

    Until they accept they see the request only, and the current coordinator stays. `reason`: why another one is needed,
    for the history. `days`: to answer, each of them; None: as long as it takes. `then`: who is asked next, one after
    the other, if they say no or do not answer in time. Raises Unknown for a coordinator of another region, Refusal
    where they work for an agency of the case, which cannot be waived beforehand.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.ASK_COORDINATOR)
        if not {account_id, *then} <= can_be_asked(by.session, conference.region_id):
            raise Unknown
        coordinator = by.session.get_one(Account, account_id)
        if tied := tied_by(by.session, conference_id, [coordinator.employer]):
            raise Refusal(
                N_(
                    "%(name)s works for %(agency)s, which takes part in this conference, and so cannot be its "
                    "coordinator. Ask somebody else."
                )
                if conference.phase is not Phase.PRIVATE_TIME
                else N_(
                    "%(name)s works for an organisation that takes part in this conference, and so cannot be its "
                    "coordinator. Ask somebody else."
                ),
                name=coordinator.name,
                agency=tied[0].name,
            )
        if account_id == conference.coordinator_id:
            raise Refusal(N_("%(name)s is the coordinator of this conference already."), name=coordinator.name)
        if (before := pending_match(by.session, conference_id)) is not None:
            if before.account_id == account_id:
                raise Refusal(N_("This coordinator is asked already."))
            withdraw_request(by.session, conference, by.at)
            by.session.flush()  # before the next insert: the index allows one pending match
        forget_turns(by.session, conference_id)
        by.session.add_all(
            CoordinatorTurn(conference_id=conference_id, account_id=one, asked_by=by.visitor.account_id, days=days)
            for one in dict.fromkeys(then)
            if one != account_id
        )
        return _ask(by, conference, coordinator, by.visitor.account_id, days, reason)


def _ask(
    by: By, conference: Conference, coordinator: Account, asked_by: int | None, days: int | None, reason: str
) -> int:
    """Ask somebody, in the caller's transaction; returns the match."""
    last = None if days is None else local_date(by.at, conference.timezone) + timedelta(days=days)
    match = Match(
        conference_id=conference.id, account_id=coordinator.id, asked_at=by.at, asked_by=asked_by, answer_by=last
    )
    by.session.add(match)
    conference.asked_coordinator_id = coordinator.id
    make_searchable(by.session, conference)
    by.session.flush()
    queue_mail(by.session, mails.ASKED, conference, by.at, coordinator.id, match)
    if last is not None:
        over = from_local(datetime.combine(last + timedelta(days=1), time()), conference.timezone)
        jobs.add(by.session, UNANSWERED, by.at, subject=match.id, due=over)
    by.record("match.asked", conference.id, account=coordinator.id, coordinator=coordinator.name, reason=reason)
    return match.id


def _ask_next(by: By, conference: Conference) -> bool:
    """Ask whoever is next, in the caller's transaction. False where nobody is left who can be asked.

    Those who left, or who work for an agency of the case by now, are passed over.
    """
    by.session.flush()  # the match that ended, before the next insert
    free = can_be_asked(by.session, conference.region_id) - {conference.coordinator_id}
    reason = next((one.reason for one in match_history(by.session, conference.id) if one.action == "asked"), "")
    for turn in by.session.scalars(_TURNS, {"case": conference.id}).all():
        by.session.delete(turn)
        coordinator = by.session.get_one(Account, turn.account_id)
        if turn.account_id in free and not tied_by(by.session, conference.id, [coordinator.employer]):
            _ask(by, conference, coordinator, turn.asked_by, turn.days, reason)
            return True
    return False


def end_unanswered(session: Session, at: datetime, match_id: int) -> None:
    """End a request whose last day to answer is over, and ask whoever is next; else whoever asked gets a mail.

    Does nothing to a request that was answered, taken back, or ended with its case.
    """
    by = By(session, PROGRAM, at)
    with writing(session):
        found = select(Conference).join(Match, Match.conference_id == Conference.id).where(Match.id == match_id)
        conference = session.scalar(found.with_for_update(of=Conference).execution_options(populate_existing=True))
        match = session.get(Match, match_id, populate_existing=True)
        if conference is None or match is None or match.ended_on is not None or match.accepted_on is not None:
            return
        today = local_date(at, conference.timezone)
        if match.answer_by is None or today <= match.answer_by:
            return
        match.ended_on, conference.asked_coordinator_id = today, None
        name = session.get_one(Account, match.account_id).name
        by.record("match.unanswered", conference.id, account=match.account_id, coordinator=name)
        queue_mail(session, mails.NOT_IN_TIME, conference, at, match.account_id, match)
        if not _ask_next(by, conference):
            mail_requester(by, mails.NOBODY_NEXT, conference, match)


def decline(by: By, conference_id: int) -> None:
    """Decline a case; no reason is asked. Whoever is next is asked, or else the person who asked gets a mail."""
    with writing(by.session):
        conference, match = lock_pending_match(by, conference_id)
        match.declined_on = match.ended_on = local_date(by.at, conference.timezone)
        conference.asked_coordinator_id = None
        by.record("match.declined", conference_id, account=match.account_id, coordinator=by.actor.name)
        if not _ask_next(by, conference):
            mail_requester(by, mails.DECLINED, conference, match)


def end_match(by: By, conference_id: int, reason: str, match_id: int | None = None) -> None:
    """End a pending request or, if there is none, the match of the coordinator of a case in registration.

    From setup on a case always has a coordinator: another one takes it over by accepting. `match_id` is the match that
    the page showed: Stale if it is another one now.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.MATCH_COORDINATOR)
        waits = pending_match(by.session, conference_id)
        match = waits or current_match(by.session, conference_id)
        if match is None:
            raise Refusal(N_("No coordinator is asked for this case."))
        if match_id is not None and match.id != match_id:
            raise Stale(N_("Somebody else was first: the conference has moved on. Look where it is now."))
        if waits is not None:
            withdraw_request(by.session, conference, by.at)
        elif conference.phase is Phase.REGISTRATION:
            conference.coordinator_id = conference.silent_since = None
            match.ended_on = local_date(by.at, conference.timezone)
            ask_on_new_devices(by.session, PersonalLink.conference_id == conference_id)
        else:
            raise Refusal(
                N_("A conference that is under way needs a coordinator. Ask somebody else, who then takes it over.")
            )
        name = by.session.get_one(Account, match.account_id).name
        by.record("match.ended", conference_id, coordinator=name, reason=reason)


def withdraw_foreign_request(by: By, conference: Conference) -> None:
    """End the pending request of a coordinator who is not of the case's region; they get a mail. Does not commit.

    Only coordinators of the region are asked, and whoever asked them may not see the answer any more. A coordinator
    who accepted stays: the family knows them, and another one takes over only by accepting.
    """
    match = pending_match(by.session, conference.id)
    if match is None or match.account_id in can_be_asked(by.session, conference.region_id):
        return
    withdraw_request(by.session, conference, by.at)


_TURNS = select(CoordinatorTurn).where(CoordinatorTurn.conference_id == bindparam("case")).order_by(CoordinatorTurn.id)
_OF_CASE = select(Match).where(Match.conference_id == bindparam("case"), Match.ended_on.is_(None))
_CURRENT = _OF_CASE.where(Match.accepted_on.is_not(None))
_PENDING = _OF_CASE.where(Match.accepted_on.is_(None))


def current_match(session: Session, conference_id: int) -> Match | None:
    """The match of the coordinator of a case."""
    return session.scalar(_CURRENT, {"case": conference_id})


def pending_match(session: Session, conference_id: int) -> Match | None:
    """The match of the coordinator who is asked for a case and has not answered."""
    return session.scalar(_PENDING, {"case": conference_id})


def lock_pending_match(by: By, conference_id: int) -> tuple[Conference, Match]:
    """The case, locked, and the match for which the visitor is asked.

    Raises Unknown, or Refusal if they accepted it.
    """
    conference, _ = lock_case(by, conference_id, Activity.ANSWER_MATCH)
    match = pending_match(by.session, conference_id)
    if match is None or match.account_id != by.visitor.account_id:
        if conference.coordinator_id == by.visitor.account_id:
            raise Refusal(N_("You have taken this case. Ask your regional manager to find somebody else for it."))
        raise Unknown
    return conference, match


def past_day(at: datetime, conference: Conference, **day: date | None) -> date:
    """The given day, or today. Raises Refusal, at the field of this name, for a day in the future."""
    refuse_future(at, conference.timezone, **day)
    (on,) = day.values()
    return on or local_date(at, conference.timezone)


def queue_mail(
    session: Session, rule: MailRule, conference: Conference, at: datetime, account_id: int | None, match: Match
) -> None:
    """Queue a mail about a match to a member of staff; none if there is no such account."""
    to = session.get(Account, account_id or 0)
    if to is not None:
        queue(session, rule, to.recipient, at, case=conference.id, match=match.id)


def mail_requester(by: By, rule: MailRule, conference: Conference, match: Match) -> None:
    """Queue a mail to whoever asked the coordinator; to the managers of the region if they no longer manage it."""
    asker = visitor_of_account(by.session, match.asked_by or 0, by.at)
    if asker is not None and conference.region_id in asker.regions:
        queue_mail(by.session, rule, conference, by.at, match.asked_by, match)
    else:
        regions = {conference.region_id}
        notify_managers(by.session, rule, by.at, regions, conference.id, by=by.visitor, match=match.id)
