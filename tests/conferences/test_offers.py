"""The duty to offer a conference: when, to whom, what they said, or why it is exempt."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from ekc.conferences.queries.consents import offers
from ekc.workflow.vocabulary import OfferStage, Variant
from tests.build import registered_case
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.form import Value


def test_the_offer_and_the_answer_are_noted_where_the_law_asks_for_it(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = registered_case(db_session, cast, START, profile="england")
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/consents")
    said: dict[str, Value] = {
        "What is noted": "accepts the offer",
        "To whom, or who answered": "Marieke de Wit",
        "Day": date(2026, 3, 1),
    }
    early = client.refused("Note it", said, status=409)
    assert early.errors == ["Note first on which day it was offered to them; an answer comes after that."]

    client.submit("Note it", said | {"What is noted": "it was offered", "Day": date(2026, 2, 27)})
    page = client.submit("Note it", said)

    assert "27 February 2026: Marieke de Wit, it was offered" in page.text
    assert "1 March 2026: Marieke de Wit, accepts the offer" in page.text


def test_an_exemption_has_a_reason(client: PageClient, cast: Cast, db_session: Session) -> None:
    case = registered_case(db_session, cast, START, profile="england")
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/consents")
    exempt: dict[str, Value] = {"What is noted": "exempt: it is not offered", "Day": date(2026, 3, 1)}
    assert client.refused("Note it", exempt, status=409).errors == [
        "Why it is not offered: Write why it would not be in the child's best interests."
    ]
    nobody = client.refused("Note it", exempt | {"What is noted": "it was offered"}, status=409)
    assert nobody.errors == ["To whom, or who answered: Choose to whom it was offered, or who answered."]

    client.submit("Note it", exempt | {"Why it is not offered": "The parents may not meet."})

    (line,) = offers(refreshed(db_session), case.id)
    assert (line.stage, line.name, line.reason) == (OfferStage.EXEMPT, "", "The parents may not meet.")


@pytest.mark.parametrize(("profile", "variant"), [("nl", Variant.FAMILY), ("england", Variant.GROUP)])
def test_elsewhere_nothing_is_asked(
    client: PageClient, cast: Cast, db_session: Session, profile: str, variant: Variant
) -> None:
    case = registered_case(db_session, cast, START, profile=profile, variant=variant)
    sign_in(client, cast.ruud)
    assert "The offer of a conference" not in client.page(f"/conferences/{case.id}/consents").text
