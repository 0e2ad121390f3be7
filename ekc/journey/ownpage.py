"""The data of a participant's own page: when and where, who comes, what they can do, their tasks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.conferences import queries as conferences
from ekc.conferences.access import Case, in_the_room
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.evaluations import queries as evaluations
from ekc.journey.facts import gather_facts, read_context
from ekc.journey.panel import Panel, panel
from ekc.matching.queries import match as match_queries
from ekc.meetings import queries as meetings
from ekc.plans import queries as plans
from ekc.plans.draft import from_json, involvement_of
from ekc.plans.models import PlanVersion
from ekc.workflow.engine import FOLLOW_UP_RULES, why_not
from ekc.workflow.profiles import PROFILES
from ekc.workflow.standing import asked_of
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    PROFESSIONAL_PARTS,
    TAKES_PART,
    Activity,
    Attends,
    CasePart,
    Part,
    Phase,
    Scope,
)

#: The order in which people are listed.
_ORDER = (FAMILY_PARTS, {Part.SUPPORTER}, PROFESSIONAL_PARTS)
_RANK = {part: place for place, parts in enumerate(_ORDER) for part in parts}


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """Somebody else in the circle. `part` is None for family; an interpreter has no name."""

    name: str
    part: Part | None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """All that a participant's own page shows. Of others the family sees names, never contact details."""

    me: conferences.Member
    details: conferences.OwnDetails | None
    coming: tuple[OtherPerson, ...]
    circle: tuple[OtherPerson, ...]
    meeting: meetings.MeetingRow | None
    match: match_queries.MatchRow | None  # of the coordinator
    asks_confirmation: bool  # whether to ask for the main person's confirmation
    shows_coordinator: bool
    undecided: bool  # there is a conflict of interest that nobody has decided about
    panel: Panel
    in_room: bool  # is in the room of the meeting now
    asked: tuple[str, ...]  # what the case waits for from the visitor
    tasks: tuple[evaluations.OwnTask, ...]
    versions: tuple[plans.VersionRow, ...]
    monitor: str  # the name of the person to call if the plan goes wrong
    evaluation: evaluations.FollowUpRow | None
    today: date


def own_page(session: Session, case: Case, at: datetime) -> OwnPage:
    """Read the page of the participant who opened the case."""
    today = local_date(at, case.timezone)
    read = read_context(session, case.id)
    me = next((row for row in read.circle if row.id == case.visitor.participant_id), None)
    if me is None:
        raise Unknown
    agreed = plans.version(session, case.id, case.plan_number) if case.plan_number else None
    others = [row for row in read.circle if row.id != me.id] if case.sees(CasePart.NAMES) else []
    takes_steps = case.may(Activity.TAKE_STEP)
    coordinator = read.matches.current if case.sees(CasePart.WAIVERS) or case.sees(CasePart.INDEPENDENCE) else None
    consents = me.facts(today).asked_to_consent(PROFILES[case.profile].own_consent_from)
    facts = gather_facts(session, case, at, read) if takes_steps or consents else None
    verdicts = why_not(facts, case.roles) if facts and takes_steps else ()
    return OwnPage(
        me=me,
        details=conferences.own_details(session, case),
        coming=_other_people(row for row in others if row.attends in TAKES_PART)
        if case.sees(CasePart.PRACTICAL)
        else (),
        circle=_other_people(row for row in others if row.attends is not Attends.EXCLUDED),
        meeting=read.meeting if case.sees(CasePart.DAY) else None,
        match=coordinator,
        asks_confirmation=coordinator is not None and _asks_confirmation(case, coordinator),
        shows_coordinator=coordinator is not None and _shows_coordinator(case, coordinator),
        undecided=bool(coordinator and coordinator.open_conflicts(conferences.agencies(read.circle))),
        panel=panel(verdicts, case.phase, called_in=False),
        in_room=in_the_room(session, me.id),
        asked=asked_of(facts, me.id) if facts else (),
        tasks=evaluations.own_tasks(session, case.id, me.id) if agreed and case.may(Activity.TICK_OFF) else (),
        versions=plans.versions(session, case.id) if agreed and case.may(Activity.SEE_VERSIONS) else (),
        monitor=agreed.snapshot["monitor"] if agreed and case.sees(CasePart.PLAN) else "",
        evaluation=_evaluation(session, case, agreed, today) if agreed else None,
        today=today,
    )


def _asks_confirmation(case: Case, coordinator: match_queries.MatchRow) -> bool:
    """Whether the visitor may confirm the coordinator, and nobody has yet."""
    may_say_yes = case.may(Activity.CONFIRM_COORDINATOR) and bool(case.sees(CasePart.INDEPENDENCE))
    return may_say_yes and not coordinator.confirmed


def _shows_coordinator(case: Case, coordinator: match_queries.MatchRow) -> bool:
    """Whether the page shows the coordinator: in private time and after closing only if there is something to read."""
    if case.sees(CasePart.WAIVERS) is None:
        return False
    match case.phase:
        case Phase.PRIVATE_TIME:
            return bool(coordinator.waivers or coordinator.phone)
        case Phase.CLOSED:
            return bool(coordinator.waivers)
        case _:
            return True


def _other_people(people: Iterable[conferences.Member]) -> tuple[OtherPerson, ...]:
    """In the order of `_ORDER`. The employer of a professional is shown to staff alone."""
    ordered = sorted(people, key=lambda row: _RANK.get(row.part, len(_ORDER)))
    return tuple(
        OtherPerson(
            name="" if row.part is Part.INTERPRETER else row.name,
            part=None if row.part in FAMILY_PARTS else row.part,
        )
        for row in ordered
    )


def _evaluation(session: Session, case: Case, agreed: PlanVersion, today: date) -> evaluations.FollowUpRow | None:
    """The next meeting about the plan. Its place, often somebody's home, only for people who are to come."""
    scope = case.sees(CasePart.NEXT_TIME)
    rows = evaluations.follow_ups(session, case.id, today) if scope else ()
    ahead = [row for row in rows if row.is_open and FOLLOW_UP_RULES[row.kind].is_meeting]
    found = min(ahead, key=lambda row: row.due_on, default=None)
    if found is None or scope is Scope.ALL:
        return found
    comes = involvement_of(from_json(agreed.content), case.visitor.participant_id or 0).attends_evaluation
    return found if comes else replace(found, place="")
