"""Conditions on follow-ups, and the conditions that each of their kinds makes."""

from collections.abc import Iterable, Iterator

from ekc.workflow.blocker import Blocker, Guard, GuardRule
from ekc.workflow.facts import Facts
from ekc.workflow.follow_ups import FollowUpRule
from ekc.workflow.vocabulary import N_, Remedy


def evaluation_held(f: Facts) -> Iterator[Blocker]:
    """A plan is revised on what an evaluation found."""
    if not f.evaluation_held:
        yield Blocker(N_("No evaluation has been held yet"), Remedy.FOLLOW_UPS)


def family_wants_new_version(f: Facts) -> Iterator[Blocker]:
    """The family itself agreed to change the plan."""
    if f.evaluation_held and not f.family_wants_new_version:
        yield Blocker(N_("The family has not said yet that it wants a new version"), Remedy.FOLLOW_UPS)


def new_version_agreed(f: Facts) -> Iterator[Blocker]:
    """No new version of the plan is wanted that was not agreed yet.

    Where one is, it is asked about, and holds nothing up: the family may have let go of it. An end cannot be undone.
    """
    if f.family_wants_new_version:
        yield Blocker(
            N_("The family wants a new version of the plan, and none was agreed yet: does it end all the same?"),
            Remedy.PLAN,
        )


def follow_up_settled(rule: FollowUpRule) -> Guard:
    """The condition that no follow-up of one kind is open."""

    def settled(f: Facts) -> Iterator[Blocker]:
        if rule.kind not in f.settled_follow_ups:
            yield Blocker(rule.unsettled, Remedy.FOLLOW_UPS)

    settled.__name__ = f"{rule.kind}_settled"
    settled.__doc__ = f"The {rule.kind.label} was held, or given up with a reason."
    return settled


def follow_up_guards(rules: Iterable[FollowUpRule]) -> tuple[GuardRule, ...]:
    """A condition for each kind of follow-up that blocks closing."""
    return tuple(GuardRule(follow_up_settled(rule), rule.line) for rule in rules if rule.blocks_closing)
