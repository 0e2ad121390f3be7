"""Staff come and go, over HTTP: Bas invites Fatima, who is asked for a case; Noor leaves, her cases are handed over."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.core.outbox import OutboxMessage
from tests import build
from tests.build import Made
from tests.cast import PASSWORD, Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.stories.registering import UNTIED

GOOD = "seven slow blue boats"
AFTER = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
OWN_WORDS = "I work for nobody here, and know nobody of the family."


@pytest.fixture
def browsers(app: Flask, cast: Cast) -> dict[str, PageClient]:
    """A signed-in browser for everybody; Fatima's is not signed in yet."""
    made = {name: app.test_client() for name in ("bas", "ruud", "noor", "denise", "fatima")}
    for name, client in made.items():
        assert isinstance(client, PageClient)
        if name != "fatima":
            sign_in(client, getattr(cast, name))
    return made  # type: ignore[return-value]


def invite_fatima(bas: PageClient) -> str:
    """Bas opens an account for her; returns the path of the invitation."""
    bas.page("/")
    bas.follow("Open an account")
    page = bas.shown(
        "Open and invite",
        {
            "Name": "Fatima Haddou",
            "Email address": "fatima@example.org",
            "Works in": "North",
            "Role": "coordinator",
        },
    )
    [link] = [code.text or "" for code in page.all("code")]
    return link.removeprefix("http://localhost")


def come_in(fatima: PageClient, link: str) -> None:
    """She opens the invitation on her phone, mistypes once, and is signed in."""
    fatima.page(link)
    fatima.submit("Go on")
    fatima.refused("Use this password", {"Your password": "fatima", "The same once more": "fatima"}, status=422)
    fatima.submit("Use this password", {"Your password": GOOD, "The same once more": GOOD})
    assert fatima.here.heading == "Hello, Fatima"
    assert "You have no conferences yet." in fatima.here.text


def take(client: PageClient, case: Made) -> None:
    """A coordinator accepts a case for which she is asked."""
    client.page(f"/conferences/{case.id}/coordinator")
    client.submit("Take the case", UNTIED | {"How independent are you?": OWN_WORDS})


def test_somebody_comes_and_somebody_goes(
    browsers: dict[str, PageClient], cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    bas, ruud, noor, denise, fatima = browsers.values()
    new = build.registered_case(db_session, cast, START, title="New family")
    first = build.prepared_case(db_session, cast, START, title="First family")
    second = build.case_in_evaluation(db_session, cast, START, title="Second family")

    link = invite_fatima(bas)
    come_in(fatima, link)
    ruud.page("/")
    ruud.follow("New family")
    ruud.submit("Ask Fatima Haddou")
    take(fatima, new)

    bas.page("/accounts")
    bas.follow("Noor van Dijk")
    bas.submit("Note the last day", {"Last day": date(2026, 4, 30)})
    assert "Your last day here is Thursday 30 April 2026." in noor.page("/").text
    assert "Leaves on 30 April: 2 conferences to hand over" in ruud.page("/").text
    ruud.follow("Noor van Dijk")
    ruud.submit("Ask to take over", {"Who takes over?": "Denise Okafor (open cases: 0)"}, near="First family")
    ruud.submit("Ask to take over", {"Who takes over?": "Fatima Haddou (open cases: 1)"}, near="Second family")
    take(denise, first)
    take(fatima, second)
    assert "To hand over" not in ruud.page("/").text
    assert "handed over, can be closed" in bas.page("/accounts?state=leaving").text

    clock.set(AFTER)
    noor.page("/")
    assert noor.here.heading == "Families and friends make their own plan"
    noor.page("/sign-in")
    noor.refused("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD}, status=422)
    sign_in(bas, cast.bas)
    bas.page("/accounts")
    bas.follow("Noor van Dijk")
    assert "left on 30 April 2026 handed over, can be closed" in bas.here.text
    bas.submit("Close it")
    assert "Nobody can sign in with this account." in bas.here.text

    about_staff = select(OutboxMessage).where(OutboxMessage.conference_id.is_(None)).order_by(OutboxMessage.id)
    told = [(mail.recipient, mail.subject, mail.link) for mail in db_session.scalars(about_staff)]
    assert told == [
        ("fatima@example.org", "Choose your password", None),  # its link went once she had used it
        ("ruud@example.org", "A coordinator of your region leaves", None),
        ("ruud@example.org", "A coordinator of your region stopped", None),
    ]


def test_a_laptop_is_stolen(
    browsers: dict[str, PageClient], cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    bas, ruud, noor, denise, _ = browsers.values()
    case = build.prepared_case(db_session, cast, START, title="First family")
    noor.page(f"/conferences/{case.id}")
    bas.page("/accounts")
    bas.follow("Noor van Dijk")

    bas.submit("Close it")

    assert noor.page(f"/conferences/{case.id}").heading == "Sign in"
    assert "Nobody can reach 1 conference: ask today" in ruud.page("/").text
    ruud.follow("Noor van Dijk")
    ruud.submit("Ask to take over", {"Who takes over?": "Denise Okafor (open cases: 0)"})
    take(denise, case)
    assert "To hand over" not in ruud.page("/").text
