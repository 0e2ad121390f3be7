"""The last day of an account, in the time zone of its region, and reopening closed accounts."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.accounts.queries import visitor_of_account
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.matching.queries.coordinators import can_be_asked
from ekc.signin.actions import passwords, sessions
from ekc.signin.models import Identity, KnownDevice, Method, Passkey
from ekc.signin.queries import sign_ins_of
from ekc.staff.actions import closing, inviting, regions
from tests.cast import COST, PASSWORD, Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock

LAST_DAY = date(2026, 4, 30)
#: The last minute of that day, and the first after it, in the Netherlands.
STILL = datetime(2026, 4, 30, 21, 59, tzinfo=UTC)
OVER = datetime(2026, 4, 30, 22, 0, tzinfo=UTC)
NO = "This email address and password do not belong together. Look at both and try again."


def test_after_the_last_day_nobody_is_in(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    closing.set_leaving(By(db_session, cast.bas, START), cast.noor.account_id or 0, LAST_DAY)
    clock.set(STILL)
    sign_in(client, cast.noor)
    assert "Your last day here is Thursday 30 April 2026." in client.page("/").text

    clock.set(OVER)

    assert client.page("/").heading == "Families and friends make their own plan"
    client.page("/sign-in")
    told = client.refused("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD}, status=422)
    assert told.errors == [NO]
    with pytest.raises(Unknown):
        sessions.sign_in_account(db_session, clock(), cast.noor.account_id or 0, Method.PASSKEY)


@pytest.mark.parametrize(
    ("timezone", "over"),
    [
        ("Pacific/Auckland", datetime(2026, 4, 30, 12, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 4, 30, 23, tzinfo=UTC)),
    ],
)
def test_the_day_is_that_of_the_region(db_session: Session, cast: Cast, timezone: str, over: datetime) -> None:
    noor = cast.noor.account_id or 0
    regions.change_region(By(db_session, cast.bas, START), cast.north, "North", timezone)
    closing.set_leaving(By(db_session, cast.bas, START), noor, LAST_DAY)
    before = datetime.fromtimestamp(over.timestamp() - 1, UTC)

    assert visitor_of_account(db_session, noor, before) is not None
    assert visitor_of_account(db_session, noor, over) is None


def test_they_may_stay_after_all(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    closing.set_leaving(By(db_session, cast.bas, START), noor, LAST_DAY)
    assert noor not in can_be_asked(db_session, cast.north)

    closing.set_leaving(By(db_session, cast.bas, OVER), noor, None)

    assert noor in can_be_asked(db_session, cast.north)
    assert passwords.check_password(db_session, OVER, "noor@example.org", PASSWORD, COST) == noor


def test_a_day_that_is_over_is_no_last_day(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    with pytest.raises(Refusal, match="This day is over"):
        closing.set_leaving(By(db_session, cast.bas, OVER), noor, LAST_DAY)
    closing.set_leaving(By(db_session, cast.bas, STILL), noor, LAST_DAY)
    for visitor in (cast.noor, cast.ruud, cast.mila, cast.nobody):
        with pytest.raises(Unknown):
            closing.set_leaving(By(db_session, visitor, START), noor, None)
        with pytest.raises(Unknown):
            closing.reopen_account(By(db_session, visitor, START), noor, "http://localhost")


def test_regional_managers_hear_of_it_without_a_name(db_session: Session, cast: Cast) -> None:
    for _ in range(2):
        closing.set_leaving(By(db_session, cast.bas, START), cast.noor.account_id or 0, LAST_DAY)
    closing.close_account(By(db_session, cast.bas, START), cast.denise.account_id or 0)
    closing.close_account(By(db_session, cast.bas, START), cast.mila.account_id or 0)  # is no coordinator

    mails = db_session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(mail.recipient, mail.subject) for mail in mails] == [
        ("ruud@example.org", "A coordinator of your region leaves"),
        ("ruud@example.org", "A coordinator of your region stopped"),
    ]
    assert not any(name in mail.body for mail in mails for name in ("Noor", "Denise", "April"))


WAYS_IN = (Identity, Passkey, KnownDevice)


def tie_and_know(session: Session, account_id: int) -> None:
    """Give an account a passkey, a linked identity and a known device."""
    passkey = {"credential_id": b"id", "public_key": b"key", "handle": b"handle", "sign_count": 0, "name": "Phone"}
    session.add(Passkey(account_id=account_id, made_at=START, **passkey))
    session.add(Identity(account_id=account_id, issuer="https://there", subject="n", tied_at=START, used_at=START))
    session.add(KnownDevice(account_id=account_id, token_hash=b"hash", seen_at=START))
    session.commit()


def test_a_closed_account_is_opened_with_a_new_password(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    closing.set_leaving(By(db_session, cast.bas, START), noor, LAST_DAY)
    sessions.sign_in_account(db_session, START, noor, Method.PASSWORD)
    tie_and_know(db_session, noor)
    closing.close_account(By(db_session, cast.bas, START), noor)
    assert [db_session.scalars(select(of.id)).all() for of in WAYS_IN] == [[], [], []]
    tie_and_know(db_session, noor)  # as accounts have them that were closed by an earlier version
    assert sign_ins_of(db_session, START, noor) == []
    with pytest.raises(Refusal):
        inviting.invite(By(db_session, cast.bas, START), noor, "http://localhost")

    assert closing.reopen_account(By(db_session, cast.bas, OVER), noor, "http://localhost") is None

    assert visitor_of_account(db_session, noor, OVER) == cast.noor
    assert passwords.check_password(db_session, OVER, "noor@example.org", PASSWORD, COST) is None
    last = db_session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert last is not None
    assert (last.recipient, last.subject) == ("noor@example.org", "Choose your password")
    assert db_session.get_one(Account, noor).password_hash is None
    assert [db_session.scalars(select(of.id)).all() for of in WAYS_IN] == [[], [], []]
    with pytest.raises(Unknown):
        closing.reopen_account(By(db_session, cast.bas, OVER), noor, "http://localhost")
