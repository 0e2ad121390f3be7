"""The jobs as an administrator sees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, not_, select
from sqlalchemy.orm import Session

from ekc.core.jobs import NO_ROOM, Job, JobRule, JobState, Rules, is_held_up
from ekc.workflow.vocabulary import N_

#: How many of those that need somebody are listed.
_LISTED = 100
#: A worker looks for jobs every minute.
_TOO_LONG = timedelta(minutes=10)
_NO_MAIL_SERVER = "NoMailServer"
#: What the codes mean with which an administrator can do something.
_MEANINGS = {
    _NO_MAIL_SERVER: N_("no server for email is set; the email waits for one, for four days at most"),
    "AuditChanged": N_("the audit was changed; whoever runs the service sees where with bin/ekc verify-audit"),
    NO_ROOM: N_("a disk is full; it goes on by itself when there is room"),
}
_UNKNOWN = N_("this version of the program does not know this work; another one left it, or will do it")


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job that did not succeed so far."""

    id: int
    kind: str
    rule: JobRule | None  # None for a kind of another version of the program
    state: JobState
    due: datetime
    tries: int
    error: str

    @property
    def meaning(self) -> str | None:
        """What the error means, in words; None where its code says all there is."""
        return _MEANINGS.get(self.error) if self.rule is not None else _UNKNOWN

    @property
    def code(self) -> str:
        """The same for whoever runs the service, in words where there are any."""
        if self.rule is None and self.state is JobState.WAITING:
            return "this version of the program does not know it"
        return _MEANINGS.get(self.error, self.error) or "given up by somebody"

    @property
    def only_waits(self) -> bool:
        """Whether it does not go on before somebody has done something else."""
        return self.state is JobState.WAITING and (self.rule is None or self.error in (_NO_MAIL_SERVER, NO_ROOM))

    @property
    def can_run_again(self) -> bool:
        """Whether it can be run now."""
        if self.rule is None:
            return False
        return self.state is JobState.WAITING or (self.state is JobState.FAILED and self.rule.is_repeatable)


@dataclass(frozen=True, slots=True)
class JobList:
    """How many jobs there are, since when the one that waits longest could have run, and those that did not succeed."""

    counts: dict[JobState, int]
    oldest: datetime | None
    lines: tuple[JobLine, ...]

    def is_stuck(self, at: datetime) -> bool:
        """Whether something waits so long that no worker seems to run."""
        return self.oldest is not None and at - self.oldest > _TOO_LONG


def job_list(session: Session, rules: Rules, at: datetime) -> JobList:
    """The jobs at this moment."""
    counts = {row.state: row.many for row in session.execute(_COUNTS)}
    known = {"kinds": list(rules), "at": at}
    oldest = session.scalar(_OLDEST, known)
    lines = tuple(
        JobLine(job.id, job.kind, rules.get(job.kind), job.state, job.due, job.tries, job.error or "")
        for job in session.scalars(_UNSUCCESSFUL, known)
    )
    return JobList({state: counts.get(state, 0) for state in JobState}, oldest, lines)


_COUNTS = select(Job.state, func.count().label("many")).group_by(Job.state)
_DUE = (Job.state == JobState.WAITING, Job.due <= bindparam("at"))
_IS_KNOWN = Job.kind.in_(bindparam("kinds", expanding=True))
_OLDEST = select(func.min(Job.due)).where(*_DUE, _IS_KNOWN, not_(is_held_up()))
_OPEN = (JobState.WAITING, JobState.RUNNING)
_UNSUCCESSFUL = (
    select(Job)
    .where((Job.state == JobState.FAILED) | (Job.error.is_not(None) & Job.state.in_(_OPEN)) | and_(*_DUE, ~_IS_KNOWN))
    .order_by(Job.state != JobState.FAILED, Job.id.desc())
    .limit(_LISTED)
)
