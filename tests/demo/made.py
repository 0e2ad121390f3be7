"""The demonstration as made on a day, once for all tests that want it of that day."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from config import POSTBOX, Settings
from ekc.demo.world import make_demo
from tests.cast import COST
from tests.clock import START
from tests.stages import stage

#: A Saturday, half an hour after midnight in the Netherlands.
SATURDAY_NIGHT = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
#: Of no worker, so that all of them share what is made.
SETTINGS = Settings(
    database_url="",
    secret_key="",
    content_keys=(),
    index_key=b"",
    instance=Path(),
    demo=True,
    password_cost=COST,
    clock=lambda: SATURDAY_NIGHT,
)


@stage
def demo_on_a_saturday(session: Session) -> dict[str, int]:
    """With nowhere for its mails to go; the ids of its cases by file."""
    return make_demo(session, SETTINGS)


@stage
def demo_at_start(session: Session) -> dict[str, int]:
    """At the instant at which tests begin, with a post box; the ids of its cases by file."""
    return make_demo(session, replace(SETTINGS, clock=lambda: START, mail=POSTBOX))
