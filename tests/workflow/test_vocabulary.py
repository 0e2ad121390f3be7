"""Every word that a person can meet has a label, and no label belongs to two words of one enumeration."""

from enum import StrEnum

import pytest

from ekc.workflow import duties, follow_ups, independence, profiles, vocabulary
from ekc.workflow.definition import kinds
from ekc.workflow.definition.kinds import ReasonKind
from ekc.workflow.vocabulary import ActionKind, Labelled, Part, Role

#: These carry their title in their table, or are never shown.
UNLABELLED = {
    vocabulary.Phase,
    vocabulary.Step,
    vocabulary.Activity,
    vocabulary.CasePart,
    ReasonKind,
    duties.Duty,
    follow_ups.FormSection,
    independence.Matter,
    independence.Tie,
}
WORDS = {
    word
    for module in (vocabulary, kinds, duties, follow_ups, independence, profiles)
    for word in vars(module).values()
    if isinstance(word, type) and issubclass(word, StrEnum) and word not in (StrEnum, Labelled)
}
LABELLED = {word for word in WORDS if issubclass(word, Labelled)}


def test_every_enumeration_that_is_shown_has_labels() -> None:
    assert WORDS - LABELLED == UNLABELLED


@pytest.mark.parametrize("words", sorted(LABELLED, key=str))
def test_every_value_has_a_label_of_its_own(words: type[Labelled]) -> None:
    assert [word for word in words if not word.label] == []
    assert len({word.label for word in words}) == len(words)


def test_equal_values_of_different_enumerations_keep_their_own_label() -> None:
    assert (Part.NETWORK.label, ActionKind.NETWORK.label) == ("from the network", "by the network")
    assert (Part.PROFESSIONAL.label, ActionKind.PROFESSIONAL.label, Role.PROFESSIONAL.label) == (
        "professional",
        "by a professional",
        "professional",
    )


def test_a_labelled_word_is_its_value() -> None:
    assert (Part("child"), Part.CHILD.value, str(Part.CHILD)) == (Part.CHILD, "child", "child")
