"""In which order possible dates stand: first those on which nobody is missing without whom there is no conference."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ekc.workflow.date_poll import DateCount, Guest, Weight, count, weights
from ekc.workflow.vocabulary import DateFit, Part

MONDAY = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
DAYS = {number: MONDAY + timedelta(days=number) for number in range(1, 5)}
YES, NEEDED, NO = DateFit.YES, DateFit.IF_NEEDED, DateFit.NO
MOTHER = Guest(1, "Marieke", Weight.MUST)
AUNT = Guest(2, "Linda", Weight.MATTERS)
UNCLE = Guest(3, "Omar", Weight.OTHER)


def test_main_persons_and_who_is_beside_them_must_be_there() -> None:
    parts = {1: Part.MAIN_PERSON, 2: Part.SUPPORTER, 3: Part.SUPPORTER, 4: Part.FAMILY, 5: Part.PROFESSIONAL}
    assert weights(parts, {1: 2, 4: 3}, frozenset({1, 5})) == {
        1: Weight.MUST,
        2: Weight.MUST,
        3: Weight.OTHER,
        4: Weight.OTHER,
        5: Weight.MATTERS,
    }


def test_of_each_date_it_is_counted_who_can_and_said_who_cannot_those_first_who_matter_most() -> None:
    answers = {(1, 1): YES, (1, 2): NEEDED, (2, 3): NO, (2, 1): NO}
    assert count({1: DAYS[1], 2: DAYS[2]}, [UNCLE, AUNT, MOTHER], answers) == [
        DateCount(1, DAYS[1], 1, 1, (), (UNCLE,)),
        DateCount(2, DAYS[2], 0, 0, (MOTHER, UNCLE), (AUNT,)),
    ]


def order(answers: dict[tuple[int, int], DateFit]) -> list[int]:
    options = {option: DAYS[option] for option, _ in answers}
    return [one.option_id for one in count(options, [MOTHER, AUNT, UNCLE], answers)]


def test_who_must_be_there_comes_before_who_matters_and_that_before_how_many_can() -> None:
    all_but_mother = {(1, 1): NO, (1, 2): YES, (1, 3): YES}
    mother_not_heard = {(2, 2): YES, (2, 3): YES}
    all_but_aunt = {(3, 1): YES, (3, 2): NO, (3, 3): YES}
    all_but_uncle = {(4, 1): YES, (4, 2): NEEDED, (4, 3): NO}
    assert order(all_but_mother | mother_not_heard | all_but_aunt | all_but_uncle) == [4, 3, 2, 1]


def test_of_two_dates_that_suit_as_many_the_one_that_suits_better_comes_first_and_then_the_earlier() -> None:
    assert order({(1, 1): YES, (1, 2): NEEDED, (2, 1): YES, (2, 2): YES}) == [2, 1]
    assert order({(2, 1): YES, (1, 1): YES}) == [1, 2]


_ANSWERS = st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 3)), st.sampled_from(DateFit))


@given(answers=_ANSWERS)
def test_everybody_is_counted_once_for_each_date(answers: dict[tuple[int, int], DateFit]) -> None:
    guests = [MOTHER, AUNT, UNCLE]
    counts = count(DAYS, guests, answers)
    assert sorted(one.option_id for one in counts) == list(DAYS)
    for one in counts:
        assert one.yes + one.if_needed + len(one.no) + len(one.unknown) == len(guests)


@given(answers=_ANSWERS, option=st.integers(1, 4))
def test_a_yes_more_never_puts_a_date_lower(answers: dict[tuple[int, int], DateFit], option: int) -> None:
    def place(said: dict[tuple[int, int], DateFit]) -> int:
        return [one.option_id for one in count(DAYS, [MOTHER, AUNT, UNCLE], said)].index(option)

    for guest in (MOTHER, AUNT, UNCLE):
        assert place(answers | {(option, guest.id): YES}) <= place(answers)
