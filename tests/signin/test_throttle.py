"""Throttling: shared by all processes, without locking out the owner, and without names."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask, request
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.db import make_sessions
from ekc.core.errors import TooMany
from ekc.signin.actions.passwords import check_password, set_password
from ekc.signin.actions.throttle import WIDE, Limit, begin_attempt, discard_attempt
from ekc.signin.devices import Caller, network_of
from ekc.signin.login import request_caller
from ekc.signin.models import Attempt, KnownDevice
from tests.cast import COST, PASSWORD, Cast, mail_of, sign_in_by_password
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.plugins.web import MakeApp

THREE = Limit("test", 3, timedelta(minutes=10))
WRONG = "another good one"


def may_try(session: Session, minutes: float, whom: str = "somebody", limit: Limit = THREE) -> bool:
    """Tries something that is wrong; whether it was let through."""
    try:
        begin_attempt(session, START + timedelta(minutes=minutes), (limit, whom))
    except TooMany:
        return False
    return True


def test_so_many_in_any_stretch_of_time(db_session: Session) -> None:
    minutes = [0, 4, 8, 9, 9.9, 10, 11, 14, 15, 18, 19]

    assert [may_try(db_session, minute) for minute in minutes] == [
        *(True, True, True, False, False),  # the fourth within ten minutes, and trying on
        *(True, False),  # the first counts no more
        *(True, False),
        *(True, False),
    ]


@pytest.mark.parametrize(("minute", "wait"), [(8, 2), (9.5, 2), (4, 6), (4.5, 6)])
def test_how_long_to_wait_is_told(db_session: Session, minute: float, wait: int) -> None:
    """Until the first of the three counts no more, in whole minutes."""
    for started in (0, 2, 3):
        assert may_try(db_session, started)

    with pytest.raises(TooMany) as refused:
        begin_attempt(db_session, START + timedelta(minutes=minute), (THREE, "somebody"))

    assert refused.value.params == {"minutes": wait}


def test_what_was_right_does_not_count(db_session: Session) -> None:
    for _ in range(5):
        discard_attempt(db_session, begin_attempt(db_session, START, (THREE, "somebody")))

    assert [may_try(db_session, 1) for _ in range(4)] == [True, True, True, False]


def test_each_is_counted_by_itself(db_session: Session) -> None:
    other = Limit("other", 3, timedelta(minutes=10))
    for _ in range(3):
        begin_attempt(db_session, START, (THREE, "somebody"), (other, "a house"))

    each = [("somebody", THREE), ("somebody else", THREE), ("somebody", other), ("a house", other)]

    assert [may_try(db_session, 1, whom, limit) for whom, limit in each] == [False, True, True, False]
    with pytest.raises(TooMany):
        begin_attempt(db_session, START, (THREE, "somebody new"), (other, "a house"))
    assert may_try(db_session, 1, "somebody new")  # was not counted where it was too much for the other


def test_many_at_one_moment_are_no_more_than_many_after_each_other(engine: Engine) -> None:
    ready, let_through = Barrier(8), list[bool]()

    def try_it() -> None:
        with make_sessions(engine)() as session:
            ready.wait()
            let_through.append(may_try(session, 0))

    threads = [Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(let_through) <= 3
    with make_sessions(engine)() as session:
        assert session.scalars(select(func.count()).select_from(Attempt)).one() == sum(let_through)


def test_many_networks_of_one_owner_count_together(db_session: Session) -> None:
    """A /48 has 65,536 networks of /64, each of which counts as one household."""
    tries = [may_try(db_session, 1, network_of(f"2001:db8:1:{number}::7")) for number in range(3 * WIDE + 1)]
    elsewhere = may_try(db_session, 1, network_of("2001:db8:2:1::7"))

    assert (tries, elsewhere) == ([True] * 3 * WIDE + [False], True)


def test_the_table_names_nobody_and_keeps_nothing_for_long(db_session: Session) -> None:
    may_try(db_session, 0, "noor@example.org")
    may_try(db_session, 0, "192.0.2.7")
    kept = db_session.scalars(select(Attempt.key)).all()
    assert {len(key) for key in kept} == {32}
    assert not any(word in key for key in kept for word in (b"noor", b"192"))

    may_try(db_session, 10, "somebody")

    assert db_session.scalars(select(func.count()).select_from(Attempt)).one() == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1:5678", "2001:db8:1:2::/64"),  # no port without brackets
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        # as a listener for both kinds writes IPv4
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:c000:207", "192.0.2.7"),
        # as some proxies write it
        ("192.0.2.7:5678", "192.0.2.7"),
        ("192.0.2.7:", "192.0.2.7"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:5678", "2001:db8:1:2::/64"),
        ("[::ffff:192.0.2.7]:5678", "192.0.2.7"),
        ("[nonsense]:5678", "nonsense"),
        ("[192.0.2.7", "[192.0.2.7"),
        ("nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_a_household_is_one_caller(address: str, network: str) -> None:
    assert network_of(address) == network


# signing in ---------------------------------------------------------------------------------------------------------


def statuses(client: PageClient, passwords: list[str], name: str = "Noor", address: str = "192.0.2.7") -> list[int]:
    """Sends the sign-in form with each of these, from some address; what is answered."""
    client.page("/sign-in")
    sent = client.form("Sign in").fill({"Email address": mail_of(name)}).payload()
    came_from = {"REMOTE_ADDR": address}
    return [
        client.post("/sign-in", data={**sent, "password": word}, environ_overrides=came_from).status_code
        for word in passwords
    ]


@pytest.mark.both_databases
def test_two_processes_count_together(app: Flask, make_app: MakeApp, cast: Cast) -> None:
    clients = [app.test_client(), make_app().test_client()]
    found = [statuses(client, [WRONG] * 5, address=f"192.0.2.{n}") for n, client in enumerate(clients)]  # type: ignore[arg-type]

    assert found == [[422] * 5] * 2
    assert statuses(clients[1], [PASSWORD], address="192.0.2.9") == [429]  # type: ignore[arg-type]


def test_one_address_tries_many_accounts_sixty_times(app: Flask, client: PageClient, cast: Cast) -> None:
    names = [f"somebody{number}" for number in range(60)]

    assert [statuses(client, [WRONG], name) for name in names] == [[422]] * 60
    assert statuses(client, [PASSWORD], "Denise") == [429]
    assert statuses(client, [PASSWORD], "Denise", address="192.0.2.8") == [303]


def test_however_an_address_is_written_it_is_one_caller_and_its_neighbour_another(
    make_app: MakeApp, database_url: str, cast: Cast
) -> None:
    """As proxies write it, with a port that is another each time; from a listener for both kinds of addresses."""
    client = make_app(proxies=1).test_client()
    assert isinstance(client, PageClient)

    def tried(told: str, name: str, password: str) -> int:
        client.page("/sign-in")
        sent = client.form("Sign in").fill({"Email address": mail_of(name), "Password": password}).payload()
        return client.post("/sign-in", data=sent, headers={"X-Forwarded-For": told}).status_code

    ways = ("192.0.2.7", "192.0.2.7:{}", "::ffff:192.0.2.7", "[::ffff:192.0.2.7]:{}")
    found = [tried(ways[number % 4].format(40000 + number), f"somebody{number}", WRONG) for number in range(60)]

    assert found == [422] * 60
    assert [tried(way.format(50000), "Denise", PASSWORD) for way in ways] == [429] * 4
    assert tried("::ffff:192.0.2.8", "Denise", PASSWORD) == 303


def test_the_owner_is_not_locked_out_by_somebody_who_guesses(app: Flask, client: PageClient, cast: Cast) -> None:
    sign_in_by_password(client, cast.noor)
    client.page("/")
    client.submit("Sign out")
    guesser = app.test_client()
    assert isinstance(guesser, PageClient)

    assert statuses(guesser, [WRONG] * 10 + [PASSWORD]) == [422] * 10 + [429]
    for name in ("A", "B", "C", "D", "E"):  # the whole house, where Noor is too
        statuses(guesser, [WRONG] * 10, name)
    assert statuses(guesser, [WRONG], "F") == [429]

    assert statuses(client, [WRONG] * 9 + [PASSWORD]) == [422] * 9 + [303]


def test_a_known_browser_has_its_own_end(client: PageClient, cast: Cast) -> None:
    sign_in_by_password(client, cast.noor)
    client.page("/")
    client.submit("Sign out")

    assert statuses(client, [WRONG] * 10 + [PASSWORD]) == [422] * 10 + [429]
    assert statuses(client, [PASSWORD], "Denise") == [303]  # to her account it is not known


def test_a_browser_is_known_by_what_nobody_guesses(
    app: Flask, client: PageClient, cast: Cast, db_session: Session
) -> None:
    sign_in_by_password(client, cast.noor)
    cookie = client.get_cookie("device")
    assert cookie is not None
    assert (len(cookie.value), cookie.http_only, cookie.same_site) == (43, True, "Lax")
    assert [row.account_id for row in db_session.scalars(select(KnownDevice))] == [cast.noor.account_id]
    assert all(cookie.value.encode() not in row.token_hash for row in db_session.scalars(select(KnownDevice)))
    guesser = app.test_client()
    assert isinstance(guesser, PageClient)

    for made_up in ("x" * 43, "1", "", "a b", cookie.value[:-1]):
        guesser.set_cookie("device", made_up)
        statuses(guesser, [WRONG] * 2)

    assert statuses(guesser, [PASSWORD]) == [429]


def test_one_browser_is_known_to_several(client: PageClient, cast: Cast, db_session: Session) -> None:
    for who in (cast.noor, cast.denise, cast.noor):
        sign_in_by_password(client, who)
        client.page("/")
        client.submit("Sign out")

    rows = db_session.execute(select(KnownDevice.account_id, KnownDevice.token_hash)).all()

    assert sorted(row.account_id for row in rows) == [cast.noor.account_id, cast.denise.account_id]
    assert len({row.token_hash for row in rows}) == 1


def test_after_another_password_no_browser_is_known(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    sign_in_by_password(client, cast.noor)

    set_password(By(db_session, cast.noor, clock()), cast.noor.account_id or 0, WRONG, COST)

    assert db_session.scalars(select(KnownDevice)).all() == []


def test_a_browser_that_is_not_used_for_a_year_is_forgotten(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    sign_in_by_password(client, cast.noor)
    clock.advance(days=366)

    other = app.test_client()
    assert isinstance(other, PageClient)
    sign_in_by_password(other, cast.denise)

    assert [row.account_id for row in db_session.scalars(select(KnownDevice))] == [cast.denise.account_id]


def test_in_the_demo_no_browser_is_known(demo_app: Flask, database_url: str, cast: Cast) -> None:
    client = demo_app.test_client()
    assert isinstance(client, PageClient)
    client.page("/")

    client.submit("Continue as Noor van Dijk")

    assert client.get_cookie("device") is None


def test_a_try_from_nowhere_counts_for_the_account(db_session: Session, cast: Cast) -> None:
    """As from a command, which comes from no address."""
    for number in range(10):
        caller = Caller(f"192.0.2.{number}") if number % 2 else Caller()
        assert check_password(db_session, START, " NOOR@example.org", WRONG, COST, caller) is None

    with pytest.raises(TooMany):
        check_password(db_session, START, mail_of("Noor"), PASSWORD, COST)


# behind a proxy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        (0, "198.51.100.1", ("127.0.0.1", "http://localhost/")),  # anybody can write this into a request
        (1, "198.51.100.1", ("198.51.100.1", "https://plan.example.org/")),
        (1, "198.51.100.1, 203.0.113.5", ("203.0.113.5", "https://plan.example.org/")),  # what our proxy saw itself
        (2, "198.51.100.1, 203.0.113.5", ("198.51.100.1", "http://localhost/")),  # only one told of the rest
    ],
)
def test_a_caller_is_who_our_proxies_saw(
    make_app: MakeApp, database_url: str, proxies: int, told: str, seen: tuple[str, str]
) -> None:
    forwarded = {"X-Forwarded-For": told, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "plan.example.org"}

    with make_app(proxies=proxies).test_client() as client:
        client.get("/sign-in", headers=forwarded)

        assert (request_caller().network, request.host_url) == seen
