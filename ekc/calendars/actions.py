"""Making and ending the private address of one's own calendar, and noting that it was read."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.queries import lock_account
from ekc.calendars.models import CalendarFeed
from ekc.calendars.queries import FeedRow
from ekc.core.tokens import hash_token, new_token
from ekc.core.transaction import writing
from ekc.signin.actions.throttle import Limit, count_attempt

#: How often an address is read, on all devices of its owner.
FETCHES = Limit("calendar", 120, timedelta(hours=1))
#: Addresses that do not exist, from one network address.
MISSES = Limit("no calendar", 60, timedelta(hours=1))
_A_MINUTE = timedelta(minutes=1)


def make_address(by: By, *, with_names: bool) -> str:
    """A new private address of the visitor's own calendar, returned as its token. The one before stops working."""
    with writing(by.session):
        account = lock_account(by.session, by.visitor.account_id or 0)
        token = new_token()
        feed = by.session.get(CalendarFeed, account.id) or CalendarFeed(account_id=account.id)
        feed.token_hash, feed.with_names, feed.made_at, feed.fetched_at = hash_token(token), with_names, by.at, None
        by.session.add(feed)
        by.record("account.calendar_made", account=account.id, names="with" if with_names else "without")
    return token


def end_address(by: By) -> None:
    """End the visitor's private address, if there is one."""
    with writing(by.session):
        account = lock_account(by.session, by.visitor.account_id or 0)
        gone = delete(CalendarFeed).where(CalendarFeed.account_id == account.id).returning(CalendarFeed.account_id)
        if by.session.scalar(gone) is not None:
            by.record("account.calendar_ended", account=account.id)


def note_fetch(session: Session, feed: FeedRow, at: datetime) -> None:
    """Note when a calendar was read last. Raises TooMany."""
    with writing(session):
        count_attempt(session, at, FETCHES, str(feed.account_id))
        earlier = or_(CalendarFeed.fetched_at.is_(None), CalendarFeed.fetched_at <= at - _A_MINUTE)
        own = update(CalendarFeed).where(CalendarFeed.account_id == feed.account_id, earlier)
        session.execute(own.values(fetched_at=at), execution_options={"synchronize_session": False})


def note_miss(session: Session, at: datetime, network: str) -> None:
    """Count that somebody asked for an address that is nobody's. Raises TooMany."""
    with writing(session):
        count_attempt(session, at, MISSES, network)
