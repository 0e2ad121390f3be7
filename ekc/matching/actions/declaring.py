"""Taking a case with a declaration of independence, declaring anew, and the main person's yes."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import lock_case
from ekc.conferences.models import Conference
from ekc.core.audit import record
from ekc.core.errors import Refusal, Stale
from ekc.core.transaction import writing
from ekc.matching.actions.asking import current, lock_own, past_day, write_to
from ekc.matching.entries import Declaration
from ekc.matching.models import Match
from ekc.matching.queries import agencies_of, open_conflicts
from ekc.people.access import Visitor
from ekc.people.models import Account
from ekc.workflow.independence import works_for
from ekc.workflow.vocabulary import N_, Activity


def accept(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, declared: Declaration, on: date | None = None
) -> None:
    """Take the case one was asked for, with a declaration of independence. `on`: the day it was said; today if None.

    From now on they are its coordinator and see it. Raises Refusal where they work for an agency of the case.
    """
    with writing(session):
        conference, match = lock_own(session, visitor, conference_id)
        if match.accepted_on is not None:
            raise Refusal(N_("You have taken this case already."))
        employers = [declared.employer or "", session.get_one(Account, match.account_id).employer or ""]
        if tied := works_for(employers, agencies_of(session, conference_id)):
            raise Refusal(
                N_(
                    "You work for %(agency)s, which takes part in this conference, and so you cannot be its "
                    "coordinator. Say no below; you need not say why."
                ),
                agency=tied[0].name,
            )
        match.accepted_on = past_day(on, at, conference)
        match.declined_on = None
        conference.coordinator_accepted = True
        _declare(session, visitor, at, conference, match, declared, "match.accepted")


def declare(session: Session, visitor: Visitor, at: datetime, conference_id: int, declared: Declaration) -> None:
    """Declare anew, when something has changed since. What ties them now and was not waived is open from now on."""
    with writing(session):
        conference, match = lock_own(session, visitor, conference_id)
        if match.accepted_on is None:
            raise Refusal(N_("First say whether you take this case."))
        _declare(session, visitor, at, conference, match, declared, "match.declared")


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
        match = current(session, conference_id)
        if match is None or match.accepted_on is None:
            raise Refusal(N_("There is no coordinator yet who has taken this case."))
        if match_id is not None and match.id != match_id:
            raise Stale(N_("Somebody else was first: the conference has moved on. Look where it is now."))
        day = past_day(on, at, conference)
        if day < match.accepted_on:
            raise Refusal(N_("The coordinator took the case later than that day. Choose that day or a later one."))
        match.confirmed_on = day
        name = session.get_one(Account, match.account_id).name
        record(session, visitor.actor, at, "match.confirmed", conference_id, coordinator=name)


def _declare(
    session: Session,
    visitor: Visitor,
    at: datetime,
    conference: Conference,
    match: Match,
    declared: Declaration,
    action: str,
) -> None:
    """Write it down; the audit keeps what was said before. Whoever asked hears that there is something to decide."""
    if not declared.independence.strip():
        raise Refusal(N_("Say in your own words how independent you are."))
    match.independence = declared.independence.strip()
    match.answers = declared.answers
    session.flush()
    record(
        session,
        visitor.actor,
        at,
        action,
        conference.id,
        coordinator=visitor.actor.name,
        words=match.independence,
        **declared.answers,
    )
    if open_conflicts(session, conference.id):
        write_to(
            session,
            conference,
            at,
            match.asked_by,
            f"match:{match.id}:conflict:{at.isoformat()}",
            N_("A coordinator may not be independent"),
            N_("Something may tie a coordinator to a conference. Sign in and decide whether that is an obstacle."),
        )
