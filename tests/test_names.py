"""Names as they are compared: one folding for search, for people of the same names and for independence."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyuca import Collator

from ekc import names
from ekc.conferences.entries import PersonDetails
from ekc.names import (
    alphabetical,
    by_surname,
    fold,
    has_words,
    is_known_by_one,
    nearly_same,
    plain,
    same,
    told_apart,
    words,
)
from ekc.workflow.vocabulary import Part


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
        ("Jean-Luc Al-Hassan", "jeanluc", True),
        ("Jean-Luc Al-Hassan", "al hassan", True),
        ("Jean-Luc Al-Hassan", "alhassan", True),
        ("Đorđe Petrović", "dorde petrovic", True),
        ("王小明", "王", True),
    ],
)
def test_a_name_is_found_as_people_type_it(name: str, asked: str, found: bool) -> None:
    assert has_words(name, words(asked)) is found


def test_the_same_names_are_the_same_in_any_order_and_of_no_name_nothing_is() -> None:
    assert (same("Els Vermeer", "VERMEER els"), same("Els Vermeer", "Els"), same("", "-")) == (True, False, False)


@pytest.mark.parametrize(
    ("one", "other", "nearly"),
    [
        ("Ayşe Yılmaz", "Yilmaz, Ayse", True),
        ("Jan de Wit", "Jan Dewit", True),
        ("Piet van den Berg", "P\u00edet v.d. Berg", True),
        ("Piet van den Berg", "Berg Piet", True),
        ("Mohammed Amrani", "Mohamed el Amrani", True),
        ("Hans Kok", "Kok Hans", True),
        ("Sofie Jansen", "Sophie Jansen", False),
        ("Jan Bos", "Jan Kos", False),
        ("Ans Bos", "Jan Bos", False),
        ("王小明", "王小", False),
        ("", "-", False),
    ],
)
def test_names_that_may_be_those_of_one_person(one: str, other: str, nearly: bool) -> None:
    assert (nearly_same(one, other), nearly_same(other, one)) == (nearly, nearly)


def test_one_letter_is_enough_for_a_name_of_one_letter_or_a_sign() -> None:
    assert [word for word in ("x", "xi", "王小明", "فاطمة") if is_known_by_one(word)] == ["x", "王小明"]


def test_independence_folds_as_search_does() -> None:
    assert plain("Đorđe") == fold("Đorđe") == "dorde"


#: As a Dutch list has them: by surname without what stands before it, whatever accents and capitals.
IN_ORDER = (
    "Eva Ågren",
    "Fatima El Amrani-Benali",
    "Jan van der Berg",
    "Piet Berg",
    "VAN DEN BOOM",
    "Şule Çelik",
    "Dora Dekker",
    "Kees in 't Hof",
    "Maria ’t Hof",
    "Anna Hofman",
    "Łukasz Łaski",
    "Lena Lasky",
    "Sean O'Brien",
    "Tom OBrien",
    "Đorđe Petrović",
    "Els de Vries",
    "İbrahim Yıldız",
    "Галина Гончар",
    "Олена Дяченко",
    "Євген Єрмак",
    "Жанна Жук",
    "王小明",
)


@settings(deadline=None)  # the first reads the table of Unicode
@given(st.permutations(IN_ORDER))
def test_people_stand_in_the_order_in_which_they_are_looked_for(mixed: list[str]) -> None:
    assert sorted(mixed, key=by_surname) == list(IN_ORDER)


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6))
def test_every_name_has_one_place(names: list[str]) -> None:
    for key in (by_surname, alphabetical):
        ordered = sorted(names, key=key)
        names.reverse()
        assert sorted(names, key=key) == ordered


@pytest.mark.parametrize("asked", ["berg", "van der berg", "vanderberg"])
def test_a_name_is_found_with_what_stands_before_it_and_without(asked: str) -> None:
    assert has_words("Jan van der Berg", words(asked)) is (asked != "vanderberg")


def test_of_one_name_the_relation_tells_people_apart() -> None:
    people = [PersonDetails(name="Jan Bakker", part=Part.FAMILY, relation="uncle")]
    people += [PersonDetails(name="Bakker, Jan", part=Part.FAMILY, relation="nephew")]
    people += [PersonDetails(name="Ria Bakker", part=Part.FAMILY, relation="aunt")]
    people += [PersonDetails(name="JAN BAKKER", part=Part.PROFESSIONAL, organisation="De Wilg")]
    told = ["Jan Bakker (uncle)", "Bakker, Jan (nephew)", "Ria Bakker", "JAN BAKKER (De Wilg)"]
    assert told_apart(people) == told


def test_the_order_is_that_of_unicode_in_each_script() -> None:
    """As pyuca says, which reads its whole table: all Latin letters, some of each other script, and pairs."""
    whole, ours = Collator().sort_key, names._collate()
    latin, others = (
        range(1, 0x180),
        (*range(0x180, 0x3100, 29), *range(0xA720, 0xAB70, 29), *range(0x4E00, 0x9FFF, 997)),
    )
    every = [chr(code) for code in (*latin, *others, 0x1F600, 0x20001)]
    pairs = [one + other for one, other in pairwise(every)]
    contracted = ["l\u00b7l", "\u0e40\u0e01", "\u0438\u0306", "a\u0301\u0323", "\u0b92\u0bd7", "", "De Wit", "王"]

    assert [text for text in (*every, *pairs, *contracted) if whole(text) != ours(text)] == []


def test_a_name_of_sixty_words_is_compared_as_quickly_as_any() -> None:
    """Whoever registers types it, and each is compared with each: of that many turns a page would take minutes."""
    one = " ".join(chr(ord("a") + n % 26) for n in range(60))

    assert len(names._written_together(one)) <= 12
    assert names.nearly_same(one, one[:-1])
