"""Who of a circle still has to hear of a change: reads the facts for `ekc/workflow/owed.py`, of many cases at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference, ContactEntry, Notice, Participant
from ekc.core.clock import local_date
from ekc.core.outbox import OutboxMessage
from ekc.links.models import PersonalLink
from ekc.signin.models import SignIn
from ekc.workflow import owed
from ekc.workflow.owed import HeardBy, Listener, NoticeKind, Owed
from ekc.workflow.vocabulary import PlanSharing

#: When somebody heard from the service, and how.
Heard = tuple[datetime, HeardBy]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A change that people had to hear. `was` and `now`: the day in ISO 8601, a place or a name; empty: none."""

    id: int
    kind: NoticeKind
    at: datetime
    was: str
    now: str

    @property
    def days(self) -> tuple[datetime | None, datetime | None]:
        """The days before and after, of a notice of another day."""
        return tuple(datetime.fromisoformat(day) if day else None for day in (self.was, self.now))  # type: ignore[return-value]

    @property
    def readers(self) -> tuple[tuple[str, PlanSharing], ...]:
        """Who sees how much of the plan now, of a notice that a professional sees more of it."""
        known = (line.split(" ", 1) for line in self.now.splitlines())
        return tuple((name, PlanSharing(sharing)) for sharing, name in known)


def notices(session: Session, conference_id: int) -> tuple[NoticeRow, ...]:
    """All notices of a case, oldest first."""
    columns = (Notice.id, Notice.kind, Notice.at, Notice.was, Notice.now)
    rows = session.execute(select(*columns).where(Notice.conference_id == conference_id).order_by(Notice.id))
    return tuple(NoticeRow(*row) for row in rows)


def owed_in(session: Session, conference_ids: Collection[int]) -> dict[int, tuple[Owed, ...]]:
    """By case what its notices make owed now; cases without a notice in this round are missing."""
    given = (
        select(Notice.id, Notice.conference_id, Notice.kind, Notice.at, Conference.phase, Conference.timezone)
        .join(Conference, (Conference.id == Notice.conference_id) & (Conference.round == Notice.round))
        .where(Notice.conference_id.in_(conference_ids))
    )
    rows = session.execute(given).all()
    by_case: dict[int, list[owed.Notice]] = defaultdict(list)
    for row in rows:
        on = local_date(row.at, row.timezone)
        by_case[row.conference_id].append(owed.Notice(row.id, row.kind, row.at, on))
    if not rows:
        return {}
    heads = {row.conference_id: (row.phase, row.timezone) for row in rows}
    listeners = _listeners(session, {case: timezone for case, (_, timezone) in heads.items()})
    return {case: owed.owed(heads[case][0], found, listeners[case]) for case, found in by_case.items()}


def _listeners(session: Session, timezones: dict[int, str]) -> dict[int, list[Listener]]:
    """The circle of each case, with when each of them last heard from the service by each way."""
    heard: dict[int, list[Heard]] = defaultdict(list)
    for source in (_contacts, _mails, _looks):
        for participant_id, at, by in source(session, timezones):
            heard[participant_id].append((at, by))
    columns = ("conference_id", "id", "name", "part", "attends", "informed_on")
    here = (Participant.conference_id.in_(timezones), Participant.removed_at.is_(None))
    circles: dict[int, list[Listener]] = defaultdict(list)
    for row in session.execute(_select(Participant, columns).where(*here).order_by(Participant.id)):
        one = Listener(row.id, row.name, row.part, row.attends, row.informed_on, tuple(heard[row.id]))
        circles[row.conference_id].append(one)
    return circles


def _select(table: Any, columns: Collection[str]) -> Select[*tuple[Any, ...]]:
    return select(*(getattr(table, name) for name in columns))


def _contacts(session: Session, timezones: dict[int, str]) -> Iterator[tuple[int, datetime, HeardBy]]:
    """Each contact: when it was written down; of one of an earlier day the beginning of that day."""
    columns = ("conference_id", "participant_id", "on", "written_at")
    here = (ContactEntry.conference_id.in_(timezones), ContactEntry.participant_id.is_not(None))
    for case, participant_id, on, written_at in session.execute(_select(ContactEntry, columns).where(*here)):
        same_day = on == local_date(written_at, timezones[case])
        yield participant_id, written_at if same_day else _midnight(on, timezones[case]), HeardBy.CONTACT


def _midnight(on: date, timezone: str) -> datetime:
    return datetime.combine(on, time(), ZoneInfo(timezone)).astimezone(UTC)


def _mails(session: Session, timezones: dict[int, str]) -> Iterator[tuple[int, datetime, HeardBy]]:
    """Mails of notices that were sent: their keys end with the participant (`ekc/conferences/mails.py`)."""
    about = (OutboxMessage.conference_id.in_(timezones), OutboxMessage.key.contains(":notice-"))
    sent = _select(OutboxMessage, ("key", "sent_at")).where(*about, OutboxMessage.sent_at.is_not(None))
    for key, sent_at in session.execute(sent):
        yield int(key.rpartition(":")[2]), sent_at, HeardBy.MAIL


def _looks(session: Session, timezones: dict[int, str]) -> Iterator[tuple[int, datetime, HeardBy]]:
    """When each of them last opened their own page."""
    looked = (
        select(PersonalLink.participant_id, func.max(SignIn.seen_at))
        .join(SignIn, SignIn.link_id == PersonalLink.id)
        .where(PersonalLink.conference_id.in_(timezones))
        .group_by(PersonalLink.participant_id)
    )
    for participant_id, seen_at in session.execute(looked):
        yield participant_id, seen_at, HeardBy.PAGE
