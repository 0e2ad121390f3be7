"""Tests that are not about links sign in without their pages (`tests/cast.py`): that leaves the same behind."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.core.audit import AuditEvent
from ekc.links.models import LinkDevice, PersonalLink
from ekc.signin.models import SignIn
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, enter_as_before, link_known_before, make_link, open_link
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.database import refreshed

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

#: Different for each link, or each time it is sealed.
NEW = {"id", "token_hash", "answer_hash", "link_id", "link_device_id"}


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return build.case_in_setup(db_session, cast, clock())


def left(session: Session, client: PageClient) -> list[dict[str, Any]]:
    """The newest link with its device and sign-in, what the audit has of it, and the cookies of the browser."""
    found = []
    for table in (PersonalLink, LinkDevice, SignIn):
        row = refreshed(session).execute(select(table.__table__).order_by(table.id.desc()).limit(1)).mappings().one()
        found.append({name: value for name, value in row.items() if name not in NEW})
    actions = select(AuditEvent.action).where(AuditEvent.action.like("link.%")).order_by(AuditEvent.seq.desc())
    with client.session_transaction() as held:
        cookie = held.keys() - {"_id"}  # of the browser, which Flask-Login is told not to compare
    link = session.scalars(select(PersonalLink.id).order_by(PersonalLink.id.desc())).first()
    on = session.scalars(select(LinkDevice.link_id).order_by(LinkDevice.id.desc())).first()
    return [*found, {"audit": session.scalars(actions).first(), "cookie": cookie, "own": link == on}]


def test_without_the_pages_of_a_new_device(
    client: PageClient, someone: Any, db_session: Session, case: Made, clock: FrozenClock
) -> None:
    other, who = someone(), (case.id, case.people["omar"])

    by_pages = open_link(client, make_link(db_session, clock(), *who))
    went = left(db_session, client)
    at_once = enter(other, db_session, clock(), *who)

    assert left(db_session, other) == went
    assert (at_once.url, at_once.text) == (by_pages.url, by_pages.text)


def test_without_the_pages_of_a_known_device(
    client: PageClient, someone: Any, db_session: Session, case: Made, clock: FrozenClock
) -> None:
    other, who = someone(), (case.id, case.people["omar"])

    path, key = link_known_before(db_session, clock(), *who)
    client.set_cookie("link_device", key, path=path)
    client.page(path)
    by_pages = client.submit("Go to my page")
    went = left(db_session, client)
    at_once = enter_as_before(other, db_session, clock(), *who)

    assert left(db_session, other) == went
    assert (at_once.url, at_once.text) == (by_pages.url, by_pages.text)
