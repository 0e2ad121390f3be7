"""Registering many cases at once."""

from collections.abc import Sequence
from dataclasses import replace

from ekc.accounts.access import By
from ekc.conferences.actions.registration import register_case
from ekc.conferences.entries import NewCase
from ekc.core.errors import Refusal
from ekc.core.outbox import nothing_sent
from ekc.core.transaction import nested
from ekc.workflow.vocabulary import N_


def register_cases(by: By, new: Sequence[NewCase]) -> list[int]:
    """Register these cases, all or none; returns their ids. Nobody gets an email of it: they asked long ago.

    Raises Refusal, also for a region that a manager does not look after.
    """
    if by.visitor.account_id is not None and any(one.region_id not in by.visitor.regions for one in new):
        raise Refusal(N_("You register at once for the regions that you look after, and no others."))
    with nested(by.session) as inside:
        by.check_form()
        one_by_one = replace(by, session=inside, checks=[])
        with nothing_sent(inside):
            return [register_case(one_by_one, one) for one in new]
