"""Entering a case file for real use: whole or not at all, so it is rehearsed first in a database of its own."""

import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc import schema
from ekc.core.clock import local_date
from ekc.core.crypto import keyring_of
from ekc.core.db import make_engine, make_sessions
from ekc.core.errors import Refusal
from ekc.demo.case_schema import CaseFile
from ekc.demo.people import open_accounts
from ekc.demo.play import play
from ekc.demo.player import Cast
from ekc.demo.validation import last_day
from ekc.people.access import Visitor
from ekc.people.models import Account, AccountRole, Region
from ekc.people.queries import account_by_email, coordinators, visitor_of_account
from ekc.workflow.vocabulary import N_, Role

_CHEAP = (1, 8, 1)  # nobody signs in to a rehearsal


def enter_case(session: Session, now: datetime, case: CaseFile, region: str, coordinator: str) -> int:
    """Enter a case for a coordinator (by mail address) of a region (by name); its id.

    Raises Refusal if there is no such region, coordinator or manager, if the file tells of days that are still to
    come, or where the product says no; then nothing was entered.
    """
    cast = _cast(session, region, coordinator)
    last = last_day(case)
    if last > local_date(now, case.timezone):
        raise Refusal(N_("The file tells of %(day)s, which is still to come. Correct that day."), day=last.isoformat())
    _rehearse(session, now, case)
    return play(session, case, cast)


def _cast(session: Session, region: str, email: str) -> Cast:
    region_id = session.scalar(select(Region.id).where(Region.name == region))
    if region_id is None:
        raise Refusal(N_("There is no region %(name)s. Add it with: bin/ekc add-region"), name=region)
    account = account_by_email(session, email)
    if account is None or account.id not in {row.id for row in coordinators(session, region_id)}:
        raise Refusal(
            N_("There is no coordinator with the address %(email)s in the region %(name)s. Open an account first."),
            email=email,
            name=region,
        )
    managing = (AccountRole.role == Role.REGIONAL_MANAGER, AccountRole.region_id == region_id, Account.active)
    manager = session.scalar(select(Account.id).join(Account.roles).where(*managing).order_by(Account.id).limit(1))
    if manager is None:
        raise Refusal(
            N_("The region %(name)s has no regional manager, who asks the coordinator. Open an account first."),
            name=region,
        )
    return Cast(region_id, _visitor(session, manager), _visitor(session, account.id))


def _visitor(session: Session, account_id: int) -> Visitor:
    visitor = visitor_of_account(session, account_id)
    assert visitor is not None, "the account is open"  # noqa: S101 - narrows the type
    return visitor


def _rehearse(session: Session, now: datetime, case: CaseFile) -> None:
    """Enter the case where it does no harm. Raises what entering it would raise."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'rehearsal.sqlite'}", keyring_of(session))
        try:
            schema.upgrade(engine)
            with make_sessions(engine)() as rehearsal:
                staff = open_accounts(rehearsal, now, _CHEAP)
                play(rehearsal, case, Cast(staff.region_id, staff.ruud, staff.noor))
        finally:
            engine.dispose()
