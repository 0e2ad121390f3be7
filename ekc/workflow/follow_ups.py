"""The policy of follow-ups: when an agreed plan is looked at again, what is asked then, and what becomes of open ones.

A new kind is a member of `FollowUpKind`, a row of `FOLLOW_UPS`, a clock in each profile where a clock says when it is
due, and a migration: the database refuses a kind that it does not know. `check_tables` refuses a row that does not fit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import N_, ActionState, Labelled, Step


class FollowUpKind(Labelled):
    """The moments at which the plan is looked at again."""

    CALL = "call", N_("call after four weeks")
    EVALUATION = "evaluation", N_("evaluation")


class FormSection(StrEnum):
    """What a follow-up can ask beside the actions one by one, the words, the decision, the day and by whom."""

    GOALS = "goals"  # how far each goal came
    PEOPLE = "people"  # who was there, and the marks they give
    NEW_VERSION = "new_version"  # whether the family wants one


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRule:
    """One kind of follow-up. What is said of its kind holds for all follow-ups of that kind."""

    kind: FollowUpKind
    planned_by: frozenset[Step]
    blocks_closing: bool  # every one is held or given up before a case is closed
    line: str = ""  # on the checklist of closing; of a kind that blocks it
    unsettled: str = ""  # why the case cannot be closed as long as one is open
    clock: str = ""  # the code of the profile's clock; empty: on the day and in the place that the plan names
    sections: frozenset[FormSection] = frozenset()
    words_required: bool = False

    @property
    def is_meeting(self) -> bool:
        """Whether people come together for it: then the circle is told of it, and whoever convenes it records it."""
        return FormSection.PEOPLE in self.sections

    @property
    def once_a_round(self) -> bool:
        """Whether a round has one, however often the plan is revised."""
        return Step.REVISE_PLAN not in self.planned_by


FOLLOW_UPS: tuple[FollowUpRule, ...] = (
    FollowUpRule(
        kind=FollowUpKind.CALL,
        planned_by=frozenset({Step.AGREE_PLAN}),
        clock="call",
        words_required=True,
        blocks_closing=True,
        line=N_("The call after four weeks"),
        unsettled=N_("The call after four weeks has not been made or given up yet"),
    ),
    FollowUpRule(
        kind=FollowUpKind.EVALUATION,
        planned_by=frozenset({Step.AGREE_PLAN, Step.REVISE_PLAN}),
        sections=frozenset(FormSection),
        blocks_closing=True,
        line=N_("The evaluation"),
        unsettled=N_("The evaluation has not been held or given up yet"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFollowUpsRule:
    """What happens to open follow-ups when a step is taken, as its page says. How they end with a case: `ends/`.

    `reason`: why those of the kinds that the step plans anew are given up; empty: all stay open.
    """

    step: Step
    sentence: str
    reason: str = ""


_NEW_VERSION = N_("A new version of the plan was agreed")

OPEN_FOLLOW_UPS: tuple[OpenFollowUpsRule, ...] = (
    OpenFollowUpsRule(
        step=Step.RECONVENE,
        sentence=N_("Open follow-ups stay open and can be held: the plan goes on until another one is agreed."),
    ),
    OpenFollowUpsRule(
        step=Step.AGREE_PLAN,
        sentence=N_("Open follow-ups of the plan before are given up: the new plan has its own."),
        reason=_NEW_VERSION,
    ),
    OpenFollowUpsRule(
        step=Step.REVISE_PLAN,
        sentence=N_(
            "An open evaluation is given up: the new version has its own. A call that was not made yet stays open."
        ),
        reason=_NEW_VERSION,
    ),
)

#: What a follow-up can find that cannot wait until the next one. Who hears it: `owed/rows.py`.
FINDINGS = frozenset({NoticeKind.UNSAFE, NoticeKind.NOT_DONE, NoticeKind.NEW_VERSION})


def findings(*, unsafe: bool, wants_new_version: bool, actions: Collection[ActionState]) -> frozenset[NoticeKind]:
    """What a follow-up found of `FINDINGS`. Much was not carried out: half of the actions spoken about, or more."""
    not_done = sum(state is ActionState.NOT_YET for state in actions)
    found = {
        NoticeKind.UNSAFE: unsafe,
        NoticeKind.NOT_DONE: not_done > 0 and len(actions) <= 2 * not_done,
        NoticeKind.NEW_VERSION: wants_new_version,
    }
    return frozenset(kind for kind, is_so in found.items() if is_so)
