"""What mails cost: sending beside a bare loop on one connection, reminders beside a plain loop; how soon a mail leaves.

The mail server is aiosmtpd in a process of its own (`python -m benchmarks.mails`), the same for both sides. The bare
loop makes each mail with `EmailMessage` and hands it over; the plain loop reads and writes mapped objects.
"""

import json
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count, islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from config import MailServer, Settings, load_mail, load_settings
from ekc.accounts.models import Account
from ekc.conferences.models import Conference
from ekc.conferences.roles import open_until
from ekc.core.attempts import due_jobs, perform
from ekc.core.clock import local_date, utc_now
from ekc.core.crypto import Keyring, keyring_of
from ekc.core.db import make_engine, make_sessions
from ekc.core.jobs import Job
from ekc.core.outbox import DELIVERY, DELIVERY_PERIOD, OutboxMessage, Recipient, Way, queue
from ekc.core.transaction import writing
from ekc.journey.mails import ACCESS_ENDS
from ekc.journey.reminders import remind_before_access_ends
from ekc.kinds import JOB_RULES
from ekc.worker import prepare_queue, sending
from ekc.workflow.profiles import PROFILES

FROM = "Own Plan <plan@example.org>"
#: Mails and reminders of each side in a round, and mails on one connection.
ROUND, ROUNDS, MANY, SOON = 2000, 5, 10_000, 60
_MAIL = replace(ACCESS_ENDS, key="bench:{number}")
_NUMBERS = count()
_BEGUN = select(func.count()).select_from(Job)
_OPEN = _BEGUN.where(Job.ended_at.is_(None), Job.error.is_(None))


def measure(name: str, environ: Mapping[str, str]) -> None:
    """Print the ratios on one database, which has cases. Its mails and jobs are deleted."""
    with server(environ) as (settings, asked):
        mail = settings.mail or sys.exit("no mail server")
        engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
        with make_sessions(engine)() as session:
            _empty(session)
            told = _in_turn(lambda: _queued_and_sent(session, settings), lambda: _bare(mail), ROUNDS)
            print(f"{'mails sent over a bare loop, ' + name:48}{told:8.2f}", flush=True)
            asked()
            _queue(session, MANY)
            begun, grew = time.monotonic(), _send(session, settings)
            rate, seen = MANY / (time.monotonic() - begun), asked()
            once = seen["mails"] == seen["different"] == MANY
            line = f"{MANY} mails on {seen['connections']} connection, {'each once' if once else 'NOT EACH ONCE'}"
            print(f"{line + ', ' + name:48}{rate:8.0f} a second, memory +{grew / 2**20:.1f} MB", flush=True)
            told = _reminders(session)
            print(f"{'reminders found and queued over a plain loop, ' + name:48}{told:8.2f}", flush=True)
            _empty(session)
            p50, p95 = _how_soon(session, settings, environ, asked)
            print(f"{'from the commit to the mail server, ' + name:48}p50 {p50:.2f} s, p95 {p95:.2f} s", flush=True)
        engine.dispose()


class _Counting:
    """A handler of aiosmtpd that takes each mail and keeps when it came, and no more."""

    def __init__(self) -> None:
        self.peers: set[Any] = set()
        self.came: dict[str, float] = {}
        self.mails = 0

    async def handle_DATA(self, _server: object, session: Any, envelope: Any) -> str:  # noqa: N802 - as it is called
        """Take a mail."""
        self.peers.add(session.peer)
        self.mails += 1
        self.came[envelope.rcpt_tos[0]] = time.time()
        return "250 taken"


class _Controller(Controller):
    """Listens at a port of its own."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def main() -> None:
    """Be the mail server: print the port, and at each line that comes what was taken since the last one."""
    handler = _Counting()
    controller = _Controller(handler, hostname="127.0.0.1", port=0)
    controller.start()
    print(controller.port, flush=True)
    for _line in sys.stdin:
        taken = {"connections": len(handler.peers), "mails": handler.mails, "different": len(handler.came)}
        print(json.dumps({**taken, "came": handler.came}), flush=True)
        handler.peers, handler.came, handler.mails = set(), {}, 0
    controller.stop()


@contextmanager
def server(environ: Mapping[str, str]) -> Iterator[tuple[Settings, Callable[[], dict[str, Any]]]]:
    """The settings with a mail server, and a function that asks it what it has taken."""
    command = [sys.executable, "-m", "benchmarks.mails"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("the mail server did not start")
        to, answers = process.stdin, process.stdout
        mail = load_mail(f"smtp://127.0.0.1:{int(answers.readline())}", FROM)

        def asked() -> dict[str, Any]:
            to.write("\n")
            to.flush()
            taken: dict[str, Any] = json.loads(answers.readline())
            return taken

        yield replace(load_settings({**os.environ, **environ}), mail=mail), asked
        to.close()


def _in_turn(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> float:
    """How many times as fast as the other side, each in turn; the median."""
    taken = [(theirs(), ours()) for _ in range(rounds + 1)][1:]
    return median(their / our for their, our in taken)


def _empty(session: Session) -> None:
    with writing(session):
        session.execute(delete(Job))
        session.execute(delete(OutboxMessage))


def _queue(session: Session, many: int) -> None:
    at = utc_now()
    with writing(session):
        for number in islice(_NUMBERS, many):
            queue(session, _MAIL, Recipient(0, f"person{number}@example.org", "nl"), at, number=number)


def _queued_and_sent(session: Session, settings: Settings) -> float:
    _queue(session, ROUND)
    begun = time.perf_counter()
    _send(session, settings)
    return time.perf_counter() - begun


def _send(session: Session, settings: Settings) -> int:
    """Send what waits, as a worker does; by how many bytes this process grew from the thousandth mail on."""
    memory, seen = list[int](), 0

    def hold(jobs: Sequence[Any]) -> None:
        nonlocal seen
        seen += len(jobs)
        if seen > 1000:
            memory.append(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))

    while waiting := due_jobs(session, JOB_RULES, utc_now(), 1):
        session.rollback()
        perform(session, settings, JOB_RULES, waiting[0].id, utc_now(), hold)
    return memory[-1] - memory[0] if memory else 0


def _bare(to: MailServer) -> float:
    """The bare loop."""
    begun = time.perf_counter()
    with smtplib.SMTP(to.host, to.port) as line:
        for number in range(ROUND):
            message = EmailMessage(policy=SMTP)
            message["From"] = to.sender
            message["To"] = Address(addr_spec=f"person{number}@example.org")
            message["Subject"] = _MAIL.subject
            message["Date"] = utc_now()
            message["Message-ID"] = f"<{number}@example.org>"
            message["Auto-Submitted"] = "auto-generated"
            message.set_content(f"{_MAIL.body}\n\nOwn Plan\n")
            line.send_message(message)
    return time.perf_counter() - begun


def _reminders(session: Session) -> float:
    """Our job beside the plain loop, each in turn on cases of its own, which are copies of one of the demonstration."""
    at, case = utc_now(), Conference.__table__.c
    one = session.execute(
        select(Conference.id, Conference.region_id, Conference.profile).where(Conference.coordinator_id.is_not(None))
    ).first()
    if one is None:
        raise SystemExit("no case has a coordinator")
    copied = [column for column in case if column.name not in {"id", "number"}]
    ends = PROFILES[one.profile].access_days - 3
    _empty(session)
    with writing(session):
        session.execute(delete(Conference).where(Conference.number.like("BENCH-%")))
        session.execute(update(Conference).values(tasks_ended_on=None))
        for number in range(ROUND):
            row = select(*copied, literal(f"BENCH-{number}")).where(case.id == one.id)
            session.execute(insert(Conference).from_select([*(column.name for column in copied), "number"], row))
        session.execute(
            update(Conference)
            .where(Conference.number.like("BENCH-%"))
            .values(tasks_ended_on=at.date() - timedelta(days=ends))
        )

    def timed(what: Callable[[Session, datetime, int], int]) -> float:
        _empty(session)
        begun = time.perf_counter()
        if what(session, at, one.region_id) != ROUND:
            raise SystemExit("not each case has its reminder")
        return time.perf_counter() - begun

    return _in_turn(lambda: timed(remind_before_access_ends), lambda: timed(_plain_reminders), ROUNDS)


def _plain_reminders(session: Session, at: datetime, region_id: int) -> int:
    """The plain loop, in one transaction."""
    found = select(Conference, Account).join(Account, Account.id == Conference.coordinator_id)
    found = found.where(Conference.region_id == region_id, Conference.tasks_ended_on.is_not(None), Account.active)
    many = 0
    with writing(session):
        for case, account in session.execute(found).all():
            until = open_until(case)
            warned = timedelta(days=PROFILES[case.profile].access_warning_days)
            if until is None or not timedelta(0) <= until - local_date(at, case.timezone) <= warned:
                continue
            key = ACCESS_ENDS.key.format(to=account.id, case=case.id, ended_on=case.tasks_ended_on)
            mail = OutboxMessage(
                key=key,
                way=Way.EMAIL,
                message_id=keyring_of(session).signature(key.encode(), "message_id").hex(),
                conference_id=case.id,
                account_id=account.id,
                recipient=account.email,
                subject=ACCESS_ENDS.subject,
                body=ACCESS_ENDS.body,
                language=account.language,
                queued_at=at,
            )
            session.add(mail)
            session.flush()
            session.add(Job(kind=DELIVERY, subject=mail.id, added_at=at, due=at, until=at + DELIVERY_PERIOD))
            many += 1
    return many


def _how_soon(
    session: Session, settings: Settings, environ: Mapping[str, str], asked: Callable[[], dict[str, Any]]
) -> tuple[float, float]:
    """Seconds from a commit until the mail server has the mail, with a real worker and queue: median, and 95 of 100."""
    mail = settings.mail
    place = {"EKC_MAIL_URL": f"smtp://127.0.0.1:{mail.port if mail else 0}", "EKC_MAIL_FROM": FROM}
    prepare_queue(settings)
    session.info.update(sending(settings))
    command = [sys.executable, "-m", "ekc.cli", "worker"]
    worker = subprocess.Popen(command, env={**os.environ, **environ, **place})
    taken = []
    try:
        while session.scalar(_OPEN) or not session.scalar(_BEGUN):  # the work of the night comes first
            session.rollback()
            time.sleep(0.2)
        for number in range(SOON):
            address = f"soon{number}@example.org"
            with writing(session):
                queue(session, _MAIL, Recipient(0, address, "nl"), utc_now(), number=address)
            committed, came = time.time(), dict[str, float]()
            while address not in came:
                time.sleep(0.05)
                came = asked()["came"]
            taken.append(came[address] - committed)
    finally:
        worker.terminate()
        worker.wait(60)
    return median(taken), quantiles(taken, n=20)[-1]


if __name__ == "__main__":
    main()
