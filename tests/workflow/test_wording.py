"""Words that follow the kind of conference."""

import re

import pytest

from ekc.core.language import gettext, in_words, ngettext, using
from ekc.workflow.vocabulary import Variant
from ekc.workflow.wording import KEPT, WORDINGS, wording
from tests.test_translations import CATALOGUES, forms, read, sentences, source

_BLANK = re.compile(r"%\(\w+\)s")
_GROUPS = (Variant.RECOVERY, Variant.GROUP, Variant.LEARNING)
#: What no conference but a family's says.
_OF_FAMILIES = re.compile(r"famil|gezin", re.IGNORECASE)
#: Sentences that no page of a group shows: names of kinds, and laws about families (`profiles.py`).
_ELSEWHERE = (*KEPT, "family group decision-making meeting", "familienetwerkberaad")


@pytest.mark.parametrize("variant", [Variant.FAMILY, Variant.INDIVIDUAL])
def test_a_family_reads_what_is_written(variant: Variant) -> None:
    assert wording(variant) is None


@pytest.mark.parametrize(
    ("language", "message", "expected"),
    [
        ("en", "The family's own question", "The group's own question"),
        ("en", "Decide this together with your family.", "Decide this together with the group."),
        ("en", "family conference", "family conference"),
        ("en", "Family group conference", "Group conference"),
        ("nl", "The family wants a new version of the plan.", "De groep wil een nieuwe versie van het plan."),
        ("nl", "family conference", "Eigen Kracht-conferentie (familie)"),
        ("nl", "Family group plan", "Groepsplan"),
    ],
)
def test_a_group_is_called_a_group(language: str, message: str, expected: str) -> None:
    with using(language), in_words(wording(Variant.GROUP)):
        assert gettext(message) == expected


def test_what_people_wrote_stays_as_it_is() -> None:
    with in_words(wording(Variant.GROUP)):
        assert gettext("The family asks: %(family)s", family="family") == "The group asks: family"
        assert ngettext("%(num)s family", "%(num)s families", 2) == "2 groups"
    assert gettext("The family decides.") == "The family decides."


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
@pytest.mark.parametrize("variant", _GROUPS)
def test_no_sentence_tells_a_group_of_a_family(variant: Variant, path: object) -> None:
    """Each sentence of the product, in English and in each catalogue: so a new one too."""
    words = wording(variant)
    assert words is not None
    dutch = dict(pair for message in sentences(read(path)) for pair in forms(message))
    said = [
        words.said(text, language)
        for message in dutch
        for language, text in (("en", words.source(message)), ("nl", dutch[words.source(message)]))
    ]
    left = [_BLANK.sub("", text) for text in said if not any(kept in text for kept in _ELSEWHERE)]
    assert [text for text in left if _OF_FAMILIES.search(text)] == []


def test_each_wording_has_the_same_blanks() -> None:
    assert [
        (sentence, other)
        for sentence, by_variant in WORDINGS.items()
        for other in by_variant.values()
        if set(_BLANK.findall(sentence)) != set(_BLANK.findall(other))
    ] == []


def test_each_wording_is_of_a_sentence_that_is_said() -> None:
    """A row of which the sentence was changed elsewhere would be of no use."""
    written = {text for message in sentences(source()) for text, _ in [*forms(message)]}
    assert set(WORDINGS) <= written
