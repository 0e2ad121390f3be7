"""What papers and exports cost: the pages of others while slips are printed, and memory, by who makes them.

Memory is that of a process of its own, above what it held after a small one of the same kind.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import quantiles

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from benchmarks.served import Client, Server
from config import load_settings
from ekc.access_log.document import ACCESS_LOG, AskedLog
from ekc.accounts.access import PROGRAM, Visitor
from ekc.conferences.models import Conference
from ekc.core.attempts import perform
from ekc.core.audit import Actor, ActorKind, record
from ekc.core.clock import utc_now
from ekc.core.codec import STORED
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.jobs import Job, JobState
from ekc.core.transaction import writing
from ekc.evaluations.models import FollowUp
from ekc.kinds import JOB_RULES
from ekc.links.document import SLIP, AskedSlip, Slip
from ekc.links.models import Confirmed
from ekc.orders.actions import order
from ekc.orders.entries import Ordering
from ekc.orders.jobs import EXPORT, PAPER
from ekc.orders.queries import key_of, progress
from ekc.reports.exports import FOLLOW_UPS, asked_by
from ekc.reports.queries import FollowUpFilter
from ekc.worker import sending

SLIPS, LOOKS_A_DAY, ROWS = 100, 40, 196_000
_WHO = "account:1"
_DAY = timedelta(days=1)
_PAGES = (("conferences.circle", "/circle"), ("journey.case", ""), ("plans.plan", "/plan"))


def main() -> None:
    """Run one of the measurements in this process, and print what it took."""
    settings = load_settings()
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
    with make_sessions(engine)() as session:
        if sys.argv[1] == "fill":
            fill(session)
            return
        with writing(session):  # what was ordered before would be made too
            session.execute(delete(Job).where(Job.state == JobState.WAITING))
        what = _MEASURED[sys.argv[1]]
        what(session, small=True)
        before, cpu = most_memory(), time.process_time()
        what(session, small=False)
        print(json.dumps({"cpu": time.process_time() - cpu, "memory": most_memory() - before}))


def most_memory() -> float:
    """The most memory that this program held, in MB. `ru_maxrss` counts what the process that started it held, too."""
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(peak) / 1024


def measured(name: str, environ: Mapping[str, str]) -> str:
    """What a measurement took, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.paper", name]
    told = subprocess.run(command, env={**os.environ, **environ}, check=True, stdout=subprocess.PIPE).stdout
    found = json.loads(told.splitlines()[-1])
    return f"{found['cpu']:6.2f} s CPU, +{found['memory']:.0f} MB"


def measure(environ: Mapping[str, str], server: Server, cookie: str, page: str) -> None:
    """Print all of it."""
    command = [sys.executable, "-m", "benchmarks.paper", "fill"]
    subprocess.run(command, env={**os.environ, **environ}, check=True)
    idle, printing = pages_meanwhile(environ, server, cookie, page)
    print(f"{f'p95 of the case page while {SLIPS} slips print, over idle':60}{printing / idle:8.2f}", flush=True)
    for title, name in (
        ("a year of who opened the file, ordered in the request", "list_ordered"),
        ("the same, made by the worker", "list_made"),
        (f"export of {ROWS} rows, ordered in the request", "export_ordered"),
        ("the same, made by the worker", "export_made"),
    ):
        print(f"{title:60}{measured(name, environ)}", flush=True)


def pages_meanwhile(environ: Mapping[str, str], server: Server, cookie: str, page: str) -> tuple[float, float]:
    """The p95 of a page, in seconds: while nothing is printed, and while slips are."""
    settings, client = load_settings({**os.environ, **environ}), Client(server, cookie)
    worker = subprocess.Popen([sys.executable, "-m", "ekc.cli", "worker"], env={**os.environ, **environ})
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
    try:
        with make_sessions(engine, **sending(settings))() as session:
            warm = print_slips(session, 1)
            _asked_until(client, page, lambda: _is_made(session, warm))  # warm, and the night's work is done
            idle = _asked_until(client, page, _after(10))
            order_id = print_slips(session, SLIPS)
            printing = _asked_until(client, page, lambda: _is_made(session, order_id))
    finally:
        worker.terminate()
        worker.wait(60)
        engine.dispose()
    return quantiles(idle, n=20)[-1], quantiles(printing, n=20)[-1]


def _after(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= end


def _is_made(session: Session, order_id: int) -> bool:
    session.rollback()
    far = progress(session, order_id)
    return far is not None and far.state == "done"


def _asked_until(client: Client, page: str, ends: Callable[[], bool]) -> list[float]:
    taken = []
    for number in count():
        start = time.perf_counter()
        client.get(page)
        taken.append(time.perf_counter() - start)
        if number % 10 == 9 and ends():
            return taken
    raise AssertionError


def print_slips(session: Session, many: int, whose: str = _WHO) -> int:
    """Order the slips of so many people."""
    slip = Slip(
        name="Fatima El Amrani-Benali",
        address=f"https://plan.example.org/l/{'A' * 59}",
        until=date(2027, 1, 1),
        coordinator="Noor van Dijk",
        phone="06 12345678",
        language="nl",
        asks=Confirmed.CODE,
    )
    asked = [STORED.unstructure(AskedSlip(replace(slip, name=f"{slip.name} {at}"), str(at))) for at in range(many)]
    return _order(session, SLIP.name, PAPER, asked, whose=whose)


def _order(
    session: Session, kind: str, job: str, asked: list[object], case: int | None = None, whose: str = _WHO
) -> int:
    return order(session, utc_now(), whose, Ordering(kind, job, case, asked, "/there", "/here", _DAY))


def _make(session: Session, order_id: int) -> None:
    settings = load_settings()
    [job_id] = session.scalars(select(Job.id).where(Job.key == key_of(order_id)))
    perform(session, settings, JOB_RULES, job_id, utc_now())


def fill(session: Session) -> None:
    """A year in which four people open a file ten times a day each, and many follow-ups."""
    case = session.scalars(select(Conference.id).order_by(Conference.id)).first()
    for day in range(365):
        with writing(session):
            for look in range(LOOKS_A_DAY):
                at = utc_now() - timedelta(days=365 - day, minutes=look)
                who = Actor(ActorKind.ACCOUNT, 1 + look % 4, f"Somebody {look % 4}")
                record(session, who, at, "case.read", case, page=_PAGES[look % 3][0], roles="coordinator")
    table = FollowUp.__table__
    names = [column for column in table.columns if column.name != "id"]
    with writing(session):
        many = session.scalar(select(func.count()).select_from(FollowUp)) or 0
        for _ in range(ROWS // many + 1):
            copied = select(*names).where(table.c.id <= many)
            session.execute(insert(FollowUp).from_select([column.name for column in names], copied))


def _log(session: Session, small: bool) -> AskedLog:
    """A question for two days or a year of one case."""
    case = session.scalars(select(Conference).order_by(Conference.id).limit(1)).one()
    today = utc_now().date()
    first = today - timedelta(days=2 if small else 365)
    return AskedLog("nl", case.id, case.number, case.title, case.timezone, None, first, first, today, _PAGES)


def list_ordered(session: Session, small: bool) -> int:
    """The list is ordered."""
    asked = _log(session, small)
    return _order(session, ACCESS_LOG.name, PAPER, [STORED.unstructure(asked)], asked.case)


def list_made(session: Session, small: bool) -> None:
    """The list is ordered and made."""
    _make(session, list_ordered(session, small))


def _wanted(session: Session, small: bool) -> tuple[FollowUpFilter, Visitor]:
    """Nothing or everything, of a manager of all regions."""
    regions = frozenset(session.scalars(select(FollowUp.region_id).distinct()))
    session.rollback()
    return FollowUpFilter(due_until=date(2000, 1, 1) if small else None), replace(PROGRAM, regions=regions)


def export_ordered(session: Session, small: bool) -> int:
    """The export is ordered."""
    wanted, who = _wanted(session, small)
    asked = asked_by(who, wanted, utc_now().date(), "municipality")
    return _order(session, FOLLOW_UPS.name, EXPORT, [STORED.unstructure(asked)])


def export_made(session: Session, small: bool) -> None:
    """The export is ordered and made."""
    _make(session, export_ordered(session, small))


_MEASURED: dict[str, Callable[..., object]] = {
    one.__name__: one for one in (list_ordered, list_made, export_ordered, export_made)
}

if __name__ == "__main__":
    main()
