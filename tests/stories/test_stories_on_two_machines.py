"""Whole stories over two machines that share PostgreSQL and Redis, while web and workers are killed at random moments.

The stories are those that other tests tell in one process; only what makes the browsers and the clock differs
(`tests/machines`). Those beyond the first are told by `bin/crash-test --stories`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.core.attempts import RETRY_PAUSE
from ekc.core.audit import broken_chains
from ekc.core.jobs import HOLD, Job, JobState
from ekc.core.outbox import OutboxMessage
from ekc.demo.case_schema import CaseFile
from tests.cast import Cast
from tests.database import refreshed
from tests.machines.balancer import Balancer
from tests.machines.clock import SharedClock
from tests.machines.killing import Killer, killing
from tests.machines.remote import Front
from tests.machines.service import Service, service
from tests.machines.waiting import comes
from tests.stories import test_de_wit as de_wit
from tests.stories import test_england as england
from tests.stories import test_hendriks as hendriks
from tests.stories import test_kastanjeplein as kastanjeplein
from tests.stories import test_new_zealand as new_zealand
from tests.stories.paper import PRINTER
from tests.stories.walk import Walk

pytestmark = [pytest.mark.parametrize("database", ["postgresql"], indirect=True), PRINTER]
#: Seconds in which work is done, if no worker was killed that had it.
_SOON = 5


class Clock(SharedClock):
    """Before the story goes on, hours or months later, what is due until then is done, each thing when it is due."""

    settle: Callable[[datetime], object]

    def set(self, instant: datetime) -> None:
        """Set the instant."""
        self.settle(instant)
        super().set(instant)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """Of both machines and of the story."""
    return Clock(tmp_path / "clock")


@pytest.fixture
def running(database_url: str, tmp_path: Path, cast: Cast, clock: Clock) -> Iterator[Service]:
    with service(database_url, tmp_path, clock.file) as made:
        yield made


@pytest.fixture
def killer(running: Service) -> Iterator[Killer]:
    with killing(running.machines) as made:
        yield made


def story(case: CaseFile, lead: str, tell: Callable[[Walk], None], *marks: pytest.MarkDecorator) -> object:
    return pytest.param(case, lead, tell, marks=marks, id=case.title)


@pytest.mark.parametrize(
    ("case", "lead", "tell"),
    [
        story(de_wit.CASE, "noor", de_wit.test_from_a_registration_to_a_closed_case),
        story(kastanjeplein.CASE, "noor", kastanjeplein.test_two_sides_make_one_plan, pytest.mark.dear),
        story(hendriks.CASE, "denise", hendriks.test_to_a_second_version_of_the_plan, pytest.mark.dear),
        story(england.CASE, "denise", england.test_from_a_referral_to_an_agreed_plan, pytest.mark.dear),
        story(new_zealand.CASE, "denise", new_zealand.test_from_a_referral_to_an_agreed_plan, pytest.mark.dear),
    ],
)
def test_nobody_notices_what_is_killed(
    case: CaseFile,
    lead: str,
    tell: Callable[[Walk], None],
    running: Service,
    killer: Killer,
    clock: Clock,
    db_session: Session,
    cast: Cast,
) -> None:
    def later() -> None:
        """Holds and pauses are over, and workers look for what was left."""
        clock.at += HOLD + RETRY_PAUSE * 3
        killer.begin_anew("worker")

    def next_due(until: datetime) -> datetime | None:
        is_open = Job.state.in_((JobState.WAITING, JobState.RUNNING))
        return refreshed(db_session).scalar(select(func.min(Job.due)).where(is_open, Job.due <= until))

    def settle(until: datetime) -> None:
        while due := next_due(until):
            clock.at = max(clock.at, due)
            if not comes(lambda: next_due(clock.at) is None, _SOON):
                later()

    clock.settle = settle
    walk = Walk(Front(Balancer(running.addresses), killer.perhaps, later), clock, cast, case, getattr(cast, lead))
    walk.destroyed = ("people.*.view",)  # a week after the plan, by the worker
    tell(walk)
    killer.end()
    settle(clock.at)

    assert killer.killed
    failed = select(Job.kind, Job.error).where(Job.state == JobState.FAILED)
    assert refreshed(db_session).execute(failed).all() == []
    # Each mail has arrived, once: one that was carried when its worker was killed came again with the same number.
    written = [(mail.recipient, mail.message_id) for mail in db_session.scalars(select(OutboxMessage))]
    assert sorted({(mail["To"], number(mail)) for mail in running.mails.mails}) == sorted(written)
    assert written
    assert list(broken_chains(db_session)) == []


def number(mail: EmailMessage) -> str:
    """What tells a mail that came again."""
    return str(mail["Message-ID"]).strip("<>").partition("@")[0]
