"""Kinds of follow-ups: what the table says of each; rows that do not fit are refused."""

from dataclasses import replace

import pytest

from ekc.workflow.check import check_tables
from ekc.workflow.engine import FOLLOW_UP_RULES, STEP_GUARDS
from ekc.workflow.follow_ups import FINDINGS, FOLLOW_UPS, FollowUpKind, FollowUpRule, FormSection, findings
from ekc.workflow.guards.follow_ups import follow_up_guards
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import ActionState, Step

CALL, EVALUATION = (FOLLOW_UP_RULES[kind] for kind in (FollowUpKind.CALL, FollowUpKind.EVALUATION))


def rules(*changed: FollowUpRule) -> tuple[FollowUpRule, ...]:
    """The table with these rows in place of those of the same kind."""
    by_kind = {rule.kind: rule for rule in changed}
    return tuple(by_kind.get(rule.kind, rule) for rule in FOLLOW_UPS)


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
    codes = [guard.code for guard in STEP_GUARDS[Step.CLOSE]]
    blocking = [f"{rule.kind}_settled" for rule in FOLLOW_UPS if rule.blocks_closing]
    assert codes == [*blocking, "coordinator_independent"]
    assert {"call_settled", "evaluation_settled"} <= set(codes)


def test_closing_does_not_wait_for_a_kind_that_does_not_block_it() -> None:
    unblocking = replace(CALL, blocks_closing=False, line="", unsettled="")
    planted = rules(unblocking)
    check_tables(follow_ups=planted)
    assert [guard.code for guard in follow_up_guards(planted)] == ["evaluation_settled"]


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        (tuple(rule for rule in FOLLOW_UPS if rule is not EVALUATION), "0 rules for evaluation"),
        ((*FOLLOW_UPS, CALL), "2 rules for call"),
        (rules(replace(CALL, planned_by=frozenset())), "nothing plans the follow-up call"),
        (rules(replace(CALL, planned_by=frozenset({Step.STOP}))),
         "the follow-up call is planned by stop, which plans none"),
        *((rules(replace(CALL, **wrong)),
           "the follow-up call blocks closing without its sentences, or has them and blocks nothing")
          for wrong in ({"blocks_closing": False}, {"line": ""}, {"unsettled": ""})),
        (rules(replace(CALL, clock="visit")), "; ".join(
            f"{code} has no clock visit from agreeing a plan to a follow-up" for code in ("nl", "england", "nz"))),
        (rules(replace(EVALUATION, clock="conference")), "; ".join(
            f"{code} has no clock conference from agreeing a plan to a follow-up" for code in ("nl", "england", "nz"))),
        (tuple(replace(rule, planned_by=EVALUATION.planned_by) for rule in FOLLOW_UPS),
         "no follow-up is planned once a round, so that rounds cannot be told apart"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_refused_by_name(planted: tuple[FollowUpRule, ...], complaint: str) -> None:
    with pytest.raises(ValueError) as refusal:
        check_tables(follow_ups=planted)
    assert str(refusal.value) == complaint


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), False),
        ((ActionState.DONE,), False),
        ((ActionState.PARTLY, ActionState.NO_LONGER_NEEDED), False),
        ((ActionState.NOT_YET,), True),
        ((ActionState.NOT_YET, ActionState.DONE), True),
        ((ActionState.NOT_YET, ActionState.DONE, ActionState.PARTLY), False),
    ],
)
def test_much_was_not_carried_out_if_half_of_what_was_spoken_about_is_not_done_yet(
    states: tuple[ActionState, ...], expected: bool
) -> None:
    found = findings(unsafe=False, wants_new_version=False, actions=states)
    assert found == (frozenset({NoticeKind.NOT_DONE}) if expected else frozenset())


def test_each_finding_is_named_for_itself() -> None:
    assert findings(unsafe=True, wants_new_version=False, actions=()) == {NoticeKind.UNSAFE}
    assert findings(unsafe=False, wants_new_version=True, actions=()) == {NoticeKind.NEW_VERSION}
    assert findings(unsafe=True, wants_new_version=True, actions=(ActionState.NOT_YET,)) == FINDINGS
