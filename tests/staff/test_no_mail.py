"""An address of staff that takes no mail: the administrator sees it where they can act, until there is another."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from ekc.accounts.models import Account
from ekc.core.bounces import note_returned
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.signin.actions.invitations import ask_new_password
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.core.mailserver import mail_server
from tests.core.test_mailer import to
from tests.database import refreshed
from tests.work import work

AT_THE_LIST = "Email does not reach these people. Ring them, and write down another address: Noor van Dijk 06 1111 1111"
ON_THE_PAGE = (
    "Email to noor@example.org has not arrived since Monday 2 March 2026. Ring, and write down another address: "
    "Noor van Dijk, 06 1111 1111"
)


@pytest.fixture
def bas(client: PageClient, cast: Cast, db_session: Session) -> PageClient:
    with writing(db_session):
        db_session.get_one(Account, cast.noor.account_id).phone = "06 1111 1111"
    sign_in(client, cast.bas)
    return client


def send_password(session: Session, settings: Settings, clock: FrozenClock, refused: str = "") -> str:
    """Noor asks for a new password; the name of the mail, which the server refuses with these words, if any."""
    ask_new_password(refreshed(session), clock(), "noor@example.org", "http://localhost")
    with mail_server() as server:
        if refused:
            server.refuses["noor@example.org"] = refused
        work(refreshed(session), replace(settings, mail=to(server)), clock())
    mail = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()[-1]
    return mail.message_id


def told(bas: PageClient, cast: Cast) -> tuple[bool, bool, bool]:
    """Whether it is said above the list of accounts, in the line of Noor, and on her page."""
    accounts, own = bas.page("/accounts"), bas.page(f"/accounts/{cast.noor.account_id}")
    return AT_THE_LIST in accounts.text, "email does not arrive" in accounts.text, ON_THE_PAGE in own.text


def test_an_address_that_takes_no_mail_until_there_is_another(
    bas: PageClient, cast: Cast, db_session: Session, settings: Settings, clock: FrozenClock
) -> None:
    send_password(db_session, settings, clock, "550 5.1.1 nobody here")

    assert told(bas, cast) == (True, True, True)
    bas.page("/accounts")
    bas.follow("Noor van Dijk")
    assert bas.submit("Save", {"Email address": "noor.van.dijk@example.org"}).status == 200
    assert told(bas, cast) == (False, False, False)


def test_a_mail_that_came_back_counts_until_one_arrives(
    bas: PageClient, cast: Cast, db_session: Session, settings: Settings, clock: FrozenClock
) -> None:
    name = send_password(db_session, settings, clock)
    assert told(bas, cast) == (False, False, False)

    note_returned(refreshed(db_session), name, clock())
    assert told(bas, cast) == (True, True, True)

    clock.set(clock() + timedelta(hours=2))
    send_password(db_session, settings, clock)
    assert told(bas, cast) == (False, False, False)
