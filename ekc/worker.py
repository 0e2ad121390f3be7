"""The worker: runs the jobs. Any number of them share one database and one queue, on one machine or several."""

import os
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from config import Settings
from ekc.core import metrics
from ekc.core.attempts import due_jobs, extend_hold, perform
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.demo_clock import clock_time
from ekc.core.documents import load_printer
from ekc.core.heartbeat import beat
from ekc.core.jobs import HEARTBEAT, SEND
from ekc.core.logs import failure, log_event
from ekc.core.queue import Queue
from ekc.journey.jobs import plan_nights
from ekc.kinds import JOB_RULES

#: Sweeps fill the queue up to so many messages. Of a job that it holds already the second one does nothing.
_AT_ONCE = 1000
#: After so long the first of a kind goes before all others: else whoever orders paper without end keeps mails waiting.
_TOO_LONG = timedelta(minutes=2)
#: Each so many signs a worker notes that it is there (`heartbeat.py`).
_SIGNS = 2
#: How far work that nobody waits for steps back for pages, on a machine that does both.
_NICE = 10


def sending(settings: Settings) -> dict[str, Any]:
    """What a session carries (`make_sessions`) so that the jobs it adds get to a worker at once."""
    return {SEND: Queue(settings, JOB_RULES).send} if settings.queue_url else {}


def prepare_queue(settings: Settings) -> None:
    """Make the tables of the queue, where its store needs any."""
    Queue(settings, JOB_RULES).prepare()


def queue_problem(settings: Settings) -> str:
    """Why the queue cannot be reached; nothing if it can. Work waits in the database meanwhile."""
    return Queue(settings, JOB_RULES).problem() if settings.queue_url else ""


def run_worker(settings: Settings, processes: int) -> None:
    """Run jobs until this process is told to stop: SIGTERM lets running jobs end, SIGINT interrupts them."""
    os.nice(_NICE)
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
    sessions: sessionmaker[Session]
    queue = Queue(settings, JOB_RULES, lambda job_id: _perform(sessions, settings, keeper, job_id))
    sessions = make_sessions(engine, **{SEND: queue.send})
    keeper = HoldKeeper(sessions, settings, queue)
    metrics.begin(settings, "worker", os.getpid())
    load_printer()  # once, for all its processes
    queue.work(processes, partial(sweep, sessions, settings, queue), keeper.begin)


class HoldKeeper:
    """Says that this process is alive, for its worker and for the job that it does; in a thread of its own.

    And ends the process if the one that started it was killed.
    """

    def __init__(self, sessions: sessionmaker[Session], settings: Settings, queue: Queue) -> None:
        self._sessions, self._settings, self._queue, self._parent = sessions, settings, queue, os.getpid()
        self._held: tuple[Sequence[Row[Any]], float] = (), 0.0

    def begin(self) -> None:
        """Begin, in the process whose keeper it is."""
        threading.Thread(target=self._beat, daemon=True).start()

    def hold(self, jobs: Sequence[Row[Any]]) -> None:
        """From now on these are the jobs, of one kind; or none."""
        limit = JOB_RULES[jobs[0].kind].limit.total_seconds() if jobs else 0
        self._held = jobs, time.monotonic() + limit

    def sign(self, for_worker: bool) -> None:
        """Give a sign of life: for the job, and if it is time `for_worker` as well, if that can get jobs at all."""
        jobs, until = self._held
        try:
            with self._sessions() as session:
                if for_worker and not self._queue.problem():
                    beat(session, self._parent, self._settings.clock())
                if jobs and time.monotonic() < until:  # one that goes on after its time is left to others
                    extend_hold(session, jobs, clock_time(session, self._settings))
        except SQLAlchemyError as error:
            log_event("worker cannot tell that it is alive", why=failure(error))

    def _beat(self) -> None:
        for number in count():
            if os.getppid() != self._parent:
                self._queue.stop()
            self.sign(for_worker=number % _SIGNS == 0)
            time.sleep(HEARTBEAT.total_seconds())


def _perform(sessions: sessionmaker[Session], settings: Settings, keeper: HoldKeeper, job_id: int) -> None:
    with sessions() as session:
        at = clock_time(session, settings)
        perform(session, settings, JOB_RULES, job_id, at, keeper.hold)


def sweep(sessions: sessionmaker[Session], settings: Settings, queue: Queue) -> None:
    """Plan the night's work, and hand out the jobs that are due."""
    with sessions() as session:
        at = clock_time(session, settings)
        plan_nights(session, at)
        found = due_jobs(session, JOB_RULES, at, _AT_ONCE)
    first, room = {job.kind: job.id for job in reversed(found)}, _AT_ONCE - queue.size()
    for number, job in enumerate(found):
        at_once = job.id == first[job.kind] and at - job.due > _TOO_LONG
        if at_once or number < room:
            queue.send(job, at_once)
