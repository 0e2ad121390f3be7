"""The queue: takes the id of a job to a worker at once. Its store is chosen by EKC_QUEUE_URL.

It is Huey's (ADR 41), which forgets a job when it hands it out. Nothing is lost by that, nor when the store cannot be
reached: jobs are rows (`jobs.py`), and workers look for those that nobody brought. Messages are signed JSON, because
Huey's own are pickled: whoever can write to the store could run anything.
"""

import json
import logging
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

from config import Settings
from ekc.core.attempts import LONGEST_ROW
from ekc.core.jobs import Rank, Rules
from ekc.core.logs import Seldom, log_event

#: Seconds for connecting to the store, and for its answer, which a page may have to wait.
_TIMEOUT = 2
_OF_POSTGRESQL = {
    "connect_timeout": _TIMEOUT,
    "tcp_user_timeout": _TIMEOUT * 1000,
    "keepalives_idle": _TIMEOUT,
    "keepalives_interval": 1,
    "keepalives_count": 2,
}
#: Seconds in which a store that could not be reached is not tried again.
_RETRY_AFTER = 30
_NAME = "ekc"
#: The loggers of Huey's processes.
_HUEY_LOGGERS = ("huey.consumer.Worker", "huey.consumer.Scheduler")

Jobs = Callable[[int], None]


def _nobody(_job_id: int) -> None:
    raise RuntimeError("jobs are run by the worker")


class Queue:
    """The queue of one program. `rules`: the kinds of job; `run`: what a worker does with a job."""

    def __init__(self, settings: Settings, rules: Rules, run: Jobs = _nobody) -> None:
        self._settings, self._rules, self._run = settings, rules, run
        self._silent_until = 0.0
        self._consumer: Any = None

    @cached_property
    def huey(self) -> Any:
        """The queue itself. Connects; raises whatever its driver raises."""
        return _open(self._settings)

    @cached_property
    def _task(self) -> Any:
        return self.huey.task(name="job")(self._job)

    def _job(self, job_id: int) -> None:
        self._run(job_id)

    def send(self, job: Any, at_once: bool = False) -> None:
        """Hand a job (its id and kind) to a worker. If that fails, the next sweep of a worker finds it.

        `at_once`: before others, whatever its kind.
        """
        if time.monotonic() < self._silent_until:
            return
        rule = self._rules[job.kind]
        limit = LONGEST_ROW + rule.limit  # it may begin another job at the end of that while
        rank = max(Rank) if at_once else rule.rank
        try:
            self.huey.enqueue(self._task.s(job.id, timeout=limit.total_seconds(), priority=rank.value))
        except Exception as error:
            self._silent_until = time.monotonic() + _RETRY_AFTER
            log_event("queue not reached", why=type(error).__name__)

    def prepare(self) -> None:
        """Make the tables of the store, if it needs any."""
        if self._settings.queue_url.startswith("postgresql"):
            self.huey.storage.initialize_schema()

    def problem(self) -> str:
        """Why the store cannot be reached; nothing if it can."""
        try:
            self.huey.storage.queue_size()
        except Exception as error:  # of four drivers
            return f"cannot be reached ({type(error).__name__})"
        return ""

    def size(self) -> int:
        """How many messages wait in it."""
        return int(self.huey.storage.queue_size())

    def work(self, processes: int, sweep: Callable[[], None], begin: Callable[[], None]) -> None:
        """Run jobs until this process is told to stop.

        `sweep` runs at the start and every minute, before all jobs; `begin` in each process at its start.
        """
        _ = self._task  # makes it known before messages come
        self.huey.periodic_task(lambda _at: True, name="sweep", timeout=300, priority=max(Rank) + 1)(sweep)
        self.huey.on_startup(name="begin")(begin)
        for name in _HUEY_LOGGERS:
            logging.getLogger(name).addFilter(Seldom(_RETRY_AFTER))
        self.huey.storage.close()  # the processes must not share a connection
        self._consumer = self.huey.create_consumer(
            workers=processes,
            worker_type="process",
            max_delay=0.5,
            shutdown_timeout=20,
            graceful_signal="TERM",
        )
        self._consumer.run()

    def stop(self) -> None:
        """End the processes of `work`, called in one of them."""
        self._consumer.stop_flag.set()


def _open(settings: Settings) -> Any:
    """Huey, on the store of this URL. Imported here: pages that send nothing do without."""
    from huey import PostgresHuey, PriorityRedisHuey, SqliteHuey  # noqa: PLC0415
    from huey.registry import Message  # noqa: PLC0415
    from huey.serializer import Serializer, SignedSerializer  # noqa: PLC0415

    class Plain(Serializer):  # type: ignore[misc]
        """Messages as JSON."""

        def _serialize(self, data: Any) -> bytes:
            return json.dumps(data).encode()

        def _deserialize(self, data: bytes) -> Any:
            return Message(*json.loads(data))

    class Signed(SignedSerializer, Plain):  # type: ignore[misc]
        """The same, signed."""

    url = settings.queue_url
    options = {"results": False, "serializer": Signed(secret=settings.secret_key, salt="ekc queue")}
    scheme, _, rest = url.partition("://")
    match scheme:
        case "sqlite":
            return SqliteHuey(_NAME, filename=rest.removeprefix("/"), **options)
        case "postgresql":  # its tables are made by the owner of the database: `prepare`
            return PostgresHuey(_NAME, dsn=url, create_tables=False, **_OF_POSTGRESQL, **options)
        case _:
            return PriorityRedisHuey(_NAME, connection_pool=_redis(url), **options)


def _redis(url: str) -> Any:
    """The connections to Redis. A machine that is gone without a word is noticed, and is tried once, not four times."""
    from redis import ConnectionPool  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    patience = {"socket_connect_timeout": _TIMEOUT, "socket_timeout": _TIMEOUT}
    return ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 0), **patience)
