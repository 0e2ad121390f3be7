"""The worker: runs the jobs. Any number of them share one database and one queue, on one machine or several."""

import os
from functools import partial
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from config import Settings
from ekc.core import metrics
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.demo_clock import clock_time
from ekc.core.documents import load_printer
from ekc.core.heartbeat import beat
from ekc.core.jobs import IN_A_ROW, SEND, due_jobs, perform
from ekc.core.queue import Queue
from ekc.journey.jobs import plan_nights
from ekc.kinds import JOB_RULES

#: How many jobs a sweep hands to the queue.
_AT_ONCE = 1000
#: How far work that nobody waits for steps back for pages, on a machine that does both.
_NICE = 10
#: The time limit of each message: it may begin another job at the end of this while.
_LIMITS = {name: IN_A_ROW + rule.limit for name, rule in JOB_RULES.items()}


def sending(settings: Settings) -> dict[str, Any]:
    """What a session carries (`make_sessions`) so that the jobs it adds get to a worker at once."""
    return {SEND: Queue(settings, _LIMITS).send} if settings.queue_url else {}


def prepare_queue(settings: Settings) -> None:
    """Make the tables of the queue, where its store needs any."""
    Queue(settings, _LIMITS).prepare()


def queue_problem(settings: Settings) -> str:
    """Why the queue cannot be reached; nothing if it can. Work waits in the database meanwhile."""
    return Queue(settings, _LIMITS).problem() if settings.queue_url else ""


def run_worker(settings: Settings, processes: int) -> None:
    """Run jobs until this process is told to stop: SIGTERM lets running jobs end, SIGINT interrupts them."""
    os.nice(_NICE)
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
    sessions: sessionmaker[Session]
    queue = Queue(settings, _LIMITS, lambda job_id: _perform(sessions, settings, job_id))
    sessions = make_sessions(engine, **{SEND: queue.send})
    metrics.begin(settings, "worker", os.getpid())
    load_printer()  # once, for all its processes
    queue.work(processes, partial(_sweep, sessions, settings, queue, os.getpid()))


def _perform(sessions: sessionmaker[Session], settings: Settings, job_id: int) -> None:
    with sessions() as session:
        at = clock_time(session, settings)
        perform(session, settings, JOB_RULES, job_id, at)


def _sweep(sessions: sessionmaker[Session], settings: Settings, queue: Queue, parent: int) -> None:
    """Plan the night's work, and hand out the jobs that are due and that the queue does not hold."""
    if os.getppid() != parent:
        queue.stop()  # the process that started this one was killed
        return
    with sessions() as session:
        at = clock_time(session, settings)
        beat(session, parent, settings.clock())
        plan_nights(session, at)
        found = due_jobs(session, JOB_RULES, at, _AT_ONCE) if queue.is_empty() else []
    for job in found:
        queue.send(job)
