"""Jobs: work for which nobody waits, as rows written in the transaction of their cause. Who runs them: `ekc/worker.py`.

Jobs are kinds: each feature has its rows (`JobRule`) in its `jobs.py`; `ekc/kinds.py` collects and checks them. A job
is claimed in a short transaction, runs outside it, and is then marked as done: it runs at least once, so running it
twice must do nothing twice. A row holds nothing that people typed: a kind, the id of its subject, the code of an error.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
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
from ekc.core.db import Base, disk_is_full, enum_column
from ekc.core.logs import failure, log_event, numbered, request_number
from ekc.core.metrics import count_job
from ekc.core.transaction import writing

#: How often a worker tells that it still does its job, and after how long without a word the job was lost with it.
HEARTBEAT, HOLD = timedelta(seconds=15), timedelta(seconds=90)
#: The pause after the first failure; it triples with each further failure, up to the maximum.
RETRY_PAUSE, MAX_RETRY_PAUSE = timedelta(minutes=5), timedelta(days=1)
#: How long a kind waits that cannot be done now, whatever the job.
UNAVAILABLE_PAUSE = timedelta(minutes=1)
#: For how long a worker goes on with jobs of one kind before it looks for those of others.
IN_A_ROW = timedelta(seconds=2)
#: For how long at most, if there are none.
LONGEST_ROW = timedelta(minutes=1)
#: For how long jobs that were claimed together are begun, before their end is noted and the rest given back.
_TOGETHER_FOR = timedelta(seconds=0.25)
#: How many jobs of a kind are handed over of those that are added at once: a worker that has one goes on with the rest.
_SENT_OF_KIND = 4
_KEPT = timedelta(days=7)
_CODE = 200  # characters
_NUMBER = 32
_ALL = 2**31 - 1  # as a limit: SQLite takes no NULL there
_OPEN = text("state in ('waiting', 'running')")
_PROBES, _RUNNING = text("state = 'waiting' and is_probe"), text("state = 'running'")
_PROBE_OF, _RUNNING_OF = text("probe.state = 'waiting' and probe.is_probe"), text("other.state = 'running'")
_PLAINLY = {"synchronize_session": False}
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
        Index("ix_job_open", "due", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
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


#: What the statements below are given: the instant, and the end of the longest hold that there can be then.
_AT, _LONGEST_HOLD = (bindparam(name, type_=Job.__table__.c.due.type) for name in ("at", "longest_hold"))
#: The kinds of job that there are, each with its rank. Statements are built once for them: each claim of a job asks.
Ranks = tuple[tuple[str, Rank], ...]


def _ranks(rules: Rules) -> Ranks:
    return tuple((name, rule.rank) for name, rule in rules.items())


def _times(at: datetime) -> dict[str, datetime]:
    return {"at": at, "longest_hold": at + 2 * HOLD}


def _is_held(job: type[Job]) -> ColumnElement[bool]:
    """Whether its worker gave a sign of life a short while ago. A hold that is too long is of before the clock was put
    back.
    """
    return job.held_until.between(_AT, _LONGEST_HOLD)


def _slow(ranks: Ranks) -> list[str]:
    return [name for name, rank in ranks if rank is Rank.SLOW]


def _slow_runs(ranks: Ranks) -> ColumnElement[bool]:
    other = aliased(Job, name="other")
    return exists(select(other.id).where(_RUNNING_OF, other.kind.in_(_slow(ranks)), _is_held(other)))


@cache
def _claimable(ranks: Ranks) -> ColumnElement[bool]:
    """Whether a job is due, or was lost with its worker. Kinds of a newer version of the program wait for it.

    What was added later than now is due: another machine added it, whose clock is ahead, or the clock was put back.
    """
    is_due = or_(Job.due <= _AT, and_(Job.added_at > _AT, Job.due == Job.added_at))
    is_free = or_(Job.kind.not_in(_slow(ranks)), not_(_slow_runs(ranks)))
    waiting = and_(Job.state == JobState.WAITING, is_due, is_free, not_(is_held_up()))
    lost = and_(Job.state == JobState.RUNNING, not_(_is_held(Job)))
    return and_(Job.kind.in_([name for name, _ in ranks]), or_(waiting, lost))


@cache
def _due(ranks: Ranks) -> Select[int, str, datetime]:
    """By rank, then those due longest."""
    order = case({name: rank.value for name, rank in ranks}, value=Job.kind).desc(), Job.due, Job.id
    return select(Job.id, Job.kind, Job.due).where(_OPEN, _claimable(ranks)).order_by(*order).limit(bindparam("most"))


def due_jobs(session: Session, rules: Rules, at: datetime, limit: int | None = None) -> list[Row[Any]]:
    """The jobs that can be run: id, kind and when they were due; in the order in which they should be."""
    return list(session.execute(_due(_ranks(rules)), {"most": _ALL if limit is None else limit, **_times(at)}))


def perform(
    session: Session,
    settings: Settings,
    rules: Rules,
    job_id: int,
    at: datetime,
    on_claim: Callable[[Sequence[Row[Any]]], object] = lambda _jobs: None,
    *,
    alone: bool = False,
) -> None:
    """Run a job, if it is due and nobody else runs it, and after it others of its kind that are due, for a short while,
    or longer if nothing else waits; `alone`: none after it.

    The next ones are claimed in the transaction that notes the end of those before; of slow ones the next is handed
    over after that, and so are those with which it does not go on. `on_claim` is told which are claimed, and none
    after the last; whoever runs for longer than HOLD says for them that it is alive (`extend_hold`). A failure is noted
    and logged, and raises nothing.
    """
    row = _Row(session, settings, rules, at, alone=alone)
    with writing(session):
        jobs = row.claim("id", job_id)
    try:
        while jobs:
            on_claim(jobs)
            rule = rules[jobs[0].kind]
            jobs = row.run(jobs)
            if rule.rank is Rank.SLOW:
                _hand_over(session, {name: rules[name] for name in _slow(_ranks(rules))}, at)
            elif row.stopped_early:
                _hand_over(session, {rule.name: rule}, at)
    finally:
        on_claim(())
        row.close()


def _hand_over(session: Session, rules: Rules, at: datetime) -> None:
    if (send := session.info.get(SEND)) is None:
        return
    session.rollback()
    for job in due_jobs(session, rules, at, 1):
        send(job)


def extend_hold(session: Session, jobs: Sequence[Row[Any]], at: datetime) -> None:
    """Note that the worker of jobs that run is alive; not of those whose end is being noted, in another order: each
    would wait for the other, and what was sent would be sent again.
    """
    with writing(session):
        free = select(Job.id).where(Job.id.in_([job.id for job in jobs])).with_for_update(skip_locked=True)
        ids = set(session.scalars(free))
        for job in jobs:
            ours = update(Job).where(*_ours(job)).values(held_until=at + HOLD)
            if job.id in ids:
                session.execute(ours, execution_options=_PLAINLY)


@dataclass(frozen=True, slots=True)
class _End:
    """How an attempt ended. Without `state` nothing is noted: another worker has the job, or it was cancelled."""

    run: JobRun
    job: Row[Any]
    state: JobState | None
    error: str | None = None
    due: datetime | None = None  # of the next attempt
    is_unavailable: bool = False


class _Row:
    """Jobs of one kind in a row, some at a time."""

    def __init__(self, session: Session, settings: Settings, rules: Rules, at: datetime, *, alone: bool) -> None:
        self._session, self._settings, self._rules, self._at, self._alone = session, settings, rules, at, alone
        self._begun = self._looked = time.monotonic()
        self._kept: dict[str, Any] = {}
        self._found: Mapping[int, Any] = {}
        #: Something else waits, or it took long: there may be more.
        self.stopped_early = False

    def claim(self, column: str, which: int | str, most: int = 1) -> list[Row[Any]]:
        """Claim jobs, and read what their kind needs to know of their subjects, in the caller's transaction."""
        jobs = _claim(self._session, self._rules, self._at, column, which, most)
        read = self._rules[jobs[0].kind].read if jobs else None
        self._found = read(self._session, [job.subject for job in jobs]) if read is not None else {}
        return jobs

    def run(self, jobs: Sequence[Row[Any]]) -> list[Row[Any]]:
        """Run jobs that are claimed, and note how they ended; those for which there is no time are given back.

        Returns the next ones, claimed.
        """
        rule, at, ends = self._rules[jobs[0].kind], self._at, list[_End]()
        enough = time.monotonic() + _TOGETHER_FOR.total_seconds()
        try:
            for job in jobs:
                if ends and (_is_over(ends[-1]) or time.monotonic() > enough):
                    break
                with numbered(job.cause):
                    ends.append(_attempt(self._run_of(job, at), rule, job))
            with writing(self._session):
                self._note(rule, ends, jobs[len(ends) :], at)
                if self._alone or _is_over(ends[-1]):
                    return []
                self.stopped_early = not self._goes_on(rule)
                return [] if self.stopped_early else self.claim("kind", rule.name, rule.together)
        except BaseException:  # the worker is told to stop, or what comes next cannot be read
            self._session.rollback()
            with writing(self._session):
                self._note(rule, ends, jobs[len(ends) :], at)
            raise

    def close(self) -> None:
        """Close what the jobs used together."""
        for one in self._kept.values():
            one.close()

    def _run_of(self, job: Row[Any], at: datetime) -> JobRun:
        tell = partial(_tell, self._session, job)
        found = self._found.get(job.subject)
        return JobRun(self._session, self._settings, job.subject, at, self._kept, found=found, tell=tell)

    def _goes_on(self, rule: JobRule) -> bool:
        passed = time.monotonic() - self._begun
        if rule.rank is Rank.SLOW or passed > LONGEST_ROW.total_seconds():
            return False
        if time.monotonic() - self._looked < IN_A_ROW.total_seconds():
            return True
        self._at += timedelta(seconds=time.monotonic() - self._looked)  # the last is not sent when the first one was
        self._looked = time.monotonic()
        others = {name: one for name, one in self._rules.items() if name != rule.name}
        return not due_jobs(self._session, others, self._at, 1)

    def _note(self, rule: JobRule, ends: Sequence[_End], left: Sequence[Row[Any]], at: datetime) -> None:
        """Note how these attempts ended, and give back the jobs that were not begun, or not ended."""
        writes: dict[AtEnd, list[Any]] = {}
        done = [end for end in ends if end.state is JobState.DONE]
        self._note_of_all([end.job for end in done], state=JobState.DONE, ended_at=at, error=None)
        self._note_of_all(left, state=JobState.WAITING, tries=Job.tries - 1)
        for end in done:
            for write, what in end.run.at_end:
                writes.setdefault(write, []).append(what)
        for write, about in writes.items():
            write(self._session, about, at)
        for end in ends:
            if end.state is JobState.FAILED:
                _give_up(self._session, rule, end.job, at, end.error or "")
            elif end.state is JobState.WAITING:
                tries = end.job.tries - end.is_unavailable
                values = {"state": end.state, "due": end.due, "error": end.error, "tries": tries}
                _note(self._session, end.job, **values, is_probe=end.is_unavailable)

    def _note_of_all(self, jobs: Sequence[Row[Any]], **values: object) -> None:
        if jobs:
            end = _END.values(**values, held_until=None, is_probe=False)
            self._session.connection().execute(end, [{"which": job.id, "attempt": job.tries} for job in jobs])


def _is_over(end: _End) -> bool:
    """Whether no more of this kind are tried."""
    return end.is_unavailable or end.state is None


def _attempt(run: JobRun, rule: JobRule, job: Row[Any]) -> _End:
    """Run a job that is claimed."""
    session, at, begun, outcome = run.session, run.at, time.monotonic(), "interrupted"
    try:
        if late := _too_late(rule, job, at):
            outcome = "given_up"
            return _End(run, job, JobState.FAILED, late)
        rule.work(run)
        outcome = "done"
        return _End(run, job, JobState.DONE)
    except Superseded:
        session.rollback()
        outcome = "superseded"
        return _End(run, job, None)
    except Exception as error:
        session.rollback()
        code = _code(error)
        if code == NO_ROOM or isinstance(error, Unavailable):
            outcome = "unavailable"
            log_event("kind of job waits", kind=job.kind, why=code)
            return _End(run, job, JobState.WAITING, code, at + UNAVAILABLE_PAUSE, is_unavailable=True)
        outcome = "failed"
        why = code if isinstance(error, NotDone) else failure(error)
        log_event("job failed", job=job.id, kind=job.kind, subject=job.subject, why=why)
        if job.tries >= rule.tries or isinstance(error, Final):
            return _End(run, job, JobState.FAILED, code)
        due = at + min(RETRY_PAUSE * 3 ** (job.tries - 1), MAX_RETRY_PAUSE)
        return _End(run, job, JobState.WAITING, code, min(due, job.until or due))
    finally:
        count_job(job.kind, outcome, time.monotonic() - begun)


def _code(error: Exception) -> str:
    if isinstance(error, NotDone):
        return str(error)
    return NO_ROOM if disk_is_full(error) else type(error).__name__


def _tell(session: Session, job: Row[Any], done: int, parts: int) -> None:
    with writing(session):
        ours = update(Job).where(*_ours(job)).values(parts_done=done, parts=parts).returning(Job.id)
        if session.scalar(ours, execution_options=_PLAINLY) is None:
            raise Superseded


def _too_late(rule: JobRule, job: Row[Any], at: datetime) -> str:
    """Why it is not tried any more; "" if it is."""
    if job.until is not None and at >= job.until:
        return job.error or "TooLate"
    return "WorkerLost" if job.tries > rule.tries else ""  # each attempt ended its worker


_CLAIMED: tuple[ColumnElement[Any], ...] = (
    *(Job.__table__.c[name] for name in ("id", "kind", "subject", "until", "error", "cause")),
    (Job.tries + 1).label("tries"),
)


@cache
def _free(ranks: Ranks, column: str, most: int) -> Select[*tuple[Any, ...]]:
    """The first of the jobs that can be run and have `which` in a column."""
    which = getattr(Job, column) == bindparam("which")
    found = select(*_CLAIMED).where(_OPEN, which, _claimable(ranks)).order_by(Job.due, Job.id).limit(most)
    return found.with_for_update(skip_locked=True)


def _claim(
    session: Session, rules: Rules, at: datetime, column: str, which: int | str, most: int = 1
) -> list[Row[Any]]:
    """The job with this id, or the first of this kind, as far as they are due; they are ours once the caller commits.

    With the number of this attempt.
    """
    jobs = list(session.execute(_free(_ranks(rules), column, most), {"which": which, **_times(at)}))
    if not jobs or (rules[jobs[0].kind].rank is Rank.SLOW and _another_was_first(session, rules, at)):
        return []
    values = {"state": JobState.RUNNING, "tries": Job.tries + 1, "held_until": at + HOLD, "is_probe": False}
    claimed = update(Job).where(Job.id.in_([job.id for job in jobs])).values(**values, parts_done=0, parts=0)
    session.execute(claimed, execution_options=_PLAINLY)
    return jobs


def _another_was_first(session: Session, rules: Rules, at: datetime) -> bool:
    """Whether another worker has claimed a slow job at the same moment: whoever wants one locks the oldest first."""
    oldest = select(Job.id).where(_OPEN, Job.kind.in_(_slow(_ranks(rules)))).order_by(Job.id).limit(1)
    session.execute(oldest.with_for_update())
    return bool(session.scalar(select(_slow_runs(_ranks(rules))), _times(at)))


def take_out(session: Session, kind: str, subjects: Select[int], due: datetime) -> list[int]:
    """Delete the waiting jobs of this kind that are due then; returns their subjects. Does not commit."""
    which = (_OPEN, Job.kind == kind, Job.state == JobState.WAITING, Job.due == due, Job.subject.in_(subjects))
    return list(session.scalars(delete(Job).where(*which).returning(Job.subject), execution_options=_PLAINLY))


def _ours(job: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """Whether this attempt is the one that counts."""
    return Job.id == job.id, Job.state == JobState.RUNNING, Job.tries == job.tries


#: Of many at once.
_END = update(Job).where(Job.id == bindparam("which"), Job.state == JobState.RUNNING, Job.tries == bindparam("attempt"))


def _note(session: Session, job: Row[Any], **values: object) -> bool:
    """Note how an attempt ended; False if another worker has claimed the job since, whose attempt counts."""
    noted = update(Job).where(*_ours(job)).values(**{"held_until": None, "is_probe": False, **values}).returning(Job.id)
    return session.scalar(noted, execution_options=_PLAINLY) is not None


def cancel(session: Session, keys: Collection[str], at: datetime) -> None:
    """Cancel the jobs with these keys, as far as they are not over: one that runs stops at its next part. Does not
    commit.
    """
    cancelled = update(Job).where(_OPEN, Job.key.in_(keys)).values(state=JobState.CANCELLED, ended_at=at)
    session.execute(cancelled, execution_options=_PLAINLY)


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
    job = session.execute(again, execution_options=_PLAINLY).one_or_none()
    if job is None:
        return None
    session.info.setdefault(_ADDED, []).append(job)
    return str(job.kind)


def stop_trying(session: Session, rules: Rules, job_id: int, at: datetime) -> str | None:
    """Give up a job that waits. Returns its kind; None if there is none. Does not commit."""
    ended = update(Job).where(Job.id == job_id, Job.state == JobState.WAITING)
    ended = ended.values(state=JobState.FAILED, ended_at=at, is_probe=False)
    job = session.execute(ended.returning(Job.kind, Job.subject), execution_options=_PLAINLY).one_or_none()
    if job is None:
        return None
    rule = rules.get(job.kind)  # none: of another version of the program
    if rule is not None and rule.given_up is not None:
        rule.given_up(session, job.subject, at, "")
    return str(job.kind)


def _give_up(session: Session, rule: JobRule, job: Row[Any], at: datetime, code: str) -> None:
    if not _note(session, job, state=JobState.FAILED, ended_at=at, error=code):
        return
    if rule.given_up is not None:
        rule.given_up(session, job.subject, at, code)
    log_event("job given up", job=job.id, kind=job.kind, subject=job.subject, why=code)


def forget_jobs(session: Session, at: datetime) -> None:
    """Delete the jobs that were done or given up a week ago."""
    with writing(session):
        session.execute(delete(Job).where(Job.ended_at < at - _KEPT))
