"""How fast workers are: two beside one, and from a commit to the mail server.

Each worker has one process. What there is to do is added at once while they wait, and the clock runs until all of it is
done. On a machine with two processors that do nothing else; beside other work the ratios say nothing.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import quantiles

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from benchmarks.paper import print_slips
from config import load_settings
from ekc.core.clock import utc_now
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.heartbeat import WorkerSign
from ekc.core.jobs import Job, JobState
from ekc.core.outbox import Recipient, queue
from ekc.core.transaction import writing
from ekc.signin.mails import PASSWORD_CHANGED
from ekc.worker import prepare_queue, sending
from tests.core.mailserver import mail_server

PAPERS, SLIPS, MAILS, SINGLE_MAILS, PEOPLE = 16, 3, 600, 40, 40


def measure(environ: Mapping[str, str]) -> None:
    """Print all of it, on PostgreSQL, which is the queue as well."""
    with mail_server() as post:
        mails = {"EKC_MAIL_URL": f"smtp://localhost:{post.port}", "EKC_MAIL_FROM": "Own Plan <plan@example.org>"}
        environ = {**os.environ, **environ, **mails, "EKC_QUEUE_URL": environ["EKC_DATABASE_URL"]}
        settings = load_settings(environ)
        prepare_queue(settings)
        engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
        with make_sessions(engine, **sending(settings))() as session:
            papers, sent = {}, {}
            for many in (1, 2):
                with workers(session, environ, many):
                    papers[many] = done_in(session, lambda: order_papers(session))
                    sent[many] = done_in(session, lambda: queue_mails(session, MAILS))
                    if many == 1:
                        bundle = done_in(session, lambda: print_slips(session, PEOPLE))
                        waits = [done_in(session, lambda: queue_mails(session, 1)) for _ in range(SINGLE_MAILS)]
        engine.dispose()
    half, *_, most = quantiles(waits, n=20)[9::9]
    print(f"{f'{PAPERS} papers, two workers over one':60}{papers[1] / papers[2]:8.2f}", flush=True)
    print(f"{f'{MAILS} mails, two workers over one':60}{sent[1] / sent[2]:8.2f}", flush=True)
    print(f"{'from a commit to its mail being sent, p50 and p95':60}{half:8.2f} s {most:5.2f} s", flush=True)
    print(f"{f'slips of {PEOPLE} people on one paper':60}{bundle:8.2f} s", flush=True)


@contextmanager
def workers(session: Session, environ: Mapping[str, str], many: int) -> Iterator[None]:
    """So many of them, which have nothing left to do."""
    with writing(session):
        session.execute(delete(WorkerSign))
    command = [sys.executable, "-m", "ekc.cli", "worker", "--processes", "1"]
    running = [subprocess.Popen(command, env=environ) for _ in range(many)]
    try:
        until(lambda: counted(session, select(func.count()).select_from(WorkerSign)) == many)
        until(lambda: is_idle(session))
        done_in(session, lambda: [print_slips(session, 1, f"account:{number}") for number in range(2 * many)])
        yield
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(60)


def done_in(session: Session, add: Callable[[], object]) -> float:
    """Seconds from the commit of what is added until all of it is done."""
    add()
    begun = time.perf_counter()
    until(lambda: is_idle(session))
    return time.perf_counter() - begun


def is_idle(session: Session) -> bool:
    """Whether no job that is due waits or runs."""
    left = (Job.state.in_((JobState.WAITING, JobState.RUNNING)), Job.due <= utc_now())
    return counted(session, select(func.count()).where(*left)) == 0


def counted(session: Session, how_many: object) -> int:
    """The number that a statement gives now."""
    session.rollback()
    found: int = session.scalar(how_many)  # type: ignore[call-overload]
    return found


def until(holds: Callable[[], bool]) -> None:
    """Wait, and look often."""
    while not holds():
        time.sleep(0.005)


def order_papers(session: Session) -> None:
    """Papers of several people."""
    for number in range(PAPERS):
        print_slips(session, SLIPS, f"account:{number}")


def queue_mails(session: Session, many: int) -> None:
    """Mails, in one transaction."""
    at = utc_now()
    with writing(session):
        for number in range(many):
            queue(session, PASSWORD_CHANGED, Recipient(0, f"jan{number}@example.org", "nl"), at, account=number)
