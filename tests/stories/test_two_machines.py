"""Two machines, each with web and worker, share PostgreSQL and Redis: nobody notices, nor that one is gone."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.core.clock import utc_now
from ekc.core.heartbeat import WorkerSign
from ekc.core.jobs import Job, JobState
from tests.build import case_in_setup
from tests.cast import PASSWORD, Cast
from tests.database import refreshed
from tests.machines.balancer import Answer
from tests.machines.browser import Browser
from tests.machines.service import Service, service
from tests.machines.waiting import until

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def running(database_url: str, tmp_path: Path, cast: Cast) -> Iterator[Service]:
    with service(database_url, tmp_path) as made:
        yield made


def fetched(browser: Browser, path: str) -> tuple[Answer, set[tuple[str, int]]]:
    """What was ordered at this path, made and handed out; and which machines answered on the way."""
    answer = browser.get(path)
    by = {answer.by}

    def is_here() -> bool:
        nonlocal answer
        if answer.status == 303:
            answer = browser.get(answer.location)
        elif "Download it" in (links := dict(answer.page.links)):
            answer = browser.get(links["Download it"])
        else:
            answer = browser.get(answer.path)
        by.add(answer.by)
        return answer.status == 200 and not answer.path.startswith("/orders/")

    until(is_here)
    return answer, by


def jobs(session: Session, kind: str) -> Counter[JobState]:
    return Counter(refreshed(session).scalars(select(Job.state).where(Job.kind == kind)))


def test_what_one_machine_began_the_other_goes_on_with(running: Service, db_session: Session, cast: Cast) -> None:
    (first, second), queue, mails, both = running.machines, running.queue, running.mails, running.addresses
    case = case_in_setup(db_session, cast, utc_now())
    db_session.rollback()
    bas, noor, ruud = Browser(both), Browser(both), Browser(both)

    until(lambda: len(refreshed(db_session).scalars(select(WorkerSign)).all()) == 2)  # both workers are there

    # Each request goes to the other machine than the one before: signing in, a form, its page.
    bas.sign_in("bas@example.org", PASSWORD)
    noor.sign_in("noor@example.org", PASSWORD)
    ruud.sign_in("ruud@example.org", PASSWORD)
    new = {"Name": "Fatima Haddou", "Email address": "fatima@example.org", "Works in": "North", "Role": "coordinator"}
    form = bas.page("/accounts/new")
    assert bas.submit(form, "Open and invite", new).heading == "Fatima Haddou"
    assert "You sent this twice." in bas.submit(form, "Open and invite", new).text
    until(lambda: ["fatima@example.org"] in mails.to)

    paper, by = fetched(noor, f"/conferences/{case.id}/opened.pdf")
    assert (paper.body[:4], by) == (b"%PDF", set(both))
    rows, by = fetched(ruud, "/follow-ups.csv")
    assert (rows.headers["Content-Type"].partition(";")[0], by) == ("text/csv", set(both))
    # Wrong passwords count together.
    mila = {"Email address": "mila@example.org"}
    for number in range(10):
        stranger = Browser(both[number % 2 :] + both[: number % 2])
        stranger.submit(stranger.page("/sign-in"), "Sign in", {**mila, "Password": "no"}, 422)
    stranger.submit(stranger.page("/sign-in"), "Sign in", {**mila, "Password": PASSWORD}, 429)

    # The queue is gone, and comes back empty: pages go on, mails wait and are told.
    at_first = Browser([first.address])
    at_first.cookies = bas.cookies
    queue.stop()
    new |= {"Name": "Sam de Groot", "Email address": "sam@example.org"}
    assert at_first.submit(at_first.page("/accounts/new"), "Open and invite", new).heading == "Sam de Groot"
    told = at_first.get("/health/ready")
    assert (told.status, b"cannot be reached" in told.body) == (200, True)
    assert jobs(db_session, "mail")[JobState.WAITING] >= 1
    queue.start()

    # A machine is gone: web, worker and all. The other one goes on, and has found the queue again.
    first.kill("web")
    first.kill("worker")
    new |= {"Name": "Ans Bos", "Email address": "ans@example.org"}
    assert bas.submit(bas.page("/accounts/new"), "Open and invite", new).heading == "Ans Bos"
    until(lambda: ["ans@example.org"] in mails.to)

    # What the queue forgot is found by whoever does such work, or by a worker that begins.
    first.start("worker")
    until(lambda: ["sam@example.org"] in mails.to)
    received = Counter(address for [address] in mails.to)
    assert [received[f"{name}@example.org"] for name in ("fatima", "sam", "ans")] == [1, 1, 1]
    assert len({mail["Message-ID"] for mail in mails.mails}) == len(mails.mails)
    # Nothing lies on their disks but the keys and the ends of the audit, which are copied elsewhere.
    kept = {file.name for host in (first, second) for file in host.folder.rglob("*")}
    assert kept <= {"keys.json", "audit-heads.txt"}
