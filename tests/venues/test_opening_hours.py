"""Opening hours: as they are typed, as they are read, and whether they cover a conference."""

from datetime import datetime

import pytest

from ekc.venues.forms import hours_as_typed, read_hours
from ekc.workflow.opening_hours import DayHours, OpeningHours

MONDAY = datetime(2026, 3, 2, 10, 0)  # noqa: DTZ001 - local
DAY = ((9 * 60, 22 * 60),)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("9-22", DAY),
        ("9:00 – 22.00", DAY),
        ("van 9 tot 22 uur", DAY),
        ("9-12:30, 13-17", ((540, 750), (780, 1020))),
        ("9-12.30 en 13-17", ((540, 750), (780, 1020))),
        ("closed", ()),
        ("Dicht", ()),
        ("gesloten", ()),
        ("hele dag", ((0, 1440),)),
        ("19-1", ((1140, 1500),)),
        ("9-24", ((540, 1440),)),
        (" ", None),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, hours: DayHours) -> None:
    assert read_hours(typed) == hours
    assert hours is None or not hours or read_hours(hours_as_typed(hours)) == hours


@pytest.mark.parametrize("typed", ["soon", "9", "9-", "25-26", "9-22:75", "22-9-3", "9-22 9-22"])
def test_what_is_no_hours_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_hours(typed)


@pytest.mark.parametrize(
    ("day", "starts", "minutes", "covered"),
    [
        (DAY, MONDAY, 240, True),
        (DAY, MONDAY.replace(hour=19), 180, True),
        (DAY, MONDAY.replace(hour=19), 181, False),
        (DAY, MONDAY.replace(hour=8, minute=59), None, False),
        (DAY, MONDAY.replace(hour=21, minute=59), None, True),
        (DAY, MONDAY.replace(hour=22), None, False),
        ((), MONDAY, 60, False),
        (None, MONDAY, 60, True),
        (((540, 720), (780, 1020)), MONDAY, 180, False),
    ],
)
def test_hours_cover_a_conference_or_not(day: DayHours, starts: datetime, minutes: int | None, covered: bool) -> None:
    assert OpeningHours((day, *(None,) * 6)).covers(starts, minutes) is covered


def test_after_midnight_the_hours_of_the_evening_before_count() -> None:
    late = OpeningHours((((1140, 1500),), *((),) * 6))

    assert late.covers(MONDAY.replace(hour=22), 180)
    assert late.covers(MONDAY.replace(day=3, hour=0), 60)
    assert not late.covers(MONDAY.replace(day=3, hour=0), 61)
