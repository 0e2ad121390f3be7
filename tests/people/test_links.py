"""Personal links: a page first, then a button; one page for every link that is dead."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.core.audit import ActorKind, AuditEvent
from ekc.people import links
from ekc.people.models import PersonalLink
from ekc.people.queries import links_of
from tests.build import registered_case
from tests.cast import Cast, enter, make_link
from tests.client import PageClient
from tests.clock import FrozenClock

GONE = "This link does not work any more"


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> tuple[int, int]:
    """A case, and its main person."""
    made = registered_case(db_session, cast, clock())
    return made.id, made.people["marieke"]


def test_looking_at_a_link_does_not_use_it(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    path = make_link(db_session, clock(), *case)

    page = client.page(path)
    client.page(path)

    assert page.heading == "This link is for you personally"
    assert [link.used_at for link in links_of(db_session, case[0])] == [None]


def test_the_button_leads_to_ones_own_page(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    first = clock()
    path = make_link(db_session, clock(), *case)
    client.page(path)
    page = client.submit("Go to my page")
    assert page.url == f"/conferences/{case[0]}/mine"

    clock.advance(days=3)
    client.page(path)
    client.submit("Go to my page")

    assert [link.used_at for link in links_of(db_session, case[0])] == [first]
    entered = select(AuditEvent).where(AuditEvent.action == "link.entered")
    lines = db_session.scalars(entered.order_by(AuditEvent.seq)).all()
    assert [(line.actor_kind, line.actor_id, line.conference_id) for line in lines] == [
        (ActorKind.PARTICIPANT, case[1], case[0])
    ] * 2


def test_every_dead_link_looks_the_same(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    revoked = make_link(db_session, clock(), *case)
    links.revoke(db_session, clock(), link_id=1)
    db_session.commit()
    expired = make_link(db_session, clock() - timedelta(days=60), *case)
    live = make_link(db_session, clock(), *case)

    pages = [client.page(path, status=404) for path in (revoked, expired, live + "x", live[:-1], "/l/x", "/l/ø")]

    assert {(page.heading, page.text) for page in pages} == {(GONE, pages[0].text)}


def test_a_link_that_dies_meanwhile_lets_nobody_in(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    client.page(make_link(db_session, clock(), *case))
    links.revoke(db_session, clock(), participant_id=case[1])
    db_session.commit()

    assert client.refused("Go to my page", status=404).heading == GONE


def test_revoking_ends_the_session(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    page = enter(client, db_session, clock(), *case)

    assert links.revoke(db_session, clock(), participant_id=case[1]) == 1
    db_session.commit()

    assert client.get(page.url).status_code == 302


def test_a_link_lives_for_the_days_it_was_given(db_session: Session, clock: FrozenClock, case: tuple[int, int]) -> None:
    for days in (1, 60):
        links.new_link(db_session, clock(), conference_id=case[0], participant_id=case[1], made_by=None, days=days)

    at = clock() + timedelta(days=1)
    assert [link.is_live(at) for link in links_of(db_session, case[0])] == [True, False]


def test_a_token_is_long_and_not_kept(db_session: Session, clock: FrozenClock, case: tuple[int, int]) -> None:
    tokens = {
        links.new_link(db_session, clock(), conference_id=case[0], participant_id=case[1], made_by=None)
        for _ in range(5)
    }

    kept = db_session.scalars(select(PersonalLink.token_hash)).all()
    assert {len(token) for token in tokens} == {43}
    assert {links.token_hash(token) for token in tokens} == set(kept)


def test_revoking_needs_to_know_which(db_session: Session, clock: FrozenClock) -> None:
    with pytest.raises(ValueError, match="which link"):
        links.revoke(db_session, clock())
    with pytest.raises(ValueError, match="which link"):
        links.revoke(db_session, clock(), link_id=1, participant_id=1)
