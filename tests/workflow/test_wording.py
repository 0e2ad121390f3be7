"""Words that follow the kind of conference."""

import re

import pytest

from ekc.workflow.vocabulary import Variant
from ekc.workflow.wording import WORDINGS, worded

_BLANK = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize(
    ("variant", "sentence"),
    [
        (Variant.FAMILY, "%(n)s of the family"),
        (Variant.INDIVIDUAL, "%(n)s of the family"),
        (Variant.RECOVERY, "%(n)s who make the plan"),
        (Variant.GROUP, "%(n)s who make the plan"),
        (Variant.LEARNING, "%(n)s who make the plan"),
    ],
)
def test_who_makes_the_plan_is_called_by_the_kind_of_conference(variant: Variant, sentence: str) -> None:
    assert worded("%(n)s of the family", variant) == sentence


def test_a_sentence_without_a_row_stays_as_it_is() -> None:
    assert worded("Dates", Variant.GROUP) == "Dates"


def test_each_wording_has_the_same_blanks() -> None:
    assert [
        (sentence, other)
        for sentence, by_variant in WORDINGS.items()
        for other in by_variant.values()
        if set(_BLANK.findall(sentence)) != set(_BLANK.findall(other))
    ] == []
