"""Every word that a person can meet has a name, and no name belongs to two words of one kind."""

from enum import StrEnum

import pytest

from ekc.workflow import clocks, plan_words, rules, vocabulary
from ekc.workflow.names import NAMES, name_of
from ekc.workflow.vocabulary import ActionKind, Part, Role

#: These carry their title in their table, or are never shown.
TITLED = {vocabulary.Phase, vocabulary.Step, vocabulary.Activity, vocabulary.CasePart, rules.Reason}
SHOWN = {
    word
    for module in (vocabulary, plan_words, clocks, rules)
    for word in vars(module).values()
    if isinstance(word, type) and issubclass(word, StrEnum) and word is not StrEnum
} - TITLED


def test_every_enumeration_has_names() -> None:
    assert set(NAMES) == SHOWN


@pytest.mark.parametrize("words", sorted(SHOWN, key=str))
def test_every_value_has_a_name_of_its_own(words: type[StrEnum]) -> None:
    assert list(NAMES[words]) == list(words)
    assert len({name_of(word) for word in words}) == len(words)


def test_equal_values_of_different_enumerations_keep_their_own_name() -> None:
    assert (name_of(Part.NETWORK), name_of(ActionKind.NETWORK)) == ("from the network", "by the network")
    assert (name_of(Part.PROFESSIONAL), name_of(ActionKind.PROFESSIONAL), name_of(Role.PROFESSIONAL)) == (
        "professional",
        "by a professional",
        "professional",
    )
