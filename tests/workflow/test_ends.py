"""Which end a closed case had, and for whom of its circle that is the end of them."""

from itertools import product

import pytest

from ekc.workflow.definition.kinds import ReasonKind
from ekc.workflow.ends.kinds import Destroyed, End
from ekc.workflow.ends.rows import END_RULES, end_of, is_gone
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.vocabulary import Outcome, Part, StopReason

OTHERWISE = {StopReason.DIED: End.GONE, StopReason.LEFT: End.GONE, StopReason.REGISTERED_TWICE: End.TWICE}
STOPPED = {reason: OTHERWISE.get(reason, End.STOPPED) for reason in StopReason}


@pytest.mark.parametrize(("reason", "end"), STOPPED.items())
@pytest.mark.parametrize("in_force", [True, False])
def test_a_case_that_was_stopped_ended_so_or_with_its_main_person(reason: StopReason, end: End, in_force: bool) -> None:
    assert end_of(Outcome.STOPPED, reason, in_force) == END_RULES[end].told(in_force)


@pytest.mark.parametrize(("outcome", "end"), [(Outcome.NO_PLAN, End.NO_PLAN), (Outcome.PLAN, End.CLOSED), (None, None)])
def test_other_ends_follow_from_the_outcome(outcome: Outcome | None, end: End | None) -> None:
    assert end_of(outcome, None) == (END_RULES[end].told(False) if end else None)


def test_only_a_main_person_is_gone_and_only_at_that_end() -> None:
    ends = [None, *END_RULES.values()]
    gone = {(part, end.end) for part, end in product(Part, ends) if is_gone(part, end) and end}
    assert gone == {(Part.MAIN_PERSON, End.GONE)}


def test_home_tells_an_end_without_a_plan_that_somebody_has_to_know_of() -> None:
    assert {end for end, rule in END_RULES.items() if rule.told_at_home} == {End.NO_PLAN, End.STOPPED, End.GONE}


def test_what_destroys_reasons_says_that_a_chosen_one_is_kept() -> None:
    """The history shows a reason that was chosen from the list: it is no words of anybody."""
    for rule in END_RULES.values():
        if Destroyed.REASONS in rule.destroys:
            chosen = any(STEP_RULES[step].reason is ReasonKind.CODED for step in rule.steps)
            assert ("the reason chosen from the list" in rule.staff) == chosen, rule.end
