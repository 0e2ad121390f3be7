"""The cases of somebody of staff, and what home asks of them: read once for all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.conferences.queries.members import Circle
from ekc.conferences.roles import has_coordinator
from ekc.core.clock import local_date
from ekc.evaluations import queries as evaluations
from ekc.evaluations.queries import FollowUpRow
from ekc.journey.facts import circles_of_cases, facts_of_circles, standing_facts
from ekc.journey.queries import cases as case_queries
from ekc.journey.queries import steps
from ekc.journey.queries.cases import FIRST_PAGE, After, CaseList, CaseListPage, CaseRow
from ekc.journey.queries.steps import StepRow
from ekc.matching.queries import match as match_queries
from ekc.matching.queries.handing_over import HandingOver, handing_over
from ekc.workflow.engine import may
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import Activity, Phase, Role

_WEEK = timedelta(days=6)  # behind today


@dataclass(frozen=True, slots=True)
class StaffCases:
    """The cases of somebody of staff by what they are to them, and what is known of each."""

    who: Visitor
    at: datetime
    own: tuple[CaseRow, ...]  # of a coordinator, a page of them
    own_go_on: After | None  # where the next page begins
    requests: tuple[CaseRow, ...]  # for which a coordinator is asked
    registrations: tuple[CaseRow, ...]  # in a manager's regions, a page of them
    registrations_go_on: After | None
    regional: tuple[CaseRow, ...]  # under way there, a page of them
    regional_go_on: After | None
    handing_over: HandingOver  # there
    follow_ups: tuple[FollowUpRow, ...]  # of a coordinator, due until the end of this week
    matched: Mapping[int, match_queries.Matches]  # of those that are not closed, as are the steps
    steps: Mapping[int, list[StepRow]]
    circles: Mapping[int, Circle]
    facts: Mapping[int, Facts]

    @property
    def today(self) -> date:
        """The day where a coordinator works, which is in one country."""
        return _today(self.own, self.at)

    @property
    def others(self) -> tuple[CaseRow, ...]:
        """Those under way in a manager's regions that are not their own."""
        return _besides(self.own, self.regional)

    @property
    def of_regions(self) -> tuple[CaseRow, ...]:
        """The same, and before them those that nobody took on yet."""
        return (*_besides(self.own, self.registrations), *self.others)

    @property
    def due(self) -> dict[int, FollowUpRow]:
        """The first follow-up that is due now, by case."""
        return {row.conference_id: row for row in reversed(self.follow_ups) if row.due_on <= self.today}

    def gone(self, id_: int) -> bool:
        """Whether the coordinator of this case cannot sign in any more."""
        match = self.matched[id_].current if id_ in self.matched else None
        return match is not None and match.gone(self.at)

    def attended(self, row: CaseRow) -> bool:
        """Whether a coordinator can act in this case, as `roles.attended` says of one: from what was read of all."""
        return not self.gone(row.id) and has_coordinator(row, self.at)

    def asked_at(self, id_: int) -> datetime | None:
        """When a coordinator was asked who has not answered."""
        pending = self.matched[id_].pending if id_ in self.matched else None
        return pending.asked_at if pending else None


_NO_CASES = CaseListPage((), None)


def staff_cases(
    session: Session, who: Visitor, at: datetime, after: After = FIRST_PAGE, of: CaseList = CaseList.MINE
) -> StaffCases:
    """Read them. `after`: the page of one list, which is then the only one."""
    first = after == FIRST_PAGE
    own: tuple[CaseRow, ...] = ()
    own_go_on: After | None = None
    requests: tuple[CaseRow, ...] = ()
    follow_ups: tuple[FollowUpRow, ...] = ()
    if who.account_id is not None and Role.COORDINATOR in who.roles and (first or of is CaseList.MINE):
        page = case_queries.cases_of_coordinator(session, who.account_id, at, after)
        own_go_on = page.last
        own = tuple(row for row in page.rows if row.coordinator_id == who.account_id)
        requests = tuple(row for row in page.rows if row.coordinator_id != who.account_id and _sees_request(row.phase))
        follow_ups = evaluations.due_follow_ups(session, who.account_id, _today(own, at) + _WEEK)
    manages = Role.REGIONAL_MANAGER in who.roles
    registrations = regional = _NO_CASES
    if manages and (first or of is CaseList.REGISTRATIONS):
        registrations = case_queries.registrations(session, who.regions, after)
    if manages and (first or of is CaseList.REGIONAL):
        regional = case_queries.cases_of_regions(session, who.regions, at, after)
    of_regions = _besides(own, (*registrations.rows, *regional.rows))
    open_ones = {row.id for row in (*own, *of_regions, *requests) if row.phase is not Phase.CLOSED}
    matched = match_queries.matches_of_cases(session, open_ones)
    circles = circles_of_cases(session, (*own, *of_regions))
    return StaffCases(
        who,
        at,
        own,
        own_go_on,
        requests,
        registrations.rows,
        registrations.last,
        regional.rows,
        regional.last,
        handing_over(session, at, who.regions) if manages and first else HandingOver(),
        follow_ups,
        matched,
        steps.steps_of_cases(session, open_ones),
        circles,
        facts_of_circles(of_regions, at, circles, matched) | standing_facts(session, own, at, circles, matched),
    )


def _today(own: tuple[CaseRow, ...], at: datetime) -> date:
    return local_date(at, own[0].timezone) if own else at.date()


def _besides(own: Iterable[CaseRow], rows: Iterable[CaseRow]) -> tuple[CaseRow, ...]:
    known = {row.id for row in own}
    return tuple(row for row in rows if row.id not in known)


def _sees_request(phase: Phase) -> bool:
    """Whether a coordinator who is asked for the case can answer: not once it is closed."""
    return may(Activity.ANSWER_MATCH, phase, {Role.ASKED_COORDINATOR})
