"""What somebody in the circle sees with their own link: when, where, who comes, what they can do, their tasks."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.conferences import queries as conferences
from ekc.conferences.access import Case
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.evaluations import queries as evaluations
from ekc.journey.facts import gather, known
from ekc.journey.panel import Panel, panel
from ekc.matching import queries as matching
from ekc.meetings import queries as meetings
from ekc.plans import queries as plans
from ekc.workflow.engine import why_not
from ekc.workflow.vocabulary import TAKES_PART, Activity, FollowUpKind, Phase


@dataclass(frozen=True, slots=True)
class OwnPage:
    """All that a participant's own page shows: names of others, never how to reach them."""

    me: conferences.Member
    coming: tuple[str, ...]
    meeting: meetings.MeetingRow | None
    match: matching.MatchRow | None
    panel: Panel
    tasks: tuple[evaluations.OwnTask, ...]
    versions: tuple[plans.VersionRow, ...]
    monitor: str  # whom to ring when it goes wrong
    evaluation: evaluations.FollowUpRow | None
    today: date


def own_page(session: Session, case: Case, at: datetime) -> OwnPage:
    """Gather the page of the participant who opened the case."""
    today = local_date(at, case.timezone)
    read = known(session, case.id)
    me = next((row for row in read.circle if row.id == case.visitor.participant_id), None)
    if me is None:
        raise Unknown
    agreed = case.plan_number > 0
    follow_ups = evaluations.follow_ups(session, case.id, today) if agreed else ()
    ahead = [row for row in follow_ups if row.is_open and row.kind is FollowUpKind.EVALUATION]
    seen = agreed and case.may(Activity.SEE_PLAN)
    in_force = plans.version(session, case.id, case.plan_number) if seen else None
    takes_steps = case.may(Activity.TAKE_STEP)
    verdicts = why_not(gather(session, case, at, read), case.roles) if takes_steps else ()
    return OwnPage(
        me=me,
        coming=tuple(row.name for row in read.circle if row.attends in TAKES_PART and row.id != me.id),
        meeting=read.meeting,
        match=matching.current_match(session, case.id),
        panel=panel(verdicts, case.phase, called_in=False),
        tasks=evaluations.own_tasks(session, case.id, me.id) if agreed and case.phase is Phase.EVALUATION else (),
        versions=plans.versions(session, case.id) if seen else (),
        monitor=in_force.snapshot["monitor"] if in_force else "",
        evaluation=min(ahead, key=lambda row: row.due_on, default=None),
        today=today,
    )
