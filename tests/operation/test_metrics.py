"""The figures for Prometheus: what several processes counted, read together by another one; no person and no case."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config import ConfigError, load_settings
from ekc.core.clock import utc_now
from ekc.core.heartbeat import beat
from ekc.operation.exporter import counted
from tests.architecture.sources import ROOT
from tests.database import CONTENT_KEY
from tests.demo.command import write_keys
from tests.ports import free_port

#: A web process that answers some requests, as gunicorn's processes do; its parent stands for the service.
WEB = """
from wsgi import app
client = app.test_client()
for path in ("/health/live", "/health/live", "/sign-in", "/nowhere/at/all", "/conferences/1"):
    client.get(path)
client.open("/sign-in", method="BREW")
"""
WORKER = """
import os
from config import load_settings
from ekc.core import metrics
from ekc.core.metrics import count_job
metrics.begin(load_settings(), "worker", os.getppid())
count_job("mail", "done", 0.2)
"""


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    told = {"EKC_INSTANCE": str(tmp_path), "EKC_DATABASE_URL": database_url, "EKC_METRICS": f"127.0.0.1:{free_port()}"}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("EKC_")}, **told}


@contextmanager
def exporter(environment: dict[str, str]) -> Iterator[Callable[[], dict[str, float]]]:
    """`ekc metrics` in a process of its own; yields what reads its figures."""

    def figures() -> dict[str, float]:
        with urllib.request.urlopen(f"http://{environment['EKC_METRICS']}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}

    command = [sys.executable, "-u", "-m", "ekc.cli", "metrics"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"The figures are on http://{environment['EKC_METRICS']}/metrics\n"
            yield figures
        finally:
            process.terminate()


@pytest.mark.processes
def test_figures_of_several_processes_are_read_by_another(environment: dict[str, str], db_session: Session) -> None:
    beat(db_session, 7, utc_now() - timedelta(seconds=30))
    db_session.close()
    for program in (WEB, WEB, WORKER):
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True)

    with exporter(environment) as figures:
        found = figures()

    assert {
        name: value for name, value in found.items() if name.startswith(("ekc_requests_total", "ekc_jobs_total"))
    } == {
        'ekc_requests_total{method="GET",route="operation.live",status="200"}': 4,
        'ekc_requests_total{method="GET",route="signin.sign_in",status="200"}': 2,
        'ekc_requests_total{method="GET",route="none",status="404"}': 2,
        'ekc_requests_total{method="GET",route="journey.case",status="302"}': 2,
        'ekc_requests_total{method="other",route="none",status="405"}': 2,
        'ekc_jobs_total{kind="mail",outcome="done"}': 1,
    }
    assert found['ekc_request_seconds_count{route="operation.live"}'] == 4
    assert found['ekc_jobs_now{state="waiting"}'] == 0
    assert 25 < found["ekc_worker_seen_seconds"] < 600
    assert found["ekc_database_up"] == 1
    labels = {label for name in found for label in re.findall(r"(\w+)=", name)}
    assert labels == {"method", "route", "status", "kind", "outcome", "state", "le"}


def test_figures_of_services_that_ended_go(tmp_path: Path) -> None:
    for name in ("web-1", "web-999999999"):
        (tmp_path / name).mkdir()
        for file in ("counter_999999999.db", "gauge_livesum_999999999.db"):
            (tmp_path / name / file).touch()

    assert [str(file.relative_to(tmp_path)) for file in counted(tmp_path)] == ["web-1/counter_999999999.db"]
    assert [folder.name for folder in tmp_path.iterdir()] == ["web-1"]


@pytest.mark.parametrize("address", ["9100", "127.0.0.1:", "127.0.0.1:0", ":9100", "127.0.0.1:http"])
def test_an_address_without_a_port_is_refused(tmp_path: Path, address: str) -> None:
    write_keys(tmp_path / "keys.json", CONTENT_KEY)

    with pytest.raises(ConfigError, match="has to be an address and a port"):
        load_settings({"EKC_INSTANCE": str(tmp_path), "EKC_METRICS": address})
