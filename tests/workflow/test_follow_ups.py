"""Kinds of follow-ups: what the table says of each; rows that do not fit are refused."""

from dataclasses import replace

import pytest

from ekc.workflow.check import check_tables
from ekc.workflow.engine import FOLLOW_UP_RULES, STEP_RULES
from ekc.workflow.follow_ups import FOLLOW_UPS, FollowUpKind, FollowUpRule, FormSection
from ekc.workflow.vocabulary import Step

CALL, EVALUATION = (FOLLOW_UP_RULES[kind] for kind in (FollowUpKind.CALL, FollowUpKind.EVALUATION))


def test_a_round_has_one_call_and_each_version_an_evaluation() -> None:
    assert (CALL.once_a_round, EVALUATION.once_a_round) == (True, False)


def test_a_call_asks_for_words_and_an_evaluation_is_a_meeting() -> None:
    assert (CALL.words_required, CALL.sections, CALL.is_meeting) == (True, frozenset(), False)
    assert (EVALUATION.words_required, EVALUATION.sections, EVALUATION.is_meeting) == (
        False,
        frozenset(FormSection),
        True,
    )


def test_closing_waits_for_every_kind_that_says_so() -> None:
    codes = [guard.code for guard in STEP_RULES[Step.CLOSE].guards]
    assert codes == ["call_settled", "evaluation_settled", "coordinator_independent"]


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        (FOLLOW_UPS[:1], "0 rules for evaluation"),
        ((*FOLLOW_UPS, CALL), "2 rules for call"),
        ((replace(CALL, planned_by=frozenset()), EVALUATION), "nothing plans the follow-up call"),
        ((replace(CALL, planned_by=frozenset({Step.STOP})), EVALUATION),
         "the follow-up call is planned by stop, which plans none"),
        ((replace(CALL, line=""), EVALUATION),
         "the follow-up call holds up closing without a line or has a line and holds up nothing"),
        ((CALL, replace(EVALUATION, unsettled="")),
         "the follow-up evaluation holds up closing without a line or has a line and holds up nothing"),
        ((replace(CALL, clock="visit"), EVALUATION), "; ".join(
            f"{code} has no clock visit from agreeing a plan to a follow-up" for code in ("nl", "england", "nz"))),
        ((CALL, replace(EVALUATION, clock="conference")), "; ".join(
            f"{code} has no clock conference from agreeing a plan to a follow-up" for code in ("nl", "england", "nz"))),
        ((replace(CALL, planned_by=EVALUATION.planned_by), EVALUATION),
         "no follow-up is planned once a round, so that rounds cannot be told apart"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_refused_by_name(rules: tuple[FollowUpRule, ...], complaint: str) -> None:
    with pytest.raises(ValueError) as refusal:
        check_tables(follow_ups=rules)
    assert str(refusal.value) == complaint
