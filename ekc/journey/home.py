"""What the home page of staff shows: this week, who needs you, all conferences."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ekc.accounts.access import DemoPerson, Visitor
from ekc.accounts.queries import RecentManager, demo_accounts, recent_managers
from ekc.core.clock import local_date
from ekc.core.language import gettext
from ekc.core.routes import runtime
from ekc.evaluations import queries as evaluations
from ekc.journey import queries
from ekc.journey.queries import CaseRow
from ekc.links.queries import approval_requests
from ekc.matching.queries.handing_over import HandingOver, handing_over
from ekc.matching.queries.match import undecided
from ekc.workflow.engine import PHASE_RULES, sees
from ekc.workflow.vocabulary import CasePart, Phase, Role


@dataclass(frozen=True, slots=True)
class Need:
    """A case that needs somebody now: days to its conference and people not told; a follow-up, or that none is left."""

    case: CaseRow
    days: int | None = None
    untold: int = 0
    follow_up: evaluations.FollowUpRow | None = None


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A case at whose personal links somebody waits to be let in, or gave too many wrong answers."""

    case: CaseRow
    waiting: int


@dataclass(frozen=True, slots=True)
class Home:
    """The home page of one visitor."""

    today: date
    this_week: tuple[CaseRow, ...]
    approval_requests: tuple[ApprovalRequest, ...]  # first of all: somebody may be waiting on the phone
    to_decide: tuple[CaseRow, ...]  # of a manager's regions: something ties the coordinator to the case
    held_up: tuple[CaseRow, ...]  # of a coordinator, by that
    asked: tuple[CaseRow, ...]  # of these one sees number and municipality, and more on a page of its own
    needs: tuple[Need, ...]
    cases: tuple[CaseRow, ...]
    waiting: tuple[CaseRow, ...]  # registrations of a manager's regions
    regional: tuple[CaseRow, ...]
    handing_over: HandingOver
    recent_managers: list[RecentManager]  # of a manager's regions


def coordinator_home(session: Session, who: Visitor, at: datetime) -> Home:
    """Gather the home page of staff."""
    cases: tuple[CaseRow, ...] = ()
    asked: tuple[CaseRow, ...] = ()
    today = at.date()
    dues: dict[int, evaluations.FollowUpRow] = {}
    if who.account_id is not None and Role.COORDINATOR in who.roles:
        found = queries.cases_of_coordinator(session, who.account_id, at)
        cases = tuple(row for row in found if row.coordinator_id == who.account_id)
        asked = tuple(row for row in found if row not in cases and _sees_request(row.phase))
        today = local_date(at, cases[0].timezone) if cases else today  # a coordinator works in one country
        dues = {row.conference_id: row for row in reversed(evaluations.due_for(session, who.account_id, today))}
    manages = Role.REGIONAL_MANAGER in who.roles
    waiting = queries.registrations(session, who.regions) if manages else ()
    regional = queries.cases_of_regions(session, who.regions) if manages else ()
    unattended = queries.unattended(session, who.regions, at) if manages else ()
    tied = undecided(session, [row.id for row in (*cases, *waiting, *regional) if row.phase is not Phase.CLOSED])
    return Home(
        today=today,
        this_week=tuple(sorted((row for row in cases if _this_week(row, at)), key=lambda row: row.starts_at or at)),
        approval_requests=(
            *_approval_requests(session, cases, at, Role.COORDINATOR),
            *_approval_requests(session, unattended, at, Role.REGIONAL_MANAGER),
        ),
        to_decide=tuple(row for row in (*waiting, *regional) if row.id in tied and _decides(who, row)),
        held_up=tuple(row for row in cases if row.id in tied and _sees_ties(row.phase, Role.COORDINATOR)),
        asked=asked,
        needs=tuple(need for row in cases if (need := _need(row, dues.get(row.id), at))),
        cases=cases,
        waiting=waiting,
        regional=regional,
        handing_over=handing_over(session, at, who.regions) if manages else HandingOver(),
        recent_managers=recent_managers(session, at, who.account_id or 0, who.regions) if manages else [],
    )


def _approval_requests(
    session: Session, cases: tuple[CaseRow, ...], at: datetime, role: Role
) -> tuple[ApprovalRequest, ...]:
    """In private time nobody outside hears who of the family is at a screen, or tries to be."""
    seen = [row.id for row in cases if sees(CasePart.LINKS, row.phase, {role})]
    waiting = approval_requests(session, seen, at)
    return tuple(ApprovalRequest(row, waiting[row.id]) for row in cases if row.id in waiting)


def _sees_request(phase: Phase) -> bool:
    """Whether somebody who is asked may know of a case: not while the family is among itself, nor when it is over."""
    return bool(sees(CasePart.REQUEST, phase, {Role.ASKED_COORDINATOR}))


def _sees_ties(phase: Phase, role: Role) -> bool:
    """Whether somebody may know in this phase what ties the coordinator to a case."""
    return bool(sees(CasePart.INDEPENDENCE, phase, {role}))


def _decides(who: Visitor, row: CaseRow) -> bool:
    """Nobody decides about themselves."""
    return row.coordinator_id != who.account_id and _sees_ties(row.phase, Role.REGIONAL_MANAGER)


def _this_week(row: CaseRow, at: datetime) -> bool:
    return row.phase is Phase.SETUP and row.starts_at is not None and at < row.starts_at < at + timedelta(days=7)


def _need(row: CaseRow, due: evaluations.FollowUpRow | None, at: datetime) -> Need | None:
    match row.phase:
        case Phase.CLOSED:
            return None
        case Phase.EVALUATION:
            return Need(row, follow_up=due) if due or row.open_until else None
        case Phase.SETUP:
            if row.starts_at is None:
                return Need(row, untold=row.untold)
            away = (local_date(row.starts_at, row.timezone) - local_date(at, row.timezone)).days
            return Need(row, days=away, untold=row.untold) if away <= 14 or row.untold else None
        case _:
            return Need(row)


def dots(phase: Phase) -> list[dict[str, str]]:
    """The little rail of a row."""
    order = list(PHASE_RULES)
    here = order.index(phase)
    return [
        {
            "name": gettext(rule.short),
            "state": "now" if rule.phase is phase else "done" if order.index(rule.phase) < here else "todo",
        }
        for rule in PHASE_RULES.values()
        if rule.on_rail
    ]


def demo_people(session: Session, at: datetime) -> list[DemoPerson]:
    """In the demo: whom one can be; elsewhere nobody."""
    return [*demo_accounts(session), *queries.demo_links(session, at)] if runtime().settings.demo else []
