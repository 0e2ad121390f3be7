"""An address that takes no mail: whoever has to act sees it the same minute, until there is another address."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from ekc.core.bounces import note_returned
from ekc.core.outbox import Link, OutboxMessage, Recipient, Written, note_sent, queue
from ekc.core.transaction import writing
from ekc.links.mails import PERSONAL_LINK_TEXT
from tests.build import Made, change_details
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.core.mailserver import mail_server
from tests.core.test_mailer import to
from tests.database import refreshed
from tests.journey.test_home import needs
from tests.work import work

NEED = "Email does not reach Linda de Wit: ring them, and write down another address"


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    return client


def send_link(
    noor: PageClient, case: Made, session: Session, settings: Settings, clock: FrozenClock, says: str = ""
) -> str:
    """Mail Linda her link, to a server that refuses her address with these words; the name of the mail."""
    noor.page(f"/conferences/{case.id}/links")
    noor.shown("Make a link for Linda de Wit")
    noor.shown("Send the email")
    with mail_server() as server:
        if says:
            server.refuses["linda@example.org"] = says
        work(refreshed(session), replace(settings, mail=to(server)), clock())
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.participant_id == case.people["linda"])).all()[-1]
    return mail.message_id


def told(noor: PageClient, case: Made) -> list[bool]:
    """Where it is said that no mail gets to Linda: at home, in the circle, beside her address, with her link."""
    base = f"/conferences/{case.id}"
    return [
        any(NEED in line for line in needs(noor.page("/"))),
        "email does not arrive" in noor.page(f"{base}/circle").text,
        "Email to linda@example.org has not arrived since" in noor.page(f"{base}/circle/{case.people['linda']}").text,
        "The email could not be delivered" in noor.page(f"{base}/links").text,
    ]


def test_an_address_that_the_server_refuses(
    noor: PageClient, case: Made, db_session: Session, settings: Settings, cast: Cast, clock: FrozenClock
) -> None:
    send_link(noor, case, db_session, settings, clock, "550 5.1.1 nobody here")

    assert told(noor, case) == [True] * 4
    noor.page("/")
    assert noor.follow(NEED).title.startswith("Linda de Wit")
    history = noor.page(f"/conferences/{case.id}/history").text
    assert "The page we spoke about Did not arrive: Linda de Wit" in history

    change_details(db_session, cast, clock(), case, case.people["linda"], email="linda.dewit@example.org")
    assert told(noor, case) == [False, False, False, True]  # the link has to be handed over again


def test_a_text_message_that_arrives_says_nothing_of_the_address(
    noor: PageClient, case: Made, db_session: Session, settings: Settings, clock: FrozenClock
) -> None:
    send_link(noor, case, db_session, settings, clock, "550 5.1.1 nobody here")
    linda, link = case.people["linda"], Link("https://plan.example.org/l/x", clock() + timedelta(days=1))
    with writing(refreshed(db_session)):
        to_phone = Recipient(linda, "+31612345678", "nl")
        queue(
            db_session,
            PERSONAL_LINK_TEXT,
            to_phone,
            clock(),
            case=case.id,
            link=link,
            written=Written("Look."),
            link_id=0,
        )
        newest = db_session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id.desc())).first()
        note_sent(db_session, [newest or 0], clock())

    assert told(noor, case) == [True] * 4


def test_a_mail_that_came_back(
    noor: PageClient, case: Made, db_session: Session, settings: Settings, clock: FrozenClock
) -> None:
    name = send_link(noor, case, db_session, settings, clock)
    assert told(noor, case) == [False] * 4
    assert "The page we spoke about Sent to Linda de Wit" in noor.page(f"/conferences/{case.id}/history").text

    note_returned(refreshed(db_session), name, clock())
    assert told(noor, case) == [True] * 4
