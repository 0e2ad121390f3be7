"""Reading the access log of a case: its audit events within a period, by day and by person.

Staff and professionals are named, and so is somebody who was excluded or removed from the circle and tries to open the
case. What other people of the circle open with their own link is only counted. Of private time the log says only that
pages were opened. Only what is shown is decrypted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ekc.access_log.words import OTHER_ACTIONS, PAGES, UNKNOWN_PAGE, changed_page, step_title
from ekc.conferences.models import Participant
from ekc.conferences.queries.names import names
from ekc.core.audit import PRIVATE_LOOKS, ActorKind, AuditEvent, read_detail
from ekc.core.clock import from_local, local_date
from ekc.journey.queries.steps import moves
from ekc.workflow.vocabulary import INSIDE_PARTS, Attends, Part, Phase, Role

_READ, _REFUSED, _ENTERED = "case.read", "case.refused", "link.entered"
_NO_PAGE = "?"
#: Name, part, and since when the person is excluded or removed.
_Membership = tuple[str, Part | None, datetime | None]
_NOBODY: _Membership = ("", None, None)

ReaderKey = tuple[ActorKind, int | None]
_Row = Row[datetime, ActorKind, int | None, str, bytes | None]


class AccessKind(StrEnum):
    """What somebody did."""

    LOOKED = "looked"
    CHANGED = "changed"
    STEP = "step"
    OTHER = "other"
    REFUSED = "refused"
    STOPPED = "stopped"  # they had access, but the change was refused


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One kind of access by one person on one day: how often, first and last time. `what` is not translated yet."""

    kind: AccessKind
    what: str
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class AccessReader:
    """Somebody who opened the case on a day. Without a name: the program, the public, or a link to another case."""

    kind: ActorKind
    name: str
    roles: tuple[Role | Part, ...]
    entries: tuple[AccessEntry, ...]


@dataclass(frozen=True, slots=True)
class AccessDay:
    """Who opened a case on one day, and how often people of its circle did with their own link."""

    on: date
    people: tuple[AccessReader, ...]
    by_link: int
    by_link_refused: int
    private_time: bool  # pages were opened in private time
    private_time_refused: bool  # somebody was refused a page in private time


def access_days(
    session: Session,
    conference_id: int,
    period: tuple[date | None, date],
    timezone: str,
    page_keys: Mapping[str, str],
    coordinator_id: int | None,
) -> tuple[AccessDay, ...]:
    """The days of a period, the last one first. `period`: first (None: from the beginning) and last day.

    `page_keys`: the key of each endpoint's page, as in `words.PAGES`.

    One query for the events, one for the names of participants, one for private time.
    """
    rows = _audit_rows(session, conference_id, period, timezone)
    circle = _circle(session, conference_id, rows, timezone)
    private = _private_time(session, conference_id)
    found: defaultdict[date, _DayBuilder] = defaultdict(_DayBuilder)
    roles: defaultdict[ReaderKey, set[Role | Part]] = defaultdict(set)  # of all days: used for events without roles
    if coordinator_id is not None:
        roles[ActorKind.ACCOUNT, coordinator_id].add(Role.COORDINATOR)
    for row in rows:
        day, refused = found[local_date(row.at, timezone)], row.action == _REFUSED
        name, part, away = circle.get(row.actor_id, _NOBODY) if row.actor_kind is ActorKind.PARTICIPANT else _NOBODY
        if row.action == PRIVATE_LOOKS or any(
            began < row.at and (ended is None or row.at < ended) for began, ended in private
        ):
            day.private_time[refused] = True
        elif part in INSIDE_PARTS and not (refused and away and away <= row.at):
            day.by_link[refused] += row.action != _ENTERED
        else:
            who = _reader_key(row, stranger=not name)
            detail = read_detail(session, row)
            day.names[who] = name or str(detail.get("actor", ""))
            as_roles = {Role(role) for role in str(detail.get("roles", "")).split() if role in set(Role)}
            day.roles[who] |= {part} if part else as_roles
            roles[who] |= as_roles
            page = page_keys.get(str(detail.get("page", "")), _NO_PAGE)
            day.done[who][_kind_and_page(row.action, page)].append(row.at)
    return tuple(day.build(on, roles) for on, day in sorted(found.items(), reverse=True))


@dataclass(slots=True)
class _DayBuilder:
    """A day while its events are read. Dictionaries with bool keys: whether access was refused."""

    names: dict[ReaderKey, str] = field(default_factory=dict)
    roles: defaultdict[ReaderKey, set[Role | Part]] = field(default_factory=lambda: defaultdict(set))
    done: defaultdict[ReaderKey, defaultdict[tuple[AccessKind, str], list[datetime]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    by_link: dict[bool, int] = field(default_factory=lambda: {False: 0, True: 0})
    private_time: dict[bool, bool] = field(default_factory=lambda: {False: False, True: False})

    def build(self, on: date, known: Mapping[ReaderKey, set[Role | Part]]) -> AccessDay:
        people = tuple(
            AccessReader(
                kind=who[0],
                name=name,
                roles=tuple(sorted(self.roles[who] or known.get(who, set()))),
                entries=tuple(AccessEntry(*what, len(at), at[0], at[-1]) for what, at in self.done[who].items()),
            )
            for who, name in self.names.items()
        )
        return AccessDay(
            on, people, self.by_link[False], self.by_link[True], self.private_time[False], self.private_time[True]
        )


def _audit_rows(session: Session, conference_id: int, period: tuple[date | None, date], timezone: str) -> list[_Row]:
    since, until = period
    wanted = select(
        AuditEvent.at, AuditEvent.actor_kind, AuditEvent.actor_id, AuditEvent.action, AuditEvent.detail
    ).where(
        AuditEvent.conference_id == conference_id, AuditEvent.at < _start_of_day(until + timedelta(days=1), timezone)
    )
    if since is not None:
        wanted = wanted.where(AuditEvent.at >= _start_of_day(since, timezone))
    return list(session.execute(wanted.order_by(AuditEvent.at, AuditEvent.chain, AuditEvent.seq)))


def _start_of_day(on: date, timezone: str) -> datetime:
    return from_local(datetime.combine(on, time()), timezone)


def _circle(session: Session, conference_id: int, rows: Iterable[_Row], timezone: str) -> dict[int | None, _Membership]:
    """The participants among the actors who are or were in the circle, by id."""
    by_link = {row.actor_id for row in rows if row.actor_kind is ActorKind.PARTICIPANT}
    shown = (Participant.id, Participant.part, Participant.attends)
    away = (Participant.excluded_on, Participant.removed_at)
    people = select(*shown, *away).where(Participant.conference_id == conference_id, Participant.id.in_(by_link))
    found = session.execute(people) if by_link else ()
    called = names(session, conference_id) if by_link else {}
    return {
        one.id: (called[one.id], one.part, _away_since(one.attends, one.excluded_on, one.removed_at, timezone))
        for one in found
    }


def _away_since(
    attends: Attends | None, excluded_on: date | None, removed_at: datetime | None, timezone: str
) -> datetime | None:
    if attends is Attends.EXCLUDED and excluded_on is not None:
        return _start_of_day(excluded_on, timezone)
    return removed_at


def _private_time(session: Session, conference_id: int) -> list[tuple[datetime, datetime | None]]:
    """When the family had private time, by the steps. Corrected times are not used: they could hide accesses."""
    spans: list[tuple[datetime, datetime | None]] = []
    began: datetime | None = None
    for at, phase in moves(session, conference_id):
        if began and phase is not Phase.PRIVATE_TIME:
            spans.append((began, at))
            began = None
        elif phase is Phase.PRIVATE_TIME:
            began = began or at
    return [*spans, (began, None)] if began else spans


def _reader_key(row: _Row, stranger: bool) -> ReaderKey:
    """The person of an event. Participants of other cases and the public stay anonymous."""
    nameless = row.actor_kind is not ActorKind.ACCOUNT and stranger
    return row.actor_kind, None if nameless else row.actor_id


def _kind_and_page(action: str, page: str) -> tuple[AccessKind, str]:
    if action == _REFUSED:  # refused access has no endpoint in the event
        return (AccessKind.REFUSED, "") if page == _NO_PAGE else (AccessKind.STOPPED, PAGES.get(page, UNKNOWN_PAGE))
    if action == _READ:
        return AccessKind.LOOKED, PAGES.get(page, UNKNOWN_PAGE)
    if title := step_title(action):
        return AccessKind.STEP, title
    return (
        (AccessKind.OTHER, OTHER_ACTIONS[action])
        if action in OTHER_ACTIONS
        else (AccessKind.CHANGED, changed_page(action))
    )
