"""Who counts as a professional, and who belongs inside, is said once, for every row of a person."""

from itertools import product

import pytest

from ekc.conferences.models import Participant
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.members import Member
from ekc.plans.queries.circle import CirclePerson
from ekc.workflow.facts import PersonFacts
from ekc.workflow.owed.listeners import Listener
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.vocabulary import INSIDE_PARTS, PROFESSIONAL_PARTS, Part


@pytest.mark.parametrize(("part", "came"), list(product(Part, (True, False))))
def test_whoever_came_as_a_professional_is_one_whatever_their_part(part: Part, came: bool) -> None:
    person = PersonFacts(id=1, name="Els", part=part, came_as_professional=came)
    assert (person.is_professional, person.is_inside) == (
        part in PROFESSIONAL_PARTS or came,
        part in INSIDE_PARTS and not came,
    )


@pytest.mark.parametrize("row", [Participant, PersonRow, Member, CirclePerson, Listener])
def test_no_row_says_it_in_its_own_way(row: type[MaybeProfessional]) -> None:
    assert row.is_professional is MaybeProfessional.is_professional
    assert row.is_inside is MaybeProfessional.is_inside
