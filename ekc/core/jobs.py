"""Jobs: work for which nobody waits, as rows written in the transaction of their cause. Running them: `attempts.py`.

Jobs are kinds: each feature has its rows (`JobRule`) in its `jobs.py`; `ekc/kinds.py` collects and checks them. A row
of the table holds nothing that people typed: a kind, the id of its subject, the code of an error.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Select,
    String,
    and_,
    delete,
    event,
    exists,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, aliased, mapped_column

from config import Settings
from ekc.core.db import Base, enum_column
from ekc.core.logs import request_number
from ekc.core.transaction import writing

#: How often a worker tells that it still does its job, and after how long without a word the job was lost with it.
HEARTBEAT, HOLD = timedelta(seconds=15), timedelta(seconds=90)
#: How many jobs of a kind are handed over of those that are added at once: a worker that has one goes on with the rest.
_SENT_OF_KIND = 4
_KEPT = timedelta(days=7)
_CODE = 200  # characters
_NUMBER = 32
#: Whether a job is not over.
OPEN = text("state in ('waiting', 'running')")
_PROBES, _RUNNING = text("state = 'waiting' and is_probe"), text("state = 'running'")
_PROBE_OF = text("probe.state = 'waiting' and probe.is_probe")
PLAINLY = {"synchronize_session": False}
_ADDED, SEND = "added_jobs", "send_job"  # in `Session.info`
#: The code of an attempt for which there was no room on a disk. It is as if what the kind needs cannot be reached.
NO_ROOM = "DiskFull"


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # given up
    CANCELLED = "cancelled"  # by whoever asked for it


class Rank(IntEnum):
    """Which work goes first.

    What is slow is done one at a time, on all machines together: whatever else comes finds a worker that is free.
    """

    SLOW = 0
    SOON = 1  # somebody waits for it somewhere
    AT_ONCE = 2  # somebody looks at the page that waits for it


class Nightly(StrEnum):
    """What has a job of its own every night."""

    REGION = "region"  # each region, in its own night; the subject is its id
    SERVICE = "service"


class Job(Base):
    """One job."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_open", "due", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_job_probe", "kind", sqlite_where=_PROBES, postgresql_where=_PROBES),
        Index("ix_job_running", "kind", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        {"sqlite_autoincrement": True},  # an id that was handed to the queue never means another job
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[int]  # the id of what it is about; 0 if there is no such thing
    key: Mapped[str | None] = mapped_column(String(120), unique=True)  # of what is added once only
    state: Mapped[JobState] = mapped_column(enum_column(JobState), default=JobState.WAITING)
    added_at: Mapped[datetime]
    due: Mapped[datetime]  # of the next attempt
    until: Mapped[datetime | None]  # when it is given up
    tries: Mapped[int] = mapped_column(default=0)  # attempts begun
    held_until: Mapped[datetime | None]  # while it runs: after this its worker is taken for dead
    #: While it waits: all others of its kind wait for it. It tries whether what the kind needs can be reached again, or
    #: somebody wants it now.
    is_probe: Mapped[bool] = mapped_column(default=False)
    parts_done: Mapped[int] = mapped_column(default=0)  # of this attempt, as far as its kind tells it
    parts: Mapped[int] = mapped_column(default=0)  # 0: nobody knows how many there will be
    error: Mapped[str | None] = mapped_column(String(_CODE))  # of the last attempt
    ended_at: Mapped[datetime | None]
    cause: Mapped[str | None] = mapped_column(String(_NUMBER))  # number of the request that added it


#: Writes something about several subjects at this instant.
AtEnd = Callable[[Session, list[Any], datetime], object]


@dataclass(frozen=True, slots=True)
class JobRun:
    """What the function of a job is given. `at`: the instant at which the attempt began.

    `found`: what its kind read of its subject, together with those of the jobs beside it (`read`). `at_end`: what it
    wants written in the transaction that notes that it is done, once for all of them: a function, and what that is told
    of this one. `kept`: what jobs in a row use
    together, such as a connection; each is closed after the last of them. `tell` notes how many parts are done, and how
    many there are (0: unknown), and raises Superseded if the job was cancelled meanwhile. It commits, so it is called
    where no transaction is open.
    """

    session: Session
    settings: Settings
    subject: int
    at: datetime
    kept: dict[str, Any]
    found: Any = None
    at_end: list[tuple[AtEnd, Any]] = field(default_factory=list)
    tell: Callable[[int, int], None] = lambda _done, _parts: None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRule:
    """A kind of job.

    `work` does it; when it has done its part in several transactions and is run again, it goes on with what is left.
    `together`: how many a worker claims at a time, and notes the end of, if they take a moment: what costs most is the
    disk. If it is killed, all of these run again. `read`: what `work` needs to know of their subjects, by subject.
    `given_up` clears away what belongs to a job that is given up, and is told the code of its last error; without it
    nothing is lost, so that the job can be run again later.
    """

    name: str
    title: str
    work: Callable[[JobRun], object]
    rank: Rank = Rank.SLOW
    tries: int = 5
    limit: timedelta = timedelta(minutes=2)  # of one attempt
    together: int = 1
    read: Callable[[Session, list[int]], Mapping[int, Any]] | None = None
    nightly: Nightly | None = None
    given_up: Callable[[Session, int, datetime, str], None] | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether it can be run again after it was given up."""
        return self.given_up is None


Rules = Mapping[str, JobRule]


class NotDone(Exception):  # noqa: N818 - it says what is so
    """An attempt failed. The message is a code for the row and the log, without words that people typed."""

    def __init__(self, code: str) -> None:
        super().__init__(code[:_CODE])


class Final(NotDone):
    """Trying again would fail too: it is given up at once."""


class Superseded(Exception):  # noqa: N818 - it says what is so
    """The job was cancelled, or another worker has it: this attempt counts for nothing and stops."""


class Unavailable(NotDone):
    """What every job of this kind needs cannot be reached: the whole kind waits, and no attempt is counted."""


def add(
    session: Session,
    kind: str,
    at: datetime,
    *,
    subject: int = 0,
    until: datetime | None = None,
    key: str | None = None,
    due: datetime | None = None,
) -> None:
    """Add a job in the caller's transaction; after its commit a worker gets it at once, or when it is `due`."""
    cause = (request_number() or "")[:_NUMBER] or None
    job = Job(kind=kind, subject=subject, key=key, added_at=at, due=due or at, until=until, cause=cause)
    session.add(job)
    if due is None:
        session.info.setdefault(_ADDED, []).append(job)


def add_many(session: Session, kind: str, at: datetime, subjects: Sequence[int], *, until: datetime) -> None:
    """Add a job for each of these, in as few statements as the database lets us."""
    rows = [{"kind": kind, "subject": subject, "added_at": at, "due": at, "until": until} for subject in subjects]
    if rows:
        given = insert(Job).returning(Job.id, Job.kind, Job.subject, sort_by_parameter_order=True)
        session.info.setdefault(_ADDED, []).extend(session.execute(given, rows))


@event.listens_for(Session, "after_commit")
def _send_added(session: Session) -> None:
    if session.in_nested_transaction():
        return  # of a savepoint: no worker sees them yet
    send, sent = session.info.get(SEND), Counter[str]()
    for job in session.info.pop(_ADDED, ()):
        sent[job.kind] += 1
        if send is not None and sent[job.kind] <= _SENT_OF_KIND:
            send(job)


@event.listens_for(Session, "after_soft_rollback")
def _forget_added(session: Session, transaction: SessionTransaction) -> None:
    added = session.info.pop(_ADDED, [])
    if transaction.nested:  # of a savepoint: those that were added before it stay
        session.info[_ADDED] = [job for job in added if not isinstance(job, Job) or job in session]


def is_held_up() -> ColumnElement[bool]:
    """Whether a job that waits does so for another of its kind, which tries whether all of them can be done again."""
    probe = aliased(Job, name="probe")
    return and_(not_(Job.is_probe), exists(select(probe.id).where(probe.kind == Job.kind, _PROBE_OF)))


def take_out(session: Session, kind: str, subjects: Select[int], due: datetime) -> list[int]:
    """Delete the waiting jobs of this kind that are due then; returns their subjects. Does not commit."""
    which = (OPEN, Job.kind == kind, Job.state == JobState.WAITING, Job.due == due, Job.subject.in_(subjects))
    return list(session.scalars(delete(Job).where(*which).returning(Job.subject), execution_options=PLAINLY))


def cancel(session: Session, keys: Collection[str], at: datetime) -> None:
    """Cancel the jobs with these keys, as far as they are not over: one that runs stops at its next part. Does not
    commit.
    """
    cancelled = update(Job).where(OPEN, Job.key.in_(keys)).values(state=JobState.CANCELLED, ended_at=at)
    session.execute(cancelled, execution_options=PLAINLY)


def try_again(session: Session, rules: Rules, job_id: int, at: datetime) -> str | None:
    """Let a job that waits, or was given up without loss, run now. Returns its kind; None if there is none. Does not
    commit.
    """
    repeatable = [name for name, rule in rules.items() if rule.is_repeatable]
    which = or_(
        and_(Job.state == JobState.WAITING, Job.kind.in_(rules), or_(Job.due <= at, Job.error.is_not(None))),
        and_(Job.state == JobState.FAILED, Job.kind.in_(repeatable)),
    )
    values = {"state": JobState.WAITING, "due": at, "is_probe": True, "tries": 0, "ended_at": None}
    again = update(Job).where(Job.id == job_id, which).values(**values).returning(Job.id, Job.kind)
    job = session.execute(again, execution_options=PLAINLY).one_or_none()
    if job is None:
        return None
    session.info.setdefault(_ADDED, []).append(job)
    return str(job.kind)


def stop_trying(session: Session, rules: Rules, job_id: int, at: datetime) -> str | None:
    """Give up a job that waits. Returns its kind; None if there is none. Does not commit."""
    ended = update(Job).where(Job.id == job_id, Job.state == JobState.WAITING)
    ended = ended.values(state=JobState.FAILED, ended_at=at, is_probe=False)
    job = session.execute(ended.returning(Job.kind, Job.subject), execution_options=PLAINLY).one_or_none()
    if job is None:
        return None
    rule = rules.get(job.kind)  # none: of another version of the program
    if rule is not None and rule.given_up is not None:
        rule.given_up(session, job.subject, at, "")
    return str(job.kind)


def forget_jobs(session: Session, at: datetime) -> None:
    """Delete the jobs that were done or given up a week ago."""
    with writing(session):
        session.execute(delete(Job).where(Job.ended_at < at - _KEPT))
