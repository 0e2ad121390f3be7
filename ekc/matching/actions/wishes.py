"""The wishes of a family for its coordinator, as far as they are compared with coordinators."""

from collections.abc import Iterable

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.core.transaction import writing
from ekc.workflow.matching import CoordinatorWish
from ekc.workflow.vocabulary import Activity


def set_wishes(by: By, conference_id: int, wishes: Iterable[CoordinatorWish]) -> None:
    """Replace what a family asks for. What it says in its own words stands in the registration and stays."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.MATCH_COORDINATOR)
        conference.sought = [[one.kind, one.about] for one in wishes]
        by.record("match.sought", conference_id)
