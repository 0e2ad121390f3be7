"""Possible dates where the clock changes: in the Netherlands, England, New Zealand, and for somebody in Istanbul."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.forms.days import instant
from ekc.core.clock import from_local, to_local, zone
from ekc.core.errors import WrongDay
from ekc.meetings import queries
from ekc.meetings.actions import arranging, dates
from ekc.meetings.actions.dates import DatesOffered
from ekc.meetings.forms.dates import OfferDatesForm, PartOfDay, local_times, part_of, slots
from ekc.meetings.queries import DateOptionRow
from tests.build import Made, case_in_setup, change_details
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed

AMSTERDAM, LONDON, AUCKLAND, ISTANBUL = "Europe/Amsterdam", "Europe/London", "Pacific/Auckland", "Europe/Istanbul"
#: By zone the day of 2026 on which an hour is skipped and the day on which one comes twice, and the hour; in Istanbul
#: neither happens.
SKIPPED = {AMSTERDAM: (date(2026, 3, 29), 2), LONDON: (date(2026, 3, 29), 1), AUCKLAND: (date(2026, 9, 27), 2)}
TWICE = {AMSTERDAM: (date(2026, 10, 25), 2), LONDON: (date(2026, 10, 25), 1), AUCKLAND: (date(2026, 4, 5), 2)}
ZONES = (*SKIPPED, ISTANBUL)
zones = st.sampled_from(ZONES)
days = st.builds(
    lambda on, after: on + timedelta(days=after),
    st.sampled_from([on for on, _hour in (*SKIPPED.values(), *TWICE.values())]),
    st.integers(-8, 8),
)
half_hours = st.builds(lambda n: time(n // 2, n % 2 * 30), st.integers(0, 47))


def hours_of(day: date, timezone: str) -> float:
    begins, ends = (from_local(datetime.combine(day + timedelta(days=n), time()), timezone) for n in (0, 1))
    return (ends - begins) / timedelta(hours=1)


def test_the_days_that_are_tried_have_23_and_25_hours() -> None:
    for one in SKIPPED:
        assert (hours_of(SKIPPED[one][0], one), hours_of(TWICE[one][0], one)) == (23, 25)
    assert {hours_of(on, ISTANBUL) for on, _hour in (*SKIPPED.values(), *TWICE.values())} == {24}


@given(days, half_hours, zones)
def test_each_time_is_an_instant_and_read_again_the_same_but_for_the_hour_that_is_skipped(
    day: date, begins: time, timezone: str
) -> None:
    local = datetime.combine(day, begins)
    if SKIPPED.get(timezone) == (day, begins.hour):
        with pytest.raises(WrongDay):
            instant(local, timezone, "other")
        return
    at = instant(local, timezone, "other")
    assert at == local.replace(tzinfo=zone(timezone)).astimezone(UTC)
    assert local_times([DateOptionRow(1, at)], timezone) == [local]
    if TWICE.get(timezone) == (day, begins.hour):
        assert to_local(at + timedelta(hours=1), timezone).replace(tzinfo=None) == local  # the first of the two
    elif to_local(at - timedelta(hours=1), timezone).replace(tzinfo=None) == local:
        raise AssertionError(f"{local} comes twice in {timezone}")


@given(days, st.lists(st.integers(0, 60 * 24 * 14), max_size=8, unique=True), st.integers(1, 4), zones)
def test_a_week_has_seven_days_of_three_parts_and_each_date_stands_in_the_part_in_which_it_begins(
    first: date, minutes: list[int], weeks: int, timezone: str
) -> None:
    begins = from_local(datetime.combine(first, time()), timezone)
    offered = [DateOptionRow(n, begins + timedelta(minutes=one)) for n, one in enumerate(minutes)]
    shown = slots(first, weeks, local_times(offered, timezone))
    every = [slot for week in shown for day in week for slot in day]
    monday = first - timedelta(days=first.weekday())
    assert [day[0].on for week in shown for day in week] == [monday + timedelta(days=n) for n in range(7 * weeks)]
    assert [slot.part for slot in every] == list(PartOfDay) * 7 * weeks
    for slot in every:
        for local in slot.options:
            assert (local.date(), part_of(local)) == (slot.on, slot.part)
    there = [instant(local, timezone, "slots") for slot in every for local in slot.options]
    last = monday + timedelta(days=7 * weeks)
    assert sorted(there) == sorted(row.starts_at for row in offered if to_local(row.starts_at, timezone).date() < last)


@given(days, st.sampled_from(PartOfDay), zones)
def test_each_beginning_that_is_offered_lies_in_its_part_of_the_day_and_is_never_skipped(
    day: date, part: PartOfDay, timezone: str
) -> None:
    choices = getattr(OfferDatesForm, part.value).kwargs["choices"]
    begins = [datetime.combine(day, time.fromisoformat(one.value)) for one in choices]
    assert {part_of(one) for one in begins} == {part}
    found = [instant(one, timezone, "slots") for one in begins]
    assert {second - first for first, second in pairwise(found)} == {timedelta(minutes=30)}


def options(session: Session, case: Made) -> list[datetime]:
    meeting = queries.current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return [row.starts_at for row in queries.date_options(session, meeting.id)]


def in_words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


@pytest.mark.parametrize("timezone", SKIPPED)
def test_a_morning_of_the_day_on_which_the_clock_changes_is_offered_at_its_own_hour(
    client: PageClient, db_session: Session, cast: Cast, timezone: str
) -> None:
    case = case_in_setup(db_session, cast, START, timezone=timezone)
    sign_in(client, cast.noor)
    (skipped, lost), (twice, doubled) = SKIPPED[timezone], TWICE[timezone]
    client.page(f"/conferences/{case.id}/dates?weeks=40")
    client.submit(
        "Save the possible dates", {f"{in_words(skipped)}, morning": True, f"{in_words(twice)}, evening": True}
    )
    morning = datetime.combine(skipped, time(10), zone(timezone)).astimezone(UTC)
    evening = datetime.combine(twice, time(19), zone(timezone)).astimezone(UTC)
    assert options(db_session, case) == sorted([morning, evening])

    # The hour that is not there: refused in words, and what was typed stays.
    client.page(f"/conferences/{case.id}/dates?weeks=40")
    typed = f"{skipped:%d-%m-%Y} {lost:02}:30"
    page = client.refused("Save the possible dates", {"Another day and time": typed})
    assert f"That night the clock goes from {lost:02}:00 to {lost + 1:02}:00. Choose another time." in page.text
    assert client.form("Save the possible dates").shown("Another day and time") == typed

    # The hour that comes twice: the first of the two; the second stays where somebody added it, and both can go.
    client.submit("Save the possible dates", {"Another day and time": f"{twice:%d-%m-%Y} {doubled:02}:30"})
    first = datetime.combine(twice, time(doubled, 30), zone(timezone)).astimezone(UTC)
    assert first in options(db_session, case)
    arranging.add_date(By(refreshed(db_session), cast.noor, START), case.id, first + timedelta(hours=1))
    client.page(f"/conferences/{case.id}/dates?weeks=40")
    client.submit("Save the possible dates")
    assert options(db_session, case) == sorted([morning, evening, first, first + timedelta(hours=1)])
    both = f"{in_words(twice)}, morning {doubled:02}:30 {doubled:02}:30"
    client.page(f"/conferences/{case.id}/dates?weeks=40")
    client.submit("Save the possible dates", {both: False})
    assert options(db_session, case) == sorted([morning, evening])


def test_of_an_hour_that_comes_twice_whoever_is_abroad_reads_which_one_is_meant(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = case_in_setup(db_session, cast, START)
    noor, fatima = By(db_session, cast.noor, START), case.people["fatima"]
    change_details(db_session, cast, START, case, fatima, timezone=ISTANBUL)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    dates.offer_dates(noor, case.id, DatesOffered(frozenset(), (first, first + timedelta(hours=1))))
    dates.ask_about_dates(noor, case.id, [fatima])
    enter(client, refreshed(db_session), START, case.id, fatima)
    page = client.follow("Say which days suit me")
    assert "Sunday 25 October 2026, 02:30 (Amsterdam), 03:30 where you are (Istanbul)" in page.text
    assert "Sunday 25 October 2026, 02:30 (Amsterdam), 04:30 where you are (Istanbul)" in page.text


@pytest.mark.both_databases
@pytest.mark.parametrize("timezone", ZONES)
def test_a_reminder_comes_after_three_whole_days_whatever_the_clock_did(
    db_session: Session, cast: Cast, timezone: str
) -> None:
    """Asked on the Friday before; the night's work looks at three o'clock as the clock says there."""
    case = case_in_setup(db_session, cast, START, timezone=timezone)
    for change, _hour in (SKIPPED.get(timezone, SKIPPED[AMSTERDAM]), TWICE.get(timezone, TWICE[AMSTERDAM])):
        friday = from_local(datetime.combine(change - timedelta(days=2), time(10)), timezone)
        noor = By(refreshed(db_session), cast.noor, friday)
        dates.offer_dates(noor, case.id, DatesOffered(frozenset(), (friday + timedelta(days=30),)))
        dates.ask_about_dates(noor, case.id, [case.people["omar"]])
        nights = [from_local(datetime.combine(change + timedelta(days=n), time(3)), timezone) for n in range(-1, 8)]
        sent = [night for night in nights if dates.remind_about_dates(refreshed(db_session), night, cast.north)]
        assert [to_local(night, timezone).date() - change for night in sent] == [timedelta(days=2), timedelta(days=5)]
        assert sent[0] - friday >= timedelta(days=3)
