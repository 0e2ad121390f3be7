"""The language of pages by personal link: that of the browser, or else the one in which the person gets their mails."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from ekc.core.transaction import writing
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, make_link
from tests.client import PageClient
from tests.clock import START, FrozenClock

TURKISH = "tr-TR,tr;q=0.9,en-US;q=0.8,en;q=0.7"  # of a telephone; nobody chose the English


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return build.case_in_setup(db_session, cast, START)


def spoken_of(case: Made, session: Session, own: str, of_case: str, profile: str = "nl") -> None:
    """Write down the languages of Omar and of the case."""
    with writing(session):
        session.execute(
            text("update participant set language = :own where id = :id"), {"own": own, "id": case.people["omar"]}
        )
        session.execute(
            text("update conference set language = :language, profile = :profile where id = :id"),
            {"language": of_case, "profile": profile, "id": case.id},
        )


def languages(client: PageClient, case: Made, session: Session, clock: FrozenClock, accepts: str) -> set[str | None]:
    """Those of the pages of a link: the first one, that of the code, and the own page."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = accepts
    path = make_link(session, clock(), case.id, case.people["omar"])
    before = [client.page(path).tree.get("lang"), client.page(f"{path}/code").tree.get("lang")]
    enter(client, session, clock(), case.id, case.people["omar"])
    return {*before, client.page(f"/conferences/{case.id}/mine").tree.get("lang")}


@pytest.mark.parametrize(
    ("accepts", "own", "of_case", "profile", "spoken"),
    [
        (TURKISH, "", "nl", "nl", "nl"),
        (TURKISH, "tr", "tr", "nl", "nl"),
        (TURKISH, "en", "nl", "nl", "en"),
        (TURKISH, "tr", "tr", "england", "en"),
        ("", "", "nl", "nl", "nl"),
        ("*", "", "nl", "nl", "nl"),
        ("en-GB,en;q=0.9", "nl", "nl", "nl", "en"),
        ("nl-NL,nl;q=0.9,en;q=0.8", "en", "en", "england", "nl"),
    ],
)
def test_a_telephone_whose_language_we_do_not_have_gets_that_of_the_mails(
    client: PageClient,
    case: Made,
    db_session: Session,
    clock: FrozenClock,
    accepts: str,
    own: str,
    of_case: str,
    profile: str,
    spoken: str,
) -> None:
    spoken_of(case, db_session, own, of_case, profile)

    assert languages(client, case, db_session, clock, accepts) == {spoken}


def test_what_somebody_chooses_stays(client: PageClient, case: Made, db_session: Session, clock: FrozenClock) -> None:
    client.set_cookie("language", "en")

    assert languages(client, case, db_session, clock, TURKISH) == {"en"}
