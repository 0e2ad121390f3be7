"""How fast workers are: two beside one.

Each worker has one process. What there is to do is added at once while they wait, and the clock runs until all of it is
done. On a machine with two processors that do nothing else; beside other work the ratios say nothing.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from benchmarks.paper import print_slips
from config import load_settings
from ekc.core.clock import utc_now
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.heartbeat import WorkerSign
from ekc.core.jobs import Job, JobState
from ekc.core.transaction import writing
from ekc.worker import prepare_queue, sending

PAPERS, SLIPS, PEOPLE = 16, 20, 40


def measure(environ: Mapping[str, str]) -> None:
    """Print all of it, on PostgreSQL, which is the queue as well."""
    environ = {**os.environ, **environ, "EKC_QUEUE_URL": environ["EKC_DATABASE_URL"]}
    settings = load_settings(environ)
    prepare_queue(settings)
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
    with make_sessions(engine, **sending(settings))() as session:
        took = {}
        for many in (1, 2):
            with workers(session, environ, many):
                took[many] = done_in(session, lambda: order_papers(session))
                if many == 1:
                    bundle = done_in(session, lambda: print_slips(session, PEOPLE))
    engine.dispose()
    print(f"{f'{PAPERS} papers, two workers over one':60}{took[1] / took[2]:8.2f}", flush=True)
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
    """Wait, and look seldom enough to leave both processors to the workers."""
    while not holds():
        time.sleep(0.05)


def order_papers(session: Session) -> None:
    """Papers of several people."""
    for number in range(PAPERS):
        print_slips(session, SLIPS, f"account:{number}")
