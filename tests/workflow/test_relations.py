"""What a relation suggests about somebody's part in the circle."""

import pytest

from ekc.workflow.relations import guessed_part, is_organisation
from ekc.workflow.vocabulary import Part


@pytest.mark.parametrize(
    ("relation", "part"),
    [
        ("buurvrouw", Part.NEIGHBOUR),
        ("schoolmaatschappelijk werker", Part.PROFESSIONAL),
        ("teacher of the neighbour", Part.PROFESSIONAL),
        ("buurvrouw en schoolmaatschappelijk werker", None),
        ("nurse, and a friend", None),
        ("family doctor", None),
        ("oma, was verpleegkundige", None),
    ],
)
def test_of_a_professional_who_is_close_to_the_family_nothing_is_guessed(relation: str, part: Part | None) -> None:
    """Who comes as a professional stays outside private time: the coordinator asks, and chooses."""
    assert guessed_part(relation) == part


def test_what_says_two_things_is_no_organisation() -> None:
    assert not is_organisation("neighbour, and nurse at the hospital")
    assert is_organisation("hospital")
