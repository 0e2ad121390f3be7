"""What speaks against a date: two conferences at one time, by the minutes that pass, whatever the clock does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekc.core.clock import from_local, local_date
from ekc.workflow.clashes import Clash, ClashKind, Elsewhere, clashes, overlap

AMSTERDAM, LONDON, AUCKLAND, ISTANBUL = "Europe/Amsterdam", "Europe/London", "Pacific/Auckland", "Europe/Istanbul"
ZONES = (AMSTERDAM, LONDON, AUCKLAND, ISTANBUL)
#: When clocks change in 2026: in Europe, and in New Zealand the other way round. In Istanbul they never do.
CHANGES = tuple(
    datetime.fromisoformat(f"{at}:00+00:00")
    for at in ("2026-03-29 01:00", "2026-10-25 01:00", "2026-04-04 14:00", "2026-09-26 14:00")
)
TEN = datetime(2026, 4, 18, 8, 0, tzinfo=UTC)  # 10:00 in the Netherlands
near_a_change = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-1500, 1500)
)
lengths = st.integers(1, 1440)


def in_netherlands(instant: datetime) -> date:
    return local_date(instant, AMSTERDAM)


@pytest.mark.parametrize(
    ("zone", "first", "minutes", "other", "both"),
    [
        # By the clock the first ends at 3:00; the hour from 2 to 3 is not there, so it goes on until 4:00.
        (AMSTERDAM, "2026-03-28 22:00", 300, "2026-03-29 03:30", True),
        (AMSTERDAM, "2026-03-28 22:00", 240, "2026-03-29 03:00", False),
        (LONDON, "2026-03-28 21:00", 300, "2026-03-29 02:30", True),
        (AUCKLAND, "2026-09-26 22:00", 300, "2026-09-27 03:30", True),
        # In autumn the hour comes twice: by the clock the first ends at 3:00, and it is over at 2:00.
        (AMSTERDAM, "2026-10-24 22:00", 300, "2026-10-25 03:00", False),
        (LONDON, "2026-10-24 21:00", 300, "2026-10-25 01:30", True),  # the first 1:30
        (AUCKLAND, "2026-04-04 22:00", 300, "2026-04-05 02:59", True),
        (AUCKLAND, "2026-04-04 22:00", 300, "2026-04-05 03:00", False),
        # In Istanbul the clock does nothing.
        (ISTANBUL, "2026-03-28 22:00", 300, "2026-03-29 03:30", False),
        (ISTANBUL, "2026-10-24 22:00", 300, "2026-10-25 02:59", True),
    ],
)
def test_the_minutes_that_pass_count_when_the_clock_changes(
    zone: str, first: str, minutes: int, other: str, both: bool
) -> None:
    begins, beside = (from_local(datetime.fromisoformat(one), zone) for one in (first, other))
    assert overlap(begins, minutes, beside, 60) is both


@given(near_a_change, lengths, near_a_change, lengths)
def test_two_conferences_overlap_if_they_have_a_minute_in_common(
    one: datetime, minutes: int, other: datetime, other_minutes: int
) -> None:
    def passing(begins: datetime, length: int) -> set[int]:
        first = int(begins.timestamp()) // 60
        return set(range(first, first + length))

    both = bool(passing(one, minutes) & passing(other, other_minutes))
    assert overlap(one, minutes, other, other_minutes) is both
    assert overlap(other, other_minutes, one, minutes) is both


@given(near_a_change, lengths, near_a_change, lengths, st.sampled_from(ZONES))
def test_of_one_coordinator_the_other_conference_is_then_or_that_day_or_nothing(
    one: datetime, minutes: int, other: datetime, other_minutes: int, zone: str
) -> None:
    found = clashes(
        one,
        minutes,
        [Elsewhere(other, other_minutes, coordinator=True, number="EKC-1")],
        lambda at: local_date(at, zone),
    )
    if overlap(one, minutes, other, other_minutes):
        kinds = [ClashKind.COORDINATOR]
    else:
        kinds = [ClashKind.SAME_DAY] if local_date(one, zone) == local_date(other, zone) else []
    assert [clash.kind for clash in found] == kinds


def test_the_worst_comes_first_and_each_is_said_once() -> None:
    later = TEN + timedelta(hours=2)
    elsewhere = [
        Elsewhere(later, 60, place=True),
        Elsewhere(later, 60, people=("Els Vermeer", "Els Vermeer", "Nadia")),
        Elsewhere(later, 60, people=("Els Vermeer",)),  # which other one it is, is not shown: that is said once
        Elsewhere(later, 60, people=("Els Vermeer",), number="EKC-7"),
        Elsewhere(TEN + timedelta(hours=5), 60, coordinator=True, place=True, people=("Nadia",), number="EKC-8"),
        Elsewhere(later, 60, coordinator=True, number="EKC-9"),
    ]
    assert clashes(TEN, 240, elsewhere, in_netherlands) == (
        Clash(ClashKind.COORDINATOR, "", "EKC-9", later),
        Clash(ClashKind.SAME_DAY, "", "EKC-8", TEN + timedelta(hours=5)),
        Clash(ClashKind.PERSON, "Els Vermeer"),
        Clash(ClashKind.PERSON, "Nadia"),
        Clash(ClashKind.PERSON, "Els Vermeer", "EKC-7", later),
        Clash(ClashKind.PLACE),
    )


def test_of_what_is_not_shown_neither_number_nor_time_is_given() -> None:
    found = clashes(TEN, 240, [Elsewhere(TEN, 240, place=True, people=("Els",))], in_netherlands)
    assert [(one.number, one.starts_at) for one in found] == [("", None)] * 2
