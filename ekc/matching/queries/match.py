"""Reading the coordinator of a case: declarations, conflicts of interest, waivers and history."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, distinct, func, or_, select
from sqlalchemy.orm import Session

from ekc.accounts.access import has_left
from ekc.accounts.models import Account, Region
from ekc.accounts.queries import COORDINATES
from ekc.conferences.models import Conference
from ekc.conferences.queries.agencies import agencies
from ekc.conferences.queries.members import members
from ekc.conferences.queries.rows import of_cases
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.reading import read_rows
from ekc.directory.models import Listing
from ekc.directory.queries import called
from ekc.matching.entries import Declaration
from ekc.matching.models import Match, Waiver
from ekc.workflow.blocker import Blocker, about_conflict
from ekc.workflow.independence import Agency, Conflict, Matter, Tie, conflicts, named_in, works_for


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A waived conflict, with who waived it, when and why."""

    conflict: Conflict
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A match of a case that is not ended. `employer` and `phone` are those of the coordinator's account."""

    id: int
    account_id: int
    name: str
    employer: str
    phone: str
    coordinates: bool  # the account is open, and its owner coordinator
    leaves_on: date | None
    home: str  # the time zone of the account's region
    predecessor: str  # who was the coordinator before them; empty: nobody
    asked_at: datetime
    answer_by: date | None  # the last day to answer; None: as long as it takes
    accepted_on: date | None
    declaration: Declaration | None
    before: tuple[Declaration, ...]  # earlier declarations; their conflicts stay open until waived
    waivers: tuple[WaiverRow, ...]
    agencies_before: tuple[Agency, ...]  # former agencies of the case; their conflicts stay open too
    employers: tuple[str, ...]  # for whom they work besides, by their account and by all that they declared

    @property
    def accepted(self) -> bool:
        """Whether they accepted the case."""
        return self.accepted_on is not None

    def open_conflicts(self, of_case: Iterable[Agency]) -> tuple[Conflict, ...]:
        """Their conflicts with a case with these agencies that are not waived. None before they accept.

        Earlier declarations and former agencies count too: a new declaration or a change of the circle removes no
        conflict.
        """
        if self.declaration is None:
            return ()
        declarations = (*self.before, self.declaration)
        found = conflicts(
            self.employers,
            of_case,
            [one.relation or "" for one in declarations],
            [one.interest or "" for one in declarations],
            self.agencies_before,
        )
        return tuple(one for one in found if not any(waiver.conflict.covers(one) for waiver in self.waivers))

    @property
    def organisations(self) -> tuple[str, ...]:
        """All that are named here; without an employer nothing is compared with them."""
        if not self.employers:
            return ()
        waived = (one.conflict.about for one in self.waivers if one.conflict.matter is Matter.EMPLOYER)
        return (*self.employers, *(one.name for one in self.agencies_before), *waived)

    def as_called(self, named: Mapping[str, str]) -> "MatchRow":
        """The same with the organisations as their rows are called."""
        if not self.employers:
            return self
        return replace(
            self,
            employers=tuple(named[one] for one in self.employers),
            agencies_before=tuple(replace(one, name=named[one.name]) for one in self.agencies_before),
            waivers=tuple(
                replace(one, conflict=replace(one.conflict, about=named.get(one.conflict.about, one.conflict.about)))
                for one in self.waivers
            ),
        )

    def retracted(self, open_ones: Iterable[Conflict]) -> tuple[str, ...]:
        """The words of those conflicts that were declared earlier and are missing in the last declaration."""
        last = self.declaration
        said = {last.relation, last.interest} if last else set()
        return tuple(one.about for one in open_ones if one.matter is not Matter.EMPLOYER and one.about not in said)

    def gone(self, at: datetime) -> bool:
        """Whether they cannot act as coordinator any more."""
        return not self.coordinates or has_left(self.leaves_on, self.home, at)

    def describe(self, conflict: Conflict) -> Blocker:
        """A conflict of theirs as a message."""
        return about_conflict(self.name, conflict)


@dataclass(frozen=True, slots=True)
class Matches:
    """The match of the coordinator of a case, and the match that waits for an answer."""

    current: MatchRow | None = None
    pending: MatchRow | None = None


@dataclass(frozen=True, slots=True)
class MatchEvent:
    """An action about the coordinator of a case, from the audit."""

    at: datetime
    action: str  # asked, accepted, declined, declared, confirmed, unwanted, ended, conflict_waived
    coordinator: str
    reason: str
    actor: str
    account_id: int  # of the coordinator; 0 where nothing asks for it


_match, _account, _waiver = Match.__table__.c, Account.__table__.c, Waiver.__table__.c
_decider = Account.__table__.alias("decider")
_former, _was = Match.__table__.alias("former"), Account.__table__.alias("was")
_predecessor = (
    select(_was.c.name)
    .join(_former, _former.c.account_id == _was.c.id)
    .where(_former.c.conference_id == _match.conference_id, _former.c.id < _match.id)
    .where(_former.c.accepted_on.is_not(None), _former.c.account_id != _match.account_id)
    .order_by(_former.c.id.desc())
    .limit(1)
    .correlate(Match.__table__)
    .scalar_subquery()
)
_OPEN = (
    select(
        *(_match[name] for name in ("id", "conference_id", "account_id", "asked_at", "answer_by", "accepted_on")),
        _match.independence,
        _match.answers,
        _account.name,
        _account.employer,
        _account.phone,
        (_account.active & COORDINATES).label("coordinates"),
        _account.leaves_on,
        Region.timezone,
        _predecessor.label("predecessor"),
        Conference.__table__.c.agencies_before,
        *(_waiver[name] for name in ("matter", "about", "tie", "reason", "waived_at")),
        _decider.c.name.label("decider"),
    )
    .select_from(
        Match.__table__.join(Account.__table__, _account.id == _match.account_id)
        .join(Region.__table__, Region.__table__.c.id == _account.region_id)
        .join(Conference.__table__, Conference.__table__.c.id == _match.conference_id)
        .outerjoin(Waiver.__table__, _waiver.match_id == _match.id)
        .outerjoin(_decider, _decider.c.id == _waiver.waived_by)
    )
    .where(of_cases(_match.conference_id), _match.ended_on.is_(None))
    .order_by(_match.id, _waiver.id)
)


def matches(session: Session, conference_id: int) -> Matches:
    """The matches of a case that are not ended."""
    return matches_of_cases(session, [conference_id]).get(conference_id, Matches())


def matches_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, Matches]:
    """The matches of several cases that are not ended; a case without any is left out."""
    found: dict[int, Matches] = {}
    for id_, match in _open_matches(session, conference_ids):
        of_case = found.get(id_, Matches())
        found[id_] = replace(of_case, current=match) if match.accepted else replace(of_case, pending=match)
    return found


def _open_matches(session: Session, conference_ids: Collection[int]) -> list[tuple[int, MatchRow]]:
    """The matches of these cases that are not ended, each with the id of its case."""
    rows = read_rows(session, _OPEN, {"cases": list(conference_ids)}) if conference_ids else []
    found = [_match_row(tuple(of_one)) for _, of_one in groupby(rows, key=lambda row: row.id)]
    named = called(session, Listing.ORGANISATIONS, {name for _id, match in found for name in match.organisations})
    return [(id_, match.as_called(named)) for id_, match in found]


def _match_row(rows: tuple[Row[*tuple[Any, ...]], ...]) -> tuple[int, MatchRow]:
    """The match of these rows, one for each waiver, with the id of its case."""
    row = rows[0]
    answers = dict(row.answers or {})
    before = tuple(Declaration(**earlier) for earlier in answers.pop("before", ()))
    declared = None if row.independence is None else Declaration(row.independence, **answers)
    declarations = (*before, declared) if declared else before
    employers = (*(one.employer or "" for one in declarations), row.employer or "")
    waivers = (
        WaiverRow(Conflict(one.matter, one.about, one.tie), one.reason, one.waived_at, one.decider) for one in rows
    )
    match = MatchRow(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        employer=row.employer or "",
        phone=row.phone or "",
        coordinates=row.coordinates,
        leaves_on=row.leaves_on,
        home=row.timezone,
        predecessor=row.predecessor or "",
        asked_at=row.asked_at,
        answer_by=row.answer_by,
        accepted_on=row.accepted_on,
        declaration=declared,
        before=before,
        waivers=tuple(waivers) if row.matter else (),
        agencies_before=tuple(Agency(name, Tie(tie)) for name, tie in row.agencies_before or ()),
        employers=tuple(name for text in employers for name in named_in(text)),
    )
    return row.conference_id, match


_ASKED_IN_VAIN = (
    select(_match.conference_id, func.count(distinct(_match.account_id)))
    .where(of_cases(_match.conference_id), _match.accepted_on.is_(None), _match.ended_on.is_not(None))
    .where(or_(_match.declined_on.is_not(None), _match.answer_by < _match.ended_on))
    .group_by(_match.conference_id)
)


def asked_in_vain(session: Session, conference_ids: Collection[int]) -> dict[int, int]:
    """By case how many coordinators said no or did not answer in time; cases without any are left out."""
    rows = read_rows(session, _ASKED_IN_VAIN, {"cases": list(conference_ids)}) if conference_ids else ()
    return {conference_id: count for conference_id, count in rows}  # noqa: C416 - mypy does not take rows for pairs


_FORMER = (
    select(_match.account_id)
    .join(Conference.__table__, Conference.__table__.c.id == _match.conference_id)
    .where(_match.conference_id == bindparam("case"), _match.accepted_on.is_not(None))
    .where(_match.account_id != Conference.__table__.c.coordinator_id)
)


def former_coordinators(session: Session, conference_id: int) -> frozenset[int]:
    """Whoever coordinated the case before its coordinator: their accounts."""
    return frozenset(session.scalars(_FORMER, {"case": conference_id}))


def tied_by(session: Session, conference_id: int, employers: Iterable[str | None]) -> tuple[Agency, ...]:
    """The agencies of a case that somebody works for. A text may name several employers."""
    named = called(session, Listing.ORGANISATIONS, (name for text in employers if text for name in named_in(text)))
    return works_for(named.values(), agencies_of(session, conference_id))


def agencies_of(session: Session, conference_id: int) -> tuple[Agency, ...]:
    """The agencies of a case."""
    return agencies(members(session, conference_id))


def open_conflicts(session: Session, conference_id: int) -> tuple[Conflict, ...]:
    """The open conflicts of the coordinator of a case."""
    match = matches(session, conference_id).current
    return match.open_conflicts(agencies_of(session, conference_id)) if match else ()


def unwanted(history: Iterable[MatchEvent]) -> frozenset[int]:
    """The accounts of those who were not wanted by a main person who has not said yes to them since.

    `history`: the latest first.
    """
    said: dict[int, str] = {}
    for event in history:
        if event.action in {"unwanted", "confirmed"}:
            said.setdefault(event.account_id, event.action)
    return frozenset(account for account, action in said.items() if action == "unwanted")


def refusals(history: Iterable[MatchEvent]) -> dict[int, str]:
    """By account, of those who were asked last without taking the case, how that ended: declined or unanswered.

    `history`: the latest first.
    """
    last: dict[int, str] = {}
    for event in history:
        if event.action in {"asked", "accepted", "declined", "unanswered"}:
            last.setdefault(event.account_id, event.action)
    return {account: action for account, action in last.items() if action in {"declined", "unanswered"}}


def match_history(session: Session, conference_id: int) -> list[MatchEvent]:
    """All actions about the coordinator of a case, the latest first."""
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.conference_id == conference_id, AuditEvent.action.startswith("match."))
        .order_by(AuditEvent.at.desc(), AuditEvent.seq.desc())  # some are entered later than they happened
    )
    found = []
    for event in events:
        detail = read_detail(session, event)
        coordinator, reason, actor = (str(detail.get(key, "")) for key in ("coordinator", "reason", "actor"))
        account = int(str(detail.get("account", 0)))
        action = event.action.removeprefix("match.")
        found.append(MatchEvent(event.at, action, coordinator, reason, actor, account))
    return found
