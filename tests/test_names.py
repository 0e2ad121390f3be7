"""Names as they are compared: one folding for search, for people of the same names and for independence."""

import pytest

from ekc.names import fold, has_words, is_known_by_one, plain, same, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Fatima El Amrani-Benali", ("fatima", "el", "amrani", "benali")),
        ("Saïd", ("said",)),
        ("İbrahim Yıldız", ("ibrahim", "yildiz")),
        ("Lena Kowalska-Błażej", ("lena", "kowalska", "blazej")),
        ("Đorđe Weiß", ("dorde", "weiss")),
        ("  O'Neill ", ("oneill",)),
        ("Jan van ’t Hof", ("jan", "van", "t", "hof")),
        ("Ma\u200brie\u00ad-Louise", ("marie", "louise")),
        ("فاطمة", ("فاطمة",)),
        ("王小明", ("王小明",)),
    ],
)
def test_words_of_a_name(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected


@pytest.mark.parametrize(
    ("name", "asked", "found"),
    [
        ("Saïd El Amrani", "amra sai", True),
        ("Saïd El Amrani", "amrah", False),
        ("Saïd El Amrani", "said linda", False),
        ("Sean O'Brien", "obrien", True),
        ("Sean O'Brien", "o'brien", True),
        ("Sean O'Brien", "o brien", True),
        ("Sean O'Brien", "brien", True),
        ("Sean OBrien", "o'brien", True),
        ("Đorđe Petrović", "dorde petrovic", True),
        ("王小明", "王", True),
    ],
)
def test_a_name_is_found_as_people_type_it(name: str, asked: str, found: bool) -> None:
    assert has_words(name, words(asked)) is found


def test_the_same_names_are_the_same_in_any_order_and_of_no_name_nothing_is() -> None:
    assert (same("Els Vermeer", "VERMEER els"), same("Els Vermeer", "Els"), same("", "-")) == (True, False, False)


def test_one_letter_is_enough_for_a_name_of_one_letter_or_a_sign() -> None:
    assert [word for word in ("x", "xi", "王小明", "فاطمة") if is_known_by_one(word)] == ["x", "王小明"]


def test_independence_folds_as_search_does() -> None:
    assert plain("Đorđe") == fold("Đorđe") == "dorde"
