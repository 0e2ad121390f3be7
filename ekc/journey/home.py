"""The data of the staff home page: this week, what to do now, all conferences."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.accounts.models import Account
from ekc.accounts.queries import RecentManager, has_phone, managers_of, recent_managers
from ekc.core.clock import local_date
from ekc.core.language import gettext
from ekc.directory.queries import unconfirmed
from ekc.evaluations.queries import FollowUpRow, OverdueRow, overdue
from ekc.journey.deadlines import Deadline, deadlines_of, those
from ekc.journey.needs.cases import StaffCases, staff_cases
from ekc.journey.needs.finding import Needs, find_needs, in_days
from ekc.journey.needs.kinds import NEWS, CaseRequest, Need, NeedKind
from ekc.journey.needs.words import NeedLine, late_words, need_line
from ekc.journey.queries import corrections as correction_queries
from ekc.journey.queries.cases import FIRST_PAGE, After, CaseList, CaseRow
from ekc.journey.queries.corrections import CorrectionRow
from ekc.journey.queries.lead_times import View, counted
from ekc.matching.queries.handing_over import HandingOver
from ekc.workflow.engine import PHASE_RULES
from ekc.workflow.vocabulary import Phase, Role

_RANK = {kind: number for number, kind in enumerate(NeedKind)}


@dataclass(frozen=True, slots=True)
class Home:
    """The home page of one visitor."""

    at: datetime
    today: date
    this_week: tuple[CaseRow, ...]
    calls: tuple[tuple[FollowUpRow, CaseRow], ...]  # calls and evaluations of this week
    waits: Needs
    cases: tuple[CaseRow, ...]  # a page of them
    of: CaseList  # the list of which it is a page, where it is not the first one
    after: After  # where it begins
    go_on: Mapping[CaseList, After]  # where the next one of each list does
    registrations: tuple[CaseRequest, ...]  # in a manager's regions
    regional: tuple[CaseRow, ...]  # those that are late first
    late: Mapping[int, str]  # by case which clocks are late, for coordinator and manager
    handing_over: HandingOver
    corrections: tuple[CorrectionRow, ...]  # made lately, of cases that were or are the visitor's
    managers: dict[int, tuple[Account, ...]]  # of the other region of each that moved, by region
    recent_managers: list[RecentManager]  # of a manager's regions
    past_norm: int  # cases of a manager's regions that are longer in their phase than its norm,
    silent: int  # and those whose coordinator is silent
    new_names: int  # of municipalities and organisations, for a manager to look at
    asks_phone: bool  # a manager without a phone number, whom nobody of the circle can ring then

    @property
    def is_first(self) -> bool:
        """Whether it is the first page."""
        return self.after == FIRST_PAGE

    @property
    def waiting(self) -> tuple[CaseRequest, ...]:
        """The registrations of which nothing waits for the visitor: somebody else has to answer."""
        named = {one.conference_id for lines in self.needs for one in lines}
        return tuple(one for one in self.registrations if one.case.id not in named)

    @property
    def needs(self) -> tuple[tuple[NeedLine, ...], ...]:
        """What waits for this visitor, by case, the most urgent first; on a further page in the cases on it.

        Of cases in which nothing presses but a day, the one that is late longest.
        """
        return self._lines(kind for kind in self.waits if kind not in NEWS)

    @property
    def news(self) -> tuple[tuple[NeedLine, ...], ...]:
        """What happened lately in cases, and asks nothing of the visitor."""
        return self._lines(kind for kind in self.waits if kind in NEWS)

    def _lines(self, kinds: Iterable[NeedKind]) -> tuple[tuple[NeedLine, ...], ...]:
        found: dict[int, list[NeedLine]] = {}
        first: dict[int, int] = {}
        for kind in kinds:
            for one in self.waits[kind]:
                line = need_line(Need(kind, one), self.at)
                found.setdefault(line.conference_id, []).append(line)
                first.setdefault(line.conference_id, min(_RANK[kind], _RANK[NeedKind.LATE]))
        days = in_days(self.waits, self.today)
        found = {id_: found[id_] for id_ in sorted(found, key=lambda id_: (first[id_], days.get(id_, sys.maxsize)))}
        there = {row.id for row in (*self.cases, *self.regional, *(one.case for one in self.registrations))}
        return tuple(tuple(lines) for id_, lines in found.items() if self.is_first or id_ in there)


def staff_home(
    session: Session, who: Visitor, at: datetime, after: After = FIRST_PAGE, of: CaseList = CaseList.MINE
) -> Home:
    """Read the home page of staff. `after`: a further page of one of its lists, with what waits in the cases on it."""
    first = after == FIRST_PAGE
    if not first and of is CaseList.MINE:
        who = replace(who, roles=who.roles & {Role.COORDINATOR}, regions=frozenset())
    elif not first:
        who = replace(who, roles=who.roles & {Role.REGIONAL_MANAGER})
    read = staff_cases(session, who, at, after, of)
    cases = (*read.own, *read.of_regions)
    running = deadlines_of(session, cases, at, read.steps)
    late = those(running, cases, at, Deadline.late)
    corrected = correction_queries.recent_corrections(session, who, at) if first else ()
    manages = first and Role.REGIONAL_MANAGER in who.roles
    stuck = counted(session, who.regions if manages else (), at.date(), (View.NORM, View.SILENT))
    last = {
        CaseList.MINE: read.own_go_on,
        CaseList.REGISTRATIONS: read.registrations_go_on,
        CaseList.REGIONAL: read.regional_go_on,
    }
    said_late = {id_: late_words(clocks) for id_, clocks in late.items()} | _late_follow_ups(session, read, late)
    regional = (replace(row, coordinator="") if read.gone(row.id) else row for row in read.regional)
    return Home(
        at=at,
        today=read.today,
        this_week=tuple(sorted((row for row in read.own if _this_week(row, at)), key=lambda row: row.starts_at or at)),
        calls=_calls(read),
        waits=find_needs(session, read, late, those(running, read.own, at, Deadline.near)),
        cases=read.own,
        of=of,
        after=after,
        go_on={which: where for which, where in last.items() if where is not None},
        registrations=tuple(CaseRequest(row, read.asked_at(row.id)) for row in read.registrations),
        regional=tuple(sorted(regional, key=lambda row: row.id not in said_late)),
        late=said_late,
        handing_over=read.handing_over,
        corrections=corrected,
        managers=_managers_elsewhere(session, who, corrected),
        recent_managers=recent_managers(session, at, who.account_id or 0, who.regions) if manages else [],
        past_norm=stuck[View.NORM],
        silent=stuck[View.SILENT],
        new_names=unconfirmed(session) if manages else 0,
        asks_phone=manages and not has_phone(session, who.account_id or 0),
    )


def _this_week(row: CaseRow, at: datetime) -> bool:
    return row.phase is Phase.SETUP and row.starts_at is not None and at < row.starts_at < at + timedelta(days=7)


def _calls(read: StaffCases) -> tuple[tuple[FollowUpRow, CaseRow], ...]:
    own = {row.id: row for row in read.own}
    ahead = (row for row in read.follow_ups if row.due_on > read.today and row.conference_id in own)
    return tuple((row, own[row.conference_id]) for row in ahead)


def _late_follow_ups(session: Session, read: StaffCases, clocks: Mapping[int, tuple[Deadline, ...]]) -> dict[int, str]:
    """By case of a manager's regions, besides the clocks that are late, its late follow-ups. Its coordinator has them
    under what waits.
    """
    cases = {row.id: row for row in read.others}
    late: dict[int, list[OverdueRow]] = {}
    tomorrow = read.at.date() + timedelta(days=1)  # there are regions where it is later
    for row in overdue(session, read.who.regions, tomorrow) if cases else ():
        case = cases.get(row.conference_id)
        if case and row.latest_on < local_date(read.at, case.timezone):
            late.setdefault(case.id, []).append(row)
    return {id_: late_words(clocks.get(id_, ()), rows) for id_, rows in late.items()}


def _managers_elsewhere(
    session: Session, who: Visitor, corrected: Iterable[CorrectionRow]
) -> dict[int, tuple[Account, ...]]:
    """Whom the visitor can ring about a case that came from another region, or went to one."""
    regions = {region for row in corrected if row.moved for region in (row.region_id, row.region_before_id)}
    return {region: tuple(managers_of(session, region)) for region in sorted(regions - who.regions)}


def dots(phase: Phase) -> list[dict[str, str]]:
    """The phase rail of a list row."""
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
