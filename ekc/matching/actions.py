"""What is done about the coordinator of a case: ask, take or decline, declare, confirm, clear, end."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.conferences.models import Conference
from ekc.core.audit import record
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.outbox import queue
from ekc.core.transaction import writing
from ekc.matching.models import Match
from ekc.people.access import Visitor
from ekc.people.models import Account
from ekc.people.queries import coordinators
from ekc.workflow.vocabulary import N_, Activity, Phase


@dataclass(frozen=True, slots=True)
class Declaration:
    """How independent a coordinator is, in their own words, and whether they see a conflict of interest."""

    independence: str
    conflict: bool = False


def ask_coordinator(session: Session, visitor: Visitor, at: datetime, conference_id: int, account_id: int) -> int:
    """Ask a coordinator of the region for a case; whoever was asked before is so no longer. Returns the match."""
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.MATCH_COORDINATOR)
        if account_id not in {row.id for row in coordinators(session, conference.region_id)}:
            raise Unknown
        before = _current(session, conference_id)
        if before is not None:
            if before.account_id == account_id and before.declined_on is None:
                raise Refusal(N_("This coordinator is asked already."))
            before.ended_on = local_date(at, conference.timezone)
            session.flush()  # before the next one: only one may be current
        match = Match(conference_id=conference_id, account_id=account_id, asked_at=at, asked_by=visitor.account_id)
        session.add(match)
        conference.coordinator_id = account_id
        session.flush()
        coordinator = session.get_one(Account, account_id)
        _write_to(
            session,
            conference,
            at,
            coordinator,
            f"match:{match.id}:asked",
            N_("You are asked for a conference"),
            N_("You are asked to be the coordinator of a conference. Sign in to read about it, then say yes or no."),
        )
        record(session, visitor.actor, at, "match.asked", conference_id, coordinator=coordinator.name)
        return match.id


def accept(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, declared: Declaration, on: date | None = None
) -> None:
    """Take the case one was asked for, with a declaration of independence. `on`: the day it was said; today if None."""
    with writing(session):
        conference, match = _lock_own(session, visitor, conference_id)
        if match.accepted_on is not None:
            raise Refusal(N_("You have taken this case already."))
        match.accepted_on = _past_day(on, at, conference)
        match.declined_on = None
        _declare(match, declared)
        conflict = "yes" if declared.conflict else ""
        record(
            session,
            visitor.actor,
            at,
            "match.accepted",
            conference_id,
            coordinator=visitor.actor.name,
            conflict=conflict,
        )


def declare(session: Session, visitor: Visitor, at: datetime, conference_id: int, declared: Declaration) -> None:
    """Declare anew, when something has changed since. A conflict that is seen now is open again."""
    with writing(session):
        _conference, match = _lock_own(session, visitor, conference_id)
        if match.accepted_on is None:
            raise Refusal(N_("First say whether you take this case."))
        _declare(match, declared)
        conflict = "yes" if declared.conflict else ""
        record(
            session,
            visitor.actor,
            at,
            "match.declared",
            conference_id,
            coordinator=visitor.actor.name,
            conflict=conflict,
        )


def decline(session: Session, visitor: Visitor, at: datetime, conference_id: int) -> None:
    """Do not take the case; no reason is asked. Whoever asked hears of it.

    In registration that ends the match at once. Later a conference is never without a coordinator: it stays with
    them until the regional manager has asked somebody else.
    """
    with writing(session):
        conference, match = _lock_own(session, visitor, conference_id)
        if match.accepted_on is not None:
            raise Refusal(N_("You have taken this case. Ask your regional manager to find somebody else for it."))
        match.declined_on = local_date(at, conference.timezone)
        if conference.phase is Phase.REGISTRATION:
            match.ended_on = match.declined_on
            conference.coordinator_id = None
        if match.asked_by is not None:
            _write_to(
                session,
                conference,
                at,
                session.get_one(Account, match.asked_by),
                f"match:{match.id}:declined",
                N_("A coordinator cannot take a conference"),
                N_("A coordinator whom you asked for a conference said no. Sign in and ask somebody else."),
            )
        record(session, visitor.actor, at, "match.declined", conference_id, coordinator=visitor.actor.name)


def confirm_coordinator(
    session: Session,
    visitor: Visitor,
    at: datetime,
    conference_id: int,
    on: date | None = None,
    match_id: int | None = None,
) -> None:
    """The main person says yes to the coordinator, or staff notes that they did. `on`: the day; today if None.

    `match_id` is the match that the page showed; Stale if another coordinator was asked since: that yes is not theirs.
    """
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.CONFIRM_COORDINATOR)
        match = _current(session, conference_id)
        if match is None or match.accepted_on is None:
            raise Refusal(N_("There is no coordinator yet who has taken this case."))
        if match_id is not None and match.id != match_id:
            raise Stale(N_("Somebody else was first: the conference has moved on. Look where it is now."))
        day = _past_day(on, at, conference)
        if day < match.accepted_on:
            raise Refusal(N_("The coordinator took the case later than that day. Choose that day or a later one."))
        match.confirmed_on = day
        record(session, visitor.actor, at, "match.confirmed", conference_id, coordinator=_name(session, match))


def clear_conflict(session: Session, visitor: Visitor, at: datetime, conference_id: int, reason: str) -> None:
    """The regional manager decides that a declared conflict is no obstacle, and says why."""
    with writing(session):
        _conference, match = _lock_for_manager(session, visitor, conference_id)
        if not match.conflict_open:
            raise Refusal(N_("There is no open conflict of interest."))
        match.conflict_open = False
        name = _name(session, match)
        record(session, visitor.actor, at, "match.conflict_cleared", conference_id, coordinator=name, reason=reason)


def end_match(session: Session, visitor: Visitor, at: datetime, conference_id: int, reason: str) -> None:
    """Part a coordinator from the case. From setup on, asking somebody else does so; there is never nobody."""
    with writing(session):
        conference, match = _lock_for_manager(session, visitor, conference_id)
        if conference.phase is not Phase.REGISTRATION:
            raise Refusal(
                N_("A conference that is under way needs a coordinator. Ask somebody else: that ends this match.")
            )
        match.ended_on = local_date(at, conference.timezone)
        conference.coordinator_id = None
        name = _name(session, match)
        record(session, visitor.actor, at, "match.ended", conference_id, coordinator=name, reason=reason)


def _current(session: Session, conference_id: int) -> Match | None:
    return session.scalar(select(Match).where(Match.conference_id == conference_id, Match.ended_on.is_(None)))


def _lock_own(session: Session, visitor: Visitor, conference_id: int) -> tuple[Conference, Match]:
    conference, _ = lock_case(session, visitor, conference_id, Activity.ANSWER_MATCH)
    match = _current(session, conference_id)
    if match is None or match.account_id != visitor.account_id:
        raise Unknown
    return conference, match


def _lock_for_manager(session: Session, visitor: Visitor, conference_id: int) -> tuple[Conference, Match]:
    conference, _ = lock_case(session, visitor, conference_id, Activity.MATCH_COORDINATOR)
    match = _current(session, conference_id)
    if match is None:
        raise Refusal(N_("No coordinator is asked for this case."))
    return conference, match


def _declare(match: Match, declared: Declaration) -> None:
    if not declared.independence.strip():
        raise Refusal(N_("Say in your own words how independent you are."))
    match.independence = declared.independence.strip()
    match.conflict_open = declared.conflict


def _past_day(on: date | None, at: datetime, conference: Conference) -> date:
    today = local_date(at, conference.timezone)
    if on is not None and on > today:
        raise Refusal(N_("This day is still to come. Choose today or an earlier day."))
    return on or today


def _name(session: Session, match: Match) -> str:
    return session.get_one(Account, match.account_id).name


def _write_to(
    session: Session, conference: Conference, at: datetime, to: Account, key: str, subject: str, body: str
) -> None:
    queue(
        session,
        key,
        recipient=to.email,
        subject=subject,
        body=body,
        at=at,
        conference_id=conference.id,
        language=to.language,
    )
