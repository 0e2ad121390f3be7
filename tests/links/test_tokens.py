"""Personal links: what tokens are bound to, that GET changes nothing, and the page for links that do not work."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from ekc import schema
from ekc.conferences.models import Conference
from ekc.core.audit import ActorKind, AuditEvent
from ekc.core.crypto import Keyring, keyring_of
from ekc.core.tokens import hash_token
from ekc.links import actions as links_actions
from ekc.links.models import PersonalLink
from ekc.links.queries.links import link_of_token, links_of
from ekc.links.tokens import NOTHING_ASKED, LinkTokenPayload, read_token
from ekc.workflow.vocabulary import Outcome, Phase, StopReason
from tests.build import registered_case
from tests.cast import CODE, Cast, make_link, open_link, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.page import Page
from tests.plugins.web import MakeApp
from tests.security.test_answers import without_a_database

GONE = "This link does not work any more"


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> tuple[int, int]:
    """A case, and its main person."""
    made = registered_case(db_session, cast, clock())
    return made.id, made.people["marieke"]


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table.name}"))), key=repr)  # noqa: S608
            for table in schema.metadata.sorted_tables
        }


def looks(path: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Requests of mail scanners, message previews and prefetching browsers: method, address, headers."""
    for address in (path, f"{path}/code", f"{path}/waiting", f"{path}/language/nl", f"{path}?utm_source=mail"):
        for method in ("GET", "HEAD", "OPTIONS"):
            yield method, address, {}
            yield method, address, {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender", "X-Moz": "prefetch"}
            yield method, address, {"User-Agent": "WhatsApp/2.23", "Accept": "*/*"}
            yield (
                method,
                address,
                {"User-Agent": "Mozilla/5.0 (compatible; MSIE 10; SafeLinks)", "Referer": "https://x.example/"},
            )


def test_whatever_looks_at_a_link_changes_nothing(
    app: Flask, client: PageClient, engine: Engine, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    path = make_link(db_session, clock(), *case)
    db_session.close()
    before = everything(engine)

    for _ in range(5):
        for method, address, headers in looks(path):
            answer = app.test_client().open(address, method=method, headers=headers)
            assert answer.status_code in (200, 302, 303), (method, address)
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
            assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (
                "private, no-store",
                "no-referrer",
            )
            client.open(address, method=method, headers=headers)  # the same one again, with its cookies

    assert everything(engine) == before


def test_a_preview_shows_the_name_of_the_product_alone(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    path = make_link(db_session, clock(), *case)

    for address, title in ((path, "Your personal link · Own Plan"), (f"{path}/code", "Is it you? · Own Plan")):
        page = client.page(address)
        told = [node.get("property") or node.get("name") for node in page.all("meta") if node.get("content")]
        assert (page.title, told) == (title, ["viewport", "color-scheme"])
        assert [word for word in ("Marieke", "De Wit", "Noor", "Rivierstad", "EKC-") if word in page.html] == []


def test_the_button_and_the_code_lead_to_ones_own_page(
    app: Flask, client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    first = clock()
    path = make_link(db_session, clock(), *case)
    page = open_link(client, path)
    assert page.url == f"/conferences/{case[0]}/mine"

    clock.advance(days=3)
    client.page(path)
    assert client.submit("Go to my page").url == page.url  # an own device is not verified again

    assert [link.used_at for link in links_of(db_session, case[0])] == [first]
    entered = select(AuditEvent).where(AuditEvent.action == "link.entered")
    lines = db_session.scalars(entered.order_by(AuditEvent.seq)).all()
    assert [(line.actor_kind, line.actor_id, line.conference_id) for line in lines] == [
        (ActorKind.PARTICIPANT, case[1], case[0])
    ] * 2


def test_a_coordinator_who_opens_it_reads_beforehand_that_it_takes_the_place_of_their_sign_in(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int], cast: Cast
) -> None:
    path, said = make_link(db_session, clock(), *case), "If you go on here, you are signed out as Noor van Dijk."
    assert said not in client.page(path).text
    sign_in(client, cast.noor)

    page = client.page(path)

    assert f"Is this link for somebody else? Then pass it on, and do not go on here. {said}" in page.text
    assert client.page("/account").status == 200  # looking at the link signed nobody out
    open_link(client, path)
    assert "Noor van Dijk: my sign-in" not in [name for name, _ in client.page("/").links]


def close_long_ago(session: Session, clock: FrozenClock) -> None:
    """So that a link lasts until the day that was promised, and no longer."""
    closed = {"phase": Phase.CLOSED, "outcome": Outcome.STOPPED, "stop_reason": StopReason.OTHER}
    session.execute(update(Conference).values(**closed, closed_on=clock().date() - timedelta(days=60)))
    session.commit()


def dead_links(session: Session, clock: FrozenClock, case: tuple[int, int]) -> tuple[str, ...]:
    """Revoked, expired, forged and truncated links, and links with a changed person, case or signature."""
    revoked = make_link(session, clock(), *case)
    links_actions.revoke(session, clock(), link_id=1)
    session.commit()
    expired = make_link(session, clock() - timedelta(days=61), *case)
    close_long_ago(session, clock)
    live = make_link(session, clock(), *case)
    content = urlsafe_b64decode(live.removeprefix("/l/") + "=")
    forged = [bytes(byte ^ (n == place) for n, byte in enumerate(content)) for place in (0, 19, 23, 27, 43)]
    tokens = [f"/l/{urlsafe_b64encode(one).decode().rstrip('=')}" for one in forged]
    another = Keyring([bytes(32)], b"another key that signs, of others".ljust(32))
    signed = content[:-16] + another.signature(content[:-16], "personal_link")
    tokens.append(f"/l/{urlsafe_b64encode(signed).decode().rstrip('=')}")
    return revoked, expired, *tokens, live + "x", live[:-1], "/l/x", "/l/ø", "/l/" + "A" * 59, "/l/" + "-" * 43


def test_every_dead_link_looks_the_same(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    dead = dead_links(db_session, clock, case)
    live = make_link(db_session, clock(), *case)
    client.page(live)
    token = dict(client.form("Go to my page").fill({}).fields)["csrf_token"]
    typed = {"csrf_token": token, "entrance_code": CODE, "use": "own"}

    read = set()
    for path in dead:
        pages = [client.page(f"{path}{rest}", status=404) for rest in ("", "/code", "/waiting")]
        for rest in ("", "/code", "/ask"):
            answer = client.post(f"{path}{rest}", data=typed)
            pages.append(Page(answer.text, path, answer.status_code))
        assert [page.status for page in pages] == [404] * 6
        read |= {(page.heading, page.text) for page in pages}

    assert read == {(GONE, pages[0].text)}


def test_a_token_that_was_made_up_does_not_reach_the_database(
    app: Flask, client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    forged = dead_links(db_session, clock, case)[2]
    with without_a_database(app):
        assert client.page(forged, status=404).heading == GONE


def test_a_link_opens_the_page_of_its_own_person_and_case_alone(
    db_session: Session, cast: Cast, clock: FrozenClock, case: tuple[int, int]
) -> None:
    other = registered_case(db_session, cast, clock())
    token = make_link(db_session, clock(), *case).removeprefix("/l/")
    assert read_token(keyring_of(db_session), token) == LinkTokenPayload(1, *case)

    for moved in ({"participant_id": other.people["marieke"]}, {"conference_id": other.id}):
        assert link_of_token(db_session, clock(), token) is not None
        db_session.execute(update(PersonalLink).values(moved))
        assert link_of_token(db_session, clock(), token) is None
        db_session.rollback()


def test_a_link_that_dies_meanwhile_lets_nobody_in(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    client.page(make_link(db_session, clock(), *case))
    client.submit("Go to my page")
    links_actions.revoke(db_session, clock(), participant_id=case[1])
    db_session.commit()

    assert client.refused("Open my page", {"Entrance code": CODE}, status=404).heading == GONE


def test_revoking_ends_the_session(
    client: PageClient, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    page = open_link(client, make_link(db_session, clock(), *case))

    assert links_actions.revoke(db_session, clock(), participant_id=case[1]) == 1
    db_session.commit()

    assert client.page(page.url).heading == "You are signed out"


def test_a_link_lives_for_the_days_it_was_given(db_session: Session, clock: FrozenClock, case: tuple[int, int]) -> None:
    close_long_ago(db_session, clock)
    for days in (1, 60):
        links_actions.new_link(
            db_session,
            clock(),
            conference_id=case[0],
            participant_id=case[1],
            made_by=None,
            days=days,
            check=NOTHING_ASKED,
        )

    at = clock() + timedelta(days=2)
    assert [link.is_live(at) for link in links_of(db_session, case[0])] == [True, False]


def test_a_token_is_short_and_not_kept(db_session: Session, clock: FrozenClock, case: tuple[int, int]) -> None:
    tokens = {
        links_actions.new_link(
            db_session,
            clock(),
            conference_id=case[0],
            participant_id=case[1],
            made_by=None,
            days=60,
            check=NOTHING_ASKED,
        )
        for _ in range(5)
    }

    kept = db_session.scalars(select(PersonalLink.token_hash)).all()
    assert {len(token) for token in tokens} == {59}
    assert {hash_token(token) for token in tokens} == set(kept)


def test_revoking_needs_to_know_which(db_session: Session, clock: FrozenClock) -> None:
    with pytest.raises(ValueError, match="which link"):
        links_actions.revoke(db_session, clock())
    with pytest.raises(ValueError, match="which link"):
        links_actions.revoke(db_session, clock(), link_id=1, participant_id=1)


def test_behind_tls_no_referrer_is_needed_and_the_cookie_travels_to_the_link_alone(
    make_app: MakeApp, db_session: Session, clock: FrozenClock, case: tuple[int, int]
) -> None:
    client = make_app(secure_cookies=True).test_client()
    path = make_link(db_session, clock(), *case)
    page = client.get(f"{path}/code", base_url="https://localhost")
    token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    typed = {"csrf_token": token, "entrance_code": CODE, "use": "own"}
    answer = client.post(f"{path}/code", data=typed, base_url="https://localhost")

    assert answer.status_code == 303
    cookie = client.get_cookie("__Secure-link_device", path=path)
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.path) == (True, True, "Lax", path)
    assert cookie.expires == (clock() + timedelta(days=60)).replace(microsecond=0)
    assert client.get_cookie("__Secure-link_device") is None
