"""The month and the week: whose days they show, where each leads, and in whose time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Region
from ekc.calendars.queries import EntryKind, EntryPage, entries
from ekc.conferences.models import Conference
from ekc.evaluations.queries import follow_ups
from ekc.matching.actions.asking import ask_coordinator
from ekc.meetings.actions.arranging import choose_date
from ekc.workflow.vocabulary import Phase
from tests.build import case_in_evaluation, case_in_private_time, prepared_case, registered_case
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.journey.counting import counted
from tests.page import Page, text_of

TITLE = "Family De Wit - El Amrani"
ALL = (date(2026, 1, 1), date(2027, 1, 1))


def days(page: Page) -> dict[str, str]:
    """What stands in each day of the month that has something."""
    cells = [cell for cell in page.all("td") if "month__day--empty" not in cell.get("class", "")]
    return {text_of(next(cell.iter("p"))): text_of(found) for cell in cells for found in cell.iter("ul")}


@pytest.mark.both_databases
def test_the_month_of_a_coordinator(client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = prepared_case(db_session, cast, clock())
    sign_in(client, cast.noor)
    client.page("/")

    march = client.follow("Calendar")
    assert (march.heading, days(march)) == ("March 2026", {})
    assert "Nothing is planned in this month yet." in march.text
    april = client.follow("Go to Saturday 11 April 2026")

    assert april.heading == "April 2026"
    assert days(april) == {"11Saturday 11 April": f"11:00 {TITLE}, conference"}
    assert "Good Friday" in april.text or "Easter Monday" in april.text
    assert client.follow(f"11:00 {TITLE}, conference").url == f"/conferences/{case.id}"


def test_calls_and_evaluations_lead_to_their_own_page(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    rows = {row.kind.value: row for row in follow_ups(db_session, case.id, clock().date())}

    found = entries(db_session, cast.noor, clock(), *ALL)

    assert [(one.kind, one.on, one.page, one.over) for one in found] == [
        (EntryKind.CONFERENCE, clock().date(), EntryPage.CASE, True),
        (EntryKind.CALL, rows["call"].due_on, EntryPage.FOLLOW_UP, False),
        (EntryKind.EVALUATION, rows["evaluation"].due_on, EntryPage.FOLLOW_UP, False),
    ]
    sign_in(client, cast.noor)
    client.page(f"/calendar/{rows['call'].due_on}")
    assert (
        client.follow(f"{TITLE}, call after four weeks").url == f"/conferences/{case.id}/follow-ups/{rows['call'].id}"
    )


def test_in_private_time_nothing_opens_that_the_lists_do_not_open(
    app: Flask, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case_in_private_time(db_session, cast, clock())

    own, regional = (entries(db_session, who, clock(), *ALL) for who in (cast.noor, cast.ruud))

    assert [one.page for one in own] == [EntryPage.CASE]
    assert [one.page for one in regional] == [EntryPage.COORDINATOR]
    manager = PageClient(app)
    sign_in(manager, cast.ruud)
    manager.page("/calendar")
    assert manager.follow(f"10:00 {TITLE}, conference").status == 200


def test_follow_ups_are_not_told_in_private_time(cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    db_session.execute(update(Conference).where(Conference.id == case.id).values(phase=Phase.PRIVATE_TIME))
    db_session.commit()

    assert {one.kind for one in entries(db_session, cast.noor, clock(), *ALL)} == {EntryKind.CONFERENCE}


def test_others_see_nothing_of_it(app: Flask, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    prepared_case(db_session, cast, clock())

    others = (cast.denise, cast.iris, cast.mila, cast.bas)
    assert [entries(db_session, who, clock(), *ALL) for who in others] == [()] * 4
    for who, status in ((cast.denise, 200), (cast.mila, 404), (cast.bas, 404)):
        client = PageClient(app)
        sign_in(client, who)
        assert client.get("/calendar").status_code == status
        shown = any(path.endswith("/calendar") for _, path in client.page("/account").links)
        assert shown is (status == 200)


def test_whoever_is_asked_sees_until_when_and_no_name(cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = registered_case(db_session, cast, clock())
    until = clock().date() + timedelta(days=5)
    ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0, days=5)

    (found,) = entries(db_session, cast.denise, clock(), *ALL)

    assert (found.kind, found.on, found.title, found.page) == (EntryKind.REQUEST, until, "", EntryPage.COORDINATOR)


def test_the_week_and_whose_it_is(client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    prepared_case(db_session, cast, clock())
    sign_in(client, cast.ruud)

    week = client.page(f"/calendar/2026-04-11?view=week&coordinator={cast.noor.account_id}")

    assert week.heading == "Week 15, from 6 April 2026"
    assert f"11:00 {TITLE}, conference Noor van Dijk" in week.text
    assert client.follow("Later").url.startswith("/calendar/2026-04-18?view=week")
    assert "Nothing is planned in this week yet." in client.here.text
    # Somebody who coordinates nothing there is no choice: all are shown.
    assert TITLE in client.page("/calendar/2026-04-11?coordinator=999").text


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "0001-01-01", "9999-12-31", "2026-W10-1x"])
def test_a_day_that_is_none_has_no_page(client: PageClient, cast: Cast, day: str) -> None:
    sign_in(client, cast.noor)

    assert client.get(f"/calendar/{day}").status_code == 404


ZONES = ("Europe/Amsterdam", "Europe/London", "Pacific/Auckland", "Europe/Istanbul")
#: The evening before a clock changes, and the morning after, in UTC.
INSTANTS = [datetime(2026, month, day, hour, tzinfo=UTC) for month, day in ((3, 28), (4, 4), (9, 26), (10, 24))
            for hour in (10, 13, 21, 23)]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.partition("/")[2])
def test_a_day_is_that_of_the_place_also_where_the_clock_changes(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, zone: str
) -> None:
    case = prepared_case(db_session, cast, clock())
    db_session.execute(update(Conference).where(Conference.id == case.id).values(timezone=zone))
    db_session.commit()
    for at in INSTANTS:
        choose_date(By(db_session, cast.noor, clock()), case.id, at)
        there = at.astimezone(ZoneInfo(zone))

        (found,) = entries(db_session, cast.noor, clock(), there.date(), there.date())

        assert (found.on, found.starts_at) == (there.date(), at)
        assert entries(db_session, cast.noor, clock(), there.date() + timedelta(1), there.date() + timedelta(9)) == ()
    sign_in(client, cast.noor)
    page = client.page(f"/calendar/{there.date()}")
    hour = f"{there:%H:%M}" + ("" if zone == "Europe/Amsterdam" else f" ({zone.partition('/')[2]})")
    assert f"{hour} {TITLE}, conference" in page.text


def test_a_day_with_much_leads_to_its_week(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    for _time in range(6):
        prepared_case(db_session, cast, clock())
    sign_in(client, cast.noor)

    page = client.page("/calendar/2026-04-11")

    assert days(page)["11Saturday 11 April"].count("conference") == 3
    assert client.follow("and 3 more: Saturday 11 April").text.count(f"{TITLE}, conference") == 6


def test_statements_do_not_grow_with_the_number_of_cases(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    numbers = []
    for who in (cast.noor, cast.ruud):
        sign_in(client, who)
        client.page("/calendar/2026-04-11")
        for more in (1, 4):
            for _time in range(more):
                prepared_case(db_session, cast, clock())
            with counted(app) as sent:
                client.page("/calendar/2026-04-11")
            numbers.append(len(sent))

    assert numbers[0] == numbers[1]
    assert numbers[2] == numbers[3]


def test_public_holidays_are_those_where_the_reader_works(client: PageClient, cast: Cast, db_session: Session) -> None:
    sign_in(client, cast.noor)
    dutch = client.page("/calendar/2026-04-27").text
    db_session.execute(update(Region).values(timezone="Pacific/Auckland"))
    db_session.commit()

    elsewhere = client.page("/calendar/2026-04-27").text

    assert ("King's Day" in dutch, "Anzac Day" in dutch) == (True, False)
    assert ("King's Day" in elsewhere, "Anzac Day" in elsewhere) == (False, True)
