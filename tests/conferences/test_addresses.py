"""An address of mail that no mail reaches is refused where it is typed."""

import pytest
from sqlalchemy.orm import Session

from ekc.core.outbox import deliverable
from tests.build import case_in_setup
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START

ANOTHER = "Email does not reach an address with a letter such as é before the @. Ask for another one."
WRITE = "Write an email address such as name@example.org."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("renée@example.org", ANOTHER),
        ("мила@example.org", ANOTHER),
        ("els@example..org", WRITE),
        ("els@localhost", WRITE),
        ("Els <els@example.org>", WRITE),
        ("els@ex_ample.org", WRITE),
    ],
)
def test_what_no_mail_reaches_is_refused_at_once(
    client: PageClient, db_session: Session, cast: Cast, typed: str, said: str
) -> None:
    case = case_in_setup(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/{case.people['linda']}")
    assert client.refused("Save", {"Email": typed}, status=422).errors == [f"Email: {said}"]


@pytest.mark.parametrize(
    ("address", "as_sent"),
    [("Els@Example.org", "Els@example.org"), ("els@zürich.example.org", "els@xn--zrich-kva.example.org")],
)
def test_an_address_is_sent_in_letters_that_every_server_takes(address: str, as_sent: str) -> None:
    assert deliverable(address) == as_sent
