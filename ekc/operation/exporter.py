"""The figures of this machine for Prometheus: what its processes counted, and what the database says about jobs."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from config import Settings
from ekc.core.heartbeat import last_beat
from ekc.core.metrics import folder
from ekc.journey.queries.jobs import job_list
from ekc.kinds import JOB_RULES


class Figures:
    """A collector of Prometheus' library."""

    def __init__(self, settings: Settings, sessions: sessionmaker[Session]) -> None:
        self._settings, self._sessions = settings, sessions

    def collect(self) -> Iterator[Any]:
        """The figures as they are now."""
        library: Any = MultiProcessCollector
        yield from library.merge(list(map(str, counted(folder(self._settings)))), accumulate=True)
        try:
            yield from self._of_jobs()
            alive = 1
        except SQLAlchemyError:
            alive = 0
        yield GaugeMetricFamily("ekc_database_up", "Whether the database answers.", value=alive)

    def _of_jobs(self) -> Iterator[Any]:
        at = self._settings.clock()
        with self._sessions() as session:
            found, seen = job_list(session, JOB_RULES, at), last_beat(session)
        states = GaugeMetricFamily("ekc_jobs_now", "Jobs by state, of the last week.", labels=["state"])
        for state, count in found.counts.items():
            states.add_metric([state], count)
        yield states
        age = (at - found.oldest).total_seconds() if found.oldest else 0
        yield GaugeMetricFamily("ekc_jobs_oldest_seconds", "For how long the oldest job is due.", value=age)
        if seen is not None:
            away = (at - seen).total_seconds()
            yield GaugeMetricFamily("ekc_worker_seen_seconds", "When a worker was last there.", value=away)


def counted(home: Path) -> Iterator[Path]:
    """The files of services that run, without gauges of processes that ended; folders of services that ended go."""
    for service in sorted(home.glob("*-*")):
        if not _runs(int(service.name.rpartition("-")[2])):
            shutil.rmtree(service, ignore_errors=True)
            continue
        for file in sorted(service.glob("*.db")):
            if not file.name.startswith("gauge_live") or _runs(int(file.stem.rpartition("_")[2])):
                yield file


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def show_figures(settings: Settings, sessions: sessionmaker[Session]) -> threading.Thread:
    """Show the figures on the address of EKC_METRICS; returns the thread that does so."""
    registry = CollectorRegistry()
    registry.register(Figures(settings, sessions))
    host, _, port = settings.metrics.rpartition(":")
    _server, thread = start_http_server(int(port), host, registry)
    shown: threading.Thread = thread
    return shown
