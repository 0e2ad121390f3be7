"""What an administrator does about a job: run it now, or give it up."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core import jobs
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.staff.actions.accounts import ensure_administrator
from ekc.workflow.vocabulary import N_


def try_again(by: By, rules: jobs.Rules, job_id: int) -> None:
    """Run it as soon as a worker is free. Raises Refusal if it runs, was done, or cannot be done any more."""
    _change(by, rules, job_id, jobs.try_again, "job.tried_again")


def give_up(by: By, rules: jobs.Rules, job_id: int) -> None:
    """Run it no more. Raises Refusal if it does not wait."""
    _change(by, rules, job_id, jobs.stop_trying, "job.given_up")


def _change(
    by: By,
    rules: jobs.Rules,
    job_id: int,
    change: Callable[[Session, jobs.Rules, int, datetime], str | None],
    action: str,
) -> None:
    ensure_administrator(by.visitor)
    with writing(by.session):
        kind = change(by.session, rules, job_id, by.at)
        if kind is None:
            raise Refusal(N_("That work has changed meanwhile. Look at the list again."))
        by.record(action, job=job_id, kind=kind)
