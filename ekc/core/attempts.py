"""Attempts at jobs (`jobs.py`): which are due, claiming them, running one after the other, and noting how each ended.

A job is claimed in a short transaction, runs outside it, and is then marked as done: it runs at least once, so running
it twice must do nothing twice. Of one that was lost with its worker the next attempt counts.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, aliased

from config import Settings
from ekc.core.db import disk_is_full
from ekc.core.jobs import (
    HOLD,
    NO_ROOM,
    OPEN,
    PLAINLY,
    SEND,
    AtEnd,
    Final,
    Job,
    JobRule,
    JobRun,
    JobState,
    NotDone,
    Rank,
    Rules,
    Superseded,
    Unavailable,
    is_held_up,
)
from ekc.core.logs import failure, log_event, numbered
from ekc.core.metrics import count_job
from ekc.core.reading import one_of
from ekc.core.transaction import writing

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
_ALL = 2**31 - 1  # as a limit: SQLite takes no NULL there
_RUNNING_OF = text("other.state = 'running'")


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
    return select(Job.id, Job.kind, Job.due).where(OPEN, _claimable(ranks)).order_by(*order).limit(bindparam("most"))


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
    stint = _Stint(session, settings, rules, at, alone=alone)
    with writing(session):
        jobs = stint.claim("id", job_id)
    try:
        while jobs:
            on_claim(jobs)
            rule = rules[jobs[0].kind]
            jobs = stint.run(jobs)
            if rule.rank is Rank.SLOW:
                _hand_over(session, {name: rules[name] for name in _slow(_ranks(rules))}, at)
            elif stint.stopped_early:
                _hand_over(session, {rule.name: rule}, at)
    finally:
        on_claim(())
        stint.close()


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
                session.execute(ours, execution_options=PLAINLY)


@dataclass(frozen=True, slots=True)
class _End:
    """How an attempt ended. Without `state` nothing is noted: another worker has the job, or it was cancelled."""

    run: JobRun
    job: Row[Any]
    state: JobState | None
    error: str | None = None
    due: datetime | None = None  # of the next attempt
    is_unavailable: bool = False


class _Stint:
    """What a worker does in a row: jobs of one kind, some at a time."""

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
        self._note_of_all(_DONE, [end.job for end in done], at=at)
        self._note_of_all(_GIVEN_BACK, left)
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

    def _note_of_all(self, statement: Update, jobs: Sequence[Row[Any]], **values: object) -> None:
        if jobs:
            given = [{"which": job.id, "attempt": job.tries, **values} for job in jobs]
            self._session.connection().execute(statement, given)


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
        if session.scalar(ours, execution_options=PLAINLY) is None:
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
def _free(ranks: Ranks, column: str) -> Select[*tuple[Any, ...]]:
    """The first of the jobs that can be run and have `which` in a column."""
    which = getattr(Job, column) == bindparam("which")
    found = select(*_CLAIMED).where(OPEN, which, _claimable(ranks)).order_by(Job.due, Job.id).limit(bindparam("most"))
    return found.with_for_update(skip_locked=True)


def _claim(
    session: Session, rules: Rules, at: datetime, column: str, which: int | str, most: int = 1
) -> list[Row[Any]]:
    """The job with this id, or the first of this kind, as far as they are due; they are ours once the caller commits.

    With the number of this attempt.
    """
    jobs = list(session.execute(_free(_ranks(rules), column), {"which": which, "most": most, **_times(at)}))
    if not jobs or (rules[jobs[0].kind].rank is Rank.SLOW and _another_was_first(session, rules, at)):
        return []
    session.connection().execute(_CLAIM, {"jobs": [job.id for job in jobs], "hold": at + HOLD})
    return jobs


_CLAIM = (
    update(Job)
    .where(one_of(Job.id, "jobs"))
    .values(
        state=JobState.RUNNING,
        tries=Job.tries + 1,
        held_until=bindparam("hold", type_=_AT.type),
        is_probe=False,
        parts_done=0,
        parts=0,
    )
)


@cache
def _of_slow(ranks: Ranks) -> tuple[Select[int], Select[bool]]:
    """The oldest slow job, to be locked, and whether one runs."""
    oldest = select(Job.id).where(OPEN, Job.kind.in_(_slow(ranks))).order_by(Job.id).limit(1)
    return oldest.with_for_update(), select(_slow_runs(ranks))


def _another_was_first(session: Session, rules: Rules, at: datetime) -> bool:
    """Whether another worker has claimed a slow job at the same moment: whoever wants one locks the oldest first."""
    oldest, runs = _of_slow(_ranks(rules))
    session.execute(oldest)
    return bool(session.scalar(runs, _times(at)))


def _ours(job: Row[Any]) -> tuple[ColumnElement[bool], ...]:
    """Whether this attempt is the one that counts."""
    return Job.id == job.id, Job.state == JobState.RUNNING, Job.tries == job.tries


#: Of many at once.
_END = (
    update(Job)
    .where(Job.id == bindparam("which"), Job.state == JobState.RUNNING, Job.tries == bindparam("attempt"))
    .values(held_until=None, is_probe=False)
)
_DONE = _END.values(state=JobState.DONE, ended_at=_AT, error=None)
_GIVEN_BACK = _END.values(state=JobState.WAITING, tries=Job.tries - 1)


def _note(session: Session, job: Row[Any], **values: object) -> bool:
    """Note how an attempt ended; False if another worker has claimed the job since, whose attempt counts."""
    noted = update(Job).where(*_ours(job)).values(**{"held_until": None, "is_probe": False, **values}).returning(Job.id)
    return session.scalar(noted, execution_options=PLAINLY) is not None


def _give_up(session: Session, rule: JobRule, job: Row[Any], at: datetime, code: str) -> None:
    if not _note(session, job, state=JobState.FAILED, ended_at=at, error=code):
        return
    if rule.given_up is not None:
        rule.given_up(session, job.subject, at, code)
    log_event("job given up", job=job.id, kind=job.kind, subject=job.subject, why=code)
