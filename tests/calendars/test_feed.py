"""The private address: what is read there, by whom, for how long; another parser reads the file."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import vobject
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import AccountRole
from ekc.calendars import actions, document
from ekc.calendars.models import CalendarFeed
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.tokens import new_token
from ekc.staff.actions.closing import close_account, set_leaving
from tests.build import case_in_evaluation, prepared_case
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock

TITLE = "Family De Wit - El Amrani"


def subscribed(client: PageClient, values: dict[str, bool] | None = None) -> str:
    """The path of a new address, made on one's own page."""
    client.page("/account")
    client.follow("Read it in your own calendar")
    shown = client.shown("Make the address", values)
    (address,) = re.findall(r"http://[^\s]+\.ics", shown.text)
    assert shown.link("Open it in the calendar of this device") == "webcal" + address[len("http") :]
    return "/" + str(address).split("/", 3)[3]


def read(app: Flask, path: str) -> vobject.base.Component:
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return vobject.readOne(answer.text)


@pytest.mark.both_databases
def test_a_calendar_is_read_without_a_sign_in_and_names_nobody(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    sign_in(client, cast.noor)
    path = subscribed(client)

    answer = app.test_client().get(path)

    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for word in ("De Wit", "Amrani", "Noor", "Brug", "Waalkade", "Kees"):
        assert word not in answer.text
    conference, call, evaluation = sorted(
        vobject.readOne(answer.text).vevent_list, key=lambda one: str(one.dtstart.value)
    )
    number = conference.summary.value.partition(":")[0]
    assert conference.dtstart.value.astimezone(UTC) == clock()
    assert conference.url.value.endswith(f"/conferences/{case.id}")
    assert call.summary.value == f"{number}: call after four weeks"
    assert call.dtstart.value == date(2026, 3, 30)
    assert evaluation.dtstart.value.astimezone(UTC) == datetime(2026, 5, 26, 8, tzinfo=UTC)
    assert not any("location" in one.contents for one in (conference, call, evaluation))


def test_names_are_told_where_they_were_chosen(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    prepared_case(db_session, cast, clock())
    sign_in(client, cast.ruud)

    (conference,) = read(app, subscribed(client, {"With the names of families": True})).vevent_list

    assert conference.summary.value == f"{TITLE}: conference"
    assert "location" not in conference.contents


def test_a_new_address_ends_the_one_before_and_both_can_be_ended(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    first = subscribed(client)
    stored = db_session.scalars(select(CalendarFeed)).one()
    assert first.rpartition("/")[2][:-4].encode() not in stored.token_hash
    page = client.page("/account/calendar")
    assert "Without the names of families. Nothing has read it yet." in page.text
    assert app.test_client().get(first).status_code == 200
    clock.advance(minutes=5)
    assert "Last read 5 minutes ago." in client.page("/account/calendar").text
    second = client.shown("Make the new address")
    (address,) = re.findall(r"http://[^\s]+\.ics", second.text)

    assert [app.test_client().get(path).status_code for path in (first, address)] == [404, 200]
    client.page("/account/calendar")
    client.submit("End the address")

    assert app.test_client().get(address).status_code == 404
    db_session.rollback()  # to read what was written since
    events = db_session.scalars(select(AuditEvent).where(AuditEvent.action.like("account.calendar%")))
    assert [(one.action, read_detail(db_session, one).get("names")) for one in events] == [
        ("account.calendar_made", "without"),
        ("account.calendar_made", "without"),
        ("account.calendar_ended", None),
    ]


def _closed(session: Session, cast: Cast, clock: FrozenClock) -> None:
    close_account(By(session, cast.bas, clock()), cast.noor.account_id or 0)


def _left(session: Session, cast: Cast, clock: FrozenClock) -> None:
    set_leaving(By(session, cast.bas, clock()), cast.noor.account_id or 0, clock().date())
    clock.advance(days=1)


def _without_office(session: Session, cast: Cast, clock: FrozenClock) -> None:
    session.execute(delete(AccountRole).where(AccountRole.account_id == cast.noor.account_id))
    session.commit()


@pytest.mark.parametrize("gone", [_closed, _left, _without_office])
def test_it_ends_with_the_account(
    app: Flask,
    cast: Cast,
    db_session: Session,
    clock: FrozenClock,
    gone: Callable[[Session, Cast, FrozenClock], None],
) -> None:
    prepared_case(db_session, cast, clock())
    path = f"/calendar/feed/{actions.make_address(By(db_session, cast.noor, clock()), with_names=True)}.ics"
    assert app.test_client().get(path).status_code == 200
    gone(db_session, cast, clock)

    dead, unknown = app.test_client().get(path), app.test_client().get(f"/calendar/feed/{new_token()}.ics")

    assert dead.status_code == unknown.status_code == 404
    assert dead.text == unknown.text


def test_what_has_not_changed_is_not_sent_again(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    prepared_case(db_session, cast, clock())
    path = f"/calendar/feed/{actions.make_address(By(db_session, cast.noor, clock()), with_names=False)}.ics"
    first = app.test_client().get(path)
    again = {"If-None-Match": first.headers["ETag"]}
    clock.advance(hours=3)

    same = app.test_client().get(path, headers=again)
    prepared_case(db_session, cast, clock())
    changed = app.test_client().get(path, headers=again)

    assert (first.status_code, same.status_code, same.data, changed.status_code) == (200, 304, b"", 200)
    assert app.test_client().get(path).data == changed.data
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT3H" in first.text


def test_it_is_read_so_often_and_guessed_so_often(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    path = f"/calendar/feed/{actions.make_address(By(db_session, cast.noor, clock()), with_names=False)}.ics"
    client = app.test_client()

    read_ = [client.get(path).status_code for _time in range(actions.FETCHES.max_attempts + 1)]
    guessed = [client.get("/calendar/feed/x.ics").status_code for _time in range(actions.MISSES.max_attempts + 1)]

    assert (read_[-2], read_[-1]) == (200, 429)
    assert (guessed[-2], guessed[-1]) == (404, 429)
    clock.advance(hours=2)
    assert client.get(path).status_code == 200


def test_of_very_many_those_nearest_are_told(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_in_evaluation(db_session, cast, clock())
    monkeypatch.setattr("ekc.calendars.views.MOST", 2)
    path = f"/calendar/feed/{actions.make_address(By(db_session, cast.noor, clock()), with_names=False)}.ics"

    kinds = [one.summary.value.partition(": ")[2] for one in read(app, path).vevent_list]

    assert kinds == ["conference", "call after four weeks"]
    assert document.MOST == 1000
