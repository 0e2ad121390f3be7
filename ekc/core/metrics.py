"""Figures for Prometheus: requests and jobs, counted in each process. Shown by `ekc metrics` (`operation/exporter.py`).

Nothing is counted unless EKC_METRICS is set. Labels are names of routes and of kinds of jobs; no person and no case.
Each service of a machine (web, worker) has a folder with a file for each of its processes, in the format of Prometheus'
own library, which reads them together.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config import Settings

_METHODS = frozenset({"GET", "HEAD", "POST"})
#: Seconds. A page takes a hundredth, paper half a second.
_REQUEST_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_JOB_BUCKETS = (0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900)


@dataclass(frozen=True, slots=True)
class _Figures:
    requests: Any
    request_seconds: Any
    pool: Any
    jobs: Any
    job_seconds: Any


_figures: _Figures | None = None


def folder(settings: Settings) -> Path:
    """Where the processes of this machine keep their figures."""
    return settings.instance / "metrics"


def begin(settings: Settings, service: str, service_id: int) -> None:
    """Count in this process and those that it forks. `service_id`: the process by which the service lives."""
    global _figures  # noqa: PLW0603 - one a process, as in Prometheus' library
    if not settings.metrics or _figures is not None:
        return
    here = folder(settings) / f"{service}-{service_id}"
    here.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(here)  # read when the library is imported
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram  # noqa: PLC0415

    to: dict[str, Any] = {"registry": CollectorRegistry()}
    _figures = _Figures(
        Counter("ekc_requests", "Requests that were answered.", ["route", "method", "status"], **to),
        Histogram("ekc_request_seconds", "How long an answer took.", ["route"], buckets=_REQUEST_BUCKETS, **to),
        Gauge("ekc_pool_connections", "Database connections in use.", multiprocess_mode="livesum", **to),
        Counter("ekc_jobs", "Attempts at jobs that ended.", ["kind", "outcome"], **to),
        Histogram("ekc_job_seconds", "How long an attempt took.", ["kind"], buckets=_JOB_BUCKETS, **to),
    )


def count_request(route: str | None, method: str, status: int, seconds: float, connections: int) -> None:
    """Count a request. `route`: the name of the route, None if there is none for this address."""
    if _figures is None:
        return
    name = route or "none"
    _figures.requests.labels(name, method if method in _METHODS else "other", str(status)).inc()
    _figures.request_seconds.labels(name).observe(seconds)
    _figures.pool.set(connections)


def count_job(kind: str, outcome: str, seconds: float) -> None:
    """Count an attempt at a job."""
    if _figures is None:
        return
    _figures.jobs.labels(kind, outcome).inc()
    _figures.job_seconds.labels(kind).observe(seconds)
